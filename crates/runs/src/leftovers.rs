//! What an earlier run left in the same folder and this one does not write: other channels' pictures, photographs where there are none now.
//!
//! Nothing would say what such files are from. A file is deleted only if the earlier manifest lists it
//! with the digest that it has, and its name is one that a run gives. Whatever else lies in the folder belongs to somebody else,
//! and what the store holds may be of use once more.

use crate::error::RunError;
use crate::files::Output;
use crate::names::is_of_a_run;
use crate::progress::{Event, Observer};
use report::{Manifest, digests};
use std::fs;

/// Deletes the files of the manifest that was there before which this run has not written, where they have names that a run gives.
///
/// # Errors
/// If a file cannot be read or deleted.
pub(crate) fn delete(
    output: &Output,
    before: &Manifest,
    observer: &dyn Observer,
) -> Result<(), RunError> {
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
            "{folder}: {deleted} {files} of the run before deleted, which are none of this one"
        )));
    }
    Ok(())
}
