//! Two passes over the pixels.

use std::ops::Range;

use super::taps::{PRECISION_BITS, Taps};
use crate::rgb8::Rgb8;

/// A part of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) columns: Range<usize>,
    pub(crate) rows: Range<usize>,
}

/// The bytes of a `window` of the picture resized to `width` by `height`; only what it needs is computed.
///
/// An output pixel depends on its own taps alone, so the window of the resized picture is the resized picture's window.
/// A pass is left out where it would not change the size.
pub(crate) fn resize_window(picture: &Rgb8, width: usize, height: usize, window: &Window) -> Vec<u8> {
    let mut across = (picture.width() != width).then(|| Taps::bilinear(picture.width(), width, window.columns.clone()));
    let mut down = (picture.height() != height).then(|| Taps::bilinear(picture.height(), height, window.rows.clone()));
    let columns = across.as_mut().map_or(window.columns.clone(), |taps| Taps::rebase(taps));
    let rows = down.as_mut().map_or(window.rows.clone(), |taps| Taps::rebase(taps));
    let needed: Vec<u8> = rows.flat_map(|y| &picture.row(y)[3 * columns.start..3 * columns.end]).copied().collect();
    match (across, down) {
        (None, None) => needed,
        (Some(across), None) => horizontal_pass(&needed, columns.len(), &across),
        (None, Some(down)) => vertical_pass(&needed, columns.len(), &down),
        (Some(across), Some(down)) if is_vertical_first(picture, width, height) => {
            horizontal_pass(&vertical_pass(&needed, columns.len(), &down), columns.len(), &across)
        }
        (Some(across), Some(down)) => {
            vertical_pass(&horizontal_pass(&needed, columns.len(), &across), across.len(), &down)
        }
    }
}

/// Which pass Pillow makes first. It matters, because the pixels between the passes are rounded to 8 bits.
///
/// Up to Pillow 12 the horizontal one always was; since 13 (pull request 9549) the vertical one is, to save work, when
/// it takes away more than twice as many rows as the other takes away columns. Keeping proportions that means pictures
/// more than twice as high as wide.
fn is_vertical_first(picture: &Rgb8, width: usize, height: usize) -> bool {
    // H - h > 2 (W - w), arranged so that nothing is below zero.
    height < picture.height() && picture.height() + 2 * width > height + 2 * picture.width()
}

/// The output columns of `taps` from rows of `width` pixels, `[rows, width, 3] -> [rows, taps, 3]`.
fn horizontal_pass(from: &[u8], width: usize, taps: &[Taps]) -> Vec<u8> {
    let mut out = Vec::with_capacity(from.len() / width * taps.len());
    for row in from.chunks_exact(3 * width) {
        let row = row.as_chunks::<3>().0;
        for tap in taps {
            let mut sums = [HALF; 3];
            for (pixel, weight) in row[tap.range()].iter().zip(&tap.weights) {
                for channel in 0..3 {
                    sums[channel] += i32::from(pixel[channel]) * weight;
                }
            }
            out.extend(sums.map(to_byte));
        }
    }
    out
}

/// The output rows of `taps` from rows of `width` pixels, `[rows, width, 3] -> [taps, width, 3]`.
fn vertical_pass(from: &[u8], width: usize, taps: &[Taps]) -> Vec<u8> {
    let stride = 3 * width;
    let mut out = Vec::with_capacity(stride * taps.len());
    let mut sums = vec![0; stride];
    for tap in taps {
        sums.fill(HALF);
        for (row, weight) in from[stride * tap.start..].chunks_exact(stride).zip(&tap.weights) {
            for (sum, &sample) in sums.iter_mut().zip(row) {
                *sum += i32::from(sample) * weight;
            }
        }
        out.extend(sums.iter().map(|&sum| to_byte(sum)));
    }
    out
}

/// Where every sum begins, so that the shift rounds.
///
/// No sum overflows: rounding at most doubles a weight (from 1/2 to 1), so the weights of a pixel add up to at most
/// 2^23, and 255 * 2^23 + 2^21 < 2^31.
const HALF: i32 = 1 << (PRECISION_BITS - 1);

#[expect(clippy::cast_sign_loss, reason = "clamped to a byte first")]
fn to_byte(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}
