//! Moving and resizing images: bilinear resizing, rotation, translation, reflection, and the adjoint of each.
//!
//! Every operation here is linear in its input, so its gradient is its adjoint: the same coefficients the other way
//! round. Coordinates are computed in f64, or as exact fractions, and only the interpolation weights are rounded to
//! f32. A pixel that happens to have weight zero is multiplied like any other, as in PyTorch: infinity and NaN there
//! show.

mod reflect;
mod resize;
mod rotate;
mod translate;

pub use reflect::Reflection;
pub use resize::{Alignment, ResizePart, ResizePlan};
pub use rotate::Rotation;
pub use translate::Translation;

use crate::region::Region;

/// Refuses a window that lacks part of what is read from it or written to it.
fn assert_holds(held: Region, needed: Region) {
    assert!(held.contains(&needed), "a window of {held:?} lacks part of {needed:?}");
}
