//! Figures 2 to 5, 9 and 10.

use super::axes::{Axes, Labels};
use super::sheet::{INK, Sheet, line, round, text};
use super::{Drawn, Print, TYPE, cell};
use crate::registry::{Compared, MEASURES, Measure};
use crate::results::Results;
use crate::schema::{BlockRow, ChannelRow, HistogramRow, PanelRow, ScaleTuningRow};
use maud::{Markup, html};

/// The least width of a panel.
const PANEL: f64 = 112.0;
const RIGHT: f64 = 5.0;

/// The color of a category, and its mark around the origin: overwrite points down, skip up, mix is a diamond.
const KINDS: [(&str, &str, &str); 3] = [
    ("overwrite", "#c0242b", "M-1.7-1.4H1.7L0 1.7Z"),
    ("mix", "#6b6f76", "M0-1.9L1.9 0L0 1.9L-1.9 0Z"),
    ("skip", "#1f5fc4", "M-1.7 1.4H1.7L0-1.7Z"),
];

fn kind(ratio: f64) -> (&'static str, &'static str, &'static str) {
    KINDS[if ratio <= 1.0 / 1.5 {
        0
    } else if ratio < 1.5 {
        1
    } else {
        2
    }]
}

fn mark((x, y): (f64, f64), (_, color, shape): (&str, &str, &str)) -> Markup {
    html! { path d=(shape) transform={ "translate(" (round(x)) " " (round(y)) ")" } fill=(color) fill-opacity="0.8" {} }
}

/// A rectangle between two corners.
fn bar((x1, y1): (f64, f64), (x2, y2): (f64, f64), fill: &str) -> Markup {
    html! {
        rect x=(round(x1.min(x2))) y=(round(y1.min(y2))) width=(round((x2 - x1).abs())) height=(round((y2 - y1).abs())) fill=(fill)
            stroke=(INK) stroke-width="0.3" {}
    }
}

/// What the marks mean.
fn key(sheet: &mut Sheet) {
    let y = sheet.line(11.0) + 8.0;
    let mut x = 4.0;
    for kind in KINDS {
        sheet.put(mark((x, y - 2.4), kind));
        sheet.put(text((x + 4.0, y), TYPE, "start", kind.0));
        x += 12.0 + 4.6 * kind.0.len() as f64;
    }
}

/// Figure 2: a histogram for each block, each bin in the grey and the color of its category.
pub(super) fn mix_ratios(results: &Results, print: &Print) -> Option<Drawn> {
    let mut sheet = Sheet::new(print.width);
    let mut csv = vec![["block", "from", "to", "count"].map(str::to_owned).to_vec()];
    let blocks: Vec<&BlockRow> = results.blocks.iter().filter(|b| b.studied > 0).collect();
    let places = sheet.panels(blocks.len(), PANEL, 0.82);
    for (place, block) in places.into_iter().zip(&blocks) {
        let bins: Vec<&HistogramRow> = results.bins.iter().filter(|b| b.block == block.block).collect();
        let highest = bins.iter().map(|b| b.count).max().unwrap_or(1).max(1) as f64;
        let title = format!("{} (n = {})", block.block, block.studied);
        let labels = Labels { title: &title, x: "mix ratio", y: "channels", ticks: None };
        let axes = Axes::draw(&mut sheet, place, (0.0..RIGHT, 0.0..highest * 1.1), &labels);
        for bin in bins {
            let fill = kind((bin.from + bin.to) / 2.0).1;
            if bin.count > 0 {
                sheet.put(bar(axes.at(bin.from, 0.0), axes.at(bin.to, bin.count as f64), fill));
            }
            let count = bin.count.to_string();
            csv.push(vec![block.block.clone(), bin.from.to_string(), bin.to.to_string(), count]);
        }
        thresholds(&mut sheet, &axes);
    }
    // Overwrite, mix and skip lie left of, between and right of the lines: the order tells them apart in grey.
    let y = sheet.line(11.0) + 8.0;
    sheet.put(text((4.0, y), TYPE, "start", "lines at 1/1.5 and 1.5; last bin: 4.75 and above"));
    (!blocks.is_empty()).then_some(Drawn { sheet, csv })
}

fn thresholds(sheet: &mut Sheet, axes: &Axes) {
    for ratio in [1.0 / 1.5, 1.5] {
        let x = axes.at(ratio, 0.0).0;
        sheet.put(line((x, axes.bottom()), (x, axes.top()), INK, "2 1.5"));
    }
}

