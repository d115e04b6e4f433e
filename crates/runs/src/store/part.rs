//! What an interrupted command leaves beside the file that it was to write.

use crate::error::RunError;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What was finished so far, in a file beside another one that is to be written, which this program alone writes to.
#[derive(Debug)]
pub(crate) struct Part {
    path: PathBuf,
    /// Is locked, until it is dropped.
    _lock: File,
    /// What the names of all parts of that file begin with.
    stem: String,
}

impl Part {
    /// That of a file and of whatever determines what is in it.
    ///
    /// # Errors
    /// If it cannot be written, or another program writes to it.
    pub(crate) fn begin(file: &Path, key: &str) -> Result<Part, RunError> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let stem = format!("{name}.");
        let path = file.with_file_name(format!("{stem}{}.part", &key[..KEY]));
        let mut options = File::options();
        let opened = options.append(true).create(true).open(&path);
        let lock = opened.map_err(RunError::write(&path))?;
        match lock.try_lock() {
            Err(fs::TryLockError::WouldBlock) => Err(RunError::Busy { path }),
            // Not every file system has locks.
            Ok(()) | Err(fs::TryLockError::Error(_)) => Ok(Part { path, _lock: lock, stem }),
        }
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it, and what other interrupted commands left of a file that is another one now.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub(crate) fn end(&self) -> Result<(), RunError> {
        let folder = self.path.parent().filter(|f| !f.as_os_str().is_empty());
        let is_part = |name: &str| {
            let key = name.strip_prefix(&self.stem)?.strip_suffix(".part")?;
            (key.len() == KEY && key.bytes().all(|b| b.is_ascii_hexdigit())).then_some(())
        };
        let files = fs::read_dir(folder.unwrap_or(Path::new(".")));
        for file in files.map_err(RunError::write(&self.path))?.flatten() {
            if is_part(&file.file_name().to_string_lossy()).is_some() {
                fs::remove_file(file.path()).map_err(RunError::write(&file.path()))?;
            }
        }
        Ok(())
    }
}

impl Drop for Part {
    /// Where nothing was finished nothing is left.
    fn drop(&mut self) {
        if fs::metadata(&self.path).is_ok_and(|part| part.len() == 0) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Digits of the key in the name of a part.
const KEY: usize = 16;
