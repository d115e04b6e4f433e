//! Convolution, by the sum of its definition or by Winograd's algorithm, and its gradient.
//!
//! ```text
//! y[i, j, o] = epilogue(sum over ky, kx, c of x[i s + ky - p, j s + kx - p, c] w[o, c, ky, kx])
//! ```
//!
//! A [`ConvTask`] says what is read, which positions are wanted and what becomes of their sums; [`ConvWeights`] or
//! [`WinogradWeights`] compute it.

mod direct;
mod gradient;
mod grouped;
mod sliding;
mod task;
mod winograd;

pub use direct::ConvWeights;
pub use gradient::{ConvGradient, input_gradient_scratch};
pub use grouped::Channels;
pub use sliding::Sliding;
pub use task::{ConvEpilogue, ConvTask, SomeChannels};
pub use winograd::{Tile, WinogradWeights};
