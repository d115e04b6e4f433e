//! All that photographs say of the studied channels.

use super::measures::{OnPhotographs, measure};
use super::reading::{Photographs, Reading, TuningCurves};
use crate::error::RunError;
use report::ImagesRecord;
use resnet::Block;
use std::collections::BTreeMap;
use std::path::Path;

/// What was found on photographs.
#[derive(Debug)]
pub(crate) struct OfPhotographs {
    /// The images, and the center activations for them.
    pub(crate) read: Photographs,
    /// How Input and Block go together over all of them.
    pub(crate) tuning: TuningCurves,
    /// On each channel's top nine.
    pub(crate) measured: BTreeMap<(Block, usize), OnPhotographs>,
    /// What the manifest says of the images.
    pub(crate) record: ImagesRecord,
}

impl OfPhotographs {
    /// Reads the images of a folder, and what the top nine of each channel are measured on.
    ///
    /// # Errors
    /// If there is no readable image, or a journal cannot be written.
    pub(crate) fn find(reading: &Reading<'_>, folder: &Path) -> Result<OfPhotographs, RunError> {
        let (read, mut record) = Photographs::read(reading, folder)?;
        let (measured, journals) = measure(&read, reading)?;
        record.journals.extend(journals);
        Ok(OfPhotographs { tuning: read.tuning_curves(reading.studies), read, measured, record })
    }
}
