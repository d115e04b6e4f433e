//! A block in a few numbers.

use crate::mix::{Category, NEVER_FROM_BLOCK, NEVER_FROM_INPUT};
use crate::scale::ScaleMeasures;

/// Counts and averages over the channels of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockSummary {
    /// Channels whose mix ratio is defined.
    pub channels: usize,
    /// How many are overwritten, mixed and skipped, in this order.
    pub categories: [usize; 3],
    /// How many have the mix ratio 0 because O(I) is not positive.
    pub never_from_input: usize,
    /// How many have the mix ratio 10 because O(B) is not positive.
    pub never_from_block: usize,
    /// The median of the mix ratios, not clamped.
    pub median_mix_ratio: Option<f64>,
    /// The mean of the scale metrics that are finite.
    pub mean_scale_metric: Option<f64>,
    /// How many meet all criteria of scale invariance.
    pub scale_invariant: usize,
    /// How many meet those without the mix ratio.
    pub scale_invariant_no_mix: usize,
}

impl BlockSummary {
    /// Of channels, each with its mix ratio and scale measures.
    pub fn of(channels: &[(f64, ScaleMeasures)]) -> BlockSummary {
        let ratios: Vec<f64> = channels.iter().map(|c| c.0).collect();
        let metrics: Vec<f64> = channels.iter().map(|c| c.1.metric()).filter(|m| m.is_finite()).collect();
        let count = |is: &dyn Fn(&(f64, ScaleMeasures)) -> bool| channels.iter().filter(|c| is(c)).count();
        BlockSummary {
            channels: channels.len(),
            categories: Category::ALL.map(|category| count(&|c| Category::of(c.0) == category)),
            never_from_input: count(&|c| c.0 == NEVER_FROM_INPUT),
            never_from_block: count(&|c| c.0 == NEVER_FROM_BLOCK),
            median_mix_ratio: median(&ratios),
            mean_scale_metric: mean(&metrics),
            scale_invariant: count(&|c| c.1.invariant(c.0)),
            scale_invariant_no_mix: count(&|c| c.1.invariant_but_for_mix()),
        }
    }

    /// A count as percent of the channels; `None` for a block without any.
    pub fn percent(&self, count: usize) -> Option<f64> {
        (self.channels > 0).then(|| 100.0 * count as f64 / self.channels as f64)
    }
}

/// The mean; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The middle value, or the mean of the two in the middle; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[half]),
        _ => Some((sorted[half - 1] + sorted[half]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_counted_by_category_and_criterion() {
        let measures = |block_delta, input_delta| ScaleMeasures { block_delta, input_delta };
        let summary = BlockSummary::of(&[
            (0.0, measures(1.0, 1.0)),
            (1.0, measures(0.5, 0.25)),
            (1.2, measures(f64::INFINITY, -1.0)),
            (10.0, measures(-1.0, 0.0)),
        ]);
        assert_eq!(summary.categories, [1, 2, 1]);
        assert_eq!((summary.never_from_input, summary.never_from_block), (1, 1));
        assert_eq!((summary.scale_invariant, summary.scale_invariant_no_mix), (1, 2));
        assert_eq!(summary.median_mix_ratio, Some(1.1));
        assert_eq!(summary.mean_scale_metric, Some((2.0 + 0.75 - 1.0) / 3.0));
        assert_eq!(summary.percent(summary.scale_invariant), Some(25.0));
    }

    #[test]
    fn nothing_has_no_average() {
        let summary = BlockSummary::of(&[]);
        assert_eq!((summary.median_mix_ratio, summary.mean_scale_metric, summary.percent(0)), (None, None, None));
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
    }
}
