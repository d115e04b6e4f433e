//! `manifest.json`: how the pictures were made, and what every other file was made from, by lists of its own.

use crate::ledger::Ledger;
use crate::network::Block;
use crate::run::{ROLES, Run};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

/// Compares both.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    recipe(run, ledger);
    jitter(run, ledger);
    made_from(run, ledger);
}

/// The constants of METHOD.md, section 2, the size of the pictures, and as many steps as the store has values of each
/// picture's objective.
fn recipe(run: &Run, ledger: &mut Ledger) {
    let pictures = run.manifest["pictures"].as_object().unwrap();
    let mut steps = Vec::new();
    for (name, record) in pictures {
        let shown = fs::read(run.folder.join(name)).unwrap();
        let address = record["address"].as_str().unwrap();
        let stored = fs::read(run.folder.join("store").join(&address[..2]).join(address)).unwrap();
        let at = stored.windows(shown.len()).position(|part| part == shown).unwrap();
        // Behind the picture: the objective before each step, in single precision, and of some the colors.
        let behind = stored.len() - at - shown.len();
        assert_eq!(behind % 4, 0, "{address}");
        let colors = if record["variant"] == "float-picture" { 3 * run.size * run.size } else { 0 };
        match record["steps"].as_u64() {
            // Of another number of steps than the run's.
            Some(own) => ledger.same("manifest.json: steps of a picture", &(behind as u64 / 4), &own),
            None => steps.push(behind / 4 - colors),
        }
    }
    for steps in steps {
        let expected = json!({
            "steps": steps,
            "size": run.size,
            "deviation": 0.01,
            "learning_rate": 0.05,
            "betas": [0.9, 0.999],
            "eps": 1e-8,
            "scales": [1000, 975, 1025, 950, 1050],
            "degrees": 5,
        });
        ledger.same("manifest.json: recipe", &run.manifest["recipe"], &expected);
    }
}

/// 0 pixels at the sites of layer 1 and of block 2.0, 4 at those of 2.1 and 3.0, and 16 from 3.1 on (METHOD.md, section
/// 2). What enters a block is the Output of the one before it, or a projection of its own.
fn jitter(run: &Run, ledger: &mut Ledger) {
    let of = |block: Block| match (block.0, block.1) {
        (1, _) | (2, 0) => 0,
        (2, 1) | (3, 0) => 4,
        _ => 16,
    };
    let mut expected = serde_json::Map::new();
    for (block, _) in &run.blocks {
        let [input, added, output] = block.optimised_sites();
        let before = block.previous().filter(|_| !input.contains("downsample"));
        expected.insert(input, json!(of(before.unwrap_or(*block))));
        expected.extend([added, output].map(|site| (site, json!(of(*block)))));
    }
    ledger.same("manifest.json: jitter", &run.manifest["jitter"], &Value::Object(expected));
}

/// What tables and documents are made from. `images` and `weights` are those that the manifest describes, `pictures`
/// all that it lists.
static FILES: [(&str, &[&str]); 35] = [
    ("tables/channels.csv", &["pictures", "weights", "images"]),
    ("tables/seeds.csv", &["pictures", "weights"]),
    ("tables/variants.csv", &["pictures", "weights"]),
    ("tables/churn.csv", &["tables/seeds.csv", "tables/variants.csv"]),
    ("tables/blocks.csv", &["tables/channels.csv", "tables/seeds.csv", "pictures", "weights"]),
    ("tables/curves.csv", &["tables/seeds.csv", "pictures", "weights"]),
    ("tables/objectives.csv", &["pictures"]),
    ("tables/steps.csv", &["pictures", "weights"]),
    ("tables/convergence.csv", &["tables/steps.csv"]),
    ("tables/enlargement.csv", &["pictures", "weights"]),
    ("tables/enlargement_groups.csv", &["tables/enlargement.csv", "tables/channels.csv"]),
    ("tables/paths.csv", &["pictures", "images", "weights"]),
    ("tables/path_layers.csv", &["tables/paths.csv"]),
    ("tables/mix_histogram.csv", &["tables/channels.csv", "tables/seeds.csv"]),
    ("tables/panels.csv", &["tables/channels.csv", "tables/seeds.csv"]),
    ("tables/exemplars.csv", &["tables/channels.csv", "weights"]),
    ("tables/scale_tuning.csv", &["pictures", "weights", "images"]),
    ("tables/extremes.csv", &["images", "weights"]),
    (
        "tables/claims.csv",
        &[
            "tables/channels.csv",
            "tables/blocks.csv",
            "tables/panels.csv",
            "tables/seeds.csv",
            "tables/churn.csv",
            "tables/convergence.csv",
            "weights",
        ],
    ),
    ("tables/claims.md", &["tables/claims.csv"]),
    ("tables/README.md", &["manifest.json"]),
    ("activations/images.txt", &["images"]),
    ("tables/receptive_fields.csv", &["weights"]),
    ("tables/hidden_weights.csv", &["weights"]),
    ("tables/activation_histogram.csv", &["images", "weights"]),
    ("tables/alike.csv", &["images", "weights"]),
    ("tables/photograph_contributions.csv", &["images", "weights"]),
    ("index.html", &["manifest.json"]),
    ("page/core.js", &[]),
    ("page/vendor.js", &[]),
    ("page/explorer.js", &[]),
    ("page/style.css", &[]),
    ("page/data/run.js", &["manifest.json"]),
    ("page/data/thumbnails.js", &["manifest.json"]),
    ("page/data/photographs.js", &["tables/extremes.csv", "activations/images.txt"]),
];

