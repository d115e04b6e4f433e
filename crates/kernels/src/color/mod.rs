//! From the three decorrelated planes of a picture to colors, and the normalisation that the network expects.

mod correlation;
mod normalisation;

pub use correlation::{color_matrix, squash_colors, squash_colors_gradient};
pub use normalisation::Normalisation;
