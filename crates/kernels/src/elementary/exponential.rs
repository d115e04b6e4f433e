//! The exponential, in single precision.
//!
//! `exp x = 2^k exp r` with `k = round(x / ln 2)` and `r = x - k ln 2`, so `|r| <= ln(2) / 2` but for rounding. `ln 2`
//! is split in two (Cody and Waite), so that `r` is exact to more than single precision; `exp r` is the polynomial of
//! Moshier's Cephes library (`expf.c`), evaluated in fused multiply-adds. There are no branches: a loop over a slice is
//! vectorised.

/// Arguments above give infinity: `ln(2^128)` is 88.72.
const OVERFLOW: f32 = 89.0;
/// Arguments below give zero: `ln(2^-150)`, half the smallest number above zero, is -103.97.
const UNDERFLOW: f32 = -104.0;
/// 1.5 x 2^23: what is added to it loses its fraction, rounded to nearest, and stands in the last bits of the sum.
const ROUND_TO_INTEGER: f32 = 12_582_912.0;
/// The first bits of ln 2: few, so that `k LN_2_HIGH` is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
/// `ln 2 - LN_2_HIGH`.
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// Coefficients of `(exp r - 1 - r) / r^2` in powers of r, highest first.
const POLYNOMIAL: [f32; 6] = [1.987_569_1e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1];

/// `e^x`, within 1.011 ULP, and within 1 of all but 22 arguments; infinity above 88.72, zero below -103.97, denormal between that and -87.34; NaN for NaN.
///
/// # Example
/// ```
/// use kernels::elementary::exp;
///
/// assert_eq!(exp(0.0), 1.0);
/// assert_eq!(exp(1.0), 2.718_281_7);
/// assert_eq!(exp(f32::NEG_INFINITY), 0.0);
/// ```
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Written as comparisons, which NaN fails: it stays.
    let x = if x > OVERFLOW { OVERFLOW } else { x };
    let x = if x < UNDERFLOW { UNDERFLOW } else { x };
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND_TO_INTEGER);
    let k = shifted - ROUND_TO_INTEGER;
    let r = k.mul_add(-LN_2_LOW, k.mul_add(-LN_2_HIGH, x));
    let mut quotient = POLYNOMIAL[0];
    for coefficient in &POLYNOMIAL[1..] {
        quotient = quotient.mul_add(r, *coefficient);
    }
    let mantissa = quotient.mul_add(r * r, r) + 1.0;
    // 2^k is multiplied in two halves, both of which are normal numbers even where 2^k is not; only the second may
    // round.
    let k = shifted.to_bits().wrapping_sub(ROUND_TO_INTEGER.to_bits()).cast_signed();
    let half = k >> 1;
    mantissa * power_of_two(half) * power_of_two(k.wrapping_sub(half))
}

/// `2^k` for `k` in -126..=127; meaningless, but defined, elsewhere.
#[inline(always)]
fn power_of_two(k: i32) -> f32 {
    f32::from_bits(k.wrapping_add(127).cast_unsigned() << 23)
}

#[cfg(test)]
mod tests {
    use super::exp;

    /// The distance of `found` from `exact` in units of the last place of `exact` as a single.
    fn ulps(found: f32, exact: f64) -> f64 {
        let exponent = exact.abs().log2().floor().max(-126.0);
        (f64::from(found) - exact).abs() / (exponent - 23.0).exp2()
    }

    #[test]
    fn exp_is_within_one_ulp_on_a_dense_sample() {
        // Every 509th of the 2.2e9 singles from -103.9 to 88.72.
        let mut worst = (0.0, 0.0);
        for bits in (0..u32::MAX / 509).map(|i| i * 509) {
            let x = f32::from_bits(bits);
            if (-103.9..=88.72).contains(&x) {
                let error = ulps(exp(x), f64::from(x).exp());
                if error > worst.0 {
                    worst = (error, x);
                }
            }
        }
        assert!(worst.0 > 0.4 && worst.0 <= 1.0, "{} ULP at {}", worst.0, worst.1);
    }

    #[test]
    fn the_ends_overflow_and_underflow_as_ieee_would() {
        assert_eq!(exp(0.0).to_bits(), 1.0_f32.to_bits());
        assert_eq!(exp(-0.0).to_bits(), 1.0_f32.to_bits());
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp(f32::NEG_INFINITY).to_bits(), 0);
        assert_eq!(exp(88.8), f32::INFINITY);
        assert!(exp(88.72).is_finite());
        assert_eq!(exp(-104.0), 0.0);
        assert_eq!(exp(-103.9), f32::from_bits(1));
        assert_eq!(exp(f32::MIN), 0.0);
        assert!(exp(f32::NAN).is_nan());
        assert_eq!(exp(f32::from_bits(1)), 1.0);
    }
}
