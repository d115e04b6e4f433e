//! Whole-workspace tests: they live in `tests/`, beside this file's folder.
#![forbid(unsafe_code)]
