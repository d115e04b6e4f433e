//! What a pickle's program calls, and what it refers to outside.

use super::Stopped;
use super::globals::{Makes, StorageType};
use super::object::{Id, Object, Storage, View};
use super::stack::{Machine, corrupt};
use crate::layout::Layout;

/// NumPy's and PyTorch's own limit is 64.
const MOST_DIMENSIONS: usize = 64;

/// Longest name of a storage: PyTorch's are numbers.
const LONGEST_KEY: usize = 64;

impl Machine {
    /// Makes what a global makes of some arguments.
    pub(super) fn call(&mut self) -> Result<(), Stopped> {
        let (arguments, called) = (self.pop()?, self.pop()?);
        let Object::Global(global) = self.heap.get(called) else {
            return Err(Stopped::Refused("a call of something without a name".to_owned()));
        };
        let makes = global.makes;
        let arguments: Vec<Id> = match self.heap.sequence(arguments) {
            // None that is listed takes more.
            Some(arguments) => arguments.iter().copied().take(16).collect(),
            None => return Err(corrupt("its pickle calls something with what is no tuple")),
        };
        match makes {
            Makes::Other => self.push(Object::Other),
            Makes::Dictionary => {
                let entries = arguments.first().map_or(Ok(Vec::new()), |&of| self.entries(of))?;
                self.push(Object::Dictionary(entries))
            }
            Makes::Same | Makes::Parameter => match arguments.first() {
                Some(&same) => {
                    self.heap.count(1)?;
                    self.stack.push(same);
                    Ok(())
                }
                None => self.push(Object::Sequence(Vec::new())),
            },
            Makes::Tensor => {
                let view = self.tensor(&arguments)?;
                self.heap.count(2 * view.layout.shape().len())?;
                self.push(Object::Tensor(Box::new(view)))
            }
            Makes::Storage(_) | Makes::Elements(_) => Err(corrupt("its pickle calls a type of elements")),
        }
    }

    /// The entries of a dictionary that is made from another one, or from a list of pairs.
    fn entries(&mut self, of: Id) -> Result<Vec<(Id, Id)>, Stopped> {
        let wrong = || corrupt("its pickle makes a dictionary of what are no pairs");
        let count = match self.heap.get(of) {
            Object::Dictionary(entries) => entries.len(),
            Object::Sequence(elements) => elements.len(),
            _ => return Err(wrong()),
        };
        // A short program could have long copies made, again and again.
        self.heap.count(2 * count)?;
        match self.heap.get(of) {
            Object::Dictionary(entries) => Ok(entries.clone()),
            _ => {
                let pair = |pair: &Id| match self.heap.sequence(*pair) {
                    Some(&[key, value]) => Ok((key, value)),
                    _ => Err(wrong()),
                };
                self.heap.sequence(of).unwrap_or_default().iter().map(pair).collect()
            }
        }
    }

    /// `_rebuild_tensor(storage, offset, shape, strides)`; what follows says what training needs, and where a storage
    /// knows only bytes the seventh is the type of the elements.
    fn tensor(&self, arguments: &[Id]) -> Result<View, Stopped> {
        let wrong = || corrupt("its pickle makes a tensor of what is no storage, offset, shape and strides");
        let &[storage, offset, shape, strides, ..] = arguments else { return Err(wrong()) };
        let Object::Storage(storage) = self.heap.get(storage) else { return Err(wrong()) };
        let own = arguments.get(6).and_then(|&id| match self.heap.get(id) {
            Object::Global(global) => match global.makes {
                Makes::Elements(kind) => Some(kind),
                _ => None,
            },
            _ => None,
        });
        let kind = match (own, storage.of) {
            (Some(kind), _) | (None, StorageType::Typed(kind)) => kind,
            (None, StorageType::Untyped) => return Err(wrong()),
        };
        let numbers = |id: Id| {
            let ids = self.heap.sequence(id).filter(|ids| ids.len() <= MOST_DIMENSIONS)?;
            ids.iter().map(|&id| usize::try_from(self.heap.unsigned(id)?).ok()).collect::<Option<Vec<usize>>>()
        };
        let offset = self.heap.unsigned(offset).and_then(|offset| usize::try_from(offset).ok());
        let (Some(offset), Some(shape), Some(strides)) = (offset, numbers(shape), numbers(strides)) else {
            return Err(wrong());
        };
        let beyond = format!(
            "the shape {shape:?}, the strides {strides:?} and the offset {offset} of a tensor lead beyond the integers"
        );
        let from = usize::try_from(storage.view).ok().and_then(|view| view.checked_add(offset));
        let layout = from.and_then(|from| Layout::new(shape, strides, from)).ok_or_else(|| corrupt(beyond))?;
        Ok(View { storage: (**storage).clone(), kind, layout })
    }

    /// What PyTorch keeps outside of its pickles: `("storage", type, key, place, count)`, and in old files a view of it,
    /// `(key, offset, count)`.
    pub(super) fn storage(&mut self) -> Result<(), Stopped> {
        let id = self.pop()?;
        let wrong = || corrupt("its pickle refers to something outside that is no storage");
        let parts = self.heap.sequence(id).ok_or_else(wrong)?;
        let (&[kind, of, key, _, count], view) = parts.split_first_chunk::<5>().ok_or_else(wrong)?;
        if self.heap.text(kind) == Some("module") {
            return Err(Stopped::Refused("a pickled module with its source".to_owned()));
        }
        let Object::Global(of) = self.heap.get(of) else { return Err(wrong()) };
        let Makes::Storage(of) = of.makes else { return Err(wrong()) };
        let view = match view.first().map(|&view| self.heap.get(view)) {
            None | Some(Object::None) => 0,
            Some(Object::Sequence(parts)) => {
                parts.get(1).and_then(|&offset| self.heap.unsigned(offset)).ok_or_else(wrong)?
            }
            Some(_) => return Err(wrong()),
        };
        let (Some("storage"), Some(key), Some(count)) =
            (self.heap.text(kind), self.heap.text(key), self.heap.unsigned(count))
        else {
            return Err(wrong());
        };
        // Every tensor over it keeps its name.
        if key.len() > LONGEST_KEY {
            return Err(corrupt(format!("the name of a storage has {} bytes, more than {LONGEST_KEY}", key.len())));
        }
        let storage = Storage { key: key.to_owned(), of, count, view };
        self.push(Object::Storage(Box::new(storage)))
    }
}
