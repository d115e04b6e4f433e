//! For tests alone: comparisons that fail a test, poisoned buffers, generators, golden values.
//!
//! - [`assert_within_bound`] compares with a bound for each value, usually `gamma(n) * sum |a||b|` from [`gamma`];
//!   [`assert_same_bits`] compares bits. The bounds themselves are those of the crate `bounds`, under the same names.
//! - [`poisoned`] buffers show what a kernel did not write, and what it should not have written.
//! - [`golden`] reads reference values, and says where they are.
//!
//! Invariant: every comparison has a test that it must fail.
#![forbid(unsafe_code)]

mod compare;
mod generate;
pub mod golden;
mod poison;

pub use bounds::{gamma, max_abs_error, pseudo_random, relative_l2, underflow_slack, widened, worst_fraction_of_bound};
pub use compare::{assert_same_bits, assert_within_bound};
pub use generate::{awkward_size, finite_values, wild_values};
pub use poison::{assert_still_poisoned, is_poison, poisoned};
