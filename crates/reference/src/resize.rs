//! Bilinear resizing without antialiasing, and its adjoint.

use crate::Map;

/// Which points of input and output lie upon each other (`align_corners` in PyTorch).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// The centers of the corner pixels: output i reads `i (n - 1) / (m - 1)`, and 0 where m is 1.
    Corners,
    /// The edges of the images: output i reads `(i + 1/2) n / m - 1/2`, clamped to the centers of the first and last
    /// pixel.
    HalfPixel,
}

/// Rows or columns that are resized: `n` pixels to `m`.
#[derive(Clone, Copy)]
struct Axis {
    n: usize,
    m: usize,
    alignment: Alignment,
}

impl Axis {
    /// The weight of input pixel `j` in output pixel `i`: a tent of width one around the point that i reads.
    fn weight(self, i: usize, j: usize) -> f64 {
        let Axis { n, m, alignment } = self;
        let last = n as f64 - 1.0;
        let point = match alignment {
            Alignment::Corners if m == 1 => 0.0,
            Alignment::Corners => i as f64 * last / (m as f64 - 1.0),
            Alignment::HalfPixel => ((i as f64 + 0.5) * n as f64 / m as f64 - 0.5).clamp(0.0, last),
        };
        (1.0 - (point - j as f64).abs()).max(0.0)
    }
}

/// `y[i, j, c] = sum over k, l of weight(i, k) weight(j, l) x[k, l, c]`: `[H, W, C] -> [H', W', C]`, as
/// `torch.nn.functional.interpolate(mode="bilinear", antialias=False)` to a given `size` (H', W').
///
/// Pixels of weight zero are not read.
///
/// # Panics
/// If the map is empty.
///
/// # Example
/// ```
/// use reference::{Alignment, Map, resize_bilinear};
///
/// let x = Map::new((1, 2, 1), vec![0.0, 8.0]);
/// assert_eq!(resize_bilinear(&x, (1, 5), Alignment::Corners).data, [0.0, 2.0, 4.0, 6.0, 8.0]);
/// assert_eq!(resize_bilinear(&x, (1, 4), Alignment::HalfPixel).data, [0.0, 2.0, 6.0, 8.0]);
/// ```
pub fn resize_bilinear(x: &Map, size: (usize, usize), alignment: Alignment) -> Map {
    assert!(x.height > 0 && x.width > 0, "nothing to resize");
    let mut y = Map::zeros((size.0, size.1, x.channels));
    let (rows, columns) = (Axis { n: x.height, m: size.0, alignment }, Axis { n: x.width, m: size.1, alignment });
    for i in 0..y.height {
        for k in 0..x.height {
            let row = rows.weight(i, k);
            if row == 0.0 {
                continue;
            }
            for j in 0..y.width {
                for l in 0..x.width {
                    let column = columns.weight(j, l);
                    if column == 0.0 {
                        continue;
                    }
                    for c in 0..x.channels {
                        *y.at_mut(i, j, c) += row * column * x.at(k, l, c);
                    }
                }
            }
        }
    }
    y
}

