#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod case;
mod claims;
mod draw;
mod expected;
mod float;
mod general;
mod kernel;
mod linear;
pub mod operations;
mod quiet;
mod region;
mod run;
mod values;

pub use case::{Axis, Case};
pub use claims::{Claims, Products, Sums};
pub use draw::Address;
pub use expected::{Expected, Finding, Verdict, same_bits};
pub use float::Float;
pub use general::{alone, general, region};
pub use kernel::{Kernel, Law, Problem, Run, RunAdjoint, RunPart};
pub use linear::{Adjoint, Linear, adjoint, integers, linear, restricted};
pub use region::Region;
pub use run::{About, Failure, Outcome, Plan, Subject, again, check, check_with, test, test_with};
pub use values::{Fill, Operand, Values};
