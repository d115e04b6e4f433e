//! Files that are there whole or not at all: written under a temporary name, synced, renamed, and their folder synced.
//! `tempfile` makes, renames and removes; it syncs nothing, and makes files for their owner alone, so both are done here.

#[cfg(test)]
mod failures;

use crate::abandoned::{SUFFIX, prefix, remove_abandoned};
use crate::disk::{Disk, System};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// Writes a file under a temporary name beside it, syncs it, renames it, and syncs its folder. Missing folders are
/// made.
///
/// # Errors
/// What the system says; then the file is as it was before, or whole and new where only its folder could not be synced,
/// and nothing else is left.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_atomically_with(path, |file| file.write_all(bytes))
}

/// As [`write_atomically`], of what `write` writes.
///
/// # Errors
/// What the system or `write` says; then what is left is as with [`write_atomically`].
pub fn write_atomically_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    place(&System, path, write)
}

/// A file that takes long to write: under a temporary name beside its own until it is put in its place, and removed where
/// it never is.
#[derive(Debug)]
pub struct Pending {
    path: PathBuf,
    temporary: NamedTempFile<File>,
}

impl Pending {
    /// An empty one, of the file of a path. Missing folders are made.
    ///
    /// # Errors
    /// What the system says.
    pub fn begin(path: &Path) -> io::Result<Pending> {
        let path = target(path)?;
        let temporary =
            begin(&System, &path, |path| File::options().read(true).write(true).create_new(true).open(path))?;
        Ok(Pending { path, temporary })
    }

    /// The file, to write to and to read from.
    pub fn file(&self) -> &File {
        self.temporary.as_file()
    }

    /// Puts it in its place, as [`write_atomically`] does.
    ///
    /// # Errors
    /// What the system says; then what is left is as with [`write_atomically`].
    pub fn put(self) -> io::Result<()> {
        put(&System, self.temporary, &self.path)
    }
}

fn place<D: Disk>(disk: &D, path: &Path, write: impl FnOnce(&mut D::File) -> io::Result<()>) -> io::Result<()> {
    let path = &target(path)?;
    let mut temporary = begin(disk, path, |path| disk.create(path))?;
    write(temporary.as_file_mut())?;
    put(disk, temporary, path)
}

/// A temporary file beside one; it is removed where anything fails before it has its name.
fn begin<D: Disk, F>(
    disk: &D,
    path: &Path,
    create: impl FnMut(&Path) -> io::Result<F>,
) -> io::Result<NamedTempFile<F>> {
    let folder = folder_of(path);
    make_folders(disk, folder)?;
    let name =
        path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a path without a file name"))?;
    let prefix = prefix(&name.to_string_lossy());
    Builder::new().prefix(&prefix).suffix(SUFFIX).make_in(folder, create)
}

fn put<D: Disk>(disk: &D, temporary: NamedTempFile<D::File>, path: &Path) -> io::Result<()> {
    disk.sync(temporary.as_file())?;
    disk.persist(temporary.into_temp_path(), path)?;
    disk.sync_folder(folder_of(path))
}

/// Makes a folder and those above it that are missing, and syncs what each was made in.
///
/// # Errors
/// What the system says.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    make_folders(&System, folder)
}

fn make_folders(disk: &impl Disk, folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let parent = folder_of(folder);
    make_folders(disk, parent)?;
    match disk.make_folder(folder) {
        // Somebody else was faster, and may not have synced it yet.
        Err(_) if folder.is_dir() => {}
        made => made?,
    }
    disk.sync_folder(parent)
}

/// Syncs the folder of a file that was just made under its own name.
///
/// # Errors
/// What the system says.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    System.sync_folder(folder_of(path))
}

/// Checks that [`write_atomically`] can write a file: makes its folder and writes an empty file beside it. Temporary
/// files there whose process is gone are removed.
///
/// # Errors
/// What the system says.
pub fn check_writable(path: &Path) -> io::Result<()> {
    let path = &target(path)?;
    let folder = folder_of(path);
    make_folder(folder)?;
    let prefix = prefix("streamscope");
    let mut probe = Builder::new();
    let probe = probe.prefix(&prefix).suffix(SUFFIX).make_in(folder, |path| File::create_new(path))?;
    probe.close()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    remove_abandoned(folder, |file| *file == *name);
    Ok(())
}

/// What to do about an error of the system where something is to be done, to stand behind what it says.
pub fn way_on(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free space and run the same command again: what was finished is kept"
        }
        io::ErrorKind::ReadOnlyFilesystem => "; make it writable or choose another folder",
        _ => "",
    }
}

/// The file that is written: what a link leads to. Renaming would put a file in the place of a link, a device or a
/// pipe.
fn target(path: &Path) -> io::Result<PathBuf> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        Ok(there) if !there.is_file() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "expected a regular file or none, found something else"))
        }
        Ok(_) if path.is_symlink() => fs::canonicalize(path),
        Ok(_) | Err(_) => Ok(path.to_owned()),
    }
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.txt");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_replaced_and_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other_name) = (folder.path().join("a"), folder.path().join("b"));
        write_atomically(&path, b"one").unwrap();
        // A second name of the same file: it keeps the old bytes only where they were left alone.
        fs::hard_link(&path, &other_name).unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read(&other_name).unwrap(), b"one");
    }

    #[test]
    fn a_write_that_fails_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        // A folder cannot be replaced by a file.
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        assert!(write_atomically(&path, b"bytes").is_err());
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_bare_file_name_is_written_in_the_current_folder() {
        let name = format!("atomic-test-{}.txt", process::id());
        let path = Path::new(&name);
        check_writable(path).unwrap();
        assert!(!path.exists());
        write_atomically(path, b"here").unwrap();
        let read = fs::read(path);
        fs::remove_file(path).unwrap();
        assert_eq!(read.unwrap(), b"here");
    }

    #[test]
    fn checking_makes_the_folder_and_leaves_it_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c.txt");
        check_writable(&path).unwrap();
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
    }

    #[test]
    fn checking_leaves_a_file_that_is_there_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.txt");
        fs::write(&path, b"kept").unwrap();
        check_writable(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"kept");
    }

    #[test]
    fn a_folder_or_a_path_below_a_file_is_not_writable() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_writable(folder.path()).is_err());
        let file = folder.path().join("file");
        fs::write(&file, b"kept").unwrap();
        for check in [check_writable, |path: &Path| write_atomically(path, b"x")] {
            assert!(check(&file.join("below.txt")).is_err());
        }
        assert_eq!(fs::read(&file).unwrap(), b"kept");
    }

    #[test]
    fn a_path_without_a_file_name_is_refused() {
        assert!(write_atomically(Path::new(".."), b"x").is_err());
        assert!(write_atomically(Path::new(""), b"x").is_err());
    }

    /// A store is shared: who may read its files is for the folder's owner to say, not for a temporary name.
    #[cfg(unix)]
    #[test]
    fn a_file_may_be_read_by_whom_any_other_file_may() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        write_atomically(&ours, b"x").unwrap();
        fs::write(&plain, b"x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_a_device_is_left_alone() {
        use std::os::unix::fs::{FileTypeExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "before").unwrap();
        symlink(&file, &link).unwrap();
        write_atomically(&link, b"after").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"after");
        let device = Path::new("/dev/null");
        assert!(check_writable(device).is_err() && write_atomically(device, b"a").is_err());
        assert!(fs::metadata(device).unwrap().file_type().is_char_device());
    }
}
