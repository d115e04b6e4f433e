//! The photographs that the page shows.

use super::data::Cells;
use crate::error::ReportError;
use crate::files::read_file;
use crate::layout;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The photographs that channels answer to most or least, and the line of `activations/images.txt` of each that has a
/// thumbnail.
pub(super) fn listed(folder: &Path, extremes: &Cells) -> Result<Value, ReportError> {
    let list = folder.join(layout::IMAGES);
    let text = if list.exists() { String::from_utf8_lossy(&read_file(&list)?).into_owned() } else { String::new() };
    let lines: BTreeMap<&str, usize> = text.lines().enumerate().map(|(line, name)| (name, line)).collect();
    let names = extremes.words("image");
    let thumbnail =
        |name: &&str| lines.get(name).copied().filter(|line| folder.join(layout::photograph(*line)).exists());
    let thumbnails: Vec<Option<usize>> = names.iter().map(thumbnail).collect();
    Ok(json!({ "names": names, "thumbnails": thumbnails }))
}
