//! Residual networks: blocks, roles and sites, and how weights become a graph.
//!
//! - An [`Architecture`] is the one description of a network, inferred from names and shapes of tensors: stem, stages of blocks,
//!   shortcuts, batch norm separate or folded, class scores; and where tensors are missing, the blocks up to the last
//!   complete one. Whatever depends on what a network is made of reads it there. A network of another kind is refused by
//!   what it is.
//! - A [`Block`] `L.B` adds two things into the residual stream and rectifies the sum; a [`Role`] says which of the
//!   three is meant: what enters from the stream (Input), the block's own contribution (Block), the sum (Output).
//! - A [`Site`] is a place where the network is read, by its own name. Sites are values, never aliases: the
//!   Output before its ReLU, `layerL.B.pre`, is Input + Block exactly. A [`SiteName`] is a site as somebody asks for it.
//! - A [`Naming`] is how a file's names become the network's: by the rules of a scheme, behind a prefix that is stripped; what is no
//!   network's is left.
//! - A [`Network`] is the description with its weights; [`Preprocessing`] says how photographs become what it reads.
//! - A [`Reader`] reads center neurons, or whole maps, of an 8-bit image: as it is, enlarged, or shrunk.
//!
//! Invariant: this crate does no I/O and no arithmetic; it arranges operations, and plans execute them.
#![forbid(unsafe_code)]

mod architecture;
mod block;
mod error;
mod field;
mod infer;
mod layout;
mod naming;
mod network;
mod part;
mod pattern;
mod preprocessing;
mod reader;
mod receptive_field;
mod refuse;
mod scheme;
mod site;
mod sites;

pub use architecture::{Architecture, Missing, Stage};
pub use block::{Block, ParseBlockError, Role};
pub use error::NetworkError;
pub use field::Field;
pub use layout::{BatchNormState, BlockLayout, ConvolutionLayout, Shortcut, Stem};
pub use naming::Naming;
pub use network::{BATCH_NORM_EPS, Network, Sites};
pub use part::{Part, Words};
pub use preprocessing::{Colors, Preprocessing, resized_side};
pub use reader::{Extent, Reader, Reading, View, enlarge, shrink};
pub use receptive_field::ReceptiveField;
pub use refuse::Refused;
pub use site::{Site, SiteName, UnknownSite};

pub use autodiff::ops::Algorithm;
pub use autodiff::{Isa, IsaError, Shape, Sliding};
pub use ndarray;
