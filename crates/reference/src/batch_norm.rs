//! Batch norm with the statistics of training, and its gradient.

use crate::Map;

/// The parameters of a batch norm, one of each a channel, and epsilon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNorm<'a> {
    /// The scale.
    pub gamma: &'a [f64],
    /// The offset.
    pub beta: &'a [f64],
    /// The running mean.
    pub mean: &'a [f64],
    /// The running variance.
    pub variance: &'a [f64],
    /// Added to the variance.
    pub epsilon: f64,
}

/// `y[.., c] = (x[.., c] - mean[c]) / sqrt(variance[c] + epsilon) * gamma[c] + beta[c]`, PyTorch's formula in
/// evaluation mode.
///
/// # Panics
/// If a parameter is missing for a channel.
///
/// # Example
/// ```
/// use reference::{BatchNorm, Map, batch_norm};
///
/// let norm = BatchNorm { gamma: &[6.0], beta: &[1.0], mean: &[5.0], variance: &[3.0], epsilon: 1.0 };
/// let x = Map::new((1, 2, 1), vec![5.0, 7.0]);
/// // (7 - 5) / sqrt(3 + 1) = 1, times 6, plus 1.
/// assert_eq!(batch_norm(&x, norm).data, [1.0, 7.0]);
/// ```
pub fn batch_norm(x: &Map, norm: BatchNorm<'_>) -> Map {
    Map::from_fn(x.shape(), |i, j, c| {
        let deviation = (norm.variance[c] + norm.epsilon).sqrt();
        (x.at(i, j, c) - norm.mean[c]) / deviation * norm.gamma[c] + norm.beta[c]
    })
}

/// `dx[.., c] = dy[.., c] gamma[c] / sqrt(variance[c] + epsilon)`.
///
/// # Panics
/// If a parameter is missing for a channel.
pub fn batch_norm_gradient(dy: &Map, norm: BatchNorm<'_>) -> Map {
    Map::from_fn(dy.shape(), |i, j, c| dy.at(i, j, c) * norm.gamma[c] / (norm.variance[c] + norm.epsilon).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, map};

    const NORM: BatchNorm<'_> = BatchNorm {
        gamma: &[1.5, -0.5],
        beta: &[0.25, 2.0],
        mean: &[0.5, -1.0],
        variance: &[2.0, 0.25],
        epsilon: 1e-5,
    };

    #[test]
    fn values_and_gradient_equal_pytorch() {
        let y = batch_norm(&map((1, 2, 2), 1), NORM);
        assert_close(&y.data, &[-0.2803287600696678, 4.99994000179994, 2.9016438003483387, 2.0]);
        let dx = batch_norm_gradient(&map((1, 2, 2), 3), NORM);
        assert_close(&dx.data, &[-1.0606575201393356, 4.999900002999899, 2.121315040278671, 1.9999600011999599]);
    }

    #[test]
    fn the_mean_becomes_beta_and_a_deviation_gamma() {
        let norm = BatchNorm { variance: &[4.0, 0.25], epsilon: 0.0, ..NORM };
        let x = Map::new((2, 1, 2), vec![0.5, -1.0, 2.5, -0.5]);
        assert_eq!(batch_norm(&x, norm).data, [0.25, 2.0, 1.75, 1.5]);
    }
}
