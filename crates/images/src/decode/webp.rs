//! WebP, by the crate `image-webp`; of an animation, its first frame.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::samples::narrow;
use super::source::Source;
use crate::error::ImageError;
use crate::rgb8::Rgb8;

/// Of the lossless kind the pixels are the file's. Those of the lossy kind are libwebp's.
pub(super) fn decode(source: &Source<'_>) -> Result<Rgb8, ImageError> {
    let refused = |error: DecodingError| match error {
        DecodingError::MemoryLimitExceeded => source.unsupported("one that says too much beside its pixels"),
        DecodingError::IoError(_) => source.damaged("it ends before its pixels do"),
        error => source.damaged(error),
    };
    // The size of what follows stands behind the first four bytes. libwebp decodes nothing of a file that is shorter.
    let said = source.bytes.get(4..).and_then(<[u8]>::first_chunk::<4>).map_or(0, |said| u32::from_le_bytes(*said));
    if (source.bytes.len() as u64) < 8 + u64::from(said) {
        return Err(source.damaged("it is truncated"));
    }
    let mut decoder = WebPDecoder::new(Cursor::new(source.bytes)).map_err(refused)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    let has_alpha = decoder.has_alpha();
    source.check((width, height), if has_alpha { 4 } else { 3 })?;
    let mut samples = vec![0; decoder.output_buffer_size().unwrap_or(usize::MAX)];
    decoder.read_image(&mut samples).map_err(refused)?;
    let pixels = if has_alpha { narrow(samples, |[r, g, b, _]| [r, g, b]) } else { samples };
    Rgb8::from_pixels(width, height, pixels)
}
