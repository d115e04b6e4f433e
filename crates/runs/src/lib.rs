//! The work itself: which pictures to make, keeping them, going on where an earlier run stopped, measuring, writing
//! tables.
//!
//! - [`reproduce()`] runs everything for the blocks and channels of an [`Options`] and leaves figures, tables and a
//!   report.
//! - [`activations()`] reads chosen sites for images; [`visualize()`] makes one picture.
//! - A [`Unit`] is one picture to make; the content-addressed [`Store`] keeps it under its [`Address`], the digest of
//!   everything that determines it. So work resumes by looking, and two runs may fill one store.
//! - [`verify()`] holds such a folder against its manifest, and computes as much of it again as it is asked to.
//! - A [`Journal`] keeps what was read of images, so that a scan goes on where it stopped.
//! - An [`Observer`] is told what happens.
//!
//! Invariant: a result is in the store whole or not at all, and never depends on threads, order or instruction set.
#![forbid(unsafe_code)]

mod activations;
mod attempts;
mod channels;
mod claims;
mod error;
mod exemplars;
mod files;
mod first_error;
mod journal;
mod leftovers;
mod measure;
mod names;
mod numpy;
mod panels;
mod paper;
mod parallel;
mod photographs;
mod plan;
mod progress;
mod queue;
mod reproduce;
mod scale_tuning;
mod scan;
mod source;
mod store;
mod tables;
#[cfg(test)]
mod testing;
mod unit;
mod verify;
mod visualize;

pub use activations::{Activations, Scanned, activations};
pub use attempts::{Channel, MAX_RETRIES};
pub use channels::{ChannelRange, ParseChannelsError};
pub use error::RunError;
pub use exemplars::{Criteria, Example, Exemplar, Here};
pub use journal::{ImageDigest, Journal, Known, images_held};
pub use measure::Measured;
pub use photographs::{Contributions, contributions};
pub use plan::Study;
pub use progress::{Event, Observer, Silent, one_line};
pub use queue::{Lacking, Workshop};
pub use reproduce::{Options, Summary, reproduce};
pub use source::{Loaded, Source};
pub use store::{Entry, Store, StoreError};
pub use tables::{bn2_weight_abs, build_record, conv2_weight_mean_abs, program};
pub use unit::{Address, NUMERICS_VERSION, Unit};
pub use verify::{Check, Depth, Verified, Verify, recipe, verify};
pub use visualize::{Visualize, Visualized, visualize};

pub use featviz::{Objective, Preset, Recipe};
pub use report::write_atomically;
pub use resnet::{Algorithm, Block, Isa, Site};
