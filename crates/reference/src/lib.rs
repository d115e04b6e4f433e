//! Every numeric operation once more, from its definition, in f64: what the fast ones are checked against.
//!
//! Each file holds one operation and nothing clever: the loops stand in the order of the formula above them, sizes are
//! computed here and not asked of anybody, and nothing is vectorised, blocked or reused. Gradients and adjoints are
//! sums of their own over the same coefficients, so that `<A x, y> = <x, A' y>` is something to test and not something
//! built in.
//!
//! Feature maps are [`Map`]s with the channels last, `[H, W, C]`; matrices are row-major slices; convolution weights
//! are `[out, in, kh, kw]`, as PyTorch keeps them. Sizes that contradict each other are a mistake of the caller and
//! panic.
//!
//! The unit tests hold the operations to numbers from PyTorch 2 and NumPy, computed in f64.
//!
//! Invariant: borrows nothing from what it checks, output sizes included.
#![forbid(unsafe_code)]

mod adam;
mod affine;
mod batch_norm;
mod color;
mod conv2d;
mod global_average_pool;
mod irfft2;
mod linear;
mod map;
mod matmul;
mod max_pool;
mod pad;
mod pad_channels;
mod relu;
mod resize;
mod sigmoid;
mod softmax;
#[cfg(test)]
mod testing;
mod translate;
mod winograd;

pub use adam::{Adam, Moments, adam_step};
pub use affine::{AffineMatrix, affine, affine_adjoint, rotate, rotate_adjoint, rotation};
pub use batch_norm::{BatchNorm, batch_norm, batch_norm_gradient};
pub use color::{color_correlation, mix_colors, mix_colors_adjoint, normalise, normalise_gradient};
pub use conv2d::{Epilogue, Filters, conv2d, conv2d_input_gradient};
pub use global_average_pool::{global_average_pool, global_average_pool_gradient};
pub use irfft2::{irfft2, irfft2_adjoint};
pub use linear::{linear, linear_gradient};
pub use map::{Map, Padding, Sliding};
pub use matmul::matmul;
pub use max_pool::{max_pool, max_pool_gradient};
pub use pad::{pad_reflect, pad_reflect_adjoint, pad_zeros, pad_zeros_adjoint};
pub use pad_channels::{pad_channels, pad_channels_adjoint};
pub use relu::{relu, relu_gradient};
pub use resize::{Alignment, resize_bilinear, resize_bilinear_adjoint};
pub use sigmoid::{exp, sigmoid, sigmoid_gradient};
pub use softmax::softmax;
pub use translate::{crop, crop_adjoint, shift, shift_adjoint};
pub use winograd::{Winograd, winograd};
