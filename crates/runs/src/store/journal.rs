//! What was read of each image, kept as it comes so that an interrupted scan goes on where it stopped. Values stay in
//! the file until somebody asks for them: a scan takes no more memory for more images than sixteen bytes of a place each.
//!
//! A file of records, appended one by one: the BLAKE3 digest of the image file's bytes, the values as little-endian
//! float32, and the first eight bytes of the digest of both. Reading stops at the first record that is cut or damaged,
//! and the file is cut there.

mod places;
mod records;
mod tail;

pub use places::Place;
pub(crate) use records::{Records, Union};

use places::Places;
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
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
    /// In the journal's own file.
    own: Arc<Places>,
    /// In other files.
    others: Places,
    /// In its own file since it was opened.
    since: Places,
    /// Values of an image.
    width: usize,
}

/// Where values of images are kept.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    tail: Tail<File>,
    /// Those that were there when it was opened.
    before: Arc<Places>,
    /// Those that came since.
    since: Places,
    /// Bytes of a record.
    length: usize,
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
        let mut known = Known::none(width);
        let end = known.add(path)?;
        known.own = Arc::new(std::mem::take(&mut known.others));
        file.set_len(end)?;
        if end == 0 {
            // Perhaps it was just made.
            report::sync_folder_of(path)?;
        }
        let (before, since, length) = (known.own.clone(), Places::default(), length_of(width));
        let journal = Journal { path: path.to_owned(), tail: Tail { file, end }, before, since, length };
        Ok((journal, known))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which record keeps the values of an image.
    pub fn record_of(&self, image: &ImageDigest) -> Option<usize> {
        let digest = |place: Place| {
            let mut digest = [0; DIGEST];
            let mut file = &self.tail.file;
            file.seek(SeekFrom::Start((place.record() * self.length) as u64))?;
            file.read_exact(&mut digest)?;
            Ok(digest)
        };
        let place = self.before.get(image, digest).or_else(|| self.since.get(image, digest));
        place.map(Place::record)
    }

    /// Whether it keeps the values of an image.
    pub fn holds(&self, image: &ImageDigest) -> bool {
        self.record_of(image).is_some()
    }

    /// Keeps the values of an image that it does not keep yet; in which record.
    ///
    /// # Errors
    /// If they cannot be written; then nothing of them is kept.
    pub fn keep(&mut self, image: &ImageDigest, values: &[f32]) -> io::Result<usize> {
        let at = self.tail.append(&record(image, values))?;
        let record = usize::try_from(at).map_err(io::Error::other)? / self.length;
        self.since.insert(image, Place::of(0, record)?);
        Ok(record)
    }

    /// Waits until what is kept would outlive a power cut.
    ///
    /// # Errors
    /// If the system says that it would not.
    pub fn sync(&self) -> io::Result<()> {
        self.tail.file.sync_all()
    }
}

/// Bytes of a record of so many values.
fn length_of(width: usize) -> usize {
    DIGEST + 4 * width + CHECK
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
    fn none(width: usize) -> Known {
        let (files, own) = (Vec::new(), Arc::default());
        Known { files, own, others: Places::default(), since: Places::default(), width }
    }

    /// What is whole in the journal in another file too; how many bytes that is. The file stays as it is.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn add(&mut self, path: &Path) -> io::Result<u64> {
        let opened = File::open(path)?;
        let of_file = self.files.len();
        self.files.push(Mutex::new(File::open(path)?));
        let mut reader = BufReader::new(opened);
        let mut record = vec![0; length_of(self.width)];
        let mut count = 0;
        while reader.read_exact(&mut record).is_ok() {
            let (body, check) = record.split_at(record.len() - CHECK);
            if blake3::hash(body).as_bytes()[..CHECK] != *check {
                break;
            }
            let image = digest_of(body);
            if self.place(&image).is_none() {
                self.others.insert(&image, Place::of(of_file, count)?);
            }
            count += 1;
        }
        Ok((count * record.len()) as u64)
    }

    /// What was known, and what its own journal keeps since.
    #[must_use]
    pub fn and(mut self, journal: Journal) -> Known {
        self.since = journal.since;
        self
    }

    /// Where all values of an image are; `None` if it was not read before.
    pub fn place(&self, image: &ImageDigest) -> Option<Place> {
        let digest = |place: Place| {
            let mut digest = [0; DIGEST];
            self.read(place, 0, &mut digest)?;
            Ok(digest)
        };
        let there = self.own.get(image, digest).or_else(|| self.others.get(image, digest));
        there.or_else(|| self.since.get(image, digest))
    }

    /// All values of an image; `None` if it was not read before.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn get(&self, image: &ImageDigest) -> io::Result<Option<Vec<f32>>> {
        self.place(image).map(|place| self.part(place, 0..self.width)).transpose()
    }

    /// Some of the values of an image.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn part(&self, of: Place, values: Range<usize>) -> io::Result<Vec<f32>> {
        let mut bytes = vec![0; 4 * values.len()];
        self.read(of, DIGEST + 4 * values.start, &mut bytes)?;
        let values = bytes.as_chunks::<4>().0.iter();
        Ok(values.map(|&b| f32::from_le_bytes(b)).collect())
    }

    /// The bytes of a record from one of them on.
    fn read(&self, of: Place, from: usize, bytes: &mut [u8]) -> io::Result<()> {
        let file = self.files[of.file()].lock();
        let mut file = file.unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start((of.record() * length_of(self.width) + from) as u64))?;
        file.read_exact(bytes)
    }

    /// How many images, before others come to them by [`Known::and`].
    pub fn len(&self) -> usize {
        self.own.len() + self.others.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests;
