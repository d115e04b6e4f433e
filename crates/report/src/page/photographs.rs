//! The photographs that the page shows.

use super::data::Cells;
use crate::error::ReportError;
use crate::layout;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// The photographs that channels answer to most or least, and the line of `activations/images.txt` of each that has a
/// thumbnail.
pub(super) fn listed(folder: &Path, extremes: &Cells) -> Result<Value, ReportError> {
    let list = folder.join(layout::IMAGES);
    let names = extremes.words("image");
    let mut lines: BTreeMap<&str, Option<usize>> = names.iter().map(|name| (*name, None)).collect();
    if list.exists() {
        let read = |source| ReportError::Read { path: list.clone(), source };
        // There may be a million of them.
        for (line, name) in BufReader::new(File::open(&list).map_err(read)?).split(b'\n').enumerate() {
            let name = name.map_err(read)?;
            if let Some(found) = lines.get_mut(&*String::from_utf8_lossy(&name)) {
                *found = Some(line);
            }
        }
    }
    let thumbnail =
        |name: &&str| lines.get(name).copied().flatten().filter(|line| folder.join(layout::photograph(*line)).exists());
    let thumbnails: Vec<Option<usize>> = names.iter().map(thumbnail).collect();
    Ok(json!({ "names": names, "thumbnails": thumbnails }))
}
