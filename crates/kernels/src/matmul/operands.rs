//! What a product reads and writes: rows where they lie, and what becomes of a finished sum.

use super::micro::TileRows;
use super::{PANEL, PackedView};
use crate::elementwise::ChannelAffine;
use std::ops::Range;

/// Where the rows of a matrix begin in a slice, when the rows are positions of a region: `per_line` rows to a line.
///
/// Row `i` begins at `first + (j / per_line) * line_step + (j % per_line) * step`, where `j = skip + i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// How many rows of the first line come before row 0.
    pub skip: usize,
    /// Where the first line begins.
    pub first: usize,
    /// Rows to a line.
    pub per_line: usize,
    /// From a line's first row to the next line's.
    pub line_step: usize,
    /// From a row to the next on its line.
    pub step: usize,
}

impl Rows {
    /// The rows of a plain matrix, `step` apart.
    pub fn plain(step: usize) -> Rows {
        Rows { skip: 0, first: 0, per_line: usize::MAX, line_step: 0, step }
    }

    /// Where row `i` begins.
    pub fn offset(&self, i: usize) -> usize {
        let j = self.skip + i;
        self.first + (j / self.per_line) * self.line_step + (j % self.per_line) * self.step
    }

    /// Where rows `first..first + offsets.len()` begin: what [`Rows::offset`] gives, with one division for all of them.
    /// Returns the largest.
    #[inline]
    pub(crate) fn fill(&self, first: usize, offsets: &mut [usize]) -> usize {
        let at = self.skip + first;
        let (line, mut column) = if at < self.per_line { (0, at) } else { (at / self.per_line, at % self.per_line) };
        let mut line = self.first + line * self.line_step;
        let mut offset = line + column * self.step;
        if column + offsets.len() <= self.per_line {
            let largest = offset + offsets.len().saturating_sub(1) * self.step;
            for to in offsets {
                *to = offset;
                offset += self.step;
            }
            return largest;
        }
        let mut largest = 0;
        for to in offsets {
            *to = offset;
            largest = largest.max(offset);
            (offset, column) = (offset + self.step, column + 1);
            if column == self.per_line {
                (line, column) = (line + self.line_step, 0);
                offset = line;
            }
        }
        largest
    }

    /// Writes where `count` of the rows begin.
    #[inline]
    pub(super) fn tile(&self, first: usize, count: usize, tile: &mut TileRows) {
        tile.count = count;
        tile.largest = self.fill(first, &mut tile.offsets[..count]);
    }

    /// The same rows without the first `count`.
    #[must_use]
    pub fn skipping(&self, count: usize) -> Rows {
        Rows { skip: self.skip + count, ..*self }
    }
}

/// A row-major matrix.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    rows: usize,
    columns: usize,
    values: &'a [f32],
}

impl<'a> Matrix<'a> {
    /// A view of `values` as a matrix of `rows` and `columns`, row after row.
    ///
    /// # Panics
    /// If there are not `rows * columns` of them.
    pub fn new(rows: usize, columns: usize, values: &'a [f32]) -> Matrix<'a> {
        assert_eq!(values.len(), rows * columns, "a matrix of {rows} x {columns}");
        Matrix { rows, columns, values }
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The values, row after row.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }
}

/// A left-hand matrix `[rows, k]` whose elements are read where they lie.
///
/// Element (`i`, `k`) is at `rows.offset(i) + (k / segment_length) * segment_step + k % segment_length`: each row
/// is some equally long segments at equal distances, the same for all rows.
#[derive(Clone, Copy, Debug)]
pub struct LeftMatrix<'a> {
    /// The values.
    pub data: &'a [f32],
    /// Where each row begins.
    pub rows: Rows,
    /// Segments to a row.
    pub segments: usize,
    /// From a segment's beginning to the next one's.
    pub segment_step: usize,
    /// Elements of a segment.
    pub segment_length: usize,
}

