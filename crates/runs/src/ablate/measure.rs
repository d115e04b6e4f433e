//! How many images are named right while channels are ablated, at several enlargements.

use super::AblateBy;
use super::labelled::Image;
use super::measuring::Measuring;
use super::pass::Pass;
use crate::error::RunError;
use featviz::{Ablation, Classifier};
use images::{Rgb8, pillow};
use resnet::{Extent, Preprocessing, Reader, Reading, Site, View};
use std::path::Path;

/// A class is among the first five if fewer come before it.
const FIVE: f32 = 5.0;

/// Of how many images the class had the highest score, and one of the five highest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Right {
    pub(super) top1: usize,
    pub(super) top5: usize,
}

impl Right {
    /// With another image, whose class has so many before it.
    pub(super) fn and(self, place: f32) -> Right {
        Right { top1: self.top1 + usize::from(place < 1.0), top5: self.top5 + usize::from(place < FIVE) }
    }
}

impl Measuring<'_> {
    /// An ablation of channels, each by its own constant.
    pub(super) fn ablation(&self, channels: &[usize], means: &[f64]) -> Ablation {
        #[expect(clippy::cast_possible_truncation, reason = "what maps hold is single precision")]
        let constant = |channel: usize| match self.options.by {
            AblateBy::Mean => means[channel] as f32,
            AblateBy::Zero => 0.0,
        };
        Ablation { site: self.site(), channels: channels.iter().map(|&c| (c, constant(c))).collect() }
    }

    /// The mean over the images of every channel's center activation, clamped at zero; nothing where other shards have
    /// images to measure yet.
    pub(super) fn means(&self) -> Result<Option<Vec<f64>>, RunError> {
        let (site, size) = (self.site(), self.loaded.size());
        let channels = self.loaded.architecture().channels(self.options.block);
        let mut sums = vec![0.0; channels];
        let new = || {
            let reading = Reading { size, view: View::Plain, sites: &[site], extent: Extent::Center };
            Reader::new(&self.loaded.network, reading, self.options.isa).map_err(|e| self.loaded.because(e))
        };
        let work = |reader: &mut Option<Reader>, image: &Image, bytes: &[u8]| {
            let shown = zoomed((bytes, &image.path), 1.0, self.loaded.preprocessing)?;
            let reader = match reader {
                Some(reader) => reader,
                empty => empty.insert(new()?),
            };
            reader.read(shown.pixels());
            Ok(reader.center(site).to_vec())
        };
        let pass = Pass::means(self, channels);
        let complete = pass.run(self, work, |centers| {
            for (sum, center) in sums.iter_mut().zip(centers) {
                *sum += f64::from(center.max(0.0));
            }
        })?;
        let count = self.labelled.images.len() as f64;
        Ok(complete.then(|| sums.into_iter().map(|sum| sum / count).collect()))
    }

    /// For each ablation (none is the intact network) and each enlargement, how many images are named right; nothing where
    /// other shards have images to measure yet.
    pub(super) fn right(
        &self,
        name: &'static str,
        ablations: &[Option<Ablation>],
        zooms: &[f64],
    ) -> Result<Option<Vec<Vec<Right>>>, RunError> {
        let size = self.loaded.size();
        let scores = Site::Classes(self.loaded.architecture().classes_part());
        let classifiers = || -> Result<Vec<Classifier>, RunError> {
            let of = |ablation: &Option<Ablation>| {
                Classifier::new(&self.loaded.network, size, (scores, ablation.as_ref()), self.options.isa)
                    .map_err(|e| self.loaded.because_of_featviz(e))
            };
            ablations.iter().map(of).collect()
        };
        // The place of an image's class, an ablation after another, each at every enlargement.
        let work = |state: &mut Option<Vec<Classifier>>, image: &Image, bytes: &[u8]| {
            let all = match state {
                Some(all) => all,
                empty => empty.insert(classifiers()?),
            };
            let mut places = vec![0.0; all.len() * zooms.len()];
            for (z, &zoom) in zooms.iter().enumerate() {
                let shown = zoomed((bytes, &image.path), zoom, self.loaded.preprocessing)?;
                for (classifier, places) in all.iter_mut().zip(places.chunks_exact_mut(zooms.len())) {
                    places[z] = kept(place(&classifier.scores(shown.pixels()), image.class));
                }
            }
            Ok(places)
        };
        let mut sums = vec![vec![Right::default(); zooms.len()]; ablations.len()];
        let complete = Pass::right(self, name, ablations, zooms).run(self, work, |places| {
            for (sum, &place) in sums.iter_mut().flatten().zip(places) {
                *sum = sum.and(place);
            }
        })?;
        Ok(complete.then_some(sums))
    }
}

/// A place as it is kept, which tells apart those that count.
#[expect(clippy::cast_precision_loss, reason = "places up to the fifth are exact")]
fn kept(place: usize) -> f32 {
    place as f32
}

/// How many classes come before one, by their scores: those of higher ones, and of equal ones those before it.
pub(super) fn place(scores: &[f32], class: usize) -> usize {
    let Some(&own) = scores.get(class) else {
        return scores.len();
    };
    let before = |(at, score): (usize, &f32)| *score > own || (*score == own && at < class);
    // A score that is no number is nobody's place.
    if own.is_nan() { scores.len() } else { scores.iter().enumerate().filter(|&of| before(of)).count() }
}

/// An image enlarged: its shorter side resized as for evaluation, its central `size (2 - zoom)` rows and columns,
/// truncated, cut out and resized to `size`; as Pillow does it.
pub(super) fn zoomed((bytes, path): (&[u8], &Path), zoom: f64, of: Preprocessing) -> Result<Rgb8, RunError> {
    let Preprocessing { size, resize, .. } = of;
    let resized = pillow::resize_shorter_side(&images::decode_bytes(bytes, path)?, resize)?;
    let side = cut(zoom, size);
    let cropped = pillow::center_crop(&resized, side)?;
    Ok(if side == size { cropped } else { pillow::resize_bilinear(&cropped, size, size)? })
}

/// `int(size * (2 - zoom))`, at least one.
pub(super) fn cut(zoom: f64, size: usize) -> usize {
    let part = size as f64 * (2.0 - zoom);
    (1..=size).rev().find(|&side| side as f64 <= part).unwrap_or(1)
}
