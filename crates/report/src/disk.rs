//! What a file that is there whole or not at all takes of the system, one call a function: so that a test can let each
//! of them fail.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::Path;
use tempfile::TempPath;

/// The calls that change what is on a disk.
pub(crate) trait Disk {
    /// An open file.
    type File: Write + Seek;

    /// Makes an empty file where there is none.
    fn create(&self, path: &Path) -> io::Result<Self::File>;
    /// Waits until what was written to a file would outlive a power cut.
    fn sync(&self, file: &Self::File) -> io::Result<()>;
    /// Gives a file its name, in place of whatever has it; removes it where that fails.
    fn persist(&self, file: TempPath, to: &Path) -> io::Result<()>;
    /// Waits until the names in a folder would outlive a power cut.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Makes one folder.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The system's own calls.
pub(crate) struct System;

impl Disk for System {
    type File = File;

    fn create(&self, path: &Path) -> io::Result<File> {
        File::create_new(path)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn persist(&self, file: TempPath, to: &Path) -> io::Result<()> {
        Ok(file.persist(to)?)
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
        match File::open(folder).and_then(|folder| folder.sync_all()) {
            // Not every file system syncs folders, and one that may be written to need not be readable: there is no
            // more to be done.
            Err(e) if matches!(e.kind(), InvalidInput | PermissionDenied | Unsupported) => Ok(()),
            synced => synced,
        }
    }

    /// Elsewhere a folder cannot be opened.
    #[cfg(not(unix))]
    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir(folder)
    }
}
