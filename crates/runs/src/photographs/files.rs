//! What a run leaves of photographs: the center activations of each site, the images at either end of each channel, and
//! mosaics of those that exemplars answer to most.

use super::found::OfPhotographs;
use super::mosaics::write_mosaics;
use super::reading::{Photographs, Reading};
use super::thumbnails::write_thumbnails;
use crate::error::RunError;
use crate::output::Output;
use crate::plan::Study;
use crate::progress::one_line;
use report::registry::tables::{ACTIVATION_HISTOGRAM, ALIKE, EXTREMES, PHOTOGRAPH_CONTRIBUTIONS};
use report::{ActivationBinRow, ExtremeRow, layout};
use resnet::{Block, Role};
use std::collections::BTreeSet;

/// Writes the columns, the images at either end, and mosaics of the top nine of the `shown` channels.
///
/// # Errors
/// If a file cannot be written, or a photograph not be read again.
pub(crate) fn write(
    output: &Output,
    found: &OfPhotographs,
    reading: &Reading<'_>,
    shown: &[(Block, usize)],
) -> Result<(), RunError> {
    let photographs = &found.read;
    for rows in photographs.all_rows() {
        rows.put(output)?;
    }
    let names = photographs.entries.iter().map(|e| one_line(&e.name));
    let names: String = names.map(|name| name + "\n").collect();
    output.write_new(&output.path(layout::IMAGES), names.as_bytes())?;
    let extremes = photographs.extremes(reading.studies);
    let shown_at_all = photographs.places(extremes.iter().map(|row| row.image.as_str()));
    output.write_table(&EXTREMES, &extremes)?;
    let studied = reading.studies.iter().flat_map(|study| study.channels.iter().map(|&c| (study.block, c)));
    let bins: Vec<&ActivationBinRow> =
        studied.filter_map(|of| found.channels.get(&of)).flat_map(|channel| &channel.bins).collect();
    output.write_table(&ACTIVATION_HISTOGRAM, &bins)?;
    output.write_table(&ALIKE, &photographs.alike(&found.channels, reading)?)?;
    output.write_table(&PHOTOGRAPH_CONTRIBUTIONS, &photographs.contributed(&shown_at_all, reading)?)?;
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
                    let ends = self.ends(study.block, role, channel);
                    for (end, images) in [("top", &ends.top), ("bottom", &ends.bottom)] {
                        rows.extend(images.leading().iter().zip(1..).map(|(&(activation, image), rank)| ExtremeRow {
                            block: study.block.to_string(),
                            channel,
                            role: role.name().to_owned(),
                            end: end.to_owned(),
                            rank,
                            image: self.entries[image].name.clone(),
                            activation: activation.into(),
                        }));
                    }
                }
            }
        }
        rows
    }
}
