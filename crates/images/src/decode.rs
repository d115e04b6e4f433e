//! Files to pictures, as Pillow's `Image.open(path).convert("RGB")` reads them.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::{ColorType, ImageDecoder, Limits};
use jpeg::{Damage, Jpeg};

use crate::error::ImageError;
use crate::header::{self, Format, PngHeader};
use crate::rgb8::{MAX_PIXELS, Rgb8, byte_count};

/// PNG's colour type of grey without alpha.
const PNG_GREY: u8 = 0;

/// The most memory that decoding may take for samples: seven eighths of a GiB. It suffices for any PNG of at most
/// [`MAX_PIXELS`] and 8 bits a sample, for 117 million pixels of RGBA with 16 bits, for JPEGs of 156 million, and of 78
/// million if they are progressive.
const MAX_BYTES: u64 = 7 << 27;

/// The most memory for a row, and for what a PNG says beside its pixels, unpacked.
const MAX_ASIDE: u64 = 32 << 20;

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

/// Reads a JPEG or a PNG; which one is told by its bytes, not by its name.
///
/// Alpha is dropped, not blended; palettes and grey are expanded; orientation tags, colour profiles and gamma are
/// ignored; CMYK is read as Adobe writes it, inverted. Of 16-bit samples the high byte is taken, but of
/// 16-bit *grey* Pillow keeps the value and cuts it at 255, so nearly everything is white: it is done the same way
/// here.
///
/// # Errors
/// If the file cannot be opened, is neither format, is damaged or truncated, has no pixel or too many, needs
/// too much memory, or is of an unsupported kind.
pub fn decode(path: impl AsRef<Path>) -> Result<Rgb8, ImageError> {
    let path = path.as_ref();
    let bytes = read(path)?;
    decode_bytes(&bytes, path)
}

/// Reads a JPEG or a PNG in memory like [`decode`]; errors name it by `path`, which is not opened.
///
/// # Errors
/// Those of [`decode`], but for opening.
pub fn decode_bytes(bytes: &[u8], path: impl AsRef<Path>) -> Result<Rgb8, ImageError> {
    let path = path.as_ref();
    let format = header::format(bytes).map_err(|found| ImageError::NotAnImage { path: path.to_owned(), found })?;
    match format {
        Format::Jpeg => decode_jpeg(bytes, path),
        Format::Png => decode_png(bytes, path),
    }
}

fn decode_jpeg(bytes: &[u8], path: &Path) -> Result<Rgb8, ImageError> {
    let broken = |damage: Damage| damaged(path, Format::Jpeg, &damage.to_string());
    let jpeg = Jpeg::open(bytes).map_err(broken)?;
    let (width, height) = jpeg.size();
    check_size(path, Format::Jpeg, width, height)?;
    let pixels = 3 * width as u64 * height as u64;
    let kept = jpeg.coefficient_bytes();
    check_bytes(path, Format::Jpeg, (width, height), pixels + jpeg.sample_bytes().saturating_add(kept))?;
    // What is left to the library is rare: arithmetic codes, unfinished progressive files.
    let pixels = jpeg.decode().map_err(broken)?;
    if let Some(pixels) = pixels {
        return Rgb8::from_pixels(width, height, pixels);
    }
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(|error| foreign(path, Format::Jpeg, error))?;
    to_rgb8(decoder, kept, false, path, Format::Jpeg)
}

fn decode_png(bytes: &[u8], path: &Path) -> Result<Rgb8, ImageError> {
    let Some(header) = PngHeader::read(bytes) else {
        return Err(damaged(path, Format::Png, "it does not begin with its header"));
    };
    if !header::has_whole_palettes(bytes) {
        let what = "its palette ends within a color";
        return Err(damaged(path, Format::Png, what));
    }
    check_size(path, Format::Png, header.width, header.height)?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_ASIDE);
    let decoder =
        PngDecoder::with_limits(Cursor::new(bytes), limits).map_err(|error| foreign(path, Format::Png, error))?;
    let cut = header.bit_depth == 16 && header.color_type == PNG_GREY;
    to_rgb8(decoder, 0, cut, path, Format::Png)
}

