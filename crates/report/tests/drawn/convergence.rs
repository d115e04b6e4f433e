//! Figure 12 against `tables/objectives.csv` and `tables/convergence.csv`.

use crate::chart::Labels;
use crate::lines::{Figure, Line, Panel, Places};
use crate::svg::{Drawing, FIRST};
use report::{BlockRow, ConvergenceRow, ObjectiveRow, layout, read_table};
use std::path::Path;

const BLOCK: &str = "#D65F0E";
const OUTPUT: &str = "#787878";
const MIX: &str = "#756BB1";

/// Every text and every mark of figure 12.
pub(crate) fn check(folder: &Path, labels: Labels) {
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS)).unwrap();
    let objectives: Vec<ObjectiveRow> = read_table(&folder.join(layout::OBJECTIVES)).unwrap();
    let path = folder.join("tables/convergence.csv");
    let convergence: Vec<ConvergenceRow> = if path.exists() { read_table(&path).unwrap() } else { Vec::new() };
    let octaves = |steps: usize| (steps as f64).ln() / 2_f64.ln();
    let largest = objectives.iter().map(|r| r.of_steps).chain(convergence.iter().map(|r| r.steps)).max();
    let end = if largest.is_some_and(|steps| steps > 4096) { octaves(largest.unwrap()).ceil() } else { 12.0 };
    let shown: Vec<usize> = objectives.iter().map(|r| r.steps).chain(convergence.iter().map(|r| r.steps)).collect();
    let from = if shown.iter().all(|steps| *steps > 63) { 5.0 } else { 0.0 };
    let panel = |y, lines| {
        let place = |label: &str| (label.parse::<f64>().unwrap()).ln() / 2_f64.ln();
        let x_value: Places<'_> = (5, Box::new(place));
        Panel { titles: ("steps", y), x: (from, end), x_value, least: 1.0, mark: None, lines }
    };
    let row = |b: &BlockRow| {
        let of_block: Vec<&ObjectiveRow> = objectives.iter().filter(|r| r.block == b.block).collect();
        let most = of_block.iter().map(|r| r.of_steps).max().unwrap_or(0);
        let lines = [("output", OUTPUT), ("block", BLOCK), ("input", FIRST)].map(|(role, color)| {
            let rows = of_block.iter().filter(|r| r.role == role && r.of_steps == most);
            let rows: Vec<_> = rows.map(|r| (octaves(r.steps), r.median, r.lower, r.upper)).collect();
            Line::new(color, &rows)
        });
        let mut panels = vec![panel("share of the end", lines.into())];
        let ratios = convergence.iter().filter(|r| r.block == b.block);
        let ratios: Vec<_> =
            ratios.map(|r| (octaves(r.steps), r.median_mix_ratio, r.lower_mix_ratio, r.upper_mix_ratio)).collect();
        if !ratios.is_empty() {
            panels.push(panel("mix ratio", vec![Line::new(MIX, &ratios)]));
        }
        (format!("block {}, pictures of {most} steps", b.block), panels)
    };
    let legend = [(FIRST, "Input"), (BLOCK, "Block"), (OUTPUT, "Output"), (MIX, "mix ratio")];
    let figure = Figure {
        title: "Figure 12. What fewer steps cost",
        legend: &legend[..if convergence.is_empty() { 3 } else { 4 }],
        panel: (380.0, 2),
        rows: blocks.iter().map(row).collect(),
    };
    figure.check(&Drawing::read(&folder.join("figures/fig12_convergence.svg")), labels);
}
