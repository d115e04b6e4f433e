//! The weights and images that a run's manifest names, found again.

use super::before::names;
use crate::error::RunError;
use crate::preprocessing::Asked;
use crate::source::Source;
use report::{Manifest, NetworkRecord};
use std::path::{Path, PathBuf};

/// The network of a run: what is said of it, or else what its manifest names.
///
/// # Errors
/// If there is no manifest.
pub fn source_of(folder: &Path, weights: Option<PathBuf>, input_size: Option<usize>) -> Result<Source, RunError> {
    let network = Manifest::read(folder)?.network;
    let mut asked = asked(&network);
    if let Some(size) = input_size.filter(|&size| size != network.input_size) {
        // What photographs were resized to belongs to the size.
        (asked.input_size, asked.resize) = (Some(size), None);
    }
    Ok(Source { path: weights.unwrap_or_else(|| found(&network.weights, folder)), asked, shuffled: network.shuffled })
}

/// How a manifest says that images were read.
pub(crate) fn asked(network: &NetworkRecord) -> Asked {
    let of = network.preprocessing.as_ref();
    Asked {
        input_size: Some(network.input_size),
        resize: of.map(|of| of.resize),
        mean: of.map(|of| of.mean),
        std: of.map(|of| of.std),
    }
}

/// Where a path of a manifest leads: paths are recorded as they were given. Where one is not found from here, it is looked
/// for from each folder above the run's, of which one is often where the run was started.
pub(crate) fn found(path: &str, folder: &Path) -> PathBuf {
    let path = PathBuf::from(path);
    if path.is_absolute() || path.exists() {
        return path;
    }
    let folder = folder.canonicalize().unwrap_or_default();
    let from = |above: &Path| Some(above.join(&path)).filter(|path| path.exists());
    folder.ancestors().find_map(from).unwrap_or(path)
}

/// That a run is of other weights than those at hand, as one sentence.
pub fn other_weights(manifest: &Manifest, folder: &Path, here: &Path) -> String {
    let (there, here) = names(&manifest.network.weights, &here.display().to_string());
    format!("{}: expected the weights of the run, {there}, found {here}", folder.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_manifest_names_is_found_from_where_the_run_was_started() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("out/deep/run");
        std::fs::create_dir_all(&run).unwrap();
        let weights = folder.path().join("its-weights.npz");
        std::fs::write(&weights, "").unwrap();
        assert_eq!(found("its-weights.npz", &run), weights.canonicalize().unwrap());
        assert_eq!(found("nowhere.npz", &run), Path::new("nowhere.npz"));
        let absolute = weights.display().to_string();
        assert_eq!(found(&absolute, Path::new("nowhere")), weights);
        let mut manifest = crate::testing::manifest();
        manifest.network.weights = absolute;
        manifest.network.input_size = 36;
        std::fs::write(run.join("manifest.json"), manifest.text()).unwrap();
        let of = |path: Option<&str>, size| source_of(&run, path.map(PathBuf::from), size).unwrap();
        assert_eq!(of(None, None), Source { path: weights, asked: Some(36).into(), shuffled: false });
        assert_eq!(of(Some("a"), Some(64)), Source { path: "a".into(), asked: Some(64).into(), shuffled: false });
        assert!(source_of(folder.path(), None, None).is_err());
    }

    #[test]
    fn other_weights_are_told_by_name_and_by_path_where_the_names_are_the_same() {
        let mut manifest = crate::testing::manifest();
        manifest.network.weights = "a/one.npz".to_owned();
        let said = |here: &str| other_weights(&manifest, Path::new("run"), Path::new(here));
        assert_eq!(said("b/two.npz"), "run: expected the weights of the run, one.npz, found two.npz");
        assert_eq!(said("b/one.npz"), "run: expected the weights of the run, a/one.npz, found b/one.npz");
        assert_eq!(
            said("a/one.npz"),
            "run: expected the weights of the run, a/one.npz as it was, found a/one.npz as it is now"
        );
    }
}
