//! A channel over several seeds: how much of what one picture says is the channel's, and how much the seed's (METHOD.md,
//! section 8).

use crate::channel::ChannelMeasures;
use crate::mix::{Category, clamped};
use crate::statistics::{NotDefined, Spread};

/// What the seeds of a channel have in common, and how far they are apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverSeeds {
    /// Seeds whose pictures gave a mix ratio.
    pub seeds: usize,
    /// The spread of the mix ratios, each clamped to 5.
    pub mix_ratio: Result<Spread, NotDefined>,
    /// The spread of dB; not defined where one of them is not finite, as in what follows.
    pub block_delta: Result<Spread, NotDefined>,
    /// The spread of dI.
    pub input_delta: Result<Spread, NotDefined>,
    /// The spread of the scale metric.
    pub scale_metric: Result<Spread, NotDefined>,
    /// The share of the seeds in each category: overwrite, mix, skip; `None` where there is no seed.
    pub categories: Option<[f64; 3]>,
    /// The share of the seeds that meet each criterion; `None` where there is no seed.
    pub criteria: Option<CriteriaShares>,
}

/// Of seeds, or of channels, the share that meets each criterion of scale invariance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriteriaShares {
    /// All of paper 1's.
    pub all: f64,
    /// Those without the mix ratio's.
    pub no_mix: f64,
    /// Paper 2's.
    pub by_block: f64,
}

impl OverSeeds {
    /// A channel's measures at each seed that has any.
    ///
    /// ```
    /// use analysis::{ChannelMeasures, NineActivations, OverSeeds};
    /// let at = |o_i| {
    ///     let nine = NineActivations {
    ///         o_o: 4.0, i_o: 1.0, b_o: 3.0, o_i, i_i: 2.0, b_i: 1.0, o_b: 4.0, i_b: -1.0, b_b: 5.0,
    ///     };
    ///     ChannelMeasures::new(&nine, 2.0, 1.0)
    /// };
    /// // Mix ratios 0.25, 0.75 and 1: the first overwrites.
    /// let seeds = [at(1.0)?, at(3.0)?, at(4.0)?];
    /// let over = OverSeeds::new(&seeds);
    /// assert_eq!(over.categories, Some([1.0 / 3.0, 2.0 / 3.0, 0.0]));
    /// assert_eq!(over.mix_ratio.map(|m| (m.smallest, m.largest)), Ok((0.25, 1.0)));
    /// # Ok::<(), analysis::FailedVisualization>(())
    /// ```
    #[must_use]
    pub fn new(seeds: &[ChannelMeasures]) -> OverSeeds {
        let spread = |of: &dyn Fn(&ChannelMeasures) -> f64| {
            let values: Vec<f64> = seeds.iter().map(of).collect();
            Spread::of(&values)
        };
        let share = |is: &dyn Fn(&ChannelMeasures) -> bool| {
            seeds.iter().filter(|seed| is(seed)).count() as f64 / seeds.len() as f64
        };
        let any = !seeds.is_empty();
        let of = |category| share(&|seed| seed.category == category);
        OverSeeds {
            seeds: seeds.len(),
            mix_ratio: spread(&|seed| clamped(seed.mix_ratio)),
            block_delta: spread(&|seed| seed.scale.block_delta),
            input_delta: spread(&|seed| seed.scale.input_delta),
            scale_metric: spread(&|seed| seed.scale.scale_metric()),
            categories: any.then(|| [Category::Overwrite, Category::Mix, Category::Skip].map(of)),
            criteria: any.then(|| CriteriaShares {
                all: share(&ChannelMeasures::scale_invariant),
                no_mix: share(&ChannelMeasures::scale_invariant_no_mix),
                by_block: share(&ChannelMeasures::scale_invariant_by_block),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_seed_nothing_is_defined() {
        let over = OverSeeds::new(&[]);
        assert_eq!((over.seeds, over.categories, over.criteria), (0, None, None));
        assert!(over.mix_ratio.is_err() && over.scale_metric.is_err());
    }
}
