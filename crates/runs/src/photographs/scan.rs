//! Reading chosen sites for many images, on several threads.

pub(crate) use super::listing::{Entry, Listing};
use super::marks::Marks;
use crate::error::RunError;
use crate::progress::{Event, Observer};
use crate::queue::Queue;
use crate::source::Loaded;
use crate::store::{ImageDigest, Journal, Known, NUMERICS_VERSION};
use crate::work::IMAGES;
use images::{ImageError, Rgb8};
use resnet::ndarray::Array3;
use resnet::{Algorithm, Extent, Isa, Preprocessing, Reader, Reading, Shape, Site, View};
use std::borrow::Cow;
use std::convert::Infallible;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};

/// What to read of each image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) sites: &'a [Site],
    pub(crate) view: View,
    pub(crate) extent: Extent,
    pub(crate) threads: NonZero<usize>,
    pub(crate) isa: Isa,
}

/// The values of one image, a site after another: `[channels]`, or `[channels, height, width]` of whole maps.
pub(crate) type Read = Result<Vec<f32>, ImageError>;

/// What was read of images, beside their values.
#[derive(Debug)]
pub(crate) struct Kept {
    /// How many different images of these the journal holds.
    pub(crate) held: usize,
    /// All that it holds.
    pub(crate) known: Known,
    /// What is wrong with images that were read all the same, each as one sentence, in their order.
    pub(crate) flawed: Vec<String>,
}

/// The images of a folder, of which at least one can be read: up to the first one is tried.
///
/// # Errors
/// If the folder cannot be read or holds none.
pub(crate) fn require_readable(folder: &Path, of: Preprocessing) -> Result<Listing, RunError> {
    let all = Listing::of(&[folder.to_owned()])?;
    let readable = all.iter().any(|entry| seen(&entry, of).is_ok());
    match readable {
        true => Ok(all),
        false => Err(RunError::NoImages { path: folder.to_owned(), found: all.len() }),
    }
}

/// Hands on the digest of every image file, in their order; that of one that cannot be read is zeros.
pub(crate) fn digests(
    entries: &Listing,
    threads: NonZero<usize>,
    observer: &dyn Observer,
    mut take: impl FnMut(Entry, ImageDigest),
) {
    observer.event(Event::Phase { name: "images compared".into(), total: entries.len(), done: 0 });
    let work = |(): &mut (), at: usize| {
        let entry = entries.entry(at);
        let digest =
            images::read(&entry.path).map_or_else(|_| ImageDigest::default(), |bytes| *blake3::hash(&bytes).as_bytes());
        Ok::<_, Infallible>((entry, digest))
    };
    let take = |_, (entry, digest)| {
        take(entry, digest);
        observer.event(Event::Advanced);
        Ok(())
    };
    let Ok(()) = Queue::new(threads, entries.len()).run(|| (), work, take);
    observer.event(Event::PhaseEnded);
}

/// The digest of the digests of all image files, in order.
#[derive(Default)]
pub(crate) struct OfAll(blake3::Hasher);

impl OfAll {
    pub(crate) fn add(&mut self, digest: &ImageDigest) {
        self.0.update(digest);
    }

    pub(crate) fn finish(&self) -> String {
        self.0.finalize().to_hex().to_string()
    }
}

