//! The micro-kernels: a tile of a matrix product, held in registers over the whole of k.
//!
//! One generic body serves all instruction sets. A tile has up to [`TileShape::rows`] rows and some panels of 16 columns. For
//! every k it loads the panels' lanes once, broadcasts one element of the left matrix per row, and issues one fused
//! multiply-add per row and vector. The sizes follow from the register files:
//!
//! | instruction set | registers | tile (rows x columns) | accumulators + lanes + broadcast |
//! | --- | --- | --- | --- |
//! | avx512 | 32 x 16 floats | 14 x 32 | 28 + 2 + 1 |
//! | avx512, few rows | | 6 x 64, 3 x 128 | 24 + 4 + 1, 24 + 8 |
//! | avx2 | 16 x 8 floats | 6 x 16 | 12 + 2 + 1 |
//! | portable | (32 x 4 floats on ARM) | 6 x 16 | 24 + 4 + 1 |
//!
//! 14 rows also divide the width of every ResNet map at 224 pixels: 112, 56, 28 and 14.

#![allow(
    unsafe_code,
    reason = "the micro-kernels: vector instructions and unchecked reads in the innermost loop"
)]

use super::{LeftMatrix, PANEL};
use crate::isa::{Isa, Level};

/// The most rows any tile has.
pub(crate) const MAX_ROWS: usize = 14;
/// The most panels any tile has.
pub(crate) const MAX_PANELS: usize = 8;

/// The sums of a tile between its two halves: `[rows][panels][16]`.
#[repr(align(64))]
pub(crate) struct TileSums([[[f32; PANEL]; MAX_PANELS]; MAX_ROWS]);

impl TileSums {
    pub(crate) fn new() -> TileSums {
        TileSums([[[0.0; PANEL]; MAX_PANELS]; MAX_ROWS])
    }
}

/// A scale and a shift for each column, by panels.
pub(crate) type Affine<'a> = (&'a [[f32; PANEL]], &'a [[f32; PANEL]]);

/// Where a tile goes, and what happens to its sums on the way: scale and shift, residual, ReLU, in this order.
pub(crate) struct Output<'a> {
    /// The values.
    pub(crate) data: &'a mut [f32],
    /// Where each row of the tile begins.
    pub(crate) rows: &'a [usize],
    /// From a panel to the next.
    pub(crate) panel_step: usize,
    /// A scale and a shift for each column of the tile.
    pub(crate) affine: Option<Affine<'a>>,
    /// What is added, where each row of it begins; its panels are neighbours.
    pub(crate) residual: Option<(&'a [f32], &'a [usize])>,
    /// Whether values that are zero or less become zero.
    pub(crate) relu: bool,
}

/// The same, as pointers that were checked.
struct Places {
    rows: [*mut f32; MAX_ROWS],
    panel_step: usize,
    affine: Option<(*const f32, *const f32)>,
    residual: Option<[*const f32; MAX_ROWS]>,
    relu: bool,
}

impl Output<'_> {
    /// Checks that every value of a tile of these panels is inside its slice.
    ///
    /// # Panics
    /// If not.
    fn places(&mut self, panels: usize) -> Places {
        let reach = (panels - 1) * self.panel_step + PANEL;
        let mut rows = [self.data.as_mut_ptr(); MAX_ROWS];
        for (row, &offset) in rows.iter_mut().zip(self.rows) {
            assert!(
                offset + reach <= self.data.len(),
                "a row at {offset} reaches beyond the target"
            );
            *row = row.wrapping_add(offset);
        }
        let affine = self.affine.map(|(scale, shift)| {
            assert!(
                scale.len() >= panels && shift.len() >= panels,
                "a scale and shift for each column"
            );
            (scale.as_ptr().cast(), shift.as_ptr().cast())
        });
        let residual = self.residual.map(|(data, offsets)| {
            let mut rows = [data.as_ptr(); MAX_ROWS];
            for (row, &offset) in rows.iter_mut().zip(offsets) {
                assert!(
                    offset + panels * PANEL <= data.len(),
                    "a row at {offset} reaches beyond the residual"
                );
                *row = row.wrapping_add(offset);
            }
            rows
        });
        Places {
            rows,
            panel_step: self.panel_step,
            affine,
            residual,
            relu: self.relu,
        }
    }
}

/// How many panels a tile of this many rows should span, and how many rows a tile of one panel group may have.
pub(crate) fn tile_rows(isa: Isa) -> usize {
    match isa.level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => 14,
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => 6,
        Level::Portable => 6,
    }
}

/// The widest group of panels for a tile of `rows` rows.
pub(crate) fn tile_panels(isa: Isa, rows: usize) -> usize {
    match isa.level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => match rows {
            0..=3 => 8,
            4..=6 => 4,
            _ => 2,
        },
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => 1,
        Level::Portable => 1,
    }
}

/// A register of consecutive floats.
///
/// # Safety
/// Implementors' functions may only be called where their instruction set is available; `load` reads and `store`
/// writes `LANES` floats at a pointer that must be valid for them.
trait Vector: Copy {
    const LANES: usize;
    unsafe fn zero() -> Self;
    unsafe fn splat(p: *const f32) -> Self;
    unsafe fn load(p: *const f32) -> Self;
    unsafe fn store(self, p: *mut f32);
    /// `self + a * b`, rounded once.
    unsafe fn add_product(self, a: Self, b: Self) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    /// Zero where a value is zero or less; NaN stays NaN.
    unsafe fn relu(self) -> Self;
}

