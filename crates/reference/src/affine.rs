//! Bilinear warps by an affine map, rotation among them, and their adjoints.

use crate::Map;

/// Takes column x and row y of the output to the point `(a x + b y + c, d x + e y + f)` of the input:
/// `[[a, b, c], [d, e, f]]`.
pub type AffineMatrix = [[f64; 3]; 2];

/// The point of the input (row, column) that an output reads.
fn point(matrix: AffineMatrix, row: usize, column: usize) -> (f64, f64) {
    let [x, y] = matrix.map(|[a, b, c]| a * column as f64 + b * row as f64 + c);
    (y, x)
}

/// How much a pixel counts at a distance along one axis: bilinear interpolation is a tent of width one.
fn tent(distance: f64) -> f64 {
    (1.0 - distance.abs()).max(0.0)
}

/// `y[i, j, c] = sum over k, l of tent(row - k) tent(column - l) x[k, l, c]`, where (row, column) is the point that
/// `matrix` gives for (i, j): `[H, W, C] -> [H', W', C]`, with zeros outside the map.
///
/// `size` is (H', W'). Pixels of weight zero are not read.
pub fn affine(x: &Map, matrix: AffineMatrix, size: (usize, usize)) -> Map {
    let mut y = Map::zeros((size.0, size.1, x.channels));
    for i in 0..y.height {
        for j in 0..y.width {
            let (row, column) = point(matrix, i, j);
            for k in 0..x.height {
                let down = tent(row - k as f64);
                if down == 0.0 {
                    continue;
                }
                for l in 0..x.width {
                    let across = tent(column - l as f64);
                    if across == 0.0 {
                        continue;
                    }
                    for c in 0..x.channels {
                        *y.at_mut(i, j, c) += down * across * x.at(k, l, c);
                    }
                }
            }
        }
    }
    y
}

/// The adjoint of [`affine`] for a map of `size` (H, W):
/// `dx[k, l, c] = sum over i, j of tent(row - k) tent(column - l) dy[i, j, c]`.
pub fn affine_adjoint(dy: &Map, matrix: AffineMatrix, size: (usize, usize)) -> Map {
    let mut dx = Map::zeros((size.0, size.1, dy.channels));
    for i in 0..dy.height {
        for j in 0..dy.width {
            let (row, column) = point(matrix, i, j);
            for k in 0..dx.height {
                let down = tent(row - k as f64);
                if down == 0.0 {
                    continue;
                }
                for l in 0..dx.width {
                    let across = tent(column - l as f64);
                    if across == 0.0 {
                        continue;
                    }
                    for c in 0..dx.channels {
                        *dx.at_mut(k, l, c) += down * across * dy.at(i, j, c);
                    }
                }
            }
        }
    }
    dx
}

/// The matrix that turns a picture of `size` (H, W) counter-clockwise, as people see it, about its center
/// `((W - 1) / 2, (H - 1) / 2)`.
pub fn rotation(degrees: f64, size: (usize, usize)) -> AffineMatrix {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (cy, cx) = ((size.0 as f64 - 1.0) / 2.0, (size.1 as f64 - 1.0) / 2.0);
    [[cos, -sin, cx - cos * cx + sin * cy], [sin, cos, cy - sin * cx - cos * cy]]
}

/// Rotates by [`rotation`], bilinear, zeros outside: kornia's `rotate`. `[H, W, C] -> [H, W, C]`.
///
/// # Example
/// A quarter turn, counter-clockwise:
///
/// ```
/// use reference::{Map, rotate};
///
/// let x = Map::new((2, 2, 1), vec![1.0, 2.0, 3.0, 4.0]);
/// let turned = rotate(&x, 90.0);
/// for (found, expected) in turned.data.iter().zip([2.0, 4.0, 1.0, 3.0]) {
///     assert!((found - expected).abs() < 1e-12);
/// }
/// ```
pub fn rotate(x: &Map, degrees: f64) -> Map {
    let size = (x.height, x.width);
    affine(x, rotation(degrees, size), size)
}

