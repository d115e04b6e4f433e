//! Cropping and shifting, and the adjoints.

use crate::Map;

/// `y[i, j, c] = x[top + i, left + j, c]`: a part of `size` (rows, columns) whose first pixel is `origin` (top, left).
///
/// # Panics
/// If that part is not inside the map.
///
/// # Example
/// ```
/// use reference::{Map, crop};
///
/// let x = Map::new((2, 3, 1), vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// assert_eq!(crop(&x, (1, 1), (1, 2)).data, [5.0, 6.0]);
/// ```
pub fn crop(x: &Map, origin: (usize, usize), size: (usize, usize)) -> Map {
    Map::from_fn((size.0, size.1, x.channels), |i, j, c| x.at(origin.0 + i, origin.1 + j, c))
}

/// The adjoint of [`crop`] for a map of `size` (H, W): `dx[top + i, left + j, c] = dy[i, j, c]`, and zero around.
///
/// # Panics
/// If `dy` at `origin` is not inside that map.
pub fn crop_adjoint(dy: &Map, origin: (usize, usize), size: (usize, usize)) -> Map {
    let mut dx = Map::zeros((size.0, size.1, dy.channels));
    for i in 0..dy.height {
        for j in 0..dy.width {
            for c in 0..dy.channels {
                *dx.at_mut(origin.0 + i, origin.1 + j, c) = dy.at(i, j, c);
            }
        }
    }
    dx
}

/// `y[i, j, c] = x[i - down, j - right, c]`, zero where that is outside: the picture moves by `(down, right)` pixels.
///
/// # Example
/// ```
/// use reference::{Map, shift};
///
/// let x = Map::new((1, 3, 1), vec![1.0, 2.0, 3.0]);
/// assert_eq!(shift(&x, (0, 1)).data, [0.0, 1.0, 2.0]);
/// ```
pub fn shift(x: &Map, (down, right): (isize, isize)) -> Map {
    Map::from_fn(x.shape(), |i, j, c| {
        let row = i.checked_add_signed(-down).filter(|&row| row < x.height);
        let column = j.checked_add_signed(-right).filter(|&column| column < x.width);
        match (row, column) {
            (Some(row), Some(column)) => x.at(row, column, c),
            _ => 0.0,
        }
    })
}

/// The adjoint of [`shift`]: `dx[i, j, c] = dy[i + down, j + right, c]`, zero where that is outside.
pub fn shift_adjoint(dy: &Map, (down, right): (isize, isize)) -> Map {
    let mut dx = Map::zeros(dy.shape());
    for i in 0..dy.height {
        for j in 0..dy.width {
            let row = i.checked_add_signed(-down).filter(|&row| row < dx.height);
            let column = j.checked_add_signed(-right).filter(|&column| column < dx.width);
            if let (Some(row), Some(column)) = (row, column) {
                for c in 0..dy.channels {
                    *dx.at_mut(row, column, c) += dy.at(i, j, c);
                }
            }
        }
    }
    dx
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_adjoint, map};

    #[test]
    fn a_crop_and_its_place_by_hand() {
        let x = map((3, 4, 1), 1);
        let y = crop(&x, (1, 2), (2, 1));
        assert_eq!(y.data, [x.at(1, 2, 0), x.at(2, 2, 0)]);
        let dx = crop_adjoint(&Map::new((1, 1, 1), vec![7.0]), (0, 1), (2, 2));
        assert_eq!(dx.data, [0.0, 7.0, 0.0, 0.0]);
    }

    #[test]
    fn positive_shifts_move_down_and_right_and_zeros_enter() {
        let x = Map::new((2, 2, 1), vec![1.0, 2.0, 3.0, 4.0]);
        assert_eq!(shift(&x, (1, 0)).data, [0.0, 0.0, 1.0, 2.0]);
        assert_eq!(shift(&x, (0, 1)).data, [0.0, 1.0, 0.0, 3.0]);
        assert_eq!(shift(&x, (-1, -1)).data, [4.0, 0.0, 0.0, 0.0]);
        assert_eq!(shift(&x, (5, 0)).data, [0.0; 4]);
    }

    #[test]
    fn the_adjoints_are_the_transposes() {
        let x = map((5, 6, 2), 1);
        for offset in [(0, 0), (2, 1), (-1, 3), (-4, -5)] {
            let dy = map((5, 6, 2), 3);
            let (y, dx) = (shift(&x, offset), shift_adjoint(&dy, offset));
            assert_adjoint((&y.data, &dy.data), (&x.data, &dx.data), 1.0);
        }
        let dy = map((2, 3, 2), 3);
        let (y, dx) = (crop(&x, (1, 2), (2, 3)), crop_adjoint(&dy, (1, 2), (5, 6)));
        assert_adjoint((&y.data, &dy.data), (&x.data, &dx.data), 1.0);
    }

    #[test]
    #[should_panic(expected = "outside a map")]
    fn a_crop_beyond_the_edge_is_refused() {
        crop(&Map::zeros((3, 3, 1)), (2, 0), (2, 1));
    }
}
