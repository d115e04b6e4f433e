//! The transforms of Winograd's F(4 x 4, 3 x 3), for sixteen channels at a time.
//!
//! Toom and Cook's construction at the points 0, a, -a, b, -b and infinity, with a = 5/8 and b = 3/2 (Winograd 1980; Barabasz et al., *Error
//! Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks*, 2020). With p2 = a^2 + b^2 and q = a^2 b^2:
//!
//! ```text
//!       | q    0    -p2   0    1  0 |            | 1          0          0     |           | 1  1    1     1    1    0 |
//!       | 0  -a b2  -b2   a    1  0 |            | 1          a          a^2   |           | 0  a   -a     b   -b    0 |
//! B^T = | 0   a b2  -b2  -a    1  0 |   G = F *  | 1         -a          a^2   |   A^T =   | 0  a^2  a^2   b^2  b^2  0 |
//!       | 0  -b a2  -a2   b    1  0 |            | 1          b          b^2   |           | 0  a^3 -a^3   b^3 -b^3  1 |
//!       | 0   b a2  -a2  -b    1  0 |            | 1         -b          b^2   |
//!       | 0    q    0   -p2    0  1 |            | 0          0          1     |
//!
//! F = diag(1 / q, 1 / f_a, 1 / f_a, 1 / f_b, 1 / f_b, 1),  f_a = 2 a^2 (a^2 - b^2),  f_b = 2 b^2 (b^2 - a^2)
//! ```
//!
//! Every constant of A and B is a short binary fraction, and so exact; the usual points 0, 1, -1, 2, -2 are no cheaper and their error is half
//! as large again.

use crate::isa::per_isa;
use crate::matmul::PANEL;

/// Rows and columns of a tile of the output.
pub(super) const TILE: usize = 4;
/// Rows and columns of the input that a tile depends on.
const SIDE: usize = 6;
/// Elements of a transformed tile.
pub(super) const ELEMENTS: usize = SIDE * SIDE;

const A1: f32 = 0.625;
const A2: f32 = A1 * A1;
const A3: f32 = A2 * A1;
const B1: f32 = 1.5;
const B2: f32 = B1 * B1;
const B3: f32 = B2 * B1;
const SUM: f32 = A2 + B2;
const PRODUCT: f32 = A2 * B2;

/// Sixteen channels of a value.
type Lanes = [f32; PANEL];