/// The adjoint of [`rotate`].
pub fn rotate_adjoint(dy: &Map, degrees: f64) -> Map {
    let size = (dy.height, dy.width);
    affine_adjoint(dy, rotation(degrees, size), size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_adjoint, assert_close, map};

    const SHEAR: AffineMatrix = [[0.75, 0.25, -0.5], [-0.5, 1.25, 0.5]];

    #[test]
    fn half_a_pixel_to_the_side_by_hand() {
        let x = Map::new((1, 3, 1), vec![2.0, 4.0, 8.0]);
        let y = affine(&x, [[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]], (1, 3));
        assert_eq!(y.data, [3.0, 6.0, 4.0]);
    }

    #[test]
    fn a_shear_and_its_adjoint_equal_grid_sample() {
        let y = affine(&map((3, 4, 1), 1), SHEAR, (2, 3));
        assert_close(&y.data, &[-1.2500000000000002, -0.9999999999999998, -2.0, -0.375, -1.3750000000000007, 0.1875]);
        let dx = affine_adjoint(&map((2, 3, 1), 3), SHEAR, (3, 4));
        assert_close(
            &dx.data,
            &[
                -4.0,
                -0.06249999999999978,
                0.0625,
                0.0,
                1.2500000000000004,
                2.4374999999999996,
                0.1875,
                0.0,
                -0.49999999999999967,
                0.6249999999999999,
                0.0,
                0.0,
            ],
        );
    }

    #[test]
    fn a_rotation_and_its_adjoint_equal_grid_sample() {
        assert_close(
            &rotate(&map((3, 4, 1), 1), 5.0).data,
            &[
                -0.3243066538414963,
                -3.2422955342751822,
                2.4665069486496076,
                -0.1770660981213723,
                -4.31458469373217,
                1.731834216204548,
                -1.7318342162045472,
                4.314584693732169,
                0.17706609812137308,
                -2.466506948649607,
                3.2422955342751814,
                0.324306653841496,
            ],
        );
        assert_close(
            &rotate_adjoint(&map((3, 4, 1), 3), 5.0).data,
            &[
                -0.14205806025362822,
                -4.4074061889436065,
                1.3153079446109495,
                -1.4275153233538398,
                4.305365023530182,
                0.8005773914579022,
                -2.755453287232813,
                3.2181357040037164,
                -0.3248541190889791,
                -3.2293129905629656,
                2.415556702029431,
                -0.2720454530681806,
            ],
        );
    }

    #[test]
    fn the_center_stays_where_it_is() {
        let (row, column) = point(rotation(30.0, (7, 11)), 3, 5);
        assert_close(&[row, column], &[3.0, 5.0]);
    }

    #[test]
    fn a_quarter_turn_is_counter_clockwise() {
        let x = Map::new((2, 2, 1), vec![1.0, 2.0, 3.0, 4.0]);
        assert_close(&rotate(&x, 90.0).data, &[2.0, 4.0, 1.0, 3.0]);
    }

    #[test]
    fn the_adjoint_is_the_transpose() {
        for degrees in [-5.0, 0.0, 3.0, 45.0, 200.0] {
            let (x, dy) = (map((6, 5, 2), 1), map((6, 5, 2), 4));
            let (y, dx) = (rotate(&x, degrees), rotate_adjoint(&dy, degrees));
            assert_adjoint((&y.data, &dy.data), (&x.data, &dx.data), 1.0);
        }
        let (x, dy) = (map((6, 5, 2), 1), map((3, 8, 2), 4));
        let (y, dx) = (affine(&x, SHEAR, (3, 8)), affine_adjoint(&dy, SHEAR, (6, 5)));
        assert_adjoint((&y.data, &dy.data), (&x.data, &dx.data), 1.0);
    }
}
