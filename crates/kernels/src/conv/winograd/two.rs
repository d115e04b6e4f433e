//! The transforms of Winograd's F(2 x 2, 3 x 3), for sixteen channels at a time.
//!
//! Toom and Cook's construction at the points 0, 1, -1 and infinity:
//!
//! ```text
//!       | 1  0 -1  0 |         |  1    0    0  |         | 1  1  1  0 |
//! B^T = | 0  1  1  0 |     G = | 1/2  1/2  1/2 |   A^T = | 0  1 -1 -1 |
//!       | 0 -1  1  0 |         | 1/2 -1/2  1/2 |
//!       | 0  1  0 -1 |         |  0    0    1  |
//! ```

use super::lanes::{Finish, Lanes, Place, TileInputs, TileProducts, add, lanes, subtract};
use crate::isa::per_isa;
use crate::matmul::PANEL;

/// Rows and columns of the input that a tile depends on.
const SIDE: usize = 4;
/// Rows and columns of a tile of the output.
const TILE: usize = 2;

/// The rows of G.
pub(super) fn g_rows() -> [[f64; 3]; SIDE] {
    [[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 1.0]]
}

/// `B^T d`: one rounding for each term.
#[inline(always)]
fn input_pass(d: &[Lanes; SIDE]) -> [Lanes; SIDE] {
    [subtract(&d[0], &d[2]), add(&d[1], &d[2]), subtract(&d[2], &d[1]), subtract(&d[1], &d[3])]
}

/// `A^T m`: at most two roundings for each term.
#[inline(always)]
fn output_pass(m: &[Lanes; SIDE]) -> [Lanes; TILE] {
    [add(&add(&m[0], &m[1]), &m[2]), subtract(&subtract(&m[1], &m[2]), &m[3])]
}

/// The four values from `at` on, `step` apart. (Written out: an array that is filled in a loop is cleared first, at a
/// tenth of the whole cost, and a closure is compiled for no instruction set.)
#[inline(always)]
fn column(values: &[f32], at: usize, step: usize) -> [Lanes; SIDE] {
    [*lanes(values, at), *lanes(values, at + step), *lanes(values, at + 2 * step), *lanes(values, at + 3 * step)]
}

/// Element `row` of each of four columns.
#[inline(always)]
fn across<const N: usize>(columns: &[[Lanes; N]; SIDE], row: usize) -> [Lanes; SIDE] {
    [columns[0][row], columns[1][row], columns[2][row], columns[3][row]]
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
