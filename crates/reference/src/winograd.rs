//! Winograd's way to a convolution by 3 x 3 kernels of stride 1, and the sizes that its rounding errors are measured
//! against.

use crate::{Filters, Map, Sliding};

/// The finite points of the construction for tiles of 4 x 4 and of 2 x 2; the last is infinity.
const POINTS_FOUR: [f64; 5] = [0.0, 0.625, -0.625, 1.5, -1.5];
const POINTS_TWO: [f64; 3] = [0.0, 1.0, -1.0];

/// A matrix, `[rows][columns]`.
type Matrix = Vec<Vec<f64>>;

/// What a transformed convolution computes, and how large the terms are that it rounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Winograd {
    /// `A^T [sum over c of (G g_c G^T) * (B^T d_c B)] A`, which is the convolution.
    pub value: Map,
    /// `|A^T| [sum over c of |G g_c G^T| * (|B^T| |d_c| |B|)] |A|`: a float computation errs by so many roundings of
    /// that.
    pub magnitude: Map,
}

/// The matrices A, G and B of Toom and Cook's construction for n points, infinity included: of n values d and three
/// taps g, `A^T [(G g) * (B^T d)]` is the correlation.
struct Matrices {
    /// `[n - 2][n]`.
    at: Matrix,
    /// `[n][3]`.
    g: Matrix,
    /// `[n][n]`.
    bt: Matrix,
}

impl Matrices {
    fn new(points: &[f64]) -> Matrices {
        let n = points.len() + 1;
        let power = |point: f64, n: usize| (0..n).map(|_| point).product::<f64>();
        let mut at = vec![vec![0.0; n]; n - 2];
        let mut g = vec![vec![0.0; 3]; n];
        let mut bt = vec![vec![0.0; n]; n];
        for (j, &point) in points.iter().enumerate() {
            let others: Vec<f64> = points.iter().copied().filter(|&p| p != point).collect();
            let factor: f64 = others.iter().map(|p| point - p).product();
            for (i, at) in at.iter_mut().enumerate() {
                at[j] = power(point, i);
            }
            for (k, g) in g[j].iter_mut().enumerate() {
                *g = power(point, k) / factor;
            }
            bt[j] = polynomial(&others, n);
        }
        at[n - 3][n - 1] = 1.0;
        g[n - 1][2] = 1.0;
        bt[n - 1] = polynomial(points, n);
        Matrices { at, g, bt }
    }
}

/// The `n` lowest coefficients, lowest first, of the product of `(x - root)`.
fn polynomial(roots: &[f64], n: usize) -> Vec<f64> {
    let mut coefficients = vec![0.0; n];
    coefficients[0] = 1.0;
    for root in roots {
        for k in (0..n).rev() {
            let below = if k > 0 { coefficients[k - 1] } else { 0.0 };
            coefficients[k] = below - root * coefficients[k];
        }
    }
    coefficients
}

/// `M X M^T`.
fn both_sides(m: &Matrix, x: &Matrix) -> Matrix {
    let columns = |i: usize, j: usize| {
        let mut sum = 0.0;
        for (k, row) in x.iter().enumerate() {
            for (l, value) in row.iter().enumerate() {
                sum += m[i][k] * value * m[j][l];
            }
        }
        sum
    };
    (0..m.len()).map(|i| (0..m.len()).map(|j| columns(i, j)).collect()).collect()
}

fn magnitudes(m: &Matrix) -> Matrix {
    m.iter().map(|row| row.iter().map(|v| v.abs()).collect()).collect()
}

