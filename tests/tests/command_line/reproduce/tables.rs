//! Measures on photographs, tuning curves and panels follow from the columns and curves that they are made of.

use super::*;
use analysis::statistics::{spearman, standard_error};
use analysis::{GroupComparison, clamped, is_overwrite_group};
use report::{ChannelRow, PanelRow, ScaleTuningRow, layout, read_table};
use streamscope_tests::harness::Shared;
use tempfile::TempDir;

pub(super) const SIZE: usize = 64;
pub(super) const SEED: &str = "5";
pub(super) const STEPS: &str = "4";
/// The blocks with the sites that their Input and Block are read at. The projection of 2.0 has no ReLU.
const BLOCKS: [(&str, &str, &str); 2] =
    [("1.1", "layer1.0", "layer1.1.bn2"), ("2.0", "layer2.0.downsample.1", "layer2.0.bn2")];

/// A run on the embedded photographs at a small size, with enough channels for statistics. Tests only read it.
pub(super) fn finished() -> &'static TempDir {
    static RUN: Shared = Shared::new();
    RUN.get(|out| {
        let (size, out) = (SIZE.to_string(), out.display().to_string());
        let images = root().join("fixtures/images").display().to_string();
        succeed(&mut program(&[
            "reproduce",
            "--blocks",
            "1.1,2.0",
            "--channels",
            "0..8",
            "--steps",
            STEPS,
            "--seed",
            SEED,
            "--input-size",
            &size,
            "--images",
            &images,
            "--out",
            &out,
        ]));
    })
}

fn channels(out: &Path) -> Vec<ChannelRow> {
    let rows: Vec<ChannelRow> = read_table(&out.join(layout::CHANNELS)).unwrap();
    assert_eq!(rows.len(), 16);
    rows
}

#[test]
fn scale_measures_on_photographs_are_what_the_curves_at_double_and_half_the_size_give() {
    let run = finished();
    let curves: Vec<ScaleTuningRow> = read_table(&run.path().join(layout::SCALE_TUNING)).unwrap();
    let mut verdicts = Vec::new();
    for row in channels(run.path()) {
        let at = |seen: &str, scale: f64| {
            let found = curves.iter().find(|c| {
                (&c.block, c.channel) == (&row.block, row.channel)
                    && (c.stimulus.as_str(), c.seen.as_str(), c.scale) == ("photographs", seen, scale)
            });
            found.unwrap()
        };
        // The curves are means of clipped activations, which numerators are made of; denominators are plain means. So
        // the same numbers are subtracted and divided here, and nothing is rounded otherwise.
        let gain = |large: f64, plain: f64, by: Option<f64>| {
            Some((large - plain) / by.unwrap()).filter(|gain| gain.is_finite())
        };
        let block_delta = gain(at("input", 2.0).block_activation, at("input", 1.0).block_activation, row.photo_b_b);
        let input_delta = gain(at("block", 0.5).input_activation, at("block", 1.0).input_activation, row.photo_i_i);
        let of = format!("{}:{}", row.block, row.channel);
        assert_eq!(row.photo_block_delta, block_delta, "dB of {of}");
        assert_eq!(row.photo_input_delta, input_delta, "dI of {of}");
        let (Some(block_delta), Some(input_delta)) = (block_delta, input_delta) else {
            continue;
        };
        assert_eq!(row.photo_scale_metric, Some(block_delta + input_delta));
        // METHOD.md, section 3: all strict.
        let mixes = |m: f64| m > 1.0 / 1.5 && m < 1.5;
        let gains = block_delta > 0.0 && input_delta > 0.0;
        let invariant = row.photo_mix_ratio.map(|m| gains && mixes(m));
        assert_eq!(row.photo_scale_invariant, invariant, "{of}");
        verdicts.push((block_delta > 0.0, input_delta > 0.0, invariant));
    }
    // Gains and losses of both, and both verdicts.
    for has in [true, false] {
        assert!(verdicts.iter().any(|v| v.0 == has), "{verdicts:?}");
        assert!(verdicts.iter().any(|v| v.1 == has), "{verdicts:?}");
        assert!(verdicts.iter().any(|v| v.2 == Some(has)), "{verdicts:?}");
    }
}

/// Twice each value's rank less n + 1: how many values it exceeds, less how many exceed it. Whole numbers; equal values
/// share theirs.
fn centered_ranks(values: &[f32]) -> Vec<i64> {
    let count = |of: &dyn Fn(&f32) -> bool| values.iter().filter(|v| of(v)).count();
    let rank = |value: &f32| -> i64 {
        let (below, above) = (count(&|v| v < value), count(&|v| v > value));
        i64::try_from(below).unwrap() - i64::try_from(above).unwrap()
    };
    values.iter().map(rank).collect()
}

