//! Multiply-adds that touch no memory: how many of them a processor retires.

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{PANEL, Vector};
use crate::isa::{Isa, Level};

/// Chains of fused multiply-adds that [`multiply_add_chains`] keeps going: more than two units of latency four need.
pub(crate) const CHAINS: usize = 16;

/// Runs `rounds` of [`CHAINS`] independent fused multiply-adds of one vector each, touching no memory; the floats they
/// took.
pub(crate) fn multiply_add_chains(isa: Isa, rounds: usize, seed: &[f32; PANEL], out: &mut [f32; PANEL]) -> usize {
    match isa.level() {
        // SAFETY: `Isa` proves the features; both arrays hold a vector.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::chains512(rounds, seed, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::chains256(rounds, seed, out) },
        // SAFETY: both arrays hold a vector; no instruction set is needed.
        Level::Portable => unsafe { chains::<[f32; 4]>(rounds, seed, out) },
    }
}

/// # Safety
/// `V`'s instruction set is available.
#[inline(always)]
pub(super) unsafe fn chains<V: Vector>(rounds: usize, seed: &[f32; PANEL], out: &mut [f32; PANEL]) -> usize {
    // SAFETY: both arrays hold at least a vector.
    unsafe {
        let factor = V::load(seed.as_ptr());
        let mut acc = [factor; CHAINS];
        for _ in 0..rounds {
            for chain in &mut acc {
                *chain = factor.add_product(*chain, factor);
            }
        }
        let mut sum = V::zero();
        for chain in acc {
            sum = sum.add(chain);
        }
        sum.store(out.as_mut_ptr());
    }
    rounds * CHAINS * V::LANES
}
