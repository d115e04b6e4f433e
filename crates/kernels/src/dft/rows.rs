//! The transform along a column: from frequencies v to rows i, of which only the real part is wanted.
//!
//! With `v = coarse a + b` and `i = fine y + z`: `R[b, z] = sum_a Q[coarse a + b] exp(2 pi I a z / fine)`, then
//! `x[i] = sum_b Re(R[b, z] exp(2 pi I b i / H))`. Both are products with the columns of Q side by side.

use super::columns::RowPlaces;
use super::split::{Split, single};
use crate::isa::Isa;
use crate::matmul::{LeftMatrix, PANEL, PackedView, Product, RightRows, Rows, Target};
use std::ops::Range;

/// The transform `x[i, j] = Re sum_v Q[v, j] exp(2 pi I v i / H)` and its adjoint, for some rows i.
#[derive(Clone, Debug)]
pub(super) struct RowTransform {
    split: Split,
    wanted: Range<usize>,
    /// Where row v of Q's real part is: rows are ordered (b, re | im, a).
    places: Vec<usize>,
    /// From Q to R: `[(z, re | im)] x [(re | im, a)]`.
    inner: Vec<f32>,
    /// `inner` transposed.
    back_inner: Vec<f32>,
    /// From R to x: `[i] x [(re | im, b)]`.
    outer: Vec<f32>,
    /// `outer` transposed, for one z after the other: `[z][(re | im, b)] x [i of that z]`.
    back_outer: Vec<f32>,
}

/// What is computed on the way, packed.
pub(super) struct RowScratch<'a> {
    /// Q or its gradient: `[(b, re | im, a)] x [j]`.
    pub(super) q: &'a mut [f32],
    /// R `[(z, re | im, b)] x [j]`, or its gradient `[(b, z, re | im)] x [j]`.
    pub(super) r: &'a mut [f32],
}

/// What a column costs, in multiply-adds.
fn cost(split: Split) -> usize {
    split.coarse * 4 * split.fine * split.fine + split.n * 2 * split.coarse
}

impl RowTransform {
    /// For images of `height` rows, of which some are wanted.
    pub(super) fn new(height: usize, wanted: Range<usize>) -> RowTransform {
        let split = Split::cheapest(height, cost);
        let (fine, coarse) = (split.fine, split.coarse);
        let inner_element = |row: usize, column: usize| {
            let ((z, of_r), (of_q, a)) = ((row / 2, row % 2), (column / fine, column % fine));
            let (cos, sin) = split.inner(a, z);
            single(match (of_q, of_r) {
                (0, 0) | (1, 1) => cos,
                (0, _) => sin,
                _ => -sin,
            })
        };
        let outer_element = |i: usize, column: usize| {
            let (cos, sin) = split.outer(column % coarse, i);
            single(if column < coarse { cos } else { -sin })
        };
        let elements = |rows: Range<usize>, columns: usize, of: &dyn Fn(usize, usize) -> f32| {
            rows.flat_map(|row| (0..columns).map(move |column| of(row, column))).collect::<Vec<f32>>()
        };
        let mut transform = RowTransform {
            places: (0..height).map(|v| v % coarse * 2 * fine + v / coarse).collect(),
            inner: elements(0..2 * fine, 2 * fine, &inner_element),
            back_inner: elements(0..2 * fine, 2 * fine, &|row, column| inner_element(column, row)),
            outer: elements(wanted.clone(), 2 * coarse, &outer_element),
            back_outer: Vec::new(),
            split,
            wanted,
        };
        for z in 0..fine {
            let rows = transform.rows_of(z);
            for column in 0..2 * coarse {
                let of_rows = rows.clone().map(|i| outer_element(i, column));
                transform.back_outer.extend(of_rows);
            }
        }
        transform
    }

