//! Padding by zeros and by reflection, and the adjoints.

use crate::{Map, Padding};

fn padded_shape(x: &Map, padding: Padding) -> (usize, usize, usize) {
    (padding.top + x.height + padding.bottom, padding.left + x.width + padding.right, x.channels)
}

/// The size of the map whose padding gave `y`.
fn inner_shape(y: &Map, padding: Padding) -> (usize, usize, usize) {
    let height = y.height.checked_sub(padding.top + padding.bottom);
    let width = y.width.checked_sub(padding.left + padding.right);
    let (Some(height), Some(width)) = (height, width) else {
        panic!("a map of {:?} is smaller than {padding:?}", y.shape());
    };
    (height, width, y.channels)
}

/// `y[i, j, c] = x[i - top, j - left, c]`, and zero around: `[H, W, C] -> [top + H + bottom, left + W + right, C]`.
pub fn pad_zeros(x: &Map, padding: Padding) -> Map {
    let mut y = Map::zeros(padded_shape(x, padding));
    for i in 0..x.height {
        for j in 0..x.width {
            for c in 0..x.channels {
                *y.at_mut(padding.top + i, padding.left + j, c) = x.at(i, j, c);
            }
        }
    }
    y
}

/// The adjoint of [`pad_zeros`]: `dx[i, j, c] = dy[i + top, j + left, c]`.
///
/// # Panics
/// If `dy` is smaller than the padding.
pub fn pad_zeros_adjoint(dy: &Map, padding: Padding) -> Map {
    Map::from_fn(inner_shape(dy, padding), |i, j, c| dy.at(padding.top + i, padding.left + j, c))
}

/// The pixel of n that stands at a position after padding, the edge not repeated: .. 2 1 | 0 1 2 .. n-1 | n-2 n-3 ..
fn reflected(position: usize, before: usize, n: usize) -> usize {
    if position < before {
        before - position
    } else if position - before < n {
        position - before
    } else {
        2 * (n - 1) - (position - before)
    }
}

fn check_reflection(shape: (usize, usize, usize), padding: Padding) {
    assert!(
        padding.top.max(padding.bottom) < shape.0 && padding.left.max(padding.right) < shape.1,
        "a map of {shape:?} is too small to reflect {padding:?}"
    );
}

/// `y[i, j, c] = x[reflected i, reflected j, c]`, mirrored at the outermost pixels, which are not repeated (PyTorch's
/// `reflect`): `[H, W, C] -> [top + H + bottom, left + W + right, C]`.
///
/// # Panics
/// If the padding of an axis is not smaller than the map.
///
/// # Example
/// ```
/// use reference::{Map, Padding, pad_reflect};
///
/// let x = Map::new((1, 3, 1), vec![1.0, 2.0, 3.0]);
/// let sides = Padding { left: 2, right: 1, ..Padding::default() };
/// assert_eq!(pad_reflect(&x, sides).data, [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
/// ```
pub fn pad_reflect(x: &Map, padding: Padding) -> Map {
    check_reflection(x.shape(), padding);
    Map::from_fn(padded_shape(x, padding), |i, j, c| {
        let row = reflected(i, padding.top, x.height);
        x.at(row, reflected(j, padding.left, x.width), c)
    })
}

/// The adjoint of [`pad_reflect`]: `dx[k, l, c]` is the sum of every `dy[i, j, c]` that shows the pixel (k, l).
///
/// # Panics
/// If the padding of an axis is not smaller than the map.
pub fn pad_reflect_adjoint(dy: &Map, padding: Padding) -> Map {
    let shape = inner_shape(dy, padding);
    check_reflection(shape, padding);
    let mut dx = Map::zeros(shape);
    for i in 0..dy.height {
        for j in 0..dy.width {
            let row = reflected(i, padding.top, shape.0);
            let column = reflected(j, padding.left, shape.1);
            for c in 0..dy.channels {
                *dx.at_mut(row, column, c) += dy.at(i, j, c);
            }
        }
    }
    dx
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_adjoint, map};
    use std::panic::catch_unwind;

    const UNEVEN: Padding = Padding { top: 1, left: 2, bottom: 2, right: 1 };

    #[test]
    fn a_row_by_hand() {
        let x = Map::new((1, 3, 1), vec![1.0, 2.0, 3.0]);
        let sides = Padding { left: 2, right: 1, ..Padding::default() };
        assert_eq!(pad_zeros(&x, sides).data, [0.0, 0.0, 1.0, 2.0, 3.0, 0.0]);
        assert_eq!(pad_reflect(&x, sides).data, [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
        let dy = Map::new((1, 6, 1), vec![1.0, 2.0, 4.0, 8.0, 16.0, 32.0]);
        assert_eq!(pad_zeros_adjoint(&dy, sides).data, [4.0, 8.0, 16.0]);
        assert_eq!(pad_reflect_adjoint(&dy, sides).data, [4.0, 42.0, 17.0]);
    }

    #[test]
    fn reflection_and_its_adjoint_equal_pytorch() {
        let y = pad_reflect(&map((3, 4, 1), 1), UNEVEN);
        assert_eq!(
            y.data,
            [
                -2.0, 2.0, -5.0, 2.0, -2.0, 5.0, -2.0, 3.0, -4.0, 0.0, -4.0, 3.0, -1.0, 3.0, -2.0, 2.0, -5.0, 2.0,
                -2.0, 5.0, -2.0, 4.0, -3.0, 1.0, -3.0, 4.0, 0.0, 4.0, -2.0, 2.0, -5.0, 2.0, -2.0, 5.0, -2.0, 3.0, -4.0,
                0.0, -4.0, 3.0, -1.0, 3.0
            ]
        );
        let dx = pad_reflect_adjoint(&map((6, 7, 1), 3), UNEVEN);
        assert_eq!(dx.data, [1.0, 2.0, 4.0, -1.0, 3.0, -5.0, -6.0, 0.0, -5.0, 1.0, 2.0, 5.0]);
    }

    #[test]
    fn the_adjoints_are_the_transposes() {
        let (x, dy) = (map((3, 4, 2), 1), map((6, 7, 2), 3));
        let (y, dx) = (pad_zeros(&x, UNEVEN), pad_zeros_adjoint(&dy, UNEVEN));
        assert_adjoint((&y.data, &dy.data), (&x.data, &dx.data), 1.0);
        let (y, dx) = (pad_reflect(&x, UNEVEN), pad_reflect_adjoint(&dy, UNEVEN));
        assert_adjoint((&y.data, &dy.data), (&x.data, &dx.data), 1.0);
    }

    #[test]
    fn a_reflection_as_wide_as_the_map_is_refused_on_every_side() {
        let widest = Padding::all(2);
        assert_eq!(pad_reflect(&Map::zeros((3, 3, 1)), widest).shape(), (7, 7, 1));
        let too_wide = [
            Padding { top: 3, ..widest },
            Padding { left: 3, ..widest },
            Padding { bottom: 3, ..widest },
            Padding { right: 3, ..widest },
        ];
        for padding in too_wide {
            let refused = catch_unwind(|| pad_reflect(&Map::zeros((3, 3, 1)), padding)).is_err();
            assert!(refused, "{padding:?}");
        }
    }
}
