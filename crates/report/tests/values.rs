//! The figures and the page show the numbers of the tables, each in its place.

mod folder;

use folder::{block_row, channel_row, write_folder};
use report::{
    BlockRow, ChannelRow, ExemplarRow, HistogramRow, Manifest, ScaleTuningRow, layout, read_table, render, write_table,
};
use std::fs;
use std::path::Path;

/// What the bars of the two series are filled with.
const FIRST: &str = "#1F77B4";
const SECOND: &str = "#AEC7E8";
/// What the means of groups are drawn with.
const MEAN: &str = "#D62728";
/// Width and height of a square of the legend of figure 5.
const LEGEND: i64 = 11;

/// A filled rectangle of an SVG, in units.
#[derive(Clone, Debug)]
struct Bar {
    fill: String,
    x: i64,
    width: i64,
    height: i64,
}

/// The bars of a figure, in the order of the file.
fn bars(folder: &Path, figure: &str) -> Vec<Bar> {
    let svg = fs::read_to_string(folder.join("figures").join(figure)).unwrap();
    let value = |tag: &str, name: &str| -> String {
        let (_, after) = tag.split_once(&format!(" {name}=\"")).unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    let rectangles = svg.split("<rect").skip(1).map(|part| {
        let tag = part.split('>').next().unwrap();
        let number = |name| value(tag, name).parse().unwrap();
        Bar { fill: value(tag, "fill"), x: number("x"), width: number("width"), height: number("height") }
    });
    rectangles
        .filter(|bar| bar.fill == FIRST || bar.fill == SECOND)
        .filter(|bar| (bar.width, bar.height) != (LEGEND, LEGEND))
        .collect()
}

/// Panics unless heights are as numbers.
///
/// With k units a number, and both ends of a bar cut to whole units, the height h of a number c is off by less than 1:
/// |h - k c| < 1. So |h c' - h' c| = |(h - k c) c' - (h' - k c') c| < c + c' for any two.
fn assert_heights(bars: &[Bar], numbers: &[f64]) {
    assert_eq!(bars.len(), numbers.len(), "{bars:?}");
    let tallest = (0..bars.len()).max_by_key(|&i| bars[i].height).unwrap();
    let (h_top, c_top) = (bars[tallest].height as f64, numbers[tallest]);
    // So tall that bars of different numbers cannot pass for each other.
    assert!(h_top > 100.0, "{bars:?}");
    for (bar, &number) in bars.iter().zip(numbers) {
        let off = (bar.height as f64 * c_top - h_top * number).abs();
        assert!(off < number + c_top, "{bar:?} for {number}");
    }
}

fn table_of(folder: &Path, blocks: &[BlockRow]) {
    write_table(&folder.join(layout::BLOCKS), blocks).unwrap();
}

#[test]
fn bars_of_figure_2_have_the_places_and_heights_of_their_blocks_bins() {
    let folder = write_folder("weights", &["1.1", "2.0"], 1);
    let counts = [("1.1", [(0, 3), (4, 12), (8, 7)]), ("2.0", [(2, 5), (9, 2), (16, 9)])];
    let mut rows = Vec::new();
    for (block, of_block) in &counts {
        for bin in 0..20 {
            let count = of_block.iter().find(|(b, _)| *b == bin).map_or(0, |(_, n)| *n);
            let from = f64::from(bin) * 0.25;
            rows.push(HistogramRow {
                block: (*block).to_owned(),
                from,
                to: from + 0.25,
                count,
                ..HistogramRow::default()
            });
        }
    }
    write_table(&folder.path().join(layout::HISTOGRAM), &rows).unwrap();
    render(folder.path()).unwrap();

    let bars = bars(folder.path(), "fig2_mix_ratios.svg");
    assert_eq!(bars.len(), 6, "{bars:?}");
    for ((_, of_block), bars) in counts.iter().zip(bars.chunks(3)) {
        let numbers: Vec<f64> = of_block.iter().map(|&(_, n)| n as f64).collect();
        assert_heights(bars, &numbers);
        // With k units a bin, and each x cut to whole units, the distance d of n bins is off by less than 1; so, as
        // with heights, |d1 n2 - d2 n1| < n1 + n2.
        let bins = of_block.map(|(b, _)| i64::from(b));
        let (n1, n2) = (bins[1] - bins[0], bins[2] - bins[0]);
        let (d1, d2) = (bars[1].x - bars[0].x, bars[2].x - bars[0].x);
        assert!((d1 * n2 - d2 * n1).abs() < n1 + n2 && d1 > 0, "{bars:?}");
    }
}

#[test]
fn bars_of_figure_5_are_all_criteria_and_then_those_without_the_mix_ratio() {
    let folder = write_folder("weights", &["1.1", "2.0"], 1);
    let row = |block, all, without| BlockRow {
        percent_scale_invariant: Some(all),
        percent_scale_invariant_no_mix: Some(without),
        percent_scale_invariant_over_seeds: None,
        percent_scale_invariant_no_mix_over_seeds: None,
        ..block_row(block, 64, 64)
    };
    table_of(folder.path(), &[row("1.1", 12.5, 50.0), row("2.0", 25.0, 37.5)]);
    render(folder.path()).unwrap();
    let bars = bars(folder.path(), "fig5_scale_invariance.svg");
    let fills: Vec<&str> = bars.iter().map(|bar| bar.fill.as_str()).collect();
    assert_eq!(fills, [FIRST, SECOND, FIRST, SECOND]);
    assert_heights(&bars, &[12.5, 50.0, 25.0, 37.5]);
    assert!(bars.windows(2).all(|pair| pair[0].x < pair[1].x));
}

#[test]
fn figures_3_and_4_show_the_statistics_of_the_table() {
    let folder = write_folder("weights", &["1.1"], 3);
    let row = |channel: usize| ChannelRow {
        bn2_weight_abs: Some(channel as f64),
        tuning_curve_rho: Some(0.5),
        ..channel_row("1.1", channel)
    };
    let rows: Vec<ChannelRow> = (0..3).map(row).collect();
    write_table(&folder.path().join(layout::CHANNELS), &rows).unwrap();
    render(folder.path()).unwrap();
    let text = |name: &str| fs::read_to_string(folder.path().join("figures").join(name)).unwrap();
    let weights = text("fig3_weights.svg");
    assert_eq!(weights.matches("\u{3c1} = 0.30, p = 3e-7").count(), 2);
    assert_eq!(weights.matches("1.1 (n = 3, 1 not defined)").count(), 2);
    let tuning = text("fig4_block_and_tuning.svg");
    assert_eq!(tuning.matches("F = 40.0, p = 0.040").count(), 2);
    let means = "below 1: 0.40 (n = 1); from 1: 0.80 (n = 2)";
    assert_eq!(tuning.matches(means).count(), 2);
}

#[test]
fn panels_of_figures_3_and_4_say_where_the_paper_has_none() {
    let folder = write_folder("weights", &["1.1", "2.1", "3.1"], 2);
    let said = |folder: &Path| {
        ["fig3_weights.svg", "fig4_block_and_tuning.svg"].map(|name| {
            let svg = fs::read_to_string(folder.join("figures").join(name)).unwrap();
            svg.matches("not in the paper").count()
        })
    };
    render(folder.path()).unwrap();
    assert_eq!(said(folder.path()), [0, 0]);
    // Two panels of 4.1 in each.
    let folder = write_folder("weights", &["1.1", "4.1"], 2);
    render(folder.path()).unwrap();
    assert_eq!(said(folder.path()), [2, 2]);
}

#[test]
fn the_mean_of_a_group_is_drawn_on_its_side_of_one_at_its_height() {
    let folder = write_folder("groups", &["1.1"], 3);
    // Axes from 0 to 2, and the means within.
    let row = |channel: usize| ChannelRow {
        b_i: channel as f64,
        tuning_curve_rho: Some(channel as f64),
        ..channel_row("1.1", channel)
    };
    let rows: Vec<ChannelRow> = (0..3).map(row).collect();
    write_table(&folder.path().join(layout::CHANNELS), &rows).unwrap();
    render(folder.path()).unwrap();
    let path = folder.path().join("figures/fig4_block_and_tuning.svg");
    let svg = fs::read_to_string(path).unwrap();
    // The two ends of each red line, in the order of the file.
    let lines: Vec<[[i64; 2]; 2]> = svg
        .split("<polyline")
        .filter_map(|part| part.split_once("/>"))
        .filter(|(tag, _)| tag.contains(MEAN))
        .map(|(tag, _)| {
            let (_, points) = tag.split_once("points=\"").unwrap();
            let (points, _) = points.split_once('"').unwrap();
            let numbers = points.split([' ', ',']).filter_map(|n| n.parse().ok());
            let numbers: Vec<i64> = numbers.collect();
            [[numbers[0], numbers[1]], [numbers[2], numbers[3]]]
        })
        .collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    for [overwrite, skip] in lines.as_chunks().0 {
        assert!(overwrite[0][0] < overwrite[1][0] && skip[0][0] < skip[1][0]);
        assert_eq!(overwrite[1][0], skip[0][0], "they meet at a mix ratio of 1");
        // The skip group's mean is twice the overwrite group's, and higher up is a smaller number.
        assert!(overwrite[0][1] > skip[0][1], "{overwrite:?}, {skip:?}");
    }
}

#[test]
fn figure_3_says_what_folded_weights_lack() {
    let folder = write_folder("weights", &["1.1"], 3);
    let mut manifest = Manifest::read(folder.path()).unwrap();
    manifest.network.batch_norm = "folded".to_owned();
    manifest.write(folder.path(), |_| true).unwrap();
    render(folder.path()).unwrap();
    let weights = fs::read_to_string(folder.path().join("figures/fig3_weights.svg")).unwrap();
    assert!(weights.contains("Batch norm is folded into the"));
    assert!(weights.contains("mean |conv2.weight|, folded"));
    assert_eq!(weights.matches("\u{3c1} = ").count(), 1);
}

/// The texts of a figure of a folder whose exemplars of block 1.1 are `change`d.
fn figure(name: &str, change: fn(&mut ExemplarRow)) -> String {
    let folder = write_folder("weights", &["1.1"], 1);
    let table = folder.path().join(layout::EXEMPLARS);
    let mut rows: Vec<ExemplarRow> = read_table(&table).unwrap();
    rows.iter_mut().for_each(change);
    write_table(&table, &rows).unwrap();
    render(folder.path()).unwrap();
    fs::read_to_string(folder.path().join("figures").join(name)).unwrap()
}

#[test]
fn a_mix_ratio_that_stands_for_no_answer_is_said_to_be_so() {
    let skipped = figure("fig6_scale_1.1.svg", |e| {
        (e.mix_ratio, e.sentinel) = (Some(10.0), true);
    });
    assert!(skipped.contains("scale metric 0.25, mix ratio 10: O(B) is not positive"));
    let overwritten = figure("fig1_exemplars_1.1.svg", |e| {
        (e.mix_ratio, e.sentinel) = (Some(0.0), true);
    });
    assert!(overwritten.contains("mix ratio 0: O(I) is not positive"));
}

#[test]
fn a_ratio_that_is_what_a_sentinel_would_be_is_a_ratio() {
    let small = figure("fig10_scale_tuning_1.1.svg", |e| e.mix_ratio = Some(0.0));
    assert!(small.contains("mix ratio 0.00") && !small.contains("not positive"));
    let large = figure("fig1_exemplars_1.1.svg", |e| e.mix_ratio = Some(10.0));
    assert!(large.contains("mix ratio 10.00") && !large.contains("not positive"));
}

#[test]
fn figure_10_shows_a_channel_that_the_paper_names_before_those_of_figure_6_and_each_once() {
    let drawn = figure("fig10_scale_tuning_1.1.svg", |e| {
        e.in_paper = e.figure == 1;
        if e.in_paper {
            e.example_of = "mix in the paper".to_owned();
        }
    });
    assert!(drawn.contains("channel 0: mix in the paper"));
    assert!(!drawn.contains("but for the mix"));
    let drawn = figure("fig10_scale_tuning_1.1.svg", |_| {});
    assert!(drawn.contains("channel 0: scale-invariant but for the mix") && !drawn.contains("overwrite"));
}

#[test]
fn figure_10_speaks_of_photographs_where_there_are_curves_on_them_and_draws_the_output_behind() {
    let folder = write_folder("weights", &["1.1"], 1);
    render(folder.path()).unwrap();
    let path = folder.path().join("figures/fig10_scale_tuning_1.1.svg");
    let drawn = fs::read_to_string(&path).unwrap();
    assert!(drawn.contains("on optimised pictures") && !drawn.contains("top nine"));
    // Output, Input and Block in each of the three panels, after the legend's three.
    let color = |tag: &str| ["#B2B2B2", "#1F77B4", "#D65F0E"].iter().position(|color| tag.contains(color));
    let lines: Vec<usize> = drawn.split("<polyline").skip(1).filter_map(color).collect();
    assert_eq!(lines[3..], [0, 1, 2, 0, 1, 2, 0, 1, 2]);
    let table = folder.path().join(layout::SCALE_TUNING);
    let mut rows: Vec<ScaleTuningRow> = read_table(&table).unwrap();
    rows[0].stimulus = "photographs".to_owned();
    write_table(&table, &rows).unwrap();
    render(folder.path()).unwrap();
    let drawn = fs::read_to_string(&path).unwrap();
    assert!(drawn.contains("mean over top nine images"));
}
