//! A file or folder of weights, before its values are read.

use std::path::{Path, PathBuf};

use crate::formats::{Contents, FORMATS, Place, Wanted, what_it_is};
use crate::{TensorSet, WeightsError};

/// Longest name of a tensor; torchvision's longest has 39 bytes.
const LONGEST_NAME: usize = 1024;

/// What a file or folder holds: names, and what reads the tensors.
///
/// ```
/// # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
/// // `file` is fixtures/resnet18-16.npz.
/// let checkpoint = weights::Checkpoint::open(file)?;
/// assert_eq!(checkpoint.format(), "an .npz archive");
/// let stem = checkpoint.read(|name| name.strip_prefix("conv1.").map(str::to_owned))?;
/// assert_eq!(stem.names().collect::<Vec<_>>(), ["weight"]);
/// # Ok::<(), weights::WeightsError>(())
/// ```
pub struct Checkpoint {
    source: PathBuf,
    format: &'static str,
    contents: Contents,
}

impl Checkpoint {
    /// Recognises what is at a path by its content, and finds its tensors; no value is read.
    ///
    /// # Errors
    /// Any [`WeightsError`] about the whole; what is of no kind that is read is named for what it is.
    pub fn open(path: impl AsRef<Path>) -> Result<Checkpoint, WeightsError> {
        let place = Place::look(path.as_ref())?;
        let format = FORMATS.iter().find(|format| format.recognises(&place)).ok_or_else(|| what_it_is(&place))?;
        let contents = format.open(&place)?;
        if let Some(name) = contents.names.iter().find(|name| name.len() > LONGEST_NAME) {
            let reason = format!("the name of a tensor has {} bytes, more than {LONGEST_NAME}", name.len());
            return Err(WeightsError::Corrupt { file: place.path().to_owned(), format: format.name(), reason });
        }
        Ok(Checkpoint { source: place.path().to_owned(), format: format.name(), contents })
    }

    /// The path that was opened.
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// What it is, with its article: `"an .npz archive"`.
    pub fn format(&self) -> &'static str {
        self.format
    }

    /// The tensors' names, in no particular order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.contents.names.iter().map(String::as_str)
    }

    /// What should be said of how it was read, each a sentence without the file's name: which of several sets of
    /// tensors was chosen.
    pub fn notes(&self) -> &[String] {
        &self.contents.notes
    }

    /// What holds tensors in the file and is none of [`Checkpoint::names`], such as an optimizer's state, for people.
    pub fn beside(&self) -> &[String] {
        &self.contents.beside
    }

    /// Reads the tensors that get a name.
    ///
    /// # Errors
    /// Any [`WeightsError`] about one of them; [`WeightsError::Duplicate`] if two get the same name.
    pub fn read(self, name: impl Fn(&str) -> Option<String>) -> Result<TensorSet, WeightsError> {
        let names = self.contents.names.iter().enumerate();
        let mut wanted: Vec<Wanted> = names.filter_map(|(at, own)| Some(Wanted { at, name: name(own)? })).collect();
        // So that the first error does not depend on the order of the file.
        wanted.sort_by(|one, other| one.name.cmp(&other.name));
        if let Some(two) = wanted.windows(2).find(|two| two[0].name == two[1].name) {
            return Err(WeightsError::Duplicate { file: self.source, tensor: two[0].name.clone() });
        }
        TensorSet::new(self.source, self.contents.tensors.read(wanted)?)
    }
}

impl std::fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Checkpoint { source, format, contents } = self;
        f.debug_struct("Checkpoint")
            .field("source", source)
            .field("format", format)
            .field("names", &contents.names)
            .finish()
    }
}
