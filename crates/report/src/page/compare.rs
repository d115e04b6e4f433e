//! The page of a run beside other runs: the same page, in a folder of its own, with the channels of the others.

use super::data::{self, Cells};
use super::{Written, run, shell, thumbnails};
use crate::error::ReportError;
use crate::layout;
use crate::manifest::Manifest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Writes the page of a folder beside others, below its `compare`; the page's path. [`super::write`] has to have been
/// there.
///
/// # Errors
/// If another folder holds no run, its table of channels is missing or damaged, or a file cannot be written.
pub(crate) fn write(folder: &Path, manifest: &Manifest, others: &[PathBuf]) -> Result<PathBuf, ReportError> {
    let below = Path::new(layout::COMPARISON);
    // What an earlier comparison left is none of this one's.
    let there = folder.join(below);
    if there.exists() {
        fs::remove_dir_all(&there).map_err(|source| ReportError::Write { path: there, source })?;
    }
    let mut written = Written::in_folder(folder);
    let mut first = read_first(folder);
    for (at, other) in others.iter().enumerate() {
        let theirs = Manifest::read(other)?;
        let channels = other.join(layout::CHANNELS);
        let cells = Cells::read(&channels)?.ok_or_else(|| ReportError::Damaged {
            path: channels,
            expected: "a table of channels",
            found: "none".to_owned(),
        })?;
        let small = copied(other, &theirs, &below.join("thumbnails").join(at.to_string()), &mut written)?;
        let described = json!({
            "name": named(other, others),
            "folder": other.display().to_string(),
            "differences": differences(manifest, &theirs),
            "thumbnails": small,
        });
        let table = cells.json(&crate::registry::tables::CHANNELS);
        let text = described.to_string();
        let text = format!("{},\"channels\":{table}}}", text.strip_suffix('}').unwrap_or(&text));
        let path = below.join("data").join(format!("{at}.js"));
        written.put(&path, data::call(&["other"], &text).as_bytes())?;
        first.push(super::as_listed(&path));
    }
    let index = below.join(layout::INDEX);
    written.put(&index, shell::page(run::name(manifest), "../", &first).as_bytes())?;
    Ok(folder.join(index))
}

/// The data that the run's own page reads first, what the manifest says before all.
fn read_first(folder: &Path) -> Vec<String> {
    let data = format!("{}/data", layout::PAGE);
    let files = fs::read_dir(folder.join(&data)).into_iter().flatten().flatten();
    let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".js") && !name.starts_with('.')).collect();
    names.sort_by_key(|name| (name != "run.js", name.clone()));
    names.into_iter().map(|name| format!("{data}/{name}")).collect()
}

/// Copies the thumbnails of another run's center neurons, so that the page asks for nothing outside of its folder: the
/// place of each, by its channel and role.
fn copied(
    other: &Path,
    manifest: &Manifest,
    to: &Path,
    written: &mut Written,
) -> Result<BTreeMap<String, String>, ReportError> {
    let mut places = BTreeMap::new();
    let seen = thumbnails::fields(other)?;
    for (block, channels) in &manifest.blocks {
        for role in ["input", "block", "output"] {
            for channel in channels {
                let picture = super::as_listed(&layout::feature(block, role, *channel));
                if !other.join(&picture).exists() || !data::is_file_name(block) {
                    continue;
                }
                let ready = other.join(layout::thumbnail(&picture));
                let bytes = fs::read(&ready).map_or_else(|_| thumbnails::of_picture(other, &picture, &seen), Ok)?;
                let place = to.join(block).join(role).join(format!("{channel}.jpg"));
                written.put(&place, &bytes)?;
                places.insert(format!("{block}/{channel} {role}"), super::as_listed(&place));
            }
        }
    }
    Ok(places)
}

/// What another run is called: as much of its path as tells it from the rest.
fn named(folder: &Path, all: &[PathBuf]) -> String {
    let parts: Vec<String> = folder.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    let end = |path: &Path, count: usize| -> Vec<String> {
        let parts: Vec<String> = path.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
        parts[parts.len().saturating_sub(count)..].to_vec()
    };
    let alone = |count: &usize| all.iter().filter(|other| end(other, *count) == end(folder, *count)).count() == 1;
    let count = (1..=parts.len()).find(alone).unwrap_or(parts.len());
    end(folder, count).join("/")
}

/// The fields of network, images, recipe, seed and program that two runs differ in, each with both values.
fn differences(here: &Manifest, there: &Manifest) -> Vec<[String; 3]> {
    let fields = |manifest: &Manifest| {
        let images = manifest.images.as_ref();
        let mut fields = BTreeMap::new();
        let described = json!({
            "network": manifest.network, "recipe": manifest.recipe, "seed": manifest.seed, "preset": manifest.preset,
            "numerics version": manifest.numerics_version, "program": manifest.program, "jitter": manifest.jitter,
            "images": images.map(|images| json!({ "digest": images.digest, "read": images.read, "folder": images.folder })),
        });
        flat("", &described, &mut fields);
        fields
    };
    let (here, there) = (fields(here), fields(there));
    let mut names: Vec<&String> = here.keys().chain(there.keys()).collect();
    names.sort();
    names.dedup();
    let of = |fields: &BTreeMap<String, String>, name: &String| fields.get(name).cloned().unwrap_or_default();
    let each = names.into_iter().map(|name| [name.clone(), of(&here, name), of(&there, name)]);
    each.filter(|[_, here, there]| here != there).collect()
}

/// The values below a value, by their paths.
fn flat(name: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let name = if name.is_empty() { field.clone() } else { format!("{name}: {}", field.replace('_', " ")) };
                flat(&name, value, found);
            }
        }
        Value::String(text) => drop(found.insert(name.to_owned(), text.clone())),
        Value::Null => drop(found.insert(name.to_owned(), "none".to_owned())),
        other => drop(found.insert(name.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_called_by_as_much_of_its_path_as_tells_it_from_the_others() {
        let all: Vec<PathBuf> = ["a/quick-seed0", "b/quick-seed0", "b/quick-seed1"].map(PathBuf::from).into();
        let names: Vec<String> = all.iter().map(|folder| named(folder, &all)).collect();
        assert_eq!(names, ["a/quick-seed0", "b/quick-seed0", "quick-seed1"]);
    }

    #[test]
    fn values_are_named_by_their_paths() {
        let mut found = BTreeMap::new();
        flat("", &json!({ "recipe": { "learning_rate": 0.5, "name": "x" }, "images": null }), &mut found);
        let expected = [("images", "none"), ("recipe: learning rate", "0.5"), ("recipe: name", "x")];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
    }
}
