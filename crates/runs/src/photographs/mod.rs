//! What photographs say of the studied channels (METHOD.md, section 3).
//!
//! Every image is read once ([`scan`]), at the center neurons of Input, Block and Output of every studied block
//! ([`reading`]). From that follow the images at either end, tuning curves ([`channels`]), the measures of pictures taken on
//! photographs instead ([`measures`]), and what Input and Block contribute ([`contributions`]).
//!
//! There may be a million images. Their activations go to files as they come ([`rows`]), the images at either end are kept
//! as they come, and all else is read back one channel ([`transposed`]) or a few images at a time.

mod channels;
mod contributions;
mod files;
mod found;
mod likeness;
mod listing;
pub(crate) mod marks;
mod measures;
mod mosaics;
mod reading;
mod rows;
pub(crate) mod scan;
mod thumbnails;
mod transposed;

pub use contributions::{Contributions, contributions};
pub(crate) use files::write;
pub(crate) use found::OfPhotographs;
pub(crate) use reading::{Photographs, Reading, keep};
