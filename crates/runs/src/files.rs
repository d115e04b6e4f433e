//! The output folder.

use crate::error::RunError;
use report::layout;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder that can be written to.
#[derive(Debug)]
pub(crate) struct Output {
    folder: PathBuf,
    /// Every file that this run wrote, or would have written had it not been there already.
    written: RefCell<BTreeSet<PathBuf>>,
}

impl Output {
    /// Makes the folder if it does not exist, and checks that files can be written in it.
    ///
    /// # Errors
    /// If not.
    pub(crate) fn new(folder: &Path) -> Result<Output, RunError> {
        let write = RunError::write(folder);
        if folder.is_file() {
            let path = folder.to_owned();
            return Err(RunError::NoFolder { path });
        }
        let existed = folder.is_dir();
        report::make_folder(folder).map_err(write)?;
        let probed = report::check_writable(&folder.join(".streamscope"));
        if probed.is_err() && !existed {
            // Nothing is left of a folder that is of no use.
            let _ = fs::remove_dir(folder);
        }
        probed.map_err(write)?;
        Ok(Output {
            folder: folder.to_owned(),
            written: RefCell::default(),
        })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where results are kept.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.join(layout::STORE)
    }

    /// Where what was read of images is kept.
    pub(crate) fn scans(&self) -> PathBuf {
        self.store().join("scans")
    }

    /// A file below it.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether a file below it was written by this run.
    pub(crate) fn wrote(&self, name: &str) -> bool {
        self.written.borrow().contains(&self.path(name))
    }

    /// Takes note of a file that somebody else wrote for this run.
    pub(crate) fn note(&self, path: &Path) {
        self.written.borrow_mut().insert(path.to_owned());
    }

    /// Writes a table.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write_table<T: Serialize>(&self, name: &str, rows: &[T]) -> Result<(), RunError> {
        let path = self.path(name);
        report::write_table(&path, rows)?;
        self.note(&path);
        Ok(())
    }

    /// Writes a file unless it holds these bytes already.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write_new(&self, path: &Path, bytes: &[u8]) -> Result<(), RunError> {
        self.note(path);
        if fs::read(path).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        report::write_atomically(path, bytes).map_err(RunError::write(path))
    }
}
