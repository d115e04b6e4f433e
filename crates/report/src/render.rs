//! Drawing everything that an output folder's tables, manifest and pictures show.

use crate::dictionary::dictionary;
use crate::error::ReportError;
use crate::figures;
use crate::files::write_file;
use crate::layout;
use crate::page;
use crate::results::Results;
use std::path::{Path, PathBuf};

/// Draws the figures and `index.html` of an output folder from its tables, manifest and pictures; the page's path.
///
/// # Errors
/// If a table or picture is missing or damaged, or a file cannot be written.
pub fn render(folder: &Path) -> Result<PathBuf, ReportError> {
    let mut paths = render_all(folder, &|| {})?;
    Ok(paths.pop().unwrap_or_default())
}

/// As [`render`]; the path of every file that was written, the page's last. `drawn` is told of each figure of the registry
/// as it is done.
///
/// # Errors
/// As [`render`].
pub fn render_all(folder: &Path, drawn: &dyn Fn()) -> Result<Vec<PathBuf>, ReportError> {
    let results = Results::read(folder)?;
    let figures = figures::draw(&results, drawn)?;
    let documents = [
        (layout::CLAIMS_MARKDOWN, page::claims::markdown(&results.claims)),
        (layout::DICTIONARY, dictionary(results.manifest.has())),
        (layout::INDEX, page::page(&results, &figures)),
    ];
    let both = |path: &str| ["svg", "png"].map(|kind| folder.join(format!("{path}.{kind}")));
    let mut written: Vec<PathBuf> = figures.iter().flat_map(|figure| both(&figure.path)).collect();
    for (name, text) in documents {
        let path = folder.join(name);
        write_file(&path, text.as_bytes())?;
        written.push(path);
    }
    Ok(written)
}
