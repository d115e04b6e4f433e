//! What lies in a folder beside what its manifest knows: no difference, but nothing that the manifest vouches for either.

use super::pictures;
use crate::names::is_of_a_run;
use crate::store::Store;
use report::{Manifest, layout};
use std::fs;
use std::path::{Path, PathBuf};

/// So many of a kind are named; a store that many runs share holds thousands of others.
const NAMED: usize = 20;

/// A sentence for each hidden file, each file in the store that the run does not need, each that has a name which no run gives, and for
/// explanations. Files with the names of a run that the manifest does not list are differences.
pub(super) fn notices(folder: &Path, manifest: &Manifest) -> Vec<String> {
    let known = pictures::known(manifest);
    let store = Store::at(&folder.join(layout::STORE));
    let (mut others, mut entries, mut explanations) = (Vec::new(), Vec::new(), 0);
    for path in files(folder) {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let name = parts.join("/");
        let hidden = parts.last().is_some_and(|last| last.starts_with('.'));
        match path.strip_prefix(layout::STORE) {
            Ok(_) if known.contains(&name) => {}
            Ok(below) if store.is_entry(below) => {
                entries.push(format!(
                    "not in the manifest: {name}, a picture of another run"
                ));
            }
            Ok(_) => others.push(format!(
                "not in the manifest: {name}, which the run does not need"
            )),
            Err(_) if path.starts_with(layout::EXPLANATIONS) && !hidden => explanations += 1,
            Err(_) if hidden => others.push(format!("not in the manifest: {name}, a hidden file")),
            Err(_) if name == layout::MANIFEST || is_of_a_run(&name) => {}
            Err(_) => others.push(format!(
                "not in the manifest: {name}, which is none of a run's"
            )),
        }
    }
    let mut notices = Vec::new();
    for named in [others, entries] {
        let more = named.len().saturating_sub(NAMED);
        notices.extend(named.into_iter().take(NAMED));
        if more > 0 {
            notices.push(format!("not in the manifest: {more} more files like these"));
        }
    }
    if explanations > 0 {
        notices.push(format!(
            "not in the manifest: {explanations} files in {}, which were made after the run",
            layout::EXPLANATIONS
        ));
    }
    notices
}

/// Every file below a folder, by its path there, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(below) = folders.pop() {
        let listed = fs::read_dir(folder.join(&below)).into_iter().flatten();
        for entry in listed.flatten() {
            let path = below.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                _ => files.push(path),
            }
        }
    }
    files.sort();
    files
}
