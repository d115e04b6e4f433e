//! The images below a directory, in a fixed order.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::content::{self, Format, TELLING};
use crate::error::ImageError;
use crate::names::Names;
use crate::passed_over::PassedOver;

/// The images below a directory, at any depth.
///
/// An image is a file whose first bytes say that it is of a format that is decoded, or whose name does: one that is
/// called a picture and is none is listed, so that reading it says so. Names that begin with a dot and folders called
/// `__MACOSX` are not looked into; links are followed, but for one that leads back to a folder which it is in. What is
/// left out is counted by kind.
///
/// The order is torchvision's `ImageFolder`'s: by the name of the class folder, which is the one directly below the
/// directory; then by the path of the folder that a file is in, as one text; then by the file's name; each by code
/// points, as Python compares texts. Files directly in the directory, which `ImageFolder` does not read, come first.
/// It is the order of "top images" (METHOD.md, section 3).
///
/// A million of them are listed in little memory: of each its name is kept, and its path is put together when it is asked
/// for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
    listings: Vec<Listing>,
    passed_over: PassedOver,
}

/// One image of a [`Folder`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    /// Where it is.
    pub path: PathBuf,
    /// The class folder that it is in, if any: the first one of its name.
    pub class: Option<String>,
    /// Its place below the directory, with slashes: `class/file.jpg`, `class/deeper/file.jpg` or `file.jpg`.
    pub name: String,
}

impl Folder {
    /// Lists the images below a directory, of each of which the first bytes are read.
    ///
    /// # Errors
    /// If the path is missing or is not a directory, a folder below it cannot be read, or there is no image.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/images");
    /// // `path` is fixtures/images: ten images of each of twenty classes.
    /// let folder = images::Folder::open(path)?;
    /// assert_eq!((folder.len(), folder.entry(0).name.as_str()), (200, "annulus/annulus_00.jpg"));
    /// assert!(folder.passed_over().is_empty());
    /// # Ok::<(), images::ImageError>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ImageError> {
        let path = path.as_ref().to_owned();
        let refused = |source| ImageError::CannotOpen { path: path.clone(), source };
        if !fs::metadata(&path).map_err(refused)?.is_dir() {
            return Err(ImageError::NotADirectory { path });
        }
        let mut walk = Walk::default();
        let mut within = vec![fs::canonicalize(&path).map_err(refused)?];
        walk.enter(&path, &mut within)?;
        let mut listings = walk.listings;
        for listing in &mut listings {
            listing.below = listing.below.strip_prefix(&path).unwrap_or(&listing.below).to_owned();
        }
        listings.sort_by_cached_key(|Listing { below, .. }| {
            (below.iter().next().map(code_points), code_points(below.as_os_str()))
        });
        let mut before = 0;
        for listing in &mut listings {
            listing.before = before;
            before += listing.names.len();
        }
        match before {
            0 => Err(ImageError::NoImages { path, passed_over: walk.passed_over }),
            _ => Ok(Self { path, listings, passed_over: walk.passed_over }),
        }
    }

    /// The directory as given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many images, at least one.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is no folder of none")]
    pub fn len(&self) -> usize {
        self.listings.last().map_or(0, |listing| listing.before + listing.names.len())
    }

    /// An image by its place in the order.
    ///
    /// # Panics
    /// If there are fewer.
    #[must_use]
    pub fn entry(&self, at: usize) -> FolderEntry {
        let listing = &self.listings[self.listings.partition_point(|listing| listing.before <= at) - 1];
        let file = listing.names.get(at - listing.before);
        FolderEntry::new(&listing.below, &file, self.path.join(&listing.below).join(&file))
    }

    /// The images in their order, at least one.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = FolderEntry> + '_ {
        (0..self.len()).map(|at| self.entry(at))
    }

    /// What is below the directory and is not among the images.
    #[must_use]
    pub fn passed_over(&self) -> &PassedOver {
        &self.passed_over
    }
}

impl FolderEntry {
    fn new(below: &Path, file: &OsStr, path: PathBuf) -> Self {
        let mut parts: Vec<_> = below.iter().map(OsStr::to_string_lossy).collect();
        let class = parts.first().map(|part| part.clone().into_owned());
        parts.push(file.to_string_lossy());
        Self { path, class, name: parts.join("/") }
    }
}

