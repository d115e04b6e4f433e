//! Whether the stored pictures give the same tables and figures once more.

use super::check::{Check, TABLES};
use super::recorded::{meaningless, recipe};
use super::request::{Depth, Verify};
use super::{photographs, pictures};
use crate::error::RunError;
use crate::folder::{before, named::found};
use crate::names::is_of_a_run;
use crate::options::Options;
use crate::pictures::IfMissing;
use crate::plan::Plan;
use crate::progress::{Event, Observer};
use crate::reproduce::{self, Asked};
use crate::source::Loaded;
use report::{Manifest, counted, digests, layout, table_differences};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What the manifest says of how a run went, and not of what it found.
const OF_THE_RUN: [&str; 7] = ["program", "build", "instruction_set", "threads", "seconds", "files", "digest"];

/// Reproduces the folder elsewhere, from its store, and compares every file and what the manifest says of the results.
pub(super) fn check(
    options: &Verify,
    manifest: &Manifest,
    loaded: &Loaded,
    observer: &dyn Observer,
) -> Result<Check, RunError> {
    if let Some(record) = &manifest.images {
        let recorded = found(&record.folder, &options.folder);
        let folder = options.images.as_deref().unwrap_or(&recorded);
        // A folder that is not there is one reason, not one for each photograph.
        let changed = match folder.is_dir() {
            true => photographs::differences(folder, record),
            false => Vec::new(),
        };
        if !changed.is_empty() {
            return Ok(Check {
                differences: changed,
                ..Check::not_done(TABLES, "these are not the photographs that the run read")
            });
        }
    }
    let temporary = tempfile::tempdir().map_err(RunError::write(&std::env::temp_dir()))?;
    let out = temporary.path();
    if options.depth != Depth::All {
        copy_journals(&options.folder, out)?;
    }
    let again = run_again(options, manifest, loaded, out)?;
    let (studies, seeds) = (before::studies(manifest, &options.folder)?, before::seeds(manifest));
    let (variants, convergence) = (before::variants(manifest), before::convergence(manifest));
    let (channels, whole_channels) = (manifest.channels.clone(), manifest.whole_channels);
    let plan = Plan { studies, channels, seeds, variants, convergence, whole_channels };
    let store = (&*options.folder.join(layout::STORE), IfMissing::Refuse);
    match reproduce::run(&again, Asked::Exactly(plan), store, &Again(observer)) {
        Ok(_) => {}
        Err(RunError::Lost { unit, .. }) => {
            return Ok(Check::not_done(TABLES, format!("they need the picture of {unit}, which is not in the store")));
        }
        Err(error @ RunError::Image(_)) if options.images.is_none() => {
            let why = format!("{error}; --images says where they are");
            return Ok(Check::not_done(TABLES, why));
        }
        Err(error) => return Err(error),
    }
    let mut differences = of_manifests(manifest, &Manifest::read(out)?);
    // The page says how the run went: what is drawn again is told the same.
    write(&out.join(layout::MANIFEST), manifest.text().as_bytes())?;
    report::render_all(out, options.threads, &|| {})?;
    let derived = digests(out, is_of_a_run)?;
    for name in derived.keys() {
        differences.extend(of_files(&options.folder, out, name)?);
    }
    for name in manifest.files.keys().filter(|n| !derived.contains_key(*n)) {
        differences.push(format!("{name}: what the manifest describes does not give it, so another run left it"));
    }
    let compared = format!("{TABLES}: {}", counted(derived.len(), "file"));
    Ok(Check::done(compared, differences))
}

/// Passes on what takes time: that nothing is to be made, and what failed, was told when the folder was written.
struct Again<'a>(&'a dyn Observer);

impl Observer for Again<'_> {
    fn event(&self, event: Event) {
        let told = match &event {
            Event::Phase { total, done, .. } => done == total,
            Event::Outlook(_) | Event::Retried(_) | Event::Notice(_) => true,
            Event::Pictures { .. } | Event::Made { .. } | Event::Advanced | Event::PhaseEnded => false,
        };
        if !told {
            self.0.event(event);
        }
    }
}

