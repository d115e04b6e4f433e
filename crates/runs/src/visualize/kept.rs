//! Attempts at a picture, kept beside it until it is written.
//!
//! A file of records one after another: how many bytes an entry of the store takes, as a little-endian 64-bit number, and
//! the entry. The room of an attempt is taken, with zeros, before the attempt is made: a disk that is full is noticed
//! then, and what was made always finds its place.

use crate::error::RunError;
use crate::store::{Address, Entry, Part, Unit, parse, to_bytes};
use featviz::Recipe;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// Bytes of the length of an entry.
const LENGTH: usize = 8;
/// More bytes than the first line of an entry has, and the chunks of a PNG around its rows.
const HEADER: usize = 4096;

/// What was made of a picture so far.
pub(super) struct Kept {
    part: Part,
    file: File,
    /// The entries, each a file of the store.
    entries: Vec<Vec<u8>>,
    /// Behind the last record.
    end: u64,
    /// The room that an attempt needs at most.
    room: usize,
}

impl Kept {
    /// Of a picture, whose first attempt has this address.
    ///
    /// # Errors
    /// If the file cannot be read or written, or another command writes it.
    pub(super) fn open(picture: &Path, first: &Address, recipe: &Recipe) -> Result<Kept, RunError> {
        let part = Part::begin(picture, first.hex(), None)?;
        let write = RunError::write(part.path());
        let file = File::options().read(true).write(true).open(part.path()).map_err(write)?;
        let bytes = fs::read(part.path()).map_err(write)?;
        if bytes.is_empty() {
            // Perhaps it was just made.
            report::sync_folder_of(part.path()).map_err(write)?;
        }
        let (mut entries, mut end) = (Vec::new(), 0);
        while let Some(entry) = record(&bytes[end..]) {
            entries.push(entry.to_vec());
            end += LENGTH + entry.len();
        }
        // A row has a byte for its filter, and what cannot be compressed grows by a few bytes in thousands.
        let rows = recipe.size * (3 * recipe.size + 1);
        let room = LENGTH + HEADER + rows + rows / 16 + 4 * recipe.steps;
        Ok(Kept { part, file, entries, end: end as u64, room })
    }

    /// How many attempts there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// An attempt that was finished before.
    pub(super) fn get(&self, address: &Address) -> Option<Entry> {
        self.entries.iter().find_map(|bytes| parse(bytes, address.hex()))
    }

    /// Takes the room of the next attempt.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn reserve(&mut self) -> Result<(), RunError> {
        let zeros = vec![0; self.room];
        let reserved = self.write(&zeros);
        if reserved.is_err() {
            // What is kept stays, and the file is not larger than it.
            let _ = self.file.set_len(self.end);
        }
        reserved.map_err(RunError::write(self.part.path()))
    }

    /// Keeps an attempt, whose room was taken.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn keep(&mut self, address: &Address, unit: &Unit, entry: &Entry) -> Result<(), RunError> {
        let bytes = to_bytes(address, unit, entry);
        let record = [&(bytes.len() as u64).to_le_bytes()[..], &bytes].concat();
        self.write(&record).map_err(RunError::write(self.part.path()))?;
        self.end += record.len() as u64;
        self.entries.push(bytes);
        Ok(())
    }

    /// Writes behind the last record.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }

    /// Forgets it all: the picture is written.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub(super) fn end(self) -> Result<(), RunError> {
        self.part.end()
    }
}

impl Drop for Kept {
    /// Where no attempt was finished nothing is left of the room that was taken.
    fn drop(&mut self) {
        if self.entries.is_empty() {
            let _ = self.file.set_len(0);
        }
    }
}

/// The first record's entry; `None` where there is no whole one.
fn record(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    rest.get(..length).filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests;