/// Figures 3, 4 and 9: measures against mix ratios, a panel for each measure and block.
pub(super) fn measures(results: &Results, number: u8, print: &Print) -> Option<Drawn> {
    let mut sheet = Sheet::new(print.width);
    let mut csv = vec![["measure", "block", "channel", "mix_ratio", "value"].map(str::to_owned).to_vec()];
    let folded = results.manifest.network.batch_norm == "folded";
    for measure in MEASURES.iter().filter(|measure| measure.figure == number) {
        let own = |panel: &&PanelRow| panel.figure == number && panel.measure == measure.name && panel.channels > 0;
        let panels: Vec<&PanelRow> = results.panels.iter().filter(own).collect();
        let places = sheet.panels(panels.len(), PANEL, 0.9);
        for (place, panel) in places.into_iter().zip(panels) {
            let of_block = results.channels.iter().filter(|c| c.block == panel.block);
            let points: Vec<(&ChannelRow, f64, f64)> =
                of_block.filter_map(|c| Some((c, c.mix_ratio?, measure.of(c)?))).collect();
            let axis = if folded { measure.axis_where_folded } else { measure.axis };
            let title = format!("{}, {}", panel.block, statistic(measure, panel));
            let labels = Labels { title: &title, x: "mix ratio (at most 5)", y: axis, ticks: None };
            let range = spanned(points.iter().map(|point| point.2));
            let axes = Axes::draw(&mut sheet, place, (0.0..RIGHT, range), &labels);
            thresholds(&mut sheet, &axes);
            for (channel, ratio, value) in points {
                sheet.put(mark(axes.at(ratio.min(RIGHT), value), kind(ratio)));
                let row = [measure.name.to_owned(), channel.block.clone(), channel.channel.to_string()];
                csv.push(row.into_iter().chain([ratio.to_string(), value.to_string()]).collect());
            }
        }
    }
    key(&mut sheet);
    (csv.len() > 1).then_some(Drawn { sheet, csv })
}

/// What the table says of a panel, in a few letters.
fn statistic(measure: &Measure, panel: &PanelRow) -> String {
    let p = |p: Option<f64>| p.map_or_else(String::new, |p| format!(", {}", crate::numbers::probability(p)));
    match measure.compared {
        Compared::Correlation => panel.spearman_rho.map_or_else(
            || format!("n = {}", panel.channels),
            |rho| format!("\u{3c1} = {rho:.2}{}", p(panel.spearman_p)),
        ),
        Compared::Groups => panel.anova_f.map_or_else(
            || format!("n = {}", panel.channels),
            |f| format!("F = {}{}", crate::numbers::significant(f), p(panel.anova_p)),
        ),
    }
}

fn spanned(values: impl Iterator<Item = f64> + Clone) -> std::ops::Range<f64> {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    let space = ((high - low) * 0.06).max(high.abs() * 1e-3).max(1e-6);
    low - space..high + space
}

/// Figure 5: percent of channels that are scale-invariant by each definition, dark, hatched by tone and white.
pub(super) fn scale_invariance(results: &Results, print: &Print) -> Option<Drawn> {
    const SERIES: [(&str, &str); 3] =
        [("all criteria", "#1f5fc4"), ("without the mix", "#a9c3ea"), ("paper 2", "#ffffff")];
    let of = |b: &BlockRow| {
        [b.percent_scale_invariant, b.percent_scale_invariant_no_mix, b.percent_scale_invariant_by_block]
    };
    let blocks: Vec<&BlockRow> = results.blocks.iter().filter(|b| b.studied > 0).collect();
    let mut sheet = Sheet::new(print.width);
    let mut csv = vec![["block", "all criteria", "without the mix", "paper 2"].map(str::to_owned).to_vec()];
    let place = *sheet.panels(1, PANEL, 0.55).first()?;
    let highest = blocks.iter().flat_map(|b| of(b)).flatten().fold(1.0, f64::max);
    let names: Vec<(f64, &str)> = blocks.iter().enumerate().map(|(i, b)| (i as f64 + 0.5, b.block.as_str())).collect();
    let labels = Labels { title: "", x: "block", y: "percent of channels", ticks: Some(&names) };
    let axes = Axes::draw(&mut sheet, place, (0.0..blocks.len().max(1) as f64, 0.0..highest * 1.1), &labels);
    for (i, block) in blocks.iter().enumerate() {
        for (j, (percent, (_, fill))) in of(block).into_iter().zip(SERIES).enumerate() {
            let left = i as f64 + 0.14 + 0.24 * j as f64;
            if let Some(percent) = percent {
                sheet.put(bar(axes.at(left, 0.0), axes.at(left + 0.24, percent), fill));
            }
        }
        csv.push([block.block.clone()].into_iter().chain(of(block).map(cell)).collect());
    }
    let y = sheet.line(11.0) + 8.0;
    let mut x = 4.0;
    for (words, fill) in SERIES {
        sheet.put(bar((x, y - 5.5), (x + 6.0, y), fill));
        sheet.put(text((x + 9.0, y), TYPE, "start", words));
        x += 18.0 + 4.2 * words.len() as f64;
    }
    (!blocks.is_empty()).then_some(Drawn { sheet, csv })
}

