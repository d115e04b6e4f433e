//! The transforms of Winograd's F(4 x 4, 3 x 3), for sixteen channels at a time.
//!
//! Toom and Cook's construction at the points 0, a, -a, b, -b and infinity, with a = 5/8 and b = 3/2 (Winograd 1980;
//! Barabasz et al., *Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks*,
//! 2020). With p2 = a^2 + b^2 and q = a^2 b^2:
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
//! Every constant of A and B is a short binary fraction, and so exact; the usual points 0, 1, -1, 2, -2 are no cheaper
//! and their error is half as large again.

use super::lanes::{Finish, Lanes, Place, TileInputs, TileProducts, add, fma, lanes, subtract, times};
use crate::isa::per_isa;
use crate::matmul::PANEL;

/// Rows and columns of the input that a tile depends on.
const SIDE: usize = 6;
/// Rows and columns of a tile of the output.
const TILE: usize = 4;

const A1: f32 = 0.625;
const A2: f32 = A1 * A1;
const A3: f32 = A2 * A1;
const B1: f32 = 1.5;
const B2: f32 = B1 * B1;
const B3: f32 = B2 * B1;
const SUM: f32 = A2 + B2;
const PRODUCT: f32 = A2 * B2;

/// The rows of G.
pub(super) fn g_rows() -> [[f64; 3]; SIDE] {
    let (a, b) = (f64::from(A1), f64::from(B1));
    let (a2, b2) = (a * a, b * b);
    let of = |point: f64, factor: f64| [1.0, point, point * point].map(|power| power / factor);
    let (at_a, at_b) = (2.0 * a2 * (a2 - b2), 2.0 * b2 * (b2 - a2));
    [of(0.0, a2 * b2), of(a, at_a), of(-a, at_a), of(b, at_b), of(-b, at_b), [0.0, 0.0, 1.0]]
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

/// The six values from `at` on, `step` apart. (Written out: an array that is filled in a loop is cleared first, at a
/// tenth of the whole cost, and a closure is compiled for no instruction set.)
#[inline(always)]
fn column(values: &[f32], at: usize, step: usize) -> [Lanes; SIDE] {
    [
        *lanes(values, at),
        *lanes(values, at + step),
        *lanes(values, at + 2 * step),
        *lanes(values, at + 3 * step),
        *lanes(values, at + 4 * step),
        *lanes(values, at + 5 * step),
    ]
}

/// Element `row` of each of six columns.
#[inline(always)]
fn across<const N: usize>(columns: &[[Lanes; N]; SIDE], row: usize) -> [Lanes; SIDE] {
    [columns[0][row], columns[1][row], columns[2][row], columns[3][row], columns[4][row], columns[5][row]]
}

per_isa! {
    /// `B^T d B` of some tiles: `v` is `[elements, tiles, channels]`.
    pub(super) fn inputs(from: &TileInputs<'_>, v: &mut [f32]) {
        let TileInputs { x, starts, line, channels } = *from;
        let element = starts.len() * channels;
        for (tile, start) in starts.iter().enumerate() {
            for c in (0..channels).step_by(PANEL) {
                let at = start + c;
                let half = [
                    input_pass(&column(x, at, line)),
                    input_pass(&column(x, at + channels, line)),
                    input_pass(&column(x, at + 2 * channels, line)),
                    input_pass(&column(x, at + 3 * channels, line)),
                    input_pass(&column(x, at + 4 * channels, line)),
                    input_pass(&column(x, at + 5 * channels, line)),
                ];
                let mut to = tile * channels + c;
                for row in 0..SIDE {
                    for values in input_pass(&across(&half, row)) {
                        v[to..to + PANEL].copy_from_slice(&values);
                        to += element;
                    }
                }
            }
        }
    }
}

per_isa! {
    /// `A^T m A` of one tile, finished and written to `y`.
    pub(super) fn outputs(products: &TileProducts<'_>, finish: &Finish<'_>, y: &mut [f32]) {
        let TileProducts { values: m, tiles, channels } = *products;
        let element = tiles * channels;
        for c in (0..channels).step_by(PANEL) {
            let (at, line) = (c, SIDE * element);
            let half = [
                output_pass(&column(m, at, line)),
                output_pass(&column(m, at + element, line)),
                output_pass(&column(m, at + 2 * element, line)),
                output_pass(&column(m, at + 3 * element, line)),
                output_pass(&column(m, at + 4 * element, line)),
                output_pass(&column(m, at + 5 * element, line)),
            ];
            for row in 0..finish.size.0 {
                let values = output_pass(&across(&half, finish.skipped.0 + row));
                for column in 0..finish.size.1 {
                    finish.write(values[finish.skipped.1 + column], Place { row, column, channel: c }, y);
                }
            }
        }
    }
}
