//! One `.safetensors` file.

use super::super::format::{Contents, Format};
use super::super::place::Place;
use super::shard::{NAME, Shard};
use crate::WeightsError;
use crate::text::printable;

/// One file.
#[derive(Debug)]
pub(crate) struct OneFile;

impl Format for OneFile {
    fn name(&self) -> &'static str {
        NAME
    }

    /// The length of the header, then its first character.
    fn recognises(&self, place: &Place) -> bool {
        let length = place.head().first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        // A length of more than 2^40 would not end with two zeros.
        length.is_some_and(|length| length < 1 << 40) && place.head().get(8) == Some(&b'{')
    }

    fn open(&self, place: &Place) -> Result<Contents, WeightsError> {
        let shard = Shard::open(place.path())?;
        let names = shard.header.tensors.iter().map(|tensor| printable(&tensor.name)).collect();
        Ok(Contents { names, notes: Vec::new(), beside: Vec::new(), tensors: Box::new(shard) })
    }
}
