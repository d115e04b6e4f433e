//! The center activations of one site for every image, in the file that the run leaves of them.

use crate::error::RunError;
use crate::output::Output;
use crate::store::npy_header;
use report::Pending;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Bytes that wait to be written; the more, the fewer images in between two writes to one file.
const BUFFER: usize = 1 << 18;

/// `[images, channels]`, an image after another as they come: none of it is in memory but what waits to be written.
#[derive(Debug)]
pub(super) struct RowsWriter {
    path: PathBuf,
    file: BufWriter<File>,
    pending: Pending,
    channels: usize,
    header: usize,
    images: usize,
}

/// The same once all images came, to be read back.
#[derive(Debug)]
pub(super) struct Rows {
    path: PathBuf,
    file: Mutex<File>,
    /// Until it has its name.
    pending: Mutex<Option<Pending>>,
    channels: usize,
    header: u64,
    images: usize,
}

impl RowsWriter {
    /// Begins the file of a path, of at most so many images.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn begin(path: &Path, (images, channels): (usize, usize)) -> Result<RowsWriter, RunError> {
        let begun = || {
            let pending = Pending::begin(path)?;
            // How many images can be read is known at the end: as long is what then stands here.
            let header = npy_header(&[images, channels])?;
            let mut file = BufWriter::with_capacity(BUFFER, pending.file().try_clone()?);
            file.write_all(&header)?;
            Ok(RowsWriter { path: path.to_owned(), file, pending, channels, header: header.len(), images: 0 })
        };
        begun().map_err(RunError::write(path))
    }

    /// Appends the values of the next image.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(super) fn push(&mut self, values: &[f32]) -> Result<(), RunError> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.images += 1;
        self.file.write_all(&bytes).map_err(RunError::write(&self.path))
    }

    /// All images came.
    ///
    /// # Errors
    /// If the rest cannot be written.
    pub(super) fn end(self) -> Result<Rows, RunError> {
        let RowsWriter { path, file, pending, channels, header, images } = self;
        let ended = || {
            let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            let begins = npy_header(&[images, channels])?;
            if begins.len() != header {
                return Err(io::Error::other("expected a header of as many bytes as it began with"));
            }
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&begins)?;
            Ok(file)
        };
        let file = Mutex::new(ended().map_err(RunError::write(&path))?);
        Ok(Rows { path, file, pending: Mutex::new(Some(pending)), channels, header: header as u64, images })
    }
}

impl Rows {
    /// How many channels.
    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// How many images.
    pub(super) fn images(&self) -> usize {
        self.images
    }

    /// The values of some images, `[images, channels]`.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(super) fn of_images(&self, images: Range<usize>) -> Result<Vec<f32>, RunError> {
        self.read(images.start * self.channels, images.len() * self.channels)
    }

    /// One value.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn at(&self, image: usize, channel: usize) -> Result<f32, RunError> {
        Ok(self.read(image * self.channels + channel, 1)?.first().copied().unwrap_or(f32::NAN))
    }

    fn read(&self, first: usize, count: usize) -> Result<Vec<f32>, RunError> {
        let mut bytes = vec![0; 4 * count];
        let mut read = || {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(self.header + 4 * first as u64))?;
            file.read_exact(&mut bytes)
        };
        read().map_err(RunError::read(&self.path))?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect())
    }

    /// Gives the file its name, unless one of these bytes has it already.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn put(&self, output: &Output) -> Result<(), RunError> {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner).take();
        pending.map_or(Ok(()), |pending| output.put_new(&self.path, pending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_is_read_back_and_the_file_is_numpys_array_of_as_many_images_as_came() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::new(folder.path()).unwrap();
        let path = output.path("activations/a.npy");
        let write = |images: u8| {
            let mut rows = RowsWriter::begin(&path, (1_000_000, 3)).unwrap();
            for image in 0..images {
                rows.push(&[f32::from(image), -0.0, f32::NAN]).unwrap();
            }
            rows.end().unwrap()
        };
        let rows = write(5);
        assert_eq!((rows.images(), rows.channels()), (5, 3));
        let bits = |values: Vec<f32>| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let expected = [1.0, -0.0, f32::NAN, 2.0, -0.0, f32::NAN];
        assert_eq!(bits(rows.of_images(1..3).unwrap()), bits(expected.to_vec()));
        assert_eq!(rows.at(4, 0).unwrap(), 4.0);
        assert!(rows.of_images(4..6).is_err());
        // Nothing has that name until it is put there.
        assert!(!path.exists() && std::fs::read_dir(path.parent().unwrap()).unwrap().count() == 1);
        rows.put(&output).unwrap();
        assert!(output.wrote("activations/a.npy"));
        assert_eq!(rows.at(2, 0).unwrap(), 2.0);
        let of = |path: &Path| npyz::NpyFile::new(io::Cursor::new(std::fs::read(path).unwrap())).unwrap();
        assert_eq!(of(&path).shape(), [5, 3]);
        assert_eq!(of(&path).into_vec::<f32>().unwrap()[3], 1.0);
        // The same bytes leave what is there alone, others do not.
        let made = || std::fs::metadata(&path).unwrap().modified().unwrap();
        let first = made();
        write(5).put(&output).unwrap();
        assert_eq!(made(), first);
        write(4).put(&output).unwrap();
        assert_eq!(of(&path).shape(), [4, 3]);
        drop(write(6));
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
