//! Where a network comes from: a path, and the size of the images it reads.

use crate::error::RunError;
use crate::preprocessing::{self, Asked};
use crate::progress::{Event, Observer};
use crate::shuffled::shuffled;
use featviz::FeatvizError;
use resnet::{Algorithm, Architecture, Colors, Naming, Network, NetworkError, Preprocessing};
use std::path::{Path, PathBuf};
use weights::{Checkpoint, TensorSet};

/// The size of the images that the embedded network reads.
const EMBEDDED_SIZE: usize = 128;

/// Where a network comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its weights.
    pub path: PathBuf,
    /// What is said of the images that it reads, where that is not what its weights say.
    pub asked: Asked,
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
    /// How photographs become images that it reads.
    pub preprocessing: Preprocessing,
    /// The digest of the tensors.
    pub digest: String,
    /// How its convolutions are computed where no gradients are.
    pub algorithm: Algorithm,
    /// What should be said of how its tensors were found: each a sentence.
    pub notes: Vec<String>,
}

impl Source {
    /// The weights at `path`, or else the embedded network below the project's `root`; and what is said of its images, which may be
    /// their size alone.
    pub fn new(root: &Path, path: Option<PathBuf>, asked: impl Into<Asked>) -> Source {
        let asked = asked.into();
        match path {
            Some(path) => Source { path, asked, shuffled: false },
            None => Source {
                path: root.join("fixtures").join("resnet18-16.npz"),
                asked: Asked { input_size: asked.input_size.or(Some(EMBEDDED_SIZE)), ..asked },
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
    /// If they cannot be read, are not those of a network that can be studied, or images as they are asked for cannot be read
    /// by it.
    pub fn load(self) -> Result<Loaded, RunError> {
        self.asked.check()?;
        let Tensors { mut tensors, mut notes, .. } = Tensors::read(&self.path)?;
        if self.shuffled {
            tensors = shuffled(&tensors)?;
        }
        let network = Network::new(&tensors).map_err(|e| RunError::of_network(&self.path, e))?;
        let found = preprocessing::of(&self.path, self.asked, network.architecture())?;
        notes.extend(found.notes);
        let preprocessing = found.preprocessing;
        let network = network.normalised_by(preprocessing.colors);
        let digest = tensors.digest().to_string();
        Ok(Loaded { source: self, tensors, network, preprocessing, digest, algorithm: Algorithm::Direct, notes })
    }
}

/// A file's tensors by the network's names.
pub(crate) struct Tensors {
    pub(crate) naming: Naming,
    pub(crate) tensors: TensorSet,
    /// How they were found, as sentences that name the file.
    pub(crate) notes: Vec<String>,
}

impl Tensors {
    /// Reads those that are a network's.
    ///
    /// # Errors
    /// If they cannot be read, or none is a block's.
    pub(crate) fn read(path: &Path) -> Result<Tensors, RunError> {
        let checkpoint = Checkpoint::open(path)?;
        let naming = Naming::of(checkpoint.names());
        naming.require_blocks(checkpoint.names()).map_err(|e| RunError::of_network(path, e))?;
        let notes = notes(&checkpoint, &naming);
        let tensors = checkpoint.read(|name| naming.rename(name))?;
        Ok(Tensors { naming, tensors, notes })
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
        let network = network.normalised_by(self.preprocessing.colors);
        Ok(Loaded { network, algorithm, ..self })
    }

    /// What of the network determines a picture: the digest of its tensors, and how images are normalised where that is not
    /// as ImageNet's are.
    pub fn identity(&self) -> String {
        let Colors { mean, std } = self.preprocessing.colors;
        match self.preprocessing.colors == Colors::IMAGENET {
            true => self.digest.clone(),
            false => format!("{}\nmean {mean:?}\nstd {std:?}", self.digest),
        }
    }

    /// The network's description.
    pub fn architecture(&self) -> &Architecture {
        self.network.architecture()
    }

    /// Rows and columns of the images that it reads.
    pub fn size(&self) -> usize {
        self.preprocessing.size
    }

    /// An error of the network, as one about its weights.
    pub(crate) fn because(&self, source: NetworkError) -> RunError {
        RunError::of_network(&self.source.path, source)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_reads_imagenets_size_the_embedded_one_its_own_and_any_the_one_it_is_given() {
        let root = Path::new("root");
        let of = |path: Option<&str>, size| Source::new(root, path.map(PathBuf::from), size);
        let at = |path: &str, size: Option<usize>| Source { path: path.into(), asked: size.into(), shuffled: false };
        let embedded = "root/fixtures/resnet18-16.npz";
        assert_eq!(of(None, None), at(embedded, Some(128)));
        assert_eq!(of(None, Some(64)), at(embedded, Some(64)));
        // What its weights say is known when they are read.
        assert_eq!(of(Some("w.npz"), None), at("w.npz", None));
        assert_eq!(of(Some("w.npz"), Some(64)), at("w.npz", Some(64)));
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
