//! What is to be checked, and how much of it.

use resnet::Isa;
use std::num::NonZero;
use std::path::PathBuf;

/// What to check.
#[derive(Clone, Debug)]
pub struct Verify {
    /// The output folder.
    pub folder: PathBuf,
    /// How much.
    pub depth: Depth,
    /// The weights, if they are not where the manifest says.
    pub weights: Option<PathBuf>,
    /// The folder of images, if it is not where the manifest says.
    pub images: Option<PathBuf>,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// The instruction set to use.
    pub isa: Isa,
}

/// How much is computed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Nothing: files and stored pictures are held against the manifest.
    Digests,
    /// Tables and figures from what is stored, and this many pictures from the weights.
    Sample(usize),
    /// Everything: every picture from the weights, and every image is read again.
    All,
}
