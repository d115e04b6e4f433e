//! For tests alone: comparison with derived bounds, poisoned buffers, generators, golden values.
//!
//! - [`assert_within_bound`] compares with a bound for each value, usually `gamma(n) * sum |a||b|` from [`gamma`];
//!   [`assert_same_bits`] compares bits.
//! - [`poisoned`] buffers show what a kernel did not write, and what it should not have written.
//! - [`golden`] reads reference values, and says where they are.
//!
//! Invariant: every comparison has a test that it must fail.
#![forbid(unsafe_code)]

mod compare;
mod generate;
pub mod golden;
mod poison;

pub use compare::{
    assert_same_bits, assert_within_bound, gamma, max_abs_error, relative_l2, underflow_slack, worst_fraction_of_bound,
};
pub use generate::{awkward_size, finite_values, pseudo_random, widened, wild_values};
pub use poison::{assert_still_poisoned, is_poison, poisoned};
