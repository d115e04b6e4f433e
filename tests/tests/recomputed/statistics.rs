//! Statistics in plain f64, each with a bound on what another order of the same sums may give.
//!
//! A sum of n terms in any order is off by at most n epsilon times the sum of magnitudes; a few more roundings
//! (quotients, differences from a center) are counted as further terms.

use std::f64::consts::PI;

const EPSILON: f64 = f64::EPSILON;

/// A value and its bound.
pub(crate) type Bounded = (f64, f64);

/// The mean, off by (n + 4) epsilon times the mean magnitude. A mean about the first value subtracts and adds that,
/// which at most triples the magnitudes.
pub(crate) fn mean(values: &[f64]) -> Option<Bounded> {
    let n = values.len() as f64;
    let magnitude = values.iter().map(|v| v.abs()).sum::<f64>() / n;
    let mean = values.iter().sum::<f64>() / n;
    (!values.is_empty()).then_some((mean, 3.0 * (n + 4.0) * EPSILON * magnitude))
}

/// The middle value, or the mean of the middle two.
pub(crate) fn median(values: &[f64]) -> Option<Bounded> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let n = sorted.len();
    let median = match n {
        0 => return None,
        _ if n % 2 == 1 => sorted[n / 2],
        _ => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    };
    Some((median, EPSILON * median.abs()))
}

/// The sum of squares about a center that is known to a bound.
fn squares(values: &[f64], (center, error): Bounded) -> Bounded {
    let n = values.len() as f64;
    let sum: f64 = values.iter().map(|v| (v - center) * (v - center)).sum();
    // (d + e)^2 differs from d^2 by 2 |d| e + e^2, where e is the center's error and the rounding of the difference.
    let off = |v: &f64| {
        let (d, e) = ((v - center).abs(), error + EPSILON * (v - center).abs());
        2.0 * d * e + e * e
    };
    (sum, values.iter().map(off).sum::<f64>() + (n + 2.0) * EPSILON * sum)
}

/// The standard error of the mean.
pub(crate) fn standard_error(values: &[f64]) -> Option<Bounded> {
    let n = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let (sum, error) = squares(values, mean(values)?);
    let value = (sum / (n - 1.0) / n).sqrt();
    // A square root halves a relative error; where the sum is all error, the root of that.
    let relative = if sum > 0.0 { error / sum } else { 0.0 };
    let bound =
        (value * (relative + 6.0 * EPSILON)).max(if sum <= error { (error / (n - 1.0) / n).sqrt() * 2.0 } else { 0.0 });
    Some((value, bound))
}

