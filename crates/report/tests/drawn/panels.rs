//! Figures 3, 4 and 9 against `tables/panels.csv` and `tables/channels.csv`.

use crate::chart::{Labels, Titles, chart, dashes, number};
use crate::svg::{Drawing, FIRST, MEAN, Part};
use report::{ChannelRow, Manifest, PanelRow, layout, read_table};
use std::path::Path;

const TITLE: f64 = 34.0;

/// A row of panels: the table's name for what is measured, the axis, the value of a channel, what stands where none has
/// one.
struct Row {
    measure: &'static str,
    axis: &'static str,
    of: fn(&ChannelRow) -> Option<f64>,
    missing: [&'static str; 3],
}

const NO_IMAGES: [&str; 3] =
    ["Not defined: tuning curves are", "measured on images, and there were", "none, or too few."];

/// Every text and every mark of the figures that there are; which.
pub(crate) fn check(folder: &Path, labels: Labels) -> Vec<u8> {
    let manifest = Manifest::read(folder).unwrap();
    let panels: Vec<PanelRow> = read_table(&folder.join(layout::PANELS)).unwrap();
    let folded = manifest.network.batch_norm == "folded";
    let weights = Row {
        measure: "conv2_weight_mean_abs",
        axis: if folded { "mean |conv2.weight|, folded" } else { "mean |conv2.weight|" },
        of: |c| c.conv2_weight_mean_abs,
        missing: ["no weights", "", ""],
    };
    let norms = Row {
        measure: "bn2_weight_abs",
        axis: "|bn2.weight|",
        of: |c| c.bn2_weight_abs,
        missing: [
            "Batch norm is folded into the",
            "convolution: |bn2.weight| cannot",
            "be recovered from these weights.",
        ],
    };
    let block = Row { measure: "block_on_input", axis: "B(I)", of: |c| Some(c.b_i), missing: ["no channels", "", ""] };
    let row = |measure, axis, of| Row { measure, axis, of, missing: NO_IMAGES };
    let tuning = row("tuning_curve_rho", "correlation of I and B", |c| c.tuning_curve_rho);
    let share = row("photo_input_share", "share of the Input", |c| c.photo_input_share);
    let inhibited = row("photo_inhibited_percent", "% of images with B < 0", |c| c.photo_inhibited_percent);
    let figures = [
        (3, "fig3_weights", "Figure 3. Weight magnitudes against mix ratio", [norms, weights]),
        (
            4,
            "fig4_block_and_tuning",
            "Figure 4. Block on the Input picture, and tuning curves, against mix ratio",
            [block, tuning],
        ),
        (9, "fig9_contributions", "Figure 9. Who contributes on photographs, against mix ratio", [share, inhibited]),
    ];
    let mut found = Vec::new();
    for (number, name, title, rows) in figures {
        let of_figure: Vec<&PanelRow> = panels.iter().filter(|p| p.figure == number).collect();
        let path = folder.join(format!("figures/{name}.svg"));
        let expected = !of_figure.is_empty() && (number != 9 || manifest.images.is_some());
        assert_eq!(path.exists(), expected, "{name}");
        if expected {
            figure(folder, &Drawing::read(&path), title, (&rows, &of_figure), labels);
            found.push(number);
        }
    }
    found
}

fn figure(folder: &Path, drawing: &Drawing, title: &str, (rows, panels): (&[Row; 2], &[&PanelRow]), labels: Labels) {
    let channels: Vec<ChannelRow> = read_table(&folder.join(layout::CHANNELS)).unwrap();
    let mut blocks: Vec<&str> = panels.iter().map(|p| p.block.as_str()).collect();
    blocks.dedup();
    let mut each_once = blocks.clone();
    each_once.sort_unstable();
    each_once.dedup();
    if each_once.len() < blocks.len() {
        // The table may list one measure after another: blocks stand in the order of their first panel.
        let mut first = Vec::new();
        for block in blocks {
            if !first.contains(&block) {
                first.push(block);
            }
        }
        blocks = first;
    }
    let width = (300 * blocks.len()).max(560);
    assert_eq!(drawing.size, (width as f64, 514.0));
    assert_eq!(drawing.say(title).place(), (10.0, 10.0));
    let mut shown = 0;
    for (i, row) in rows.iter().enumerate() {
        for (j, block) in blocks.iter().enumerate() {
            let part = Part::cell(drawing.size, TITLE, (2, blocks.len()), (i, j));
            let mut of = panels.iter().filter(|p| p.block == *block && p.measure == row.measure);
            let Some(panel) = of.next() else { continue };
            one(drawing, part, row, panel, (&channels, labels));
            shown += 1;
        }
    }
    assert_eq!(shown, panels.len(), "{}: every row of the table is drawn", drawing.name);
    drawing.nothing_is_left();
}

/// The p-value that is adjusted, behind the one that is not.
fn adjusted(q: Option<f64>) -> String {
    let said = q.map(probability);
    said.map_or_else(String::new, |p| format!(", q{}", &p[1..]))
}

fn one(drawing: &Drawing, part: Part, row: &Row, panel: &PanelRow, (channels, labels): (&[ChannelRow], Labels)) {
    let PanelRow { figure, block, .. } = panel;
    let undefined = match panel.left_out {
        0 => String::new(),
        n => format!(", {n} not defined"),
    };
    drawing.say_in(part, &format!("{block} (n = {}{undefined})", panel.channels));
    if *figure < 9 && !["1.1", "2.1", "3.1"].contains(&block.as_str()) {
        drawing.say_in(part, "not in the paper");
    }
    let of_block = channels.iter().filter(|c| c.block == *block);
    let points: Vec<(f64, f64)> = of_block
        .filter_map(|c| Some((c.mix_ratio?, (row.of)(c)?)))
        .map(|(m, v)| (if m > 5.0 { 5.0 } else { m }, v))
        .collect();
    if points.is_empty() {
        let lines = row.missing.iter().filter(|l| !l.is_empty());
        let at: Vec<f64> = lines.map(|l| drawing.say_in(part, l).number("y")).collect();
        assert!(at.windows(2).all(|y| y[1] - y[0] == 18.0), "{at:?}");
        assert!(at[0] - part.top == 40.0);
        return;
    }
    let groups = *figure == 4;
    let statistics = match (groups, panel.anova_f, panel.anova_p, panel.spearman_rho, panel.spearman_p) {
        (true, Some(f), Some(p), ..) => {
            format!("F = {}, {}{}", three_digits(f), probability(p), adjusted(panel.anova_q))
        }
        (true, ..) => "F not defined".to_owned(),
        (false, _, _, Some(rho), Some(p)) => {
            format!("\u{3c1} = {rho:.2}, {}{}", probability(p), adjusted(panel.spearman_q))
        }
        (false, ..) => "\u{3c1} not defined".to_owned(),
    };
    drawing.say_in(part, &statistics);
    if groups {
        let mean = |mean: Option<f64>| mean.map_or_else(|| "not defined".to_owned(), three_digits);
        drawing.say_in(
            part,
            &format!(
                "below 1: {} (n = {}); from 1: {} (n = {})",
                mean(panel.overwrite_mean),
                panel.overwrite,
                mean(panel.skip_mean),
                panel.skip
            ),
        );
    }
    let titles = Titles { x: "mix ratio (at most 5)", y: row.axis };
    let values = || points.iter().map(|p| p.1);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    // A panel is a little higher than what it shows: by 6 parts in 100 at either end, or where all is equal by a
    // thousandth.
    let space = ((high - low) * 0.06).max(high.abs() / 1e3).max(1e-6);
    let ranges = ((0.0, 5.0), (low - space, high + space));
    let chart = chart(drawing, part, &titles, ranges, labels, (5, &number));
    let range = high - low + 2.0 * space;
    let digits = [10.0, 1.0, 0.1].iter().filter(|&&r| range < r).count();
    for label in &chart.y_labels {
        let found = label.split_once('.').map_or(0, |(_, d)| d.len());
        assert_eq!(found, digits, "{label} on an axis of {range}");
        assert!(label != "-0" && !label.starts_with("-0.0") || label.parse() != Ok(0.0), "{label}");
    }
    let mut behind = None;
    if groups {
        for (from, to, mean) in [(0.0, 1.0, panel.overwrite_mean), (1.0, 5.0, panel.skip_mean)] {
            let Some(mean) = mean else { continue };
            let line =
                drawing.take("mean of a group", |e| e.tag == "polyline" && e.get("stroke") == MEAN && part.holds(e));
            let points = line.points();
            assert_eq!(points.len(), 2);
            chart.x.check("left of a mean", from, points[0].0);
            chart.x.check("right of a mean", to, points[1].0);
            chart.y.check("a mean", mean, points[0].1);
            assert_eq!(points[0].1, points[1].1);
            behind = Some(drawing.order(line));
        }
        dashes(drawing, part, &chart, 1.0, 5.0);
    }
    for &(ratio, value) in &points {
        let dot = drawing.take("dot", |e| e.tag == "circle" && part.holds(e));
        assert_eq!((dot.get("fill"), dot.get("opacity"), dot.get("r")), (FIRST, "0.55", "2"));
        chart.x.check("a dot's mix ratio", ratio, dot.number("cx"));
        chart.y.check("a dot's value", value, dot.number("cy"));
        assert!(behind.is_none_or(|line| line < drawing.order(dot)), "a mean over a dot");
    }
}

/// Three significant digits, as far as there are two decimals.
fn three_digits(value: f64) -> String {
    let whole = value.abs();
    if whole < 10.0 {
        format!("{value:.2}")
    } else if whole < 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

/// `p = 0.043`, or a power of ten below a thousandth, or zero.
fn probability(p: f64) -> String {
    if p == 0.0 {
        "p = 0".to_owned()
    } else if p >= 0.001 {
        format!("p = {p:.3}")
    } else {
        let mut exponent = p.log10().floor();
        let mut digit = (p / 10_f64.powf(exponent)).round();
        if digit == 10.0 {
            (exponent, digit) = (exponent + 1.0, 1.0);
        }
        format!("p = {digit}e{exponent}")
    }
}
