//! The right-hand matrix of a product, packed for the micro-kernels.

use super::PANEL;

/// Sixteen neighbouring columns of one row, on a cache line of their own.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Lane(pub(crate) [f32; PANEL]);

impl Lane {
    pub(crate) const ZERO: Lane = Lane([0.0; PANEL]);
}

/// A matrix `[k, n]` cut into panels of 16 columns, each stored row after row: `[ceil(n / 16)][k][16]`.
///
/// The last panel is filled up with zeros. The format is the same for every instruction set.
#[derive(Clone, Debug)]
pub struct PackedMatrix {
    k: usize,
    n: usize,
    lanes: Vec<Lane>,
}

impl PackedMatrix {
    /// Packs the matrix whose element (`k`, `j`) is `element(k, j)`.
    pub fn from_fn(k: usize, n: usize, element: impl Fn(usize, usize) -> f32) -> PackedMatrix {
        let mut packed = PackedMatrix::zeros(k, n);
        for panel in 0..n.div_ceil(PANEL) {
            let columns = PANEL.min(n - panel * PANEL);
            for row in 0..k {
                let lane = &mut packed.lanes[panel * k + row];
                for column in 0..columns {
                    lane.0[column] = element(row, panel * PANEL + column);
                }
            }
        }
        packed
    }

    /// Packs a row-major matrix `[k, n]`.
    ///
    /// # Panics
    /// If `values` has not exactly `k * n` values.
    pub fn from_row_major(k: usize, n: usize, values: &[f32]) -> PackedMatrix {
        assert_eq!(values.len(), k * n, "a matrix of {k} x {n}");
        Self::from_fn(k, n, |row, column| values[row * n + column])
    }

    /// A packed matrix of zeros, to be written by [`PackedMatrix::repack`] or as a target of a product.
    pub fn zeros(k: usize, n: usize) -> PackedMatrix {
        PackedMatrix { k, n, lanes: vec![Lane::ZERO; n.div_ceil(PANEL) * k] }
    }

    /// Overwrites the values with those of `element`, without allocating.
    pub fn repack(&mut self, element: impl Fn(usize, usize) -> f32) {
        for panel in 0..self.n.div_ceil(PANEL) {
            let columns = PANEL.min(self.n - panel * PANEL);
            for row in 0..self.k {
                let lane = &mut self.lanes[panel * self.k + row];
                for column in 0..columns {
                    lane.0[column] = element(row, panel * PANEL + column);
                }
            }
        }
    }

    /// Rows.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Columns.
    pub fn n(&self) -> usize {
        self.n
    }

    /// How many panels of 16 columns there are.
    pub fn panels(&self) -> usize {
        self.n.div_ceil(PANEL)
    }

    pub(crate) fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// Bytes of memory it holds.
    pub fn bytes(&self) -> usize {
        size_of_val(self.lanes.as_slice())
    }
}
