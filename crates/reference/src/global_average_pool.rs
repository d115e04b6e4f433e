//! The mean of each channel and its gradient.

use crate::Map;

/// `y[c] = sum over rows and columns of x[.., c], divided by H W`: `[H, W, C] -> [C]`.
pub fn global_average_pool(x: &Map) -> Vec<f64> {
    let mut means = Vec::with_capacity(x.channels);
    for c in 0..x.channels {
        let mut sum = 0.0;
        for i in 0..x.height {
            for j in 0..x.width {
                sum += x.at(i, j, c);
            }
        }
        means.push(sum / (x.height * x.width) as f64);
    }
    means
}

/// `dx[.., c] = dy[c] / (H W)` for a map of `size` (H, W): `[C] -> [H, W, C]`.
pub fn global_average_pool_gradient(dy: &[f64], size: (usize, usize)) -> Map {
    Map::from_fn((size.0, size.1, dy.len()), |_, _, c| dy[c] / (size.0 * size.1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_adjoint, map};

    #[test]
    fn the_mean_of_each_channel_by_hand() {
        let x = Map::new((1, 2, 2), vec![1.0, -4.0, 2.0, 8.0]);
        assert_eq!(global_average_pool(&x), [1.5, 2.0]);
        let dx = global_average_pool_gradient(&[1.0, -2.0], (1, 2));
        assert_eq!(dx.data, [0.5, -1.0, 0.5, -1.0]);
    }

    #[test]
    fn the_gradient_is_the_adjoint() {
        let (x, dy) = (map((3, 5, 2), 1), [2.0, -3.0]);
        let dx = global_average_pool_gradient(&dy, (3, 5));
        assert_adjoint((&global_average_pool(&x), &dy), (&x.data, &dx.data), 1.0);
    }
}
