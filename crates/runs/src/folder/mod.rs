//! The folder of a run: where it is by default, what may be in it already, and what must not be.
//!
//! A folder holds one run, and that run only grows. A command for it is of the same network, images, recipe and seed, and
//! the folder's run is then of the blocks and channels of both ([`before`]); any other command is refused by name, unless
//! it is told to replace what is there. By default commands do not meet: the folder is named after what tells them apart
//! ([`by_default`]). Nothing that a run writes is read as a photograph ([`apart`]), and what a killed process was writing
//! is removed by the next one ([`sweep`]).

pub(crate) mod apart;
pub(crate) mod before;
mod by_default;
pub(crate) mod named;
pub(crate) mod sweep;

pub use by_default::{DefaultFolder, default_folder};
pub use named::{other_weights, source_of};
