//! Reading and writing whole files and tables.

use crate::atomic::write_atomically;
use crate::error::ReportError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::path::Path;

/// Writes rows as CSV; numbers are written so that reading them gives the same bits.
///
/// # Errors
/// If the file cannot be written.
pub fn write_table<T: Serialize>(path: &Path, rows: &[T]) -> Result<(), ReportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let draw = |reason: String| ReportError::Draw { path: path.to_owned(), reason };
    for row in rows {
        writer.serialize(row).map_err(|e| draw(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|e| draw(e.to_string()))?;
    write_file(path, &bytes)
}

/// Reads rows from CSV.
///
/// # Errors
/// If the file cannot be read or is no such table.
pub fn read_table<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, ReportError> {
    let bytes = read_file(path)?;
    let rows: Result<Vec<T>, csv::Error> = csv::Reader::from_reader(bytes.as_slice()).deserialize().collect();
    rows.map_err(|e| ReportError::Damaged {
        path: path.to_owned(),
        expected: "a table of Streamscope",
        found: e.to_string(),
    })
}

pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    write_atomically(path, bytes).map_err(|source| ReportError::Write { path: path.to_owned(), source })
}

pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, ReportError> {
    fs::read(path).map_err(|source| ReportError::Read { path: path.to_owned(), source })
}
