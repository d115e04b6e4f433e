//! How many fused multiply-adds the processor retires, as the ceiling that benchmarks measure against.

use crate::isa::Isa;
use crate::matmul::multiply_add_chains;

/// Runs `rounds` of independent fused multiply-adds that touch no memory; how many floating point operations that took,
/// two for each multiply-add and lane. `digest` takes their result, so that they are not optimised away.
pub fn multiply_adds(isa: Isa, rounds: usize, digest: &mut [f32; 16]) -> usize {
    let seed = [0.5; 16];
    2 * multiply_add_chains(isa, rounds, &seed, digest)
}
