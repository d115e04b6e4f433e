//! JPEG, by the crate `jpeg`.

use jpeg::{Jpeg, Refusal};

use super::source::Source;
use crate::error::ImageError;
use crate::rgb8::Rgb8;

pub(super) fn decode(source: &Source<'_>) -> Result<Rgb8, ImageError> {
    let jpeg = Jpeg::open(source.bytes).map_err(|damage| source.damaged(damage))?;
    let (width, height) = jpeg.size();
    source.check_size((width, height))?;
    let pixels = 3 * width as u64 * height as u64;
    let kept = jpeg.coefficient_bytes();
    source.check_bytes((width, height), pixels + jpeg.sample_bytes().saturating_add(kept))?;
    let pixels = jpeg.decode().map_err(|refusal| match refusal {
        Refusal::Damaged(damage) => source.damaged(damage),
        Refusal::Kind(kind) => source.unsupported(kind),
    })?;
    Rgb8::from_pixels(width, height, pixels)
}
