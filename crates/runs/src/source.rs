//! Where a network comes from: a path, and the size of the images it reads.

use crate::error::RunError;
use featviz::FeatvizError;
use resnet::{Algorithm, Network, NetworkError};
use std::path::{Path, PathBuf};
use weights::TensorSet;

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
}

impl Source {
    /// The weights at `path`, or else the embedded network below the project's `root`.
    pub fn new(root: &Path, path: Option<PathBuf>, input_size: Option<usize>) -> Source {
        match path {
            Some(path) => Source {
                path,
                input_size: input_size.unwrap_or(IMAGENET_SIZE),
            },
            None => Source {
                path: root.join("fixtures").join("resnet18-16.npz"),
                input_size: input_size.unwrap_or(EMBEDDED_SIZE),
            },
        }
    }

    /// Reads the weights and builds the network.
    ///
    /// # Errors
    /// If they cannot be read, are not those of a ResNet18, or images of this size cannot be read by it.
    pub fn load(self) -> Result<Loaded, RunError> {
        Network::require_input_size(self.input_size).map_err(|_| RunError::InputSize {
            found: self.input_size,
        })?;
        // torchvision counts the batches that batch norm has seen; inference never reads it.
        let tensors =
            TensorSet::load_except(&self.path, |name| name.ends_with(".num_batches_tracked"))?;
        let network = Network::new(&tensors).map_err(|e| because(&self.path, e))?;
        let digest = tensors.digest().to_string();
        Ok(Loaded {
            source: self,
            tensors,
            network,
            digest,
            algorithm: Algorithm::Direct,
        })
    }
}

impl Loaded {
    /// The same, with convolutions computed in some way.
    ///
    /// # Errors
    /// As [`Source::load`].
    pub fn computed(self, algorithm: Algorithm) -> Result<Loaded, RunError> {
        let network = Network::computed(&self.tensors, algorithm).map_err(|e| self.because(e))?;
        Ok(Loaded {
            network,
            algorithm,
            ..self
        })
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

/// An error of the network at a path; one about a tensor names its file already.
fn because(path: &Path, source: NetworkError) -> RunError {
    match source {
        NetworkError::Weights(error) => RunError::Weights(error),
        source => RunError::Network {
            path: path.to_owned(),
            source,
        },
    }
}