/// The folders below a directory, in no order.
#[derive(Debug, Default)]
struct Walk {
    listings: Vec<Listing>,
    passed_over: PassedOver,
}

/// The images directly in one folder, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listing {
    /// The folder; in a [`Folder`] its place below the directory.
    below: PathBuf,
    names: Names,
    /// How many images come before, in a [`Folder`].
    before: usize,
}

impl Walk {
    /// Lists a folder and those below it. `within` are the folders that it is in, itself the last, by the paths that no
    /// link is part of.
    fn enter(&mut self, folder: &Path, within: &mut Vec<PathBuf>) -> Result<(), ImageError> {
        let refused = |source| ImageError::CannotOpen { path: folder.to_owned(), source };
        let (mut images, mut folders) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(folder).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            let (path, name) = (entry.path(), entry.file_name());
            let is_link = entry.file_type().map_err(refused)?.is_symlink();
            let metadata = fs::metadata(&path);
            let is_folder = metadata.as_ref().is_ok_and(fs::Metadata::is_dir);
            if name.as_encoded_bytes().starts_with(b".") || (is_folder && name == "__MACOSX") {
                self.passed_over.count("hidden");
            } else if is_folder {
                folders.push((path, name, is_link));
            } else {
                match kind(&path, metadata.is_ok_and(|file| file.is_file())) {
                    None => images.push(name),
                    Some(kind) => self.passed_over.count(kind),
                }
            }
        }
        images.sort_by(|a, b| in_order(a, b));
        self.listings.push(Listing { below: folder.to_owned(), names: Names::of(&images), before: 0 });
        for (path, name, is_link) in folders {
            let real = match within.last() {
                Some(above) if !is_link => above.join(&name),
                _ => fs::canonicalize(&path).map_err(refused)?,
            };
            if within.contains(&real) {
                self.passed_over.count("leading back");
                continue;
            }
            within.push(real);
            self.enter(&path, within)?;
            within.pop();
        }
        Ok(())
    }
}

/// The kind of a file that is no image; nothing of one that is, or is called so.
fn kind(path: &Path, is_file: bool) -> Option<String> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if ending.as_deref().is_some_and(content::is_called_a_picture) {
        return None;
    }
    if !is_file {
        return Some("not a regular file".to_owned());
    }
    let mut first = Vec::new();
    match File::open(path).and_then(|file| file.take(TELLING as u64).read_to_end(&mut first)) {
        Err(_) => Some("unreadable".to_owned()),
        Ok(_) if Format::of(&first).is_some() => None,
        Ok(_) => Some(match (content::other_picture(&first), ending) {
            (Some(name), _) => name.to_owned(),
            (None, Some(ending)) => format!(".{ending}"),
            (None, None) => "without an ending".to_owned(),
        }),
    }
}

/// Names of files in the order of [`code_points`]; those of text, nearly all, are compared as they are, for the order of
/// UTF-8's bytes is that of its code points.
fn in_order(a: &OsStr, b: &OsStr) -> Ordering {
    match (a.to_str(), b.to_str()) {
        (Some(a), Some(b)) => a.cmp(b),
        _ => code_points(a).cmp(&code_points(b)),
    }
}

/// A text as Python compares it: by code points, where a byte that is no part of one stands above the surrogates' first
/// (`surrogateescape`).
fn code_points(text: &OsStr) -> Vec<u32> {
    let chunks = text.as_encoded_bytes().utf8_chunks();
    chunks
        .flat_map(|chunk| {
            let broken = chunk.invalid().iter().map(|&byte| 0xdc00 + u32::from(byte));
            chunk.valid().chars().map(u32::from).chain(broken).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes would put the broken one of 0x80 before é, which is two bytes from 0xc3 on; Python puts it after.
    #[cfg(unix)]
    #[test]
    fn broken_names_stand_behind_those_of_the_latin_letters() {
        use std::os::unix::ffi::OsStrExt;
        let mut names = [b"\x80".as_slice(), "é".as_bytes(), b"z", b"A", "\u{e000}".as_bytes()];
        names.sort_by(|a, b| in_order(OsStr::from_bytes(a), OsStr::from_bytes(b)));
        assert_eq!(names, [b"A".as_slice(), b"z", "é".as_bytes(), b"\x80", "\u{e000}".as_bytes()]);
    }
}
