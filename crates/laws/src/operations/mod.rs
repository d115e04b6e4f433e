//! The operations: what a case of each is, and its laws beside those of all.

mod matmul;

pub use matmul::Product;

/// The most multiply-adds of a case: more would test nothing else.
const WORK: usize = 200_000;

fn magnitudes(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| v.abs()).collect()
}
