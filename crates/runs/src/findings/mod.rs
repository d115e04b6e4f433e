//! What a run says of what it measured: the rows of the tables, the channels to show, and what they mean for the papers'
//! claims. All of it follows from values at hand: nothing here reads a file, and only [`Tables::write`] writes any.

mod block_rows;
mod channel_rows;
pub(crate) mod claims;
mod exemplars;
pub(crate) mod not_finite;
mod of_the_network;
mod panels;
pub(crate) mod paper;
mod tables;
mod worth;

pub use channel_rows::{bn2_weight_abs, conv2_weight_mean_abs};
pub(crate) use exemplars::choose;
pub use exemplars::{Criteria, Example, Exemplar, Here};
pub(crate) use tables::{Findings, Tables};
