//! The images of a folder, and the center activations of every studied block for them.

use super::scan::{self, Entry, Scan};
use crate::error::RunError;
use crate::plan::Study;
use crate::progress::{Event, Observer};
use crate::source::Loaded;
use analysis::{largest, tuning_curve_correlation};
use report::ImagesRecord;
use resnet::{Architecture, Block, Extent, Isa, Role, Site, View};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::Range;
use std::path::Path;

/// Images at either end.
pub(super) const NINE: usize = 9;

/// Spearman's correlation of each channel's Input and Block center activations; channels where it is not defined are
/// left out.
pub(crate) type TuningCurves = BTreeMap<(Block, usize), f64>;

/// Where the values of each site are among those of an image.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub(super) of_sites: Vec<(Site, Range<usize>)>,
    architecture: Architecture,
}

/// The images that could be read, and the center activations of every studied block for them.
#[derive(Debug)]
pub(crate) struct Photographs {
    pub(super) entries: Vec<Entry>,
    pub(super) columns: Columns,
    /// The center activations of all columns, an image after another.
    pub(super) images: Vec<Vec<f32>>,
}

impl Columns {
    fn of(scan: &Scan<'_>) -> Result<Columns, RunError> {
        let (mut columns, mut from) = (Vec::new(), 0);
        for &(site, shape) in scan.reader()?.shapes() {
            columns.push((site, from..from + shape.channels));
            from += shape.channels;
        }
        Ok(Columns { of_sites: columns, architecture: scan.loaded.architecture().clone() })
    }

    /// The center activations of all channels of a site, of one image; none where it was not read.
    pub(super) fn of_site<'a>(&self, image: &'a [f32], site: Site) -> &'a [f32] {
        let column = self.of_sites.iter().find(|(s, _)| *s == site);
        column.map_or(&[], |(_, range)| &image[range.clone()])
    }

    /// A role's center activation of a channel, of one image.
    pub(crate) fn at(&self, image: &[f32], block: Block, role: Role, channel: usize) -> f32 {
        let site = self.architecture.read_site(block, role);
        let column = self.of_sites.iter().find(|(s, _)| *s == site);
        column.map_or(f32::NAN, |(_, range)| image[range.start + channel])
    }
}

/// What images are read for, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) studies: &'a [Study],
    /// The folder of the journals that keep what was read.
    pub(crate) journals: &'a Path,
    pub(crate) threads: NonZero<usize>,
    pub(crate) isa: Isa,
    pub(crate) observer: &'a dyn Observer,
}

impl Reading<'_> {
    /// A scan of sites with images looked at in some way.
    pub(super) fn scan<'s>(&'s self, sites: &'s [Site], view: View) -> Scan<'s> {
        Scan { loaded: self.loaded, sites, view, extent: Extent::Center, threads: self.threads, isa: self.isa }
    }
}

/// Every site at which a studied block's roles are read, each once.
pub(super) fn sites(reading: &Reading<'_>) -> Vec<Site> {
    let architecture = reading.loaded.architecture();
    let mut sites: Vec<Site> = Vec::new();
    for study in reading.studies {
        for site in Role::ALL.map(|role| architecture.read_site(study.block, role)) {
            if !sites.contains(&site) {
                sites.push(site);
            }
        }
    }
    sites
}

/// Reads some of a run's images for all studied blocks, and keeps what was read in a journal of theirs; how many could be
/// read.
///
/// # Errors
/// If a journal cannot be written.
pub(crate) fn keep(reading: &Reading<'_>, entries: &[Entry]) -> Result<usize, RunError> {
    let sites = sites(reading);
    let scan = reading.scan(&sites, View::Plain);
    let (_, journal) = scan.journal_among(reading.journals, entries)?;
    let mut read = 0;
    scan.read_once(entries, journal, reading.observer, |_, _, values| {
        read += usize::from(values.is_ok());
        Ok(())
    })?;
    Ok(read)
}

impl Photographs {
    /// Reads every image of a folder once, for all studied blocks. What an earlier run has read is taken from the
    /// journals. What the manifest says of the images comes with them.
    ///
    /// # Errors
    /// If there is no readable image, or a journal cannot be written.
    pub(crate) fn read(reading: &Reading<'_>, folder: &Path) -> Result<(Photographs, ImagesRecord), RunError> {
        let (all, passed_over) = scan::listed(&[folder.to_owned()])?;
        if !passed_over.is_empty() {
            reading.observer.event(Event::Notice(format!("{}: {passed_over}", folder.display())));
        }
        let sites = sites(reading);
        let scan = reading.scan(&sites, View::Plain);
        let (mut names, mut files) = (blake3::Hasher::new(), Vec::new());
        let (mut skipped, mut digests) = (Vec::new(), BTreeMap::new());
        let (mut entries, mut images) = (Vec::new(), Vec::new());
        let (name, journal) = scan.journal_among(reading.journals, &all)?;
        let kept = scan.read_once(&all, journal, reading.observer, |at, digest, read| {
            files.push(digest);
            match read {
                Ok(values) => {
                    names.update(all[at].name.as_bytes()).update(b"\n");
                    let digest = blake3::Hash::from_bytes(digest).to_hex();
                    digests.insert(all[at].name.clone(), digest.to_string());
                    entries.push(all[at].clone());
                    images.push(values);
                }
                Err(error) => skipped.push(error.to_string()),
            }
            Ok(())
        })?;
        if entries.is_empty() {
            return Err(RunError::NoImages { path: folder.to_owned(), found: all.len() });
        }
        for flaw in &kept.flawed {
            reading.observer.event(Event::Notice(flaw.clone()));
        }
        let record = ImagesRecord {
            folder: folder.display().to_string(),
            read: entries.len(),
            skipped,
            flawed: kept.flawed,
            passed_over: passed_over.kinds().clone(),
            names_digest: names.finalize().to_hex().to_string(),
            digest: scan::digest_of_all(&files),
            files: digests,
            journals: BTreeMap::from([(name, kept.held)]),
        };
        Ok((Photographs { columns: Columns::of(&scan)?, entries, images }, record))
    }

    /// The center activations of a role of a channel, an image after another. The Output is the sum before its ReLU:
    /// where it is positive it is the same number, and below zero it still has an order.
    pub(super) fn activations(&self, block: Block, role: Role, channel: usize) -> Vec<f32> {
        let images = self.images.iter();
        images.map(|image| self.columns.at(image, block, role, channel)).collect()
    }

    /// The nine images with the largest center activation of a role of a channel, the largest first; equal activations
    /// stand in the order of the files.
    pub(crate) fn top(&self, block: Block, role: Role, channel: usize) -> Vec<usize> {
        largest(&self.activations(block, role, channel), NINE)
    }

    /// How many images there are.
    pub(crate) fn count(&self) -> usize {
        self.images.len()
    }

    /// The center activations of all channels of a site, of an image by its place.
    pub(crate) fn at_site(&self, image: usize, site: Site) -> &[f32] {
        self.images.get(image).map_or(&[], |values| self.columns.of_site(values, site))
    }

    /// Correlates Input and Block over the images whose Input is positive.
    pub(crate) fn tuning_curves(&self, studies: &[Study]) -> TuningCurves {
        let mut curves = TuningCurves::new();
        for study in studies {
            for &channel in &study.channels {
                let [input, block] =
                    [Role::Input, Role::Block].map(|role| self.activations(study.block, role, channel));
                if let Ok(correlation) = tuning_curve_correlation(&input, &block) {
                    curves.insert((study.block, channel), correlation.rho);
                }
            }
        }
        curves
    }
}
