//! The records of a journal whose number of values nobody tells.

use super::{CHECK, DIGEST, ImageDigest, digest_of};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// The longest record: 64 MiB, a million times sixteen values.
const LONGEST: u64 = 64 << 20;

/// The whole records of a journal, one after another.
#[derive(Debug)]
pub(crate) struct Records {
    file: BufReader<File>,
    length: usize,
    left: u64,
    cut: bool,
}

impl Records {
    /// Those of a file. How long they are is told by the first one: it fits its own digest.
    pub(crate) fn open(path: &Path) -> io::Result<Records> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut head = Vec::new();
        (&mut file).take(LONGEST.min(size)).read_to_end(&mut head)?;
        let length = length(&head);
        file.seek(SeekFrom::Start(0))?;
        let cut = length.is_none() && size > 0;
        Ok(Records { file: BufReader::new(file), length: length.unwrap_or_default(), left: size, cut })
    }

    /// The next one; nothing where there is none, or it is damaged or cut.
    pub(crate) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.cut || self.left == 0 || self.length == 0 {
            return Ok(None);
        }
        if self.left < self.length as u64 {
            self.cut = true;
            return Ok(None);
        }
        let mut record = vec![0; self.length];
        self.file.read_exact(&mut record)?;
        self.left -= self.length as u64;
        self.cut = !is_whole(&record);
        Ok((!self.cut).then_some(record))
    }

    /// Whether something behind the records that were given is damaged or cut.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }
}

fn is_whole(record: &[u8]) -> bool {
    let (body, check) = record.split_at(record.len() - CHECK);
    blake3::hash(body).as_bytes()[..CHECK] == *check
}

/// Bytes of the first record.
fn length(head: &[u8]) -> Option<usize> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head.get(..DIGEST)?);
    for values in head[DIGEST..].as_chunks::<4>().0.iter().enumerate() {
        let body = DIGEST + 4 * values.0;
        let check = head.get(body..body + CHECK)?;
        if hasher.finalize().as_bytes()[..CHECK] == *check {
            return Some(body + CHECK);
        }
        hasher.update(values.1);
    }
    let body = DIGEST + 4 * head[DIGEST..].as_chunks::<4>().0.len();
    let check = head.get(body..body + CHECK)?;
    (hasher.finalize().as_bytes()[..CHECK] == *check).then_some(body + CHECK)
}

/// A journal that records of others come to.
#[derive(Debug)]
pub(crate) struct Union {
    file: File,
    /// The digest of the values of each image that it holds.
    held: HashMap<ImageDigest, [u8; CHECK]>,
}

impl Union {
    /// The journal in a file, which is made if it does not exist; what is cut at its end is cut off. `like` says how long
    /// its records have to be.
    pub(crate) fn open(path: &Path, like: &Records) -> io::Result<Union> {
        if let Some(folder) = path.parent() {
            report::make_folder(folder)?;
        }
        let mut held = HashMap::new();
        let mut end = 0;
        if fs::metadata(path).is_ok_and(|there| there.len() > 0) {
            let mut there = Records::open(path)?;
            if there.length == like.length || like.length == 0 {
                while let Some(record) = there.next()? {
                    held.insert(digest_of(&record), check_of(&record));
                    end += record.len() as u64;
                }
            }
        }
        let file = File::options().append(true).create(true).open(path)?;
        file.set_len(end)?;
        Ok(Union { file, held })
    }

    /// Adds a record; whether its image was not there, and nothing where it is there with other values.
    pub(crate) fn add(&mut self, record: &[u8]) -> io::Result<Option<bool>> {
        let (image, check) = (digest_of(record), check_of(record));
        match self.held.get(&image) {
            Some(there) if *there == check => Ok(Some(false)),
            Some(_) => Ok(None),
            None => {
                self.file.write_all(record)?;
                self.held.insert(image, check);
                Ok(Some(true))
            }
        }
    }

    /// Waits until what was added would outlive a power cut.
    pub(crate) fn end(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

fn check_of(record: &[u8]) -> [u8; CHECK] {
    record.last_chunk().copied().unwrap_or_default()
}
