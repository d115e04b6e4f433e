//! The transform along a row: from frequencies u to columns j, of half a spectrum.
//!
//! With `u = coarse a + b` and `j = fine y + z`, lanes are the values of z: panel after panel of 16 for each y.

use super::split::{Split, single};
use crate::isa::Isa;
use crate::matmul::{
    ComplexLanes, ComplexProducts, LanePlaces, LeftMatrix, PANEL, PackedMatrix, Product, Rows, Target,
};
use std::ops::Range;

/// The transform `Q[v, j] = sum_u c_u S[v, u] exp(2 pi I u j / W)` and its adjoint, for some columns j.
#[derive(Clone, Debug)]
pub(super) struct ColumnTransform {
    split: Split,
    /// Frequencies of half a spectrum, `W / 2 + 1`.
    frequencies: usize,
    /// Values of a.
    quotients: usize,
    /// Values of y that the columns need.
    blocks: Range<usize>,
    /// Panels of 16 lanes that hold all z.
    panels: usize,
    /// `c_u` with the normalisation, for each u.
    weights: Vec<f32>,
    /// `exp(2 pi I a z / fine)`: `[(a, re | im)] x [(panel of z, re | im, 16)]`.
    inner: PackedMatrix,
    /// `inner` transposed.
    back_inner: PackedMatrix,
    /// `exp(2 pi I b j / W)`: `[panel of z][b][y]`.
    outer: Vec<ComplexLanes>,
    /// The same: `[panel of z][y][b]`.
    back_outer: Vec<ComplexLanes>,
}

/// What is computed on the way.
pub(super) struct ColumnScratch<'a> {
    /// The weighted spectrum, or its gradient: `[v][b][(a, re | im)]`, rows filled up to whole panels.
    pub(super) spectrum: &'a mut [f32],
    /// The inner sums: `[v][b][panel of z][re | im][16]`.
    pub(super) sums: &'a mut [f32],
}

/// What a row costs, in operations on vectors.
fn cost(split: Split) -> usize {
    let (quotients, panels) = (split.n / 2 / split.coarse + 1, split.fine.div_ceil(PANEL));
    split.coarse * (4 * quotients + 4 * split.coarse) * panels
}

impl ColumnTransform {
    /// For images of `width` columns, of which some are wanted, multiplied by `normalise`.
    pub(super) fn new(width: usize, wanted: Range<usize>, normalise: f64) -> ColumnTransform {
        let split = Split::cheapest(width, cost);
        let frequencies = width / 2 + 1;
        let quotients = frequencies.div_ceil(split.coarse);
        let panels = split.fine.div_ceil(PANEL);
        let blocks = wanted.start / split.fine..(wanted.end - 1) / split.fine + 1;
        let inner_element = |row: usize, column: usize| {
            let (a, of_s) = (row / 2, row % 2);
            let (panel, of_sum, lane) = (column / (2 * PANEL), column / PANEL % 2, column % PANEL);
            let z = panel * PANEL + lane;
            if a >= quotients || z >= split.fine {
                return 0.0;
            }
            let (cos, sin) = split.inner(a, z);
            single(match (of_s, of_sum) {
                (0, 0) | (1, 1) => cos,
                (0, _) => sin,
                _ => -sin,
            })
        };
        let lanes = |panel: usize, b: usize, y: usize| {
            let part = |of: fn((f64, f64)) -> f64| {
                std::array::from_fn(|lane| {
                    let z = panel * PANEL + lane;
                    if z < split.fine { single(of(split.outer(b, split.fine * y + z))) } else { 0.0 }
                })
            };
            [part(|(cos, _)| cos), part(|(_, sin)| sin)]
        };
        let (mut outer, mut back_outer) = (Vec::new(), Vec::new());
        for panel in 0..panels {
            for b in 0..split.coarse {
                outer.extend(blocks.clone().map(|y| lanes(panel, b, y)));
            }
            for y in blocks.clone() {
                back_outer.extend((0..split.coarse).map(|b| lanes(panel, b, y)));
            }
        }
        let weight = |u: usize| {
            let stands_alone = u == 0 || 2 * u == width;
            single(if stands_alone { normalise } else { 2.0 * normalise })
        };
        let row = row_length(quotients);
        ColumnTransform {
            split,
            frequencies,
            quotients,
            panels,
            weights: (0..frequencies).map(weight).collect(),
            inner: PackedMatrix::from_fn(2 * quotients, panels * 2 * PANEL, inner_element),
            back_inner: PackedMatrix::from_fn(panels * 2 * PANEL, row, |row, column| inner_element(column, row)),
            outer,
            back_outer,
            blocks,
        }
    }

    /// Panels of Q.
    pub(super) fn panels(&self) -> usize {
        self.blocks.len() * self.panels
    }

    /// Floats of a weighted spectrum of `rows` rows, and of its inner sums.
    pub(super) fn scratch(&self, rows: usize) -> [usize; 2] {
        let lines = rows * self.split.coarse;
        [lines * row_length(self.quotients), lines * self.panels * 2 * PANEL]
    }

    /// Neighbouring columns that lie in neighbouring lanes: each column, its panel and lane, and how many.
    pub(super) fn runs(&self, wanted: Range<usize>) -> impl Iterator<Item = ColumnRun> {
        let (fine, first, panels) = (self.split.fine, self.blocks.start, self.panels);
        let mut column = wanted.start;
        std::iter::from_fn(move || {
            if column >= wanted.end {
                return None;
            }
            let (y, z) = (column / fine, column % fine);
            let lane = z % PANEL;
            let length = (PANEL - lane).min(fine - z).min(wanted.end - column);
            let run = ColumnRun { column, panel: (y - first) * panels + z / PANEL, lane, length };
            column += length;
            Some(run)
        })
    }

