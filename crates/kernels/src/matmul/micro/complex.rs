//! Lane-wise complex products and their sums: 16 small transforms side by side.

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{PANEL, Vector};
use crate::isa::{Isa, Level};

/// Complex numbers for 16 lanes: the real parts, then the imaginary parts.
pub(crate) type ComplexLanes = [[f32; PANEL]; 2];

/// Where complex lanes are in a slice, one after the other: the real parts of number `n` begin at `first + n * step`,
/// its imaginary parts `imaginary` further.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LanePlaces {
    pub(crate) first: usize,
    pub(crate) step: usize,
    pub(crate) imaginary: usize,
}

impl LanePlaces {
    /// Checks that `count` numbers are inside a slice of `length` floats.
    fn assert_inside(&self, count: usize, length: usize) {
        assert!(
            count == 0 || self.first + (count - 1) * self.step + self.imaginary + PANEL <= length,
            "{count} complex lanes {self:?} reach beyond {length} floats"
        );
    }
}

/// Sums of complex products, lane by lane: `sums[n] = sum_k terms[k] factors[k][n]`, k ascending; each part of a product
/// adds the share of the factor's real part first.
pub(crate) struct ComplexProducts<'a> {
    /// What holds the terms.
    pub(crate) terms: &'a [f32],
    /// Where they are.
    pub(crate) from: LanePlaces,
    /// How many.
    pub(crate) count: usize,
    /// `[terms][sums]`.
    pub(crate) factors: &'a [ComplexLanes],
    /// Whether the factors' conjugates are meant.
    pub(crate) conjugate: bool,
}

impl ComplexProducts<'_> {
    /// Writes the sums.
    ///
    /// # Panics
    /// If a number reaches outside its slice.
    pub(crate) fn sum(&self, isa: Isa, sums: &mut [f32], to: LanePlaces) {
        let ComplexProducts { terms, from, count, factors, conjugate } = *self;
        let columns = factors.len() / count.max(1);
        assert_eq!(factors.len(), columns * count, "a factor for each term and sum");
        from.assert_inside(count, terms.len());
        to.assert_inside(columns, sums.len());
        let factors = factors.as_flattened().as_flattened().as_ptr();
        let job = Job {
            terms: terms.as_ptr().wrapping_add(from.first),
            from,
            factors,
            sums: sums.as_mut_ptr().wrapping_add(to.first),
            to,
            count,
            columns,
        };
        match isa.level() {
            // SAFETY: `Isa` proves the features; all places were checked above.
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => unsafe { x86::complex512(&job, conjugate) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => unsafe { x86::complex256(&job, conjugate) },
            // SAFETY: all places were checked above; no instruction set is needed.
            Level::Portable => unsafe { run::<[f32; 4], 1>(&job, conjugate) },
        }
    }
}

/// Pointers that were checked.
pub(super) struct Job {
    terms: *const f32,
    from: LanePlaces,
    factors: *const f32,
    sums: *mut f32,
    to: LanePlaces,
    count: usize,
    columns: usize,
}

/// All sums, `SIDE` at a time: enough chains to hide the latency of a multiply-add.
///
/// # Safety
/// `V`'s instruction set is available and the job's places are valid.
#[inline(always)]
pub(super) unsafe fn run<V: Vector, const SIDE: usize>(job: &Job, conjugate: bool) {
    let mut column = 0;
    while column + SIDE <= job.columns {
        // SAFETY: promised by the caller.
        unsafe { side::<V, SIDE>(job, column, conjugate) };
        column += SIDE;
    }
    while column < job.columns {
        // SAFETY: promised by the caller.
        unsafe { side::<V, 1>(job, column, conjugate) };
        column += 1;
    }
}

/// # Safety
/// As [`run`], and the job has `N` columns from `first` on.
#[inline(always)]
unsafe fn side<V: Vector, const N: usize>(job: &Job, first: usize, conjugate: bool) {
    for part in (0..PANEL).step_by(V::LANES) {
        // SAFETY: the caller promises the places; a factor is two times 16 floats.
        unsafe {
            let (mut real, mut imaginary) = ([V::zero(); N], [V::zero(); N]);
            let mut term = job.terms.wrapping_add(part);
            let mut row = job.factors.wrapping_add(first * 2 * PANEL + part);
            for _ in 0..job.count {
                let (re, im) = (V::load(term), V::load(term.wrapping_add(job.from.imaginary)));
                for n in 0..N {
                    let factor = row.wrapping_add(n * 2 * PANEL);
                    let (cos, sin) = (V::load(factor), V::load(factor.wrapping_add(PANEL)));
                    real[n] = real[n].add_product(re, cos);
                    imaginary[n] = imaginary[n].add_product(im, cos);
                    if conjugate {
                        real[n] = real[n].add_product(im, sin);
                        imaginary[n] = imaginary[n].subtract_product(re, sin);
                    } else {
                        real[n] = real[n].subtract_product(im, sin);
                        imaginary[n] = imaginary[n].add_product(re, sin);
                    }
                }
                term = term.wrapping_add(job.from.step);
                row = row.wrapping_add(job.columns * 2 * PANEL);
            }
            for n in 0..N {
                let to = job.sums.wrapping_add((first + n) * job.to.step + part);
                real[n].store(to);
                imaginary[n].store(to.wrapping_add(job.to.imaginary));
            }
        }
    }
}
