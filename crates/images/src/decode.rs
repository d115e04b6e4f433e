//! Files to pictures, as Pillow's `Image.open(path).convert("RGB")` reads them.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::DynamicImage;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;

use crate::error::ImageError;
use crate::header::{self, Format, JpegMarkers, PngHeader};
use crate::jpeg;
use crate::rgb8::{MAX_PIXELS, Rgb8, byte_count};

/// PNG's colour type of grey without alpha.
const PNG_GREY: u8 = 0;

/// Reads a JPEG or a PNG; which one is told by its bytes, not by its name.
///
/// Alpha is dropped, not blended; palettes and grey are expanded; orientation tags, colour profiles and gamma are
/// ignored; CMYK is read as Adobe writes it, inverted. Of 16-bit samples the high byte is taken, but of
/// 16-bit *grey* Pillow keeps the value and cuts it at 255, so nearly everything is white: it is done the same way here.
///
/// # Errors
/// If the file cannot be opened, is neither format, is damaged or truncated, has no pixel or too many, or is of an unsupported kind.
pub fn decode(path: impl AsRef<Path>) -> Result<Rgb8, ImageError> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(|source| ImageError::CannotOpen {
        path: path.to_owned(),
        source,
    })?;
    decode_bytes(&bytes, path)
}

/// Reads a JPEG or a PNG in memory like [`decode`]; errors name it by `path`, which is not opened.
///
/// # Errors
/// Those of [`decode`], but for opening.
pub fn decode_bytes(bytes: &[u8], path: impl AsRef<Path>) -> Result<Rgb8, ImageError> {
    let path = path.as_ref();
    let format = header::format(bytes).map_err(|found| ImageError::NotAnImage {
        path: path.to_owned(),
        found,
    })?;
    match format {
        Format::Jpeg => decode_jpeg(bytes, path),
        Format::Png => decode_png(bytes, path),
    }
}

fn decode_jpeg(bytes: &[u8], path: &Path) -> Result<Rgb8, ImageError> {
    let markers = JpegMarkers::read(bytes);
    let Some((width, height)) = markers.size else {
        return Err(damaged(
            path,
            Format::Jpeg,
            "it ends before its size is said",
        ));
    };
    check_size(path, Format::Jpeg, width, height)?;
    // The decoder would fill what is missing with grey.
    if !markers.ends {
        return Err(damaged(
            path,
            Format::Jpeg,
            "it is truncated: its end marker is missing",
        ));
    }
    // What is left to the library is rare: arithmetic codes, unfinished progressive files.
    let pixels = jpeg::decode(bytes, (width, height))
        .map_err(|damage| damaged(path, Format::Jpeg, damage.0))?;
    if let Some(pixels) = pixels {
        return Rgb8::from_pixels(width, height, pixels);
    }
    let decoder =
        JpegDecoder::new(Cursor::new(bytes)).map_err(|error| foreign(path, Format::Jpeg, error))?;
    let picture =
        DynamicImage::from_decoder(decoder).map_err(|error| foreign(path, Format::Jpeg, error))?;
    to_rgb8(picture, path, Format::Jpeg)
}

fn decode_png(bytes: &[u8], path: &Path) -> Result<Rgb8, ImageError> {
    let Some(header) = PngHeader::read(bytes) else {
        return Err(damaged(
            path,
            Format::Png,
            "it does not begin with its header",
        ));
    };
    check_size(path, Format::Png, header.width, header.height)?;
    let decoder =
        PngDecoder::new(Cursor::new(bytes)).map_err(|error| foreign(path, Format::Png, error))?;
    let picture =
        DynamicImage::from_decoder(decoder).map_err(|error| foreign(path, Format::Png, error))?;
    if header.bit_depth == 16 && header.color_type == PNG_GREY {
        return cut_grey(&picture, path);
    }
    to_rgb8(picture, path, Format::Png)
}

