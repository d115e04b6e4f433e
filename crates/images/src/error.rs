//! Every way of being wrong, as one sentence each, grouped by who is at fault.

use std::io;
use std::path::PathBuf;

use crate::content;
use crate::passed_over::PassedOver;

/// Why a picture or a folder of pictures cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The world: the operating system refuses the file or the directory.
    #[error("{}: expected to read it, found that the system refuses: {source}", path.display())]
    CannotOpen {
        /// What could not be read.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The choice of file: a pipe, a device or a directory, which may have no end.
    #[error("{}: expected a regular file, found something else", path.display())]
    NotAFile {
        /// What is there.
        path: PathBuf,
    },
    /// The choice of file: of none of the formats that are decoded.
    #[error("{}: expected {}, found {found}", path.display(), content::DECODED)]
    NotAnImage {
        /// The file.
        path: PathBuf,
        /// What its first bytes say.
        found: String,
    },
    /// The bytes: a picture that breaks its format, or ends too early.
    #[error("{}: expected a whole {format}, found a damaged one: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The bytes: a picture without a pixel.
    #[error("{}: expected at least one pixel, found a {format} of {width}x{height}", path.display())]
    ZeroSize {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: &'static str,
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// A limit: more pixels than anybody's photograph has.
    #[error("{}: expected at most {limit} pixels, found a {format} of {width}x{height}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: &'static str,
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// The largest number of pixels.
        limit: usize,
    },
    /// A limit: more memory than decoding any photograph takes.
    #[error("{}: expected to decode it in at most {limit} bytes of memory, found a {format} of {width}x{height} that needs {needed}", path.display())]
    TooManyBytes {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: &'static str,
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// Bytes of what the decoder gives, and of what is made of it or kept for it beside.
        needed: u64,
        /// The largest number of bytes.
        limit: u64,
    },
    /// A missing feature: a kind of a format that is not decoded.
    #[error("{}: expected a {format} of a common kind, found {found}, which is not read", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: &'static str,
        /// The kind: "an arithmetic-coded JPEG".
        found: String,
    },
    /// The caller: a picture must have between one pixel and the limit.
    #[error("expected a picture of 1 to {limit} pixels, found {width}x{height}")]
    Size {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// The largest number of pixels.
        limit: usize,
    },
    /// The caller: the bytes are not three a pixel.
    #[error("expected {expected} bytes for an RGB picture of {width}x{height}, found {found}")]
    PixelCount {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// 3 * width * height.
        expected: usize,
        /// The number of bytes given.
        found: usize,
    },
    /// The encoder refuses a picture.
    #[error("expected to encode a picture of {width}x{height} as PNG, found that the encoder refuses: {reason}")]
    Encode {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// The encoder's reason.
        reason: String,
    },
    /// The choice of folder: there is something else at the path.
    #[error("{}: expected a directory of images, found a file", path.display())]
    NotADirectory {
        /// The path as given.
        path: PathBuf,
    },
    /// The choice of folder: no image inside.
    #[error("{}: expected {} in this directory or below it, found {}", path.display(), content::DECODED, none(passed_over))]
    NoImages {
        /// The directory.
        path: PathBuf,
        /// What is there instead.
        passed_over: PassedOver,
    },
}

/// No image, and what is there instead.
fn none(passed_over: &PassedOver) -> String {
    if passed_over.is_empty() { "none".to_owned() } else { format!("none ({passed_over})") }
}
