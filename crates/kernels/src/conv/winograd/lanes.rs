//! Sixteen channels at a time: their arithmetic, and what is done with finished values.

use crate::elementary::single;
use crate::matmul::PANEL;

/// Sixteen channels of a value.
pub(super) type Lanes = [f32; PANEL];

/// `G g G^T` of a kernel `[3, 3]`, in double precision, rounded once: `g_rows` are the rows of G, as many as a
/// transformed tile has.
pub(super) fn weight(g_rows: &[[f64; 3]], g: &[f32; 9]) -> Vec<f32> {
    let element = |down: &[f64; 3], right: &[f64; 3]| {
        let mut sum = 0.0;
        for (i, down) in down.iter().enumerate() {
            for (j, right) in right.iter().enumerate() {
                sum += down * f64::from(g[3 * i + j]) * right;
            }
        }
        single(sum)
    };
    let row = |down| g_rows.iter().map(move |right| element(down, right));
    g_rows.iter().flat_map(row).collect()
}

/// `a x + y`, rounded once.
#[inline(always)]
pub(super) fn fma(a: f32, x: &Lanes, y: &Lanes) -> Lanes {
    let mut sum = [0.0; PANEL];
    for i in 0..PANEL {
        sum[i] = a.mul_add(x[i], y[i]);
    }
    sum
}

#[inline(always)]
pub(super) fn add(x: &Lanes, y: &Lanes) -> Lanes {
    let mut sum = [0.0; PANEL];
    for i in 0..PANEL {
        sum[i] = x[i] + y[i];
    }
    sum
}

#[inline(always)]
pub(super) fn subtract(x: &Lanes, y: &Lanes) -> Lanes {
    let mut difference = [0.0; PANEL];
    for i in 0..PANEL {
        difference[i] = x[i] - y[i];
    }
    difference
}

#[inline(always)]
pub(super) fn times(a: f32, x: &Lanes) -> Lanes {
    let mut product = [0.0; PANEL];
    for i in 0..PANEL {
        product[i] = a * x[i];
    }
    product
}

/// The sixteen values from `at` on.
#[inline(always)]
pub(super) fn lanes(values: &[f32], at: usize) -> &Lanes {
    values[at..].first_chunk().unwrap_or_else(|| panic!("sixteen values at {at}"))
}

/// Some tiles' inputs.
pub(super) struct TileInputs<'a> {
    /// What holds them.
    pub(super) x: &'a [f32],
    /// Where each tile's begin.
    pub(super) starts: &'a [usize],
    /// From a row of the map to the next.
    pub(super) line: usize,
    /// Channels per position.
    pub(super) channels: usize,
}

/// Some tiles' products over channels.
pub(super) struct TileProducts<'a> {
    /// `[elements, tiles, channels]`, from the tile that is meant on.
    pub(super) values: &'a [f32],
    /// How many tiles there are.
    pub(super) tiles: usize,
    /// Output channels.
    pub(super) channels: usize,
}

/// Sixteen channels of a wanted position of a tile: the first of them, and where the position is.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) channel: usize,
}

/// Where the positions of a tile that are wanted lie in a buffer.
pub(super) struct Places {
    /// The first one.
    pub(super) first: usize,
    /// From a position to the one below.
    pub(super) line: usize,
    /// From a position to the next one.
    pub(super) step: usize,
}

impl Places {
    #[inline(always)]
    fn at(&self, row: usize, column: usize) -> usize {
        self.first + row * self.line + column * self.step
    }
}

/// What is done with a tile's sums, and which of them are wanted.
pub(super) struct Finish<'a> {
    /// Rows and columns of the tile before the first that is wanted.
    pub(super) skipped: (usize, usize),
    /// Rows and columns that are wanted.
    pub(super) size: (usize, usize),
    /// Scale and shift.
    pub(super) affine: Option<(&'a [Lanes], &'a [Lanes])>,
    /// What is added.
    pub(super) residual: Option<(&'a [f32], Places)>,
    /// Whether values that are zero or less become zero.
    pub(super) relu: bool,
    /// Where the finished values go.
    pub(super) to: Places,
}

impl Finish<'_> {
    /// Finishes sixteen channels and writes them.
    #[inline(always)]
    pub(super) fn write(&self, mut value: Lanes, place: Place, y: &mut [f32]) {
        let Place { row, column, channel: c } = place;
        if let Some((scale, shift)) = self.affine {
            let (scale, shift) = (&scale[c / PANEL], &shift[c / PANEL]);
            for i in 0..PANEL {
                value[i] = value[i].mul_add(scale[i], shift[i]);
            }
        }
        if let Some((data, from)) = &self.residual {
            value = add(&value, lanes(data, from.at(row, column) + c));
        }
        if self.relu {
            for value in &mut value {
                *value = if *value <= 0.0 { 0.0 } else { *value };
            }
        }
        let at = self.to.at(row, column) + c;
        y[at..at + PANEL].copy_from_slice(&value);
    }
}
