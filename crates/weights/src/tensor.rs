//! A named array.

use std::path::{Path, PathBuf};

use crate::WeightsError;
use crate::digest::{self, Digest};
use crate::element::Dtype;
use crate::fault::TensorFault;
use crate::layout::{along_each_dimension, element_count};
use crate::npy;

/// A named array of finite single-precision values in C order, and the file that it came from.
///
/// ```
/// let bias = weights::Tensor::new("example.npz", "conv1.bias", vec![2], vec![0.5, -1.0])?;
/// assert_eq!((bias.name(), bias.shape(), bias.values()), ("conv1.bias", &[2][..], &[0.5, -1.0][..]));
/// # Ok::<(), weights::WeightsError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    file: PathBuf,
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Tensor {
    /// Makes a tensor from values in C order; `file` is where they came from, for messages.
    ///
    /// # Errors
    /// [`WeightsError::ValueCount`] if the number of values is not the product of the shape, [`WeightsError::Tensor`]
    /// with [`TensorFault::NotFinite`] if a value is NaN or infinite.
    pub fn new(
        file: impl Into<PathBuf>,
        name: impl Into<String>,
        shape: Vec<usize>,
        values: Vec<f32>,
    ) -> Result<Tensor, WeightsError> {
        let (file, name) = (file.into(), name.into());
        if element_count(&shape) != Some(values.len()) {
            return Err(WeightsError::ValueCount { file, tensor: name, shape, found: values.len() });
        }
        if let Some(position) = values.iter().position(|value| !value.is_finite()) {
            let index = along_each_dimension(&shape, position);
            let fault = TensorFault::NotFinite { index, found: values[position].into() };
            return Err(WeightsError::Tensor { file, tensor: name, fault });
        }
        Ok(Tensor { file, name, dtype: Dtype::Float32, shape, values })
    }

    /// What a reader of a file found, which it has checked.
    pub(crate) fn from_parts(
        file: &Path,
        name: String,
        dtype: Dtype,
        (shape, values): (Vec<usize>, Vec<f32>),
    ) -> Tensor {
        Tensor { file: file.to_owned(), name, dtype, shape, values }
    }

    /// The array of an `.npy` file.
    pub(crate) fn from_array(file: &Path, name: String, array: npy::Array) -> Tensor {
        Tensor::from_parts(file, name, array.element.dtype, (array.shape, array.values))
    }

    /// The file that it came from: its own `.npy` file, or the one that holds all.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of its elements in the file; those in memory are single.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Its shape; empty for a scalar.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Its values in C order, as many as the product of the shape.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The digest of its name, shape and values, whatever file they came from; reads every value.
    ///
    /// ```
    /// use weights::Tensor;
    /// let of = |file: &str, value| Tensor::new(file, "fc.bias", vec![1], vec![value]).map(|tensor| tensor.digest());
    /// assert_eq!(of("a.npz", 0.5)?, of("b.npy", 0.5)?);
    /// assert_ne!(of("a.npz", 0.5)?, of("a.npz", -0.5)?);
    /// # Ok::<(), weights::WeightsError>(())
    /// ```
    pub fn digest(&self) -> Digest {
        digest::of_tensor(self.name(), self.shape(), self.values())
    }
}
