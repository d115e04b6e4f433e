//! How many fused multiply-adds the processor retires, as the ceiling that benchmarks measure against.

use crate::isa::{Isa, per_isa};

/// Independent chains: more than the latency of a fused multiply-add times the units that execute it.
const CHAINS: usize = 12;
const LANES: usize = 16;

/// Floating point operations of one round of [`multiply_add_chains`].
pub const OPERATIONS_PER_ROUND: usize = 2 * CHAINS * LANES;

/// Runs `rounds` of independent fused multiply-adds that touch no memory, and leaves a digest of them in `sum`.
pub fn multiply_add_chains(isa: Isa, rounds: usize, sum: &mut f32) {
    chains(isa, rounds, sum);
}

type Lanes = [f32; LANES];

#[inline(always)]
fn next(chain: Lanes, a: Lanes, b: Lanes) -> Lanes {
    std::array::from_fn(|i| chain[i].mul_add(a[i], b[i]))
}

per_isa! {
    fn chains(rounds: usize, sum: &mut f32) {
        let (a, b) = ([0.5; LANES], [*sum; LANES]);
        // One variable a chain: an array of them would live in memory.
        let [mut c0, mut c1, mut c2, mut c3, mut c4, mut c5] = [[1.0; LANES]; 6];
        let [mut c6, mut c7, mut c8, mut c9, mut c10, mut c11] = [[2.0; LANES]; 6];
        for _ in 0..rounds {
            (c0, c1, c2) = (next(c0, a, b), next(c1, a, b), next(c2, a, b));
            (c3, c4, c5) = (next(c3, a, b), next(c4, a, b), next(c5, a, b));
            (c6, c7, c8) = (next(c6, a, b), next(c7, a, b), next(c8, a, b));
            (c9, c10, c11) = (next(c9, a, b), next(c10, a, b), next(c11, a, b));
        }
        let all = [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11];
        *sum = all.iter().flatten().sum::<f32>() / 1e6;
    }
}
