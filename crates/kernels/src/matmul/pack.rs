//! The right-hand matrix of a product, packed for the micro-kernels.

use super::PANEL;

/// Floats that begin on a cache line of 64 bytes.
#[derive(Debug)]
struct AlignedFloats {
    storage: Vec<f32>,
    start: usize,
    length: usize,
}

impl AlignedFloats {
    fn zeros(length: usize) -> AlignedFloats {
        let storage = vec![0.0; length + PANEL - 1];
        let start = storage.as_ptr().align_offset(64).min(PANEL - 1);
        AlignedFloats { storage, start, length }
    }

    fn values(&self) -> &[f32] {
        &self.storage[self.start..self.start + self.length]
    }

    fn values_mut(&mut self) -> &mut [f32] {
        &mut self.storage[self.start..self.start + self.length]
    }
}

impl Clone for AlignedFloats {
    fn clone(&self) -> Self {
        let mut copy = AlignedFloats::zeros(self.length);
        copy.values_mut().copy_from_slice(self.values());
        copy
    }
}

/// A matrix `[k, n]` cut into panels of 16 columns, each stored row after row: `[ceil(n / 16)][k][16]`.
///
/// The last panel is filled up with zeros. The format is the same for every instruction set.
#[derive(Clone, Debug)]
pub struct PackedMatrix {
    k: usize,
    n: usize,
    floats: AlignedFloats,
}

impl PackedMatrix {
    /// Packs the matrix whose element (`k`, `j`) is `element(k, j)`.
    pub fn from_fn(k: usize, n: usize, element: impl Fn(usize, usize) -> f32) -> PackedMatrix {
        let mut floats = AlignedFloats::zeros(packed_length(k, n));
        let (lanes, _) = floats.values_mut().as_chunks_mut::<PANEL>();
        for panel in 0..n.div_ceil(PANEL) {
            let columns = PANEL.min(n - panel * PANEL);
            for row in 0..k {
                for (column, value) in lanes[panel * k + row][..columns].iter_mut().enumerate() {
                    *value = element(row, panel * PANEL + column);
                }
            }
        }
        PackedMatrix { k, n, floats }
    }

    /// Packs a row-major matrix `[k, n]`.
    ///
    /// # Panics
    /// If `values` has not exactly `k * n` values.
    ///
    /// # Example
    /// ```
    /// use kernels::matmul::PackedMatrix;
    ///
    /// let packed = PackedMatrix::from_row_major(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    /// // One panel: each row filled up to 16 columns.
    /// assert_eq!(packed.values().len(), 2 * 16);
    /// assert_eq!((&packed.values()[..4], packed.values()[16]), (&[1.0, 2.0, 3.0, 0.0][..], 4.0));
    /// ```
    pub fn from_row_major(k: usize, n: usize, values: &[f32]) -> PackedMatrix {
        assert_eq!(values.len(), k * n, "a matrix of {k} x {n}");
        Self::from_fn(k, n, |row, column| values[row * n + column])
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

    /// All panels, `[panels][k][16]`.
    pub fn values(&self) -> &[f32] {
        self.floats.values()
    }

    /// The same, borrowed.
    pub fn view(&self) -> PackedView<'_> {
        PackedView { k: self.k, n: self.n, values: self.values() }
    }

    /// Bytes of memory it holds.
    pub fn bytes(&self) -> usize {
        size_of_val(self.values())
    }
}

/// A packed matrix in somebody's memory: `[ceil(n / 16)][k][16]`.
#[derive(Clone, Copy, Debug)]
pub struct PackedView<'a> {
    k: usize,
    n: usize,
    values: &'a [f32],
}

impl<'a> PackedView<'a> {
    /// A view of `values` as a packed matrix `[k, n]`.
    ///
    /// # Panics
    /// If they are not whole panels of that many rows and columns.
    pub fn new(k: usize, n: usize, values: &'a [f32]) -> PackedView<'a> {
        assert_eq!(values.len(), packed_length(k, n), "a packed matrix of {k} x {n}");
        PackedView { k, n, values }
    }

    /// Rows.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Columns.
    pub fn n(&self) -> usize {
        self.n
    }

    /// All panels.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }
}

/// Floats of the panels of a matrix `[k, n]`.
fn packed_length(k: usize, n: usize) -> usize {
    n.div_ceil(PANEL) * k * PANEL
}
