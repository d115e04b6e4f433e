//! The format before 2020: three small pickles that say what follows, the objects' pickle, one of the storages' names in
//! their order, then each storage's count of elements and their bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::super::format::{Contents, Format};
use super::super::place::Place;
use super::views::{NAME, Storages, contents, corrupt, no_storage, stopped};
use crate::WeightsError;
use crate::element::Element;
use crate::fault::TensorFault;
use crate::pickle::{Heap, Id, Input, Object, StorageType, View, load};
use crate::text::shown;
use crate::values;

/// A stream that begins with PyTorch's number.
#[derive(Debug)]
pub(crate) struct Legacy;

/// The number that such a file begins with, as the first pickle's only object: 0x1950a86a20f9469cfc6c.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// The same in digits, as the oldest kind of pickle has it.
const MAGIC_DIGITS: &[u8] = b"L119547037146038801333356L";

/// The only version there ever was.
const PROTOCOL: i64 = 1001;

impl Format for Legacy {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognises(&self, place: &Place) -> bool {
        let head = &place.head()[..place.head().len().min(32)];
        head.starts_with(MAGIC_DIGITS) || head.first() == Some(&0x80) && head.windows(10).any(|ten| ten == MAGIC)
    }

    fn open(&self, place: &Place) -> Result<Contents, WeightsError> {
        let file = place.path();
        let refused = |source| WeightsError::Io { path: file.to_owned(), source };
        let mut reader = BufReader::new(File::open(file).map_err(refused)?);
        let mut input = Input::new(&mut reader, place.length());
        let mut pickle = || load(&mut input).map_err(|error| stopped(file, error));
        let (heap, magic) = pickle()?;
        let is_magic = matches!(heap.get(magic), Object::Long(bytes) if bytes.starts_with(&MAGIC) && bytes[10..].iter().all(|&byte| byte == 0));
        let (heap, protocol) = pickle()?;
        if !is_magic || *heap.get(protocol) != Object::Integer(PROTOCOL) {
            return Err(corrupt(file, format!("it is of another version than {PROTOCOL}")));
        }
        // What the machine was like that wrote it; storages are little-endian whatever it says.
        pickle()?;
        let (heap, root) = pickle()?;
        let (keys, list) = pickle()?;
        let position = input.position();
        let keys = keys_of(&keys, list).ok_or_else(|| corrupt(file, "it has no list of its storages"))?;
        let storages = Stream::find(&mut reader, (position, place.length()), &keys, &types(&heap));
        match storages.map_err(refused)? {
            Ok(places) => contents(place, (&heap, root), Box::new(Stream { reader, places })),
            Err(reason) => Err(corrupt(file, reason)),
        }
    }
}

/// The storages' names in the order of the file.
fn keys_of(heap: &Heap, list: Id) -> Option<Vec<String>> {
    heap.sequence(list)?.iter().map(|&key| heap.text(key).map(str::to_owned)).collect()
}

/// What each storage holds, and how many, by its name.
fn types(heap: &Heap) -> BTreeMap<String, Extent> {
    heap.storages().map(|storage| (storage.key.clone(), (storage.of, storage.count))).collect()
}

/// What the elements of a storage are, and how many.
type Extent = (StorageType, u64);

/// Where each storage begins, and what it is.
type Places = BTreeMap<String, (u64, Extent)>;

/// The storages of a file.
struct Stream {
    reader: BufReader<File>,
    places: Places,
}

impl Stream {
    /// Finds all storages from a position on; or says what is wrong.
    fn find(
        reader: &mut BufReader<File>,
        (position, length): (u64, u64),
        keys: &[String],
        types: &BTreeMap<String, Extent>,
    ) -> io::Result<Result<Places, String>> {
        let mut places = Places::new();
        let mut at = position;
        for key in keys {
            let name = shown(key);
            let Some(&(of, claimed)) = types.get(key) else {
                return Ok(Err(format!("it lists a storage `{name}` that its pickle does not refer to")));
            };
            let ends = |at: u64| {
                Ok(Err(format!("it ends after {length} bytes, within storage `{name}`, which begins at {at}")))
            };
            if length - at < 8 {
                return ends(at);
            }
            reader.seek(SeekFrom::Start(at))?;
            let mut count = [0; 8];
            reader.read_exact(&mut count)?;
            let count = u64::from_le_bytes(count);
            if count != claimed {
                return Ok(Err(format!("storage `{name}` should have {claimed} elements, and has {count}")));
            }
            let Some(end) = count.checked_mul(of.size()).and_then(|bytes| (at + 8).checked_add(bytes)) else {
                return ends(at);
            };
            if end > length {
                return ends(at);
            }
            if places.insert(key.clone(), (at + 8, (of, claimed))).is_some() {
                return Ok(Err(format!("it lists the storage `{name}` twice")));
            }
            at = end;
        }
        if at < length {
            return Ok(Err(format!("its storages end after {at} bytes of {length}")));
        }
        Ok(Ok(places))
    }
}

impl Storages for Stream {
    fn values(&mut self, view: &View, element: Element) -> io::Result<Result<Vec<f32>, TensorFault>> {
        let key = shown(&view.storage.key);
        let Some(&(begin, extent)) = self.places.get(&view.storage.key) else {
            return Ok(Err(no_storage(format!("there is no storage `{key}`"))));
        };
        if extent != (view.storage.of, view.storage.count) {
            return Ok(Err(no_storage(format!("storage `{key}` is described in two ways"))));
        }
        let from = begin + view.layout.offset() as u64 * element.size() as u64;
        self.reader.seek(SeekFrom::Start(from))?;
        values::read(&mut self.reader, element, &view.layout.clone().moved_to_zero())
    }
}
