//! The weights of Pillow's bilinear filter.

use std::ops::Range;

/// Fractional bits of a weight: 32 less 8 for the pixel and 2 for the sign and an overshoot (`Resample.c`).
pub(crate) const PRECISION_BITS: u32 = 32 - 8 - 2;

/// The input pixels that one output pixel is made of, along one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taps {
    /// The first input pixel.
    pub(crate) start: usize,
    /// The weights of it and those after it, in units of 2^-22.
    pub(crate) weights: Vec<i32>,
}

impl Taps {
    /// The taps of the output pixels `wanted`, of `to` that `from` input pixels are resized to.
    ///
    /// Output pixel x has its center at c = (x + 1/2) s, s = `from` / `to`. It weighs input pixel i by the triangle
    /// 1 - |i - c + 1/2| / max(s, 1): the filter is widened when shrinking (antialias), never narrowed. The weights of
    /// a pixel are divided by their sum in double precision, then rounded. (`precompute_coeffs` and
    /// `normalize_coeffs_8bpc`.)
    pub(crate) fn bilinear(from: usize, to: usize, wanted: Range<usize>) -> Vec<Self> {
        let scale = from as f64 / to as f64;
        // The triangle reaches one pixel to each side, widened.
        let support = scale.max(1.0);
        let sharpness = 1.0 / support;
        wanted
            .map(|x| {
                let center = (x as f64 + 0.5) * scale;
                let start = truncate(center - support + 0.5);
                let end = truncate(center + support + 0.5).min(from);
                let triangle = |i: usize| (1.0 - ((i as f64 - center + 0.5) * sharpness).abs()).max(0.0);
                let weights: Vec<f64> = (start..end).map(triangle).collect();
                let sum: f64 = weights.iter().sum();
                Self { start, weights: weights.iter().map(|weight| fixed_point(weight / sum)).collect() }
            })
            .collect()
    }

    /// The input pixels that any of the taps reads; they are counted from its start from now on.
    ///
    /// The ends of the taps of successive output pixels never decrease, so the first and the last say it for all.
    pub(crate) fn rebase(taps: &mut [Self]) -> Range<usize> {
        let start = taps.first().map_or(0, |first| first.start);
        let end = taps.last().map_or(0, |last| last.range().end);
        for tap in taps {
            tap.start -= start;
        }
        start..end
    }

    /// The input pixels under the taps.
    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.start + self.weights.len()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "C's conversion to int: towards zero; what is below zero becomes zero, as Pillow's next line does"
)]
fn truncate(value: f64) -> usize {
    value as usize
}

#[expect(clippy::cast_possible_truncation, reason = "a weight is at most 1, so the result is at most 2^22")]
fn fixed_point(weight: f64) -> i32 {
    (0.5 + weight * f64::from(1 << PRECISION_BITS)) as i32
}
