//! The rows of `tables/paths.csv` and `tables/path_layers.csv`: whether pictures take the way of photographs.

use crate::pictures::Likeness;
use analysis::statistics::{benjamini_hochberg, median, quartiles};
use report::{PathLayerRow, PathRow};
use resnet::{Block, Role};
use std::collections::BTreeMap;

/// A p above this tells a unit's top photographs from random ones no longer.
const SIGNIFICANT: f64 = 0.05;

/// A row for each unit and layer. The p-values of the units of a role of a block are adjusted together, layer by layer.
pub(in crate::findings) fn path_rows(paths: &[Likeness]) -> Vec<PathRow> {
    let mut together: BTreeMap<(Block, Role, Block), Vec<usize>> = BTreeMap::new();
    for (at, of) in paths.iter().enumerate() {
        together.entry((of.block, of.role, of.layer)).or_default().push(at);
    }
    let mut adjusted = vec![None; paths.len()];
    for places in together.values() {
        let p: Vec<f64> = places.iter().map(|&at| paths[at].p.unwrap_or(f64::NAN)).collect();
        for (&at, q) in places.iter().zip(benjamini_hochberg(&p)) {
            adjusted[at] = Some(q).filter(|q| !q.is_nan());
        }
    }
    let row = |(of, q): (&Likeness, Option<f64>)| PathRow {
        block: of.block.to_string(),
        channel: of.channel,
        role: of.role.name().to_owned(),
        layer: of.layer.to_string(),
        top_similarity: of.top,
        random_similarity: of.random,
        sets: of.sets,
        p: of.p,
        q,
        another_way: of.p.map(|p| p > SIGNIFICANT),
    };
    paths.iter().zip(adjusted).map(row).collect()
}

/// A row for each layer of each role of each block.
pub(in crate::findings) fn path_layer_rows(paths: &[Likeness]) -> Vec<PathLayerRow> {
    let mut together: BTreeMap<(Block, Role, Block), Vec<&Likeness>> = BTreeMap::new();
    for of in paths {
        together.entry((of.block, of.role, of.layer)).or_default().push(of);
    }
    let row = |((block, role, layer), units): (&(Block, Role, Block), &Vec<&Likeness>)| {
        let top = quartiles(units.iter().map(|of| of.top).collect()).ok();
        let random: Vec<f64> = units.iter().filter_map(|of| of.random).collect();
        let told: Vec<f64> = units.iter().filter_map(|of| of.p).collect();
        let another = told.iter().filter(|p| **p > SIGNIFICANT).count();
        PathLayerRow {
            block: block.to_string(),
            role: role.name().to_owned(),
            layer: layer.to_string(),
            units: units.len(),
            median_top: top.map(|[_, median, _]| median),
            lower_top: top.map(|[lower, ..]| lower),
            upper_top: top.map(|[.., upper]| upper),
            median_random: median(&random).ok(),
            told: told.len(),
            another_way: another,
            percent_another_way: (!told.is_empty()).then(|| 100.0 * another as f64 / told.len() as f64),
        }
    };
    together.iter().map(row).collect()
}
