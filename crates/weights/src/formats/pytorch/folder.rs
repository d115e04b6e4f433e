//! A folder as the `transformers` library wrote it before `.safetensors`.

use super::super::{Contents, FORMATS, Format, Place};
use super::NAME;
use crate::WeightsError;

/// A folder with one file.
#[derive(Debug)]
pub(crate) struct Folder;

const ONE: &str = "pytorch_model.bin";

impl Format for Folder {
    fn name(&self) -> &'static str {
        "a folder with pytorch_model.bin"
    }

    fn recognises(&self, place: &Place) -> bool {
        place.inside().iter().any(|name| name == ONE)
    }

    fn open(&self, place: &Place) -> Result<Contents, WeightsError> {
        let file = Place::look(&place.path().join(ONE))?;
        let format = FORMATS.iter().find(|format| format.name() == NAME && format.recognises(&file));
        match format {
            Some(format) => format.open(&file),
            None => Err(super::super::what_it_is(&file)),
        }
    }
}
