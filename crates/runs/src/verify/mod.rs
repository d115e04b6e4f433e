//! Whether an output folder is what its manifest says, and what its pictures, weights and images give.
//!
//! Four questions, each of which leans on the one before:
//!
//! 1. is every file the one that was written ([`files`])?
//! 2. does the store hold every picture, whole and the same as people see it ([`pictures`])?
//! 3. do the stored pictures give the same tables and figures once more ([`derive`])?
//! 4. are the pictures what the weights give ([`remake`])?

mod derive;
mod files;
mod photographs;
mod pictures;
mod remake;
mod unknown;

use crate::error::RunError;
use crate::progress::{Event, Observer};
use crate::source::{Loaded, Source};
use crate::tables::SOURCE_DIGEST;
use crate::unit::NUMERICS_VERSION;
use featviz::Recipe;
use report::{Manifest, ReportError, layout};
use resnet::Isa;
use std::fmt;
use std::num::NonZero;
use std::path::PathBuf;

/// What to check.
#[derive(Clone, Debug)]
pub struct Verify {
    /// The output folder.
    pub folder: PathBuf,
    /// How much.
    pub depth: Depth,
    /// The weights, if they are not where the manifest says.
    pub weights: Option<PathBuf>,
    /// The folder of images, if it is not where the manifest says.
    pub images: Option<PathBuf>,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// The instruction set to use.
    pub isa: Isa,
}

/// How much is computed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Nothing: files and stored pictures are held against the manifest.
    Digests,
    /// Tables and figures from what is stored, and this many pictures from the weights.
    Sample(usize),
    /// Everything: every picture from the weights, and every image is read again.
    All,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was compared, and how much of it.
    pub compared: String,
    /// What differs, a sentence each, naming it first.
    pub differences: Vec<String>,
    /// Why it could not be done, where it could not.
    pub not_checked: Option<String>,
}

/// What verification found, a check after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The checks, in order.
    pub checks: Vec<Check>,
}

impl Verified {
    /// Whether everything could be checked and nothing differs.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(Check::passed)
    }
}

impl Check {
    fn passed(&self) -> bool {
        self.differences.is_empty() && self.not_checked.is_none()
    }

    fn done(compared: String, differences: Vec<String>) -> Check {
        Check {
            compared,
            differences,
            not_checked: None,
        }
    }

    fn not_done(what: &str, why: impl fmt::Display) -> Check {
        Check {
            compared: what.to_owned(),
            differences: Vec::new(),
            not_checked: Some(why.to_string()),
        }
    }
}

const STORED: &str = "the store";
const TABLES: &str = "tables and figures, derived again from the stored pictures";
const PICTURES: &str = "pictures, made again from the weights";

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

/// What there is to say of a folder whose manifest cannot be understood.
fn unreadable(found: &str) -> Verified {
    let what = format!(
        "{}: it is no manifest of Streamscope: {found}",
        layout::MANIFEST
    );
    let why = format!("{} cannot be read", layout::MANIFEST);
    let first = Check::done(format!("digests: {}", layout::MANIFEST), vec![what]);
    let rest = [STORED, TABLES, PICTURES].map(|check| Check::not_done(check, &why));
    let mut checks = vec![first];
    checks.extend(rest);
    Verified { checks }
}

/// The network of a manifest, or why it is not at hand.
fn load(options: &Verify, manifest: &Manifest) -> Result<Result<Loaded, String>, RunError> {
    if manifest.numerics_version != NUMERICS_VERSION {
        return Ok(Err(format!(
            "this program has numerics version {NUMERICS_VERSION}, the folder was written by {}",
            manifest.numerics_version
        )));
    }
    let given = options.weights.is_some();
    let path = options.weights.clone();
    let source = Source {
        path: path.unwrap_or_else(|| PathBuf::from(&manifest.network.weights)),
        input_size: manifest.network.input_size,
    };
    let loaded = match source.load() {
        Ok(loaded) => loaded,
        Err(error) if given => return Err(error),
        Err(error) => return Ok(Err(format!("{error}; --weights says where they are"))),
    };
    if loaded.digest != manifest.network.weights_digest {
        return Ok(Err(format!(
            "{}: expected weights of digest {}, found {}",
            loaded.source.path.display(),
            manifest.network.weights_digest,
            loaded.digest
        )));
    }
    Ok(Ok(loaded))
}

/// The recipe of a manifest; `None` if it is none of this program.
pub fn recipe(manifest: &Manifest) -> Option<Recipe> {
    let steps = usize::try_from(manifest.recipe.get("steps")?.as_u64()?).ok()?;
    let recipe = Recipe::new(manifest.network.input_size, steps);
    // Another recipe than ours cannot be followed.
    (serde_json::to_value(&recipe).ok()? == manifest.recipe).then_some(recipe)
}

/// An entry of the manifest that means nothing.
fn meaningless(options: &Verify, expected: &'static str, found: impl fmt::Display) -> RunError {
    RunError::Report(ReportError::Damaged {
        path: options.folder.join(layout::MANIFEST),
        expected,
        found: found.to_string(),
    })
}
