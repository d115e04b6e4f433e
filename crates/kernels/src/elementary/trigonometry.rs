//! Cosine and sine of a fraction of a turn, in f64.
//!
//! The fraction is reduced to an eighth of a turn in integers, which is exact; the polynomials on `[0, pi/4]` are those
//! of Sun's fdlibm (`k_cos.c`, `k_sin.c`), evaluated in fused multiply-adds. Nothing here calls a mathematical library.

use std::f64::consts::FRAC_PI_4;

/// Coefficients of `(sin x - x) / x^3` in powers of `x^2` (fdlibm `k_sin.c`, S1 to S6).
const SINE: [f64; 6] = [
    -1.666_666_666_666_663_2e-1,
    8.333_333_333_322_49e-3,
    -1.984_126_982_985_795e-4,
    2.755_731_370_707_006_8e-6,
    -2.505_076_025_340_686_3e-8,
    1.589_690_995_211_55e-10,
];

/// Coefficients of `(cos x - 1 + x^2 / 2) / x^4` in powers of `x^2` (fdlibm `k_cos.c`, C1 to C6).
const COSINE: [f64; 6] = [
    4.166_666_666_666_66e-2,
    -1.388_888_888_887_411e-3,
    2.480_158_728_947_673e-5,
    -2.755_731_435_139_066_3e-7,
    2.087_572_321_298_175e-9,
    -1.135_964_755_778_819_5e-11,
];

/// `(cos, sin)` of `2 pi numerator / denominator`, each within 2 ULP, and exact at every quarter turn.
///
/// # Panics
/// If the denominator is zero.
///
/// # Example
/// ```
/// use kernels::elementary::cos_sin_fraction;
///
/// assert_eq!(cos_sin_fraction(90, 360), (0.0, 1.0));
/// assert_eq!(cos_sin_fraction(1, 2), (-1.0, 0.0));
/// assert!((cos_sin_fraction(1, 6).0 - 0.5).abs() < 1e-15);
/// ```
pub fn cos_sin_fraction(numerator: i64, denominator: u64) -> (f64, f64) {
    assert!(denominator > 0, "a fraction of a turn needs a denominator above zero");
    let turn = i128::from(denominator);
    let eighths = i128::from(numerator).rem_euclid(turn) * 8;
    let (octant, remainder) = (eighths / turn, eighths % turn);
    // Odd octants are measured back from their end, so that the angle stays within [0, pi/4].
    let part = if octant % 2 == 0 { remainder } else { turn - remainder };
    let (cosine, sine) = first_octant(ratio(part, turn) * FRAC_PI_4);
    match octant {
        0 => (cosine, sine),
        1 => (sine, cosine),
        2 => (-sine, cosine),
        3 => (-cosine, sine),
        4 => (-cosine, -sine),
        5 => (-sine, -cosine),
        6 => (sine, -cosine),
        _ => (cosine, -sine),
    }
}

#[expect(clippy::cast_precision_loss, reason = "both are rounded once, to 53 bits, before they are divided")]
fn ratio(part: i128, whole: i128) -> f64 {
    part as f64 / whole as f64
}

/// `(cos x, sin x)` for x in `[0, pi/4]`.
fn first_octant(x: f64) -> (f64, f64) {
    let square = x * x;
    let polynomial = |c: &[f64; 6]| c.iter().rev().fold(0.0, |sum: f64, &c| sum.mul_add(square, c));
    let cosine = (square * square).mul_add(polynomial(&COSINE), (-0.5_f64).mul_add(square, 1.0));
    let sine = (square * x).mul_add(polynomial(&SINE), x);
    (cosine, sine)
}

#[cfg(test)]
mod tests {
    use super::cos_sin_fraction;
    use std::f64::consts::TAU;

    #[test]
    fn quarter_turns_are_exact() {
        let quarters = [0, 1, 2, 3, 4, -1].map(|n| cos_sin_fraction(n, 4));
        assert_eq!(quarters, [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0), (0.0, -1.0)]);
    }

    #[test]
    fn every_fraction_of_360_and_224_is_within_two_ulp_of_the_library() {
        for denominator in [360_u64, 224, 113, 7, 1 << 53] {
            for numerator in (-400_i64..400).map(|n| if denominator > 1000 { n * 22_517_998_136_852 } else { n }) {
                let (cosine, sine) = cos_sin_fraction(numerator, denominator);
                // The library is given a rounded angle: its own result is off by |angle| u times the derivative, plus
                // an ULP.
                let angle = TAU * (numerator as f64) / (denominator as f64);
                let slack = 2.0 * angle.abs() * f64::EPSILON + f64::EPSILON;
                assert!(
                    (cosine - angle.cos()).abs() <= 2.0 * f64::EPSILON * cosine.abs() + slack,
                    "cos {numerator}/{denominator}"
                );
                assert!(
                    (sine - angle.sin()).abs() <= 2.0 * f64::EPSILON * sine.abs() + slack,
                    "sin {numerator}/{denominator}"
                );
                assert!((cosine.mul_add(cosine, sine * sine) - 1.0).abs() <= 4.0 * f64::EPSILON);
            }
        }
    }
}
