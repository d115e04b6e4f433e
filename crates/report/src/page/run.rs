//! What the page says of a run beside its tables: what made it, which tables, figures and measures there are and what they
//! hold, what it lacks. All of it comes from the manifest and the registry.

use super::data;
use crate::layout;
use crate::manifest::Manifest;
use crate::registry::{Compared, FIGURES, Figure, MEASURES, TABLES, Table};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What the page knows of a run before any table.
pub(super) fn described(folder: &Path, manifest: &Manifest, said: &Said<'_>) -> Value {
    let Said { lacks, parts, drawn, cut_short } = *said;
    let network = &manifest.network;
    let images = manifest.images.as_ref().map(|images| {
        json!({
            "folder": images.folder, "read": images.read, "skipped": images.skipped, "flawed": images.flawed,
            "passed_over": images.passed_over, "digest": images.digest,
        })
    });
    let tables = TABLES.iter().filter(|table| table.is_of(manifest.has()));
    json!({
        "name": name(manifest),
        "program": manifest.program,
        "numerics_version": manifest.numerics_version,
        "source_digest": manifest.build.source_digest,
        "compiler": manifest.build.compiler,
        "network": {
            "weights": network.weights, "weights_digest": network.weights_digest, "widths": network.widths,
            "input_size": network.input_size, "shuffled": network.shuffled, "classes": network.classes, "batch_norm": network.batch_norm,
            "preprocessing": network.preprocessing,
        },
        "images": images,
        "preset": manifest.preset,
        "recipe": manifest.recipe,
        "jitter": manifest.jitter,
        "seed": manifest.seed.to_string(),
        "blocks": manifest.blocks,
        "not_computed": manifest.not_computed,
        "retried": manifest.retried,
        "failed": manifest.failed,
        "instruction_set": manifest.instruction_set,
        "threads": manifest.threads,
        "tables": tables.map(|table| of_table(folder, table, parts)).collect::<Vec<Value>>(),
        "figures": figures(folder, manifest, drawn),
        "measures": measures(manifest),
        "files": {
            "manifest": layout::MANIFEST, "dictionary": layout::DICTIONARY, "claims": layout::CLAIMS_MARKDOWN,
            "images": layout::IMAGES,
        },
        "lacks": lacks,
        "cut_short": cut_short,
        "pictures": pictures(folder, manifest),
    })
}

/// What is said of a run beside its manifest.
pub(super) struct Said<'a> {
    /// A sentence for each thing that its folder lacks.
    pub(super) lacks: &'a [String],
    /// Which tables are read in parts.
    pub(super) parts: &'a Parts,
    /// The figures that were drawn of it, without an ending; otherwise those are shown that lie there.
    pub(super) drawn: Option<&'a [String]>,
    /// Whether the run did not come to its end.
    pub(super) cut_short: bool,
}

/// The blocks of each table that is read a block at a time.
pub(super) type Parts = BTreeMap<&'static str, Vec<String>>;

fn of_table(folder: &Path, table: &Table, parts: &Parts) -> Value {
    let columns = table
        .columns
        .iter()
        .map(|column| json!({ "name": column.name, "unit": column.unit, "definition": column.definition.trim() }));
    json!({
        "name": data::name(table),
        "path": table.path,
        "title": table.title,
        "about": table.about.trim(),
        "key": table.key,
        "made_from": table.made_from,
        "columns": columns.collect::<Vec<Value>>(),
        "of_blocks": data::is_of_blocks(table),
        "blocks": parts.get(data::name(table)),
        "there": folder.join(table.path).exists(),
    })
}

/// The figures that were drawn, or those that lie in the folder.
fn figures(folder: &Path, manifest: &Manifest, drawn: Option<&[String]>) -> Vec<Value> {
    let with_images = manifest.images.is_some();
    let one = |figure: &Figure, block: Option<&str>| {
        let path = figure.path(block);
        let svg = format!("{path}.svg");
        let there = drawn.map_or_else(|| folder.join(&svg).exists(), |drawn| drawn.contains(&path));
        there.then(|| {
            json!({
                "number": figure.number, "block": block, "title": figure.title(block), "svg": svg,
                "caption": figure.caption(block, with_images),
            })
        })
    };
    let of_figure = |figure: &'static Figure| -> Vec<Value> {
        match figure.of_each_block {
            true => manifest.blocks.keys().filter_map(|block| one(figure, Some(block))).collect(),
            false => one(figure, None).into_iter().collect(),
        }
    };
    let there = FIGURES.iter().filter(|figure| !figure.needs_images || with_images);
    there.flat_map(of_figure).collect()
}

fn measures(manifest: &Manifest) -> Vec<Value> {
    let folded = manifest.network.batch_norm == "folded";
    let of = |measure: &crate::registry::Measure| {
        let axis = if folded { measure.axis_where_folded } else { measure.axis };
        let compared = if measure.compared == Compared::Groups { "groups" } else { "correlation" };
        json!({
            "name": measure.name, "figure": measure.figure, "column": measure.column, "axis": axis,
            "missing": measure.missing.replace('\n', " "), "compared": compared,
        })
    };
    MEASURES.iter().map(of).collect()
}

/// How many pictures there are, and how many there are to be.
fn pictures(folder: &Path, manifest: &Manifest) -> Value {
    let there = manifest.pictures.keys().filter(|name| folder.join(name).exists()).count();
    json!({ "there": there, "all": manifest.pictures.len() })
}

/// The last part of the weights' path.
pub(super) fn name(manifest: &Manifest) -> &str {
    let path = manifest.network.weights.trim_end_matches(['/', '\\']);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
