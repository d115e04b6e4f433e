//! Colors: the correlation of natural images' channels, and the normalisation that networks expect.

use crate::Map;

/// Lucid's color correlation (its square root, rows R, G, B), divided by the largest norm of a column.
pub fn color_correlation() -> [[f64; 3]; 3] {
    let matrix = [[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]];
    let mut largest: f64 = 0.0;
    for column in 0..3 {
        let mut squares: f64 = 0.0;
        for row in matrix {
            squares += row[column] * row[column];
        }
        largest = largest.max(squares.sqrt());
    }
    matrix.map(|row| row.map(|value| value / largest))
}

/// `y[.., r] = sum over c of matrix[r][c] x[.., c]` at every pixel: `[H, W, 3] -> [H, W, 3]`.
///
/// # Panics
/// If the map has not three channels.
///
/// # Example
/// ```
/// use reference::{Map, mix_colors};
///
/// let x = Map::new((1, 1, 3), vec![1.0, 2.0, 3.0]);
/// let matrix = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0]];
/// assert_eq!(mix_colors(&x, matrix).data, [2.0, 1.0, 6.0]);
/// ```
pub fn mix_colors(x: &Map, matrix: [[f64; 3]; 3]) -> Map {
    assert_eq!(x.channels, 3, "channels of a picture");
    Map::from_fn(x.shape(), |i, j, r| (0..3).map(|c| matrix[r][c] * x.at(i, j, c)).sum())
}

/// The adjoint of [`mix_colors`]: `dx[.., c] = sum over r of matrix[r][c] dy[.., r]`.
///
/// # Panics
/// If the map has not three channels.
pub fn mix_colors_adjoint(dy: &Map, matrix: [[f64; 3]; 3]) -> Map {
    assert_eq!(dy.channels, 3, "channels of a picture");
    Map::from_fn(dy.shape(), |i, j, c| (0..3).map(|r| matrix[r][c] * dy.at(i, j, r)).sum())
}

/// `y[.., c] = (x[.., c] - mean[c]) / deviation[c]`.
///
/// # Panics
/// If a channel has no mean or deviation.
///
/// # Example
/// ```
/// use reference::{Map, normalise};
///
/// let pixel = Map::new((1, 1, 3), vec![1.0, 0.25, 0.5]);
/// assert_eq!(normalise(&pixel, &[0.5; 3], &[0.5, 0.25, 0.125]).data, [1.0, -1.0, 0.0]);
/// ```
pub fn normalise(x: &Map, mean: &[f64], deviation: &[f64]) -> Map {
    Map::from_fn(x.shape(), |i, j, c| (x.at(i, j, c) - mean[c]) / deviation[c])
}

/// `dx[.., c] = dy[.., c] / deviation[c]`.
///
/// # Panics
/// If a channel has no deviation.
pub fn normalise_gradient(dy: &Map, deviation: &[f64]) -> Map {
    Map::from_fn(dy.shape(), |i, j, c| dy.at(i, j, c) / deviation[c])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_adjoint, assert_close, map};

    #[test]
    fn the_correlation_and_its_product_equal_numpy() {
        let expected = [
            0.5628285773640647,
            0.19482527677986852,
            0.0432945059510819,
            0.5844758303396056,
            0.0,
            -0.10823626487770474,
            0.5844758303396056,
            -0.19482527677986852,
            0.06494175892662284,
        ];
        assert_close(color_correlation().as_flattened(), &expected);
        let y = mix_colors(&map((1, 2, 3), 1), color_correlation());
        assert_close(
            &y.data,
            &[
                -0.6494175892662284,
                -0.3247087946331142,
                0.9741263838993426,
                -1.4503659493612435,
                -0.8009483600950151,
                0.5195340714129827,
            ],
        );
    }

    #[test]
    fn the_adjoint_is_the_transpose() {
        let (x, dy) = (map((3, 2, 3), 1), map((3, 2, 3), 4));
        let y = mix_colors(&x, color_correlation());
        let dx = mix_colors_adjoint(&dy, color_correlation());
        assert_adjoint((&y.data, &dy.data), (&x.data, &dx.data), 1.0);
    }

    #[test]
    fn imagenet_normalisation_equals_pytorch() {
        let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
        let x = Map::new((1, 1, 3), vec![0.5, 0.25, 1.0]);
        let y = normalise(&x, &mean, &deviation);
        assert_close(&y.data, &[0.06550218340611359, -0.9196428571428572, 2.6399999999999997]);
        let dx = normalise_gradient(&Map::new((1, 1, 3), vec![0.229, -0.448, 0.0]), &deviation);
        assert_eq!(dx.data, [1.0, -2.0, 0.0]);
    }
}
