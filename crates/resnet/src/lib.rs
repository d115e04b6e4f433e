//! ResNet18: its blocks, roles and sites, and how weights become a graph.
//!
//! - A [`Block`] `L.B` adds two things into the residual stream and rectifies the sum; a [`Role`] says which of the
//!   three is meant: what enters from the stream (Input), the block's own contribution (Block), the sum (Output).
//! - A [`Site`] is a place where the network is read, by torchvision's name. Sites are values, never aliases: the
//!   Output before its ReLU, `layerL.B.pre`, is Input + Block exactly.
//! - A [`Network`] is what a set of tensors makes of ResNet18: its widths and classes inferred, batch norm separate or
//!   folded, and where tensors are missing, the blocks up to the last complete one.
//! - A [`Naming`] is how a file's names become the network's: what is before them is stripped, what is no network's left.
//! - A [`Reader`] reads center neurons, or whole maps, of an 8-bit image: as it is, enlarged, or shrunk.
//!
//! Invariant: this crate does no I/O and no arithmetic; it arranges operations, and plans execute them.
#![forbid(unsafe_code)]

mod architecture;
mod block;
mod error;
mod layout;
mod naming;
mod network;
mod reader;
mod receptive_field;
mod site;

pub use architecture::{Architecture, Missing};
pub use block::{Block, ParseBlockError, Role};
pub use error::NetworkError;
pub use layout::BatchNormState;
pub use naming::Naming;
pub use network::{BATCH_NORM_EPS, Network, Sites};
pub use reader::{Extent, Reader, Reading, View, enlarge, resized_side, shrink};
pub use receptive_field::ReceptiveField;
pub use site::{Site, UnknownSite};

pub use autodiff::ops::Algorithm;
pub use autodiff::{Isa, IsaError, Shape};
pub use ndarray;
