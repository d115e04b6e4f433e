//! The micro-kernels: a tile of a matrix product, held in registers over the whole of k.
//!
//! One generic body serves all instruction sets. A tile has up to [`tile_rows`] rows and some panels of 16 columns. For
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

#![allow(unsafe_code, reason = "the micro-kernels: vector instructions and unchecked reads in the innermost loop")]

use super::{LeftMatrix, PANEL};
use crate::isa::{Isa, Level};
pub(crate) use complex::{ComplexLanes, ComplexProducts, LanePlaces};
pub(crate) use peak::multiply_add_chains;
pub(crate) use sparse::product_of_nonzeros;

/// The most rows any tile has.
pub(crate) const MAX_ROWS: usize = 14;
/// The most panels any tile has.
pub(crate) const MAX_PANELS: usize = 8;

/// The panels of a right-hand matrix that a tile multiplies with, and which of their rows: see [`super::RightRows`].
pub(crate) struct Lanes<'a> {
    /// Whole panels, `[panels][rows][16]`.
    pub(crate) values: &'a [f32],
    /// How many panels.
    pub(crate) panels: usize,
    /// The first segment's first row.
    pub(crate) first: usize,
    /// From a segment's first row to the next one's.
    pub(crate) segment_step: usize,
    /// Part of what will be needed next, to be fetched into the cache on the way.
    pub(crate) ahead: &'a [f32],
}

/// The same, as pointers that were checked.
#[derive(Clone, Copy)]
struct Right {
    /// The first row of the first panel.
    first: *const f32,
    /// Floats from a segment to the next.
    segment_step: usize,
    /// Floats from a panel to the next.
    panel_step: usize,
    /// What to fetch into the cache, and how many floats of it for each k.
    ahead: (*const f32, usize),
}

impl Lanes<'_> {
    /// Checks that the panels hold every row that goes with `left`.
    ///
    /// # Panics
    /// If not.
    fn right(&self, left: &LeftMatrix<'_>) -> Right {
        let rows = self.values.len() / (self.panels * PANEL);
        let last = self.first + left.segments.saturating_sub(1) * self.segment_step;
        assert!(
            left.k() == 0 || last + left.segment_length <= rows,
            "a right-hand matrix of {rows} rows lacks some up to {last}"
        );
        Right {
            first: self.values.as_ptr().wrapping_add(self.first * PANEL),
            segment_step: self.segment_step * PANEL,
            panel_step: rows * PANEL,
            ahead: (self.ahead.as_ptr(), self.ahead.len().div_ceil(left.k().max(1))),
        }
    }
}

/// Where the rows of a tile begin in a slice.
#[derive(Default)]
pub(crate) struct TileRows {
    /// As many as `count`; what follows is not read.
    pub(crate) offsets: [usize; MAX_ROWS],
    pub(crate) count: usize,
    /// The largest of them.
    pub(crate) largest: usize,
}

/// Some rows of a left-hand matrix: those of a tile.
#[derive(Clone, Copy)]
pub(crate) struct LeftRows<'a> {
    /// The matrix.
    pub(crate) matrix: &'a LeftMatrix<'a>,
    /// Where each of the rows begins.
    pub(crate) rows: &'a TileRows,
}

/// A scale and a shift for each column, by panels.
pub(crate) type Affine<'a> = (&'a [[f32; PANEL]], &'a [[f32; PANEL]]);

/// Where a tile goes, and what happens to its sums on the way: scale and shift, residual, ReLU, in this order.
pub(crate) struct Output<'a> {
    /// The values.
    pub(crate) data: &'a mut [f32],
    /// Where each row of the tile begins.
    pub(crate) rows: TileRows,
    /// From a panel to the next.
    pub(crate) panel_step: usize,
    /// A scale and a shift for each column of the tile.
    pub(crate) affine: Option<Affine<'a>>,
    /// What is added, where each row of it begins; its panels are neighbours.
    pub(crate) residual: Option<(&'a [f32], TileRows)>,
    /// Whether values that are zero or less become zero.
    pub(crate) relu: bool,
    /// Whether the sums begin with what is there.
    pub(crate) continues: bool,
}

/// Some rows, as a pointer that was checked together with their offsets from it.
#[derive(Clone, Copy)]
struct RowPointers<'a, P> {
    first: P,
    offsets: &'a [usize; MAX_ROWS],
}

