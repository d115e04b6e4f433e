//! Figure 11 against `tables/curves.csv`.

use crate::chart::{Labels, number};
use crate::lines::{CHANCE, Figure, Line, Panel, Places};
use crate::svg::{Drawing, FIRST};
use report::{BlockRow, CurveRow, layout, read_table};
use std::path::Path;

/// Every text and every mark of figure 11.
pub(crate) fn check(folder: &Path, labels: Labels) {
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS)).unwrap();
    let curves: Vec<CurveRow> = read_table(&folder.join(layout::CURVES)).unwrap();
    let panel = |block: &str, curve: &str, titles, x, mark| {
        let rows = || curves.iter().filter(|r| r.block == block && r.curve == curve);
        let chance: Vec<_> = rows().map(|r| (r.at, r.chance, r.chance_low, r.chance_high)).collect();
        let run: Vec<_> = rows().map(|r| (r.at, r.percent, r.smallest, r.largest)).collect();
        let lines = vec![Line::new(CHANCE, &chance), Line::new(FIRST, &run)];
        let x_value: Places<'_> = (5, Box::new(number));
        Panel { titles: (titles, "percent of channels"), x, x_value, least: 10.0, mark: Some(mark), lines }
    };
    let row = |b: &BlockRow| {
        let tolerance = panel(&b.block, "mix tolerance", "mix tolerance t: 1/t < M < t", (1.0, 3.0), 1.5);
        let factor = panel(&b.block, "scale factor", "scale factor", (1.0, 4.0), 2.0);
        (format!("block {}: {} channels", b.block, b.studied), vec![tolerance, factor])
    };
    let figure = Figure {
        title: "Figure 11. Scale-invariant channels by other criteria",
        legend: &[(FIRST, "scale-invariant (band: seeds)"), (CHANCE, "by chance (band: 95% of permuted pairs)")],
        panel: (380.0, 2),
        rows: blocks.iter().map(row).collect(),
    };
    figure.check(&Drawing::read(&folder.join("figures/fig11_criteria.svg")), labels);
}
