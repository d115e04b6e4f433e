//! What the page says of an audit. Its file changes after the run, whenever the run is audited: the manifest does not list it.

use super::data;
use crate::audited::AuditRecord;
use crate::error::ReportError;
use crate::files::write_file;
use crate::layout;
use crate::manifest::Manifest;
use serde_json::{Value, json};
use std::path::Path;

/// The file's text: nothing where nobody audited the run, or what was found, and whether it was of what lies there now.
///
/// # Errors
/// If the record is damaged.
pub(super) fn text(folder: &Path, manifest: &Manifest) -> Result<String, ReportError> {
    let record = AuditRecord::read(folder)?.map(|record| {
        json!({
            "program": record.program, "comparisons": record.comparisons, "beyond": record.beyond, "skipped": record.skipped,
            "laws": record.laws, "broken": record.broken, "digest": record.digest, "of_this": record.is_of(folder, manifest),
        })
    });
    Ok(data::call_with(&["audit"], &record.unwrap_or(Value::Null)))
}

/// Leaves what an audit found in the folder of a run, and on the run's page where there is one.
///
/// # Errors
/// If a file cannot be written.
pub fn leave_audit(record: &AuditRecord, folder: &Path) -> Result<(), ReportError> {
    record.write(folder)?;
    match Manifest::read(folder) {
        Ok(manifest) if folder.join(layout::PAGE).is_dir() => {
            write_file(&folder.join(layout::PAGE_AUDIT), text(folder, &manifest)?.as_bytes())
        }
        _ => Ok(()),
    }
}
