//! From measurements to the rows of the tables.

use crate::attempts::Channel;
use crate::channels::ChannelRange;
use crate::claims::{self, Evidence};
use crate::error::RunError;
use crate::exemplars::Exemplar;
use crate::files::Output;
use crate::panels::panels;
use crate::photographs::{OnPhotographs, Photographs, TuningCurves};
use crate::plan::Study;
use crate::reproduce::Options;
use crate::scale_tuning::ScaleCurve;
use crate::source::Loaded;
use crate::unit::NUMERICS_VERSION;
use analysis::{BlockSummary, ChannelMeasures, NineActivations, clamped, statistics};
use featviz::{Recipe, jitter_of};
use report::{
    BlockRow, BuildRecord, ChannelRow, ExemplarRow, HistogramRow, Manifest, NetworkRecord, NotComputed, ScaleTuningRow,
    layout,
};
use resnet::{BatchNormState, Block, Isa, Role};
use std::collections::BTreeMap;

/// Everything that the tables are made of.
#[derive(Debug, Default)]
pub(crate) struct Findings<'a> {
    /// Measured on pictures.
    pub(crate) channels: &'a [Channel],
    /// On pictures of other sizes.
    pub(crate) curves: BTreeMap<(Block, usize), Vec<ScaleCurve>>,
    /// Over photographs.
    pub(crate) tuning: TuningCurves,
    /// On each channel's top nine photographs.
    pub(crate) on_photographs: BTreeMap<(Block, usize), OnPhotographs>,
    pub(crate) photographs: Option<&'a Photographs>,
}

/// Writes all tables but that of the photographs.
pub(crate) fn write(
    output: &Output,
    loaded: &Loaded,
    studies: &[Study],
    exemplars: &[Exemplar],
    findings: &Findings<'_>,
    steps: usize,
) -> Result<Vec<BlockRow>, RunError> {
    let channels = findings.channels;
    let rows: Vec<ChannelRow> = channels.iter().map(|c| channel_row(loaded, c, findings)).collect();
    let of = |block| channels.iter().filter(move |c| c.block == block);
    let (mut blocks, mut histogram) = (Vec::new(), Vec::new());
    for study in studies {
        let measures: Vec<_> = of(study.block).map(Channel::measures).collect();
        let summary = BlockSummary::new(&measures);
        let name = study.block.to_string();
        let of_block: Vec<(&Channel, &ChannelRow)> =
            channels.iter().zip(&rows).filter(|(_, row)| row.block == name).collect();
        let all = loaded.network.architecture().channels(study.block);
        blocks.push(block_row((study.block, all), &summary, &of_block));
        histogram.extend(histogram_rows(study.block, &summary));
    }
    let exemplars: Vec<ExemplarRow> = exemplars.iter().map(Exemplar::row).collect();
    let studied: Vec<Block> = studies.iter().map(|s| s.block).collect();
    let panels = panels(&studied, &rows);
    let evidence = Evidence::new(loaded, steps, (&rows, &blocks, &panels));
    output.write_table(layout::CLAIMS, &claims::rows(&evidence))?;
    output.write_table(layout::CHANNELS, &rows)?;
    output.write_table(layout::BLOCKS, &blocks)?;
    output.write_table(layout::HISTOGRAM, &histogram)?;
    output.write_table(layout::EXEMPLARS, &exemplars)?;
    output.write_table(layout::PANELS, &panels)?;
    output.write_table(layout::SCALE_TUNING, &scale_rows(findings))?;
    Ok(blocks)
}

