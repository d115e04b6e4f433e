//! PNG, by the crate `png`.

use std::io::Cursor;

use png::{BitDepth, ColorType, DecodeOptions, Decoder, DecodingError, Limits, Transformations};

use super::png_chunks::Chunks;
use super::samples::{cut, expand, narrow};
use super::source::{MAX_ASIDE, Source};
use crate::error::ImageError;
use crate::rgb8::Rgb8;

pub(super) fn decode(source: &Source<'_>) -> Result<Rgb8, ImageError> {
    let Some((width, height)) = size(source.bytes) else {
        return Err(source.damaged("it does not begin with its header"));
    };
    let chunks = Chunks::of(source.bytes);
    if !chunks.has_whole_palettes {
        return Err(source.damaged("its palette ends within a color"));
    }
    source.check_size((width, height))?;
    let refused = |error: DecodingError| match error {
        DecodingError::LimitsExceeded => source.unsupported("one that says too much beside its pixels"),
        DecodingError::IoError(_) => source.damaged("it ends before its pixels do"),
        error => source.damaged(error),
    };
    let mut options = DecodeOptions::default();
    // The sum of the pixels before compression, which Pillow's zlib looks at.
    options.set_ignore_adler32(false);
    let bytes = chunks.mended();
    let mut decoder = Decoder::new_with_options(Cursor::new(bytes.as_ref()), options);
    decoder.set_limits(Limits { bytes: MAX_ASIDE });
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(refused)?;
    let kind = reader.output_color_type();
    let per_pixel = kind.0.samples() as u64 * if kind.1 == BitDepth::Sixteen { 2 } else { 1 };
    // What is narrower than RGB needs room to be expanded.
    let expanded = if per_pixel < 3 { 3 } else { 0 };
    source.check_bytes((width, height), (per_pixel + expanded) * width as u64 * height as u64)?;
    // A transparent level makes the library add alpha, but it is grey alone that Pillow cuts.
    let is_grey = reader.info().color_type == ColorType::Grayscale;
    let mut samples = vec![0; reader.output_buffer_size().unwrap_or(usize::MAX)];
    reader.next_frame(&mut samples).map_err(refused)?;
    Rgb8::from_pixels(width, height, rgb(samples, kind, is_grey))
}

/// Columns and rows, if the first chunk is the header.
fn size(bytes: &[u8]) -> Option<(usize, usize)> {
    let side = |at: usize| -> Option<usize> {
        let side = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
        usize::try_from(side).ok()
    };
    let is_first = bytes.get(12..16)? == b"IHDR" && bytes.len() > 25;
    is_first.then(|| Some((side(16)?, side(20)?))).flatten()
}

/// The first three channels of every pixel, or the grey one three times. Of wide samples, which stand in the order of
/// the file, it is the high byte, or the value cut at 255 where there is grey alone.
fn rgb(samples: Vec<u8>, kind: (ColorType, BitDepth), is_grey: bool) -> Vec<u8> {
    match kind {
        (ColorType::Grayscale, BitDepth::Sixteen) => expand(&samples, |level| cut(u16::from_be_bytes(level))),
        (ColorType::Grayscale, _) => expand(&samples, |[level]| level),
        (ColorType::GrayscaleAlpha, BitDepth::Sixteen) if is_grey => {
            narrow(samples, |[high, low, _, _]| [cut(u16::from_be_bytes([high, low])); 3])
        }
        (ColorType::GrayscaleAlpha, BitDepth::Sixteen) => narrow(samples, |[level, _, _, _]| [level; 3]),
        (ColorType::GrayscaleAlpha, _) => expand(&samples, |[level, _]| level),
        (ColorType::Rgb, BitDepth::Sixteen) => narrow(samples, |[r, _, g, _, b, _]| [r, g, b]),
        (ColorType::Rgba, BitDepth::Sixteen) => narrow(samples, |[r, _, g, _, b, _, _, _]| [r, g, b]),
        (ColorType::Rgba, _) => narrow(samples, |[r, g, b, _]| [r, g, b]),
        (ColorType::Rgb | ColorType::Indexed, _) => samples,
    }
}
