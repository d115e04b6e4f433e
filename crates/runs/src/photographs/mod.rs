//! What photographs say of the studied channels (METHOD.md, section 3).
//!
//! Every image is read once ([`scan`]), at the center neurons of Input, Block and Output of every studied block
//! ([`reading`]). From that follow the images at either end, tuning curves, the measures of pictures taken on photographs
//! instead ([`measures`]), and what Input and Block contribute ([`contributions`]).

mod contributions;
mod files;
mod found;
mod likeness;
mod measures;
mod mosaics;
mod reading;
pub(crate) mod scan;
mod thumbnails;

pub use contributions::{Contributions, contributions};
pub(crate) use files::write;
pub(crate) use found::OfPhotographs;
pub(crate) use reading::{Photographs, Reading, keep};
