//! What lies in a folder beside what its manifest knows: no difference, but nothing that the manifest vouches for
//! either.

use super::pictures;
use crate::names::is_of_a_run;
use crate::store::Store;
use report::{Manifest, layout};
use std::fs;
use std::path::{Path, PathBuf};

/// So many of a kind are named; a store that many runs share holds thousands of others.
const NAMED: usize = 20;

/// A sentence for each hidden file, each file in the store that the run does not need, each that has a name which no
/// run gives, and for explanations. Files with the names of a run that the manifest does not list are differences.
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
                entries.push(format!("not in the manifest: {name}, a picture of another run"));
            }
            Ok(_) => others.push(format!("not in the manifest: {name}, which the run does not need")),
            Err(_) if path.starts_with(layout::EXPLANATIONS) && !hidden => explanations += 1,
            // Comparisons and figures to print, which were asked for afterwards.
            Err(_) if [layout::COMPARISON, layout::PRINT].iter().any(|made| path.starts_with(made)) && !hidden => {}
            Err(_) if [layout::AUDIT, layout::PAGE_AUDIT].contains(&&*name) => {}
            Err(_) if hidden => others.push(format!("not in the manifest: {name}, a hidden file")),
            Err(_) if name == layout::MANIFEST || is_of_a_run(&name) => {}
            Err(_) => others.push(format!("not in the manifest: {name}, which no run writes")),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::manifest;

    #[test]
    fn twenty_of_a_kind_are_named_and_the_others_counted() {
        let folder = tempfile::tempdir().unwrap();
        for (count, more) in [(20, None), (21, Some(1)), (25, Some(5))] {
            for at in 0..count {
                fs::write(folder.path().join(format!("{at:02}.txt")), "").unwrap();
            }
            let mut expected: Vec<String> =
                (0..20).map(|at| format!("not in the manifest: {at:02}.txt, which no run writes")).collect();
            let rest = more.map(|n| format!("not in the manifest: {n} more files like these"));
            expected.extend(rest);
            assert_eq!(notices(folder.path(), &manifest()), expected);
        }
    }

    #[test]
    fn every_file_is_told_by_its_place_and_name() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for name in [
            "manifest.json",
            "tables/channels.csv",
            "explain/1.1_0.html",
            "explain/1.1_1.html",
            "audit.json",
            "page/data/audit.js",
            "explain/.hidden",
            "tables/.hidden",
            "store/zz",
            "a/b/c",
        ] {
            put(name);
        }
        assert_eq!(
            notices(folder.path(), &manifest()),
            [
                "not in the manifest: a/b/c, which no run writes",
                "not in the manifest: explain/.hidden, a hidden file",
                "not in the manifest: store/zz, which the run does not need",
                "not in the manifest: tables/.hidden, a hidden file",
                "not in the manifest: 2 files in explain, which were made after the run",
            ]
        );
    }
}
