//! The softmax of a vector of logits.

use crate::elementary::exp;
use crate::isa::{Isa, per_isa};

/// `y[i] = exp(x[i] - max x) / sum_j exp(x[j] - max x)`, `[n] -> [n]`.
///
/// The sum is one chain over j ascending. A NaN among the logits, or an infinite maximum, makes every result NaN.
///
/// # Panics
/// If the lengths differ.
///
/// # Example
/// ```
/// use kernels::Isa;
/// use kernels::softmax::softmax;
///
/// let mut y = [0.0; 3];
/// softmax(Isa::best(), &[f32::NEG_INFINITY, 2.0, 2.0], &mut y);
/// assert_eq!(y, [0.0, 0.5, 0.5]);
/// ```
pub fn softmax(isa: Isa, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "logits and probabilities of a softmax");
    softmax_values(isa, x, y);
}

per_isa! {
    fn softmax_values(x: &[f32], y: &mut [f32]) {
        let largest = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for (y, x) in y.iter_mut().zip(x) {
            *y = exp(x - largest);
        }
        let sum: f32 = y.iter().fold(0.0, |sum, y| sum + y);
        for y in y.iter_mut() {
            *y /= sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::softmax;
    use crate::Isa;

    fn of(x: &[f32]) -> Vec<f32> {
        let mut y = vec![f32::NAN; x.len()];
        softmax(Isa::best(), x, &mut y);
        y
    }

    #[test]
    fn equal_logits_share_the_whole() {
        assert_eq!(of(&[300.0; 4]), [0.25; 4]);
        assert_eq!(of(&[-1e30]), [1.0]);
        assert_eq!(of(&[]), []);
    }

    #[test]
    fn a_logit_of_minus_infinity_has_no_probability() {
        assert_eq!(of(&[f32::NEG_INFINITY, 2.0, 2.0]), [0.0, 0.5, 0.5]);
    }

    #[test]
    fn nan_in_is_nan_everywhere_out() {
        for x in [[1.0, f32::NAN, 2.0], [f32::INFINITY, 0.0, 1.0], [f32::NEG_INFINITY; 3]] {
            assert!(of(&x).iter().all(|y| y.is_nan()), "{x:?}");
        }
    }
}
