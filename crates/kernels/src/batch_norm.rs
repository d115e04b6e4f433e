//! Batch norm with fixed statistics, as one scale and one shift a channel.
//!
//! `gamma (x - mean) / sqrt(variance + epsilon) + beta = x scale + shift`. The multiplication itself is
//! [`crate::elementwise::scale_and_shift`], or the epilogue of a convolution.

use crate::elementary::single;

/// The trained parameters and statistics of a batch norm, one value a channel each.
#[derive(Clone, Copy, Debug)]
pub struct BatchNormStatistics<'a> {
    /// What the normalised value is multiplied by: torchvision's `weight`.
    pub gamma: &'a [f32],
    /// What is then added: torchvision's `bias`.
    pub beta: &'a [f32],
    /// The running mean.
    pub mean: &'a [f32],
    /// The running variance, biased or not as it was trained.
    pub variance: &'a [f32],
    /// What keeps the root from zero: 1e-5 in the ResNets.
    pub epsilon: f64,
}

impl BatchNormStatistics<'_> {
    /// `scale = gamma / sqrt(variance + epsilon)` and `shift = beta - mean scale`, in double precision, each rounded
    /// once.
    ///
    /// A variance below minus epsilon gives NaN.
    ///
    /// # Panics
    /// If the four have not the same length.
    ///
    /// # Example
    /// ```
    /// use kernels::batch_norm::BatchNormStatistics;
    ///
    /// let statistics =
    ///     BatchNormStatistics { gamma: &[6.0], beta: &[1.0], mean: &[5.0], variance: &[3.0], epsilon: 1.0 };
    /// // 6 / sqrt(3 + 1), and 1 - 5 x 3.
    /// assert_eq!(statistics.scale_and_shift(), (vec![3.0], vec![-14.0]));
    /// ```
    pub fn scale_and_shift(&self) -> (Vec<f32>, Vec<f32>) {
        let channels = self.gamma.len();
        assert!(
            [self.beta, self.mean, self.variance].iter().all(|values| values.len() == channels),
            "a gamma, beta, mean and variance for each channel"
        );
        (0..channels)
            .map(|c| {
                let scale = f64::from(self.gamma[c]) / (f64::from(self.variance[c]) + self.epsilon).sqrt();
                let shift = f64::from(self.beta[c]) - f64::from(self.mean[c]) * scale;
                (single(scale), single(shift))
            })
            .unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::BatchNormStatistics;

    #[test]
    fn scale_and_shift_are_those_computed_by_hand() {
        let statistics = BatchNormStatistics {
            gamma: &[6.0, -1.0],
            beta: &[1.0, 0.0],
            mean: &[5.0, 2.0],
            variance: &[3.0, 0.0],
            epsilon: 1.0,
        };
        // 6 / sqrt(4) = 3 and 1 - 5 x 3 = -14; -1 / 1 = -1 and 0 + 2.
        assert_eq!(statistics.scale_and_shift(), (vec![3.0, -1.0], vec![-14.0, 2.0]));
    }

    #[test]
    #[should_panic(expected = "for each channel")]
    fn statistics_of_different_lengths_are_refused() {
        let short = BatchNormStatistics { gamma: &[1.0], beta: &[], mean: &[0.0], variance: &[1.0], epsilon: 0.0 };
        let _ = short.scale_and_shift();
    }
}
