//! The images below a directory, in a fixed order.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::ImageError;

/// The images of a directory and of the class folders in it.
///
/// Images are files named `.jpg`, `.jpeg` or `.png` in any case; names that begin with a dot are passed over, symbolic
/// links are followed, and folders inside class folders are not entered. The order is that of the bytes of the class
/// folder's name, then of the file's; files directly in the directory come first. It is the order of "top images"
/// (METHOD.md, section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
    entries: Vec<FolderEntry>,
}

/// One image of a [`Folder`]; its order is that of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    /// Where it is.
    pub path: PathBuf,
    /// The class folder that it is in, if any.
    pub class: Option<String>,
    /// Its place below the directory, as `class/file.jpg` or `file.jpg`.
    pub name: String,
}

impl Folder {
    /// Lists the images of a directory without opening them.
    ///
    /// # Errors
    /// If the path is missing, cannot be read or is not a directory, or there is no image below it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ImageError> {
        let path = path.as_ref().to_owned();
        let metadata = fs::metadata(&path).map_err(|source| ImageError::CannotOpen { path: path.clone(), source })?;
        if !metadata.is_dir() {
            return Err(ImageError::NotADirectory { path });
        }
        let top = Listing::read(&path)?;
        let mut entries: Vec<FolderEntry> = top.images.iter().map(|file| FolderEntry::new(&path, None, file)).collect();
        for folder in &top.folders {
            let class = folder.file_name().map(|name| name.to_string_lossy().into_owned());
            let inside = Listing::read(folder)?;
            entries.extend(inside.images.iter().map(|file| FolderEntry::new(&path, class.clone(), file)));
        }
        if entries.is_empty() {
            return Err(ImageError::NoImages { path });
        }
        Ok(Self { path, entries })
    }

    /// The directory as given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The images in their order, at least one.
    #[must_use]
    pub fn entries(&self) -> &[FolderEntry] {
        &self.entries
    }
}

impl FolderEntry {
    fn new(directory: &Path, class: Option<String>, file: &Path) -> Self {
        let below = file.strip_prefix(directory).unwrap_or(file);
        let parts: Vec<_> = below.iter().map(OsStr::to_string_lossy).collect();
        Self { path: file.to_owned(), class, name: parts.join("/") }
    }
}

/// What one directory holds, each list by the bytes of the names.
struct Listing {
    images: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Listing {
    fn read(directory: &Path) -> Result<Self, ImageError> {
        let refused = |source| ImageError::CannotOpen { path: directory.to_owned(), source };
        let mut listing = Self { images: Vec::new(), folders: Vec::new() };
        for entry in fs::read_dir(directory).map_err(refused)? {
            let path = entry.map_err(refused)?.path();
            if path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b".")) {
                continue;
            }
            // A link that leads nowhere is listed by its name, so that reading it reports it.
            if path.is_dir() {
                listing.folders.push(path);
            } else if has_image_extension(&path) {
                listing.images.push(path);
            }
        }
        let by_name = |a: &PathBuf, b: &PathBuf| name_bytes(a).cmp(name_bytes(b));
        listing.images.sort_by(by_name);
        listing.folders.sort_by(by_name);
        Ok(listing)
    }
}

fn name_bytes(path: &Path) -> &[u8] {
    path.file_name().map_or(&[], OsStr::as_encoded_bytes)
}

fn has_image_extension(path: &Path) -> bool {
    let extension = path.extension().map(OsStr::to_ascii_lowercase);
    extension.is_some_and(|extension| extension == "jpg" || extension == "jpeg" || extension == "png")
}
