//! From files to the 8-bit pixels that a network is shown, as the paper's Pillow and torchvision make them.
//!
//! - An [`Rgb8`] is a picture: 8-bit RGB, rows from the top, red, green and blue beside each other.
//! - [`decode`] reads a JPEG or a PNG of any colour type into one, as Pillow's `Image.open(path).convert("RGB")` would;
//!   [`decode_bytes`] does so for bytes in memory, and [`encode_png`] writes one.
//! - [`pillow`] resizes and crops with Pillow's fixed-point arithmetic and torchvision's geometry: [`preprocess`] is
//!   `Resize`, then `CenterCrop`.
//! - A [`Folder`] is the images below a directory, in the order of class folder and file name.
//! - An [`ImageError`] is one sentence that names the file, what was expected and what was found.
//!
//! Files are read like a stranger's: the size that a header claims is checked before anything is allocated for it.
//!
//! Invariant: the pixels are Pillow's, exactly: of a PNG, of a JPEG (the crate `jpeg` makes libjpeg-turbo's choices
//! where the standard leaves them open), and of either after resizing and cropping. Only JPEGs that nobody's
//! photographs are, of arithmetic codes or unfinished scans, are decoded by another library and may differ by a few
//! levels.
#![forbid(unsafe_code)]

mod decode;
mod encode;
mod error;
mod folder;
mod header;
pub mod pillow;
mod rgb8;

pub use decode::{decode, decode_bytes, read};
pub use encode::encode_png;
pub use error::ImageError;
pub use folder::{Folder, FolderEntry};
pub use pillow::preprocess;
pub use rgb8::Rgb8;
