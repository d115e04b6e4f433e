//! The channels of a run at all of its seeds, and the rows and columns that say so.

use crate::pictures::{AtSeed, Channel};
use analysis::statistics::{NotDefined, Spread, mean};
use analysis::{ChannelMeasures, OverSeeds};
use report::{ChannelRow, SeedRow};
use std::iter;

/// The channels of a run at all of its seeds, in the same order at each.
#[derive(Clone, Copy, Debug)]
pub(in crate::findings) struct Repeated<'a> {
    pub(in crate::findings) seed: u64,
    pub(in crate::findings) first: &'a [Channel],
    pub(in crate::findings) others: &'a [AtSeed],
}

impl<'a> Repeated<'a> {
    /// How many seeds there are.
    pub(super) fn seeds(&self) -> usize {
        1 + self.others.len()
    }

    /// All channels of each seed.
    pub(super) fn each(&self) -> impl Iterator<Item = &'a [Channel]> + use<'a> {
        iter::once(self.first).chain(self.others.iter().map(|at| &*at.channels))
    }

    /// The channel at a place, at each seed.
    pub(super) fn at(&self, place: usize) -> impl Iterator<Item = &'a Channel> + use<'a> {
        self.each().filter_map(move |channels| channels.get(place))
    }

    /// What its seeds say together; those that gave no mix ratio say nothing.
    pub(super) fn over_seeds(&self, place: usize) -> OverSeeds {
        let sound: Vec<ChannelMeasures> = self.at(place).filter_map(|c| c.measures().ok()).collect();
        OverSeeds::new(&sound)
    }

    /// The rows of `tables/seeds.csv`.
    pub(in crate::findings) fn rows(&self) -> Vec<SeedRow> {
        let seeds = || iter::once(self.seed).chain(self.others.iter().map(|at| at.seed));
        let of = |place: usize| self.at(place).zip(seeds()).map(|(channel, seed)| seed_row(channel, seed));
        (0..self.first.len()).flat_map(of).collect()
    }

    /// A channel's row with the columns that are over seeds.
    pub(in crate::findings) fn spread(&self, place: usize, row: ChannelRow) -> ChannelRow {
        let over = self.over_seeds(place);
        let sound = self.at(place).filter(|c| c.is_sound());
        let b_i: Vec<f64> = sound.map(|c| c.measured.activations.b_i).collect();
        let of = |spread: Result<Spread, NotDefined>, value: fn(&Spread) -> f64| spread.ok().map(|s| value(&s));
        let deviation = |spread: Result<Spread, NotDefined>| spread.ok().and_then(|s| s.deviation);
        let criteria = over.criteria;
        ChannelRow {
            seeds: over.seeds,
            b_i_mean: mean(&b_i).ok(),
            mix_ratio_mean: of(over.mix_ratio, |s| s.mean),
            mix_ratio_deviation: deviation(over.mix_ratio),
            mix_ratio_smallest: of(over.mix_ratio, |s| s.smallest),
            mix_ratio_largest: of(over.mix_ratio, |s| s.largest),
            block_delta_mean: of(over.block_delta, |s| s.mean),
            block_delta_deviation: deviation(over.block_delta),
            block_delta_smallest: of(over.block_delta, |s| s.smallest),
            block_delta_largest: of(over.block_delta, |s| s.largest),
            input_delta_mean: of(over.input_delta, |s| s.mean),
            input_delta_deviation: deviation(over.input_delta),
            input_delta_smallest: of(over.input_delta, |s| s.smallest),
            input_delta_largest: of(over.input_delta, |s| s.largest),
            scale_metric_mean: of(over.scale_metric, |s| s.mean),
            scale_metric_deviation: deviation(over.scale_metric),
            scale_metric_smallest: of(over.scale_metric, |s| s.smallest),
            scale_metric_largest: of(over.scale_metric, |s| s.largest),
            overwrite_share: over.categories.map(|[share, _, _]| share),
            mix_share: over.categories.map(|[_, share, _]| share),
            skip_share: over.categories.map(|[_, _, share]| share),
            scale_invariant_share: criteria.map(|c| c.all),
            scale_invariant_no_mix_share: criteria.map(|c| c.no_mix),
            scale_invariant_by_block_share: criteria.map(|c| c.by_block),
            ..row
        }
    }
}

/// A channel at a seed.
fn seed_row(channel: &Channel, seed: u64) -> SeedRow {
    let (measured, measures) = (&channel.measured, channel.measures().ok());
    let nine = &measured.activations;
    let finite = |value: fn(&ChannelMeasures) -> f64| measures.as_ref().map(value).filter(|v| v.is_finite());
    SeedRow {
        block: channel.block.to_string(),
        channel: channel.channel,
        seed,
        o_o: nine.o_o,
        i_o: nine.i_o,
        b_o: nine.b_o,
        o_i: nine.o_i,
        i_i: nine.i_i,
        b_i: nine.b_i,
        o_b: nine.o_b,
        i_b: nine.i_b,
        b_b: nine.b_b,
        block_on_enlarged_input: measured.block_on_enlarged_input,
        input_on_shrunk_block: measured.input_on_shrunk_block,
        mix_ratio: measures.as_ref().map(|m| m.mix_ratio),
        category: measures.as_ref().map(|m| m.category.to_string()),
        block_delta: finite(|m| m.scale.block_delta),
        input_delta: finite(|m| m.scale.input_delta),
        scale_metric: finite(|m| m.scale.scale_metric()),
        scale_invariant: measures.as_ref().is_some_and(ChannelMeasures::scale_invariant),
        scale_invariant_no_mix: measures.as_ref().is_some_and(ChannelMeasures::scale_invariant_no_mix),
        scale_invariant_by_block: measures.as_ref().is_some_and(ChannelMeasures::scale_invariant_by_block),
        retries: channel.retries,
    }
}
