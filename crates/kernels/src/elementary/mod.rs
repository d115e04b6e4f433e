//! Elementary functions of our own, so that their bits depend on no platform's library.

mod exponential;
mod logarithm;
mod rounding;
mod sigmoid;
mod trigonometry;

pub use exponential::exp;
pub use logarithm::ln;
pub use rounding::single;
pub use sigmoid::{sigmoid, sigmoid_gradient};
pub use trigonometry::cos_sin_fraction;
