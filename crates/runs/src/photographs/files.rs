//! What a run leaves of photographs: the center activations of each site, the images at either end of each channel, and
//! mosaics of those that exemplars answer to most.

use super::mosaics::write_mosaics;
use super::reading::{NINE, Photographs, Reading};
use crate::error::RunError;
use crate::output::Output;
use crate::plan::Study;
use crate::progress::one_line;
use crate::store::npy;
use analysis::{largest, smallest};
use report::registry::tables::EXTREMES;
use report::{ExtremeRow, layout};
use resnet::{Block, Role};

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
    output.write_table(&EXTREMES, &photographs.extremes(reading.studies))?;
    write_mosaics(output, photographs, reading, shown)
}

impl Photographs {
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
