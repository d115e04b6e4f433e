//! What activations mean: mix ratio, categories, scale invariance (method section 3). Pure functions on numbers.
//!
//! - [`NineActivations`]: each role's center activation on the picture optimised for each role.
//! - [`mix_ratio`], its [`Category`] and its [histogram](mix_histogram).
//! - [`block_delta`], [`input_delta`] and what follows from them: [`ScaleMeasures`].
//! - [`BlockSummary`]: one block in a few numbers.
//!
//! Invariant: this crate does no I/O, never panics on numbers, and says where an answer is not defined.
#![forbid(unsafe_code)]

mod mix;
mod scale;
mod summary;

pub use mix::{
    BIN_WIDTH, Category, FailedVisualization, HISTOGRAM_BINS, MIX_BAND, NEVER_FROM_BLOCK, NEVER_FROM_INPUT,
    NineActivations, clamped, mix_histogram, mix_ratio,
};
pub use scale::{ScaleMeasures, block_delta, clipped_mean, input_delta};
pub use summary::{BlockSummary, mean, median};
