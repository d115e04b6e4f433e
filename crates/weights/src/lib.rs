//! Files to named, checked, digested tensors.
//!
//! - A [`Tensor`] has a name, a shape and finite single-precision values in C order, and remembers the file that it
//!   came from.
//! - A [`TensorSet`] is what a directory of `.npy` files or an `.npz` archive holds, ordered by name:
//!   [`TensorSet::load`] reads float16, float32 and float64, little or big endian, in C or Fortran order.
//! - A [`Digest`] depends on names, shapes and values alone: the same weights have the same digest in either container.
//! - A [`WeightsError`] is one sentence that names the file and the tensor, what was expected and what was found; what
//!   can be wrong inside an `.npy` file is an [`NpyFault`].
//!
//! Every file is read like a stranger's: nothing is allocated because a header claims it, only because the bytes
//! are there, and no sequence of bytes makes this crate panic.
//!
//! Invariant: this crate knows formats, not networks; which names and shapes are right is for its caller to say.
#![forbid(unsafe_code)]

mod archive;
mod digest;
mod directory;
mod error;
mod npy;
mod tensor;
mod tensor_set;

pub use digest::Digest;
pub use error::WeightsError;
pub use npy::NpyFault;
pub use tensor::Tensor;
pub use tensor_set::TensorSet;
