//! A folder of `.npy` files, one a tensor.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::format::{Contents, Format, Reader, Wanted};
use super::place::Place;
use crate::npy::{self, Unread};
use crate::text::printable;
use crate::{Tensor, WeightsError};

/// A folder of `.npy` files.
#[derive(Debug)]
pub(crate) struct NpyFolder;

impl Format for NpyFolder {
    fn name(&self) -> &'static str {
        "a folder of .npy files"
    }

    fn recognises(&self, place: &Place) -> bool {
        place.inside().iter().any(|name| tensor_name(name).is_some() && !place.path().join(name).is_dir())
    }

    fn open(&self, place: &Place) -> Result<Contents, WeightsError> {
        let (mut names, mut files) = (Vec::new(), Vec::new());
        for inside in place.inside() {
            let Some(name) = tensor_name(inside) else { continue };
            let file = place.path().join(inside);
            let metadata = fs::metadata(&file).map_err(|source| refused(&file, source))?;
            if metadata.is_dir() {
                continue;
            }
            // Opening a pipe would wait for ever.
            if !metadata.is_file() {
                return Err(refused(&file, io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
            }
            names.push(printable(name));
            files.push(file);
        }
        Ok(Contents { names, notes: Vec::new(), beside: Vec::new(), tensors: Box::new(Files(files)) })
    }
}

/// The tensor that a file is named after: all before `.npy`, which has to be something.
fn tensor_name(file: &str) -> Option<&str> {
    let name = Path::new(file);
    (name.extension()? == "npy").then(|| name.file_stem()?.to_str())?
}

struct Files(Vec<PathBuf>);

impl Reader for Files {
    fn read(self: Box<Self>, wanted: Vec<Wanted>) -> Result<Vec<Tensor>, WeightsError> {
        let read = wanted.into_iter().map(|Wanted { at, name }| {
            let file = &self.0[at];
            let mut opened = File::open(file).map_err(|source| refused(file, source))?;
            let length = opened.metadata().map_err(|source| refused(file, source))?.len();
            // Of what is not packed there are as many values as bytes for them.
            match npy::read(&mut opened, length, &mut |_| Ok(())) {
                Ok(array) => Ok(Tensor::from_array(file, name, array)),
                Err(Unread::Io(source)) => Err(refused(file, source)),
                Err(Unread::Fault(fault)) => Err(WeightsError::Tensor { file: file.clone(), tensor: name, fault }),
            }
        });
        read.collect()
    }
}

fn refused(path: &Path, source: io::Error) -> WeightsError {
    WeightsError::Io { path: path.to_owned(), source }
}
