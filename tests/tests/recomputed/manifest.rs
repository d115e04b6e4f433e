//! `manifest.json`: what it says of pictures, channels, photographs and files, held against them.

use crate::channels::retries;
use crate::conditions;
use crate::ledger::Ledger;
use crate::run::{ROLES, Run};
use crate::worth;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Compares its parts.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    pictures(run, ledger);
    channels(run, ledger);
    photographs(run, ledger);
    files(run, ledger);
}

/// Which pictures there are, of which unit each is, and that the store keeps the same bytes.
fn pictures(run: &Run, ledger: &mut Ledger) {
    let seed = run.manifest["seed"].as_u64().unwrap();
    let mut expected = BTreeMap::new();
    let mut expect = |name: String, site: &str, objective: &str, channel: usize, seed: u64| {
        let unit = json!({"site": site, "objective": objective, "channel": channel, "seed": seed});
        expected.insert(name, unit);
    };
    for (block, channel) in run.studied() {
        for (role, site) in ROLES.iter().zip(block.optimised_sites()) {
            // Only the Input's and the Block's picture are made again.
            let again = if *role == "output" { 0 } else { retries(run, block, channel) };
            let name = format!("features/{block}/{role}/{channel}.png");
            expect(name, &site, "neuron", channel, seed + again);
        }
    }
    let exemplars = run.table("exemplars.csv");
    for row in 0..exemplars.rows.len() {
        let (block, channel) = (exemplars.text(row, "block"), exemplars.text(row, "channel"));
        let sites = crate::network::Block::named(block).optimised_sites();
        for (role, site) in ROLES.iter().zip(sites) {
            let name = format!("features/{block}/{role}/{channel}.channel.png");
            expect(name, &site, "channel", channel.parse().unwrap(), seed);
        }
    }
    let seeds = run.table("seeds.csv");
    for row in 0..seeds.rows.len() {
        let number = |column| -> u64 { seeds.text(row, column).parse().unwrap() };
        let (block, channel, from) = (seeds.text(row, "block"), seeds.text(row, "channel"), number("seed"));
        if from == seed {
            continue;
        }
        let sites = crate::network::Block::named(block).optimised_sites();
        for (role, site) in ROLES.iter().zip(sites) {
            let again = if *role == "output" { 0 } else { number("retries") };
            let name = format!("features/{block}/{role}/{channel}.seed{from}.png");
            let unit = json!({"site": site, "objective": "neuron", "channel": channel.parse::<usize>().unwrap(), "seed": from + again, "from_seed": from});
            expected.insert(name, unit);
        }
    }
    expected.extend(others(run));
    let found = run.manifest["pictures"].as_object().unwrap();
    let mut units = BTreeMap::new();
    for (name, record) in found {
        let mut unit = record.clone();
        let address = unit.as_object_mut().unwrap().remove("address").unwrap();
        units.insert(name.clone(), unit);
        let address = address.as_str().unwrap();
        let stored = fs::read(run.folder.join("store").join(&address[..2]).join(address)).unwrap();
        let shown = fs::read(run.folder.join(name)).unwrap();
        let holds = stored.windows(shown.len()).any(|part| part == shown);
        ledger.same("manifest.json: picture in the store", &holds, &true);
    }
    let names = |of: &BTreeMap<String, Value>| of.keys().cloned().collect::<Vec<_>>();
    ledger.same("manifest.json: pictures", &names(&units), &names(&expected));
    for (name, unit) in &expected {
        ledger.same("manifest.json: unit of a picture", &units.get(name), &Some(unit));
    }
}

/// The pictures of variants that make some, and those after other numbers of steps.
fn others(run: &Run) -> BTreeMap<String, Value> {
    let (seed, own) = (run.manifest["seed"].as_u64().unwrap(), run.manifest["recipe"]["steps"].to_string());
    let mut expected = BTreeMap::new();
    let mut of_table = |table: &str, condition: &str, mark: &dyn Fn(&str) -> Option<(String, Value)>| {
        let table = run.table(table);
        for row in 0..table.rows.len() {
            let cell = |column| table.text(row, column);
            let Some((made, value)) = mark(cell(condition)) else { continue };
            let sites = crate::network::Block::named(cell("block")).optimised_sites();
            for (role, site) in ROLES.iter().zip(sites) {
                let again: u64 = if *role == "output" { 0 } else { cell("retries").parse().unwrap() };
                let name = format!("features/{}/{role}/{}.{made}.png", cell("block"), cell("channel"));
                let channel: usize = cell("channel").parse().unwrap();
                let unit = json!({
                    "site": site, "objective": "neuron", "channel": channel, "seed": seed + again, condition: value
                });
                expected.insert(name, unit);
            }
        }
    };
    if !conditions::variants(run).is_empty() {
        let made = |name: &str| conditions::MADE.contains(&name).then(|| (name.to_owned(), json!(name)));
        of_table("variants.csv", "variant", &made);
    }
    if !conditions::checkpoints(run).is_empty() {
        let made =
            |steps: &str| (steps != own).then(|| (format!("steps{steps}"), json!(steps.parse::<usize>().unwrap())));
        of_table("steps.csv", "steps", &made);
    }
    expected
}

