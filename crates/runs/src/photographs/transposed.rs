//! A site's center activations channel by channel.

use super::rows::Rows;
use crate::error::RunError;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Bytes of a block of images that are turned at once.
const BLOCK: usize = 16 << 20;

/// The activations of a site in a scratch file, one block of images after another, and of each block one channel after
/// another: the whole is read once and written once, a channel is read a block's length at a time, and no more than a
/// block is in memory. The file has no name: it is gone once nobody has it open.
#[derive(Debug)]
pub(super) struct Transposed {
    folder: PathBuf,
    file: Mutex<File>,
    images: usize,
    channels: usize,
    /// Images of a block.
    block: usize,
}

impl Transposed {
    /// Turns the rows of a site, in a folder.
    ///
    /// # Errors
    /// If they cannot be read or the scratch file not be written.
    pub(super) fn of(rows: &Rows, folder: &Path) -> Result<Transposed, RunError> {
        let block = BLOCK / (4 * rows.channels().max(1));
        Self::in_blocks(rows, folder, block.max(1))
    }

    fn in_blocks(rows: &Rows, folder: &Path, block: usize) -> Result<Transposed, RunError> {
        let (images, channels) = (rows.images(), rows.channels());
        let write = RunError::write(folder);
        let mut file = BufWriter::new(tempfile::tempfile_in(folder).map_err(&write)?);
        for first in (0..images).step_by(block) {
            let values = rows.of_images(first..images.min(first + block))?;
            for channel in 0..channels {
                for value in values.iter().skip(channel).step_by(channels) {
                    file.write_all(&value.to_le_bytes()).map_err(&write)?;
                }
            }
        }
        let file = file.into_inner().map_err(|error| write(error.into_error()))?;
        Ok(Transposed { folder: folder.to_owned(), file: Mutex::new(file), images, channels, block })
    }

    /// All activations of a channel, in the order of the images.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(super) fn channel(&self, channel: usize) -> Result<Vec<f32>, RunError> {
        let mut bytes = vec![0; 4 * self.images];
        let mut read = || {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            for (at, piece) in bytes.chunks_mut(4 * self.block).enumerate() {
                let before = 4 * at * self.block * self.channels + channel * piece.len();
                file.seek(SeekFrom::Start(before as u64))?;
                file.read_exact(piece)?;
            }
            Ok(())
        };
        read().map_err(RunError::read(&self.folder))?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::RowsWriter;
    use super::*;

    #[test]
    fn a_channel_is_every_images_value_of_it_whatever_the_block() {
        let folder = tempfile::tempdir().unwrap();
        for (images, channels) in [(1_u16, 1_u16), (7, 3), (20, 2), (5, 40)] {
            let size = (images.into(), channels.into());
            let mut rows = RowsWriter::begin(&folder.path().join("a.npy"), size).unwrap();
            let value = |image: u16, channel: u16| f32::from(image * 100 + channel);
            for image in 0..images {
                rows.push(&(0..channels).map(|channel| value(image, channel)).collect::<Vec<_>>()).unwrap();
            }
            let rows = rows.end().unwrap();
            for block in [1, 2, 3, 7, 100] {
                let turned = Transposed::in_blocks(&rows, folder.path(), block).unwrap();
                for channel in 0..channels {
                    let expected: Vec<f32> = (0..images).map(|image| value(image, channel)).collect();
                    assert_eq!(turned.channel(channel.into()).unwrap(), expected, "{images} {channel} {block}");
                }
            }
            let turned = Transposed::of(&rows, folder.path()).unwrap();
            assert_eq!(turned.channel(0).unwrap().len(), usize::from(images));
        }
    }
}
