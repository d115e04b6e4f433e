//! Figure 14: Outputs on their own pictures, enlarged: scale-invariant channels against others.

use super::lines::{Line, Panel, Rows, Says};
use crate::canvas::FIRST;
use crate::registry::Figure;
use crate::results::Results;
use crate::schema::BlockRow;
use crate::worth_rows::EnlargementGroupRow;
use plotters::style::RGBColor;

const OTHER: RGBColor = RGBColor(120, 120, 120);

/// What it shows.
pub(super) fn rows(figure: &Figure, results: &Results) -> Rows {
    let row = |BlockRow { block, .. }: &BlockRow| {
        let of = |group: &str| -> Vec<&EnlargementGroupRow> {
            results.enlargement_groups.iter().filter(|r| r.block == *block && r.group == group).collect()
        };
        let (invariant, other) = (of("scale-invariant"), of("other"));
        let count = |rows: &[&EnlargementGroupRow]| rows.first().map_or(0, |r| r.channels);
        let words = format!("block {block}: {} scale-invariant, {} others", count(&invariant), count(&other));
        let line = |color, rows: &[&EnlargementGroupRow]| {
            let ends = |r: &EnlargementGroupRow| r.mean.zip(r.standard_error).map(|(m, e)| (m - e, m + e));
            Line::of(color, rows, |r| r.enlargement, (|r: &EnlargementGroupRow| r.mean, ends))
        };
        let panel = Panel {
            x_title: "enlargement",
            y_title: "part of its largest",
            x: (1.0, 1.5),
            x_labels: (6, Says::Number(1)),
            least: 1.0,
            mark: None,
            lines: vec![line(OTHER, &other), line(FIRST, &invariant)],
        };
        (words, vec![panel])
    };
    Rows {
        title: figure.title(None),
        legend: vec![(FIRST, "scale-invariant"), (OTHER, "other (bands: standard error)")],
        panel: (520, 1),
        rows: results.blocks.iter().map(row).collect(),
    }
}
