//! Two passes over the pixels, the horizontal one first.

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
pub(crate) fn resize_window(
    picture: &Rgb8,
    width: usize,
    height: usize,
    window: &Window,
) -> Vec<u8> {
    let (same_width, same_height) = (picture.width() == width, picture.height() == height);
    let vertical =
        (!same_height).then(|| Taps::bilinear(picture.height(), height, window.rows.clone()));
    // The input rows that the vertical pass reads.
    let rows = match &vertical {
        Some(taps) => {
            taps.first().map_or(0, |taps| taps.start)
                ..taps.last().map_or(0, |taps| taps.range().end)
        }
        None => window.rows.clone(),
    };
    let first_row = rows.start;
    let across = if same_width {
        let bytes = 3 * window.columns.start..3 * window.columns.end;
        rows.flat_map(|y| &picture.row(y)[bytes.clone()])
            .copied()
            .collect()
    } else {
        horizontal_pass(
            picture,
            rows,
            &Taps::bilinear(picture.width(), width, window.columns.clone()),
        )
    };
    match vertical {
        Some(taps) => vertical_pass(&across, first_row, 3 * window.columns.len(), &taps),
        None => across,
    }
}

/// The output columns of `taps` for the given input rows, `[rows, taps, 3]`.
fn horizontal_pass(picture: &Rgb8, rows: Range<usize>, taps: &[Taps]) -> Vec<u8> {
    let mut out = Vec::with_capacity(3 * rows.len() * taps.len());
    for y in rows {
        let row = picture.row(y).as_chunks::<3>().0;
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

/// The output rows of `taps` from rows of `stride` bytes, the first of which is the picture's row `first_row`.
fn vertical_pass(across: &[u8], first_row: usize, stride: usize, taps: &[Taps]) -> Vec<u8> {
    let mut out = Vec::with_capacity(stride * taps.len());
    let mut sums = vec![0; stride];
    for tap in taps {
        sums.fill(HALF);
        let from = stride * (tap.start - first_row);
        for (row, weight) in across[from..].chunks_exact(stride).zip(&tap.weights) {
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
/// No sum overflows: rounding at most doubles a weight (from 1/2 to 1), so the weights of a pixel add up to at most 2^23, and
/// 255 * 2^23 + 2^21 < 2^31.
const HALF: i32 = 1 << (PRECISION_BITS - 1);

#[expect(clippy::cast_sign_loss, reason = "clamped to a byte first")]
fn to_byte(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}
