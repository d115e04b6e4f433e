//! What the page says of an audit. Its file changes after the run, whenever the run is audited: the manifest does not list it.

use super::data;
use crate::audited::AuditRecord;
use crate::error::ReportError;
use crate::files::write_file;
use crate::layout;
use crate::manifest::Manifest;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// The file's text: nothing where nobody audited the run, or what was found, and whether it was of what lies there now.
pub(super) fn text(folder: &Path, manifest: &Manifest) -> String {
    let record = AuditRecord::read(folder).map(|record| {
        json!({
            "program": record.program, "comparisons": record.comparisons, "beyond": record.beyond, "skipped": record.skipped,
            "laws": record.laws, "broken": record.broken, "digest": record.digest, "of_this": record.is_of(folder, manifest),
        })
    });
    data::call_with(&["audit"], &record.unwrap_or(Value::Null))
}

/// Whether a page has something else in the place of what was found, or nothing. Pages of earlier versions have no place for it.
pub fn page_says_another_audit(folder: &Path, manifest: &Manifest) -> bool {
    let asks = fs::read_to_string(folder.join(layout::INDEX)).is_ok_and(|page| page.contains(layout::PAGE_AUDIT));
    let there = fs::read(folder.join(layout::PAGE_AUDIT));
    asks && there.ok() != Some(text(folder, manifest).into_bytes())
}

/// Leaves what an audit found in the folder of a run, and on the run's page where there is one.
///
/// # Errors
/// If a file cannot be written.
pub fn leave_audit(record: &AuditRecord, folder: &Path) -> Result<(), ReportError> {
    record.write(folder)?;
    match Manifest::read(folder) {
        Ok(manifest) if folder.join(layout::PAGE).is_dir() => {
            write_file(&folder.join(layout::PAGE_AUDIT), text(folder, &manifest).as_bytes())
        }
        _ => Ok(()),
    }
}
