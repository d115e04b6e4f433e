//! Pictures to files.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use crate::error::ImageError;
use crate::rgb8::Rgb8;

/// The bytes of a PNG: 8-bit RGB, without any other chunk, the same bytes for the same picture on every machine.
///
/// The compression is the fast one, for it has a single implementation; the others go through a library that another
/// crate of a build may exchange, and the bytes with it.
///
/// # Errors
/// If the encoder refuses, which it has no reason to.
///
/// ```
/// let picture = images::Rgb8::from_pixels(1, 2, vec![255, 0, 0, 0, 0, 255])?;
/// let bytes = images::encode_png(&picture)?;
/// assert_eq!(images::decode_bytes(&bytes, "in memory")?, picture);
/// # Ok::<(), images::ImageError>(())
/// ```
pub fn encode_png(picture: &Rgb8) -> Result<Vec<u8>, ImageError> {
    let (width, height) = (picture.width(), picture.height());
    let refused = |reason: String| ImageError::Encode { width, height, reason };
    let columns = u32::try_from(width).map_err(|error| refused(error.to_string()))?;
    let rows = u32::try_from(height).map_err(|error| refused(error.to_string()))?;
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive)
        .write_image(picture.pixels(), columns, rows, ExtendedColorType::Rgb8)
        .map_err(|error| refused(error.to_string()))?;
    Ok(bytes)
}