#[test]
fn tuning_curves_correlate_input_and_block_of_the_columns_where_input_is_positive() {
    let run = finished();
    let table = channels(run.path());
    let (mut defined, mut left_out) = (0, 0);
    for (block, input, of_block) in BLOCKS {
        let [input, of_block] = [input, of_block].map(|site| columns(run.path(), site).1);
        let width = input.shape[1];
        for row in table.iter().filter(|row| row.block == block) {
            let column = |of: &testkit::golden::Array<f32>| -> Vec<f32> {
                let images = of.values.chunks_exact(width);
                images.map(|image| image[row.channel]).collect()
            };
            let pairs = column(&input).into_iter().zip(column(&of_block));
            let (excited, answers): (Vec<f32>, Vec<f32>) = pairs.filter(|(i, _)| *i > 0.0).unzip();
            left_out += input.shape[0] - excited.len();
            let (x, y) = (centered_ranks(&excited), centered_ranks(&answers));
            let dot = |a: &[i64], b: &[i64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<i64>();
            let (xx, yy, xy) = (dot(&x, &x), dot(&y, &y), dot(&x, &y));
            let expected = (excited.len() >= 3 && xx > 0 && yy > 0).then(|| xy as f64 / (xx as f64 * yy as f64).sqrt());
            let of = format!("{block}:{}", row.channel);
            assert_eq!(row.tuning_curve_rho.is_some(), expected.is_some(), "{of}");
            if let (Some(found), Some(expected)) = (row.tuning_curve_rho, expected) {
                defined += 1;
                // The sums are exact below 2^53; product, root and quotient round, half an epsilon each, and the result
                // is at most 1.
                let error = (found - expected).abs();
                assert!(error <= 2.0 * f64::EPSILON, "{of}: {found} for {expected}");
            }
        }
    }
    assert!(defined > 8 && left_out > 0, "{defined}, {left_out}");
}

/// A measure that a panel shows: the figure, its name, its column.
type Column = (u8, &'static str, fn(&ChannelRow) -> Option<f64>);

#[test]
fn every_panel_is_the_statistics_of_the_column_that_it_names() {
    let run = finished();
    let table = channels(run.path());
    let panels: Vec<PanelRow> = read_table(&run.path().join(layout::PANELS)).unwrap();
    let columns: [Column; 6] = [
        (3, "bn2_weight_abs", |c| c.bn2_weight_abs),
        (3, "conv2_weight_mean_abs", |c| c.conv2_weight_mean_abs),
        (4, "block_on_input", |c| Some(c.b_i)),
        (4, "tuning_curve_rho", |c| c.tuning_curve_rho),
        (9, "photo_input_share", |c| c.photo_input_share),
        (9, "photo_inhibited_percent", |c| c.photo_inhibited_percent),
    ];
    // Only of the second block.
    assert_eq!(panels.len(), columns.len());
    for (panel, (figure, measure, of)) in panels.iter().zip(columns) {
        let found = (panel.figure, panel.block.as_str(), panel.measure.as_str());
        assert_eq!(found, (figure, "1.1", measure));
        let rows = table.iter().filter(|row| row.block == "1.1");
        let rows: Vec<(f64, Option<f64>)> = rows.filter_map(|row| Some((row.mix_ratio?, of(row)))).collect();
        let (ratios, values): (Vec<f64>, Vec<Option<f64>>) = rows.iter().copied().unzip();
        let defined: Vec<(f64, f64)> = rows.iter().filter_map(|&(m, v)| Some((m, v?))).collect();
        let (x, y): (Vec<f64>, Vec<f64>) = defined.iter().map(|&(m, v)| (clamped(m), v)).unzip();
        let (groups, correlation) = (GroupComparison::new(&ratios, &values).unwrap(), spearman(&x, &y).unwrap());
        let error = |overwrite| {
            let of_group = defined.iter().filter(|(m, _)| is_overwrite_group(*m) == overwrite);
            standard_error(&of_group.map(|(_, v)| *v).collect::<Vec<f64>>()).ok()
        };
        let anova = groups.anova.ok();
        let expected = PanelRow {
            figure,
            block: "1.1".to_owned(),
            measure: measure.to_owned(),
            channels: defined.len(),
            left_out: rows.len() - defined.len(),
            spearman_rho: Some(correlation.rho),
            spearman_p: Some(correlation.p),
            overwrite: groups.overwrite,
            overwrite_mean: groups.overwrite_mean.ok(),
            overwrite_standard_error: error(true),
            skip: groups.skip,
            skip_mean: groups.skip_mean.ok(),
            skip_standard_error: error(false),
            anova_f: anova.map(|a| a.f),
            anova_p: anova.map(|a| a.p),
            eta_squared: anova.map(|a| a.eta_squared),
            // What these are worth is computed again in `tests/recomputed`.
            ..panel.clone()
        };
        assert_eq!(*panel, expected);
    }
    assert!(panels.iter().all(|p| p.anova_f.is_some()), "{panels:?}");
    // What tells one column from another.
    let means: Vec<_> = panels.iter().map(|p| p.skip_mean.unwrap()).collect();
    for (at, mean) in means.iter().enumerate() {
        assert!(!means[..at].contains(mean), "{means:?}");
    }
}
