//! What every kind of file and folder offers.

use super::place::Place;
use crate::{Tensor, WeightsError};

/// A kind of file or folder that weights come in.
pub(crate) trait Format: Sync {
    /// What it is called, with its article.
    fn name(&self) -> &'static str;

    /// Whether what is at a path is one, by its content.
    fn recognises(&self, place: &Place) -> bool;

    /// Finds its tensors; no value is read.
    ///
    /// # Errors
    /// What is wrong with it, in one sentence.
    fn open(&self, place: &Place) -> Result<Contents, WeightsError>;
}

/// What a file or folder holds.
pub(crate) struct Contents {
    /// The tensors' names.
    pub(crate) names: Vec<String>,
    /// What should be said of what was found: each a sentence without the file's name.
    pub(crate) notes: Vec<String>,
    /// What else there is that holds tensors, and is left.
    pub(crate) beside: Vec<String>,
    /// What reads them.
    pub(crate) tensors: Box<dyn Reader>,
}

/// Reads the tensors of a file or folder.
pub(crate) trait Reader {
    /// Reads those that are wanted, in any order.
    fn read(self: Box<Self>, wanted: Vec<Wanted>) -> Result<Vec<Tensor>, WeightsError>;
}

/// A tensor that is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Which one of [`Contents::names`].
    pub(crate) at: usize,
    /// The name that it gets.
    pub(crate) name: String,
}