/// Takes the first three channels of every pixel, or the grey one three times, and the high byte of wide ones.
fn to_rgb8(picture: DynamicImage, path: &Path, format: Format) -> Result<Rgb8, ImageError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixels = match picture {
        DynamicImage::ImageRgb8(samples) => samples.into_raw(),
        DynamicImage::ImageLuma8(samples) => expand::<1>(&samples.into_raw(), [0, 0, 0]),
        DynamicImage::ImageLumaA8(samples) => expand::<2>(&samples.into_raw(), [0, 0, 0]),
        DynamicImage::ImageRgba8(samples) => expand::<4>(&samples.into_raw(), [0, 1, 2]),
        DynamicImage::ImageLumaA16(samples) => expand::<2>(&high_bytes(&samples), [0, 0, 0]),
        DynamicImage::ImageRgb16(samples) => high_bytes(&samples),
        DynamicImage::ImageRgba16(samples) => expand::<4>(&high_bytes(&samples), [0, 1, 2]),
        other => {
            let reason = format!("samples of {:?}", other.color());
            return Err(ImageError::Unsupported {
                path: path.to_owned(),
                format: format.name(),
                reason,
            });
        }
    };
    Rgb8::from_pixels(width, height, pixels)
}

/// Red, green and blue from the named of `N` channels.
fn expand<const N: usize>(samples: &[u8], channels: [usize; 3]) -> Vec<u8> {
    samples
        .as_chunks::<N>()
        .0
        .iter()
        .flat_map(|pixel| channels.map(|channel| pixel[channel]))
        .collect()
}

fn high_bytes(samples: &[u16]) -> Vec<u8> {
    samples
        .iter()
        .map(|sample| sample.to_be_bytes()[0])
        .collect()
}

/// 16-bit grey as Pillow's conversion from mode `I;16` has it: the value, cut at 255.
fn cut_grey(picture: &DynamicImage, path: &Path) -> Result<Rgb8, ImageError> {
    // A transparent grey level makes the decoder add alpha.
    let grey: Vec<u16> = match picture {
        DynamicImage::ImageLuma16(samples) => samples.to_vec(),
        DynamicImage::ImageLumaA16(samples) => samples.pixels().map(|pixel| pixel.0[0]).collect(),
        _ => {
            return Err(damaged(
                path,
                Format::Png,
                "it is not the 16-bit grey that its header says",
            ));
        }
    };
    let pixels = grey
        .iter()
        .flat_map(|&level| [u8::try_from(level).unwrap_or(u8::MAX); 3])
        .collect();
    Rgb8::from_pixels(picture.width() as usize, picture.height() as usize, pixels)
}

fn check_size(path: &Path, format: Format, width: usize, height: usize) -> Result<(), ImageError> {
    let (path, format) = (path.to_owned(), format.name());
    if width == 0 || height == 0 {
        return Err(ImageError::ZeroSize {
            path,
            format,
            width,
            height,
        });
    }
    match byte_count(width, height) {
        Some(_) => Ok(()),
        None => Err(ImageError::TooLarge {
            path,
            format,
            width,
            height,
            limit: MAX_PIXELS,
        }),
    }
}

fn damaged(path: &Path, format: Format, reason: &str) -> ImageError {
    ImageError::Damaged {
        path: path.to_owned(),
        format: format.name(),
        reason: reason.to_owned(),
    }
}

/// An error of the decoder in our words.
fn foreign(path: &Path, format: Format, error: image::ImageError) -> ImageError {
    // Some of the decoders' messages end in a line break, or hold one.
    let reason = error.to_string();
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let (path, format) = (path.to_owned(), format.name());
    match error {
        image::ImageError::Unsupported(_) | image::ImageError::Limits(_) => {
            ImageError::Unsupported {
                path,
                format,
                reason,
            }
        }
        _ => ImageError::Damaged {
            path,
            format,
            reason,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::ImageFormat;
    use image::error::{DecodingError, ImageFormatHint};

    /// Found by fuzzing: what the JPEG decoder says of a segment without its bytes ends in a line break.
    #[test]
    fn what_a_decoder_says_becomes_part_of_one_line() {
        let hint = ImageFormatHint::Exact(ImageFormat::Jpeg);
        let error = DecodingError::new(hint, "Not enough bytes,\nexpected 1\n");
        let error = foreign(
            Path::new("a.jpg"),
            Format::Jpeg,
            image::ImageError::Decoding(error),
        );
        let sentence = error.to_string();
        assert!(
            sentence.ends_with("Not enough bytes, expected 1"),
            "{sentence:?}"
        );
        assert!(!sentence.contains('\n'), "{sentence:?}");
    }
}
