//! What a pickle makes.

use super::Stopped;
use super::globals::{Global, Kind, StorageType};
use crate::layout::Layout;

/// Objects that a pickle may make, and references between them: a checkpoint of ResNet152 with its optimizer's state
/// takes 100,000.
const MOST: usize = 1 << 20;

/// An object's place among all that a pickle makes. Objects refer to each other by it, so that one may hold itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id(u32);

/// Something that a pickle makes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Object {
    None,
    Truth(bool),
    Integer(i64),
    /// An integer beyond 64 bits, as its bytes in two's complement, the lowest first.
    Long(Vec<u8>),
    Text(String),
    /// A tuple, or a list.
    Sequence(Vec<Id>),
    Dictionary(Vec<(Id, Id)>),
    /// Something on the list of what may be named.
    Global(&'static Global),
    /// The bytes of one or more tensors.
    Storage(Box<Storage>),
    /// A tensor over a storage.
    Tensor(Box<View>),
    /// Data of no use here, such as a number with a fraction, a set or a random generator's bytes.
    Other,
}

/// A storage as a pickle names it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Storage {
    /// Its name in the file.
    pub(crate) key: String,
    /// What its elements are.
    pub(crate) of: StorageType,
    /// How many there are.
    pub(crate) count: u64,
    /// Where in it a view of it begins, in elements: only PyTorch of 2017 and before made such views.
    pub(crate) view: u64,
}

/// A tensor: a part of a storage.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct View {
    pub(crate) storage: Storage,
    /// What its elements are; the storage may only know bytes.
    pub(crate) kind: Kind,
    /// Where its elements are.
    pub(crate) layout: Layout,
}

/// All objects of a pickle.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    objects: Vec<Object>,
    made: usize,
}

impl Heap {
    pub(crate) fn get(&self, id: Id) -> &Object {
        &self.objects[id.0 as usize]
    }

    pub(super) fn get_mut(&mut self, id: Id) -> &mut Object {
        &mut self.objects[id.0 as usize]
    }

    /// Keeps an object.
    pub(super) fn add(&mut self, object: Object) -> Result<Id, Stopped> {
        self.count(1)?;
        let id = u32::try_from(self.objects.len()).map_err(|_| too_many())?;
        self.objects.push(object);
        Ok(Id(id))
    }

    /// Counts references that are made besides.
    pub(super) fn count(&mut self, references: usize) -> Result<(), Stopped> {
        self.made = self.made.saturating_add(references);
        if self.made > MOST { Err(too_many()) } else { Ok(()) }
    }

    /// Every storage that was referred to.
    pub(crate) fn storages(&self) -> impl Iterator<Item = &Storage> {
        self.objects.iter().filter_map(|object| match object {
            Object::Storage(storage) => Some(&**storage),
            _ => None,
        })
    }

    /// A text.
    pub(crate) fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Object::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number that is no less than zero.
    pub(crate) fn unsigned(&self, id: Id) -> Option<u64> {
        match self.get(id) {
            Object::Integer(integer) => u64::try_from(*integer).ok(),
            _ => None,
        }
    }

    /// The elements of a tuple or a list.
    pub(crate) fn sequence(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Object::Sequence(elements) => Some(elements),
            _ => None,
        }
    }
}

fn too_many() -> Stopped {
    Stopped::Corrupt(format!("its pickle makes more than {MOST} objects"))
}
