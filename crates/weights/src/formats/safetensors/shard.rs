//! A file whose header was read, and its tensors.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::super::format::{Reader, Wanted};
use super::header::{self, Described, Header};
use crate::element::{Dtype, Element};
use crate::fault::TensorFault;
use crate::layout::Layout;
use crate::values;
use crate::{Tensor, WeightsError};

/// What such a file is called, with its article.
pub(super) const NAME: &str = "a .safetensors file";

/// A file whose header was read.
pub(super) struct Shard {
    path: PathBuf,
    file: File,
    pub(super) header: Header,
}

impl Shard {
    pub(super) fn open(path: &Path) -> Result<Shard, WeightsError> {
        let refused = |source| WeightsError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(refused)?;
        let length = file.metadata().map_err(refused)?.len();
        match header::read(&mut file, length).map_err(refused)? {
            Ok(header) => Ok(Shard { path: path.to_owned(), file, header }),
            Err(reason) => Err(WeightsError::Corrupt { file: path.to_owned(), format: NAME, reason }),
        }
    }

    /// Which of the header's tensors has a name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.header.tensors.binary_search_by(|tensor| tensor.name.as_str().cmp(name)).ok()
    }

    /// Reads one tensor under a name.
    pub(super) fn tensor(&mut self, at: usize, name: String) -> Result<Tensor, WeightsError> {
        let Described { dtype, shape, begin, .. } = &self.header.tensors[at];
        let wrong = |fault| WeightsError::Tensor { file: self.path.clone(), tensor: name.clone(), fault };
        let dtype = known(*dtype).map_err(wrong)?;
        let layout = Layout::c_order(shape.clone()).ok_or_else(|| {
            wrong(TensorFault::OutOfStorage { reason: format!("the shape {shape:?} is larger than any file") })
        })?;
        let refused = |source| WeightsError::Io { path: self.path.clone(), source };
        self.file.seek(SeekFrom::Start(*begin)).map_err(refused)?;
        let values = values::read(&mut self.file.by_ref(), Element::little(dtype), &layout).map_err(refused)?;
        let values = values.map_err(wrong)?;
        Ok(Tensor::from_parts(&self.path, name, dtype, (layout.into_shape(), values)))
    }
}

impl Reader for Shard {
    fn read(mut self: Box<Self>, wanted: Vec<Wanted>) -> Result<Vec<Tensor>, WeightsError> {
        wanted.into_iter().map(|Wanted { at, name }| self.tensor(at, name)).collect()
    }
}

/// The four types that are read, of those that there are.
fn known(dtype: safetensors::Dtype) -> Result<Dtype, TensorFault> {
    match dtype {
        safetensors::Dtype::F16 => Ok(Dtype::Float16),
        safetensors::Dtype::BF16 => Ok(Dtype::BFloat16),
        safetensors::Dtype::F32 => Ok(Dtype::Float32),
        safetensors::Dtype::F64 => Ok(Dtype::Float64),
        other => Err(TensorFault::UnsupportedDtype { found: format!("{other:?}") }),
    }
}
