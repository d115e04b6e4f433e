//! What photographs say of the studied channels (method section 3): center activations of Input, Block and Output for every image,
//! tuning curves, and the images at either end.

use crate::activations::npy;
use crate::error::RunError;
use crate::files::Output;
use crate::plan::Study;
use crate::progress::Observer;
use crate::scan::{self, Entry, Scan};
use crate::source::Loaded;
use crate::tables::Exemplar;
use analysis::{largest, smallest, tuning_curve_correlation};
use images::Rgb8;
use images::pillow::resize_bilinear;
use report::{ExtremeRow, ImagesRecord, layout, write_table};
use resnet::{Block, Extent, Isa, Role, Site};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::PathBuf;

/// Images at either end.
const NINE: usize = 9;
/// Rows and columns of one photograph of a mosaic of nine.
const TILE: usize = 112;

/// Spearman's correlation of each channel's Input and Block center activations; channels where it is not defined are left out.
pub(crate) type TuningCurves = BTreeMap<(Block, usize), f64>;

/// The images that could be read, and the center activations of every studied block for them.
#[derive(Debug)]
pub(crate) struct Photographs {
    entries: Vec<Entry>,
    /// Sites in the order (block, role), each once, and their activations `[images][channels]`.
    columns: Vec<(Site, Vec<Vec<f32>>)>,
    /// What the manifest says of them.
    pub(crate) record: ImagesRecord,
}

/// Where a role's center activation is read for ranking images. The Output is the sum before its ReLU: where it is positive it is the
/// same number, and below zero it still has an order.
fn site(block: Block, role: Role) -> Site {
    match role {
        Role::Output => Site::Sum(block),
        Role::Input | Role::Block => block.read_site(role),
    }
}

impl Photographs {
    /// Reads every image of a folder once, for all studied blocks.
    ///
    /// # Errors
    /// If there is no readable image.
    pub(crate) fn read(
        loaded: &Loaded,
        studies: &[Study],
        folder: &PathBuf,
        (threads, isa): (NonZero<usize>, Isa),
        observer: &dyn Observer,
    ) -> Result<Photographs, RunError> {
        let mut sites: Vec<Site> = Vec::new();
        for study in studies {
            let of_block = Role::ALL.map(|role| site(study.block, role));
            sites.extend(
                of_block
                    .iter()
                    .filter(|s| !sites.contains(s))
                    .copied()
                    .collect::<Vec<_>>(),
            );
        }
        let entries = scan::entries(std::slice::from_ref(folder))?;
        let scan = Scan {
            loaded,
            sites: &sites,
            extent: Extent::Center,
            threads,
            isa,
        };
        let results = scan.read(&entries, observer)?;
        let (mut names, mut read, mut skipped) = (blake3::Hasher::new(), Vec::new(), Vec::new());
        let mut columns: Vec<(Site, Vec<Vec<f32>>)> =
            sites.iter().map(|&site| (site, Vec::new())).collect();
        let found = entries.len();
        for (entry, result) in entries.into_iter().zip(results) {
            match result {
                Ok(values) => {
                    names.update(entry.name.as_bytes()).update(b"\n");
                    read.push(entry);
                    for ((_, column), values) in columns.iter_mut().zip(values) {
                        column.push(values);
                    }
                }
                Err(error) => skipped.push(error.to_string()),
            }
        }
        if read.is_empty() {
            return Err(RunError::NoImages {
                path: folder.clone(),
                found,
            });
        }
        let record = ImagesRecord {
            folder: folder.display().to_string(),
            read: read.len(),
            skipped,
            names_digest: names.finalize().to_hex().to_string(),
        };
        Ok(Photographs {
            entries: read,
            columns,
            record,
        })
    }

    /// The center activations of a role of a channel, an image after another.
    fn activations(&self, block: Block, role: Role, channel: usize) -> Vec<f32> {
        let site = site(block, role);
        let column = self.columns.iter().find(|(s, _)| *s == site);
        column.map_or_else(Vec::new, |(_, images)| {
            images.iter().map(|i| i[channel]).collect()
        })
    }

    /// Correlates Input and Block over the images whose Input is positive.
    pub(crate) fn tuning_curves(&self, studies: &[Study]) -> TuningCurves {
        let mut curves = TuningCurves::new();
        for study in studies {
            for &channel in &study.channels {
                let [input, block] = [Role::Input, Role::Block]
                    .map(|role| self.activations(study.block, role, channel));
                if let Ok(correlation) = tuning_curve_correlation(&input, &block) {
                    curves.insert((study.block, channel), correlation.rho);
                }
            }
        }
        curves
    }

    /// The nine images with the largest center activation of every role of every studied channel, and the nine smallest. Equal
    /// activations stand in the order of the files.
    fn extremes(&self, studies: &[Study]) -> Vec<ExtremeRow> {
        let mut rows = Vec::new();
        for study in studies {
            for &channel in &study.channels {
                for role in Role::ALL {
                    let values = self.activations(study.block, role, channel);
                    let ends = [
                        ("top", largest(&values, NINE)),
                        ("bottom", smallest(&values, NINE)),
                    ];
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

    /// Writes the columns, the images at either end, and for exemplars a mosaic of the top nine.
    ///
    /// # Errors
    /// If a file cannot be written, or a photograph not be read again.
    pub(crate) fn write(
        &self,
        output: &Output,
        studies: &[Study],
        exemplars: &[Exemplar],
        size: usize,
    ) -> Result<(), RunError> {
        for (site, images) in &self.columns {
            let shape = [images.len(), images.first().map_or(0, Vec::len)];
            let path = output.path(layout::activations(&site.to_string()));
            let array = npy(&shape, images.iter().flatten());
            let failed = |source| RunError::Write {
                path: path.clone(),
                source,
            };
            output.write_new(&path, &array.map_err(failed)?)?;
        }
        let names: String = self
            .entries
            .iter()
            .map(|e| format!("{}\n", e.name))
            .collect();
        output.write_new(&output.path(layout::IMAGES), names.as_bytes())?;
        write_table(&output.path(layout::EXTREMES), &self.extremes(studies))?;
        for e in exemplars {
            for role in Role::ALL {
                let values = self.activations(e.block, role, e.channel);
                let mosaic = self.mosaic(&largest(&values, NINE), size)?;
                let path = layout::top_images(&e.block.to_string(), role.name(), e.channel);
                output.write_new(&output.path(path), &images::encode_png(&mosaic)?)?;
            }
        }
        Ok(())
    }

    /// Up to nine photographs as the network saw them, three a row in their order; black where there are fewer.
    fn mosaic(&self, chosen: &[usize], size: usize) -> Result<Rgb8, RunError> {
        let side = 3 * TILE;
        let mut pixels = vec![0; side * side * 3];
        for (at, &image) in chosen.iter().enumerate() {
            let picture = scan::seen(&self.entries[image], size)?;
            let tile = resize_bilinear(&picture, TILE, TILE)?;
            for row in 0..TILE {
                let to = ((at / 3 * TILE + row) * side + at % 3 * TILE) * 3;
                pixels[to..to + TILE * 3].copy_from_slice(tile.row(row));
            }
        }
        Ok(Rgb8::from_pixels(side, side, pixels)?)
    }
}
