//! What an earlier run left in the same folder and this one does not write: other channels' pictures, photographs where
//! there are none now.
//!
//! Nothing would say what such files are from. A file is deleted only if the earlier manifest lists it with the digest
//! that it has, and its name is one that a run gives. Whatever else lies in the folder is foreign, and what the store
//! holds may be of use once more.

use crate::error::RunError;
use crate::names::is_of_a_run;
use crate::output::Output;
use crate::progress::{Event, Observer};
use report::{Manifest, digests};
use std::fs;

/// Deletes the files of the manifest that was there before which this run has not written, where they have names that a
/// run gives.
///
/// # Errors
/// If a file cannot be read or deleted.
pub(crate) fn delete(output: &Output, before: &Manifest, observer: &dyn Observer) -> Result<(), RunError> {
    let there = digests(output.folder(), is_of_a_run)?;
    let mut deleted = 0_usize;
    for (name, digest) in &before.files {
        if !output.wrote(name) && there.get(name) == Some(digest) {
            let path = output.path(name);
            fs::remove_file(&path).map_err(RunError::write(&path))?;
            deleted += 1;
        }
    }
    if deleted > 0 {
        let folder = output.folder().display();
        let files = if deleted == 1 { "file" } else { "files" };
        observer.event(Event::Notice(format!(
            "{folder}: deleted {deleted} {files} that the previous run left and this one does not make"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Events, manifest};

    /// Files of a run before, of which some were written again, one was changed since and one has a name of nobody's.
    #[test]
    fn a_file_is_deleted_only_if_it_was_the_earlier_runs_and_is_none_of_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::new(folder.path()).unwrap();
        let mut before = manifest();
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let all = [
            "features/1.1/input/0.png",
            "features/1.1/input/1.png",
            "tables/extremes.csv",
            "tables/panels.csv",
            "figures/fig2_a.svg",
            "notes.txt",
        ];
        for name in all {
            put(name, name);
            let digest = blake3::hash(name.as_bytes()).to_hex().to_string();
            before.files.insert(name.to_owned(), digest);
        }
        put("features/1.1/input/2.png", "unlisted");
        let gone = before.files["tables/panels.csv"].clone();
        before.files.insert("tables/claims.csv".to_owned(), gone);
        put("tables/panels.csv", "changed since");
        output.note(&output.path("features/1.1/input/0.png"));
        let events = Events::default();
        delete(&output, &before, &events).unwrap();
        let there = |name: &str| folder.path().join(name).exists();
        let left: Vec<&str> = all.into_iter().filter(|name| there(name)).collect();
        assert_eq!(left, ["features/1.1/input/0.png", "tables/panels.csv", "notes.txt"]);
        assert!(there("features/1.1/input/2.png"));
        let said = |files: &str| {
            format!(
                "{}: deleted {files} that the previous run left and this one does not make",
                folder.path().display()
            )
        };
        assert_eq!(events.notices(), [said("3 files")]);
        put("tables/extremes.csv", "tables/extremes.csv");
        delete(&output, &before, &events).unwrap();
        assert_eq!(events.notices(), [said("3 files"), said("1 file")]);
        delete(&output, &before, &events).unwrap();
        assert_eq!(events.notices().len(), 2);
    }
}