impl<'a> LeftMatrix<'a> {
    /// A row-major matrix with `k` columns.
    pub fn row_major(data: &'a [f32], k: usize) -> LeftMatrix<'a> {
        LeftMatrix { data, rows: Rows::plain(k), segments: 1, segment_step: 0, segment_length: k }
    }

    /// Columns.
    pub fn k(&self) -> usize {
        self.segments * self.segment_length
    }

    /// How far behind its beginning a row's last element ends.
    pub(super) fn reach(&self) -> usize {
        if self.k() == 0 { 0 } else { (self.segments - 1) * self.segment_step + self.segment_length }
    }
}

/// Some rows of a packed matrix, as the right-hand matrix of a product: those that go with a [`LeftMatrix`]'s segments.
///
/// Row `k` of the product is row `first + (k / segment_length) * segment_step + k % segment_length` of the packed
/// matrix, where `segment_length` is the left matrix's.
#[derive(Clone, Copy, Debug)]
pub struct RightRows<'a> {
    /// All rows.
    pub matrix: PackedView<'a>,
    /// Where the first segment begins.
    pub first: usize,
    /// From a segment's beginning to the next one's.
    pub segment_step: usize,
}

/// Where a product goes.
#[derive(Debug)]
pub struct Target<'a> {
    /// The values.
    pub data: &'a mut [f32],
    /// Where each row begins.
    pub rows: Rows,
    /// From a panel of 16 columns to the next one; 16 where the columns are neighbours.
    pub panel_step: usize,
    /// Whether sums begin with what the target holds, instead of zero.
    pub continues: bool,
}

impl<'a> Target<'a> {
    /// Rows of neighbouring columns.
    pub fn new(data: &'a mut [f32], rows: Rows) -> Target<'a> {
        Target { data, rows, panel_step: PANEL, continues: false }
    }

    /// The same, with sums that begin with what the target holds.
    #[must_use]
    pub fn continued(self) -> Target<'a> {
        Target { continues: true, ..self }
    }
}

/// Scale and shift of each column of a product: `fma(sum, scale[j], shift[j])`.
///
/// A bias is a shift with a scale of one, which rounds as a plain addition does; a batch norm has both.
#[derive(Clone, Debug)]
pub struct ColumnAffine {
    pub(super) scale: Vec<[f32; PANEL]>,
    pub(super) shift: Vec<[f32; PANEL]>,
}

impl ColumnAffine {
    /// With one scale and one shift a column.
    ///
    /// # Panics
    /// If the two differ in length.
    pub fn new(scale: &[f32], shift: &[f32]) -> ColumnAffine {
        assert_eq!(scale.len(), shift.len(), "a scale and a shift for each column");
        ColumnAffine { scale: in_lanes(scale), shift: in_lanes(shift) }
    }

    /// A bias alone.
    pub fn bias(bias: &[f32]) -> ColumnAffine {
        ColumnAffine { scale: vec![[1.0; PANEL]; bias.len().div_ceil(PANEL)], shift: in_lanes(bias) }
    }

    /// The scales and shifts of the first `count` columns.
    pub(crate) fn channels(&self, count: usize) -> ChannelAffine<'_> {
        ChannelAffine { scale: &self.scale.as_flattened()[..count], shift: &self.shift.as_flattened()[..count] }
    }

    /// The scales and shifts of some columns, whole panels of them.
    pub(crate) fn panels(&self, columns: &Range<usize>) -> (&[[f32; PANEL]], &[[f32; PANEL]]) {
        let panels = columns.start / PANEL..columns.end / PANEL;
        (&self.scale[panels.clone()], &self.shift[panels])
    }
}

fn in_lanes(values: &[f32]) -> Vec<[f32; PANEL]> {
    let mut lanes = vec![[0.0; PANEL]; values.len().div_ceil(PANEL)];
    for (lane, chunk) in lanes.iter_mut().zip(values.chunks(PANEL)) {
        lane[..chunk.len()].copy_from_slice(chunk);
    }
    lanes
}

/// What is done to a finished sum, in this order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Epilogue<'a> {
    /// `fma(sum, scale, shift)`.
    pub affine: Option<&'a ColumnAffine>,
    /// A matrix of the same shape, added.
    pub residual: Option<(&'a [f32], Rows)>,
    /// Values that are zero or less become zero; NaN stays NaN.
    pub relu: bool,
}
