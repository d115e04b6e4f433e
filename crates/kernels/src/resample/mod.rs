//! Moving and resizing images: bilinear resizing, rotation, translation, reflection, and the adjoint of each.
//!
//! Every operation here is linear in its input, so its gradient is its adjoint: the same coefficients the other way
//! round. Coordinates are computed in f64, or as exact fractions, and only the interpolation weights are rounded to f32.

mod reflect;
mod resize;
mod rotate;
mod translate;

pub use reflect::{reflect_pad, reflect_pad_adjoint, reflected_region};
pub use resize::{Alignment, ResizePlan};
pub use rotate::Rotation;
pub use translate::{translate, translate_adjoint};
