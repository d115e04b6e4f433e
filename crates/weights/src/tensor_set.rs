//! A set of tensors and how they are looked up.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use crate::digest::{self, Digest};
use crate::{Checkpoint, Tensor, WeightsError};

/// Tensors ordered by name, and the folder or file that they came from.
///
/// ```
/// use weights::{Tensor, TensorSet};
///
/// let bias = Tensor::new("example.npz", "conv1.bias", vec![2], vec![0.5, -1.0])?;
/// let set = TensorSet::new("example.npz", [bias])?;
/// assert_eq!(set.require("conv1.bias", &[2])?.values(), [0.5, -1.0]);
/// let error = set.require("conv1.weight", &[2, 3, 7, 7]).unwrap_err();
/// assert_eq!(error.to_string(), "example.npz: expected a tensor `conv1.weight`, found none of that name");
/// # Ok::<(), weights::WeightsError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TensorSet {
    source: PathBuf,
    tensors: BTreeMap<String, Tensor>,
}

impl TensorSet {
    /// Loads every tensor of a file or folder of any kind that is read; [`Checkpoint`] says which tensors those are, and
    /// reads some of them.
    ///
    /// Of `.npy` files a tensor is named by its file without the ending. Other files and subfolders are ignored.
    ///
    /// # Errors
    /// Any [`WeightsError`] but [`Missing`](WeightsError::Missing), [`Unexpected`](WeightsError::Unexpected) and
    /// [`WrongShape`](WeightsError::WrongShape): those are for the caller who knows which tensors there should be.
    ///
    /// ```
    /// # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
    /// // `file` is fixtures/resnet18-16.npz: a stem of 16 kernels of 7 x 7 on three colours.
    /// let tensors = weights::TensorSet::load(file)?;
    /// assert_eq!(tensors.find("conv1.weight")?.shape(), [16, 3, 7, 7]);
    /// # Ok::<(), weights::WeightsError>(())
    /// ```
    pub fn load(path: impl AsRef<Path>) -> Result<TensorSet, WeightsError> {
        Self::load_except(path, |_| false)
    }

    /// As [`TensorSet::load`], without opening the tensors whose names are `ignored`, such as the integer counters
    /// `*.num_batches_tracked` of torchvision.
    ///
    /// # Errors
    /// As [`TensorSet::load`].
    ///
    /// ```
    /// # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
    /// // `file` is fixtures/resnet18-16.npz.
    /// let all = weights::TensorSet::load(file)?;
    /// let classless = weights::TensorSet::load_except(file, |name| name.starts_with("fc."))?;
    /// assert_eq!(all.len() - classless.len(), 2);
    /// # Ok::<(), weights::WeightsError>(())
    /// ```
    pub fn load_except(path: impl AsRef<Path>, ignored: impl Fn(&str) -> bool) -> Result<TensorSet, WeightsError> {
        Checkpoint::open(path)?.read(|name| (!ignored(name)).then(|| name.to_owned()))
    }

    /// Makes a set of tensors; `source` is where they came from, for messages.
    ///
    /// # Errors
    /// [`WeightsError::Duplicate`] if two tensors have the same name.
    pub fn new(
        source: impl Into<PathBuf>,
        tensors: impl IntoIterator<Item = Tensor>,
    ) -> Result<TensorSet, WeightsError> {
        let mut by_name = BTreeMap::new();
        for tensor in tensors {
            match by_name.entry(tensor.name().to_owned()) {
                Entry::Vacant(entry) => drop(entry.insert(tensor)),
                Entry::Occupied(entry) => {
                    let (file, tensor) = (tensor.file().to_owned(), entry.key().clone());
                    return Err(WeightsError::Duplicate { file, tensor });
                }
            }
        }
        Ok(TensorSet { source: source.into(), tensors: by_name })
    }

    /// The folder or the file that was loaded.
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// Whether there is no tensor.
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    /// The tensors, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = &Tensor> {
        self.tensors.values()
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The tensor of that name, if there is one.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// The tensor of that name, whatever its shape.
    ///
    /// # Errors
    /// [`WeightsError::Missing`] if there is none.
    pub fn find(&self, name: &str) -> Result<&Tensor, WeightsError> {
        self.get(name).ok_or_else(|| WeightsError::Missing { file: self.source.clone(), tensor: name.to_owned() })
    }

    /// The tensor of that name and shape.
    ///
    /// # Errors
    /// [`WeightsError::Missing`] if there is none of that name, [`WeightsError::WrongShape`] if it has another shape.
    pub fn require(&self, name: &str, expected_shape: &[usize]) -> Result<&Tensor, WeightsError> {
        let tensor = self.find(name)?;
        if tensor.shape() == expected_shape {
            return Ok(tensor);
        }
        Err(WeightsError::WrongShape {
            file: tensor.file().to_owned(),
            tensor: name.to_owned(),
            expected: expected_shape.to_vec(),
            found: tensor.shape().to_vec(),
        })
    }

    /// The names that `is_expected` refuses, in order.
    pub fn unexpected(&self, is_expected: impl Fn(&str) -> bool) -> Vec<String> {
        self.names().filter(|name| !is_expected(name)).map(str::to_owned).collect()
    }

    /// Checks that there are no tensors but the expected ones.
    ///
    /// # Errors
    /// [`WeightsError::Unexpected`] naming the first other one.
    ///
    /// ```
    /// use weights::{Tensor, TensorSet};
    /// let set = TensorSet::new("a.npz", [Tensor::new("a.npz", "fc.bais", vec![1], vec![0.5])?])?;
    /// let error = set.refuse_unexpected(|name| name == "fc.bias").unwrap_err();
    /// assert_eq!(error.to_string(), "a.npz: expected no tensor `fc.bais`, found one");
    /// # Ok::<(), weights::WeightsError>(())
    /// ```
    pub fn refuse_unexpected(&self, is_expected: impl Fn(&str) -> bool) -> Result<(), WeightsError> {
        match self.iter().find(|tensor| !is_expected(tensor.name())) {
            None => Ok(()),
            Some(tensor) => {
                let (file, tensor) = (tensor.file().to_owned(), tensor.name().to_owned());
                Err(WeightsError::Unexpected { file, tensor })
            }
        }
    }

    /// The digest of all names, shapes and values, whatever files they came from; reads every value.
    ///
    /// It does not depend on the container, the dtype that held the same values, the byte order, C or Fortran order,
    /// or the order of the members.
    pub fn digest(&self) -> Digest {
        digest::of_set(self.iter().map(Tensor::digest))
    }
}
