//! The matrix product, and the *summation contract*.
//!
//! Every element of a product is one chain of fused multiply-adds over k ascending, starting from zero:
//!
//! ```text
//! s = 0;  for k in 0..K: s = fma(a[i][k], b[k][j], s)
//! ```
//!
//! whatever the instruction set, the tile it falls in, the number of rows beside it or the number of threads. A tile's
//! sums stay in registers over the whole of k, so there is nothing to load back and the chain is never broken. Then,
//! in this order, the [`Epilogue`]: `fma(s, scale[j], shift[j])`, the residual added, negative values set to zero.
//!
//! The right-hand matrix is packed once ([`PackedMatrix`]). The left-hand matrix is *virtual* ([`LeftMatrix`]): its
//! elements are read where they lie. The same product therefore serves plain matrices, convolutions (whose im2col
//! matrix is never built, see [`crate::conv`]) and the discrete Fourier transform.
//!
//! The error of an element is at most `gamma_K * sum_k |a||b|`, with `gamma_K = K u / (1 - K u)`, `u = 2^-24`
//! (Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1: a fused chain rounds K times).

mod micro;
mod pack;

use crate::isa::Isa;
pub(crate) use micro::{
    ComplexLanes, LanePlaces, multiply_add_chains, product_of_nonzeros, sum_complex_products,
};
use micro::{MAX_PANELS, MAX_ROWS, TileRows};
pub use pack::PackedMatrix;
use std::ops::Range;

/// Columns in a panel of a packed matrix.
pub const PANEL: usize = 16;

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
        Rows {
            skip: 0,
            first: 0,
            per_line: usize::MAX,
            line_step: 0,
            step,
        }
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
        let (line, mut column) = if at < self.per_line {
            (0, at)
        } else {
            (at / self.per_line, at % self.per_line)
        };
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
    fn tile(&self, first: usize, count: usize, tile: &mut TileRows) {
        tile.count = count;
        tile.largest = self.fill(first, &mut tile.offsets[..count]);
    }

    /// The same rows without the first `count`.
    #[must_use]
    pub fn skipping(&self, count: usize) -> Rows {
        Rows {
            skip: self.skip + count,
            ..*self
        }
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
        LeftMatrix {
            data,
            rows: Rows::plain(k),
            segments: 1,
            segment_step: 0,
            segment_length: k,
        }
    }

    /// Columns.
    pub fn k(&self) -> usize {
        self.segments * self.segment_length
    }

    /// How far behind its beginning a row's last element ends.
    fn reach(&self) -> usize {
        if self.k() == 0 {
            0
        } else {
            (self.segments - 1) * self.segment_step + self.segment_length
        }
    }
}

/// Some rows of a packed matrix, as the right-hand matrix of a product: those that go with a [`LeftMatrix`]'s segments.
///
/// Row `k` of the product is row `first + (k / segment_length) * segment_step + k % segment_length` of the packed matrix, where
/// `segment_length` is the left matrix's.
#[derive(Clone, Copy, Debug)]
pub struct RightRows<'a> {
    /// All rows.
    pub matrix: &'a PackedMatrix,
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
        Target {
            data,
            rows,
            panel_step: PANEL,
            continues: false,
        }
    }

    /// The same, with sums that begin with what the target holds.
    #[must_use]
    pub fn continued(self) -> Target<'a> {
        Target {
            continues: true,
            ..self
        }
    }
}

/// Scale and shift of each column of a product: `fma(sum, scale[j], shift[j])`.
///
/// A bias is a shift with a scale of one, which rounds as a plain addition does; a batch norm has both.
#[derive(Clone, Debug)]
pub struct ColumnAffine {
    scale: Vec<[f32; PANEL]>,
    shift: Vec<[f32; PANEL]>,
}

impl ColumnAffine {
    /// With one scale and one shift a column.
    ///
    /// # Panics
    /// If the two differ in length.
    pub fn new(scale: &[f32], shift: &[f32]) -> ColumnAffine {
        assert_eq!(
            scale.len(),
            shift.len(),
            "a scale and a shift for each column"
        );
        ColumnAffine {
            scale: in_lanes(scale),
            shift: in_lanes(shift),
        }
    }

