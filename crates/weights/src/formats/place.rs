//! What is at a path.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::members;
use crate::WeightsError;

/// What is at a path, as far as one can see from outside.
#[derive(Debug)]
pub(crate) enum Place {
    /// A folder and the names in it, in their order.
    Folder {
        /// Where it is.
        path: PathBuf,
        /// The names of its entries, but those that systems leave everywhere.
        names: Vec<String>,
    },
    /// A regular file.
    File {
        /// Where it is.
        path: PathBuf,
        /// How it begins.
        head: Vec<u8>,
        /// Its length in bytes.
        length: u64,
        /// The members of a zip archive, in their order.
        members: Option<Vec<String>>,
    },
}

/// Bytes that are looked at to recognise a file: what tells a tar archive ends at byte 262.
const HEAD: u64 = 512;

impl Place {
    /// Looks at a path.
    pub(crate) fn look(path: &Path) -> Result<Place, WeightsError> {
        let refused = |source| WeightsError::Io { path: path.to_owned(), source };
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(source) if source.kind() == io::ErrorKind::NotFound => {
                return Err(WeightsError::NotFound { path: path.to_owned() });
            }
            Err(source) => return Err(refused(source)),
        };
        if metadata.is_dir() {
            let mut names = Vec::new();
            for entry in fs::read_dir(path).map_err(refused)? {
                names.push(entry.map_err(refused)?.file_name().to_string_lossy().into_owned());
            }
            names.retain(|name| !is_of_the_system(name));
            // So that the first error does not depend on the file system.
            names.sort();
            return Ok(Place::Folder { path: path.to_owned(), names });
        }
        if !metadata.is_file() {
            let found = "something that is neither a file nor a folder".to_owned();
            return Err(WeightsError::NotWeights { path: path.to_owned(), found });
        }
        let mut head = Vec::new();
        File::open(path).map_err(refused)?.take(HEAD).read_to_end(&mut head).map_err(refused)?;
        let members = match members::is_archive(&head) {
            true => Some(members::Members::open(path)?.names()),
            false => None,
        };
        Ok(Place::File { path: path.to_owned(), head, length: metadata.len(), members })
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Place::Folder { path, .. } | Place::File { path, .. } => path,
        }
    }

    /// How a file begins; nothing of a folder.
    pub(crate) fn head(&self) -> &[u8] {
        match self {
            Place::Folder { .. } => &[],
            Place::File { head, .. } => head,
        }
    }

    /// The length of a file; zero of a folder.
    pub(crate) fn length(&self) -> u64 {
        match self {
            Place::Folder { .. } => 0,
            Place::File { length, .. } => *length,
        }
    }

    /// The members of an archive; nothing of anything else.
    pub(crate) fn members(&self) -> &[String] {
        match self {
            Place::File { members: Some(members), .. } => members,
            _ => &[],
        }
    }

    /// What is in a folder; nothing of a file.
    pub(crate) fn inside(&self) -> &[String] {
        match self {
            Place::Folder { names, .. } => names,
            Place::File { .. } => &[],
        }
    }

    pub(crate) fn is_archive(&self) -> bool {
        matches!(self, Place::File { members: Some(_), .. })
    }
}

/// Whether a file was put there by a system for itself, as macOS puts `._conv1.weight.npy` beside `conv1.weight.npy`.
pub(crate) fn is_of_the_system(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with("._") || part == "__MACOSX" || part == ".DS_Store")
}
