//! What was read of each image, kept as it comes so that an interrupted scan goes on where it stopped. Values stay in
//! the file until somebody asks for them: a scan takes no more memory for more images than their digests and places.
//!
//! A file of records, appended one by one: the BLAKE3 digest of the image file's bytes, the values as little-endian
//! float32, and the first eight bytes of the digest of both. Reading stops at the first record that is cut or damaged,
//! and the file is cut there.

mod records;
mod tail;

pub(crate) use records::{Records, Union};

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tail::Tail;

/// The digest of an image file's bytes.
pub type ImageDigest = [u8; DIGEST];

/// Bytes of it.
const DIGEST: usize = 32;
/// Bytes of a record's own digest.
const CHECK: usize = 8;

/// Where the values of images that were read before are.
#[derive(Debug)]
pub struct Known {
    files: Vec<Mutex<File>>,
    /// The file of each image, and the first byte of its values.
    places: HashMap<ImageDigest, (usize, u64)>,
    /// Values of an image.
    width: usize,
}

/// Where values of images are kept.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    tail: Tail<File>,
    /// The first byte of each image's values.
    places: HashMap<ImageDigest, u64>,
}

impl Journal {
    /// The journal in a file, with `width` values an image, and what was kept in it before and is whole.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn open(path: &Path, width: usize) -> io::Result<(Journal, Known)> {
        if let Some(folder) = path.parent() {
            report::make_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(path)?;
        let mut known = Known { files: Vec::new(), places: HashMap::new(), width };
        let end = known.add(path)?;
        file.set_len(end)?;
        if end == 0 {
            // Perhaps it was just made.
            report::sync_folder_of(path)?;
        }
        let places = known.places.iter().map(|(&image, &(_, at))| (image, at));
        let journal = Journal { path: path.to_owned(), tail: Tail { file, end }, places: places.collect() };
        Ok((journal, known))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it keeps the values of an image.
    pub fn holds(&self, image: &ImageDigest) -> bool {
        self.places.contains_key(image)
    }

    /// Keeps the values of an image.
    ///
    /// # Errors
    /// If they cannot be written; then nothing of them is kept.
    pub fn keep(&mut self, image: &ImageDigest, values: &[f32]) -> io::Result<()> {
        let at = self.tail.append(&record(image, values))?;
        self.places.insert(*image, at + DIGEST as u64);
        Ok(())
    }

    /// Waits until what is kept would outlive a power cut.
    ///
    /// # Errors
    /// If the system says that it would not.
    pub fn sync(&self) -> io::Result<()> {
        self.tail.file.sync_all()
    }
}

fn record(image: &ImageDigest, values: &[f32]) -> Vec<u8> {
    let mut record = image.to_vec();
    record.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    let digest = blake3::hash(&record);
    record.extend(&digest.as_bytes()[..CHECK]);
    record
}

/// The digest at the head of a record.
fn digest_of(record: &[u8]) -> ImageDigest {
    record.first_chunk().copied().unwrap_or_default()
}

/// How many images a journal of whole records holds; `None` where one is damaged or cut. How many values an image has
/// is told by the first record: it fits its own digest.
pub fn images_held(bytes: &[u8]) -> Option<usize> {
    let whole = |record: &[u8]| {
        let (body, check) = record.split_at(record.len() - CHECK);
        blake3::hash(body).as_bytes()[..CHECK] == *check
    };
    let lengths = (DIGEST + CHECK..=bytes.len()).step_by(4);
    if bytes.is_empty() {
        return Some(0);
    }
    let length =
        lengths.filter(|length| bytes.len().is_multiple_of(*length)).find(|&length| whole(&bytes[..length]))?;
    let mut records = bytes.chunks_exact(length);
    let images: HashSet<&[u8]> = records.clone().map(|record| &record[..DIGEST]).collect();
    records.all(whole).then_some(images.len())
}

impl Known {
    /// What is whole in the journal in another file too; how many bytes that is. The file stays as it is.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn add(&mut self, path: &Path) -> io::Result<u64> {
        let mut reader = BufReader::new(File::open(path)?);
        let mut record = vec![0; DIGEST + 4 * self.width + CHECK];
        let mut whole = 0;
        while reader.read_exact(&mut record).is_ok() {
            let (body, check) = record.split_at(record.len() - CHECK);
            if blake3::hash(body).as_bytes()[..CHECK] != *check {
                break;
            }
            let place = (self.files.len(), whole + DIGEST as u64);
            self.places.entry(digest_of(body)).or_insert(place);
            whole += record.len() as u64;
        }
        self.files.push(Mutex::new(reader.into_inner()));
        Ok(whole)
    }

    /// What was known, and what is kept in its own journal since.
    #[must_use]
    pub fn and(mut self, journal: &Journal) -> Known {
        let places = journal.places.iter();
        self.places.extend(places.map(|(&image, &at)| (image, (0, at))));
        self
    }

    /// All values of an image; `None` if it was not read before.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn get(&self, image: &ImageDigest) -> io::Result<Option<Vec<f32>>> {
        self.part(image, 0..self.width)
    }

    /// Some of the values of an image; `None` if it was not read before.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn part(&self, image: &ImageDigest, values: Range<usize>) -> io::Result<Option<Vec<f32>>> {
        let Some((file, place)) = self.places.get(image) else {
            return Ok(None);
        };
        let mut bytes = vec![0; 4 * values.len()];
        let file = self.files[*file].lock();
        let mut file = file.unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(place + 4 * values.start as u64))?;
        file.read_exact(&mut bytes)?;
        let values = bytes.as_chunks::<4>().0.iter();
        Ok(Some(values.map(|&b| f32::from_le_bytes(b)).collect()))
    }

    /// How many images.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

#[cfg(test)]
mod tests;