/// `G g G^T` of a kernel `[3, 3]`, in double precision, rounded once.
pub(super) fn weight(g: &[f32; 9]) -> [f32; ELEMENTS] {
    let (a, b) = (f64::from(A1), f64::from(B1));
    let (a2, b2) = (a * a, b * b);
    let of = |point: f64, factor: f64| [1.0, point, point * point].map(|power| power / factor);
    let (at_a, at_b) = (2.0 * a2 * (a2 - b2), 2.0 * b2 * (b2 - a2));
    let rows = [
        of(0.0, a2 * b2),
        of(a, at_a),
        of(-a, at_a),
        of(b, at_b),
        of(-b, at_b),
        [0.0, 0.0, 1.0],
    ];
    std::array::from_fn(|element| {
        let (down, right) = (&rows[element / SIDE], &rows[element % SIDE]);
        let mut sum = 0.0;
        for (i, down) in down.iter().enumerate() {
            for (j, right) in right.iter().enumerate() {
                sum += down * f64::from(g[3 * i + j]) * right;
            }
        }
        single(sum)
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "sums are kept in double precision and rounded once"
)]
fn single(value: f64) -> f32 {
    value as f32
}

/// `a x + y`, rounded once.
#[inline(always)]
fn fma(a: f32, x: &Lanes, y: &Lanes) -> Lanes {
    let mut sum = [0.0; PANEL];
    for i in 0..PANEL {
        sum[i] = a.mul_add(x[i], y[i]);
    }
    sum
}

#[inline(always)]
fn add(x: &Lanes, y: &Lanes) -> Lanes {
    let mut sum = [0.0; PANEL];
    for i in 0..PANEL {
        sum[i] = x[i] + y[i];
    }
    sum
}

#[inline(always)]
fn subtract(x: &Lanes, y: &Lanes) -> Lanes {
    let mut difference = [0.0; PANEL];
    for i in 0..PANEL {
        difference[i] = x[i] - y[i];
    }
    difference
}

#[inline(always)]
fn times(a: f32, x: &Lanes) -> Lanes {
    let mut product = [0.0; PANEL];
    for i in 0..PANEL {
        product[i] = a * x[i];
    }
    product
}

/// `B^T d`: two roundings for each term.
#[inline(always)]
fn input_pass(d: &[Lanes; SIDE]) -> [Lanes; SIDE] {
    let (even_a, odd_a) = (fma(-B2, &d[2], &d[4]), fma(-B2, &d[1], &d[3]));
    let (even_b, odd_b) = (fma(-A2, &d[2], &d[4]), fma(-A2, &d[1], &d[3]));
    [
        fma(PRODUCT, &d[0], &fma(-SUM, &d[2], &d[4])),
        fma(A1, &odd_a, &even_a),
        fma(-A1, &odd_a, &even_a),
        fma(B1, &odd_b, &even_b),
        fma(-B1, &odd_b, &even_b),
        fma(PRODUCT, &d[1], &fma(-SUM, &d[3], &d[5])),
    ]
}

/// `A^T m`: at most three roundings for each term.
#[inline(always)]
fn output_pass(m: &[Lanes; SIDE]) -> [Lanes; TILE] {
    let (even_a, odd_a) = (add(&m[1], &m[2]), subtract(&m[1], &m[2]));
    let (even_b, odd_b) = (add(&m[3], &m[4]), subtract(&m[3], &m[4]));
    [
        add(&add(&m[0], &even_a), &even_b),
        fma(B1, &odd_b, &times(A1, &odd_a)),
        fma(B2, &even_b, &times(A2, &even_a)),
        fma(B3, &odd_b, &fma(A3, &odd_a, &m[5])),
    ]
}

/// The sixteen values from `at` on.
#[inline(always)]
fn lanes(values: &[f32], at: usize) -> &Lanes {
    values[at..]
        .first_chunk()
        .unwrap_or_else(|| panic!("sixteen values at {at}"))
}

per_isa! {
    /// `B^T d B` of the tiles whose inputs begin at `starts` in `x`: `v` is `[36, tiles, channels]`. The layout is the floats from a row of
    /// the map to the next, and the channels.
    pub(super) fn inputs(x: &[f32], starts: &[usize], layout: (usize, usize), v: &mut [f32]) {
        let (line, channels) = layout;
        let element = starts.len() * channels;
        for (tile, start) in starts.iter().enumerate() {
            for c in (0..channels).step_by(PANEL) {
                let mut half = [[[0.0; PANEL]; SIDE]; SIDE];
                for (column, half) in half.iter_mut().enumerate() {
                    let at = start + column * channels + c;
                    let mut d = [[0.0; PANEL]; SIDE];
                    for (row, d) in d.iter_mut().enumerate() {
                        *d = *lanes(x, at + row * line);
                    }
                    *half = input_pass(&d);
                }
                let mut to = tile * channels + c;
                for row in 0..SIDE {
                    let mut d = [[0.0; PANEL]; SIDE];
                    for (column, d) in d.iter_mut().enumerate() {
                        *d = half[column][row];
                    }
                    for values in input_pass(&d) {
                        v[to..to + PANEL].copy_from_slice(&values);
                        to += element;
                    }
                }
            }
        }
    }
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

per_isa! {
    /// `A^T m A` of one tile, finished and written to `y`: `m` is `[36, tiles, channels]`, and begins at the tile; the shape is tiles and
    /// channels.
    pub(super) fn outputs(m: &[f32], shape: (usize, usize), finish: &Finish<'_>, y: &mut [f32], to: &Places) {
        let (tiles, channels) = shape;
        let element = tiles * channels;
        for c in (0..channels).step_by(PANEL) {
            let mut half = [[[0.0; PANEL]; TILE]; SIDE];
            for (column, half) in half.iter_mut().enumerate() {
                let mut sums = [[0.0; PANEL]; SIDE];
                for (row, sums) in sums.iter_mut().enumerate() {
                    *sums = *lanes(m, (row * SIDE + column) * element + c);
                }
                *half = output_pass(&sums);
            }
            for row in 0..finish.size.0 {
                let mut sums = [[0.0; PANEL]; SIDE];
                for (column, sums) in sums.iter_mut().enumerate() {
                    *sums = half[column][finish.skipped.0 + row];
                }
                let line = output_pass(&sums);
                for column in 0..finish.size.1 {
                    let mut value = line[finish.skipped.1 + column];
                    if let Some((scale, shift)) = finish.affine {
                        let (scale, shift) = (&scale[c / PANEL], &shift[c / PANEL]);
                        for i in 0..PANEL {
                            value[i] = value[i].mul_add(scale[i], shift[i]);
                        }
                    }
                    if let Some((data, from)) = &finish.residual {
                        value = add(&value, lanes(data, from.first + row * from.line + column * from.step + c));
                    }
                    if finish.relu {
                        for value in &mut value {
                            *value = if *value <= 0.0 { 0.0 } else { *value };
                        }
                    }
                    let at = to.first + row * to.line + column * to.step + c;
                    y[at..at + PANEL].copy_from_slice(&value);
                }
            }
        }
    }
}
