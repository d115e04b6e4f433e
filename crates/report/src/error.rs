//! Why a report cannot be written or read.

use std::io;
use std::path::PathBuf;

/// Why a report cannot be written or read, as one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file cannot be written.
    #[error("{}: cannot write: {source}{}", path.display(), crate::atomic::way_on(source))]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("{}: cannot read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no run in a folder.
    #[error("{}: expected the folder of a run, with {}, found {found}; `reproduce --out` writes one", folder.display(), crate::layout::MANIFEST)]
    NoRun {
        /// The folder.
        folder: PathBuf,
        /// What is there instead.
        found: &'static str,
    },
    /// A table or manifest is not what this program writes.
    #[error("{}: expected {expected}, found {found}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// A figure could not be drawn.
    #[error("{}: cannot draw: {reason}", path.display())]
    Draw {
        /// The figure.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}
