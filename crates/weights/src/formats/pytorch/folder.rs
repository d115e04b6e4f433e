//! A folder as the `transformers` library wrote it before `.safetensors`.

use super::super::foreign::what_it_is;
use super::super::format::{Contents, Format};
use super::super::place::Place;
use super::archive::Archive;
use super::legacy::Legacy;
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
        let formats: [&dyn Format; 2] = [&Archive, &Legacy];
        let format = formats.into_iter().find(|format| format.recognises(&file));
        match format {
            Some(format) => format.open(&file),
            None => Err(what_it_is(&file)),
        }
    }
}
