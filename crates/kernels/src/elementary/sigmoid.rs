//! The logistic sigmoid and its derivative, in single precision.

use super::exp;

/// `1 / (1 + exp(-x))`, within 3 ULP, never outside `[0, 1]`; NaN for NaN.
///
/// With `e = exp(-|x|)`: `1 / (1 + e)` for `x >= 0`, `e / (1 + e)` below, so that nothing overflows and small results
/// keep their precision down to the denormals. ULP: about 1 of `exp`, 1/2 of the sum, 1/2 of the quotient, and 1 because
/// an operand's ULP may be two of the result's; the largest of all 2^32 arguments is 2.4.
///
/// # Example
/// ```
/// use kernels::elementary::sigmoid;
///
/// assert_eq!(sigmoid(0.0), 0.5);
/// assert_eq!(sigmoid(40.0), 1.0);
/// assert!(sigmoid(-100.0) > 0.0);
/// ```
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let e = exp(-x.abs());
    let numerator = if x < 0.0 { e } else { 1.0 };
    numerator / (1.0 + e)
}

/// The gradient through a sigmoid with output `s`: `dy (1 - s) s`, in this order.
#[inline(always)]
pub fn sigmoid_gradient(s: f32, dy: f32) -> f32 {
    dy * (1.0 - s) * s
}

#[cfg(test)]
mod tests {
    use super::{sigmoid, sigmoid_gradient};

    #[test]
    fn sigmoid_is_within_three_ulp_and_never_falls_on_a_dense_sample() {
        // Every 997th single from -103.5 to 20: 1.1 million numbers below zero, in rising order, and as many above.
        let (mut previous, mut worst) = (0.0_f32, 0.0_f64);
        let below = (0..=(103.5_f32.to_bits() / 997)).rev().map(|i| -f32::from_bits(i * 997));
        let above = (0..=(20.0_f32.to_bits() / 997)).map(|i| f32::from_bits(i * 997));
        for x in below.chain(above) {
            let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
            let found = sigmoid(x);
            let ulp = (exact.log2().floor().max(-126.0) - 23.0).exp2();
            worst = worst.max((f64::from(found) - exact).abs() / ulp);
            assert!(found >= previous && found <= 1.0, "sigmoid({x}) = {found} after {previous}");
            previous = found;
        }
        assert!(worst <= 3.0, "{worst} ULP");
    }

    #[test]
    fn it_saturates_at_zero_and_one() {
        assert_eq!(sigmoid(0.0), 0.5);
        assert_eq!(sigmoid(f32::INFINITY), 1.0);
        assert_eq!(sigmoid(40.0), 1.0);
        assert_eq!(sigmoid(f32::NEG_INFINITY), 0.0);
        assert!(sigmoid(-100.0) > 0.0);
        assert!(sigmoid(f32::NAN).is_nan());
    }

    #[test]
    fn the_gradient_vanishes_where_the_output_is_saturated() {
        assert_eq!(sigmoid_gradient(0.5, 8.0), 2.0);
        assert_eq!(sigmoid_gradient(1.0, 3.0), 0.0);
        assert_eq!(sigmoid_gradient(0.0, 3.0), 0.0);
    }
}