    /// Where the rows of Q are.
    pub(super) fn places(&self) -> RowPlaces<'_> {
        RowPlaces { height: 2 * self.split.n, real: &self.places, imaginary: self.split.fine }
    }

    /// Rows of Q, and of the whole image.
    pub(super) fn height(&self) -> usize {
        self.split.n
    }

    /// Floats of Q, or of R, with `panels` panels of columns.
    pub(super) fn scratch(&self, panels: usize) -> usize {
        2 * self.split.n * panels * PANEL
    }

    /// Q or R, packed.
    fn packed<'a>(&self, values: &'a [f32]) -> PackedView<'a> {
        let rows = 2 * self.split.n;
        PackedView::new(rows, values.len() / rows, values)
    }

    /// The wanted rows i with `i mod fine = z`.
    fn rows_of(&self, z: usize) -> std::iter::StepBy<Range<usize>> {
        let start = self.wanted.start;
        let ahead = (z + self.split.fine - start % self.split.fine) % self.split.fine;
        (start + ahead..self.wanted.end.max(start + ahead)).step_by(self.split.fine)
    }

    /// The wanted rows in the order (z, y): that of the gradient of x.
    pub(super) fn grouped_rows(&self) -> impl Iterator<Item = usize> {
        (0..self.split.fine).flat_map(|z| self.rows_of(z))
    }

    /// From Q to the wanted rows of x, `[rows][columns of the panels]`.
    pub(super) fn forward(&self, isa: Isa, scratch: &mut RowScratch<'_>, x: &mut [f32]) {
        let (fine, coarse) = (self.split.fine, self.split.coarse);
        let height = 2 * self.split.n * PANEL;
        let columns = x.len() / self.wanted.len();
        for b in 0..coarse {
            let left = LeftMatrix::row_major(&self.inner, 2 * fine);
            let right = RightRows { matrix: self.packed(scratch.q), first: b * 2 * fine, segment_step: 0 };
            let rows = Rows { first: b * PANEL, ..Rows::plain(coarse * PANEL) };
            let mut target = Target { panel_step: height, ..Target::new(&mut *scratch.r, rows) };
            Product::of_rows(2 * fine, left, right).run(isa, &mut target);
        }
        for z in 0..fine {
            let mut rows = self.rows_of(z);
            let count = rows.len();
            let Some(first) = rows.next() else {
                continue;
            };
            let first = first - self.wanted.start;
            let left = LeftMatrix {
                rows: Rows { first: first * 2 * coarse, ..Rows::plain(fine * 2 * coarse) },
                ..LeftMatrix::row_major(&self.outer, 2 * coarse)
            };
            let right = RightRows { matrix: self.packed(scratch.r), first: z * 2 * coarse, segment_step: 0 };
            let rows = Rows { first: first * columns, ..Rows::plain(fine * columns) };
            let mut target = Target::new(x, rows);
            Product::of_rows(count, left, right).run(isa, &mut target);
        }
    }

    /// From the gradient of x, packed: `[(z, y)] x [j]`, to that of Q.
    pub(super) fn adjoint(&self, isa: Isa, x: &[f32], scratch: &mut RowScratch<'_>) {
        let (fine, coarse) = (self.split.fine, self.split.coarse);
        let height = 2 * self.split.n * PANEL;
        let (wanted, mut done) = (self.wanted.len(), 0);
        let x = PackedView::new(wanted, x.len() / wanted, x);
        for z in 0..fine {
            let count = self.rows_of(z).len();
            let left = LeftMatrix {
                data: &self.back_outer[done * 2 * coarse..(done + count) * 2 * coarse],
                ..LeftMatrix::row_major(&self.back_outer, count)
            };
            let right = RightRows { matrix: x, first: done, segment_step: 0 };
            // Row (part, b) of the product is row (b, z, part) of R.
            let rows =
                Rows { skip: 0, first: 2 * z * PANEL, per_line: coarse, line_step: PANEL, step: 2 * fine * PANEL };
            let mut target = Target { panel_step: height, ..Target::new(&mut *scratch.r, rows) };
            Product::of_rows(2 * coarse, left, right).run(isa, &mut target);
            done += count;
        }
        for b in 0..coarse {
            let left = LeftMatrix::row_major(&self.back_inner, 2 * fine);
            let right = RightRows { matrix: self.packed(scratch.r), first: b * 2 * fine, segment_step: 0 };
            let rows = Rows { first: b * 2 * fine * PANEL, ..Rows::plain(PANEL) };
            let mut target = Target { panel_step: height, ..Target::new(&mut *scratch.q, rows) };
            Product::of_rows(2 * fine, left, right).run(isa, &mut target);
        }
    }
}
