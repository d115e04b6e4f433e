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
        Check { compared, differences, not_checked: None }
    }

    fn not_done(what: &str, why: impl fmt::Display) -> Check {
        Check { compared: what.to_owned(), differences: Vec::new(), not_checked: Some(why.to_string()) }
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
    let what = format!("{}: it is no manifest of Streamscope: {found}", layout::MANIFEST);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{load as loaded, manifest};

    #[test]
    fn a_check_passes_where_it_was_done_and_nothing_differs() {
        let done = |differences: &[&str]| {
            let differences = differences.iter().map(|&d| d.to_owned()).collect();
            Check::done("a".to_owned(), differences)
        };
        let verified = |checks: &[Check]| {
            let checks = checks.to_vec();
            Verified { checks }.passed()
        };
        let not_done = Check::not_done("b", "why");
        assert_eq!(not_done.not_checked.as_deref(), Some("why"));
        assert_eq!((&*not_done.compared, not_done.differences.len()), ("b", 0));
        assert!(verified(&[]) && verified(&[done(&[]), done(&[])]));
        assert!(!verified(&[done(&[]), done(&["c"])]));
        assert!(!verified(&[not_done, done(&[])]));
    }

    #[test]
    fn a_recipe_is_followed_only_if_every_constant_is_this_programs() {
        let manifest = manifest();
        assert_eq!(recipe(&manifest), Some(Recipe::new(64, 3)));
        let fields = manifest.recipe.as_object().unwrap().clone();
        assert_eq!(fields.len(), 8);
        for (name, value) in &fields {
            let mut other = manifest.clone();
            let with = |value: serde_json::Value| {
                let mut fields = fields.clone();
                fields.insert(name.clone(), value);
                serde_json::Value::Object(fields)
            };
            other.recipe = with(serde_json::Value::Null);
            assert_eq!(recipe(&other), None, "{name}");
            let Some(number) = value.as_f64() else {
                continue;
            };
            other.recipe = with(serde_json::json!(number + 0.5));
            assert_eq!(recipe(&other), None, "{name}");
        }
        let mut of_other_size = manifest.clone();
        of_other_size.network.input_size = 32;
        assert_eq!(recipe(&of_other_size), None);
    }

    #[test]
    fn a_manifest_that_cannot_be_read_is_one_difference_and_nothing_else_is_checked() {
        let verified = unreadable("why");
        let [first, rest @ ..] = &verified.checks[..] else { panic!("four checks") };
        assert_eq!(first.differences, ["manifest.json: it is no manifest of Streamscope: why"]);
        let reasons: Vec<_> = rest.iter().map(|c| c.not_checked.as_deref()).collect();
        assert_eq!(reasons, [Some("manifest.json cannot be read"); 3]);
    }

    #[test]
    fn weights_are_those_of_the_manifest_or_it_is_said_which_they_should_be() {
        let (here, mut manifest) = (loaded(64), manifest());
        let options = |weights: Option<&str>| Verify {
            folder: PathBuf::from("none"),
            depth: Depth::All,
            weights: weights.map(PathBuf::from),
            images: None,
            threads: NonZero::<usize>::MIN,
            isa: Isa::best(),
        };
        let path = here.source.path.display().to_string();
        manifest.network.weights_digest = here.digest.clone();
        manifest.network.weights = path.clone();
        manifest.network.input_size = 64;
        let found = load(&options(None), &manifest).unwrap().unwrap();
        assert_eq!(found.source, here.source);
        let why = |options: &Verify, manifest: &Manifest| load(options, manifest).unwrap().err().unwrap();
        let mut other = manifest.clone();
        other.network.weights_digest = "d".to_owned();
        let said = why(&options(None), &other);
        assert!(said.contains("expected weights of digest d"), "{said}");
        other = manifest.clone();
        other.numerics_version += 1;
        let said = why(&options(Some(&path)), &other);
        assert_eq!(said, "this program has numerics version 2, the folder was written by 3");
        other = manifest.clone();
        other.network.weights = "nowhere.npz".to_owned();
        let said = why(&options(None), &other);
        assert!(said.contains("nowhere.npz") && said.ends_with("; --weights says where they are"), "{said}");
        // Where they are given, that they cannot be read is an error.
        assert!(load(&options(Some("nowhere.npz")), &manifest).is_err());
        assert!(load(&options(Some(&path)), &other).unwrap().is_ok());
    }
}
