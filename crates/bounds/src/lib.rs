//! What it takes to compare with a bound, for the audit and for tests alike.
//!
//! - [`gamma`] and [`underflow_slack`] are what rounding may do; [`worst_fraction_of_bound`] says how much of a bound
//!   is used, [`relative_l2`] and [`max_abs_error`] give an error in one number, [`worse`] keeps the worse of two.
//! - [`pseudo_random`] values are the same for the same seed, on any machine.
//! - With the feature `files`, [`Archive`] and [`npy_f32`] read reference values, those of PyTorch for instance, and say in one sentence what is
//!   wrong with a damaged file; [`fixtures_dir`] and [`data_dir`] say where they are.
//!
//! Invariant: no reference value is converted or made up; a file that does not hold what it should is an error.
#![forbid(unsafe_code)]

mod compare;
mod draw;
#[cfg(feature = "files")]
mod places;
#[cfg(feature = "files")]
mod values;

pub use compare::{gamma, gamma_of, max_abs_error, relative_l2, underflow_slack, worse, worst_fraction_of_bound};
pub use draw::{pseudo_random, widened};
#[cfg(feature = "files")]
pub use places::{DATA_VARIABLE, data_dir, fixtures_dir};
#[cfg(feature = "files")]
pub use values::{Archive, Array, ReferenceError, npy_f32};
