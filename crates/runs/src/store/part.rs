//! What an interrupted command leaves beside the file that it was to write.

use crate::error::RunError;
use crate::shards::Shard;
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
    /// That of a file, of whatever determines what is in it, and of a shard of those who write it, if there are several.
    ///
    /// # Errors
    /// If it cannot be written, or another program writes to it.
    pub(crate) fn begin(file: &Path, key: &str, shard: Option<Shard>) -> Result<Part, RunError> {
        let stem = stem(file);
        let shard = shard.map_or_else(String::new, |shard| format!(".{}-of-{}", shard.index(), shard.count()));
        let path = file.with_file_name(format!("{stem}{}{shard}.part", &key[..KEY]));
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
        remove(self.parts()?)
    }

    /// Removes every part of a file.
    ///
    /// # Errors
    /// If one cannot be removed.
    pub(crate) fn end_all(file: &Path) -> Result<(), RunError> {
        remove(parts(file, &stem(file))?)
    }

    /// What shards finished of the same, in the order of their names.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub(crate) fn of_shards(&self) -> Result<Vec<PathBuf>, RunError> {
        let own = self.path.file_name().unwrap_or_default().to_string_lossy();
        let key = own.strip_prefix(&self.stem).and_then(|rest| rest.get(..KEY)).unwrap_or_default().to_owned();
        let same = self.parts()?.into_iter().filter(|(of, path)| *of == key && *path != self.path);
        let mut paths: Vec<PathBuf> = same.map(|(_, path)| path).collect();
        paths.sort();
        Ok(paths)
    }

    /// Every part of that file, with its key.
    fn parts(&self) -> Result<Vec<(String, PathBuf)>, RunError> {
        parts(&self.path, &self.stem)
    }
}

/// What the names of all parts of a file begin with.
fn stem(file: &Path) -> String {
    format!("{}.", file.file_name().unwrap_or_default().to_string_lossy())
}

/// Every part whose name begins so, with its key, in the folder of a file.
fn parts(beside: &Path, stem: &str) -> Result<Vec<(String, PathBuf)>, RunError> {
    let folder = beside.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let key = |name: &str| {
        let (key, shard) = name.strip_prefix(stem)?.strip_suffix(".part")?.split_at_checked(KEY)?;
        let is_shard = shard.strip_prefix('.').and_then(|shard| {
            let (index, count) = shard.split_once("-of-")?;
            format!("{index}/{count}").parse::<Shard>().ok()
        });
        let known = key.bytes().all(|b| b.is_ascii_hexdigit()) && (shard.is_empty() || is_shard.is_some());
        known.then(|| key.to_owned())
    };
    let files = fs::read_dir(folder).map_err(RunError::write(beside))?.flatten();
    Ok(files.filter_map(|file| Some((key(&file.file_name().to_string_lossy())?, file.path()))).collect())
}

fn remove(parts: Vec<(String, PathBuf)>) -> Result<(), RunError> {
    for (_, path) in parts {
        fs::remove_file(&path).map_err(RunError::write(&path))?;
    }
    Ok(())
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