/// Those made again and those given up under other conditions, as sentences.
fn under_conditions(run: &Run) -> [Vec<String>; 2] {
    let (mut retried, mut failed) = (Vec::new(), Vec::new());
    let own = run.manifest["recipe"]["steps"].to_string();
    let steps = conditions::checkpoints(run).into_iter().map(|steps| steps.to_string()).filter(|steps| *steps != own);
    let steps = steps.map(|of| ("steps.csv", "steps", format!("{of} steps"), of));
    let variants = conditions::variants(run).into_iter();
    let variants = variants.map(|of| ("variants.csv", "variant", of.to_owned(), of.to_owned()));
    for (table, column, said, condition) in variants.chain(steps) {
        let table = run.table(table);
        for row in table.rows_where(column, &condition) {
            let name = format!("block {}, channel {}, {said}", table.text(row, "block"), table.text(row, "channel"));
            if table.text(row, "retries") != "0" {
                retried.push(format!("{name} ({})", table.text(row, "retries")));
            }
            if table.text(row, "mix_ratio").is_empty() {
                failed.push(name);
            }
        }
    }
    [retried, failed]
}

/// Those made again and those given up, as sentences; the numbers of the network.
fn channels(run: &Run, ledger: &mut Ledger) {
    let (mut retried, mut failed) = (Vec::new(), Vec::new());
    let seeds = run.table("seeds.csv");
    for seed in worth::seeds(run) {
        let of = if run.manifest["seed"].as_u64() == Some(seed) { String::new() } else { format!(", seed {seed}") };
        for row in seeds.rows_where("seed", &seed.to_string()) {
            let name = format!("block {}, channel {}{of}", seeds.text(row, "block"), seeds.text(row, "channel"));
            let times = seeds.text(row, "retries");
            if times != "0" {
                retried.push(format!("{name} ({times})"));
            }
            let positive = |column| seeds.number(row, column).unwrap() > 0.0;
            if !positive("o_i") && !positive("o_b") {
                failed.push(name);
            }
        }
    }
    let [more_retried, more_failed] = under_conditions(run);
    retried.extend(more_retried);
    failed.extend(more_failed);
    ledger.same("manifest.json: retried", &run.manifest["retried"], &json!(retried));
    ledger.same("manifest.json: failed", &run.manifest["failed"], &json!(failed));
    // How long each phase took is nobody else's to know, but that each did take some time.
    let phases = [
        "center-neuron pictures",
        "convergence",
        "enlargements",
        "load",
        "measurements",
        "measurements at other seeds",
        "objectives",
        "photographs",
        "scale factors",
        "scale tuning",
        "tables and figures",
        "variants",
        "ways through the network",
        "whole-channel pictures",
    ];
    let mut seconds = run.manifest["seconds"].as_object().unwrap().clone();
    // Only what is worth it is estimated.
    seconds.remove("estimate");
    ledger.same("manifest.json: seconds", &json!(seconds.keys().collect::<Vec<_>>()), &json!(phases));
    assert!(seconds.values().all(|value| value.as_f64().is_some_and(|s| s > 0.0 && s < 1e5)), "{seconds:?}");
    let network = &run.manifest["network"];
    let shape = |name: &str| run.weights.0.get(name).map(|(shape, _)| shape[0]);
    let widths: Vec<usize> = (1..=4)
        .map(|stage| {
            shape(&format!("layer{stage}.0.conv1.weight")).or(shape(&format!("layer{stage}.0.conv1.bias"))).unwrap_or(0)
        })
        .collect();
    ledger.same("manifest.json: widths", &network["widths"], &json!(widths));
    ledger.same("manifest.json: classes", &network["classes"], &json!(shape("fc.weight")));
    let state = if run.weights.0.contains_key("bn1.running_mean") { "separate" } else { "folded" };
    ledger.same("manifest.json: batch_norm", &network["batch_norm"], &json!(state));
}

