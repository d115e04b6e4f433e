//! Figure 11: how the percent of scale-invariant channels hangs on the mix tolerance and the scale factor.

use super::lines::{CHANCE, Line, Panel, Rows, Says};
use crate::canvas::FIRST;
use crate::registry::Figure;
use crate::results::Results;
use crate::worth_rows::CurveRow;

/// A curve: its name in the table, its axis, its range and its labels, and the papers' own choice.
type Curve = (&'static str, &'static str, (f64, f64), usize, f64);

/// The curves: their names in the table, the titles of their axes, how far they reach, and the papers' own choice.
const CURVES: [Curve; 2] = [
    ("mix tolerance", "mix tolerance t: 1/t < M < t", (1.0, 3.0), 5, 1.5),
    ("scale factor", "scale factor", (1.0, 4.0), 7, 2.0),
];

/// What it shows.
pub(super) fn rows(figure: &Figure, results: &Results) -> Rows {
    let panel = |block: &str, (curve, x_title, x, labels, papers): Curve| {
        let rows: Vec<&CurveRow> = results.curves.iter().filter(|r| r.block == block && r.curve == curve).collect();
        let place = |row: &CurveRow| row.at;
        let chance =
            Line::of(CHANCE, &rows, place, (|r: &CurveRow| r.chance, |r: &CurveRow| r.chance_low.zip(r.chance_high)));
        let run = Line::of(FIRST, &rows, place, (|r: &CurveRow| r.percent, |r: &CurveRow| r.smallest.zip(r.largest)));
        Panel {
            x_title,
            y_title: "percent of channels",
            x,
            x_labels: (labels, Says::Number(1)),
            least: 10.0,
            mark: Some(papers),
            lines: vec![chance, run],
        }
    };
    let row = |block: &crate::schema::BlockRow| {
        let words = format!("block {}: {} channels", block.block, block.studied);
        (words, CURVES.map(|curve| panel(&block.block, curve)).into())
    };
    Rows {
        title: figure.title(None),
        legend: vec![(FIRST, "scale-invariant (band: seeds)"), (CHANCE, "by chance (band: 95% of permuted pairs)")],
        panel: (380, 2),
        rows: results.blocks.iter().map(row).collect(),
    }
}
