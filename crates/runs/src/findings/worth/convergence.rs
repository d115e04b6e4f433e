//! The rows of `tables/objectives.csv`, `tables/steps.csv` and `tables/convergence.csv`: what fewer steps cost.

use crate::pictures::{Ascents, AtSteps, Channel};
use analysis::statistics::{median, quartiles, spearman};
use analysis::{Category, ChannelMeasures, clamped, share_of_final};
use report::{ConvergenceRow, ObjectiveRow, StepRow};
use resnet::{Architecture, Block};

/// A row for each role of a block and each number of steps.
pub(in crate::findings) fn objective_rows(architecture: &Architecture, ascents: &[Ascents]) -> Vec<ObjectiveRow> {
    let of = |of: &Ascents| {
        let row = |(at, &steps): (usize, &usize)| {
            let last = of.points.len() - 1;
            let after = || of.pictures.iter().map(|objectives| (objectives[at], objectives[last]));
            let shares: Vec<f64> = after().filter_map(|(after, last)| share_of_final(after, last)).collect();
            let (pictures, left_out) = (shares.len(), of.pictures.len() - shares.len());
            let quartiles = quartiles(shares).ok();
            ObjectiveRow {
                block: of.block.to_string(),
                role: of.role.name().to_owned(),
                of_steps: of.of_steps,
                steps,
                site: architecture.optimised_site(of.block, of.role).to_string(),
                pictures,
                left_out,
                dead: after().filter(|(after, _)| after.is_nan() || *after <= 0.0).count(),
                median: quartiles.map(|[_, median, _]| median),
                lower: quartiles.map(|[lower, ..]| lower),
                upper: quartiles.map(|[.., upper]| upper),
            }
        };
        of.points.iter().enumerate().map(row).collect::<Vec<_>>()
    };
    ascents.iter().flat_map(of).collect()
}

/// Every channel that was looked at, after each number of steps.
pub(in crate::findings) fn step_rows(on_the_way: &[AtSteps]) -> Vec<StepRow> {
    let count = on_the_way.first().map_or(0, |at| at.channels.len());
    let at = |place: usize| on_the_way.iter().filter_map(move |at| Some(step_row(at.steps, at.channels.get(place)?)));
    (0..count).flat_map(at).collect()
}

fn step_row(steps: usize, channel: &Channel) -> StepRow {
    let (measured, measures) = (&channel.measured, channel.measures().ok());
    let nine = &measured.activations;
    let finite = |value: fn(&ChannelMeasures) -> f64| measures.as_ref().map(value).filter(|v| v.is_finite());
    StepRow {
        block: channel.block.to_string(),
        channel: channel.channel,
        steps,
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

/// What the channels of a block that were looked at are after each number of steps, beside what they are after the most.
pub(in crate::findings) fn convergence_rows(on_the_way: &[AtSteps], block: Block) -> Vec<ConvergenceRow> {
    let Some(last) = on_the_way.last() else {
        return Vec::new();
    };
    let of_block = |at: &AtSteps| -> Vec<Option<ChannelMeasures>> {
        at.channels.iter().filter(|c| c.block == block).map(|c| c.measures().ok()).collect()
    };
    let end = of_block(last);
    let row = |at: &AtSteps| {
        let here = of_block(at);
        let sound: Vec<&ChannelMeasures> = here.iter().flatten().collect();
        let both: Vec<(&ChannelMeasures, &ChannelMeasures)> =
            here.iter().zip(&end).filter_map(|(here, end)| here.as_ref().zip(end.as_ref())).collect();
        let count = |category| sound.iter().filter(|m| m.category == category).count();
        let finite = |of: fn(&ChannelMeasures) -> f64| -> Option<f64> {
            median(&sound.iter().map(|m| of(m)).filter(|v| v.is_finite()).collect::<Vec<f64>>()).ok()
        };
        let ratios = |of: &[&ChannelMeasures]| of.iter().map(|m| clamped(m.mix_ratio)).collect::<Vec<f64>>();
        let quartiles = quartiles(ratios(&sound)).ok();
        let (these, those): (Vec<&ChannelMeasures>, Vec<&ChannelMeasures>) = both.iter().copied().unzip();
        let (these, those) = (ratios(&these), ratios(&those));
        let moved: Vec<f64> = these.iter().zip(&those).map(|(here, end)| (here - end).abs()).collect();
        ConvergenceRow {
            block: block.to_string(),
            steps: at.steps,
            of_steps: last.steps,
            channels: sound.len(),
            failed: here.len() - sound.len(),
            retried: at.channels.iter().filter(|c| c.block == block && c.retries > 0).count(),
            overwrite: count(Category::Overwrite),
            mix: count(Category::Mix),
            skip: count(Category::Skip),
            median_mix_ratio: quartiles.map(|[_, median, _]| median),
            lower_mix_ratio: quartiles.map(|[lower, ..]| lower),
            upper_mix_ratio: quartiles.map(|[.., upper]| upper),
            compared: both.len(),
            median_moved: median(&moved).ok(),
            spearman_rho: spearman(&these, &those).ok().map(|s| s.rho),
            category_changed: both.iter().filter(|(here, end)| here.category != end.category).count(),
            median_block_delta: finite(|m| m.scale.block_delta),
            median_input_delta: finite(|m| m.scale.input_delta),
            scale_invariant: sound.iter().filter(|m| m.scale_invariant()).count(),
            scale_invariance_changed: both
                .iter()
                .filter(|(here, end)| here.scale_invariant() != end.scale_invariant())
                .count(),
        }
    };
    on_the_way.iter().map(row).collect()
}