/// Which photographs were read and which not, with their digests, in the order of class folder and file.
fn photographs(run: &Run, ledger: &mut Ledger) {
    let Some(photographs) = &run.photographs else {
        ledger.same("manifest.json: images", &run.manifest["images"], &Value::Null);
        return;
    };
    let record = &run.manifest["images"];
    let (mut names, mut files) = (blake3::Hasher::new(), blake3::Hasher::new());
    let (mut read, mut skipped, mut digests) = (Vec::new(), Vec::new(), BTreeMap::new());
    for name in listed(&photographs.folder) {
        let path = photographs.folder.join(&name);
        let digest = blake3::hash(&fs::read(&path).unwrap());
        files.update(digest.as_bytes());
        if images::decode(&path).is_ok() {
            names.update(format!("{name}\n").as_bytes());
            digests.insert(name.clone(), digest.to_hex().to_string());
            read.push(name);
        } else {
            skipped.push(path.display().to_string());
        }
    }
    ledger.same("activations: images.txt", &photographs.names, &read);
    ledger.same("manifest.json: images.read", &record["read"], &json!(read.len()));
    ledger.same("manifest.json: images.files", &record["files"], &json!(digests));
    let hex = |hasher: blake3::Hasher| json!(hasher.finalize().to_hex().as_str());
    ledger.same("manifest.json: images.names_digest", &record["names_digest"], &hex(names));
    ledger.same("manifest.json: images.digest", &record["digest"], &hex(files));
    let sentences = record["skipped"].as_array().unwrap();
    ledger.same("manifest.json: images.skipped", &sentences.len(), &skipped.len());
    for (sentence, path) in sentences.iter().zip(&skipped) {
        let names = sentence.as_str().unwrap().starts_with(path.as_str());
        ledger.same("manifest.json: images.skipped", &names, &true);
    }
    // All were read at their own size, and the top nine of every role at each other size.
    let mut top = BTreeSet::new();
    for (block, channel) in run.studied() {
        for values in photographs.roles(block, channel) {
            let [images, _] = crate::run::Photographs::ends(&values);
            top.extend(images.into_iter().map(|image| &digests[&photographs.names[image]]));
        }
    }
    let distinct: BTreeSet<&String> = digests.values().collect();
    let mut held = vec![top.len(); 8];
    held.push(distinct.len());
    let journals = record["journals"].as_object().unwrap();
    let mut found: Vec<usize> = journals.values().map(|n| usize::try_from(n.as_u64().unwrap()).unwrap()).collect();
    found.sort_unstable();
    held.sort_unstable();
    ledger.same("manifest.json: images.journals", &found, &held);
}

/// Images of a folder: by the folder directly below it, then by the path of the folder that they are in, then by their
/// names; those of no folder first.
fn listed(folder: &Path) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![String::new()]);
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_str().unwrap().to_owned();
            let extension = name.rsplit('.').next().unwrap().to_ascii_lowercase();
            if name.starts_with('.') {
                continue;
            }
            if entry.path().is_dir() {
                folders.push(format!("{below}{name}/"));
            } else if ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"].contains(&extension.as_str()) {
                // A class, a folder without the slash behind it, a name.
                let class = below.split('/').next().unwrap().to_owned();
                found.push((class, below.trim_end_matches('/').to_owned(), name, below.clone()));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, _, name, below)| below + &name).collect()
}

/// Every file of the run is listed with its digest, and nothing else is; and the digest of the manifest itself.
fn files(run: &Run, ledger: &mut Ledger) {
    let mut found = BTreeMap::new();
    let mut folders = vec![String::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(run.folder.join(&below)).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{below}{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                if name != "store" && name != "explain" {
                    folders.push(name + "/");
                }
            // What an audit found may change later.
            } else if !["manifest.json", "page/data/audit.js"].contains(&&*name) {
                let digest = blake3::hash(&fs::read(entry.path()).unwrap());
                found.insert(name, digest.to_hex().to_string());
            }
        }
    }
    let listed = run.manifest["files"].as_object().unwrap();
    let names: Vec<&String> = listed.keys().collect();
    ledger.same("manifest.json: files", &names, &found.keys().collect());
    for (name, digest) in &found {
        ledger.same("manifest.json: digest of a file", &listed.get(name), &Some(&json!(digest)));
    }
    let text = fs::read_to_string(run.folder.join("manifest.json")).unwrap();
    let own = run.manifest["digest"].as_str().unwrap();
    let without = text.replace(&format!("\"digest\": \"{own}\"\n}}"), "\"digest\": \"\"\n}");
    let again = blake3::hash(without.as_bytes()).to_hex().to_string();
    ledger.same("manifest.json: digest", &own.to_owned(), &again);
}
