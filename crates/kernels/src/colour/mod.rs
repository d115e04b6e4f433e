//! From the three decorrelated planes of a picture to colours, and the normalisation that the network expects.

mod correlation;
mod normalisation;

pub use correlation::{colour_matrix, squash_colours, squash_colours_gradient};
pub use normalisation::Normalisation;
