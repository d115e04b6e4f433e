//! Files to pictures, as Pillow's `Image.open(path).convert("RGB")` reads them.

mod bmp;
mod gif;
mod jpeg;
mod orient;
mod png;
mod png_chunks;
mod samples;
mod source;
mod tiff;
mod webp;

use std::fs;
use std::path::Path;

use crate::content::{self, Format};
use crate::error::ImageError;
use crate::rgb8::Rgb8;
use source::Source;

/// The bytes of a file.
///
/// # Errors
/// If it cannot be opened, or is a pipe or whatever else would let us wait for ever.
pub fn read(path: impl AsRef<Path>) -> Result<Vec<u8>, ImageError> {
    let path = path.as_ref();
    let refused = |source| ImageError::CannotOpen { path: path.to_owned(), source };
    if !fs::metadata(path).map_err(refused)?.is_file() {
        let path = path.to_owned();
        return Err(ImageError::NotAFile { path });
    }
    fs::read(path).map_err(refused)
}

/// Reads a JPEG, PNG, WebP, GIF, BMP or TIFF; which one is told by its bytes, not by its name.
///
/// Alpha is dropped, not blended; palettes and grey are expanded; colour profiles and gamma are ignored, and so are
/// orientation tags but for a TIFF's, which Pillow obeys; of several pictures the first is read; CMYK of a JPEG is read
/// as Adobe writes it, inverted. Of 16-bit samples the high byte is taken, but of 16-bit *grey* Pillow keeps the value
/// and cuts it at 255, so nearly everything is white: it is done the same way here.
///
/// Not read, though Pillow does: TIFFs of other than 1, 2, 4, 8 or 16 bits a sample, of YCbCr or L\*a\*b\*, or compressed
/// otherwise than by LZW, Deflate or PackBits; BMPs with a header of OS/2 2; JPEGs of arithmetic codes.
///
/// # Errors
/// If the file cannot be opened, is of no such format, is damaged or truncated, has no pixel or too many, needs
/// too much memory, or is of an unsupported kind.
pub fn decode(path: impl AsRef<Path>) -> Result<Rgb8, ImageError> {
    let path = path.as_ref();
    let bytes = read(path)?;
    decode_bytes(&bytes, path)
}

/// Reads a picture in memory like [`decode`]; errors name it by `path`, which is not opened.
///
/// # Errors
/// Those of [`decode`], but for opening.
///
/// ```
/// let error = images::decode_bytes(b"8BPS\0\x01", "photo.jpg").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "photo.jpg: expected a JPEG, PNG, WebP, GIF, BMP or TIFF, found a file of the format Photoshop"
/// );
/// ```
pub fn decode_bytes(bytes: &[u8], path: impl AsRef<Path>) -> Result<Rgb8, ImageError> {
    let path = path.as_ref();
    let Some(format) = Format::of(bytes) else {
        return Err(ImageError::NotAnImage { path: path.to_owned(), found: content::instead(bytes) });
    };
    let source = Source { bytes, path, format };
    match format {
        Format::Jpeg => jpeg::decode(&source),
        Format::Png => png::decode(&source),
        Format::WebP => webp::decode(&source),
        Format::Gif => gif::decode(&source),
        Format::Bmp => bmp::decode(&source),
        Format::Tiff => tiff::decode(&source),
    }
}

/// What is wrong with a file that is read all the same, as Pillow reads it: the end of a sentence that begins with it.
///
/// So far that is a PNG's: checksums of chunks that are not theirs, an end that is missing, a chunk that no version of
/// the format knows. All pixels are there.
///
/// ```
/// let picture = images::Rgb8::from_pixels(1, 1, vec![1, 2, 3])?;
/// let bytes = images::encode_png(&picture)?;
/// assert_eq!(images::flaw(&bytes), None);
/// let cut = &bytes[..bytes.len() - 12];
/// assert_eq!(images::flaw(cut), Some("its end chunk is missing"));
/// assert_eq!(images::decode_bytes(cut, "in memory")?, picture);
/// # Ok::<(), images::ImageError>(())
/// ```
#[must_use]
pub fn flaw(bytes: &[u8]) -> Option<&'static str> {
    match Format::of(bytes) {
        Some(Format::Png) => png_chunks::Chunks::of(bytes).flaw,
        _ => None,
    }
}
