//! Cutting a transform of composite length into two short ones (Cooley and Tukey, 1965).
//!
//! With `n = fine * coarse`, frequency `k = coarse a + b` and position `x = fine y + z`,
//!
//! ```text
//! exp(2 pi I k x / n) = exp(2 pi I a z / fine) exp(2 pi I b x / n)
//! ```
//!
//! because `coarse a * fine y / n` is whole. So the sum over k is a sum over a, which only z enters, then one over b.

use crate::elementary::cos_sin_fraction;
pub(super) use crate::elementary::single;

/// A length as a product of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// The length.
    pub(super) n: usize,
    /// How many positions z the inner sum is computed for; a frequency's quotient a has at most as many values.
    pub(super) fine: usize,
    /// How many values a frequency's remainder b has.
    pub(super) coarse: usize,
}

impl Split {
    /// The factors of `n` that cost least; of equal ones those with the smaller `fine`. A prime is not split at all.
    pub(super) fn cheapest(n: usize, cost: impl Fn(Split) -> usize) -> Split {
        let split = |fine: usize| Split { n, fine, coarse: n / fine };
        let whole = split(n);
        (1..=n).filter(|fine| n.is_multiple_of(*fine)).map(split).min_by_key(|&s| cost(s)).unwrap_or(whole)
    }

    /// Cosine and sine of `2 pi a z / fine`.
    pub(super) fn inner(&self, a: usize, z: usize) -> (f64, f64) {
        angle(a * z, self.fine)
    }

    /// Cosine and sine of `2 pi b x / n`.
    pub(super) fn outer(&self, b: usize, x: usize) -> (f64, f64) {
        angle(b * x, self.n)
    }
}

fn angle(turns: usize, size: usize) -> (f64, f64) {
    cos_sin_fraction((turns % size).cast_signed() as i64, size as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_factors_multiply_to_the_whole() {
        for n in [1, 2, 7, 12, 36, 224] {
            let split = Split::cheapest(n, |s| s.fine + s.coarse);
            assert_eq!(split.fine * split.coarse, n);
            for k in 0..n {
                for x in 0..n {
                    let (c, s) = split.inner(k / split.coarse, x % split.fine);
                    let (d, t) = split.outer(k % split.coarse, x);
                    let (cos, sin) = angle(k * x, n);
                    assert!((c * d - s * t - cos).abs() < 1e-15, "{n}: {k}, {x}");
                    assert!((c * t + s * d - sin).abs() < 1e-15, "{n}: {k}, {x}");
                }
            }
        }
    }
}
