//! The mix ratio: how much of a channel's output its input and its block can each bring about.

use std::fmt;

/// Center activations: first the role that is read, then the role that the picture was optimised for. `o_i` is O(I).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NineActivations {
    /// Output on the Output picture.
    pub o_o: f64,
    /// Input on the Output picture.
    pub i_o: f64,
    /// Block on the Output picture.
    pub b_o: f64,
    /// Output on the Input picture.
    pub o_i: f64,
    /// Input on the Input picture.
    pub i_i: f64,
    /// Block on the Input picture.
    pub b_i: f64,
    /// Output on the Block picture.
    pub o_b: f64,
    /// Input on the Block picture.
    pub i_b: f64,
    /// Block on the Block picture.
    pub b_b: f64,
}

/// The mix ratio recorded where O(B) is not positive.
pub const NEVER_FROM_BLOCK: f64 = 10.0;
/// The mix ratio recorded where O(B) is positive and O(I) is not.
pub const NEVER_FROM_INPUT: f64 = 0.0;
/// A mix lies strictly between one over this and this.
pub const MIX_BAND: f64 = 1.5;
/// What the mix ratio is clamped to for histograms and correlations.
const CLAMP: f64 = 5.0;
/// Bins of the histogram.
pub const HISTOGRAM_BINS: usize = 20;
/// Width of each bin.
pub const BIN_WIDTH: f64 = 0.25;

/// Neither the Input nor the Block picture makes the Output positive: the pictures are to be made again.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("neither O(I) = {o_i} nor O(B) = {o_b} is positive: the visualization failed")]
pub struct FailedVisualization {
    /// O(I).
    pub o_i: f64,
    /// O(B).
    pub o_b: f64,
}

/// `M = O(I) / O(B)`; 10 where O(B) is not positive, else 0 where O(I) is not.
///
/// # Errors
/// If neither is positive, or one is no number: then the visualization failed.
pub fn mix_ratio(o_i: f64, o_b: f64) -> Result<f64, FailedVisualization> {
    if o_i.is_nan() || o_b.is_nan() || (o_i <= 0.0 && o_b <= 0.0) {
        return Err(FailedVisualization { o_i, o_b });
    }
    if o_b <= 0.0 {
        return Ok(NEVER_FROM_BLOCK);
    }
    if o_i <= 0.0 {
        return Ok(NEVER_FROM_INPUT);
    }
    Ok(o_i / o_b)
}

/// The mix ratio as histograms and correlations take it: at most 5.
pub fn clamped(mix_ratio: f64) -> f64 {
    if mix_ratio > CLAMP { CLAMP } else { mix_ratio }
}

/// What a block does to a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// The block's own picture drives the output: M at most 1 / 1.5.
    Overwrite,
    /// Both do: strictly between 1 / 1.5 and 1.5.
    Mix,
    /// The input's picture does: M at least 1.5.
    Skip,
}

impl Category {
    /// All, by increasing mix ratio.
    pub const ALL: [Category; 3] = [Category::Overwrite, Category::Mix, Category::Skip];

    /// The category of a mix ratio, which is not clamped.
    pub fn of(mix_ratio: f64) -> Category {
        if mix_ratio <= 1.0 / MIX_BAND {
            Category::Overwrite
        } else if mix_ratio < MIX_BAND {
            Category::Mix
        } else {
            Category::Skip
        }
    }

    /// `overwrite`, `mix` or `skip`.
    pub fn name(self) -> &'static str {
        match self {
            Category::Overwrite => "overwrite",
            Category::Mix => "mix",
            Category::Skip => "skip",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many clamped mix ratios fall into each bin of 0.25 from 0 to 5; the last bin is closed. What is no number is in none.
pub fn mix_histogram(mix_ratios: impl IntoIterator<Item = f64>) -> [usize; HISTOGRAM_BINS] {
    let mut counts = [0; HISTOGRAM_BINS];
    for ratio in mix_ratios.into_iter().map(clamped).filter(|r| *r >= 0.0) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 20, and truncation is meant")]
        let bin = (ratio / BIN_WIDTH) as usize;
        counts[bin.min(HISTOGRAM_BINS - 1)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_sentinels_follow_the_order_of_the_method() {
        assert_eq!(mix_ratio(3.0, 2.0), Ok(1.5));
        assert_eq!(mix_ratio(3.0, 0.0), Ok(10.0));
        assert_eq!(mix_ratio(3.0, -1.0), Ok(10.0));
        assert_eq!(mix_ratio(0.0, 2.0), Ok(0.0));
        assert_eq!(mix_ratio(-4.0, 2.0), Ok(0.0));
    }

    #[test]
    fn where_neither_is_positive_or_one_is_no_number_the_visualization_failed() {
        for (o_i, o_b) in [(0.0, 0.0), (-1.0, -2.0), (f64::NAN, 1.0), (1.0, f64::NAN), (f64::NAN, -1.0)] {
            assert!(mix_ratio(o_i, o_b).is_err(), "{o_i}, {o_b}");
        }
    }

    #[test]
    fn a_mix_is_strictly_within_its_band() {
        let categories = [0.0, 1.0 / 1.5, 0.667, 1.0, 1.499, 1.5, 10.0].map(Category::of);
        use Category::{Mix, Overwrite, Skip};
        assert_eq!(categories, [Overwrite, Overwrite, Mix, Mix, Mix, Skip, Skip]);
    }

    #[test]
    fn bins_are_closed_below_and_the_last_one_above_too() {
        let counts = mix_histogram([0.0, 0.25, 0.249_999, 4.75, 5.0, 10.0, f64::NAN]);
        assert_eq!((counts[0], counts[1], counts[19]), (2, 1, 3));
        assert_eq!(counts.iter().sum::<usize>(), 6);
    }

    proptest! {
        #[test]
        fn scaling_both_activations_changes_no_category(o_i in -3.0..9.0_f64, o_b in -3.0..9.0_f64, by in 0_i32..8) {
            // Powers of two scale without rounding.
            let factor = 2_f64.powi(by);
            prop_assert_eq!(mix_ratio(o_i * factor, o_b * factor).ok(), mix_ratio(o_i, o_b).ok());
        }

        #[test]
        fn every_defined_ratio_is_in_one_bin(ratios in prop::collection::vec(0.0..12.0_f64, 0..50)) {
            prop_assert_eq!(mix_histogram(ratios.iter().copied()).iter().sum::<usize>(), ratios.len());
        }
    }
}
