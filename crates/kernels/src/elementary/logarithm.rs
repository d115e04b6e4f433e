//! The natural logarithm, in double precision.
//!
//! The method and constants of Sun's fdlibm (`e_log.c`): `x = 2^k (1 + f)` with `1 + f` between `sqrt(2) / 2` and `sqrt
//! 2`; with `s = f / (2 + f)`, `ln(1 + f) = 2 s + s R(s^2)`, R a minimax polynomial; `ln 2` in two parts.

/// The first bits of ln 2: `k LN_2_HIGH` is exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
/// `ln 2 - LN_2_HIGH`.
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Coefficients of R in powers of `s^2`, from the first, lowest first (fdlibm Lg1 to Lg7).
const POLYNOMIAL: [f64; 7] = [
    0.666_666_666_666_673_5,
    0.399_999_999_994_094_2,
    0.285_714_287_436_623_9,
    0.222_221_984_321_497_84,
    0.181_835_721_616_180_5,
    0.153_138_376_992_093_73,
    0.147_981_986_051_165_86,
];
/// 2^54, which makes a denormal normal.
const DENORMAL_SCALE: f64 = 18_014_398_509_481_984.0;
const MANTISSA_BITS: u32 = 52;
const MANTISSA: u64 = (1 << MANTISSA_BITS) - 1;
const EXPONENT_OF_ONE: u64 = 1023 << MANTISSA_BITS;

/// `ln x`, within 2 ULP; minus infinity at zero, NaN below, exact at 1.
pub fn ln(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x == f64::INFINITY {
        return x;
    }
    let (k, f) = reduce(x);
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let r = z * POLYNOMIAL.iter().rev().fold(0.0, |sum: f64, &c| sum.mul_add(z, c));
    // The small parts first, the large ones last.
    let low = s.mul_add(half_square + r, k * LN_2_LOW);
    k * LN_2_HIGH - ((half_square - low) - f)
}

/// `(k, f)` with `x = 2^k (1 + f)` and `1 + f` in `[sqrt(2) / 2, sqrt 2)`.
fn reduce(x: f64) -> (f64, f64) {
    let (normal, shift) = if x < f64::MIN_POSITIVE { (x * DENORMAL_SCALE, 54.0) } else { (x, 0.0) };
    let bits = normal.to_bits();
    // At most 2046: exact.
    let exponent = (bits >> MANTISSA_BITS) as f64 - 1023.0 - shift;
    let mantissa = f64::from_bits((bits & MANTISSA) | EXPONENT_OF_ONE);
    if mantissa < std::f64::consts::SQRT_2 {
        (exponent, mantissa - 1.0)
    } else {
        (exponent + 1.0, 0.5 * mantissa - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ln;

    #[test]
    fn ln_is_within_two_ulp_of_the_library_on_a_dense_sample() {
        // The library is itself within one ULP. 400,000 numbers: every exponent, and closely around 1.
        let every_exponent = (0..200_000_u64).map(|i| f64::from_bits(i * 46_116_860_141_327));
        let around_one = (0..200_000_u32).map(|i| 0.5 + f64::from(i) * 1e-5 + 1e-13);
        for x in every_exponent.chain(around_one).filter(|x| *x > 0.0) {
            let (found, expected) = (ln(x), x.ln());
            let ulp = (expected.abs().log2().floor() - 52.0).exp2();
            assert!((found - expected).abs() <= 3.0 * ulp, "ln {x:e}: {found} or {expected}");
        }
    }

    #[test]
    fn special_values_follow_ieee() {
        assert_eq!(ln(1.0).to_bits(), 0);
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert_eq!(ln(-0.0), f64::NEG_INFINITY);
        assert_eq!(ln(f64::INFINITY), f64::INFINITY);
        assert!(ln(-1.0).is_nan() && ln(f64::NAN).is_nan());
        assert_eq!(ln(2.0), std::f64::consts::LN_2);
    }

    #[test]
    fn powers_of_two_down_to_the_smallest_denormal_are_multiples_of_ln_two() {
        for k in -1074..=1023_i32 {
            let x = if k < -1022 {
                f64::from_bits(1 << (k + 1074))
            } else {
                f64::from_bits(u64::from((k + 1023).unsigned_abs()) << 52)
            };
            let expected = f64::from(k) * std::f64::consts::LN_2;
            // ln 2 as a double and the product are each half an ULP off, the function another 2.
            assert!((ln(x) - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(), "ln 2^{k}");
        }
    }
}
