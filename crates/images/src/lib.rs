//! From files to the 8-bit pixels that a network is shown, as the paper's Pillow and torchvision make them.
//!
//! - An [`Rgb8`] is a picture: 8-bit RGB, rows from the top, red, green and blue beside each other.
//! - [`decode`] reads a JPEG, PNG, WebP, GIF, BMP or TIFF into one, as Pillow's `Image.open(path).convert("RGB")` would;
//!   [`decode_bytes`] does so for bytes in memory, [`flaw`] says what is overlooked, and [`encode_png`] writes one.
//! - [`pillow`] resizes and crops with Pillow's fixed-point arithmetic and torchvision's geometry: [`preprocess`] is
//!   `Resize`, then `CenterCrop`.
//! - A [`Folder`] is the images below a directory, in torchvision's order, and a [`PassedOver`] what else is there.
//! - An [`ImageError`] is one sentence that names the file, what was expected and what was found.
//!
//! Files are read like a stranger's: the size that a header claims is checked before anything is allocated for it.
//!
//! Invariant: the pixels are Pillow's, exactly: of every file that is read, whatever its format (the crate `jpeg` makes
//! libjpeg-turbo's choices where the standard leaves them open), and after resizing and cropping. What cannot be read so
//! is refused.
#![forbid(unsafe_code)]

mod content;
mod decode;
mod encode;
mod error;
mod folder;
mod names;
mod passed_over;
pub mod pillow;
mod rgb8;

pub use decode::{decode, decode_bytes, flaw, read};
pub use encode::encode_png;
pub use error::ImageError;
pub use folder::{Folder, FolderEntry};
pub use passed_over::PassedOver;
pub use pillow::preprocess;
pub use rgb8::Rgb8;
