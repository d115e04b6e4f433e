//! The page of a run, made again from what its folder holds.

use crate::begun;
use crate::error::RunError;
use crate::names::is_of_the_report;
use crate::progress::{Event, Observer};
use report::{Manifest, digests, layout};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Makes `index.html` of a run, finished or not, and what it reads; its path. The manifest of a finished run lists the new
/// files, and vouches for all others as it did: they are not looked at.
///
/// # Errors
/// If there is no manifest, a table or picture is damaged, or a file cannot be written.
pub fn report(folder: &Path, observer: &dyn Observer) -> Result<PathBuf, RunError> {
    if !folder.join(layout::MANIFEST).exists() && folder.join(layout::BEGUN).exists() {
        return begun::report(folder, observer);
    }
    let mut manifest = Manifest::read(folder)?;
    let sealed = manifest.is_sealed(folder)?;
    let written = report::render_page(folder)?;
    let index = folder.join(layout::INDEX);
    if !manifest.is_finished() {
        let sentence = format!("{}: the run was cut short, so the page shows a part of it", folder.display());
        observer.event(Event::Notice(sentence));
        return Ok(index);
    }
    if !sealed {
        let sentence = format!(
            "{}: it is not as it was written, so it was left as it is: verify will say that the page is another",
            folder.join(layout::MANIFEST).display()
        );
        observer.event(Event::Notice(sentence));
        return Ok(index);
    }
    let written: BTreeSet<PathBuf> = written.into_iter().collect();
    for name in manifest.files.keys().filter(|name| is_of_the_report(name)) {
        let path = folder.join(name);
        if !written.contains(&path) && path.exists() {
            fs::remove_file(&path).map_err(RunError::write(&path))?;
        }
    }
    manifest.replace_files(is_of_the_report, digests(folder, is_of_the_report)?);
    manifest.write_as_it_is(folder)?;
    Ok(index)
}

/// Makes the page of a run beside other runs, after [`report()`]; its path.
///
/// # Errors
/// If one of the folders holds no run, a table or picture is damaged, or a file cannot be written.
pub fn report_against(folder: &Path, others: &[PathBuf]) -> Result<PathBuf, RunError> {
    Ok(report::render_comparison(folder, others)?)
}

/// Makes the page of a run as one file, with all that it reads inside, after [`report()`].
///
/// # Errors
/// If a file cannot be read or written, or the page would be too large for browsers.
pub fn report_single_file(folder: &Path, file: &Path) -> Result<(), RunError> {
    Ok(report::render_single_file(folder, file)?)
}
