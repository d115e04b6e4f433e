//! `.safetensors` files: a header in JSON that says where each tensor is, then their bytes.

mod folder;
mod header;

pub(crate) use folder::Folder;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{Contents, Format, Place, Reader, Wanted};
use crate::element::{Dtype, Element};
use crate::fault::TensorFault;
use crate::layout::Layout;
use crate::values;
use crate::{Tensor, WeightsError};
use header::{Described, Header};

/// One file.
#[derive(Debug)]
pub(crate) struct OneFile;

const NAME: &str = "a .safetensors file";

impl Format for OneFile {
    fn name(&self) -> &'static str {
        NAME
    }

    /// The length of the header, then its first character.
    fn recognises(&self, place: &Place) -> bool {
        let length = place.head().first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        // A length of more than 2^40 would not end with two zeros.
        length.is_some_and(|length| length < 1 << 40) && place.head().get(8) == Some(&b'{')
    }

    fn open(&self, place: &Place) -> Result<Contents, WeightsError> {
        let shard = Shard::open(place.path())?;
        let names = shard.header.tensors.iter().map(|tensor| super::printable(&tensor.name)).collect();
        Ok(Contents { names, notes: Vec::new(), beside: Vec::new(), tensors: Box::new(shard) })
    }
}

/// A file whose header was read.
struct Shard {
    path: PathBuf,
    file: File,
    header: Header,
}

impl Shard {
    fn open(path: &Path) -> Result<Shard, WeightsError> {
        let refused = |source| WeightsError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(refused)?;
        let length = file.metadata().map_err(refused)?.len();
        match header::read(&mut file, length).map_err(refused)? {
            Ok(header) => Ok(Shard { path: path.to_owned(), file, header }),
            Err(reason) => Err(WeightsError::Corrupt { file: path.to_owned(), format: NAME, reason }),
        }
    }

    /// Which of the header's tensors has a name.
    fn find(&self, name: &str) -> Option<usize> {
        self.header.tensors.binary_search_by(|tensor| tensor.name.as_str().cmp(name)).ok()
    }

    /// Reads one tensor under a name.
    fn tensor(&mut self, at: usize, name: String) -> Result<Tensor, WeightsError> {
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