impl RowPointers<'_, *const f32> {
    #[inline(always)]
    fn row(&self, r: usize) -> *const f32 {
        self.first.wrapping_add(self.offsets[r])
    }
}

impl RowPointers<'_, *mut f32> {
    #[inline(always)]
    fn row(&self, r: usize) -> *mut f32 {
        self.first.wrapping_add(self.offsets[r])
    }
}

/// The same, as pointers that were checked.
struct Places<'a> {
    rows: RowPointers<'a, *mut f32>,
    panel_step: usize,
    affine: Option<(*const f32, *const f32)>,
    residual: Option<RowPointers<'a, *const f32>>,
    relu: bool,
    continues: bool,
}

impl Output<'_> {
    /// Checks that every value of a tile of these panels is inside its slice.
    ///
    /// # Panics
    /// If not.
    fn places(&mut self, panels: usize) -> Places<'_> {
        let reach = (panels - 1) * self.panel_step + PANEL;
        assert!(
            self.rows.largest + reach <= self.data.len(),
            "a row at {} reaches beyond the target",
            self.rows.largest
        );
        let affine = self.affine.map(|(scale, shift)| {
            assert!(scale.len() >= panels && shift.len() >= panels, "a scale and shift for each column");
            (scale.as_ptr().cast(), shift.as_ptr().cast())
        });
        let residual = self.residual.as_ref().map(|(data, rows)| {
            assert!(
                rows.count == self.rows.count && rows.largest + panels * PANEL <= data.len(),
                "a row at {} reaches beyond the residual",
                rows.largest
            );
            RowPointers { first: data.as_ptr(), offsets: &rows.offsets }
        });
        Places {
            rows: RowPointers { first: self.data.as_mut_ptr(), offsets: &self.rows.offsets },
            panel_step: self.panel_step,
            affine,
            residual,
            relu: self.relu,
            continues: self.continues,
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
    /// Asks for the cache line at any address, valid or not.
    unsafe fn prefetch(p: *const f32);
    /// `self + a * b`, rounded once.
    unsafe fn add_product(self, a: Self, b: Self) -> Self;
    /// `self - a * b`, rounded once.
    unsafe fn subtract_product(self, a: Self, b: Self) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    /// Zero where a value is zero or less; NaN stays NaN.
    unsafe fn relu(self) -> Self;
    /// A bit for each of the `LANES` floats at `p`, the first one lowest: whether it is not zero.
    unsafe fn nonzeros(p: *const f32) -> u32;
}

