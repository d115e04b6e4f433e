//! Figure 13: whether pictures take the same way through the network as the photographs that their units answer to most.

use super::lines::{CHANCE, Line, Panel, Rows, Says};
use crate::canvas::FIRST;
use crate::registry::Figure;
use crate::results::Results;
use crate::schema::BlockRow;
use crate::worth_rows::PathLayerRow;
use std::rc::Rc;

/// More names of layers than that would run into each other: of deeper networks some are left out.
const MOST_NAMES: usize = 9;
const ROLES: [(&str, &str); 3] =
    [("input", "layer, to Input"), ("block", "layer, to Block"), ("output", "layer, to Output")];

/// What it shows.
pub(super) fn rows(figure: &Figure, results: &Results) -> Rows {
    let order: Vec<&str> = results.blocks.iter().map(|b| b.block.as_str()).collect();
    let names: Rc<[String]> = order.iter().map(|block| (*block).to_owned()).collect();
    let place =
        |row: &PathLayerRow| order.iter().position(|block| *block == row.layer).map_or(0.0, |at| at as f64 + 1.0);
    let panel = |block: &str, (role, x_title): (&str, &'static str)| {
        let rows: Vec<&PathLayerRow> =
            results.path_layers.iter().filter(|r| r.block == block && r.role == role).collect();
        let random = Line::of(CHANCE, &rows, place, (|r: &PathLayerRow| r.median_random, |_: &PathLayerRow| None));
        let ends = |r: &PathLayerRow| r.lower_top.zip(r.upper_top);
        let top = Line::of(FIRST, &rows, place, (|r: &PathLayerRow| r.median_top, ends));
        Panel {
            x_title,
            y_title: "cosine",
            x: (0.5, order.len() as f64 + 0.5),
            x_labels: (names.len().min(MOST_NAMES), Says::Names(names.clone())),
            least: 1.0,
            mark: None,
            lines: vec![random, top],
        }
    };
    let row = |BlockRow { block, .. }: &BlockRow| {
        let of_block = || results.path_layers.iter().filter(|r| r.block == *block && r.layer == *block);
        let (another, told) = of_block().fold((0, 0), |(a, t), r| (a + r.another_way, t + r.told));
        let words = format!("block {block}: {another} of {told} pictures take another way at its Output");
        (words, ROLES.map(|role| panel(block, role)).into())
    };
    Rows {
        title: figure.title(None),
        legend: vec![(FIRST, "top nine photographs (band: quartiles)"), (CHANCE, "random photographs")],
        panel: (290, 3),
        rows: results.blocks.iter().map(row).collect(),
    }
}