    /// A bias alone.
    pub fn bias(bias: &[f32]) -> ColumnAffine {
        ColumnAffine {
            scale: vec![[1.0; PANEL]; bias.len().div_ceil(PANEL)],
            shift: in_lanes(bias),
        }
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

/// `C[rows, n] = epilogue(A[rows, k] B[k, n])`.
///
/// # Panics
/// If `A` and `B` disagree in k, or a row reaches outside its slice.
pub fn product(
    isa: Isa,
    rows: usize,
    left: &LeftMatrix<'_>,
    right: &PackedMatrix,
    target: &mut Target<'_>,
    epilogue: &Epilogue<'_>,
) {
    product_columns(isa, rows, 0..right.n(), left, right, target, epilogue);
}

/// [`product`] with some rows of `B` alone.
///
/// # Panics
/// If `B` lacks a row, or a row reaches outside its slice.
pub fn product_of_rows(
    isa: Isa,
    rows: usize,
    left: &LeftMatrix<'_>,
    right: &RightRows<'_>,
    target: &mut Target<'_>,
    epilogue: &Epilogue<'_>,
) {
    let columns = 0..right.matrix.n();
    pieces(isa, rows, columns, left, right, target, epilogue);
}

/// Some columns of [`product`], beginning at a panel; the target holds these alone.
///
/// # Panics
/// As [`product`], or if the columns begin inside a panel or reach beyond those of `B`.
pub fn product_columns(
    isa: Isa,
    rows: usize,
    columns: Range<usize>,
    left: &LeftMatrix<'_>,
    right: &PackedMatrix,
    target: &mut Target<'_>,
    epilogue: &Epilogue<'_>,
) {
    assert_eq!(left.k(), right.k(), "the inner dimensions of a product");
    assert!(
        columns.start.is_multiple_of(PANEL) && columns.end <= right.n(),
        "columns {columns:?} of {}",
        right.n()
    );
    let right = RightRows {
        matrix: right,
        first: 0,
        segment_step: left.segment_length,
    };
    pieces(isa, rows, columns, left, &right, target, epilogue);
}

/// The most floats of a group of panels that a tile should go through at once: so many that they stay in the second cache, with
/// the next ones, while tile after tile goes through them.
const LONGEST: usize = 64 * 1024;

/// Cuts a product into pieces of few enough terms, segment by segment; each continues the sums of the one before.
fn pieces(
    isa: Isa,
    rows: usize,
    wanted: Range<usize>,
    left: &LeftMatrix<'_>,
    right: &RightRows<'_>,
    target: &mut Target<'_>,
    epilogue: &Epilogue<'_>,
) {
    if left.k() * 2 * PANEL <= LONGEST || left.segments < 2 {
        return tiles(isa, rows, wanted, left, right, target, epilogue);
    }
    let (continues, segments) = (target.continues, left.segments);
    for segment in 0..segments {
        let mut rows_of_left = left.rows;
        rows_of_left.first += segment * left.segment_step;
        let left = LeftMatrix {
            rows: rows_of_left,
            segments: 1,
            ..*left
        };
        let right = RightRows {
            first: right.first + segment * right.segment_step,
            ..*right
        };
        let none = Epilogue::default();
        target.continues = continues || segment > 0;
        let epilogue = if segment + 1 == segments {
            epilogue
        } else {
            &none
        };
        tiles(isa, rows, wanted.clone(), &left, &right, target, epilogue);
    }
    target.continues = continues;
}

/// Cuts a product into tiles.
fn tiles(
    isa: Isa,
    rows: usize,
    wanted: Range<usize>,
    left: &LeftMatrix<'_>,
    right: &RightRows<'_>,
    target: &mut Target<'_>,
    epilogue: &Epilogue<'_>,
) {
    if rows == 0 || wanted.is_empty() {
        return;
    }
    let k = right.matrix.k();
    let panels = wanted.end.div_ceil(PANEL);
    let tiles = rows.div_ceil(micro::tile_rows(isa));
    let tile_height = rows.div_ceil(tiles);
    let mut from = TileRows::default();
    let mut panel = wanted.start / PANEL;
    while panel < panels {
        let group = group_of(micro::tile_panels(isa, tile_height), panels - panel);
        let columns = panel * PANEL..wanted.end.min((panel + group) * PANEL);
        let all = right.matrix.values();
        // Each tile of these panels fetches a part of one of the next ones.
        let per_panel = tiles.div_ceil(group);
        let part = (left.k() * PANEL).div_ceil(per_panel);
        let ahead = |tile: usize| {
            let next = panel + group + tile / per_panel;
            let start = (next * k + right.first) * PANEL + tile % per_panel * part;
            all.get(start..start + part).unwrap_or_default()
        };
        let mut lanes = micro::Lanes {
            values: &all[panel * k * PANEL..(panel + group) * k * PANEL],
            panels: group,
            first: right.first,
            segment_step: right.segment_step,
            ahead: &[],
        };
        let to_panel = panel - wanted.start / PANEL;
        let first_rows = (0..rows).step_by(tile_height);
        if columns.len() == group * PANEL {
            let mut output = whole_panels(columns, to_panel, target, epilogue);
            for (tile, row) in first_rows.enumerate() {
                let count = tile_height.min(rows - row);
                lanes.ahead = ahead(tile);
                left.rows.tile(row, count, &mut from);
                output.place(row, count);
                micro::compute(isa, left, &from, &lanes, &mut output.tile);
            }
        } else {
            for (tile, row) in first_rows.enumerate() {
                lanes.ahead = ahead(tile);
                left.rows.tile(row, tile_height.min(rows - row), &mut from);
                let columns = (columns.clone(), to_panel);
                ragged_tile(isa, left, (row, &from), &lanes, columns, target, epilogue);
            }
        }
        panel += group;
    }
}

/// Where the tiles of whole panels go, one after the other. The micro-kernel finishes these in registers.
///
/// It is written once, and of each tile only where its rows are, in place: what is copied in wide registers right before it is needed waits until
/// every store before it has left the core, and so for the end of the tile before.
struct WholePanels<'a> {
    tile: micro::Output<'a>,
    rows: Rows,
    residual_rows: Option<Rows>,
}

fn whole_panels<'a>(
    columns: Range<usize>,
    to_panel: usize,
    target: &'a mut Target<'_>,
    epilogue: &Epilogue<'a>,
) -> WholePanels<'a> {
    let panels = columns.start / PANEL..columns.end / PANEL;
    WholePanels {
        rows: target.rows,
        residual_rows: epilogue.residual.map(|(_, rows)| rows),
        tile: micro::Output {
            data: &mut target.data[to_panel * target.panel_step..],
            rows: TileRows::default(),
            panel_step: target.panel_step,
            affine: epilogue
                .affine
                .map(|a| (&a.scale[panels.clone()], &a.shift[panels.clone()])),
            residual: epilogue
                .residual
                .map(|(data, _)| (&data[columns.start..], TileRows::default())),
            relu: epilogue.relu,
            continues: target.continues,
        },
    }
}

