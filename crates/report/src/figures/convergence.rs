//! Figure 12: how far objectives have come after fewer steps, and how mix ratios still move.

use super::lines::{Line, Panel, Rows, Says};
use crate::canvas::FIRST;
use crate::registry::Figure;
use crate::results::Results;
use crate::schema::BlockRow;
use crate::worth_rows::{ConvergenceRow, ObjectiveRow};
use plotters::style::RGBColor;

/// The roles and their colors.
const ROLES: [(&str, RGBColor); 3] =
    [("output", RGBColor(120, 120, 120)), ("block", RGBColor(214, 95, 14)), ("input", FIRST)];
const MIX: RGBColor = RGBColor(117, 107, 177);

/// What it shows.
pub(super) fn rows(figure: &Figure, results: &Results) -> Rows {
    let steps = results.objectives.iter().map(|r| r.of_steps).chain(results.convergence.iter().map(|r| r.steps));
    let end = steps.max().unwrap_or(1).next_power_of_two().ilog2().max(12);
    let fewest = results.objectives.iter().map(|r| r.steps).chain(results.convergence.iter().map(|r| r.steps)).min();
    // From 32 steps on, half of 64, which are the fewest that a run of as many or more is held at.
    let from = if fewest.is_some_and(|steps| steps < 64) { 0 } else { 5 };
    let panel = |y_title, lines| Panel {
        x_title: "steps",
        y_title,
        x: (f64::from(from), f64::from(end)),
        x_labels: ((from..=end).count(), Says::PowerOfTwo),
        least: 1.0,
        mark: None,
        lines,
    };
    let row = |BlockRow { block, .. }: &BlockRow| {
        let of_block = || results.objectives.iter().filter(|r| r.block == *block);
        let most = of_block().map(|r| r.of_steps).max();
        let objective = |(role, color): (&str, RGBColor)| {
            let rows: Vec<&ObjectiveRow> = of_block().filter(|r| r.role == role && Some(r.of_steps) == most).collect();
            let ends = |r: &ObjectiveRow| r.lower.zip(r.upper);
            Line::of(color, &rows, |r| logarithm(r.steps), (|r: &ObjectiveRow| r.median, ends))
        };
        let mut panels = vec![panel("share of the end", ROLES.map(objective).into())];
        let rows: Vec<&ConvergenceRow> = results.convergence.iter().filter(|r| r.block == *block).collect();
        if !rows.is_empty() {
            let ends = |r: &ConvergenceRow| r.lower_mix_ratio.zip(r.upper_mix_ratio);
            let line = Line::of(MIX, &rows, |r| logarithm(r.steps), (|r: &ConvergenceRow| r.median_mix_ratio, ends));
            panels.push(panel("mix ratio", vec![line]));
        }
        (format!("block {block}, pictures of {} steps", most.unwrap_or(0)), panels)
    };
    let mut legend = vec![(FIRST, "Input"), (ROLES[1].1, "Block"), (ROLES[0].1, "Output")];
    if !results.convergence.is_empty() {
        legend.push((MIX, "mix ratio"));
    }
    Rows { title: figure.title(None), legend, panel: (380, 2), rows: results.blocks.iter().map(row).collect() }
}

fn logarithm(steps: usize) -> f64 {
    (steps.max(1) as f64).log2()
}