/// Sums of `ROWS` rows and `VECTORS` vectors (each panel is `16 / LANES` of them) over all k, ascending, from zero.
///
/// # Safety
/// `V`'s instruction set is available; `rows[r]` plus every element offset of `left` is valid to read; `b` has
/// `panels` panels `panel_step` floats apart with `left.k()` lanes of 16 floats each.
#[inline(always)]
unsafe fn tile<V: Vector, const ROWS: usize, const VECTORS: usize>(
    rows: &[*const f32; MAX_ROWS],
    left: &LeftMatrix<'_>,
    b: *const f32,
    panel_step: usize,
    sums: &mut TileSums,
) {
    let per_panel = PANEL / V::LANES;
    // SAFETY: no memory is touched.
    let mut acc = [[unsafe { V::zero() }; VECTORS]; ROWS];
    let mut lane = b;
    for segment in 0..left.segments {
        let start = segment * left.segment_step;
        for k in start..start + left.segment_length {
            // SAFETY: the caller promises panels of k lanes and rows that hold every element offset.
            unsafe {
                let mut right = [V::zero(); VECTORS];
                for v in 0..VECTORS {
                    right[v] = V::load(
                        lane.add((v / per_panel) * panel_step + (v % per_panel) * V::LANES),
                    );
                }
                for r in 0..ROWS {
                    let a = V::splat(rows[r].add(k));
                    for v in 0..VECTORS {
                        acc[r][v] = acc[r][v].add_product(a, right[v]);
                    }
                }
                lane = lane.add(PANEL);
            }
        }
    }
    // All indices are constants here: with others, the sums would live in memory instead of registers all along.
    for r in 0..ROWS {
        for v in 0..VECTORS {
            let target = &mut sums.0[r][v / per_panel][(v % per_panel) * V::LANES..][..V::LANES];
            // SAFETY: the slice has LANES floats.
            unsafe { acc[r][v].store(target.as_mut_ptr()) };
        }
    }
}

/// Applies the epilogue to a tile's sums and writes them to their places.
///
/// # Safety
/// `V`'s instruction set is available and every place is valid for these rows and panels.
#[inline(always)]
unsafe fn finish<V: Vector>(rows: usize, panels: usize, sums: &TileSums, to: &Places) {
    for panel in 0..panels {
        for part in (0..PANEL).step_by(V::LANES) {
            let column = panel * PANEL + part;
            for r in 0..rows {
                let sum = &sums.0[r][panel][part..][..V::LANES];
                // SAFETY: the slice has LANES floats; the caller promises the places.
                unsafe {
                    let mut value = V::load(sum.as_ptr());
                    if let Some((scale, shift)) = to.affine {
                        let (scale, shift) =
                            (V::load(scale.add(column)), V::load(shift.add(column)));
                        value = shift.add_product(value, scale);
                    }
                    if let Some(residual) = &to.residual {
                        value = value.add(V::load(residual[r].add(column)));
                    }
                    if to.relu {
                        value = value.relu();
                    }
                    value.store(to.rows[r].add(panel * to.panel_step + part));
                }
            }
        }
    }
}

/// Computes a tile into `output`: for the rows whose first elements are at `offsets`, and `panels` panels of `right`.
///
/// # Panics
/// If a row or panel reaches outside its slice, or the shape is not one of `tile_rows` and `tile_panels`.
pub(crate) fn compute(
    isa: Isa,
    left: &LeftMatrix<'_>,
    offsets: &[usize],
    right: &[f32],
    panels: usize,
    sums: &mut TileSums,
    output: &mut Output<'_>,
) {
    assert_eq!(offsets.len(), output.rows.len(), "a place for each row");
    let k = left.k();
    assert!(
        right.len() == panels * k * PANEL,
        "{panels} panels of {k} rows"
    );
    let reach = left.reach();
    let mut rows = [left.data.as_ptr(); MAX_ROWS];
    for (row, &offset) in rows.iter_mut().zip(offsets) {
        assert!(
            offset + reach <= left.data.len(),
            "a row at {offset} reaches beyond the left matrix"
        );
        *row = row.wrapping_add(offset);
    }
    let b = right.as_ptr();
    let step = k * PANEL;
    let to = &output.places(panels);
    match isa.level() {
        // SAFETY: `Isa` proves the features; rows, panels and their lengths were checked above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe {
            x86::avx512(offsets.len(), panels, &rows, left, b, step, (sums, to))
        },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe {
            x86::avx2(offsets.len(), panels, &rows, left, b, step, (sums, to))
        },
        // SAFETY: rows, panels and their lengths were checked above; no instruction set is needed.
        Level::Portable => unsafe {
            portable::run(offsets.len(), panels, &rows, left, b, step, (sums, to))
        },
    }
}

/// Calls the tile of the shape found at run time; every listed shape is compiled.
macro_rules! call_shape {
    ($vector:ty, ($rows:expr, $panels:expr), $per_panel:expr, [$(($r:literal, $p:literal)),* $(,)?], $args:tt) => {
        match ($rows, $panels) {
            // SAFETY: promised by the caller of the function this stands in.
            $(($r, $p) => unsafe { tile::<$vector, $r, { $p * $per_panel }> $args },)*
            shape => panic!("no tile of {shape:?} rows and panels"),
        }
    };
}

/// Chains of fused multiply-adds that [`multiply_add_chains`] keeps going: more than two units of latency four need.
pub(crate) const CHAINS: usize = 16;

/// Runs `rounds` of [`CHAINS`] independent fused multiply-adds of one vector each, touching no memory; the floats they took.
pub(crate) fn multiply_add_chains(
    isa: Isa,
    rounds: usize,
    seed: &[f32; PANEL],
    out: &mut [f32; PANEL],
) -> usize {
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
unsafe fn chains<V: Vector>(rounds: usize, seed: &[f32; PANEL], out: &mut [f32; PANEL]) -> usize {
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

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;
