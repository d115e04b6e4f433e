//! Figures 13 and 14 against `tables/path_layers.csv` and `tables/enlargement_groups.csv`.

use crate::chart::{Labels, number};
use crate::lines::{CHANCE, Figure, Line, Panel, Places};
use crate::svg::{Drawing, FIRST};
use report::{BlockRow, EnlargementGroupRow, PathLayerRow, layout, read_table};
use std::path::Path;

const OTHER: &str = "#787878";

/// Every text and every mark of figure 13.
pub(crate) fn check_paths(folder: &Path, labels: Labels) {
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS)).unwrap();
    let layers: Vec<PathLayerRow> = read_table(&folder.join("tables/path_layers.csv")).unwrap();
    let names: Vec<&str> = blocks.iter().map(|b| b.block.as_str()).collect();
    let panel = |block: &str, (role, title): (&str, &'static str)| {
        let of_panel: Vec<&PathLayerRow> = layers.iter().filter(|r| r.block == block && r.role == role).collect();
        let place = |r: &PathLayerRow| 1.0 + blocks.iter().position(|b| b.block == r.layer).unwrap() as f64;
        let random: Vec<_> = of_panel.iter().map(|r| (place(r), r.median_random, None, None)).collect();
        let top: Vec<_> = of_panel.iter().map(|r| (place(r), r.median_top, r.lower_top, r.upper_top)).collect();
        let lines = vec![Line::new(CHANCE, &random), Line::new(FIRST, &top)];
        let at = |label: &str| 1.0 + names.iter().position(|name| *name == label).unwrap() as f64;
        let x_value: Places<'_> = (names.len().min(5), Box::new(at));
        let x = (0.5, names.len() as f64 + 0.5);
        Panel { titles: (title, "cosine"), x, x_value, least: 1.0, mark: None, lines }
    };
    let row = |b: &BlockRow| {
        let own: Vec<&PathLayerRow> = layers.iter().filter(|r| r.block == b.block && r.layer == b.block).collect();
        let another: usize = own.iter().map(|r| r.another_way).sum();
        let told: usize = own.iter().map(|r| r.told).sum();
        let roles = [("input", "layer, to Input"), ("block", "layer, to Block"), ("output", "layer, to Output")];
        let words = format!("block {}: {another} of {told} pictures take another way at its Output", b.block);
        (words, roles.map(|role| panel(&b.block, role)).into())
    };
    let figure = Figure {
        title: "Figure 13. Pictures and photographs on their way through the network",
        legend: &[(FIRST, "top nine photographs (band: quartiles)"), (CHANCE, "random photographs")],
        panel: (290.0, 3),
        rows: blocks.iter().map(row).collect(),
    };
    figure.check(&Drawing::read(&folder.join("figures/fig13_paths.svg")), labels);
}

/// Every text and every mark of figure 14.
pub(crate) fn check_enlargement(folder: &Path, labels: Labels) {
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS)).unwrap();
    let groups: Vec<EnlargementGroupRow> = read_table(&folder.join("tables/enlargement_groups.csv")).unwrap();
    let row = |b: &BlockRow| {
        let of = |group: &str| groups.iter().filter(|r| r.block == b.block && r.group == group).collect::<Vec<_>>();
        let (invariant, other) = (of("scale-invariant"), of("other"));
        let line = |color, rows: &[&EnlargementGroupRow]| {
            let band = |r: &EnlargementGroupRow, by: f64| Some(r.mean? + by * r.standard_error?);
            let rows: Vec<_> = rows.iter().map(|r| (r.enlargement, r.mean, band(r, -1.0), band(r, 1.0))).collect();
            Line::new(color, &rows)
        };
        let count = |rows: &[&EnlargementGroupRow]| rows.first().map_or(0, |r| r.channels);
        let words = format!("block {}: {} scale-invariant, {} others", b.block, count(&invariant), count(&other));
        let lines = vec![line(OTHER, &other), line(FIRST, &invariant)];
        let x_value: Places<'_> = (5, Box::new(number));
        let titles = ("enlargement", "part of its largest");
        (words, vec![Panel { titles, x: (1.0, 1.5), x_value, least: 1.0, mark: None, lines }])
    };
    let figure = Figure {
        title: "Figure 14. Outputs on their own pictures, enlarged",
        legend: &[(FIRST, "scale-invariant"), (OTHER, "other (bands: standard error)")],
        panel: (520.0, 1),
        rows: blocks.iter().map(row).collect(),
    };
    figure.check(&Drawing::read(&folder.join("figures/fig14_enlargement.svg")), labels);
}
