//! A run in parts, on one machine or many that share its folder.
//!
//! A [`Shard`] is part I of N. [`fill`] makes its pictures and reads its images into the store, which is content-addressed:
//! a shard done twice is harmless, shards of other numbers share a store, and two processes that want one picture both
//! make it, and the later file, of the same bytes, takes the place of the earlier. [`crate::reproduce()`] without a shard
//! takes what is there, makes what is missing, and writes everything. While shards are at work each appends to a log of
//! its own (`log`); [`status`] reads them all.

mod fill;
mod log;
mod shard;
mod status;
mod whole;

pub use fill::{Filled, fill};
pub(crate) use log::Log as ShardLog;
pub use shard::{ParseShardError, Shard};
pub use status::{KindStatus, ShardState, ShardStatus, Status, status};
pub(crate) use status::{forget, unfinished};
pub(crate) use whole::Whole;
