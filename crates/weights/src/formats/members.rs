//! The members of a zip archive: what `.npz` files and PyTorch's are.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use zip::read::{ZipFile, ZipReadOptions};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::WeightsError;

/// What a zip file begins with: a member, or the end of the directory of an empty one.
const MAGICS: [&[u8; 4]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// What a zip file is taken for as long as nothing else is known.
pub(super) const NPZ: &str = "an .npz archive";

/// One deflated byte becomes at most this many: two bits can stand for 258 bytes.
const LARGEST_EXPANSION: u64 = 1032;

/// Whether a file calls itself an archive, by how it begins.
pub(super) fn is_archive(head: &[u8]) -> bool {
    MAGICS.iter().any(|magic| head.starts_with(*magic))
}

/// The name of the tensor in a member; `None` for other files.
pub(super) fn tensor_name(member: &str) -> Option<&str> {
    member.strip_suffix(".npy").filter(|name| !name.is_empty())
}

/// An archive whose members share neither names nor bytes.
pub(super) struct Members {
    file: PathBuf,
    archive: ZipArchive<BufReader<File>>,
    names: Vec<String>,
    /// Whether what is unpacked has no sums to compare with.
    without_sums: bool,
}

impl Members {
    pub(super) fn open(file: &Path) -> Result<Members, WeightsError> {
        let refused = |source| WeightsError::Io { path: file.to_owned(), source };
        let opened = File::open(file).map_err(refused)?;
        let mut archive = ZipArchive::new(BufReader::new(opened)).map_err(|error| corrupt(file, error))?;
        if archive.has_duplicate_names() {
            let name = first_duplicate(file, archive.central_directory_start())
                .map_err(|error| corrupt(file, error.into()))?;
            let tensor = tensor_name(&name).unwrap_or(&name).to_owned();
            return Err(WeightsError::Duplicate { file: file.to_owned(), tensor });
        }
        if archive.has_overlapping_files().map_err(|error| corrupt(file, error))? {
            let reason = "members share bytes".to_owned();
            return Err(WeightsError::Corrupt { file: file.to_owned(), format: NPZ, reason });
        }
        let names = archive.file_names().map(|name| Ok(name?.into_owned())).collect::<Result<_, ZipError>>();
        let names = names.map_err(|error| corrupt(file, error))?;
        Ok(Members { file: file.to_owned(), archive, names, without_sums: false })
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Which member has a name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.archive.index_for_name(name)
    }

    /// From here on no sums are compared, if all are zero.
    pub(super) fn ignore_sums_if_there_are_none(&mut self) {
        let sum = |at| self.archive.by_index_data(at).map_or(1, |member| member.crc32());
        self.without_sums = (0..self.names.len()).all(|at| sum(at) == 0);
    }

    /// A member to be read from its beginning to its end, where its sum is checked, and how long it says that it is.
    pub(super) fn unpack(&mut self, at: usize) -> io::Result<(ZipFile<'_, BufReader<File>>, u64)> {
        let options = ZipReadOptions::new().ignore_crc32(self.without_sums);
        let member = self.archive.by_index_with_options(at, options)?;
        let (size, packed) = (member.size(), member.compressed_size());
        if size > packed.saturating_mul(LARGEST_EXPANSION) {
            return Err(io::Error::other(format!("it claims to unpack to {size} bytes, from {packed}")));
        }
        Ok((member, size))
    }

    /// The size of a member, and whether it is stored as it is.
    pub(super) fn extent(&mut self, at: usize) -> io::Result<(u64, bool)> {
        let member = self.archive.by_index_raw(at)?;
        Ok((member.size(), member.compression() == CompressionMethod::Stored && !member.encrypted()))
    }

    /// A stored member from some byte on. No sum is checked.
    pub(super) fn stored_from(&mut self, at: usize, byte: u64) -> io::Result<impl Read> {
        let mut member = self.archive.by_index_seek(at)?;
        member.seek(SeekFrom::Start(byte))?;
        Ok(member)
    }

    /// How a member begins; fewer bytes where it is shorter.
    pub(super) fn head(&mut self, at: usize, bytes: u64) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.archive.by_index(at)?.take(bytes).read_to_end(&mut head)?;
        Ok(head)
    }
}

/// What is wrong with an archive. Only what the system itself says is not the archive's fault.
fn corrupt(file: &Path, error: ZipError) -> WeightsError {
    match error {
        ZipError::Io(source) if source.raw_os_error().is_some() => WeightsError::Io { path: file.to_owned(), source },
        other => WeightsError::Corrupt { file: file.to_owned(), format: NPZ, reason: other.to_string() },
    }
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
            return Ok(repeated);
        }
    }
}
