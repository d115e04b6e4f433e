//! GIF, its first frame, by the crate `gif`.

use std::borrow::Cow;
use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};

use super::samples::{colors, expand};
use super::source::Source;
use crate::error::ImageError;
use crate::rgb8::Rgb8;

/// The frame on its screen, which grows where the frame leaves it. Around the frame there is the transparent color, or
/// else the first: transparency has a color too, and it is that.
///
/// Without a palette indices are levels of grey. Pillow takes a palette that says the same for none, and so, beside a
/// frame's own of that kind, the file's.
pub(super) fn decode(source: &Source<'_>) -> Result<Rgb8, ImageError> {
    let refused = |error: DecodingError| match error {
        DecodingError::Io(_) => source.damaged("it ends before its first picture does"),
        error => source.damaged(error),
    };
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    // What it needs is checked here, once it is known.
    options.set_memory_limit(MemoryLimit::Unlimited);
    options.allow_unknown_blocks(true);
    let bytes = with_palette(source.bytes);
    let mut decoder = options.read_info(Cursor::new(bytes.as_ref())).map_err(refused)?;
    let screen = (usize::from(decoder.width()), usize::from(decoder.height()));
    let Some(frame) = decoder.next_frame_info().map_err(refused)? else {
        return Err(source.damaged("it has no picture"));
    };
    let [left, top, columns, rows] = [frame.left, frame.top, frame.width, frame.height].map(usize::from);
    let around = frame.transparent.unwrap_or(0);
    let local = frame.palette.clone();
    let (width, height) = (screen.0.max(left + columns), screen.1.max(top + rows));
    // An index for every pixel, and for every one of the frame.
    source.check((width, height), 2)?;
    let mut inside = vec![0; decoder.buffer_size()];
    decoder.read_into_buffer(&mut inside).map_err(refused)?;
    let mut indices = vec![around; width * height];
    if columns > 0 {
        for (row, from) in inside.chunks_exact(columns).enumerate() {
            let to = (top + row) * width + left;
            indices[to..to + columns].copy_from_slice(from);
        }
    }
    let palettes = [local.as_deref(), decoder.global_palette()].into_iter().flatten();
    let palette = palettes.map(|palette| palette.as_chunks::<3>().0).find(|palette| !is_grey(palette));
    let pixels = match palette {
        Some(palette) => colors(&indices, palette),
        None => expand(&indices, |[level]| level),
    };
    Rgb8::from_pixels(width, height, pixels)
}

/// Whether every color of a palette is the grey of its index.
fn is_grey(palette: &[[u8; 3]]) -> bool {
    palette.iter().zip(0..=u8::MAX).all(|(color, index)| *color == [index; 3])
}

/// The library reads no frame without a palette: it is given one that says the same as none.
fn with_palette(bytes: &[u8]) -> Cow<'_, [u8]> {
    // Flags stand behind the signature and the size of the screen, a palette behind two bytes more.
    match bytes.split_at_checked(13) {
        Some((head, rest)) if head[10] & 0x80 == 0 => {
            let mut head = head.to_vec();
            head[10] = head[10] & 0x78 | 0x87;
            let levels = (0..=u8::MAX).flat_map(|level| [level; 3]);
            Cow::Owned(head.into_iter().chain(levels).chain(rest.iter().copied()).collect())
        }
        _ => Cow::Borrowed(bytes),
    }
}
