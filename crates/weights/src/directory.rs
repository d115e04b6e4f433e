//! A directory of `.npy` files.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::npy::{self, Unread};
use crate::{Tensor, WeightsError};

/// Reads every `.npy` file of a directory, in the order of their names, but those whose tensors are `ignored`.
pub(crate) fn read(directory: &Path, ignored: &dyn Fn(&str) -> bool) -> Result<Vec<Tensor>, WeightsError> {
    let files = npy_files(directory)?;
    if files.is_empty() {
        return Err(WeightsError::Empty { path: directory.to_owned() });
    }
    let kept = files.into_iter().filter(|(name, _)| !ignored(name));
    kept.map(|(name, file)| {
        let refused = |source| WeightsError::Io { path: file.clone(), source };
        let opened = File::open(&file).map_err(refused)?;
        let length = opened.metadata().map_err(refused)?.len();
        match npy::read(opened, length) {
            Ok(bytes) => Tensor::from_npy(&file, name, &bytes),
            Err(Unread::Io(source)) => Err(refused(source)),
            Err(Unread::Npy(fault)) => Err(WeightsError::Npy { file, tensor: name, fault }),
        }
    })
    .collect()
}

/// The tensors' names and files, sorted so that the first error does not depend on the file system.
fn npy_files(directory: &Path) -> Result<Vec<(String, PathBuf)>, WeightsError> {
    let refused = |path: &Path, source| WeightsError::Io { path: path.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(|source| refused(directory, source))? {
        let file = entry.map_err(|source| refused(directory, source))?.path();
        let (Some(stem), Some("npy")) = (file.file_stem(), file.extension().and_then(|e| e.to_str())) else {
            continue;
        };
        let metadata = fs::metadata(&file).map_err(|source| refused(&file, source))?;
        if metadata.is_dir() {
            continue;
        }
        // Opening a pipe would wait for ever.
        if !metadata.is_file() {
            return Err(refused(&file, io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
        }
        files.push((stem.to_string_lossy().into_owned(), file));
    }
    files.sort();
    Ok(files)
}
