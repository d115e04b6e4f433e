//! All that photographs say of the studied channels.

use super::channels::{OfChannel, over_channels};
use super::measures::{OnPhotographs, measure};
use super::reading::{Photographs, Reading};
use super::scan::Listing;
use crate::error::RunError;
use crate::output::Output;
use report::ImagesRecord;
use resnet::Block;
use std::collections::BTreeMap;
use std::path::Path;

/// What was found on photographs.
#[derive(Debug)]
pub(crate) struct OfPhotographs {
    /// The images, and the center activations for them.
    pub(crate) read: Photographs,
    /// What each channel does over all of them.
    pub(crate) channels: BTreeMap<(Block, usize), OfChannel>,
    /// On each channel's top nine.
    pub(crate) measured: BTreeMap<(Block, usize), OnPhotographs>,
    /// What the manifest says of the images.
    pub(crate) record: ImagesRecord,
}

impl OfPhotographs {
    /// Reads the images of a folder, and what the top nine of each channel are measured on. Activations go to the files of
    /// an output, which are given their names by [`super::write`].
    ///
    /// # Errors
    /// If there is no readable image, or a file cannot be written.
    pub(crate) fn find(
        reading: &Reading<'_>,
        images: (&Path, &Listing),
        output: &Output,
    ) -> Result<OfPhotographs, RunError> {
        let (read, mut record) = Photographs::read(reading, images, output)?;
        let (measured, journals) = measure(&read, reading)?;
        record.journals.extend(journals);
        Ok(OfPhotographs { channels: over_channels(&read, reading)?, read, measured, record })
    }
}
