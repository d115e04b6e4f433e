//! Whether an output folder is what its manifest says, and what its pictures, weights and images give.
//!
//! Four questions, each of which leans on the one before:
//!
//! 1. is every file the one that was written ([`files`])?
//! 2. does the store hold every picture, whole and the same as people see it ([`pictures`])?
//! 3. do the stored pictures give the same tables and figures once more ([`derive`])?
//! 4. are the pictures what the weights give ([`remake`])?

mod check;
mod derive;
mod files;
mod photographs;
mod pictures;
mod recorded;
mod remake;
mod request;
mod unknown;

pub use check::{Check, Verified};
pub use recorded::recipe;
pub use request::{Depth, Verify};

use crate::error::RunError;
use crate::program::SOURCE_DIGEST;
use crate::progress::{Event, Observer};
use check::{PICTURES, STORED, TABLES};
use recorded::load;
use report::{Manifest, ReportError, layout};
use std::path::Path;

/// Checks a finished output folder. Nothing in it is changed.
///
/// # Errors
/// If it holds no manifest, a file of it cannot be read, or weights or images that were given cannot be.
pub fn verify(options: &Verify, observer: &dyn Observer) -> Result<Verified, RunError> {
    let manifest = match Manifest::read(&options.folder) {
        Ok(manifest) => manifest,
        // Without it there is no finished run; with a broken one there is, and it is not as it was written.
        Err(ReportError::Damaged { found, .. }) => return Ok(unreadable(&found)),
        Err(error) => return Err(error.into()),
    };
    if manifest.build.source_digest != SOURCE_DIGEST {
        // Its results may rightly differ.
        observer.event(Event::Notice(format!(
            "{}: written by a program of other source, {}",
            options.folder.join(layout::MANIFEST).display(),
            manifest.build.source_digest
        )));
    }
    for notice in unknown::notices(&options.folder, &manifest) {
        observer.event(Event::Notice(notice));
    }
    let mut checks = vec![files::check(&options.folder, &manifest)?];
    let sealed = manifest.is_sealed(&options.folder)?;
    let found = pictures::check(&options.folder, &manifest);
    let whole = found.passed();
    checks.push(found);
    if options.depth == Depth::Digests {
        return Ok(Verified { checks });
    }
    // Whatever follows is told by the manifest what to do, which may take days if that is not what was written.
    let ready = match (sealed, whole) {
        (false, _) => Err("manifest.json is not as it was written".to_owned()),
        (true, false) => Err("the store does not hold every picture whole".to_owned()),
        (true, true) => load(options, &manifest)?,
    };
    let loaded = match ready {
        Ok(loaded) => loaded,
        Err(why) => {
            checks.push(Check::not_done(TABLES, &why));
            checks.push(Check::not_done(PICTURES, why));
            return Ok(Verified { checks });
        }
    };
    checks.push(derive::check(options, &manifest, &loaded, observer)?);
    checks.push(remake::check(options, &manifest, &loaded, observer)?);
    Ok(Verified { checks })
}

/// Whether every file of a run is the one that was written, and the store holds every picture whole and what was read of
/// images.
///
/// # Errors
/// If a file cannot be read.
pub(crate) fn is_untouched(folder: &Path, manifest: &Manifest) -> Result<bool, RunError> {
    Ok(files::check(folder, manifest)?.passed() && pictures::check(folder, manifest).passed())
}

/// What there is to say of a folder whose manifest cannot be understood.
fn unreadable(found: &str) -> Verified {
    let what = format!("{}: it is no manifest of Streamscope: {found}", layout::MANIFEST);
    let why = format!("{} cannot be read", layout::MANIFEST);
    let first = Check::done(format!("digests: {}", layout::MANIFEST), vec![what]);
    let rest = [STORED, TABLES, PICTURES].map(|check| Check::not_done(check, &why));
    let mut checks = vec![first];
    checks.extend(rest);
    Verified { checks }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_that_cannot_be_read_is_one_difference_and_nothing_else_is_checked() {
        let verified = unreadable("why");
        let [first, rest @ ..] = &verified.checks[..] else { panic!("four checks") };
        assert_eq!(first.differences, ["manifest.json: it is no manifest of Streamscope: why"]);
        let reasons: Vec<_> = rest.iter().map(|c| c.not_checked.as_deref()).collect();
        assert_eq!(reasons, [Some("manifest.json cannot be read"); 3]);
    }
}
