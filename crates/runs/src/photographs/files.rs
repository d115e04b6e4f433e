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
use report::{ActivationBinRow, ExtremeRow, Pending, layout};
use resnet::{Block, Role};
use std::collections::BTreeSet;
use std::io::{BufWriter, Write};

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
    write_names(output, photographs)?;
    let (extremes, shown_at_all) = photographs.extremes(reading.studies);
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

/// Writes the names of the images, a line each.
fn write_names(output: &Output, photographs: &Photographs) -> Result<(), RunError> {
    let path = output.path(layout::IMAGES);
    let written = || {
        let pending = Pending::begin(&path)?;
        let mut file = BufWriter::new(pending.file());
        for entry in photographs.entries.iter() {
            writeln!(file, "{}", one_line(&entry.name))?;
        }
        file.flush()?;
        drop(file);
        Ok(pending)
    };
    output.put_new(&path, written().map_err(RunError::write(&path))?)
}

impl Photographs {
    /// The nine images with the largest center activation of every role of every studied channel, and the nine
    /// smallest; and the places of all these images.
    fn extremes(&self, studies: &[Study]) -> (Vec<ExtremeRow>, BTreeSet<usize>) {
        let (mut rows, mut places) = (Vec::new(), BTreeSet::new());
        for study in studies {
            for &channel in &study.channels {
                for role in Role::ALL {
                    let ends = self.ends(study.block, role, channel);
                    for (end, images) in [("top", &ends.top), ("bottom", &ends.bottom)] {
                        places.extend(images.places());
                        rows.extend(images.leading().iter().zip(1..).map(|(&(activation, image), rank)| ExtremeRow {
                            block: study.block.to_string(),
                            channel,
                            role: role.name().to_owned(),
                            end: end.to_owned(),
                            rank,
                            image: self.entries.entry(image).name,
                            activation: activation.into(),
                        }));
                    }
                }
            }
        }
        (rows, places)
    }
}
