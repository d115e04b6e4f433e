//! Files to named, checked, digested tensors.
//!
//! - A [`Tensor`] has a name, a shape and finite single-precision values in C order, and remembers the file that it
//!   came from.
//! - A [`Checkpoint`] is what a file or folder holds, recognised by its content: a folder of `.npy` files, an `.npz`
//!   archive, `.safetensors` alone or in shards, PyTorch's files of both formats. Its names are known before a value is read.
//! - A [`TensorSet`] is what was read of one, ordered by name: float16, bfloat16, float32 and float64, in any order of
//!   bytes and elements that the format knows.
//! - A [`Digest`] depends on names, shapes and values alone: the same weights have the same digest in any file.
//! - A [`WeightsError`] is one sentence that names the file and the tensor, what was expected and what was found; what
//!   can be wrong with one tensor is a [`TensorFault`].
//!
//! Every file is read like a stranger's: nothing is allocated because a header claims it, only because the bytes
//! are there; a pickle is read, and never run; no sequence of bytes makes this crate panic. Values are read through a
//! buffer of fixed size: memory stays within twice the file's size and a constant, however it is packed.
//!
//! Invariant: this crate knows formats, not networks; which names and shapes are right is for its caller to say.
#![forbid(unsafe_code)]

mod budget;
mod checkpoint;
mod digest;
mod element;
mod error;
mod fault;
mod formats;
mod layout;
mod npy;
mod pickle;
mod tensor;
mod tensor_set;
mod text;
mod values;

pub use checkpoint::Checkpoint;
pub use digest::Digest;
pub use element::Dtype;
pub use error::WeightsError;
pub use fault::TensorFault;
pub use tensor::Tensor;
pub use tensor_set::TensorSet;
pub use text::shown;
