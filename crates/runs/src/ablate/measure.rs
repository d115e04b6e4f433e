//! How many images are named right while channels are ablated, at several enlargements.

use super::labelled::{Image, Labelled};
use super::{Ablate, AblateBy};
use crate::error::RunError;
use crate::progress::{Event, Observer};
use crate::queue::Queue;
use crate::source::Loaded;
use featviz::{Ablation, Classifier};
use images::{Rgb8, pillow};
use resnet::{Extent, Preprocessing, Reader, Reading, Role, Site, View};

/// How many images have their class among the first so many.
const FIVE: usize = 5;

/// What ablations are measured with.
#[derive(Clone, Copy)]
pub(super) struct Measuring<'a> {
    pub(super) options: &'a Ablate,
    pub(super) loaded: &'a Loaded,
    pub(super) labelled: &'a Labelled,
    pub(super) observer: &'a dyn Observer,
}

/// Of how many images the class had the highest score, and one of the five highest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Right {
    pub(super) top1: usize,
    pub(super) top5: usize,
}

impl Measuring<'_> {
    /// The site that is ablated: the block's sum before its ReLU.
    pub(super) fn site(&self) -> Site {
        self.loaded.architecture().read_site(self.options.block, Role::Output)
    }

    /// An ablation of channels, each by its own constant.
    pub(super) fn ablation(&self, channels: &[usize], means: &[f64]) -> Ablation {
        #[expect(clippy::cast_possible_truncation, reason = "what maps hold is single precision")]
        let constant = |channel: usize| match self.options.by {
            AblateBy::Mean => means[channel] as f32,
            AblateBy::Zero => 0.0,
        };
        Ablation { site: self.site(), channels: channels.iter().map(|&c| (c, constant(c))).collect() }
    }

    /// The mean over the images of every channel's center activation, clamped at zero.
    pub(super) fn means(&self) -> Result<Vec<f64>, RunError> {
        let (site, size) = (self.site(), self.loaded.size());
        let mut sums: Vec<f64> = Vec::new();
        let new = || {
            let reading = Reading { size, view: View::Plain, sites: &[site], extent: Extent::Center };
            Reader::new(&self.loaded.network, reading, self.options.isa).map_err(|e| self.loaded.because(e))
        };
        let work = |reader: &mut Option<Reader>, image: &Image| {
            let shown = zoomed(image, 1.0, self.loaded.preprocessing)?;
            let reader = match reader {
                Some(reader) => reader,
                empty => empty.insert(new()?),
            };
            reader.read(shown.pixels());
            Ok(reader.center(site).to_vec())
        };
        self.each("means of channels", work, |centers| {
            sums.resize(centers.len(), 0.0);
            for (sum, center) in sums.iter_mut().zip(centers) {
                *sum += f64::from(center.max(0.0));
            }
        })?;
        let count = self.labelled.images.len() as f64;
        Ok(sums.into_iter().map(|sum| sum / count).collect())
    }

    /// For each ablation (none is the intact network) and each enlargement, how many images are named right.
    pub(super) fn right(
        &self,
        name: &'static str,
        ablations: &[Option<Ablation>],
        zooms: &[f64],
    ) -> Result<Vec<Vec<Right>>, RunError> {
        let size = self.loaded.size();
        let scores = Site::Classes(self.loaded.architecture().classes_part());
        let classifiers = || -> Result<Vec<Classifier>, RunError> {
            let of = |ablation: &Option<Ablation>| {
                Classifier::new(&self.loaded.network, size, (scores, ablation.as_ref()), self.options.isa)
                    .map_err(|e| self.loaded.because_of_featviz(e))
            };
            ablations.iter().map(of).collect()
        };
        let work = |state: &mut Option<Vec<Classifier>>, image: &Image| {
            let all = match state {
                Some(all) => all,
                empty => empty.insert(classifiers()?),
            };
            let mut found = vec![vec![Right::default(); zooms.len()]; all.len()];
            for (z, &zoom) in zooms.iter().enumerate() {
                let shown = zoomed(image, zoom, self.loaded.preprocessing)?;
                for (classifier, found) in all.iter_mut().zip(&mut found) {
                    let place = place(&classifier.scores(shown.pixels()), image.class);
                    found[z] = Right { top1: usize::from(place == 0), top5: usize::from(place < FIVE) };
                }
            }
            Ok(found)
        };
        let mut sums = vec![vec![Right::default(); zooms.len()]; ablations.len()];
        self.each(name, work, |found| {
            for (sum, found) in sums.iter_mut().flatten().zip(found.into_iter().flatten()) {
                *sum = Right { top1: sum.top1 + found.top1, top5: sum.top5 + found.top5 };
            }
        })?;
        Ok(sums)
    }

    /// Does something for every image, on all threads, and hands the results on in order.
    fn each<S, R: Send>(
        &self,
        name: &'static str,
        work: impl Fn(&mut Option<S>, &Image) -> Result<R, RunError> + Sync,
        mut take: impl FnMut(R),
    ) -> Result<(), RunError> {
        let images = &self.labelled.images;
        self.observer.event(Event::Phase { name: name.into(), total: images.len(), done: 0 });
        let taken = |_, result| {
            take(result);
            self.observer.event(Event::Advanced);
            Ok(())
        };
        let queue = Queue::new(self.options.threads, images.len());
        let done = queue.run(|| None, |state: &mut Option<S>, at| work(state, &images[at]), taken);
        self.observer.event(Event::PhaseEnded);
        done
    }
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
pub(super) fn zoomed(image: &Image, zoom: f64, of: Preprocessing) -> Result<Rgb8, RunError> {
    let Preprocessing { size, resize, .. } = of;
    let resized = pillow::resize_shorter_side(&images::decode(&image.path)?, resize)?;
    let side = cut(zoom, size);
    let cropped = pillow::center_crop(&resized, side)?;
    Ok(if side == size { cropped } else { pillow::resize_bilinear(&cropped, size, size)? })
}

/// `int(size * (2 - zoom))`, at least one.
pub(super) fn cut(zoom: f64, size: usize) -> usize {
    let part = size as f64 * (2.0 - zoom);
    (1..=size).rev().find(|&side| side as f64 <= part).unwrap_or(1)
}
