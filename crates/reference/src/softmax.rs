//! Probabilities from logits.

/// `y[i] = exp(x[i] - m) / sum over j of exp(x[j] - m)` with m the maximum: `[n] -> [n]`.
///
/// # Example
/// ```
/// assert_eq!(reference::softmax(&[7.0; 4]), [0.25; 4]);
/// ```
pub fn softmax(x: &[f64]) -> Vec<f64> {
    let maximum = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<f64> = x.iter().map(|x| (x - maximum).exp()).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.iter().map(|e| e / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;

    #[test]
    fn equals_pytorch_for_small_and_large_logits() {
        assert_close(
            &softmax(&[1.0, 2.0, -1.0, 2.0]),
            &[0.1521630215416033, 0.4136219764199625, 0.02059302561847168, 0.4136219764199625],
        );
        assert_close(&softmax(&[1000.0, 1001.0, -1000.0]), &[0.26894142136999516, 0.7310585786300049, 0.0]);
    }

    #[test]
    fn one_nan_makes_all_nan() {
        assert!(softmax(&[1.0, f64::NAN]).iter().all(|p| p.is_nan()));
    }
}