    /// Q from a half spectrum `[rows][frequencies][2]`.
    pub(super) fn forward(&self, isa: Isa, spectrum: &[f32], scratch: &mut ColumnScratch<'_>, q: RowsMut<'_>) {
        let ColumnScratch { spectrum: s, sums } = scratch;
        let row = row_length(self.quotients);
        for (of_row, to) in spectrum.chunks_exact(2 * self.frequencies).zip(s.chunks_exact_mut(self.split.coarse * row))
        {
            let (pairs, _) = of_row.as_chunks::<2>();
            for (a, pairs) in pairs.chunks(self.split.coarse).enumerate() {
                let weights = &self.weights[a * self.split.coarse..];
                for ((pair, weight), to) in pairs.iter().zip(weights).zip(to.chunks_exact_mut(row)) {
                    to[2 * a] = pair[0] * weight;
                    to[2 * a + 1] = pair[1] * weight;
                }
                // The last quotient has not all remainders; what is not there is zero.
                for to in to.chunks_exact_mut(row).skip(pairs.len()) {
                    to[2 * a] = 0.0;
                    to[2 * a + 1] = 0.0;
                }
            }
        }
        let left = LeftMatrix { segment_length: 2 * self.quotients, ..LeftMatrix::row_major(s, row) };
        let line = self.panels * 2 * PANEL;
        let lines = sums.len() / line;
        Product::new(lines, left, &self.inner).run(isa, &mut Target::new(sums, Rows::plain(line)));
        // Q[v, j] = sum_b sums[v, b, z] exp(2 pi I b j / W).
        for ((of_sums, of_q), panel) in self.places(&q.places) {
            let factors = self.factors(&self.outer, panel);
            let count = self.split.coarse;
            let products = ComplexProducts { terms: sums, from: of_sums, count, factors, conjugate: false };
            products.sum(isa, q.values, of_q);
        }
    }

    /// The factors of a panel.
    fn factors<'a>(&self, outer: &'a [ComplexLanes], panel: usize) -> &'a [ComplexLanes] {
        let count = self.split.coarse * self.blocks.len();
        &outer[panel * count..(panel + 1) * count]
    }

    /// For each row v and panel of z, where its inner sums and where its values of Q are.
    fn places(&self, q: &RowPlaces<'_>) -> impl Iterator<Item = ((LanePlaces, LanePlaces), usize)> {
        let (coarse, panels, height, imaginary) = (self.split.coarse, self.panels, q.height, q.imaginary);
        let rows = q.real.iter().enumerate();
        rows.flat_map(move |(v, &place)| {
            (0..panels).map(move |panel| {
                let of_sums = LanePlaces {
                    first: (v * coarse * panels + panel) * 2 * PANEL,
                    step: panels * 2 * PANEL,
                    imaginary: PANEL,
                };
                let of_q = LanePlaces {
                    first: (panel * height + place) * PANEL,
                    step: panels * height * PANEL,
                    imaginary: imaginary * PANEL,
                };
                ((of_sums, of_q), panel)
            })
        })
    }

    /// The adjoint of [`ColumnTransform::forward`], overwriting `spectrum`.
    pub(super) fn adjoint(&self, isa: Isa, q: RowsOf<'_>, scratch: &mut ColumnScratch<'_>, spectrum: &mut [f32]) {
        let ColumnScratch { spectrum: s, sums } = scratch;
        for ((of_sums, of_q), panel) in self.places(&q.places) {
            let factors = self.factors(&self.back_outer, panel);
            let count = self.blocks.len();
            let products = ComplexProducts { terms: q.values, from: of_q, count, factors, conjugate: true };
            products.sum(isa, sums, of_sums);
        }
        let row = row_length(self.quotients);
        let line = self.panels * 2 * PANEL;
        let lines = sums.len() / line;
        let left = LeftMatrix::row_major(sums, line);
        Product::new(lines, left, &self.back_inner).run(isa, &mut Target::new(s, Rows::plain(row)));
        for (of_row, from) in
            spectrum.chunks_exact_mut(2 * self.frequencies).zip(s.chunks_exact(self.split.coarse * row))
        {
            let (pairs, _) = of_row.as_chunks_mut::<2>();
            for (a, pairs) in pairs.chunks_mut(self.split.coarse).enumerate() {
                let weights = &self.weights[a * self.split.coarse..];
                for ((pair, weight), from) in pairs.iter_mut().zip(weights).zip(from.chunks_exact(row)) {
                    *pair = [from[2 * a] * weight, from[2 * a + 1] * weight];
                }
            }
        }
    }
}

/// The length of a row (a, re | im), filled up to whole panels: those are written fastest.
fn row_length(quotients: usize) -> usize {
    (2 * quotients).next_multiple_of(PANEL)
}

/// Columns that lie in neighbouring lanes of a panel.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColumnRun {
    pub(super) column: usize,
    pub(super) panel: usize,
    pub(super) lane: usize,
    pub(super) length: usize,
}

/// Where the rows of Q are: its panels have `height` rows, the real part of row v is row `real[v]`, and the imaginary
/// part `imaginary` rows further.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowPlaces<'a> {
    pub(super) height: usize,
    pub(super) real: &'a [usize],
    pub(super) imaginary: usize,
}

/// Values of Q, or of its gradient, and where their rows are.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowsOf<'a> {
    pub(super) values: &'a [f32],
    pub(super) places: RowPlaces<'a>,
}

/// Where Q is written, and where its rows are.
#[derive(Debug)]
pub(super) struct RowsMut<'a> {
    pub(super) values: &'a mut [f32],
    pub(super) places: RowPlaces<'a>,
}
