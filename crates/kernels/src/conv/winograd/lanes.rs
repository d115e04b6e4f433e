//! Sixteen channels at a time: their arithmetic, and what is done with finished values.

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

#[expect(clippy::cast_possible_truncation, reason = "sums are kept in double precision and rounded once")]
fn single(value: f64) -> f32 {
    value as f32
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
}

impl Finish<'_> {
    /// Finishes sixteen channels from `c` on of the wanted position at `row` and `column`, and writes them.
    #[inline(always)]
    pub(super) fn write(&self, mut value: Lanes, (row, column, c): (usize, usize, usize), y: &mut [f32], to: &Places) {
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
        let at = to.at(row, column) + c;
        y[at..at + PANEL].copy_from_slice(&value);
    }
}
