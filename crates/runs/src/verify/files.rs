//! Whether every file is the one that was written.

use super::check::Check;
use crate::error::RunError;
use crate::names::is_of_a_run;
use report::{Manifest, counted, digests, layout};
use std::path::Path;

/// Compares the digest of every file with the manifest's.
pub(super) fn check(folder: &Path, manifest: &Manifest) -> Result<Check, RunError> {
    let mut differences = Vec::new();
    if !manifest.is_sealed(folder)? {
        differences
            .push(format!("{}: it does not have its own digest, so it is not as it was written", layout::MANIFEST));
    }
    if !manifest.is_finished() {
        let cut = "the run was cut short while it wrote its files, and the same command of reproduce finishes it";
        differences.push(format!("{}: {cut}", layout::MANIFEST));
    }
    let found = digests(folder, is_of_a_run)?;
    for (name, digest) in &manifest.files {
        match found.get(name) {
            None => differences.push(format!("{name}: the manifest lists it, and it is missing")),
            Some(now) if now != digest => {
                differences.push(format!("{name}: its digest is {now}, the manifest's is {digest}"))
            }
            Some(_) => {}
        }
    }
    let extra = found.keys().filter(|name| !manifest.files.contains_key(*name));
    differences.extend(extra.map(|name| format!("{name}: the manifest does not list it")));
    if report::page_says_another_audit(folder, manifest) {
        differences.push(format!("{}: it is not what {} gives", layout::PAGE_AUDIT, layout::AUDIT));
    }
    let compared = format!("digests: {}", counted(manifest.files.len() + 1, "file"));
    Ok(Check::done(compared, differences))
}