/// What every channel answers at every size, on its pictures and on its photographs.
fn scale_rows(findings: &Findings<'_>) -> Vec<ScaleTuningRow> {
    let mut rows = Vec::new();
    for Channel { block, channel, .. } in findings.channels {
        let of = (*block, *channel);
        let pictures = findings.curves.get(&of);
        let photographs = findings.on_photographs.get(&of).map(|p| &p.curves);
        for (stimulus, curves) in [("picture", pictures), ("photographs", photographs)] {
            let curves = curves.into_iter().flatten();
            rows.extend(curves.map(|curve| curve.row(*block, *channel, stimulus)));
        }
    }
    rows
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn channel_row(loaded: &Loaded, channel: &Channel, findings: &Findings<'_>) -> ChannelRow {
    let nine = &channel.measured.activations;
    let of = (channel.block, channel.channel);
    let photos = findings.on_photographs.get(&of);
    let photo = |value: fn(&NineActivations) -> f64| photos.map(|p| value(&p.activations));
    let photo_scale = photos.and_then(|p| p.scale);
    let contributions = findings.photographs.map(|p| p.contributions(of.0, of.1));
    let measures = channel.measures().ok();
    let scale = measures.as_ref().map(|m| m.scale);
    ChannelRow {
        block: channel.block.to_string(),
        channel: channel.channel,
        o_o: nine.o_o,
        i_o: nine.i_o,
        b_o: nine.b_o,
        o_i: nine.o_i,
        i_i: nine.i_i,
        b_i: nine.b_i,
        o_b: nine.o_b,
        i_b: nine.i_b,
        b_b: nine.b_b,
        mix_ratio: measures.as_ref().map(|m| m.mix_ratio),
        category: measures.as_ref().map(|m| m.category.to_string()),
        block_delta: scale.and_then(|s| finite(s.block_delta)),
        input_delta: scale.and_then(|s| finite(s.input_delta)),
        scale_metric: scale.and_then(|s| finite(s.scale_metric())),
        scale_invariant: measures.as_ref().is_some_and(ChannelMeasures::scale_invariant),
        scale_invariant_no_mix: measures.as_ref().is_some_and(ChannelMeasures::scale_invariant_no_mix),
        scale_invariant_by_block: measures.as_ref().is_some_and(ChannelMeasures::scale_invariant_by_block),
        bn2_weight_abs: bn2_weight_abs(loaded, channel.block, channel.channel),
        conv2_weight_mean_abs: conv2_weight_mean_abs(loaded, channel.block, channel.channel),
        tuning_curve_rho: findings.tuning.get(&of).copied(),
        photo_o_o: photo(|n| n.o_o),
        photo_i_o: photo(|n| n.i_o),
        photo_b_o: photo(|n| n.b_o),
        photo_o_i: photo(|n| n.o_i),
        photo_i_i: photo(|n| n.i_i),
        photo_b_i: photo(|n| n.b_i),
        photo_o_b: photo(|n| n.o_b),
        photo_i_b: photo(|n| n.i_b),
        photo_b_b: photo(|n| n.b_b),
        photo_mix_ratio: photos.and_then(|p| p.mix_ratio),
        photo_block_delta: photo_scale.and_then(|s| finite(s.block_delta)),
        photo_input_delta: photo_scale.and_then(|s| finite(s.input_delta)),
        photo_scale_metric: photo_scale.and_then(|s| finite(s.scale_metric())),
        photo_scale_invariant: photos.and_then(|p| Some(p.scale?.scale_invariant(p.mix_ratio?))),
        photo_input_share: contributions.and_then(|c| c.input_share),
        photo_block_share: contributions.and_then(|c| c.block_share),
        photo_inhibited_percent: contributions.and_then(|c| c.inhibited_percent),
        photo_silenced_percent: contributions.and_then(|c| c.silenced_percent),
        retries: channel.retries,
    }
}

/// |bn2.weight\[c\]|; not to be had where batch norm is folded.
#[must_use]
pub fn bn2_weight_abs(loaded: &Loaded, block: Block, channel: usize) -> Option<f64> {
    if loaded.network.architecture().batch_norm() == BatchNormState::Folded {
        return None;
    }
    let weights = loaded.tensors.get(&format!("{}.bn2.weight", block.module()))?;
    weights.values().get(channel).map(|&w| f64::from(w).abs())
}

/// The mean of |conv2.weight\[c\]|.
#[must_use]
pub fn conv2_weight_mean_abs(loaded: &Loaded, block: Block, channel: usize) -> Option<f64> {
    let weights = loaded.tensors.get(&format!("{}.conv2.weight", block.module()))?;
    let each: usize = weights.shape().iter().skip(1).product();
    let of_channel = weights.values().chunks_exact(each.max(1)).nth(channel)?;
    let magnitudes: Vec<f64> = of_channel.iter().map(|&w| f64::from(w).abs()).collect();
    statistics::mean(&magnitudes).ok()
}

fn block_row((block, all): (Block, usize), summary: &BlockSummary, of_block: &[(&Channel, &ChannelRow)]) -> BlockRow {
    let defined =
        |of: fn(&ChannelRow) -> Option<f64>| -> Vec<f64> { of_block.iter().filter_map(|(_, row)| of(row)).collect() };
    let mean = |of| statistics::mean(&defined(of)).ok();
    let percent = |count: usize, of: usize| (of > 0).then(|| 100.0 * count as f64 / of as f64);
    // Every studied channel is measured on photographs, or none is.
    let with_images = of_block.iter().any(|(_, row)| row.photo_o_o.is_some());
    let mut ratios = defined(|row| row.photo_mix_ratio);
    ratios.iter_mut().for_each(|m| *m = clamped(*m));
    let on_photographs = of_block.iter().filter(|(_, row)| row.photo_scale_invariant == Some(true)).count();
    BlockRow {
        block: block.to_string(),
        channels: all,
        studied: summary.channels,
        failed: summary.failed,
        overwrite: summary.overwrite,
        mix: summary.mix,
        skip: summary.skip,
        never_from_input: summary.sentinel_overwritten,
        never_from_block: summary.sentinel_skipped,
        median_mix_ratio: summary.mix_ratio.median.ok(),
        mean_scale_metric: mean(|row| row.scale_metric),
        scale_invariant: summary.scale_invariant,
        percent_scale_invariant: summary.percent_scale_invariant().ok(),
        scale_invariant_no_mix: summary.scale_invariant_no_mix,
        percent_scale_invariant_no_mix: summary.percent_scale_invariant_no_mix().ok(),
        no_mix_by_denominator: of_block
            .iter()
            .filter(|(c, row)| row.scale_invariant_no_mix && !c.has_positive_denominators())
            .count(),
        scale_invariant_by_block: summary.scale_invariant_by_block,
        percent_scale_invariant_by_block: percent(summary.scale_invariant_by_block, summary.channels),
        photo_channels: with_images.then_some(ratios.len()),
        photo_median_mix_ratio: statistics::median(&ratios).ok(),
        photo_scale_invariant: with_images.then_some(on_photographs),
        photo_percent_scale_invariant: percent(on_photographs, ratios.len()),
        photo_mean_input_share: mean(|row| row.photo_input_share),
        photo_mean_inhibited_percent: mean(|row| row.photo_inhibited_percent),
    }
}

fn histogram_rows(block: Block, summary: &BlockSummary) -> impl Iterator<Item = HistogramRow> {
    let bins = summary.histogram.edges().windows(2).zip(summary.histogram.counts());
    bins.map(move |(edges, &count)| HistogramRow { block: block.to_string(), from: edges[0], to: edges[1], count })
}

/// The digest of the source of this program.
pub(crate) const SOURCE_DIGEST: &str = env!("STREAMSCOPE_SOURCE");

/// Name and version of this program.
pub fn program() -> String {
    format!("streamscope {}", env!("CARGO_PKG_VERSION"))
}

/// What this program was built from, and what it runs on.
pub fn build_record() -> BuildRecord {
    BuildRecord {
        source_digest: SOURCE_DIGEST.to_owned(),
        compiler: env!("STREAMSCOPE_COMPILER").to_owned(),
        cpu_features: Isa::supported().iter().map(Isa::to_string).collect(),
    }
}

/// What produced the tables. The pictures are added by who made them, the digests of the files when it is written.
pub(crate) fn manifest(
    options: &Options,
    loaded: &Loaded,
    recipe: &Recipe,
    studies: &[Study],
    channels: &[Channel],
) -> Manifest {
    let architecture = loaded.network.architecture();
    let name = |c: &Channel| format!("block {}, channel {}", c.block, c.channel);
    Manifest {
        program: program(),
        numerics_version: NUMERICS_VERSION,
        build: build_record(),
        network: NetworkRecord {
            weights: loaded.source.path.display().to_string(),
            weights_digest: loaded.digest.clone(),
            widths: architecture.widths().to_vec(),
            input_size: loaded.source.input_size,
            classes: architecture.classes(),
            batch_norm: architecture.batch_norm().name().to_owned(),
        },
        images: None,
        preset: options.preset.to_string(),
        recipe: serde_json::to_value(recipe).unwrap_or_default(),
        jitter: studies
            .iter()
            .flat_map(|s| Role::ALL.map(|role| s.block.optimised_site(role)))
            .map(|site| (site.to_string(), jitter_of(site)))
            .collect(),
        seed: options.seed,
        blocks: studies.iter().map(|s| (s.block.to_string(), s.channels.clone())).collect(),
        channels: options.channels.iter().map(ChannelRange::to_string).collect(),
        pictures: BTreeMap::new(),
        not_computed: architecture
            .missing()
            .iter()
            .map(|m| NotComputed {
                what: m.block.map_or_else(|| "fc".to_owned(), |b| format!("block {b}")),
                missing_tensors: m.tensors.clone(),
            })
            .collect(),
        retried: channels.iter().filter(|c| c.retries > 0).map(|c| format!("{} ({})", name(c), c.retries)).collect(),
        failed: channels.iter().filter(|c| !c.is_sound()).map(name).collect(),
        instruction_set: options.isa.to_string(),
        threads: options.threads.get(),
        seconds: BTreeMap::new(),
        made_from: BTreeMap::new(),
        files: BTreeMap::new(),
        digest: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// A channel whose dB and dI are gains of 1 divided by B(B) and I(I).
    fn channel(channel: usize, b_b: f64, i_i: f64) -> Channel {
        Channel {
            block: "1.1".parse().unwrap(),
            channel,
            measured: crate::Measured {
                activations: NineActivations {
                    o_o: 1.0,
                    i_o: 1.0,
                    b_o: 1.0,
                    o_i: 1.0,
                    i_i,
                    b_i: 0.0,
                    o_b: 1.0,
                    i_b: 0.0,
                    b_b,
                },
                block_on_enlarged_input: 1.0,
                input_on_shrunk_block: 1.0,
            },
            retries: 0,
        }
    }

    #[test]
    fn a_block_counts_gains_by_a_denominator_and_means_leave_infinities_out() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let loaded = crate::Source::new(&root, None, None).load().unwrap();
        // Scale metrics 2 and 4, one that is infinite, and one with a loss.
        let channels = [channel(0, 1.0, 1.0), channel(1, 0.5, 0.5), channel(2, 0.0, 1.0), channel(3, 1.0, -1.0)];
        let findings = Findings::default();
        let rows: Vec<ChannelRow> = channels.iter().map(|c| channel_row(&loaded, c, &findings)).collect();
        let of_block: Vec<(&Channel, &ChannelRow)> = channels.iter().zip(&rows).collect();
        let measures: Vec<_> = channels.iter().map(Channel::measures).collect();
        let block = channels[0].block;
        let row = block_row((block, 16), &BlockSummary::new(&measures), &of_block);
        assert_eq!((row.scale_invariant_no_mix, row.no_mix_by_denominator), (3, 1));
        // (2 + 4 + 0) / 3.
        assert_eq!(row.mean_scale_metric, Some(2.0));
        assert_eq!(row.scale_invariant_by_block, 4);
        assert_eq!(row.percent_scale_invariant_by_block, Some(100.0));
        assert_eq!((row.photo_channels, row.photo_scale_invariant), (None, None));
    }

    #[test]
    fn weights_are_counted_by_their_magnitude() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let loaded = crate::Source::new(&root, None, None).load().unwrap();
        let block: Block = "1.1".parse().unwrap();
        let norm = loaded.tensors.get("layer1.1.bn2.weight").unwrap();
        let convolution = loaded.tensors.get("layer1.1.conv2.weight").unwrap();
        let each: usize = convolution.shape()[1..].iter().product();
        for channel in 0..convolution.shape()[0] {
            let gamma = f64::from(norm.values()[channel].abs());
            assert_eq!(bn2_weight_abs(&loaded, block, channel), Some(gamma));
            let weights = &convolution.values()[channel * each..][..each];
            let sum: f64 = weights.iter().map(|w| f64::from(w.abs())).sum();
            let found = conv2_weight_mean_abs(&loaded, block, channel).unwrap();
            // Both sums round once for each weight, none to more than twice the sum of the magnitudes.
            let bound = 4.0 * each as f64 * f64::EPSILON * sum;
            assert!((found * each as f64 - sum).abs() <= bound, "{channel}");
        }
    }
}