/// Ranks from 1; equal values share the middle of theirs.
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |v: &f64| {
        let below = values.iter().filter(|o| *o < v).count();
        let equal = values.iter().filter(|o| *o == v).count();
        below as f64 + (equal as f64 + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

/// Spearman's rho and its two-sided p.
pub(crate) fn spearman(x: &[f64], y: &[f64]) -> Option<(Bounded, Bounded)> {
    let n = x.len();
    if n < 3 {
        return None;
    }
    let centered = |values: &[f64]| -> Vec<f64> {
        let middle = (n as f64 + 1.0) / 2.0;
        ranks(values).iter().map(|r| r - middle).collect()
    };
    let (x, y) = (centered(x), centered(y));
    // Quarters of integers: exact.
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (xx, yy, xy) = (dot(&x, &x), dot(&y, &y), dot(&x, &y));
    if xx == 0.0 || yy == 0.0 {
        return None;
    }
    let rho = xy / (xx.sqrt() * yy.sqrt());
    // Two roots, a product and a quotient on this side, a product, a root and a quotient on the other.
    let rho_bound = 6.0 * EPSILON * rho.abs();
    // 1 - rho^2, from numbers that are exact.
    let rest = (xx * yy - xy * xy).max(0.0) / (xx * yy);
    let a = (n as f64 - 2.0) / 2.0;
    let p = tail(a, rest);
    // dp / d(1 - rho^2) = rest^(a - 1) / (|rho| B), and 1 - rho^2 is off by 2 |rho| times rho's error; a p is claimed
    // to 1e-9.
    let slope = match rest {
        0.0 => 0.0,
        rest => 2.0 * rest.powf(a - 1.0) / beta(a),
    };
    Some(((rho, rho_bound), (p, 1e-9 * p + slope * (rho_bound + 6.0 * EPSILON))))
}

/// F and p of a one-way analysis of variance of two groups.
pub(crate) fn anova(first: &[f64], second: &[f64]) -> Option<(Bounded, Bounded)> {
    let all: Vec<f64> = first.iter().chain(second).copied().collect();
    let n = all.len();
    if first.is_empty() || second.is_empty() || n == 2 {
        return None;
    }
    let (middle, groups) = (mean(&all)?, [first, second]);
    let (mut between, mut within) = ((0.0, 0.0), (0.0, 0.0));
    for group in groups {
        let of_group = mean(group)?;
        let repeated = vec![of_group.0; group.len()];
        let part = squares(&repeated, (middle.0, middle.1 + of_group.1));
        between = (between.0 + part.0, between.1 + part.1);
        let part = squares(group, of_group);
        within = (within.0 + part.0, within.1 + part.1);
    }
    let total = between.0 + within.0;
    if total == 0.0 {
        return None;
    }
    let freedom = n as f64 - 2.0;
    let f = between.0 / (within.0 / freedom);
    let relative = between.1 / between.0 + within.1 / within.0 + 8.0 * EPSILON;
    let (a, x) = (freedom / 2.0, within.0 / total);
    let p = tail(a, x);
    // dp/dx = x^(a - 1) (1 - x)^(-1/2) / B, and x = 1 / (1 + F / freedom) is off by x (1 - x) times F's relative error.
    let off = x.powf(a) * (1.0 - x).max(0.0).sqrt() / beta(a) * 2.0 * relative;
    Some(((f, f * relative), (p, 1e-9 * p + off)))
}

/// B(a, 1/2) for a multiple of a half: from B(1/2, 1/2) = pi or B(1, 1/2) = 2 by B(a + 1, b) = B(a, b) a / (a + b).
fn beta(a: f64) -> f64 {
    let (mut at, mut value) = if a.fract() == 0.5 { (0.5, PI) } else { (1.0, 2.0) };
    while at < a {
        value *= at / (at + 0.5);
        at += 1.0;
    }
    value
}

/// The regularised incomplete beta function I_x(a, 1/2) for a multiple of a half: both tails of Student's t with 2a
/// degrees of freedom at x = 2a / (2a + t^2), and the upper tail of F with 1 and 2a, which is t^2.
///
/// For x up to 0.9 by its series x^a / B sum of (1/2)_n x^n / (n! (a + n)), whose terms are all positive; above by that
/// of 1 - I_(1 - x)(1/2, a).
pub(crate) fn tail(a: f64, x: f64) -> f64 {
    let y = 1.0 - x;
    let series = |start: f64, minus: f64, x: f64| {
        let (mut sum, mut factor) = (0.0, 1.0);
        for n in 0..2000 {
            let n = f64::from(n);
            sum += factor / (start + n);
            factor *= (minus + n) / (n + 1.0) * x;
        }
        x.powf(start) / beta(a) * sum
    };
    match x {
        0.0 => 0.0,
        x if x <= 0.9 => series(a, 0.5, x),
        _ => 1.0 - series(0.5, 1.0 - a, y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_student_and_of_fisher() {
        // Two degrees of freedom: 1 - t / sqrt(t^2 + 2); one: 1 - 2 atan(t) / pi.
        for t in [0.1, 0.5, 1.0, 3.0, 20.0_f64] {
            let two = 1.0 - t / (t * t + 2.0).sqrt();
            assert!((tail(1.0, 2.0 / (2.0 + t * t)) - two).abs() < 1e-13);
            let one = 1.0 - 2.0 * t.atan() / PI;
            assert!((tail(0.5, 1.0 / (1.0 + t * t)) - one).abs() < 1e-13);
        }
        // From tables: t = 2.228 with 10 degrees of freedom has 0.05, F = 4.351 with 1 and 20 too.
        assert!((tail(5.0, 10.0 / (10.0 + 2.228_139_f64.powi(2))) - 0.05).abs() < 1e-6);
        assert!((tail(10.0, 20.0 / (20.0 + 4.351_243_5)) - 0.05).abs() < 1e-7);
    }
}