/// The tables that figures are drawn from, by what their names begin with.
const FIGURES: [(&str, &[&str]); 12] = [
    ("figures/fig1_exemplars_", &["tables/blocks.csv", "tables/exemplars.csv"]),
    ("figures/fig2_mix_ratios.", &["tables/blocks.csv", "tables/mix_histogram.csv"]),
    ("figures/fig3_weights.", &["tables/panels.csv", "tables/channels.csv"]),
    ("figures/fig4_block_and_tuning.", &["tables/panels.csv", "tables/channels.csv"]),
    ("figures/fig5_scale_invariance.", &["tables/blocks.csv"]),
    ("figures/fig6_scale_", &["tables/blocks.csv", "tables/exemplars.csv"]),
    ("figures/fig9_contributions.", &["tables/panels.csv", "tables/channels.csv"]),
    ("figures/fig10_scale_tuning_", &["tables/blocks.csv", "tables/exemplars.csv", "tables/scale_tuning.csv"]),
    ("figures/fig11_criteria.", &["tables/blocks.csv", "tables/curves.csv"]),
    ("figures/fig12_convergence.", &["tables/blocks.csv", "tables/objectives.csv", "tables/convergence.csv"]),
    ("figures/fig13_paths.", &["tables/blocks.csv", "tables/path_layers.csv"]),
    ("figures/fig14_enlargement.", &["tables/blocks.csv", "tables/enlargement_groups.csv"]),
];

fn made_from(run: &Run, ledger: &mut Ledger) {
    let found = run.manifest["made_from"].as_object().unwrap();
    let mut expected = BTreeMap::new();
    for name in run.manifest["files"].as_object().unwrap().keys() {
        let listed = FILES.iter().find(|(file, _)| file == name);
        let drawn = FIGURES.iter().find(|(stem, _)| name.starts_with(stem));
        let of_exemplars = name.ends_with(".top.png") || name.ends_with(".inhibition.png");
        let sources: &[&str] = match (listed, drawn) {
            (Some((_, sources)), _) | (_, Some((_, sources))) => sources,
            _ if name.starts_with("activations/") => &["images", "weights"],
            _ if of_exemplars => &["tables/exemplars.csv", "images", "weights"],
            _ if name.starts_with("page/data/pictures/") => &["manifest.json"],
            _ if name.starts_with("page/data/") => of_data(&name["page/data/".len()..]),
            _ if name.starts_with("thumbnails/photographs/") => &["images"],
            _ if name.ends_with(".maps.png") => &["tables/extremes.csv", "images", "weights"],
            // The picture itself, below, and how much of it is shown.
            _ if name.ends_with(".channel.jpg") => &[],
            _ if name.starts_with("thumbnails/") => &["tables/receptive_fields.csv"],
            // A picture: the manifest says more of it.
            _ => {
                let listed = run.manifest["pictures"].get(name).is_some();
                ledger.same("manifest.json: files that are pictures", &listed, &true);
                continue;
            }
        };
        let varied = run.manifest.get("variants").is_some();
        let there = |source: &&&str| match **source {
            "images" | "tables/extremes.csv" => run.photographs.is_some(),
            "tables/churn.csv" => varied,
            "tables/convergence.csv" => run.manifest.get("convergence").is_some(),
            _ => true,
        };
        let mut sources: Vec<String> = sources.iter().filter(there).map(|s| (*s).to_owned()).collect();
        sources.extend(shown(run, name));
        let of_picture = name.strip_prefix("thumbnails/").and_then(|stem| stem.strip_suffix(".jpg"));
        let picture = of_picture.map(|stem| format!("features/{stem}.png"));
        sources.extend(picture.filter(|picture| run.manifest["pictures"].get(picture).is_some()));
        expected.insert(name.clone(), sources);
    }
    let names = |of: Vec<&String>| of.into_iter().cloned().collect::<Vec<_>>();
    ledger.same(
        "manifest.json: files with a made_from",
        &names(found.keys().collect()),
        &names(expected.keys().collect()),
    );
    for (name, sources) in &expected {
        ledger.same("manifest.json: made_from", &(name, found.get(name)), &(name, Some(&json!(sources))));
    }
}

/// The table that a file of the page's data holds rows of.
fn of_data(name: &str) -> &'static [&'static str] {
    let stem = name.split(['/', '.']).next().unwrap();
    let table = FILES.iter().find(|(table, _)| *table == format!("tables/{stem}.csv"));
    table.map(|(table, _)| std::slice::from_ref(table)).unwrap_or_else(|| panic!("{name}"))
}

/// The pictures in a grid of exemplars: those of its figure and block, role by role, as far as they were made; behind
/// each that was optimised where the store keeps it.
fn shown(run: &Run, name: &str) -> Vec<String> {
    let mut shown = Vec::new();
    let exemplars = run.table("exemplars.csv");
    for row in 0..exemplars.rows.len() {
        let cell = |column| exemplars.text(row, column);
        let (block, channel) = (cell("block"), cell("channel"));
        let figure = match cell("figure") {
            "1" => format!("figures/fig1_exemplars_{block}"),
            _ => format!("figures/fig6_scale_{block}"),
        };
        if *name != format!("{figure}.svg") {
            continue;
        }
        for role in ROLES {
            for kind in ["", ".channel", ".top", ".inhibition"] {
                let picture = format!("features/{block}/{role}/{channel}{kind}.png");
                if let Some(record) = run.manifest["pictures"].get(&picture) {
                    let address = record["address"].as_str().unwrap();
                    shown.extend([picture, format!("store/{}/{address}", &address[..2])]);
                } else if run.folder.join(&picture).is_file() {
                    shown.push(picture);
                }
            }
        }
    }
    shown
}
