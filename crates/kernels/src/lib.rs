//! Numbers on slices: every operation of the network, the image parameterisation and the augmentations.
//!
//! All arithmetic is single precision and every result is the same, bit for bit, on any instruction set, for any
//! region of the output and for any number of threads, because nothing is ever summed in an order that depends on
//! them. For the matrix product, and so for convolutions, the order is the *summation contract* (see [`matmul`]).
//!
//! Feature maps are `[height, width, channels]`, channels last. A [`Window`] holds a [`Region`] of such a map; where
//! the region reaches beyond the map it holds zeros, which are the padding.
//!
//! Invariant: this crate does no I/O, knows no networks, and allocates nothing while it computes.

pub mod adam;
pub mod batch_norm;
pub mod color;
pub mod conv;
pub mod dft;
pub mod elementary;
pub mod elementwise;
mod isa;
pub mod linear;
pub mod matmul;
pub mod peak;
pub mod pool;
mod region;
pub mod resample;
pub mod softmax;
mod window;

pub use isa::{ISA_VARIABLE, Isa, IsaError};
pub use region::Region;
pub use window::{Part, Window, WindowMut};
