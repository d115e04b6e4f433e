//! The exponential and the logistic function.

/// `e^x`, by the standard library.
pub fn exp(x: f64) -> f64 {
    x.exp()
}

/// `1 / (1 + e^-x)`.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `dx = dy y (1 - y)` for `y = sigmoid(x)`, with `1 - y` computed as `sigmoid(-x)` so that it keeps its digits.
pub fn sigmoid_gradient(x: f64, dy: f64) -> f64 {
    dy * sigmoid(x) * sigmoid(-x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;

    #[test]
    fn values_equal_pytorch() {
        let y = [-40.0, -1.0, 0.0, 0.5, 3.0].map(sigmoid);
        assert_close(&y, &[4.248354255291589e-18, 0.2689414213699951, 0.5, 0.6224593312018546, 0.9525741268224334]);
        assert!(y[0] > 0.0);
        assert_close(&[-1.0, 0.5, 3.0].map(exp), &[0.36787944117144233, 1.6487212707001282, 20.085536923187668]);
    }

    #[test]
    fn ends_and_nan() {
        assert_eq!((sigmoid(f64::INFINITY), sigmoid(f64::NEG_INFINITY)), (1.0, 0.0));
        assert!(sigmoid(f64::NAN).is_nan() && exp(f64::NAN).is_nan());
    }

    #[test]
    fn the_gradient_is_the_limit_of_differences() {
        let step = 2_f64.powi(-17);
        for x in [-3.0, -0.5, 0.0, 1.25, 4.0] {
            let difference = (sigmoid(x + step) - sigmoid(x - step)) / (2.0 * step);
            // The third derivative is at most 1/8, so truncation is below step^2 / 48; each sigmoid is within 2^-52, so
            // rounding is below 2^-52 / step.
            let bound = step * step / 48.0 + 2_f64.powi(-52) / step;
            assert!((sigmoid_gradient(x, 1.0) - difference).abs() <= bound, "at {x}");
        }
    }
}