/// The options that the folder was made with.
fn run_again(options: &Verify, manifest: &Manifest, loaded: &Loaded, out: &Path) -> Result<Options, RunError> {
    let recorded = manifest.images.as_ref().map(|i| found(&i.folder, &options.folder));
    let recipe = recipe(manifest).ok_or_else(|| meaningless(options, "a recipe of this program", &manifest.recipe))?;
    let preset = manifest.preset.parse();
    Ok(Options {
        source: loaded.source.clone(),
        images: recorded.map(|folder| options.images.clone().unwrap_or(folder)),
        blocks: Vec::new(),
        channels: Vec::new(),
        preset: preset.map_err(|e| meaningless(options, "a preset", e))?,
        steps: recipe.steps,
        seeds: before::seeds(manifest),
        variants: before::variants(manifest),
        convergence: before::convergence(manifest),
        whole_channels: manifest.whole_channels,
        threads: options.threads,
        isa: options.isa,
        out: out.to_owned(),
        replace: true,
    })
}

/// A scan cuts a journal that is damaged and writes on: never the folder's own.
fn copy_journals(folder: &Path, out: &Path) -> Result<(), RunError> {
    let scans = Path::new(layout::STORE).join("scans");
    for journal in pictures::journals(folder) {
        let name = scans.join(journal);
        let path = folder.join(&name);
        let bytes = fs::read(&path).map_err(|source| report::ReportError::Read { path, source })?;
        write(&out.join(&name), &bytes)?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), RunError> {
    report::write_atomically(path, bytes).map_err(RunError::write(path))
}

/// How a file differs from the same, derived again.
fn of_files(folder: &Path, out: &Path, name: &str) -> Result<Vec<String>, RunError> {
    let path = out.join(name);
    let again = fs::read(&path).map_err(|source| report::ReportError::Read { path, source })?;
    // One that cannot be read is among the files that are missing, if it should be there at all.
    let Ok(was) = fs::read(folder.join(name)) else {
        return Ok(vec![format!("{name}: it is missing, and is derived")]);
    };
    Ok(if was == again {
        Vec::new()
    } else if name.ends_with(".csv") {
        table_differences(name, &was, &again)
    } else {
        let at = was.iter().zip(&again).take_while(|(a, b)| a == b).count();
        vec![format!("{name}: derived again it differs, first at byte {at}")]
    })
}

/// What two manifests say differently of the results.
fn of_manifests(was: &Manifest, again: &Manifest) -> Vec<String> {
    let fields = |manifest: &Manifest| {
        let mut manifest = manifest.clone();
        // The same weights and images may be elsewhere now.
        manifest.network.weights.clear();
        if let Some(images) = &mut manifest.images {
            images.folder.clear();
            images.skipped.iter_mut().chain(&mut images.flawed).for_each(String::clear);
            // What is beside the images is nothing of theirs.
            images.passed_over.clear();
        }
        serde_json::to_value(manifest).unwrap_or_default()
    };
    let mut again = again.clone();
    // What an earlier version of this program did not record.
    if was.network.preprocessing.is_none() {
        (again.network.preprocessing, again.network.architecture) = (None, was.network.architecture.clone());
    }
    let (was, again) = (fields(was), fields(&again));
    let mut found = Vec::new();
    for (key, value) in was.as_object().into_iter().flatten() {
        if !OF_THE_RUN.contains(&key.as_str()) {
            compare(key, value, &again[key], &mut found);
        }
    }
    found
}

/// Names the values that differ, as deep as there are names.
fn compare(name: &str, was: &Value, again: &Value, found: &mut Vec<String>) {
    if was == again {
        return;
    }
    if let (Value::Object(was), Value::Object(again)) = (was, again) {
        let keys: std::collections::BTreeSet<&String> = was.keys().chain(again.keys()).collect();
        for key in keys {
            let of = |object: &serde_json::Map<String, Value>| object.get(key).cloned().unwrap_or_default();
            compare(&format!("{name}.{key}"), &of(was), &of(again), found);
        }
    } else {
        found.push(format!("{}: {name} is {was}, derived again it is {again}", layout::MANIFEST));
    }
}

#[cfg(test)]
mod tests;
