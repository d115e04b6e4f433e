//! Where reference values are.

use std::path::{Path, PathBuf};

/// The environment variable that names the folder of weights, photographs and reference values from outside.
pub const DATA_VARIABLE: &str = "STREAMSCOPE_DATA";

fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_owned()
}

/// The embedded network, its images and its reference values.
pub fn fixtures_dir() -> PathBuf {
    root().join("fixtures")
}

/// The data from outside: what `STREAMSCOPE_DATA` names, or `../shared` beside the project. `None` where there is none,
/// after a line on stderr that says so.
pub fn data_dir() -> Option<PathBuf> {
    let named = std::env::var_os(DATA_VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from);
    let folder = named.unwrap_or_else(|| root().join("../shared"));
    if folder.join("golden").is_dir() {
        return Some(folder);
    }
    #[expect(clippy::print_stderr, reason = "whoever runs the tests should know what was not tested")]
    {
        eprintln!("skipped: no reference data in {} ({DATA_VARIABLE} names another folder)", folder.display());
    }
    None
}
