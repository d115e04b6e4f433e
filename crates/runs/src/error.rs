//! Why a run cannot go on, as one sentence.

use crate::store::StoreError;
use featviz::FeatvizError;
use images::ImageError;
use resnet::{Block, NetworkError};
use std::io;
use std::path::{Path, PathBuf};
use weights::WeightsError;

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The weights cannot be read.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The weights are no network that can be studied, or lack a site.
    #[error("{}: {source}", path.display())]
    Network {
        /// The weights.
        path: PathBuf,
        /// What is wrong.
        source: NetworkError,
    },
    /// The network cannot be read at this size.
    #[error("--input-size {found}: expected a multiple of 4 from 8 to 4096")]
    InputSize {
        /// What was asked for.
        found: usize,
    },
    /// Photographs would be resized to less than what is cut out of them.
    #[error("--resize {found}: expected a number of pixels from the input size, {size}, to 8192")]
    Resize {
        /// What was asked for.
        found: usize,
        /// Rows and columns of the images.
        size: usize,
    },
    /// A file beside the weights says what cannot be.
    #[error("{}: {name}: expected {expected}, found {found}; mend the file, or move the weights out of its folder", path.display())]
    Beside {
        /// The file.
        path: PathBuf,
        /// What it says.
        name: &'static str,
        /// What that should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// An image cannot be read.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A unit cannot be visualized.
    #[error(transparent)]
    Featviz(FeatvizError),
    /// A site cannot be visualized.
    #[error("{sentence}")]
    Site {
        /// Why.
        sentence: String,
    },
    /// A site is asked for twice, and would be two arrays of one name.
    #[error("--sites {site}: expected each site once, found it twice")]
    SiteTwice {
        /// The site.
        site: resnet::Site,
    },
    /// The store cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry of the store vanished or was damaged during the run.
    #[error("{}: the picture of {unit} was there and is gone or damaged: run again to make it anew", path.display())]
    Lost {
        /// The entry.
        path: PathBuf,
        /// The unit.
        unit: String,
    },
    /// A picture of the store is of another size than the network reads.
    #[error("{}: expected a picture of {expected} x {expected} pixels, found {} x {}", path.display(), found.0, found.1)]
    PictureSize {
        /// The entry.
        path: PathBuf,
        /// Rows and columns.
        expected: usize,
        /// Columns and rows.
        found: (usize, usize),
    },
    /// No block can be studied.
    #[error("{}: expected weights of at least one block from 1.1 on: {because}", path.display())]
    NoBlock {
        /// The weights.
        path: PathBuf,
        /// What is missing.
        because: String,
    },
    /// A block cannot be computed.
    #[error("--blocks {block}: {because}")]
    Block {
        /// The block.
        block: Block,
        /// What is missing.
        because: String,
    },
    /// A channel is none of the block's, or site's.
    #[error("--channel{} {found}: expected channels from 0 to {last} at {place}", if *plural { "s" } else { "" })]
    Channel {
        /// What was asked for.
        found: String,
        /// The last channel there is.
        last: usize,
        /// The block or site.
        place: String,
        /// Whether the flag is `--channels`.
        plural: bool,
    },
    /// Every image was unreadable.
    #[error("{}: expected at least one readable image, found none among {found}", path.display())]
    NoImages {
        /// The first path.
        path: PathBuf,
        /// How many files were tried.
        found: usize,
    },
    /// What should be a folder is none.
    #[error("{}: expected a folder to write to, found a file", path.display())]
    NoFolder {
        /// The path.
        path: PathBuf,
    },
    /// A foreign file: it has the name of one that a run writes, and no run has written it.
    #[error("{}: expected the folder of an earlier run, or one without such a file, found it without a store or a manifest of one beside it", path.display())]
    ForeignFile {
        /// The file.
        path: PathBuf,
    },
    /// What should be a store is none.
    #[error("{}: expected a store, or the folder of a run with one, found neither: name folders that reproduce filled", path.display())]
    NoStore {
        /// The path.
        path: PathBuf,
    },
    /// A store would be merged into itself.
    #[error("{}: expected other stores than that of --into, found a merge into itself", path.display())]
    IntoItself {
        /// The path.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("{}: cannot read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder holds the run of another command.
    #[error(
        "{}: it holds the run of another command ({differences}): expected one that adds blocks, channels, seeds or variants to it; \
         name another --out, or delete the files of that run with --replace",
        folder.display()
    )]
    OtherRun {
        /// The folder.
        folder: PathBuf,
        /// What differs, with both values.
        differences: String,
    },
    /// The folder holds a manifest that cannot be read, so that nobody knows of which run it is.
    #[error("{}: expected the manifest of a run, found {found}; name another --out, or overwrite what is there with --replace", path.display())]
    UnknownRun {
        /// The manifest.
        path: PathBuf,
        /// What is there.
        found: String,
    },
    /// What is written would be among the images that are read, or the other way around.
    #[error("{} is in {}: expected --out and --images apart, or figures would be read as photographs; name another --out", inner.display(), outer.display())]
    Inside {
        /// What is inside.
        inner: PathBuf,
        /// What it is in.
        outer: PathBuf,
    },
    /// A file cannot be written.
    #[error("{}: cannot write: {source}{}", path.display(), report::way_on(source))]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another program writes the same file.
    #[error("{}: another run is writing it: expected to be the only one", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The report cannot be written.
    #[error(transparent)]
    Report(#[from] report::ReportError),
}

impl RunError {
    /// What it means that weights are of no network that can be studied; an error about a tensor names its file already.
    pub(crate) fn of_network(path: &Path, source: NetworkError) -> RunError {
        match source {
            NetworkError::Weights(error) => RunError::Weights(error),
            source => RunError::Network { path: path.to_owned(), source },
        }
    }

    /// What it means that a file cannot be read.
    pub(crate) fn read(path: &Path) -> impl Fn(io::Error) -> RunError + Copy {
        move |source| RunError::Read { path: path.to_owned(), source }
    }

    /// What it means that a file cannot be written.
    pub(crate) fn write(path: &Path) -> impl Fn(io::Error) -> RunError + Copy {
        move |source| RunError::Write { path: path.to_owned(), source }
    }
}
