//! Whole-workspace tests: they live in `tests/`, beside this file's folder. Here is what they share: the program, and
//! runs that it made.
#![forbid(unsafe_code)]

pub mod arrays;
pub mod harness;
