//! What the measured activations mean: mix ratios, scale invariance, tuning curves, top images and statistics.
//!
//! - [`NineActivations`] are the numbers of a channel: each of its three roles, read on the picture optimised for each.
//! - [`mix_ratio`] says how much of a channel's Output comes from the stream and how much from the block; [`Category`]
//!   names the answer.
//! - [`ScaleMeasures`] say whether the block sees enlarged what its input sees.
//! - [`ChannelMeasures`] is all of that for a channel, and [`BlockSummary`] for the channels of a block.
//! - [`tuning_curve_correlation`] and [`GroupComparison`] are the papers' comparisons over images and over channels.
//! - [`OverSeeds`] is a channel at several seeds, and [`Pairs`] what chance gives for the channels of a block.
//! - [`objective_after`] and [`share_of_final`] say how far an ascent has come after fewer steps.
//! - [`cosine_of_rectified`] says whether two images take the same way through a network.
//! - [`TOLERANCES`] and [`SCALE_FACTORS`] are what else the criteria of scale invariance might have been.
//! - [`largest`] and [`smallest`] find the top and bottom images, [`Ranked`] as they come.
//! - [`statistics`] holds what is needed for them, equal to SciPy's.
//!
//! Letters are the papers': I, B and O are the Input, Block and Output of a residual block, and O(I) is the Output's
//! center activation on the picture optimised for the Input. Sections are those of `crates/METHOD.md`: 3 for the
//! measurements, 8 for what they are worth.
//!
//! An answer that a definition does not give is an error that says why ([`FailedVisualization`],
//! [`statistics::NotDefined`]), never a zero and never a panic.
//!
//! Invariant: this crate does no I/O and knows no network, image or file; its functions depend on their arguments
//! alone.
#![forbid(unsafe_code)]

mod activations;
mod channel;
mod convergence;
mod cosine;
mod curves;
mod extremes;
mod groups;
mod mix;
mod pairing;
mod scale;
mod seeds;
pub mod statistics;
mod summary;
mod tuning;

pub use activations::NineActivations;
pub use channel::ChannelMeasures;
pub use convergence::{objective_after, share_of_final};
pub use cosine::cosine_of_rectified;
pub use curves::{SCALE_FACTORS, TOLERANCES};
pub use extremes::{Ranked, largest, smallest};
pub use groups::{GroupComparison, UnequalLengths};
pub use mix::{
    CLAMP, Category, FailedVisualization, MIX_HIGH, MIX_LOW, OVERWRITTEN, SKIPPED, clamped, is_overwrite_group,
    mix_histogram, mix_ratio, mixes_within,
};
pub use pairing::{PERMUTATIONS, PairAnswers, PairingNull, Pairs};
pub use scale::{ScaleMeasures, block_delta, block_delta_of_photographs, input_delta, input_delta_of_photographs};
pub use seeds::{CriteriaShares, OverSeeds};
pub use summary::{BlockSummary, Center};
pub use tuning::tuning_curve_correlation;
