//! Elementary functions of our own, so that their bits depend on no platform's library.

mod trigonometry;

pub use trigonometry::cos_sin_fraction;
