//! The output folder.

use crate::error::RunError;
use report::registry::Table;
use report::{Pending, layout};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
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
        Ok(Output { folder: folder.to_owned(), written: RefCell::default() })
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

    /// Takes note of a file that was written for this run elsewhere.
    pub(crate) fn note(&self, path: &Path) {
        self.written.borrow_mut().insert(path.to_owned());
    }

    /// Writes a table.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write_table<T: Serialize>(&self, table: &Table, rows: &[T]) -> Result<(), RunError> {
        let path = self.path(table.path);
        report::write_table(&path, rows)?;
        self.note(&path);
        Ok(())
    }

    /// Gives a file that was written under a temporary name its own, unless one there holds the same bytes.
    ///
    /// # Errors
    /// If it cannot be.
    pub(crate) fn put_new(&self, path: &Path, pending: Pending) -> Result<(), RunError> {
        self.note(path);
        match same_bytes(path, pending.file()) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => pending.put().map_err(RunError::write(path)),
        }
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

/// Whether a file of a path holds the bytes of another one, of which never more than a piece is in memory.
fn same_bytes(path: &Path, other: &File) -> io::Result<bool> {
    let (there, mut other) = (File::open(path)?, other.try_clone()?);
    if there.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    other.seek(SeekFrom::Start(0))?;
    let (mut there, mut other) = (BufReader::with_capacity(PIECE, there), BufReader::with_capacity(PIECE, other));
    loop {
        let (a, b) = (there.fill_buf()?, other.fill_buf()?);
        let length = a.len().min(b.len());
        if a[..length] != b[..length] {
            return Ok(false);
        }
        if length == 0 {
            return Ok(a.len() == b.len());
        }
        there.consume(length);
        other.consume(length);
    }
}

/// Bytes of a piece.
const PIECE: usize = 1 << 18;

#[cfg(test)]
mod tests {
    use super::*;
    use report::registry::tables::BLOCKS;

    #[test]
    fn a_folder_is_made_and_nothing_but_it_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let output = Output::new(&path).unwrap();
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
        assert_eq!(output.folder(), path);
        assert_eq!(output.store(), path.join("store"));
        assert_eq!(output.scans(), path.join("store/scans"));
        assert_eq!(output.path("x/y"), path.join("x/y"));
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Output::new(&file).unwrap_err();
        assert!(matches!(error, RunError::NoFolder { .. }), "{error}");
        let error = Output::new(&file.join("below")).unwrap_err();
        assert!(matches!(error, RunError::Write { .. }), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn where_no_file_can_be_made_it_is_said() {
        // Nobody can, root neither.
        let error = Output::new(Path::new("/proc/self")).unwrap_err();
        assert!(error.to_string().contains("/proc/self: cannot write"), "{error}");
    }

    #[test]
    fn what_was_written_or_was_there_already_is_noted_and_what_is_the_same_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::new(folder.path()).unwrap();
        let path = output.path("a.txt");
        assert!(!output.wrote("a.txt"));
        output.write_new(&path, b"one").unwrap();
        assert!(output.wrote("a.txt") && !output.wrote("b.txt"));
        let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
        let times = fs::FileTimes::new().set_modified(long_ago);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_times(times).unwrap();
        let modified = || fs::metadata(&path).unwrap().modified().unwrap();
        let again = Output::new(folder.path()).unwrap();
        again.write_new(&path, b"one").unwrap();
        assert!(again.wrote("a.txt") && modified() == long_ago);
        again.write_new(&path, b"two").unwrap();
        assert!(fs::read(&path).unwrap() == b"two" && modified() != long_ago);
        again.note(&output.path("b.txt"));
        assert!(again.wrote("b.txt"));
        output.write_table(&BLOCKS, &[(1, 2)]).unwrap();
        assert!(output.wrote("tables/blocks.csv") && output.path("tables/blocks.csv").exists());
    }
}
