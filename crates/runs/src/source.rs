//! Where a network comes from: a path, and the size of the images it reads.

use crate::error::RunError;
use crate::progress::{Event, Observer};
use crate::shuffled::shuffled;
use featviz::FeatvizError;
use resnet::{Algorithm, Naming, Network, NetworkError};
use std::path::{Path, PathBuf};
use weights::{Checkpoint, TensorSet};

/// The size of the images that a network reads where nothing else is said: ImageNet's.
const IMAGENET_SIZE: usize = 224;
/// The size of the images that the embedded network reads.
const EMBEDDED_SIZE: usize = 128;

/// Where a network comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its weights.
    pub path: PathBuf,
    /// Rows and columns of the images it reads.
    pub input_size: usize,
    /// Whether the elements of every tensor are permuted: the null of training.
    pub shuffled: bool,
}

/// A loaded network.
#[derive(Debug)]
pub struct Loaded {
    /// Where it came from.
    pub source: Source,
    /// Its tensors.
    pub tensors: TensorSet,
    /// The network they make.
    pub network: Network,
    /// The digest of the tensors.
    pub digest: String,
    /// How its convolutions are computed where no gradients are.
    pub algorithm: Algorithm,
    /// What should be said of how its tensors were found: each a sentence.
    pub notes: Vec<String>,
}

impl Source {
    /// The weights at `path`, or else the embedded network below the project's `root`.
    pub fn new(root: &Path, path: Option<PathBuf>, input_size: Option<usize>) -> Source {
        match path {
            Some(path) => Source { path, input_size: input_size.unwrap_or(IMAGENET_SIZE), shuffled: false },
            None => Source {
                path: root.join("fixtures").join("resnet18-16.npz"),
                input_size: input_size.unwrap_or(EMBEDDED_SIZE),
                shuffled: false,
            },
        }
    }

    /// The same with the elements of every tensor permuted, or not.
    #[must_use]
    pub fn shuffled(self, shuffled: bool) -> Source {
        Source { shuffled, ..self }
    }

    /// Reads the weights and builds the network.
    ///
    /// # Errors
    /// If they cannot be read, are not those of a ResNet18, or images of this size cannot be read by it.
    pub fn load(self) -> Result<Loaded, RunError> {
        Network::require_input_size(self.input_size).map_err(|_| RunError::InputSize { found: self.input_size })?;
        let checkpoint = Checkpoint::open(&self.path)?;
        let naming = Naming::of(checkpoint.names());
        let notes = notes(&checkpoint, &naming);
        let mut tensors = checkpoint.read(|name| naming.rename(name))?;
        if self.shuffled {
            tensors = shuffled(&tensors)?;
        }
        let network = Network::new(&tensors).map_err(|e| because(&self.path, e))?;
        let digest = tensors.digest().to_string();
        Ok(Loaded { source: self, tensors, network, digest, algorithm: Algorithm::Direct, notes })
    }
}

impl Loaded {
    /// Tells an observer how the tensors were found, where that is not plain.
    pub fn tell(&self, observer: &dyn Observer) {
        self.notes.iter().for_each(|note| observer.event(Event::Notice(note.clone())));
    }

    /// The same, with convolutions computed in some way.
    ///
    /// # Errors
    /// As [`Source::load`].
    pub fn computed(self, algorithm: Algorithm) -> Result<Loaded, RunError> {
        let network = Network::computed(&self.tensors, algorithm).map_err(|e| self.because(e))?;
        Ok(Loaded { network, algorithm, ..self })
    }

    /// An error of the network, as one about its weights.
    pub(crate) fn because(&self, source: NetworkError) -> RunError {
        because(&self.source.path, source)
    }

    /// An error of a visualization: about the weights, if the network is the reason.
    pub(crate) fn because_of_featviz(&self, error: FeatvizError) -> RunError {
        match error {
            FeatvizError::Network(source) => self.because(source),
            other => RunError::Featviz(other),
        }
    }
}

/// How tensors were found, as sentences that name the file.
fn notes(checkpoint: &Checkpoint, naming: &Naming) -> Vec<String> {
    let mut notes = [checkpoint.notes(), &naming.notes()].concat();
    if !checkpoint.beside().is_empty() {
        notes.push(format!("also in the file, and left: {}", checkpoint.beside().join(", ")));
    }
    notes.iter().map(|note| format!("{}: {note}", checkpoint.source().display())).collect()
}

/// An error of the network at a path; one about a tensor names its file already.
fn because(path: &Path, source: NetworkError) -> RunError {
    match source {
        NetworkError::Weights(error) => RunError::Weights(error),
        source => RunError::Network { path: path.to_owned(), source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_reads_imagenets_size_the_embedded_one_its_own_and_any_the_one_it_is_given() {
        let root = Path::new("root");
        let of = |path: Option<&str>, size| Source::new(root, path.map(PathBuf::from), size);
        let at = |path: &str, input_size| Source { path: path.into(), input_size, shuffled: false };
        let embedded = "root/fixtures/resnet18-16.npz";
        assert_eq!(of(None, None), at(embedded, 128));
        assert_eq!(of(None, Some(64)), at(embedded, 64));
        assert_eq!(of(Some("w.npz"), None), at("w.npz", 224));
        assert_eq!(of(Some("w.npz"), Some(64)), at("w.npz", 64));
    }

    #[test]
    fn sizes_are_refused_before_anything_is_read() {
        for size in [0, 4, 7, 9, 130, 4100] {
            let error = Source::new(Path::new("nowhere"), None, Some(size)).load();
            let said = error.unwrap_err().to_string();
            assert!(said.starts_with(&format!("--input-size {size}: expected")), "{said}");
        }
    }

    #[test]
    fn what_batch_norm_counted_is_no_weight() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let loaded = Source::new(&root, None, None).load().unwrap();
        let counted = |name: &str| name.ends_with("num_batches_tracked");
        assert!(!loaded.tensors.names().any(counted));
        assert_eq!(loaded.digest, loaded.tensors.digest().to_string());
        assert_eq!(loaded.algorithm, Algorithm::Direct);
        let winograd = loaded.computed(Algorithm::Winograd).unwrap();
        assert_eq!(winograd.algorithm, Algorithm::Winograd);
    }

    #[test]
    fn an_error_of_the_network_names_the_weights_once() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let loaded = Source::new(&root, None, None).load().unwrap();
        let path = loaded.source.path.display().to_string();
        let said = |error: RunError| error.to_string();
        let size = || NetworkError::InputSize { found: 5 };
        let of_network = said(loaded.because_of_featviz(FeatvizError::Network(size())));
        assert_eq!(of_network, said(loaded.because(size())));
        assert!(of_network.starts_with(&path), "{of_network}");
        let missing = loaded.tensors.find("conv9.weight").unwrap_err();
        let of_tensor = said(loaded.because(NetworkError::Weights(missing)));
        assert_eq!(of_tensor.matches(&path).count(), 1, "{of_tensor}");
        let of_recipe = loaded.because_of_featviz(FeatvizError::NoScale);
        assert!(matches!(of_recipe, RunError::Featviz(_)), "{of_recipe}");
    }
}
