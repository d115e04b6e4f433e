//! The mix ratio: does a channel's Output come from the stream or from the block (paper 1; METHOD.md, section 3)?

use crate::statistics::Histogram;
use std::fmt;

/// The mix ratio recorded where the Block's picture does not excite the Output: the input skips to it.
pub const SKIPPED: f64 = 10.0;
/// The mix ratio recorded where the Input's picture does not excite the Output: the block overwrites it.
pub const OVERWRITTEN: f64 = 0.0;
/// What mix ratios are clamped to for histograms and correlations.
pub const CLAMP: f64 = 5.0;
/// Where the band of mixes begins, itself not in it.
pub const MIX_LOW: f64 = 1.0 / MIX_HIGH;
/// Where the band of mixes ends, itself not in it.
pub const MIX_HIGH: f64 = 1.5;

/// Neither the Input's nor the Block's picture excites the Output, so one of them at least has to be made again.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "the feature visualization failed: expected finite Output activations with at least one above zero, \
     found {o_i} on the Input's picture and {o_b} on the Block's"
)]
pub struct FailedVisualization {
    /// O(I), as it was measured.
    pub o_i: f64,
    /// O(B), as it was measured.
    pub o_b: f64,
}

/// The mix ratio `M = O(I) / O(B)` of a channel.
///
/// [`SKIPPED`] (10) where O(B) <= 0, else [`OVERWRITTEN`] (0) where O(I) <= 0. The result is never negative and never
/// NaN. A quotient may also *be* 10 or 0, or larger than 10: whether it is a sentinel follows from the activations
/// alone.
///
/// # Errors
/// If neither activation is above zero, or one of them is not finite: the visualization failed.
///
/// ```
/// assert_eq!(analysis::mix_ratio(3.0, 4.0), Ok(0.75));
/// assert_eq!(analysis::mix_ratio(3.0, -1.0), Ok(10.0));
/// assert!(analysis::mix_ratio(0.0, -1.0).is_err());
/// ```
pub fn mix_ratio(o_i: f64, o_b: f64) -> Result<f64, FailedVisualization> {
    if !(o_i.is_finite() && o_b.is_finite()) || (o_i <= 0.0 && o_b <= 0.0) {
        Err(FailedVisualization { o_i, o_b })
    } else if o_b <= 0.0 {
        Ok(SKIPPED)
    } else if o_i <= 0.0 {
        Ok(OVERWRITTEN)
    } else {
        Ok(o_i / o_b)
    }
}

/// The mix ratio as histograms and correlations take it: at most [`CLAMP`] (5); NaN stays NaN.
///
/// ```
/// assert_eq!([0.5, 5.0, 10.0].map(analysis::clamped), [0.5, 5.0, 5.0]);
/// ```
#[must_use]
pub fn clamped(mix_ratio: f64) -> f64 {
    if mix_ratio > CLAMP { CLAMP } else { mix_ratio }
}

/// What a block does with a channel of the residual stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// The block replaces what the stream held: M <= 1/1.5.
    Overwrite,
    /// Both are seen in the output: 1/1.5 < M < 1.5.
    Mix,
    /// The stream passes on to the output: M >= 1.5.
    Skip,
}

impl Category {
    /// The category of a mix ratio, not clamped; the band of mixes is that of the scale-invariance criterion.
    ///
    /// Every number has exactly one; NaN, which [`mix_ratio`] never gives, is counted as a skip.
    ///
    /// ```
    /// use analysis::Category;
    /// assert_eq!(Category::of(1.49), Category::Mix);
    /// assert_eq!(Category::of(1.5), Category::Skip);
    /// ```
    #[must_use]
    pub fn of(mix_ratio: f64) -> Category {
        if mix_ratio <= MIX_LOW {
            Category::Overwrite
        } else if mix_ratio < MIX_HIGH {
            Category::Mix
        } else {
            Category::Skip
        }
    }
}

/// Whether a mix ratio, not clamped, lies within a tolerance of 1: `1 / tolerance < M < tolerance`, both strict. At
/// [`MIX_HIGH`] that is [`Category::Mix`].
///
/// ```
/// assert!(analysis::mixes_within(1.9, 2.0) && !analysis::mixes_within(0.5, 2.0));
/// ```
#[must_use]
pub fn mixes_within(mix_ratio: f64, tolerance: f64) -> bool {
    1.0 / tolerance < mix_ratio && mix_ratio < tolerance
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Category::Overwrite => "overwrite",
            Category::Mix => "mix",
            Category::Skip => "skip",
        })
    }
}

/// Whether a channel belongs to the overwrite group of the analysis of variance, M < 1; the others are its skip group.
///
/// The groups split the line in two, without a band of mixes between them (paper 1, its figure 4).
///
/// ```
/// assert!(analysis::is_overwrite_group(0.99) && !analysis::is_overwrite_group(1.0));
/// ```
#[must_use]
pub fn is_overwrite_group(mix_ratio: f64) -> bool {
    mix_ratio < 1.0
}

/// The histogram of paper 1's figure 2: clamped mix ratios in 20 bins of 0.25 from 0 to 5, the last bin closed.
///
/// A NaN, which [`mix_ratio`] never gives, is counted outside.
///
/// ```
/// // 0.25 begins the second bin, and 10 is clamped to 5, which ends the last.
/// let histogram = analysis::mix_histogram(&[0.1, 0.25, 10.0]);
/// assert_eq!(histogram.counts()[..2], [1, 1]);
/// assert_eq!(histogram.counts()[19], 1);
/// ```
#[must_use]
pub fn mix_histogram(mix_ratios: &[f64]) -> Histogram {
    let values: Vec<f64> = mix_ratios.iter().map(|&m| clamped(m)).collect();
    // Multiples of a quarter are exact.
    Histogram::within((0..=20).map(|k| f64::from(k) * 0.25).collect(), &values)
}
