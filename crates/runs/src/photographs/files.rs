//! What a run leaves of photographs: the center activations of each site, the images at either end of each channel, and
//! mosaics of those that exemplars answer to most.

use super::mosaics::write_mosaics;
use super::reading::{NINE, Photographs, Reading};
use super::thumbnails::write_thumbnails;
use crate::error::RunError;
use crate::output::Output;
use crate::plan::Study;
use crate::progress::one_line;
use crate::store::npy;
use analysis::{largest, smallest};
use report::registry::tables::{ACTIVATION_HISTOGRAM, ALIKE, EXTREMES, PHOTOGRAPH_CONTRIBUTIONS};
use report::{ExtremeRow, layout};
use resnet::{Block, Role};
use std::collections::BTreeSet;

/// Writes the columns, the images at either end, and mosaics of the top nine of the `shown` channels.
///
/// # Errors
/// If a file cannot be written, or a photograph not be read again.
pub(crate) fn write(
    output: &Output,
    photographs: &Photographs,
    reading: &Reading<'_>,
    shown: &[(Block, usize)],
) -> Result<(), RunError> {
    for (site, range) in &photographs.columns.of_sites {
        let shape = [photographs.images.len(), range.len()];
        let path = output.path(layout::activations(&site.to_string()));
        let values = photographs.images.iter().flat_map(|image| &image[range.clone()]);
        let array = npy(&shape, values).map_err(RunError::write(&path))?;
        output.write_new(&path, &array)?;
    }
    let names = photographs.entries.iter().map(|e| one_line(&e.name));
    let names: String = names.map(|name| name + "\n").collect();
    output.write_new(&output.path(layout::IMAGES), names.as_bytes())?;
    let extremes = photographs.extremes(reading.studies);
    let shown_at_all = photographs.places(extremes.iter().map(|row| row.image.as_str()));
    output.write_table(&EXTREMES, &extremes)?;
    output.write_table(&ACTIVATION_HISTOGRAM, &photographs.activation_bins(reading))?;
    output.write_table(&ALIKE, &photographs.alike(reading)?)?;
    output.write_table(&PHOTOGRAPH_CONTRIBUTIONS, &photographs.contributed(&shown_at_all, reading))?;
    write_thumbnails(output, photographs, reading, &shown_at_all)?;
    write_mosaics(output, photographs, reading, shown)
}

impl Photographs {
    /// The places of images that are named, in the order of the folder.
    fn places<'a>(&self, names: impl Iterator<Item = &'a str>) -> BTreeSet<usize> {
        let names: BTreeSet<&str> = names.collect();
        (0..self.entries.len()).filter(|&at| names.contains(self.entries[at].name.as_str())).collect()
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
}
