//! Rows of a product whose left-hand elements are mostly zero: those that are not are looked for, and nothing is
//! computed for the others.

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{LeftMatrix, PANEL, Vector};
use crate::isa::{Isa, Level};
use crate::matmul::PackedMatrix;

/// `C[i][j] = sum over the k for which a[i][k] is not zero of a[i][k] b[k][j]`: for each element one chain of fused
/// multiply-adds, k ascending, from zero. The rows of C follow each other, each as long as all panels of `right`; they say
/// how many rows of `left` are meant. A NaN is not zero.
///
/// # Panics
/// If a row reaches outside its slice, or `left` has more than one segment.
pub(crate) fn product_of_nonzeros(isa: Isa, left: &LeftMatrix<'_>, right: &PackedMatrix, c: &mut [f32]) {
    let (k, row_length) = (right.k(), (right.panels() * PANEL).max(1));
    assert!(left.segments == 1 && left.segment_length == k, "the inner dimensions of a product");
    assert!(c.len().is_multiple_of(row_length), "rows of whole panels");
    for (row, c) in c.chunks_exact_mut(row_length).enumerate() {
        let first = left.rows.offset(row);
        let a = &left.data[first..first + k];
        let job = Job { a, right: right.values(), c };
        match isa.level() {
            // SAFETY: `Isa` proves the features.
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => unsafe { x86::nonzeros512(job) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => unsafe { x86::nonzeros256(job) },
            // SAFETY: no instruction set is needed.
            Level::Portable => unsafe { run::<[f32; 4], 2>(job) },
        }
    }
}

/// One row: its elements, the packed panels `[panels][elements][16]`, and where its sums go, `[panels][16]`.
pub(super) struct Job<'a> {
    a: &'a [f32],
    right: &'a [f32],
    c: &'a mut [f32],
}

/// All panels, up to `MOST` at a time: enough chains to hide the latency of a multiply-add, and no more than there are
/// registers for.
///
/// # Safety
/// `V`'s instruction set is available.
#[inline(always)]
pub(super) unsafe fn run<V: Vector, const MOST: usize>(job: Job<'_>) {
    let panel = job.a.len() * PANEL;
    let mut right = job.right;
    for c in job.c.chunks_mut(MOST * PANEL) {
        let (these, rest) = right.split_at(c.len() / PANEL * panel);
        right = rest;
        // SAFETY: promised by the caller; `these` has a panel for each 16 values of `c`.
        unsafe {
            match c.len() / PANEL {
                10 if MOST >= 10 => group::<V, 10>(job.a, these, c),
                4 if MOST >= 4 => group::<V, 4>(job.a, these, c),
                2 => group::<V, 2>(job.a, these, c),
                _ => {
                    for (c, these) in c.chunks_mut(PANEL).zip(these.chunks(panel.max(1))) {
                        group::<V, 1>(job.a, these, c);
                    }
                }
            }
        }
    }
}

/// # Safety
/// `V`'s instruction set is available, `right` has `PANELS` panels of as many lanes as there are elements, `c` has room
/// for 16 values of each.
#[inline(always)]
unsafe fn group<V: Vector, const PANELS: usize>(a: &[f32], right: &[f32], c: &mut [f32]) {
    for part in (0..PANEL).step_by(V::LANES) {
        // SAFETY: the caller promises the panels and the values; vectors of elements are read inside `a` alone.
        unsafe {
            let mut acc = [V::zero(); PANELS];
            for first in (0..a.len()).step_by(V::LANES) {
                let mut left = match a.len() - first {
                    rest if rest >= V::LANES => V::nonzeros(a.as_ptr().add(first)),
                    rest => (0..rest).map(|i| u32::from(a[first + i] != 0.0) << i).sum(),
                };
                while left != 0 {
                    let k = first + left.trailing_zeros() as usize;
                    left &= left - 1;
                    let element = V::splat(a.as_ptr().add(k));
                    let lane = right.as_ptr().add(k * PANEL + part);
                    for panel in 0..PANELS {
                        let lane = lane.add(panel * a.len() * PANEL);
                        acc[panel] = acc[panel].add_product(element, V::load(lane));
                    }
                }
            }
            for panel in 0..PANELS {
                acc[panel].store(c.as_mut_ptr().add(panel * PANEL + part));
            }
        }
    }
}
