//! What a run keeps, so that it can go on where it stopped: pictures under the digest of all that determines them, what
//! was read of images as it comes, and arrays for others to read.

mod arrays;
mod entries;
mod first_error;
mod journal;
mod merge;
mod part;
mod unit;

pub(crate) use arrays::{Archive, npy_header};
pub use entries::{Entry, Store, StoreError};
pub(crate) use entries::{parse, to_bytes};
pub use journal::{ImageDigest, Journal, Known, Place, images_held};
pub use merge::{Merged, merge};
pub(crate) use part::Part;
pub use unit::{Address, NUMERICS_VERSION, Unit};
