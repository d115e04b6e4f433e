//! Max pooling and its gradient.

use crate::{Map, Sliding};

/// `y[i, j, c] = max over ky, kx of x[i s + ky - top, j s' + kx - left, c]`, minus infinity outside the map:
/// `[H, W, C] -> [H', W', C]`. A NaN is greater than every number.
///
/// # Panics
/// If a size of the window or a step is zero.
///
/// # Example
/// ```
/// use reference::{Map, Padding, Sliding, max_pool};
///
/// let x = Map::new((2, 4, 1), vec![1.0, 2.0, 0.0, 7.0, 4.0, 3.0, 5.0, 6.0]);
/// let pairs = Sliding { kernel: (2, 2), stride: (2, 2), padding: Padding::default() };
/// assert_eq!(max_pool(&x, pairs).data, [4.0, 7.0]);
/// ```
pub fn max_pool(x: &Map, sliding: Sliding) -> Map {
    let (height, width) = sliding.output_size(x.height, x.width);
    Map::from_fn((height, width, x.channels), |i, j, c| {
        maximum(x, sliding, (i, j), c).map_or(f64::NEG_INFINITY, |(row, column)| x.at(row, column, c))
    })
}

/// The gradient of [`max_pool`]: each dy is added where the first maximum of its window in row-major order is, and
/// where there are NaNs at the last of them, as PyTorch does it. A window of nothing but padding gives nothing.
///
/// # Panics
/// If `dy` has not the shape of the output.
pub fn max_pool_gradient(x: &Map, dy: &Map, sliding: Sliding) -> Map {
    let (height, width) = sliding.output_size(x.height, x.width);
    assert_eq!(dy.shape(), (height, width, x.channels), "the gradient of a max pool's output");
    let mut dx = Map::zeros(x.shape());
    for i in 0..height {
        for j in 0..width {
            for c in 0..x.channels {
                if let Some((row, column)) = maximum(x, sliding, (i, j), c) {
                    *dx.at_mut(row, column, c) += dy.at(i, j, c);
                }
            }
        }
    }
    dx
}

/// Row and column of the maximum that an output sees, or `None` where it sees only padding.
fn maximum(x: &Map, sliding: Sliding, output: (usize, usize), c: usize) -> Option<(usize, usize)> {
    let mut place: Option<(usize, usize)> = None;
    for ky in 0..sliding.kernel.0 {
        for kx in 0..sliding.kernel.1 {
            let row = (output.0 * sliding.stride.0 + ky).checked_sub(sliding.padding.top);
            let column = (output.1 * sliding.stride.1 + kx).checked_sub(sliding.padding.left);
            let (Some(row), Some(column)) = (row, column) else {
                continue;
            };
            if row >= x.height || column >= x.width {
                continue;
            }
            let value = x.at(row, column, c);
            if place.is_none_or(|(row, column)| value > x.at(row, column, c)) || value.is_nan() {
                place = Some((row, column));
            }
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Padding;
    use crate::testing::map;

    fn square(kernel: usize, stride: usize, padding: usize) -> Sliding {
        Sliding { kernel: (kernel, kernel), stride: (stride, stride), padding: Padding::all(padding) }
    }

    #[test]
    fn values_and_gradient_equal_pytorch() {
        let x = map((5, 4, 2), 1);
        let y = max_pool(&x, square(3, 2, 1));
        let expected = [4.0, 0.0, 4.0, 5.0, 5.0, 2.0, 5.0, 5.0, 4.0, 3.0, 2.0, 5.0];
        assert_eq!((y.shape(), &y.data[..]), ((3, 2, 2), &expected[..]));
        let dx = max_pool_gradient(&x, &map((3, 2, 2), 3), square(3, 2, 1));
        let expected = [
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -2.0, 0.0, 0.0, 1.0, -5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0,
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, -4.0, 0.0, 0.0, 3.0, 0.0,
        ];
        assert_eq!(dx.data, expected);
    }

    #[test]
    fn the_first_of_equal_maxima_takes_the_gradient() {
        let x = Map::new((2, 3, 1), vec![1.0, 7.0, 7.0, 7.0, 0.0, 7.0]);
        let dy = Map::new((1, 2, 1), vec![1.0, 10.0]);
        let dx = max_pool_gradient(&x, &dy, square(2, 1, 0));
        assert_eq!(dx.data, [0.0, 11.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn nan_propagates_and_its_last_place_takes_the_gradient_as_in_pytorch() {
        let nan = f64::NAN;
        let x = Map::new((2, 3, 1), vec![1.0, nan, 2.0, nan, 3.0, 3.0]);
        assert!(max_pool(&x, square(2, 1, 0)).data.iter().all(|y| y.is_nan()));
        let dy = Map::new((1, 2, 1), vec![1.0, 10.0]);
        let dx = max_pool_gradient(&x, &dy, square(2, 1, 0));
        assert_eq!(dx.data, [0.0, 10.0, 0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn a_window_of_padding_alone_is_minus_infinity_and_passes_nothing_back() {
        let x = Map::new((1, 1, 1), vec![-3.0]);
        let y = max_pool(&x, square(1, 1, 1));
        assert_eq!(y.data.iter().filter(|&&y| y == f64::NEG_INFINITY).count(), 8);
        assert_eq!(y.at(1, 1, 0), -3.0);
        let dx = max_pool_gradient(&x, &map((3, 3, 1), 2), square(1, 1, 1));
        assert_eq!(dx.data, [map((3, 3, 1), 2).at(1, 1, 0)]);
    }
}
