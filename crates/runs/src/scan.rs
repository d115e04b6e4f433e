//! Reading chosen sites for many images, on several threads.

use crate::error::RunError;
use crate::progress::{Event, Observer};
use crate::source::Loaded;
use images::{Folder, ImageError, Rgb8};
use resnet::{Extent, Isa, Reader, Shape, Site, View};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// An image to read, and its name in results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
}

/// What to read of each image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) sites: &'a [Site],
    pub(crate) extent: Extent,
    pub(crate) threads: NonZero<usize>,
    pub(crate) isa: Isa,
}

/// The values of one image at each site: `[channels]`, or `[channels, height, width]` of whole maps.
pub(crate) type Read = Result<Vec<Vec<f32>>, ImageError>;

/// The images of every path, in order: folders are listed, files stand for themselves.
///
/// # Errors
/// If a folder cannot be read or holds no image.
pub(crate) fn entries(paths: &[PathBuf]) -> Result<Vec<Entry>, RunError> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_file() {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            found.push(Entry {
                path: path.clone(),
                name,
            });
        } else {
            let folder = Folder::open(path)?;
            found.extend(folder.entries().iter().map(|e| Entry {
                path: e.path.clone(),
                name: e.name.clone(),
            }));
        }
    }
    Ok(found)
}

impl Scan<'_> {
    /// A reader of the sites.
    ///
    /// # Errors
    /// If the network lacks one.
    pub(crate) fn reader(&self) -> Result<Reader, RunError> {
        let size = self.loaded.source.input_size;
        let made = Reader::new(
            &self.loaded.network,
            size,
            View::Plain,
            (self.sites, self.extent),
            self.isa,
        );
        made.map_err(|e| self.loaded.because(e))
    }

    /// Reads every image; results are in the order of the entries. An image that cannot be read is one error among them.
    ///
    /// # Errors
    /// If the network lacks a site.
    pub(crate) fn read(
        &self,
        entries: &[Entry],
        observer: &dyn Observer,
    ) -> Result<Vec<Read>, RunError> {
        let (name, total) = ("images", entries.len());
        observer.event(Event::Phase {
            name,
            total,
            done: 0,
        });
        let next = AtomicUsize::new(0);
        let results: Mutex<Vec<(usize, Read)>> = Mutex::new(Vec::new());
        let work = || {
            let mut reader = self.reader()?;
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(entry) = entries.get(at) else {
                    return Ok(());
                };
                let read = self.read_one(&mut reader, entry);
                if let Err(error) = &read {
                    observer.event(Event::Notice(format!("skipped: {error}")));
                }
                results
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((at, read));
                observer.event(Event::Advanced);
            }
        };
        thread::scope(|scope| {
            let count = self.threads.get().min(entries.len());
            let workers: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
            let joined = workers.into_iter().map(|w| {
                w.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            joined.collect::<Result<Vec<()>, RunError>>()
        })?;
        observer.event(Event::PhaseEnded);
        let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.sort_unstable_by_key(|(at, _)| *at);
        Ok(results.into_iter().map(|(_, read)| read).collect())
    }

    fn read_one(&self, reader: &mut Reader, entry: &Entry) -> Read {
        let size = self.loaded.source.input_size;
        let picture = seen(entry, size)?;
        reader.read(picture.pixels());
        let values = reader
            .shapes()
            .iter()
            .map(|&(site, shape)| match self.extent {
                Extent::Center => reader.center(site).to_vec(),
                Extent::Whole => channels_first(&reader.whole(site), shape),
            });
        Ok(values.collect())
    }
}

/// An image as a network that reads `size` rows and columns sees it.
pub(crate) fn seen(entry: &Entry, size: usize) -> Result<Rgb8, ImageError> {
    images::preprocess(&images::decode(&entry.path)?, resize_to(size), size)
}

/// What the shorter side is resized to before an image of `size` is cropped: 256 for 224.
fn resize_to(size: usize) -> usize {
    (size * 256 + 112) / 224
}

/// `[height, width, channels]` to `[channels, height, width]`.
fn channels_first(values: &[f32], shape: Shape) -> Vec<f32> {
    let positions = shape.height * shape.width;
    (0..values.len())
        .map(|i| values[(i % positions) * shape.channels + i / positions])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_side_is_that_of_imagenet_or_in_proportion() {
        assert_eq!([224, 128, 448].map(resize_to), [256, 146, 512]);
    }

    #[test]
    fn channels_move_to_the_front() {
        let shape = Shape::new(1, 3, 2);
        assert_eq!(
            channels_first(&[1.0, 10.0, 2.0, 20.0, 3.0, 30.0], shape),
            [1.0, 2.0, 3.0, 10.0, 20.0, 30.0]
        );
    }
}
