//! The work itself: which pictures to make, keeping them, going on where an earlier run stopped, measuring, writing
//! tables.
//!
//! - [`reproduce()`] runs everything for the blocks and channels of an [`Options`] and leaves figures, tables and a
//!   report.
//! - [`fill()`] does a [`Shard`] of that, for as many machines as share a folder, and [`status()`] says how far they are.
//! - [`ablate()`] measures what channels are worth to accuracy, [`ablate_shard()`] its part of that. [`activations()`] reads chosen sites for images; [`visualize()`] makes one picture.
//! - [`report()`] makes the page of a folder again, finished or not.
//! - [`verify()`] holds such a folder against its manifest, and computes as much of it again as it is asked to.
//! - An [`Observer`] is told what happens.
//!
//! Behind these are four rooms. In `store`, a [`Unit`] is one picture to make; the content-addressed [`Store`] keeps it
//! under its [`Address`], the digest of everything that determines it, so work resumes by looking, and two runs may fill
//! one store; a [`Journal`] keeps what was read of images, so that a scan goes on where it stopped. In `pictures`, a
//! [`Workshop`] makes pictures and channels are measured on them. In `photographs`, a folder of images is read once, and
//! channels are measured on those that they answer to most. In `findings`, what was measured becomes the rows of the
//! tables. One queue of ordered results (`queue`) spreads all of it over threads.
//!
//! Invariant: a result is in the store whole or not at all, and never depends on threads, order or instruction set.
#![forbid(unsafe_code)]

mod ablate;
mod activations;
mod begun;
mod channels;
mod checkpoints;
mod conditions;
mod error;
mod explorer;
mod findings;
mod folder;
mod inspect;
mod leftovers;
mod manifest;
mod names;
mod options;
mod outlook;
mod output;
mod photographs;
mod pictures;
mod plan;
mod preprocessing;
mod program;
mod progress;
mod queue;
mod reproduce;
mod seeds;
mod shards;
mod shown;
mod shuffled;
mod source;
mod store;
#[cfg(test)]
mod testing;
mod verify;
mod visualize;
mod work;

pub use ablate::{Ablate, AblateBy, Ablated, AblatedChannels, ablate, ablate_shard};
pub use activations::{Activations, Scanned, activations};
pub use channels::{ChannelRange, ParseChannelsError};
pub use checkpoints::{Checkpoints, ParseCheckpointsError};
pub use error::RunError;
pub use explorer::{report, report_against, report_single_file};
pub use findings::{Criteria, Example, Exemplar, Here, bn2_weight_abs, conv2_weight_mean_abs};
pub use folder::{DefaultFolder, default_folder, other_weights, source_of};
pub use inspect::{
    InspectedBlock, InspectedNetwork, InspectedPreprocessing, InspectedSite, InspectedStage, Inspection, inspect,
};
pub use options::Options;
pub use photographs::{Contributions, contributions};
pub use pictures::{Beside, Channel, IfMissing, MAX_RETRIES, Measured, ParseVariantError, Variant, Workshop};
pub use plan::Study;
pub use preprocessing::Asked;
pub use program::{build_record, program};
pub use progress::{Event, Observer, Silent, one_line};
pub use reproduce::{Summary, reproduce};
pub use seeds::{ParseSeedsError, Seeds};
pub use shards::{Filled, KindStatus, ParseShardError, Shard, ShardState, ShardStatus, Status, fill, status};
pub use source::{Loaded, Source};
pub use store::{
    Address, Entry, ImageDigest, Journal, Known, Merged, NUMERICS_VERSION, Place, Store, StoreError, Unit, images_held,
    merge,
};
pub use verify::{Check, Depth, Verified, Verify, recipe, verify};
pub use visualize::{Visualize, Visualized, visualize};
pub use work::Work;

pub use featviz::{Objective, Preset, Recipe};
pub use report::{PRINTED, Print, PrintFormat, counted, print, way_on, write_atomically};
pub use resnet::{Algorithm, Block, Isa, Site, SiteName};