impl Scan<'_> {
    /// A reader of the sites.
    ///
    /// # Errors
    /// If the network lacks one.
    pub(crate) fn reader(&self) -> Result<Reader, RunError> {
        let size = self.loaded.size();
        let made = Reader::new(
            &self.loaded.network,
            Reading { size, view: self.view, sites: self.sites, extent: self.extent },
            self.isa,
        );
        made.map_err(|e| self.loaded.because(e))
    }

    /// The journal of this scan in a file, and what it holds already.
    ///
    /// # Errors
    /// If the network lacks a site, or the journal cannot be read or written.
    pub(crate) fn journal(&self, path: &Path) -> Result<(Journal, Known), RunError> {
        let values = |&(_, shape): &(Site, Shape)| match self.extent {
            Extent::Center => shape.channels,
            Extent::Whole => shape.channels * shape.height * shape.width,
        };
        let width = self.reader()?.shapes().iter().map(values).sum();
        Journal::open(path, width).map_err(RunError::write(path))
    }

    /// The journal of this scan of some images among others in a folder, its name, and what all of them hold that is of
    /// use here.
    ///
    /// It is named after what determines the values of an image, and after the names and sizes of the image files:
    /// journals of different images are different files, so that the union of two stores holds them all.
    ///
    /// # Errors
    /// As [`Scan::journal`].
    pub(crate) fn journal_among(
        &self,
        folder: &Path,
        entries: &Listing,
    ) -> Result<(String, (Journal, Known)), RunError> {
        let (key, images) = (self.key(), listing(entries.iter()));
        let name = format!("{key}-{}", &images[..LISTING]);
        let (journal, mut known) = self.journal(&folder.join(&name))?;
        let others = fs::read_dir(folder).map_err(RunError::write(folder))?;
        let others = others.flatten().map(|other| other.path());
        let mut others: Vec<PathBuf> = others
            .filter(|other| {
                let other = other.file_name().unwrap_or_default().to_string_lossy();
                other.starts_with(&key) && *other != *name
            })
            .collect();
        others.sort();
        for other in others {
            // What cannot be read is read from the images.
            let _ = known.add(&other);
        }
        Ok((name, (journal, known)))
    }

    /// Reads every image that is not known, keeps it in the journal, and hands what was read, with the digest of the
    /// image's file, to `take`, in the order of the entries. An image that cannot be read is one error among them.
    /// No more is held than a few images for each thread.
    ///
    /// # Errors
    /// If the journal cannot be written, and what `take` says.
    pub(crate) fn read_once(
        &self,
        entries: &Listing,
        (mut journal, before): (Journal, Known),
        observer: &dyn Observer,
        mut take: impl FnMut(usize, ImageDigest, Read) -> Result<(), RunError>,
    ) -> Result<Kept, RunError> {
        observer.event(Event::Phase { name: self.phase(), total: entries.len(), done: 0 });
        let work = |reader: &mut Option<Reader>, at: usize| {
            let read = self.read_one(reader, &entries.entry(at), &before);
            if let (_, _, Err(error)) = &read {
                observer.event(Event::Notice(format!("skipped: {error}")));
            }
            observer.event(Event::Advanced);
            Ok(read)
        };
        let (mut held, mut flawed) = (Marks::default(), Vec::new());
        let keep = |at: usize, (digest, flaw, read): (ImageDigest, Option<&'static str>, Read)| {
            if let Ok(values) = &read {
                let record = match journal.record_of(&digest) {
                    Some(record) => record,
                    None => journal.keep(&digest, values).map_err(RunError::write(journal.path()))?,
                };
                held.mark(record);
                let said = |flaw| {
                    let path = entries.entry(at).path;
                    format!("{}: {flaw}, but every pixel is there: it is read", path.display())
                };
                flawed.extend(flaw.map(said));
            }
            take(at, digest, read)
        };
        let ready = || self.reader().ok();
        Queue::new(self.threads, entries.len()).run(ready, work, keep)?;
        journal.sync().map_err(RunError::write(journal.path()))?;
        observer.event(Event::PhaseEnded);
        Ok(Kept { held: held.count(), known: before.and(journal), flawed })
    }

    /// The digest of an image, what is wrong with it, and its values.
    fn read_one(
        &self,
        reader: &mut Option<Reader>,
        entry: &Entry,
        before: &Known,
    ) -> (ImageDigest, Option<&'static str>, Read) {
        let bytes = match images::read(&entry.path) {
            Ok(bytes) => bytes,
            Err(error) => return (ImageDigest::default(), None, Err(error)),
        };
        let (digest, flaw) = (*blake3::hash(&bytes).as_bytes(), images::flaw(&bytes));
        if let Ok(Some(values)) = before.get(&digest) {
            return (digest, flaw, Ok(values));
        }
        let picture = cropped(&bytes, &entry.path, self.loaded.preprocessing);
        let read = picture.map(|picture| {
            let mut values = Vec::new();
            if let Some(reader) = reader {
                reader.read(picture.pixels());
                for &(site, _) in reader.shapes() {
                    match self.extent {
                        Extent::Center => values.extend(reader.center(site)),
                        Extent::Whole => {
                            values.extend(channels_first(reader.whole(site)));
                        }
                    }
                }
            }
            values
        });
        (digest, flaw, read)
    }

    /// What is read, for whoever watches: at which size images are seen.
    fn phase(&self) -> Cow<'static, str> {
        let size = self.loaded.size();
        let part = |side: usize| side as f64 / size as f64;
        let (scale, how) = match self.view {
            View::Plain => return Cow::Borrowed(IMAGES),
            View::Enlarged => (2.0, "enlarged"),
            View::Cropped(side) => (part(side).recip(), "enlarged"),
            View::Shrunk => (0.5, "shrunk"),
            View::Padded(side) => (part(side), "shrunk"),
        };
        Cow::Owned(format!("images {how} to {scale:.2}"))
    }

    /// A digest of what determines the values of an image beside its bytes: the name of the journal.
    pub(crate) fn key(&self) -> String {
        let sites: Vec<String> = self.sites.iter().map(Site::to_string).collect();
        let mut described = format!(
            "numerics {NUMERICS_VERSION}\nweights {}\nsize {}\nview {:?}\nsites {}\n",
            self.loaded.identity(),
            self.loaded.size(),
            self.view,
            sites.join(",")
        );
        // Where that does not follow from the size.
        if self.loaded.preprocessing.resize != self.loaded.architecture().usual_resize(self.loaded.size()) {
            described.push_str(&format!("resized to {}\n", self.loaded.preprocessing.resize));
        }
        // What `reproduce` never does.
        if self.extent == Extent::Whole {
            described.push_str("whole maps\n");
        }
        if self.loaded.algorithm != Algorithm::Direct {
            described.push_str(&format!("convolutions {}\n", self.loaded.algorithm));
        }
        blake3::hash(described.as_bytes()).to_hex().to_string()
    }
}

/// Digits of the digest of image files in the name of a journal.
const LISTING: usize = 16;

/// A digest of the names and sizes of image files.
fn listing(entries: impl Iterator<Item = Entry>) -> String {
    let mut hasher = blake3::Hasher::new();
    for entry in entries {
        let bytes = fs::metadata(&entry.path).map_or(0, |file| file.len());
        hasher.update(format!("{}\n{bytes}\n", entry.name).as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// An image as a network sees it.
pub(crate) fn seen(entry: &Entry, of: Preprocessing) -> Result<Rgb8, ImageError> {
    images::preprocess(&images::decode(&entry.path)?, of.resize, of.size)
}

fn cropped(bytes: &[u8], path: &Path, of: Preprocessing) -> Result<Rgb8, ImageError> {
    images::preprocess(&images::decode_bytes(bytes, path)?, of.resize, of.size)
}

/// `[height, width, channels]` to `[channels, height, width]`.
fn channels_first(map: Array3<f32>) -> impl Iterator<Item = f32> {
    map.permuted_axes([2, 0, 1]).into_iter()
}

#[cfg(test)]
mod tests;
