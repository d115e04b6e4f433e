//! What photographs say of the studied channels (METHOD.md, section 3).
//!
//! Every image is read once, at the center neurons of Input, Block and Output of every studied block. From that follow
//! the images at either end, tuning curves ([`Photographs::tuning_curves`]), the measures of pictures taken on
//! photographs instead ([`measures`]), and what Input and Block contribute ([`contributions`]).

mod contributions;
mod measures;
mod mosaic;

pub use contributions::{Contributions, contributions};
pub(crate) use measures::OnPhotographs;

use crate::error::RunError;
use crate::exemplars::Exemplar;
use crate::files::Output;
use crate::numpy::npy;
use crate::plan::Study;
use crate::progress::{Observer, one_line};
use crate::scan::{self, Entry, Scan};
use crate::source::Loaded;
use analysis::{largest, smallest, tuning_curve_correlation};
use report::{ExtremeRow, ImagesRecord, layout};
use resnet::{Block, Extent, Isa, Role, Site, View};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};

/// Images at either end.
pub(crate) const NINE: usize = 9;

/// Spearman's correlation of each channel's Input and Block center activations; channels where it is not defined are
/// left out.
pub(crate) type TuningCurves = BTreeMap<(Block, usize), f64>;

/// Where the values of each site are among those of an image.
#[derive(Clone, Debug)]
pub(crate) struct Columns(Vec<(Site, std::ops::Range<usize>)>);

/// The images that could be read, and the center activations of every studied block for them.
#[derive(Debug)]
pub(crate) struct Photographs {
    entries: Vec<Entry>,
    columns: Columns,
    /// The center activations of all columns, an image after another.
    images: Vec<Vec<f32>>,
    /// What the manifest says of them.
    pub(crate) record: ImagesRecord,
}

impl Columns {
    fn of(scan: &Scan<'_>) -> Result<Columns, RunError> {
        let (mut columns, mut from) = (Vec::new(), 0);
        for &(site, shape) in scan.reader()?.shapes() {
            columns.push((site, from..from + shape.channels));
            from += shape.channels;
        }
        Ok(Columns(columns))
    }

    /// A role's center activation of a channel, of one image.
    pub(crate) fn at(&self, image: &[f32], block: Block, role: Role, channel: usize) -> f32 {
        let site = block.read_site(role);
        let column = self.0.iter().find(|(s, _)| *s == site);
        column.map_or(f32::NAN, |(_, range)| image[range.start + channel])
    }
}

/// Every site at which a studied block's roles are read, each once.
fn sites(studies: &[Study]) -> Vec<Site> {
    let mut sites: Vec<Site> = Vec::new();
    for study in studies {
        for site in Role::ALL.map(|role| study.block.read_site(role)) {
            if !sites.contains(&site) {
                sites.push(site);
            }
        }
    }
    sites
}

impl Photographs {
    /// Reads every image of a folder once, for all studied blocks. What an earlier run has read is taken from the
    /// journals below `journals`.
    ///
    /// # Errors
    /// If there is no readable image, or a journal cannot be written.
    pub(crate) fn read(
        loaded: &Loaded,
        studies: &[Study],
        (folder, journals): (&PathBuf, &Path),
        (threads, isa): (NonZero<usize>, Isa),
        observer: &dyn Observer,
    ) -> Result<Photographs, RunError> {
        let all = scan::entries(std::slice::from_ref(folder))?;
        let sites = sites(studies);
        let scan = Scan { loaded, sites: &sites, view: View::Plain, extent: Extent::Center, threads, isa };
        let (mut names, mut files) = (blake3::Hasher::new(), blake3::Hasher::new());
        let (mut skipped, mut digests) = (Vec::new(), BTreeMap::new());
        let (mut entries, mut images) = (Vec::new(), Vec::new());
        let (name, journal) = scan.journal_among(journals, &all)?;
        let (held, _) = scan.read_once(&all, journal, observer, |at, digest, read| {
            files.update(&digest);
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
            return Err(RunError::NoImages { path: folder.clone(), found: all.len() });
        }
        let record = ImagesRecord {
            folder: folder.display().to_string(),
            read: entries.len(),
            skipped,
            names_digest: names.finalize().to_hex().to_string(),
            digest: files.finalize().to_hex().to_string(),
            files: digests,
            journals: BTreeMap::from([(name, held)]),
        };
        Ok(Photographs { columns: Columns::of(&scan)?, entries, images, record })
    }

    /// The center activations of a role of a channel, an image after another. The Output is the sum before its ReLU:
    /// where it is positive it is the same number, and below zero it still has an order.
    fn activations(&self, block: Block, role: Role, channel: usize) -> Vec<f32> {
        let images = self.images.iter();
        images.map(|image| self.columns.at(image, block, role, channel)).collect()
    }

    /// The nine images with the largest center activation of a role of a channel, the largest first; equal activations
    /// stand in the order of the files.
    fn top(&self, block: Block, role: Role, channel: usize) -> Vec<usize> {
        largest(&self.activations(block, role, channel), NINE)
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

    /// The nine images with the largest center activation of every role of every studied channel, and the nine
    /// smallest.
    fn extremes(&self, studies: &[Study]) -> Vec<ExtremeRow> {
        let mut rows = Vec::new();
        for study in studies {
            for &channel in &study.channels {
                for role in Role::ALL {
                    let values = self.activations(study.block, role, channel);
                    let ends = [("top", largest(&values, NINE)), ("bottom", smallest(&values, NINE))];
                    for (end, images) in ends {
                        rows.extend(images.into_iter().zip(1..).map(|(image, rank)| ExtremeRow {
                            block: study.block.to_string(),
                            channel,
                            role: role.name().to_owned(),
                            end: end.to_owned(),
                            rank,
                            image: self.entries[image].name.clone(),
                            activation: values[image].into(),
                        }));
                    }
                }
            }
        }
        rows
    }

    /// Writes the columns, the images at either end, and for exemplars mosaics of the top nine.
    ///
    /// # Errors
    /// If a file cannot be written, or a photograph not be read again.
    pub(crate) fn write(
        &self,
        output: &Output,
        loaded: &Loaded,
        studies: &[Study],
        exemplars: &[Exemplar],
        isa: Isa,
    ) -> Result<(), RunError> {
        for (site, range) in &self.columns.0 {
            let shape = [self.images.len(), range.len()];
            let path = output.path(layout::activations(&site.to_string()));
            let values = self.images.iter().flat_map(|image| &image[range.clone()]);
            let array = npy(&shape, values).map_err(RunError::write(&path))?;
            output.write_new(&path, &array)?;
        }
        let names = self.entries.iter().map(|e| one_line(&e.name));
        let names: String = names.map(|name| name + "\n").collect();
        output.write_new(&output.path(layout::IMAGES), names.as_bytes())?;
        output.write_table(layout::EXTREMES, &self.extremes(studies))?;
        self.write_mosaics(output, loaded, exemplars, isa)
    }
}
