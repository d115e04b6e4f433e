//! The tails of Student's t and of F, as the regularized incomplete beta function.
//!
//! `statrs::function::beta::beta_reg` stops after 140 terms and takes x without 1 - x, so it loses digits for tens of
//! thousands of degrees of freedom and for correlations near zero. What is needed here is the upper tail to full *relative*
//! precision down to 1e-300, so the factor in front is formed without cancellation and the fraction runs until it has
//! converged.

use statrs::function::gamma::ln_gamma;
use std::f64::consts::TAU;

/// The regularized incomplete beta function `I_x(a, b)`, of `[a, b]` and `[x, 1 - x]`.
///
/// Both x and 1 - x are given because whoever has formed them knows both to full precision. With d degrees of freedom,
/// the two-sided tail of Student's t is `I_(d / (d + t^2))(d / 2, 1 / 2)`, and the upper tail of F is
/// `I_(d2 / (d2 + d1 F))(d2 / 2, d1 / 2)` (Abramowitz & Stegun 26.5.27, 26.6.2).
///
/// `I_x(a, b) = x^a (1 - x)^b / (a B(a, b)) * 1 / (1 + d1 / (1 + d2 / (1 + ...)))` (the same, 26.5.8) for x below
/// `(a + 1) / (a + b + 2)`, where the fraction converges in some `sqrt(max(a, b))` terms; above, it is 1 - I_(1 - x)(b, a).
/// NaN for anything but a, b > 0 and x, 1 - x in [0, 1].
#[must_use]
pub fn regularized_beta([a, b]: [f64; 2], [x, y]: [f64; 2]) -> f64 {
    let inside = 0.0..=1.0;
    if !(a > 0.0
        && b > 0.0
        && a.is_finite()
        && b.is_finite()
        && inside.contains(&x)
        && inside.contains(&y))
    {
        f64::NAN
    } else if x == 0.0 {
        0.0
    } else if y == 0.0 {
        1.0
    } else if x < (a + 1.0) / (a + b + 2.0) {
        power_term([a, b], [x, y]) * fraction([a, b], x) / a
    } else {
        1.0 - power_term([b, a], [y, x]) * fraction([b, a], y) / b
    }
}

/// `x^a y^b / B(a, b)`, with y = 1 - x.
///
/// With Stirling's formula for each gamma function it is `(x s / a)^a (y s / b)^b sqrt(a b / (2 pi s)) e^c`, where s = a + b
/// and c holds the remainders: the large terms of the three logarithms have cancelled on paper (Didonato & Morris, ACM
/// TOMS 18 (1992), algorithm 708).
fn power_term([a, b]: [f64; 2], [x, y]: [f64; 2]) -> f64 {
    let s = a + b;
    let excess = b * x - a * y;
    let remainders = stirling_remainder(s) - stirling_remainder(a) - stirling_remainder(b);
    let exponent =
        a * ln_ratio(x * s / a, excess / a) + b * ln_ratio(y * s / b, -excess / b) + remainders;
    // The square root goes into the exponent: a product of its parts could underflow early.
    (exponent + 0.5 * (a / s * b / TAU).ln()).exp()
}

/// `ln(ratio)` where `ratio = 1 + excess`, from whichever of the two has the more digits.
fn ln_ratio(ratio: f64, excess: f64) -> f64 {
    if excess.abs() < 0.5 {
        excess.ln_1p()
    } else {
        ratio.ln()
    }
}

/// `ln gamma(z) - ((z - 1/2) ln z - z + ln(2 pi) / 2)`.
fn stirling_remainder(z: f64) -> f64 {
    // From 10 on, the first term left out of the asymptotic series (Abramowitz & Stegun 6.1.41), 1/156 z^-13,
    // is below 1e-15 and bounds the error.
    if z < 10.0 {
        return ln_gamma(z) - ((z - 0.5) * z.ln() - z + 0.5 * TAU.ln());
    }
    let w = 1.0 / (z * z);
    let series = [
        -691.0 / 360_360.0,
        1.0 / 1188.0,
        -1.0 / 1680.0,
        1.0 / 1260.0,
        -1.0 / 360.0,
        1.0 / 12.0,
    ];
    series
        .into_iter()
        .fold(0.0, |sum, coefficient| sum * w + coefficient)
        / z
}

/// The continued fraction of 26.5.8, by Lentz's method as modified by Thompson & Barnett (J. Comput. Phys. 64 (1986)).
fn fraction([a, b]: [f64; 2], x: f64) -> f64 {
    // Lentz's method divides by these; a zero is moved to the smallest number whose inverse is finite.
    let nonzero = |v: f64| {
        if v.abs() < f64::MIN_POSITIVE {
            f64::MIN_POSITIVE
        } else {
            v
        }
    };
    let s = a + b;
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - s * x / (a + 1.0));
    let mut value = d;
    let mut m = 1.0;
    // The sequence converges in a few sqrt(max(a, b)) terms; the limit is for NaN-free termination, not for precision.
    let limit = 1000.0 + 100.0 * a.max(b).sqrt();
    while m < limit {
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (s + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = value;
        for term in [even, odd] {
            d = 1.0 / nonzero(1.0 + term * d);
            c = nonzero(1.0 + term / c);
            value *= c * d;
        }
        if (value - before).abs() <= f64::EPSILON * value.abs() {
            break;
        }
        m += 1.0;
    }
    value
}
