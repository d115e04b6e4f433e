//! The rows of `tables/variants.csv` and `tables/churn.csv`.

use super::repeated::Repeated;
use crate::pictures::{Channel, InVariant};
use analysis::statistics::{mean, median};
use analysis::{ChannelMeasures, clamped};
use report::{ChurnRow, VariantRow};
use resnet::Block;

/// Every channel in every variant, a variant after the other for each channel.
pub(in crate::findings) fn variant_rows(variants: &[InVariant]) -> Vec<VariantRow> {
    let count = variants.first().map_or(0, |of| of.channels.len());
    let at = |place: usize| variants.iter().filter_map(move |of| Some(row(of, of.channels.get(place)?)));
    (0..count).flat_map(at).collect()
}

fn row(of: &InVariant, channel: &Channel) -> VariantRow {
    let (measured, measures) = (&channel.measured, channel.measures().ok());
    let nine = &measured.activations;
    let finite = |value: fn(&ChannelMeasures) -> f64| measures.as_ref().map(value).filter(|v| v.is_finite());
    VariantRow {
        block: channel.block.to_string(),
        channel: channel.channel,
        variant: of.variant.to_string(),
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
        scale_invariant: measures.as_ref().is_some_and(ChannelMeasures::scale_invariant),
        retries: channel.retries,
    }
}

/// What channels are in two studies of the same.
#[derive(Debug, Default)]
struct Churn {
    channels: usize,
    category: usize,
    scale_invariance: usize,
}

impl Churn {
    /// Counts the channels at some places that both have.
    fn between(one: &[Channel], other: &[Channel], places: &[usize]) -> Churn {
        let mut churn = Churn::default();
        for &place in places {
            let both = one.get(place).zip(other.get(place));
            let both = both.and_then(|(a, b)| a.measures().ok().zip(b.measures().ok()));
            let Some((a, b)) = both else { continue };
            churn.channels += 1;
            churn.category += usize::from(a.category != b.category);
            churn.scale_invariance += usize::from(a.scale_invariant() != b.scale_invariant());
        }
        churn
    }

    fn percent(&self, count: usize) -> Option<f64> {
        (self.channels > 0).then(|| 100.0 * count as f64 / self.channels as f64)
    }
}

/// What every variant changes in a block whose channels are at these places.
pub(in crate::findings) fn churn_rows(
    repeated: &Repeated<'_>,
    variants: &[InVariant],
    block: Block,
    places: &[usize],
) -> Vec<ChurnRow> {
    let of_seeds: Vec<Churn> =
        repeated.others.iter().map(|at| Churn::between(repeated.first, &at.channels, places)).collect();
    let seeds = |count: fn(&Churn) -> usize| {
        let percents: Vec<f64> = of_seeds.iter().filter_map(|churn| churn.percent(count(churn))).collect();
        mean(&percents).ok()
    };
    let row = |of: &InVariant| {
        let churn = Churn::between(repeated.first, &of.channels, places);
        let sound = places.iter().filter_map(|&place| of.channels.get(place)?.measures().ok());
        let sound: Vec<ChannelMeasures> = sound.collect();
        let invariant = sound.iter().filter(|m| m.scale_invariant()).count();
        let ratios: Vec<f64> = sound.iter().map(|m| clamped(m.mix_ratio)).collect();
        ChurnRow {
            block: block.to_string(),
            variant: of.variant.to_string(),
            channels: churn.channels,
            category_changed: churn.category,
            percent_category_changed: churn.percent(churn.category),
            seeds_percent_category_changed: seeds(|churn| churn.category),
            scale_invariance_changed: churn.scale_invariance,
            percent_scale_invariance_changed: churn.percent(churn.scale_invariance),
            seeds_percent_scale_invariance_changed: seeds(|churn| churn.scale_invariance),
            percent_scale_invariant: (!sound.is_empty()).then(|| 100.0 * invariant as f64 / sound.len() as f64),
            median_mix_ratio: median(&ratios).ok(),
        }
    };
    variants.iter().map(row).collect()
}
