//! `index.html` and what it reads: the run as a place to explore, from the file system, without a server.
//!
//! This side writes files and the page reads them. `index.html` is a frame without content; `page/` holds the page's own
//! scripts and style ([`assets`]), the released libraries that they call, and the run's data ([`data`]): every table of the
//! registry, column by column, those with many rows for each channel a block at a time, and what the manifest and the
//! registry say ([`run`]). `thumbnails/` holds small pictures ([`thumbnails`]). So a new table, column or figure of the
//! registry is on the page without a line here.

mod assets;
mod audit;
pub(crate) mod claims;
pub(crate) mod compare;
mod data;
mod photographs;
mod run;
mod shell;
mod single;
mod thumbnails;

pub use audit::{leave_audit, page_says_another_audit};
pub(crate) use single::single_file;
pub use thumbnails::{map_png, photograph_jpeg};

use crate::error::ReportError;
use crate::files::write_file;
use crate::layout;
use crate::manifest::Manifest;
use crate::registry::TABLES;
use data::Cells;
use serde_json::json;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};

/// The files that were written, or were there already with the same bytes.
#[derive(Debug)]
pub(crate) struct Written {
    folder: PathBuf,
    paths: Vec<PathBuf>,
}

impl Written {
    fn in_folder(folder: &Path) -> Written {
        Written { folder: folder.to_owned(), paths: Vec::new() }
    }

    fn put(&mut self, path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
        let path = self.folder.join(path);
        if !fs::read(&path).is_ok_and(|there| there == bytes) {
            write_file(&path, bytes)?;
        }
        self.paths.push(path);
        Ok(())
    }
}

/// What a page is of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of<'a> {
    /// A run whose figures were drawn just now, and are these: others that lie there are none of it.
    Run(&'a [String]),
    /// What lies in a folder, of a run that came to its end or did not.
    Folder {
        /// Whether it did not, which the page says then.
        cut_short: bool,
    },
}

/// Writes the page of a folder from its manifest and from what there is of its tables and pictures, with so many threads; the
/// path of every file, that of `index.html` last.
///
/// # Errors
/// If a table or picture is damaged, or a file cannot be written.
pub(crate) fn write(
    folder: &Path,
    manifest: &Manifest,
    of: Of<'_>,
    threads: NonZero<usize>,
) -> Result<Vec<PathBuf>, ReportError> {
    let (cut_short, drawn) = match of {
        Of::Run(drawn) => (false, Some(drawn)),
        Of::Folder { cut_short } => (cut_short, None),
    };
    let mut written = Written::in_folder(folder);
    let page = Path::new(layout::PAGE);
    written.put(&page.join("style.css"), (assets::VENDOR_STYLE.to_owned() + "\n" + assets::STYLE).as_bytes())?;
    written.put(&page.join("core.js"), assets::CORE.as_bytes())?;
    written.put(&page.join("vendor.js"), assets::vendor().as_bytes())?;
    written.put(&page.join("explorer.js"), assets::scripts().as_bytes())?;
    let (mut first, mut parts) = (Vec::new(), run::Parts::new());
    let mut lacks = lacking(folder, manifest, cut_short);
    for table in TABLES.iter().filter(|table| table.is_of(manifest.has())) {
        let Some(cells) = Cells::read(&folder.join(table.path))? else { continue };
        let name = data::name(table);
        if !data::is_of_blocks(table) {
            let path = page.join("data").join(format!("{name}.js"));
            written.put(&path, data::call(&["table", name], &cells.json(table)).as_bytes())?;
            first.push(path);
            continue;
        }
        if name == data::name(&crate::registry::tables::EXTREMES) {
            let photographs = photographs::listed(folder, &cells)?;
            let path = page.join("data").join("photographs.js");
            written.put(&path, data::call_with(&["photographs"], &photographs).as_bytes())?;
            first.push(path);
        }
        for (block, cells) in cells.of_blocks() {
            if !data::is_file_name(&block) {
                return Err(ReportError::Damaged {
                    path: folder.join(table.path),
                    expected: "names of blocks",
                    found: block,
                });
            }
            let path = page.join("data").join(name).join(format!("{block}.js"));
            written.put(&path, data::call(&["part", name, &block], &cells.json(table)).as_bytes())?;
            parts.entry(name).or_default().push(block);
        }
    }
    pictures(manifest, &mut written)?;
    let thumbnails = thumbnails::write(folder, manifest, threads, &mut written)?;
    let path = page.join("data").join("thumbnails.js");
    written.put(&path, data::call_with(&["thumbnails"], &thumbnails).as_bytes())?;
    first.push(path);
    let path = Path::new(layout::PAGE_AUDIT);
    written.put(path, audit::text(folder, manifest).as_bytes())?;
    first.push(path.to_owned());
    lacks.sort();
    let run = run::described(folder, manifest, &run::Said { lacks: &lacks, parts: &parts, drawn, cut_short });
    let path = page.join("data").join("run.js");
    written.put(&path, data::call_with(&["run"], &run).as_bytes())?;
    first.insert(0, path);
    let first: Vec<String> = first.iter().map(|path| as_listed(path)).collect();
    written.put(Path::new(layout::INDEX), shell::page(run::name(manifest), "", &first).as_bytes())?;
    Ok(written.paths)
}

/// What the manifest says of the pictures of each block.
fn pictures(manifest: &Manifest, written: &mut Written) -> Result<(), ReportError> {
    for block in manifest.blocks.keys() {
        let prefix = format!("features/{block}/");
        let of_block: serde_json::Map<String, serde_json::Value> = manifest
            .pictures
            .iter()
            .filter(|(name, _)| name.starts_with(&prefix))
            .map(|(name, record)| (name.clone(), json!(record)))
            .collect();
        let path = Path::new(layout::PAGE).join("data").join("pictures").join(format!("{block}.js"));
        written.put(&path, data::call_with(&["part", "pictures", block], &json!(of_block)).as_bytes())?;
    }
    Ok(())
}

/// A sentence for each thing that a run has and this folder lacks.
fn lacking(folder: &Path, manifest: &Manifest, cut_short: bool) -> Vec<String> {
    let mut lacks = Vec::new();
    if cut_short {
        lacks.push("The run was cut short; the same command of reproduce finishes it.".to_owned());
    }
    let of_run: Vec<&str> = TABLES.iter().filter(|table| table.is_of(manifest.has())).map(|table| table.path).collect();
    let missing: Vec<&str> = of_run.iter().copied().filter(|path| !folder.join(path).exists()).collect();
    if missing.len() == of_run.len() {
        lacks.push("Nothing is measured yet: there is no table.".to_owned());
    } else {
        lacks.extend(missing.into_iter().map(|path| format!("{path} is not there.")));
    }
    let missing = manifest.pictures.keys().filter(|name| !folder.join(name).exists()).count();
    if missing > 0 {
        lacks.push(format!("{missing} of {} pictures are not there.", manifest.pictures.len()));
    }
    lacks
}

fn as_listed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
