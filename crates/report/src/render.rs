//! Drawing everything that an output folder's tables, manifest and pictures show.

use crate::dictionary::dictionary;
use crate::error::ReportError;
use crate::figures;
use crate::files::write_file;
use crate::layout;
use crate::manifest::Manifest;
use crate::page::{self, Of};
use crate::results::Results;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

/// Draws the figures and `index.html` of an output folder from its tables, manifest and pictures; the page's path.
///
/// # Errors
/// If a table or picture is missing or damaged, or a file cannot be written.
pub fn render(folder: &Path) -> Result<PathBuf, ReportError> {
    let mut paths = render_all(folder, one_for_each_core(), &|| {})?;
    Ok(paths.pop().unwrap_or_default())
}

fn one_for_each_core() -> NonZero<usize> {
    thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// As [`render`], with so many threads; the path of every file that was written, the page's last. `drawn` is told of each
/// figure of the registry as it is done.
///
/// # Errors
/// As [`render`].
pub fn render_all(folder: &Path, threads: NonZero<usize>, drawn: &dyn Fn()) -> Result<Vec<PathBuf>, ReportError> {
    let results = Results::read(folder)?;
    let figures = figures::draw(&results, drawn)?;
    let documents = [
        (layout::CLAIMS_MARKDOWN, page::claims::markdown(&results.claims)),
        (layout::DICTIONARY, dictionary(results.manifest.has())),
    ];
    let file = |figure: &figures::Shown| folder.join(format!("{}.svg", figure.path));
    let mut written: Vec<PathBuf> = figures.iter().map(file).collect();
    for (name, text) in documents {
        let path = folder.join(name);
        write_file(&path, text.as_bytes())?;
        written.push(path);
    }
    let drawn: Vec<String> = figures.into_iter().map(|figure| figure.path).collect();
    written.extend(page::write(folder, &results.manifest, Of::Run(&drawn), threads)?);
    Ok(written)
}

/// Writes `index.html` and what it reads of a run, finished or not, from what there is; the path of every file, that of
/// `index.html` last. Figures and tables stay as they are.
///
/// # Errors
/// If there is no manifest, a table or picture is damaged, or a file cannot be written.
pub fn render_page(folder: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let manifest = Manifest::read_to_draw(folder)?;
    let cut_short = !manifest.is_finished();
    page::write(folder, &manifest, Of::Folder { cut_short }, one_for_each_core())
}

/// Writes the page of a run that was stopped before its folder had a manifest, from what it said of itself when it began; the
/// path of every file, that of `index.html` last.
///
/// # Errors
/// If a picture is damaged, or a file cannot be written.
pub fn render_unfinished(folder: &Path, begun: &Manifest) -> Result<Vec<PathBuf>, ReportError> {
    page::write(folder, begun, Of::Folder { cut_short: true }, one_for_each_core())
}

/// Writes the page of a run beside other runs, in a folder of its own below it; the path of that page. [`render_page`] has to
/// have been there.
///
/// # Errors
/// If one of the folders holds no run, a table or picture is damaged, or a file cannot be written.
pub fn render_comparison(folder: &Path, others: &[PathBuf]) -> Result<PathBuf, ReportError> {
    page::compare::write(folder, &Manifest::read_to_draw(folder)?, others)
}

/// Writes the page of a run as one file, with all that it reads inside. [`render_page`] has to have been there.
///
/// # Errors
/// If a file cannot be read or written, or it would be too large for browsers.
pub fn render_single_file(folder: &Path, file: &Path) -> Result<(), ReportError> {
    let manifest = Manifest::read_to_draw(folder)?;
    write_file(file, page::single_file(folder, &manifest)?.as_bytes())
}
