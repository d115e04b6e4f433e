//! What a manifest says that a run was made of: its network and its recipe.

use super::request::Verify;
use crate::error::RunError;
use crate::folder::named::{asked, found, other_weights};
use crate::source::{Loaded, Source};
use crate::store::NUMERICS_VERSION;
use featviz::Recipe;
use report::{Manifest, ReportError, layout};
use std::fmt;

/// The network of a manifest, or why there is none.
pub(super) fn load(options: &Verify, manifest: &Manifest) -> Result<Result<Loaded, String>, RunError> {
    if manifest.numerics_version != NUMERICS_VERSION {
        return Ok(Err(format!(
            "this program has numerics version {NUMERICS_VERSION}, the folder was written by {}",
            manifest.numerics_version
        )));
    }
    let given = options.weights.is_some();
    let path = options.weights.clone();
    let source = Source {
        path: path.unwrap_or_else(|| found(&manifest.network.weights, &options.folder)),
        asked: asked(&manifest.network),
        shuffled: manifest.network.shuffled,
    };
    let loaded = match source.load() {
        Ok(loaded) => loaded,
        Err(error) if given => return Err(error),
        Err(error) => return Ok(Err(format!("{error}; --weights says where they are"))),
    };
    if loaded.digest != manifest.network.weights_digest {
        return Ok(Err(other_weights(manifest, &options.folder, &loaded.source.path)));
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
pub(super) fn meaningless(options: &Verify, expected: &'static str, found: impl fmt::Display) -> RunError {
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
    use crate::verify::Depth;
    use resnet::Isa;
    use std::num::NonZero;
    use std::path::PathBuf;

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
        assert_eq!(said, format!("none: expected the weights of the run, {path} as it was, found {path} as it is now"));
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
