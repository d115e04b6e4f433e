//! The page with everything that it reads inside, for small runs: one file to send.

use super::{assets, run, shell};
use crate::error::ReportError;
use crate::files::read_file;
use crate::layout;
use crate::manifest::Manifest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};

/// The most bytes of a page in a single file: browsers fail on larger ones.
const LARGEST: usize = 64 << 20;

/// The page of a folder that [`super::write`] has been in, as one text.
///
/// # Errors
/// If a file cannot be read, or the page would have more than [`LARGEST`] bytes.
pub(crate) fn single_file(folder: &Path, manifest: &Manifest) -> Result<String, ReportError> {
    let mut scripts = format!("<script>{}</script>\n<script>{}</script>\n", assets::CORE, safe(&assets::vendor()));
    for path in files(&folder.join(layout::PAGE).join("data")) {
        let text = String::from_utf8_lossy(&read_file(&path)?).into_owned();
        scripts.push_str(&format!("<script>{text}</script>\n"));
    }
    let mut inside = Map::new();
    let mut bytes = scripts.len();
    for path in files(&folder.join(layout::THUMBNAILS)) {
        let kind = if path.extension().is_some_and(|kind| kind == "png") { "png" } else { "jpeg" };
        let encoded = STANDARD.encode(read_file(&path)?);
        bytes += encoded.len();
        let below = path.strip_prefix(folder).unwrap_or(&path);
        inside.insert(super::as_listed(below), Value::String(format!("data:image/{kind};base64,{encoded}")));
    }
    if bytes > LARGEST {
        return Err(ReportError::Damaged {
            path: folder.to_owned(),
            expected: "a run whose page fits into a single file of 64 MB (without --single-file there is no limit)",
            found: format!("{} MB", bytes >> 20),
        });
    }
    scripts.push_str(&format!("<script>streamscope.inside = {};</script>\n", Value::Object(inside)));
    scripts.push_str(&format!("<script>{}</script>\n", safe(&assets::scripts())));
    let style = format!("<style>{}\n{}</style>", assets::VENDOR_STYLE, assets::STYLE);
    Ok(shell::framed(run::name(manifest), &style, &scripts))
}

/// A script that no reader of HTML takes to be at its end.
fn safe(script: &str) -> String {
    script.replace("</script", "<\\/script")
}

/// Every file below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(&below).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => folders.push(path),
                false if entry.file_name().to_string_lossy().starts_with('.') => {}
                false => found.push(path),
            }
        }
    }
    found.sort();
    found
}
