//! What the numbers of a run are worth (METHOD.md, section 8): how far they depend on the seed and on the channels that
//! there happen to be, and what chance gives.
//!
//! [`Repeated`] are the channels of a run at all of its seeds. From them follow the rows of `tables/seeds.csv`, the spread
//! columns of `tables/channels.csv`, and intervals, nulls and adjusted p-values of `tables/blocks.csv` and
//! `tables/panels.csv`, and the curves of `tables/curves.csv`.

mod blocks;
mod convergence;
mod curves;
mod enlargement;
mod pairing;
mod panels;
mod paths;
mod repeated;
mod resamples;
mod variants;

pub(super) use blocks::{adjust, block_row, histogram_rows};
pub(super) use convergence::{convergence_rows, objective_rows, step_rows};
pub(super) use curves::{adjust as adjust_curves, curve_rows};
pub(super) use enlargement::{Enlarged, enlargement_rows, group_rows};
pub(super) use panels::{adjust as adjust_panels, panel_row};
pub(super) use paths::{path_layer_rows, path_rows};
pub(super) use repeated::Repeated;
pub(super) use variants::{churn_rows, variant_rows};