/// A tile of `ROWS` rows and `VECTORS` vectors (each panel is `16 / LANES` of them): sums over all k, ascending, from
/// zero or from what is at `to`, then scale and shift, residual, ReLU.
///
/// All indices are constants: with others, the sums would live in memory instead of registers all along. So each stage of
/// the epilogue goes over all of them; and in a function of its own it would cost registers, however it is inlined.
///
/// # Safety
/// `V`'s instruction set is available; row `r` plus every element offset of `left` is valid to read; `right` has as
/// many panels as the vectors fill, each with a lane of 16 floats for every element of `left`'s segments; every place
/// of `to` is valid for these rows and panels.
#[inline(always)]
unsafe fn tile<V: Vector, const ROWS: usize, const VECTORS: usize>(
    rows: RowPointers<'_, *const f32>,
    left: &LeftMatrix<'_>,
    right: Right,
    to: &Places<'_>,
) {
    let per_panel = PANEL / V::LANES;
    // SAFETY: no memory is touched.
    let mut acc = [[unsafe { V::zero() }; VECTORS]; ROWS];
    let mut from = [rows.first; ROWS];
    for r in 0..ROWS {
        from[r] = rows.row(r);
    }
    if to.continues {
        for r in 0..ROWS {
            for v in 0..VECTORS {
                let place = (v / per_panel) * to.panel_step + (v % per_panel) * V::LANES;
                // SAFETY: the caller promises the places.
                acc[r][v] = unsafe { V::load(to.rows.row(r).add(place)) };
            }
        }
    }
    let mut ahead = right.ahead.0;
    for segment in 0..left.segments {
        let start = segment * left.segment_step;
        let mut lane = right.first.wrapping_add(segment * right.segment_step);
        for k in start..start + left.segment_length {
            // SAFETY: the caller promises panels of k lanes and rows that hold every element offset.
            unsafe {
                let mut lanes = [V::zero(); VECTORS];
                for v in 0..VECTORS {
                    let place = (v / per_panel) * right.panel_step + (v % per_panel) * V::LANES;
                    lanes[v] = V::load(lane.add(place));
                }
                for r in 0..ROWS {
                    let a = V::splat(from[r].add(k));
                    for v in 0..VECTORS {
                        acc[r][v] = acc[r][v].add_product(a, lanes[v]);
                    }
                }
                lane = lane.wrapping_add(PANEL);
                V::prefetch(ahead);
                ahead = ahead.wrapping_add(right.ahead.1);
            }
        }
    }
    // SAFETY: the caller promises a scale and a shift for each column, the residual's rows and the places.
    unsafe {
        if let Some((scale, shift)) = to.affine {
            for v in 0..VECTORS {
                let column = v * V::LANES;
                let (scale, shift) = (V::load(scale.add(column)), V::load(shift.add(column)));
                for r in 0..ROWS {
                    acc[r][v] = shift.add_product(acc[r][v], scale);
                }
            }
        }
        if let Some(residual) = &to.residual {
            for r in 0..ROWS {
                for v in 0..VECTORS {
                    acc[r][v] = acc[r][v].add(V::load(residual.row(r).add(v * V::LANES)));
                }
            }
        }
        if to.relu {
            for r in 0..ROWS {
                for v in 0..VECTORS {
                    acc[r][v] = acc[r][v].relu();
                }
            }
        }
        for r in 0..ROWS {
            for v in 0..VECTORS {
                let place = (v / per_panel) * to.panel_step + (v % per_panel) * V::LANES;
                acc[r][v].store(to.rows.row(r).add(place));
            }
        }
    }
}

/// A tile to be computed: its shape, and what was checked for it.
struct Job<'a> {
    rows: usize,
    panels: usize,
    from: RowPointers<'a, *const f32>,
    left: &'a LeftMatrix<'a>,
    right: &'a Right,
    to: &'a Places<'a>,
}

/// Computes a tile into `output`: for the rows of `left`, and the panels of `lanes`.
///
/// # Panics
/// If a row or panel reaches outside its slice, or the shape is not one of `tile_rows` and `tile_panels`.
pub(crate) fn compute(isa: Isa, left: LeftRows<'_>, lanes: &Lanes<'_>, output: &mut Output<'_>) {
    let LeftRows { matrix: left, rows: from } = left;
    assert_eq!(from.count, output.rows.count, "a place for each row");
    let right = &lanes.right(left);
    assert!(from.largest + left.reach() <= left.data.len(), "a row at {} reaches beyond the left matrix", from.largest);
    let pointers = RowPointers { first: left.data.as_ptr(), offsets: &from.offsets };
    let panels = lanes.panels;
    let job = Job { rows: from.count, panels, from: pointers, left, right, to: &output.places(panels) };
    match isa.level() {
        // SAFETY: `Isa` proves the features; rows, panels and their lengths were checked above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::avx512(&job) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::avx2(&job) },
        // SAFETY: rows, panels and their lengths were checked above; no instruction set is needed.
        Level::Portable => unsafe { portable::run(&job) },
    }
}

/// Calls the tile of the shape found at run time; every listed shape is compiled.
macro_rules! call_shape {
    ($vector:ty, $job:expr, $per_panel:expr, [$(($r:literal, $p:literal)),* $(,)?]) => {
        match ($job.rows, $job.panels) {
            // SAFETY: promised by the caller of the function this stands in.
            $(($r, $p) => unsafe {
                tile::<$vector, $r, { $p * $per_panel }>($job.from, $job.left, *$job.right, $job.to)
            },)*
            shape => panic!("no tile of {shape:?} rows and panels"),
        }
    };
}

mod complex;
mod peak;
mod portable;
mod sparse;
#[cfg(target_arch = "x86_64")]
mod x86;

// The pages come from the system, by code that is no part of the crate.
#[cfg(all(test, unix))]
#[path = "../../../tests/guarded/mod.rs"]
mod guarded;
#[cfg(all(test, unix))]
mod tests;
