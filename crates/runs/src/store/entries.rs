//! The content-addressed store.
//!
//! An entry is one file, `<first two digits>/<address>`: a line of JSON, the picture as PNG, the trajectory as
//! little-endian float32, and the colors before rounding likewise where a variant keeps them. The JSON line holds the address, the lengths of both and the BLAKE3 digest of their bytes. An
//! entry is written to a temporary name, synced and renamed, so it is there whole or not at all; one whose digest does
//! not match, or that lies at another address than its own, is treated as absent and computed again. Merging two stores
//! is copying the files of one into the other: entries at the same address are the same, and journals of images
//! ([`crate::Journal`]) never have the same name unless they are.

use super::unit::{Address, Unit};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The kind and version of entries, in their first line.
const FORMAT: &str = "streamscope picture 2";

/// What the first line of entries began with before they held their own address. Whether one lies where it belongs
/// cannot be told.
const OLDER: &[u8] = b"{\"format\":\"streamscope picture 1\"";

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder of it cannot be written.
    #[error("{path}: cannot write to the store: {source}{}", report::way_on(source))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A folder of results.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// A stored picture. Two are equal if all their bits are; a NaN on the way is equal to a NaN.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The picture as a PNG file.
    pub png: Vec<u8>,
    /// The objective before each step.
    pub trajectory: Vec<f32>,
    /// The colors before they were made 8-bit, where the recipe keeps them; empty otherwise.
    pub floats: Vec<f32>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        // Which of its bits a NaN has is the processor's business, and no result.
        let bits = |value: &f32| if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() };
        let same = |a: &[f32], b: &[f32]| a.iter().map(bits).eq(b.iter().map(bits));
        self.png == other.png && same(&self.trajectory, &other.trajectory) && same(&self.floats, &other.floats)
    }
}

/// The first line of an entry.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    address: String,
    unit: String,
    png_bytes: usize,
    trajectory_steps: usize,
    #[serde(default, skip_serializing_if = "is_none")]
    floats: usize,
    blake3: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

impl Store {
    /// The store in a folder, which is made if it does not exist.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn open(folder: &Path) -> Result<Store, StoreError> {
        report::make_folder(folder).map_err(|source| StoreError::Write { path: folder.to_owned(), source })?;
        Ok(Store { folder: folder.to_owned() })
    }

    /// The store in a folder, to read it: nothing is made.
    pub fn at(folder: &Path) -> Store {
        Store { folder: folder.to_owned() }
    }

    /// Where an entry is kept.
    pub fn path(&self, address: &Address) -> PathBuf {
        self.folder.join(&address.hex()[..2]).join(address.hex())
    }

    /// The entry at an address; `None` where there is none, or a damaged one.
    pub fn get(&self, address: &Address) -> Option<Entry> {
        parse(&fs::read(self.path(address)).ok()?, address.hex())
    }

    /// The entry at an address if the file is, byte for byte, what [`Store::put`] writes of it, what it says to people
    /// included.
    pub(crate) fn whole(&self, address: &Address, unit: &Unit) -> Option<Entry> {
        let bytes = fs::read(self.path(address)).ok()?;
        let entry = parse(&bytes, address.hex())?;
        (to_bytes(address, unit, &entry) == bytes).then_some(entry)
    }

    /// Whether a file at this place in a store is found by its address, and is whole.
    pub(crate) fn is_entry(&self, name: &Path) -> bool {
        let parts: Vec<_> = name.iter().filter_map(|part| part.to_str()).collect();
        let [group, address] = parts[..] else {
            return false;
        };
        let digits = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        address.len() == 64
            && address.chars().all(digits)
            && address.starts_with(group)
            && group.len() == 2
            && fs::read(self.folder.join(name)).is_ok_and(|bytes| parse(&bytes, address).is_some())
    }

    /// Whether an entry of an earlier version of this program is at an address, which is treated as absent.
    pub fn holds_older(&self, address: &Address) -> bool {
        fs::read(self.path(address)).is_ok_and(|bytes| bytes.starts_with(OLDER))
    }

    /// Whether an undamaged entry is at an address.
    pub fn holds(&self, address: &Address) -> bool {
        self.get(address).is_some()
    }

    /// Writes an entry. Writing it twice is harmless.
    ///
    /// # Errors
    /// If the file cannot be written; then nothing of it is left.
    pub fn put(&self, address: &Address, unit: &Unit, entry: &Entry) -> Result<(), StoreError> {
        let path = self.path(address);
        report::write_atomically(&path, &to_bytes(address, unit, entry))
            .map_err(|source| StoreError::Write { path, source })
    }
}

/// An entry as a file.
#[expect(clippy::expect_used, reason = "the header is strings and numbers, which JSON can always hold")]
pub(crate) fn to_bytes(address: &Address, unit: &Unit, entry: &Entry) -> Vec<u8> {
    let mut body = entry.png.clone();
    body.extend(entry.trajectory.iter().chain(&entry.floats).flat_map(|value| value.to_le_bytes()));
    let header = Header {
        format: FORMAT.to_owned(),
        address: address.hex().to_owned(),
        unit: unit.to_string(),
        png_bytes: entry.png.len(),
        trajectory_steps: entry.trajectory.len(),
        floats: entry.floats.len(),
        blake3: blake3::hash(&body).to_hex().to_string(),
    };
    let mut bytes = serde_json::to_vec(&header).expect("a header as JSON");
    bytes.push(b'\n');
    bytes.extend(body);
    bytes
}

/// The entry of a file, if it is whole and that of the address.
pub(crate) fn parse(bytes: &[u8], address: &str) -> Option<Entry> {
    let end = bytes.iter().position(|&b| b == b'\n')?;
    let header: Header = serde_json::from_slice(&bytes[..end]).ok()?;
    let body = &bytes[end + 1..];
    let numbers = header.trajectory_steps.checked_add(header.floats)?;
    let expected = numbers.checked_mul(4)?.checked_add(header.png_bytes)?;
    if header.format != FORMAT
        || header.address != address
        || body.len() != expected
        || blake3::hash(body).to_hex().as_str() != header.blake3
    {
        return None;
    }
    let (png, trajectory) = body.split_at(header.png_bytes);
    let mut numbers = trajectory.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b));
    let trajectory = numbers.by_ref().take(header.trajectory_steps).collect();
    Some(Entry { png: png.to_vec(), trajectory, floats: numbers.collect() })
}

#[cfg(test)]
mod tests;
