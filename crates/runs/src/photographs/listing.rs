//! Images to read, in their order.

use crate::error::RunError;
use crate::shards::Shard;
use images::{Folder, PassedOver};
use std::path::PathBuf;
use std::sync::Arc;

/// An image to read, and its name in results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
}

/// Images in their order. There may be a million: of each its name is kept, once for all lists of the same folders, and
/// where these are some of the images only, its place.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    sources: Arc<Sources>,
    /// Which of them; nothing stands for all.
    picked: Option<Arc<[usize]>>,
}

#[derive(Debug)]
struct Sources {
    /// Each with how many images come before it.
    all: Vec<(usize, Source)>,
    count: usize,
    passed_over: PassedOver,
}

#[derive(Debug)]
enum Source {
    File(Entry),
    Folder(Folder),
}

impl Listing {
    /// The images of every path: folders are listed, files stand for themselves.
    ///
    /// # Errors
    /// If a folder cannot be read or holds no image.
    pub(crate) fn of(paths: &[PathBuf]) -> Result<Listing, RunError> {
        let mut sources = Sources { all: Vec::new(), count: 0, passed_over: PassedOver::default() };
        for path in paths {
            if path.exists() && !path.is_dir() {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                sources.push(1, Source::File(Entry { path: path.clone(), name }));
            } else {
                let folder = Folder::open(path)?;
                sources.passed_over.add(folder.passed_over());
                sources.push(folder.len(), Source::Folder(folder));
            }
        }
        Ok(Listing { sources: Arc::new(sources), picked: None })
    }

    /// What was passed over in the folders.
    pub(crate) fn passed_over(&self) -> &PassedOver {
        &self.sources.passed_over
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.picked.as_ref().map_or(self.sources.count, |picked| picked.len())
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of them.
    pub(crate) fn entry(&self, at: usize) -> Entry {
        let at = self.picked.as_ref().map_or(at, |picked| picked[at]);
        let (before, source) = &self.sources.all[self.sources.all.partition_point(|(before, _)| *before <= at) - 1];
        match source {
            Source::File(entry) => entry.clone(),
            Source::Folder(folder) => {
                let images::FolderEntry { path, name, .. } = folder.entry(at - before);
                Entry { path, name }
            }
        }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Entry> + '_ {
        (0..self.len()).map(|at| self.entry(at))
    }

    /// Some of them, by their places here.
    pub(crate) fn pick(&self, places: impl IntoIterator<Item = usize>) -> Listing {
        let at = |at: usize| self.picked.as_ref().map_or(at, |picked| picked[at]);
        Listing { sources: self.sources.clone(), picked: Some(places.into_iter().map(at).collect()) }
    }

    /// All but those of some places, in their order.
    pub(crate) fn without(&self, places: &[usize]) -> Listing {
        match places {
            [] => self.clone(),
            _ => self.pick((0..self.len()).filter(|at| places.binary_search(at).is_err())),
        }
    }

    /// A shard's part of them.
    pub(crate) fn of_shard(&self, shard: Shard) -> Listing {
        self.pick(shard.places(self.len()))
    }
}

impl Sources {
    fn push(&mut self, count: usize, source: Source) {
        self.all.push((self.count, source));
        self.count += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn images_of_folders_and_files_come_in_their_order_and_some_of_some_are_some() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a/2.jpg", "a/1.jpg", "b.jpg", "c/3.jpg"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        fs::write(folder.path().join("a/x.txt"), "").unwrap();
        let at = |name: &str| folder.path().join(name);
        let all = Listing::of(&[at("b.jpg"), at("a"), at("b.jpg"), at("c")]).unwrap();
        let names = |listing: &Listing| listing.iter().map(|entry| entry.name).collect::<Vec<_>>();
        assert_eq!(names(&all), ["b.jpg", "1.jpg", "2.jpg", "b.jpg", "3.jpg"]);
        assert_eq!(all.entry(2).path, at("a/2.jpg"));
        assert_eq!(all.passed_over().to_string(), "1 file passed over: 1 .txt");
        assert_eq!(names(&all.without(&[0, 3])), ["1.jpg", "2.jpg", "3.jpg"]);
        assert_eq!(names(&all.without(&[0, 3]).pick([2, 0])), ["3.jpg", "1.jpg"]);
        assert_eq!(names(&all.of_shard("2/2".parse().unwrap())), ["1.jpg", "b.jpg"]);
        assert_eq!(names(&all.without(&[])), names(&all));
        assert!(!all.is_empty() && all.pick([]).is_empty() && all.of_shard("9/9".parse().unwrap()).is_empty());
    }
}