/// Figure 10: answers at sizes from half to double, a row of three panels for each channel.
pub(super) fn scale_tuning(results: &Results, print: &Print) -> Option<Drawn> {
    /// The roles, their colors and dashes.
    const ROLES: [(&str, &str, &str, &str); 3] = [
        ("input", "Input", "#1f5fc4", ""),
        ("block", "Block", "#c0242b", "4 1.5"),
        ("output", "Output", "#6b6f76", "1 1.5"),
    ];
    let mut sheet = Sheet::new(print.width);
    let heading = ["block", "channel", "seen", "scale", "input", "block_activation", "output"];
    let mut csv = vec![heading.map(str::to_owned).to_vec()];
    let mut of: Vec<(String, usize)> = print.channels.clone();
    if of.is_empty() {
        for e in results.exemplars.iter().filter(|e| e.in_paper || e.figure == 6) {
            if !of.contains(&(e.block.clone(), e.channel)) {
                of.push((e.block.clone(), e.channel));
            }
        }
    }
    for (block, channel) in of {
        let own = |r: &&ScaleTuningRow| r.block == block && r.channel == channel && r.stimulus == "picture";
        let rows: Vec<&ScaleTuningRow> = results.tuning.iter().filter(own).collect();
        if rows.is_empty() {
            continue;
        }
        let places = sheet.panels(3, PANEL, 0.82);
        for (place, (seen, name, ..)) in places.into_iter().zip(ROLES) {
            let rows: Vec<&&ScaleTuningRow> = rows.iter().filter(|row| row.seen == seen).collect();
            let answers = |row: &ScaleTuningRow| [row.input_activation, row.block_activation, row.output_activation];
            let range = spanned(rows.iter().flat_map(|row| answers(row)).chain([0.0]));
            let title = format!("{block}/{channel}, {name}'s picture");
            let ticks = [(-1.0, "1/2"), (0.0, "1"), (1.0, "2")];
            let labels = Labels { title: &title, x: "size", y: "activation", ticks: Some(&ticks) };
            let axes = Axes::draw(&mut sheet, place, (-1.05..1.05, range), &labels);
            for (at, (_, _, color, dashes)) in ROLES.into_iter().enumerate().rev() {
                let points = rows.iter().map(|row| axes.at(row.scale.log2(), answers(row)[at]));
                let points: Vec<String> = points.map(|(x, y)| format!("{},{}", round(x), round(y))).collect();
                sheet.put(html! {
                    polyline points=(points.join(" ")) fill="none" stroke=(color) stroke-width="1.1"
                        stroke-dasharray=[(!dashes.is_empty()).then_some(dashes)] {}
                });
            }
            for row in rows {
                let names = [block.clone(), channel.to_string(), seen.to_owned(), row.scale.to_string()];
                csv.push(names.into_iter().chain(answers(row).map(|a| a.to_string())).collect());
            }
        }
    }
    let y = sheet.line(11.0) + 8.0;
    let mut x = 4.0;
    for (_, name, color, dashes) in ROLES {
        sheet.put(line((x, y - 2.4), (x + 14.0, y - 2.4), color, dashes));
        sheet.put(text((x + 17.0, y), TYPE, "start", name));
        x += 26.0 + 4.6 * name.len() as f64;
    }
    (csv.len() > 1).then_some(Drawn { sheet, csv })
}