impl WholePanels<'_> {
    /// Goes on to the tile of `count` rows from `first` on.
    #[inline]
    fn place(&mut self, first: usize, count: usize) {
        self.rows.tile(first, count, &mut self.tile.rows);
        if let (Some((_, to)), Some(rows)) = (&mut self.tile.residual, &self.residual_rows) {
            rows.tile(first, count, to);
        }
    }
}

/// A tile whose last panel is not whole: its sums are finished one by one.
fn ragged_tile(
    isa: Isa,
    left: &LeftMatrix<'_>,
    (first, from): (usize, &TileRows),
    lanes: &micro::Lanes<'_>,
    (columns, to_panel): (Range<usize>, usize),
    target: &mut Target<'_>,
    epilogue: &Epilogue<'_>,
) {
    const ROW: usize = MAX_PANELS * PANEL;
    let mut sums = [0.0; MAX_ROWS * ROW];
    let place = |r: usize, column: usize| {
        let (panel, lane) = ((column - columns.start) / PANEL, column % PANEL);
        target.rows.offset(first + r) + (to_panel + panel) * target.panel_step + lane
    };
    if target.continues {
        for r in 0..from.count {
            for column in columns.clone() {
                sums[r * ROW + column - columns.start] = target.data[place(r, column)];
            }
        }
    }
    let mut rows = TileRows::default();
    Rows::plain(ROW).tile(0, from.count, &mut rows);
    let mut output = micro::Output {
        data: &mut sums,
        rows,
        panel_step: PANEL,
        affine: None,
        residual: None,
        relu: false,
        continues: target.continues,
    };
    micro::compute(isa, left, from, lanes, &mut output);
    for r in 0..from.count {
        let residual = epilogue
            .residual
            .map(|(data, rows)| &data[rows.offset(first + r)..]);
        for column in columns.clone() {
            let (panel, lane) = (column / PANEL, column % PANEL);
            let mut value = sums[r * ROW + column - columns.start];
            if let Some(affine) = epilogue.affine {
                value = value.mul_add(affine.scale[panel][lane], affine.shift[panel][lane]);
            }
            if let Some(residual) = residual {
                value += residual[column];
            }
            if epilogue.relu && value <= 0.0 {
                value = 0.0;
            }
            target.data[place(r, column)] = value;
        }
    }
}

/// The largest of 8, 4, 2 and 1 panels that is allowed and still there.
fn group_of(allowed: usize, left: usize) -> usize {
    let mut group = allowed;
    while group > left {
        group /= 2;
    }
    group
}

/// `C[m, n] = A[m, k] B[k, n]`, all row-major, B packed on the way: the plain matrix product.
///
/// # Panics
/// If a slice has not the length its shape says.
pub fn matmul(isa: Isa, [m, k, n]: [usize; 3], a: &[f32], b: &[f32], c: &mut [f32]) {
    assert_eq!(a.len(), m * k, "A is {m} x {k}");
    assert_eq!(c.len(), m * n, "C is {m} x {n}");
    let right = PackedMatrix::from_row_major(k, n, b);
    let mut target = Target::new(c, Rows::plain(n));
    product(
        isa,
        m,
        &LeftMatrix::row_major(a, k),
        &right,
        &mut target,
        &Epilogue::default(),
    );
}
