//! An `.npz` archive: a zip file of `.npy` members, stored or deflated.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::npy::{self, Unread};
use crate::{Tensor, WeightsError};

/// What a zip file begins with: a member, or the end of the directory of an empty one.
const MAGICS: [&[u8; 4]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// One deflated byte becomes at most this many: two bits can stand for 258 bytes.
const LARGEST_EXPANSION: u64 = 1032;

/// Whatever its size, an archive may unpack to so many bytes: networks of zeros, which tests are made of, deflate to
/// nearly nothing.
const ALWAYS: u64 = 128 << 20;

/// Beyond that it may unpack to so many times its own size. Trained values deflate by a tenth, and to an eighth where
/// they are whole numbers of 8 bits, stored as singles: this is twice as much.
const FROM_A_BYTE: u64 = 16;

/// Whether a file calls itself an archive, by its name or by how it begins.
pub(crate) fn is_archive(file: &Path) -> Result<bool, WeightsError> {
    let mut magic = [0; 4];
    let begins_like_one = match open(file)?.read_exact(&mut magic) {
        Ok(()) => MAGICS.contains(&&magic),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => false,
        Err(source) => {
            return Err(WeightsError::Io { path: file.to_owned(), source });
        }
    };
    Ok(begins_like_one || file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npz")))
}

/// Reads every `.npy` member of an archive, but those whose tensors are `ignored`.
///
/// Members may not share bytes. Of each, the header is unpacked first and compared with the size that the directory
/// claims, and all of them together unpack to at most [`ALWAYS`] and [`FROM_A_BYTE`] for each byte of the file.
pub(crate) fn read(file: &Path, ignored: &dyn Fn(&str) -> bool) -> Result<Vec<Tensor>, WeightsError> {
    let corrupt = |error: ZipError| match error {
        // Only what the system itself says is not the archive's fault.
        ZipError::Io(source) if source.raw_os_error().is_some() => WeightsError::Io { path: file.to_owned(), source },
        other => WeightsError::CorruptArchive { file: file.to_owned(), reason: other.to_string() },
    };
    let opened = open(file)?;
    let length = opened.metadata().map_err(|source| WeightsError::Io { path: file.to_owned(), source })?;
    let mut left = ALWAYS.saturating_add(length.len().saturating_mul(FROM_A_BYTE));
    let mut archive = ZipArchive::new(BufReader::new(opened)).map_err(corrupt)?;
    if archive.has_duplicate_names() {
        let tensor =
            first_duplicate(file, archive.central_directory_start()).map_err(|source| corrupt(source.into()))?;
        return Err(WeightsError::Duplicate { file: file.to_owned(), tensor });
    }
    if archive.has_overlapping_files().map_err(corrupt)? {
        let reason = "members share bytes".to_owned();
        return Err(WeightsError::CorruptArchive { file: file.to_owned(), reason });
    }
    let names = archive.file_names().collect::<Result<Vec<_>, _>>().map_err(corrupt)?;
    let names: Vec<(usize, String)> =
        names.iter().enumerate().filter_map(|(i, member)| Some((i, printable(tensor_name(member)?)))).collect();
    if names.is_empty() {
        return Err(WeightsError::Empty { path: file.to_owned() });
    }
    let kept = names.into_iter().filter(|(_, name)| !ignored(name));
    kept.map(|(index, name)| {
        let unpacked = archive
            .by_index(index)
            .map_err(|error| Unread::Io(error.into()))
            .and_then(|member| unpack(member, &mut left));
        match unpacked {
            Ok(bytes) => Tensor::from_npy(file, name, &bytes),
            Err(Unread::Npy(fault)) => Err(WeightsError::Npy { file: file.to_owned(), tensor: name, fault }),
            Err(Unread::Io(reason)) => {
                Err(WeightsError::CorruptMember { file: file.to_owned(), tensor: name, reason: reason.to_string() })
            }
        }
    })
    .collect()
}

/// All the bytes of a member, as many as the archive's directory says; or what is wrong with it. They are taken from
/// those `left` to the archive.
fn unpack(member: ZipFile<'_, BufReader<File>>, left: &mut u64) -> Result<Vec<u8>, Unread> {
    let wrong = |reason: String| Err(Unread::Io(io::Error::other(reason)));
    let (size, packed) = (member.size(), member.compressed_size());
    if size > packed.saturating_mul(LARGEST_EXPANSION) {
        return wrong(format!("it claims to unpack to {size} bytes, from {packed}"));
    }
    if size > *left {
        return wrong(format!(
            "it would unpack to {size} bytes, where {left} are left of what an archive of this size may hold"
        ));
    }
    *left -= size;
    // One byte more than there should be shows an excess, and only a reader that sees the end checks the sum.
    let bytes = npy::read(member, size)?;
    if bytes.len() as u64 == size {
        Ok(bytes)
    } else {
        wrong(format!("it should unpack to {size} bytes and unpacks to {} or more", bytes.len()))
    }
}

/// The name of the tensor in a member; `None` for other files.
fn tensor_name(member: &str) -> Option<&str> {
    member.strip_suffix(".npy").filter(|name| !name.is_empty())
}

/// A name without line breaks and other control characters, which no tensor has: messages stay one line.
fn printable(name: &str) -> String {
    let replaced = name.chars().map(|c| match c.is_control() {
        true => char::REPLACEMENT_CHARACTER,
        false => c,
    });
    replaced.collect()
}

/// The name that the archive's directory repeats first; the directory starts at `start` and has been read before.
fn first_duplicate(file: &Path, start: u64) -> io::Result<String> {
    let mut reader = BufReader::new(File::open(file)?);
    reader.seek(SeekFrom::Start(start))?;
    let mut seen = BTreeSet::new();
    loop {
        // Of the 46 bytes before a name, three numbers matter here: the lengths of the name and of what follows it.
        let mut entry = [0; 46];
        reader.read_exact(&mut entry)?;
        let [name, extra, comment] = [28, 30, 32].map(|at| u16::from_le_bytes([entry[at], entry[at + 1]]));
        let mut member = vec![0; usize::from(name)];
        reader.read_exact(&mut member)?;
        reader.seek_relative(i64::from(extra) + i64::from(comment))?;
        let member = String::from_utf8_lossy(&member).into_owned();
        if let Some(repeated) = seen.replace(member) {
            return Ok(tensor_name(&repeated).unwrap_or(&repeated).to_owned());
        }
    }
}

fn open(file: &Path) -> Result<File, WeightsError> {
    File::open(file).map_err(|source| WeightsError::Io { path: file.to_owned(), source })
}
