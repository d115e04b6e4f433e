//! A block in numbers: a row of the table of blocks, and its bars in paper 1's figures 2 and 5.

use crate::channel::ChannelMeasures;
use crate::mix::{Category, FailedVisualization, SKIPPED, clamped, mix_histogram};
use crate::statistics::{Histogram, NotDefined, mean, median};

/// The middle of a measure over the channels of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Center {
    /// The arithmetic mean.
    pub mean: Result<f64, NotDefined>,
    /// The median: the middle value, or the mean of the middle two.
    pub median: Result<f64, NotDefined>,
}

impl Center {
    fn of(values: impl Iterator<Item = f64>) -> Center {
        let values: Vec<f64> = values.collect();
        Center { mean: mean(&values), median: median(&values) }
    }
}

/// Counts and middles over the channels of a block.
///
/// Channels whose visualization failed are counted in `failed` and in nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockSummary {
    /// Channels with a mix ratio.
    pub channels: usize,
    /// Channels without one.
    pub failed: usize,
    /// Channels with M <= 1/1.5.
    pub overwrite: usize,
    /// Channels with 1/1.5 < M < 1.5.
    pub mix: usize,
    /// Channels with M >= 1.5.
    pub skip: usize,
    /// Channels recorded as 0 because the Input's picture does not excite the Output.
    pub sentinel_overwritten: usize,
    /// Channels recorded as 10 because the Block's picture does not excite the Output.
    pub sentinel_skipped: usize,
    /// Channels that meet all of paper 1's criteria.
    pub scale_invariant: usize,
    /// Channels with dB > 0 and dI > 0.
    pub scale_invariant_no_mix: usize,
    /// Channels that meet paper 2's criterion.
    pub scale_invariant_by_block: usize,
    /// Clamped mix ratios in 20 bins.
    pub histogram: Histogram,
    /// The middle of the clamped mix ratios.
    pub mix_ratio: Center,
    /// The middle of dB; not defined where one of them is not finite.
    pub block_delta: Center,
    /// The middle of dI; not defined where one of them is not finite.
    pub input_delta: Center,
    /// The middle of the scale metric; not defined where one of them is not finite.
    pub scale_metric: Center,
}

impl BlockSummary {
    /// The summary of a block's channels, in any order.
    ///
    /// ```
    /// use analysis::{BlockSummary, ChannelMeasures, NineActivations};
    /// let channel = |o_i, o_b| {
    ///     let (o_o, i_o, b_o) = (4.0, 1.0, 3.0);
    ///     let nine = NineActivations { o_o, i_o, b_o, o_i, i_i: 2.0, b_i: 1.0, o_b, i_b: -1.0, b_b: 5.0 };
    ///     ChannelMeasures::new(&nine, 2.0, 1.0)
    /// };
    /// let channels = [channel(1.0, 4.0), channel(4.0, 4.0), channel(3.0, -1.0), channel(-1.0, -1.0)];
    /// let block = BlockSummary::new(&channels);
    /// assert_eq!((block.overwrite, block.mix, block.skip, block.failed), (1, 1, 1, 1));
    /// assert_eq!(block.sentinel_skipped, 1);
    /// // One of the three that have a mix ratio meets all criteria.
    /// assert_eq!(block.percent_scale_invariant().map(f64::round), Ok(33.0));
    /// ```
    #[must_use]
    pub fn new(channels: &[Result<ChannelMeasures, FailedVisualization>]) -> BlockSummary {
        let measured: Vec<&ChannelMeasures> = channels.iter().filter_map(|c| c.as_ref().ok()).collect();
        let count = |is: &dyn Fn(&ChannelMeasures) -> bool| measured.iter().filter(|c| is(c)).count();
        let ratios: Vec<f64> = measured.iter().map(|c| c.mix_ratio).collect();
        BlockSummary {
            channels: measured.len(),
            failed: channels.len() - measured.len(),
            overwrite: count(&|c| c.category == Category::Overwrite),
            mix: count(&|c| c.category == Category::Mix),
            skip: count(&|c| c.category == Category::Skip),
            sentinel_overwritten: count(&|c| c.sentinel && c.mix_ratio != SKIPPED),
            sentinel_skipped: count(&|c| c.sentinel && c.mix_ratio == SKIPPED),
            scale_invariant: count(&ChannelMeasures::scale_invariant),
            scale_invariant_no_mix: count(&ChannelMeasures::scale_invariant_no_mix),
            scale_invariant_by_block: count(&ChannelMeasures::scale_invariant_by_block),
            histogram: mix_histogram(&ratios),
            mix_ratio: Center::of(ratios.iter().map(|&m| clamped(m))),
            block_delta: Center::of(measured.iter().map(|c| c.scale.block_delta)),
            input_delta: Center::of(measured.iter().map(|c| c.scale.input_delta)),
            scale_metric: Center::of(measured.iter().map(|c| c.scale.scale_metric())),
        }
    }

    /// Percent of the channels that meet all of paper 1's criteria (figure 5).
    ///
    /// # Errors
    /// If there are no channels.
    pub fn percent_scale_invariant(&self) -> Result<f64, NotDefined> {
        self.percent(self.scale_invariant)
    }

    /// Percent of the channels with dB > 0 and dI > 0, whatever their mix ratio (figure 5).
    ///
    /// # Errors
    /// If there are no channels.
    pub fn percent_scale_invariant_no_mix(&self) -> Result<f64, NotDefined> {
        self.percent(self.scale_invariant_no_mix)
    }

    fn percent(&self, count: usize) -> Result<f64, NotDefined> {
        if self.channels == 0 {
            return Err(NotDefined::TooFew { needed: 1, found: 0 });
        }
        Ok(100.0 * count as f64 / self.channels as f64)
    }
}