/// Takes the first three channels of every pixel, or the grey one three times. Of wide samples it takes the high byte,
/// or the value `cut` at 255, as Pillow's conversion from mode `I;16` has it. `beside` is what the decoder keeps beside
/// its samples, in bytes.
fn to_rgb8(
    decoder: impl ImageDecoder,
    beside: u64,
    cut: bool,
    path: &Path,
    format: Format,
) -> Result<Rgb8, ImageError> {
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    // What is narrower than RGB needs room to be expanded.
    let expanded = match decoder.color_type().bytes_per_pixel() {
        0..3 => 3 * width as u64 * height as u64,
        3.. => 0,
    };
    let (color, bytes) = (decoder.color_type(), decoder.total_bytes());
    let needed = bytes.saturating_add(expanded.max(beside));
    check_bytes(path, format, (width, height), needed)?;
    let length = usize::try_from(bytes).unwrap_or(usize::MAX);
    let mut samples = vec![0; length];
    decoder.read_image(&mut samples).map_err(|error| foreign(path, format, error))?;
    let wide = |sample: [u8; 2]| match u16::from_ne_bytes(sample) {
        level if cut => u8::try_from(level).unwrap_or(u8::MAX),
        level => level.to_be_bytes()[0],
    };
    let pixels = match color {
        ColorType::Rgb8 => samples,
        ColorType::L8 => expand(&samples, |[level]| level),
        ColorType::La8 => expand(&samples, |[level, _]| level),
        ColorType::Rgba8 => narrow(samples, |[r, g, b, _]| [r, g, b]),
        ColorType::L16 => expand(&samples, wide),
        // A transparent grey level makes the decoder add alpha.
        ColorType::La16 => narrow(samples, |[a, b, _, _]| [wide([a, b]); 3]),
        ColorType::Rgb16 => narrow(samples, |[r, s, g, h, b, c]| [[r, s], [g, h], [b, c]].map(wide)),
        ColorType::Rgba16 => narrow(samples, |[r, s, g, h, b, c, _, _]| [[r, s], [g, h], [b, c]].map(wide)),
        other => {
            let reason = format!("samples of {other:?}");
            return Err(ImageError::Unsupported { path: path.to_owned(), format: format.name(), reason });
        }
    };
    Rgb8::from_pixels(width, height, pixels)
}

/// A level for every pixel of `N` bytes, three times.
fn expand<const N: usize>(samples: &[u8], level: impl Fn([u8; N]) -> u8) -> Vec<u8> {
    let (pixels, _) = samples.as_chunks::<N>();
    pixels.iter().flat_map(|&pixel| [level(pixel); 3]).collect()
}

/// Red, green and blue of every pixel of `N` bytes, at least three, in the same memory.
fn narrow<const N: usize>(mut samples: Vec<u8>, rgb: impl Fn([u8; N]) -> [u8; 3]) -> Vec<u8> {
    let count = samples.len() / N;
    for i in 0..count {
        let mut pixel = [0; N];
        pixel.copy_from_slice(&samples[N * i..N * (i + 1)]);
        // Never beyond what was read: 3 <= N.
        samples[3 * i..3 * i + 3].copy_from_slice(&rgb(pixel));
    }
    samples.truncate(3 * count);
    samples.shrink_to_fit();
    samples
}

fn check_size(path: &Path, format: Format, width: usize, height: usize) -> Result<(), ImageError> {
    let (path, format) = (path.to_owned(), format.name());
    if width == 0 || height == 0 {
        return Err(ImageError::ZeroSize { path, format, width, height });
    }
    match byte_count(width, height) {
        Some(_) => Ok(()),
        None => Err(ImageError::TooLarge { path, format, width, height, limit: MAX_PIXELS }),
    }
}

fn check_bytes(path: &Path, format: Format, (width, height): (usize, usize), needed: u64) -> Result<(), ImageError> {
    if needed <= MAX_BYTES {
        return Ok(());
    }
    Err(ImageError::TooManyBytes {
        path: path.to_owned(),
        format: format.name(),
        width,
        height,
        needed,
        limit: MAX_BYTES,
    })
}

fn damaged(path: &Path, format: Format, reason: &str) -> ImageError {
    ImageError::Damaged { path: path.to_owned(), format: format.name(), reason: reason.to_owned() }
}

/// An error of the decoder in our words.
fn foreign(path: &Path, format: Format, error: image::ImageError) -> ImageError {
    // Some of the decoders' messages end in a line break, or hold one.
    let reason = error.to_string();
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let (path, format) = (path.to_owned(), format.name());
    match error {
        image::ImageError::Unsupported(_) | image::ImageError::Limits(_) => {
            ImageError::Unsupported { path, format, reason }
        }
        _ => ImageError::Damaged { path, format, reason },
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
        let error = foreign(Path::new("a.jpg"), Format::Jpeg, image::ImageError::Decoding(error));
        let sentence = error.to_string();
        assert!(sentence.ends_with("Not enough bytes, expected 1"), "{sentence:?}");
        assert!(!sentence.contains('\n'), "{sentence:?}");
    }
}