/// The adjoint of [`resize_bilinear`] for a map of `size` (H, W):
/// `dx[k, l, c] = sum over i, j of weight(i, k) weight(j, l) dy[i, j, c]`.
///
/// # Panics
/// If that map is empty.
pub fn resize_bilinear_adjoint(dy: &Map, size: (usize, usize), alignment: Alignment) -> Map {
    assert!(size.0 > 0 && size.1 > 0, "nothing to resize");
    let mut dx = Map::zeros((size.0, size.1, dy.channels));
    let (rows, columns) = (Axis { n: size.0, m: dy.height, alignment }, Axis { n: size.1, m: dy.width, alignment });
    for k in 0..dx.height {
        for i in 0..dy.height {
            let row = rows.weight(i, k);
            if row == 0.0 {
                continue;
            }
            for l in 0..dx.width {
                for j in 0..dy.width {
                    let column = columns.weight(j, l);
                    if column == 0.0 {
                        continue;
                    }
                    for c in 0..dx.channels {
                        *dx.at_mut(k, l, c) += row * column * dy.at(i, j, c);
                    }
                }
            }
        }
    }
    dx
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_adjoint, assert_close, map};

    #[test]
    fn doubling_two_pixels_by_hand() {
        let x = Map::new((1, 2, 1), vec![0.0, 8.0]);
        let corners = resize_bilinear(&x, (1, 5), Alignment::Corners);
        assert_eq!(corners.data, [0.0, 2.0, 4.0, 6.0, 8.0]);
        let half_pixel = resize_bilinear(&x, (1, 4), Alignment::HalfPixel);
        assert_eq!(half_pixel.data, [0.0, 2.0, 6.0, 8.0]);
        assert_eq!(resize_bilinear(&x, (1, 1), Alignment::Corners).data, [0.0]);
        assert_eq!(resize_bilinear(&x, (1, 1), Alignment::HalfPixel).data, [4.0]);
    }

    #[test]
    fn aligned_corners_equal_pytorch() {
        let y = resize_bilinear(&map((3, 5, 1), 1), (4, 3), Alignment::Corners);
        assert_close(
            &y.data,
            &[
                0.0,
                3.0,
                -5.0,
                1.3333333333333333,
                4.333333333333333,
                -3.666666666666667,
                2.6666666666666665,
                2.000000000000001,
                -2.333333333333333,
                4.0,
                -4.0,
                -1.0,
            ],
        );
        let y = resize_bilinear(&map((3, 5, 1), 1), (2, 7), Alignment::Corners);
        assert_close(
            &y.data,
            &[
                0.0,
                -2.6666666666666665,
                -1.6666666666666672,
                3.0,
                0.3333333333333339,
                -2.333333333333332,
                -5.0,
                4.0,
                1.3333333333333335,
                -1.333333333333333,
                -4.0,
                0.6666666666666656,
                1.6666666666666679,
                -1.0,
            ],
        );
        let dx = resize_bilinear_adjoint(&map((4, 3, 1), 3), (3, 5), Alignment::Corners);
        assert_close(
            &dx.data,
            &[
                -1.6666666666666667,
                0.0,
                -3.333333333333333,
                0.0,
                2.3333333333333335,
                -3.3333333333333335,
                0.0,
                6.0,
                0.0,
                0.6666666666666666,
                -5.0,
                0.0,
                4.333333333333333,
                0.0,
                -1.0,
            ],
        );
    }

    #[test]
    fn half_pixel_centers_equal_pytorch() {
        let y = resize_bilinear(&map((3, 5, 1), 1), (4, 3), Alignment::HalfPixel);
        assert_close(
            &y.data,
            &[
                -1.3333333333333335,
                3.0,
                -3.666666666666668,
                -0.08333333333333348,
                4.25,
                -2.416666666666668,
                1.4166666666666665,
                1.625,
                -0.9166666666666679,
                2.6666666666666665,
                -4.0,
                0.33333333333333215,
            ],
        );
        let y = resize_bilinear(&map((3, 5, 1), 1), (2, 7), Alignment::HalfPixel);
        assert_close(
            &y.data,
            &[
                0.5,
                -1.7857142857142856,
                -1.4999999999999991,
                3.5,
                0.6428571428571423,
                -2.2142857142857153,
                -4.5,
                3.5,
                1.2142857142857144,
                -0.8571428571428572,
                -1.75,
                1.2857142857142863,
                0.7857142857142847,
                -1.5,
            ],
        );
        let dx = resize_bilinear_adjoint(&map((2, 7, 1), 3), (3, 5), Alignment::HalfPixel);
        assert_close(
            &dx.data,
            &[
                -2.357142857142857,
                -1.0714285714285716,
                0.0,
                3.107142857142857,
                -1.9285714285714284,
                0.2142857142857142,
                -1.0714285714285712,
                0.3928571428571427,
                0.14285714285714324,
                -0.6785714285714288,
                3.0,
                -2.1428571428571423,
                1.1785714285714284,
                -2.678571428571428,
                -0.1071428571428581,
            ],
        );
    }

    #[test]
    fn the_adjoint_is_the_transpose() {
        for alignment in [Alignment::Corners, Alignment::HalfPixel] {
            for size in [(1, 1), (2, 3), (7, 11), (13, 4)] {
                let (x, dy) = (map((5, 7, 2), 1), map((size.0, size.1, 2), 3));
                let y = resize_bilinear(&x, size, alignment);
                let dx = resize_bilinear_adjoint(&dy, (5, 7), alignment);
                assert_adjoint((&y.data, &dy.data), (&x.data, &dx.data), 1.0);
            }
        }
    }
}