/// The convolution of x by 3 x 3 kernels of stride 1, by tiles of `tile` rows and columns: `[H, W, C] -> [H', W', O]`.
///
/// # Panics
/// If there are groups, the kernels are not 3 x 3 of stride 1, tiles are neither 2 nor 4, or the sizes of the arguments contradict each
/// other.
pub fn winograd(x: &Map, filters: Filters<'_>, sliding: Sliding, tile: usize) -> Winograd {
    assert_eq!(
        (filters.groups, filters.kernel, sliding.kernel, sliding.stride),
        (1, (3, 3), (3, 3), (1, 1)),
        "one group, kernels of 3 x 3 and stride 1"
    );
    assert_eq!(x.channels, filters.inputs, "channels of a convolution");
    let (height, width) = sliding.output_size(x.height, x.width);
    let matrices = match tile {
        2 => Matrices::new(&POINTS_TWO),
        4 => Matrices::new(&POINTS_FOUR),
        other => panic!("tiles of 2 or 4, not {other}"),
    };
    let side = tile + 2;
    let absolute = (magnitudes(&matrices.at), magnitudes(&matrices.bt));
    let mut found = Winograd {
        value: Map::zeros((height, width, filters.outputs)),
        magnitude: Map::zeros((height, width, filters.outputs)),
    };
    let weight = |o: usize, c: usize| {
        let taps = |ky| (0..3).map(|kx| filters.at(o, c, ky, kx)).collect();
        both_sides(&matrices.g, &(0..3).map(taps).collect())
    };
    let weights: Vec<Vec<Matrix>> =
        (0..filters.outputs).map(|o| (0..filters.inputs).map(|c| weight(o, c)).collect()).collect();
    for top in (0..height).step_by(tile) {
        for left in (0..width).step_by(tile) {
            let tiles: Vec<Matrix> = (0..x.channels).map(|c| input_tile(x, sliding, (top, left, side), c)).collect();
            let transformed: Vec<Matrix> = tiles.iter().map(|d| both_sides(&matrices.bt, d)).collect();
            let sizes: Vec<Matrix> = tiles.iter().map(|d| both_sides(&absolute.1, &magnitudes(d))).collect();
            for o in 0..filters.outputs {
                let (mut sums, mut bounds) = (vec![vec![0.0; side]; side], vec![vec![0.0; side]; side]);
                for c in 0..filters.inputs {
                    for i in 0..side {
                        for j in 0..side {
                            let u = weights[o][c][i][j];
                            sums[i][j] += u * transformed[c][i][j];
                            bounds[i][j] += u.abs() * sizes[c][i][j];
                        }
                    }
                }
                let value = both_sides(&matrices.at, &sums);
                let magnitude = both_sides(&absolute.0, &bounds);
                for i in 0..tile.min(height - top) {
                    for j in 0..tile.min(width - left) {
                        *found.value.at_mut(top + i, left + j, o) = value[i][j];
                        *found.magnitude.at_mut(top + i, left + j, o) = magnitude[i][j];
                    }
                }
            }
        }
    }
    found
}

/// The inputs of channel `c` that the tile at an output position depends on, `side` rows and columns; zero outside the
/// map.
fn input_tile(x: &Map, sliding: Sliding, (top, left, side): (usize, usize, usize), c: usize) -> Matrix {
    let value = |i: usize, j: usize| {
        let row = (top + i).checked_sub(sliding.padding.top);
        let column = (left + j).checked_sub(sliding.padding.left);
        match (row, column) {
            (Some(row), Some(column)) if row < x.height && column < x.width => x.at(row, column, c),
            _ => 0.0,
        }
    };
    (0..side).map(|i| (0..side).map(|j| value(i, j)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Epilogue, Padding, conv2d};

    #[test]
    fn a_tile_correlates_a_line_with_three_taps() {
        // In one dimension, by the definition: y[i] = sum of d[i + k] g[k].
        for points in [&POINTS_FOUR[..], &POINTS_TWO] {
            let m = Matrices::new(points);
            let (d, g) = (&[1.0, -2.0, 3.0, 5.0, -7.0, 11.0][..points.len() + 1], [2.0, 3.0, -5.0]);
            let times = |matrix: &Matrix, v: &[f64]| -> Vec<f64> {
                let row = |row: &Vec<f64>| row.iter().zip(v).map(|(a, b)| a * b).sum();
                matrix.iter().map(row).collect()
            };
            let product: Vec<f64> = times(&m.g, &g).iter().zip(times(&m.bt, d)).map(|(a, b)| a * b).collect();
            for (i, y) in times(&m.at, &product).iter().enumerate() {
                let expected: f64 = (0..3).map(|k| d[i + k] * g[k]).sum();
                assert!((y - expected).abs() < 1e-12, "{i}: {y} and {expected}");
            }
        }
    }

    #[test]
    fn the_value_is_the_convolution_and_the_magnitude_exceeds_it() {
        for (height, width, padding, tile) in [(1, 1, 1, 4), (4, 9, 1, 2), (7, 5, 0, 4), (7, 5, 1, 2), (6, 6, 2, 4)] {
            let x = Map::from_fn((height, width, 3), |y, x, c| {
                [-6.0, 4.0, 1.0, -3.0, 5.0, 0.0, -1.0][(y * 3 + x * 5 + c * 2) % 7]
            });
            let values: Vec<f64> = (0..2 * 3 * 9_u32).map(|i| f64::from(i * 5 % 11) - 5.0).collect();
            let filters = Filters { outputs: 2, inputs: 3, groups: 1, kernel: (3, 3), values: &values };
            let sliding = Sliding { kernel: (3, 3), stride: (1, 1), padding: Padding::all(padding) };
            let direct = conv2d(&x, filters, sliding, Epilogue::default());
            let found = winograd(&x, filters, sliding, tile);
            assert_eq!(found.value.shape(), direct.shape());
            for ((w, m), d) in found.value.data.iter().zip(&found.magnitude.data).zip(&direct.data) {
                assert!((w - d).abs() < 1e-10, "{w} and {d}");
                assert!(*m >= d.abs() - 1e-10, "{m} for {d}");
            }
        }
    }
}
