//! Whole-workspace benchmarks against named peers: see the folder `benches` beside this one.
#![forbid(unsafe_code)]
