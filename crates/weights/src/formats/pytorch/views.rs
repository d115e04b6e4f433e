//! What both formats share: tensors that a pickle lays over storages.

use std::io;
use std::path::{Path, PathBuf};

use super::super::choice::{self, Choice};
use super::super::format::{Contents, Reader, Wanted};
use super::super::place::Place;
use super::state;
use crate::budget::Budget;
use crate::element::{Dtype, Element};
use crate::fault::TensorFault;
use crate::pickle::{Heap, Id, Kind, Stopped, View};
use crate::text::shown;
use crate::{Tensor, WeightsError};

/// What such a file is called, with its article.
pub(super) const NAME: &str = "a PyTorch checkpoint";

/// Longest pickle that is read; that of a ResNet152 has 100,000 bytes.
pub(super) const LONGEST_PICKLE: u64 = 64 << 20;

/// What is said where a pickle holds more than data.
const SAVE_STATE: &str =
    "which only running code would make: save the tensors alone, torch.save(model.state_dict(), path)";

/// The bytes of a file's storages.
pub(super) trait Storages {
    /// The values of a tensor, which lies within its storage; sums are checked where there are some.
    fn values(&mut self, view: &View, element: Element) -> io::Result<Result<Vec<f32>, TensorFault>>;

    /// Whether elements are written with the highest byte first.
    fn big_endian(&self) -> bool {
        false
    }
}

/// What is wrong with a file as a whole.
pub(super) fn corrupt(file: &Path, reason: impl Into<String>) -> WeightsError {
    WeightsError::Corrupt { file: file.to_owned(), format: NAME, reason: reason.into() }
}

/// What is wrong with a tensor's storage.
pub(super) fn no_storage(reason: String) -> TensorFault {
    TensorFault::NoStorage { reason }
}

/// Why a pickle was not read, as an error of its file.
pub(super) fn stopped(file: &Path, stopped: Stopped) -> WeightsError {
    match stopped {
        Stopped::Corrupt(reason) => corrupt(file, reason),
        Stopped::Refused(what) => {
            WeightsError::NoStateDict { file: file.to_owned(), found: format!("{what}, {SAVE_STATE}") }
        }
        // What an archive says of its own member is not the system's fault.
        Stopped::Io(source) if source.raw_os_error().is_none() => corrupt(file, source.to_string()),
        Stopped::Io(source) => WeightsError::Io { path: file.to_owned(), source },
    }
}

/// The tensors of the state dict in a pickle, over some storages.
pub(super) fn contents(
    place: &Place,
    (heap, root): (&Heap, Id),
    storages: Box<dyn Storages>,
) -> Result<Contents, WeightsError> {
    let Some(Choice { tensors, notes, beside }) = choice::choose(state::groups(heap, root)) else {
        let found = format!("none: it holds {}", state::held(heap, root));
        return Err(WeightsError::NoStateDict { file: place.path().to_owned(), found });
    };
    let (names, views) = tensors.into_iter().unzip();
    let budget = Budget::of(place.length());
    let tensors = Box::new(Views { file: place.path().to_owned(), views, storages, budget });
    Ok(Contents { names, notes, beside, tensors })
}

/// Tensors over storages.
struct Views {
    file: PathBuf,
    views: Vec<View>,
    storages: Box<dyn Storages>,
    budget: Budget,
}

impl Reader for Views {
    fn read(mut self: Box<Self>, wanted: Vec<Wanted>) -> Result<Vec<Tensor>, WeightsError> {
        wanted.into_iter().map(|Wanted { at, name }| self.tensor(at, name)).collect()
    }
}

impl Views {
    fn tensor(&mut self, at: usize, name: String) -> Result<Tensor, WeightsError> {
        let view = &self.views[at];
        let wrong = |fault| WeightsError::Tensor { file: self.file.clone(), tensor: name.clone(), fault };
        let dtype = dtype(view).map_err(wrong)?;
        within(view).map_err(wrong)?;
        self.budget.take_layout(&view.layout).map_err(wrong)?;
        let element = Element { dtype, big_endian: self.storages.big_endian() };
        match self.storages.values(view, element) {
            Ok(Ok(values)) => {
                let parts = (view.layout.shape().to_vec(), values);
                Ok(Tensor::from_parts(&self.file, name, dtype, parts))
            }
            Ok(Err(fault)) => Err(wrong(fault)),
            Err(source) if source.raw_os_error().is_some() => Err(WeightsError::Io { path: self.file.clone(), source }),
            Err(reason) => {
                let (file, reason) = (self.file.clone(), reason.to_string());
                Err(WeightsError::CorruptMember { file, tensor: name, reason })
            }
        }
    }
}

/// One of the four types that are read.
fn dtype(view: &View) -> Result<Dtype, TensorFault> {
    match view.kind {
        Kind::Float(dtype) => Ok(dtype),
        Kind::Other(name, _) => Err(TensorFault::UnsupportedDtype { found: name.to_owned() }),
    }
}

/// Whether all elements lie within the storage that the pickle claims.
fn within(view: &View) -> Result<(), TensorFault> {
    let bytes = |count: u64, size: u64| count.checked_mul(size);
    let end = view.layout.end().and_then(|end| bytes(end as u64, view.kind.size()));
    let there = bytes(view.storage.count, view.storage.of.size());
    match (end, there) {
        (Some(end), Some(there)) if end <= there => Ok(()),
        (end, there) => {
            let number = |n: Option<u64>| n.map_or_else(|| "more than any file".to_owned(), |n| n.to_string());
            let reason = format!(
                "they end after {} bytes of storage `{}`, which has {}",
                number(end),
                shown(&view.storage.key),
                number(there)
            );
            Err(TensorFault::OutOfStorage { reason })
        }
    }
}
