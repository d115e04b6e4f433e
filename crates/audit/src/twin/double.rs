//! Numbers of twice double precision: the unevaluated sum of two, of which the second is at most half a unit in the
//! last place of the first.
//!
//! The algorithms are those of Dekker (1971) and of Joldes, Muller and Popescu (2017, algorithms 4, 6 and 12), whose
//! relative errors are at most 3 2^-106, 3 2^-106 and 7 2^-106. A quotient takes two steps of long division and a
//! square root one of Newton's: both leave less than 2^-100. [`ROUNDING`] covers chains of up to eight of them, with
//! room.

/// More than the relative error of a chain of eight operations: `8 * 2^-100` is 2^-97.
pub(crate) const ROUNDING: f64 = 1.0 / ((1_u64 << 48) as f64 * (1_u64 << 48) as f64);

/// `high + low`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Double {
    pub(crate) high: f64,
    pub(crate) low: f64,
}

impl From<f64> for Double {
    fn from(high: f64) -> Double {
        Double { high, low: 0.0 }
    }
}

/// `a + b` without an error (Knuth).
pub(crate) fn two_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    let part = high - a;
    let low = (a - (high - part)) + (b - part);
    Double { high, low }
}

/// `a b` without an error.
fn two_product(a: f64, b: f64) -> Double {
    let high = a * b;
    Double { high, low: a.mul_add(b, -high) }
}

/// `a + b` without an error, where a is the larger.
fn fast_two_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    Double { high, low: b - (high - a) }
}

impl Double {
    pub(crate) fn plus(self, other: Double) -> Double {
        let (s, t) = (two_sum(self.high, other.high), two_sum(self.low, other.low));
        let s = fast_two_sum(s.high, s.low + t.high);
        fast_two_sum(s.high, s.low + t.low)
    }

    /// Adds a number.
    pub(crate) fn plus_one(self, number: f64) -> Double {
        let s = two_sum(self.high, number);
        fast_two_sum(s.high, s.low + self.low)
    }

    pub(crate) fn minus(self, other: Double) -> Double {
        self.plus(Double { high: -other.high, low: -other.low })
    }

    pub(crate) fn times(self, other: Double) -> Double {
        let p = two_product(self.high, other.high);
        let cross = self.high * other.low + self.low * other.high;
        fast_two_sum(p.high, p.low + cross)
    }

    pub(crate) fn over(self, other: Double) -> Double {
        let first = self.high / other.high;
        let left = self.minus(other.times(first.into()));
        let second = left.high / other.high;
        let left = left.minus(other.times(second.into()));
        fast_two_sum(first, second).plus_one(left.high / other.high)
    }

    /// Of a positive number.
    pub(crate) fn sqrt(self) -> Double {
        let root = self.high.sqrt();
        let left = self.minus(two_product(root, root));
        fast_two_sum(root, left.high / (2.0 * root))
    }

    /// Whether it is larger.
    pub(crate) fn exceeds(self, other: Double) -> bool {
        (self.high, self.low) > (other.high, other.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of `a - b`, as a fraction of b.
    fn apart(a: Double, b: Double) -> f64 {
        (a.minus(b).high / b.high).abs()
    }

    #[test]
    fn quotients_and_roots_multiply_back_to_what_they_were_taken_of() {
        for i in 1..200_u32 {
            let a = Double::from(f64::from(i).sin() * 7.0).plus((f64::from(i) * 1e-20).into());
            let b = Double::from(f64::from(i).cos() + 3.0).plus((f64::from(i) * 3e-19).into());
            assert!(apart(a.over(b).times(b), a) < ROUNDING, "{i}");
            assert!(apart(b.sqrt().times(b.sqrt()), b) < ROUNDING, "{i}");
        }
    }

    #[test]
    fn what_double_precision_loses_is_kept() {
        let third = Double::from(1.0).over(3.0.into());
        assert!(third.low != 0.0);
        let one = third.plus(third).plus(third);
        assert!(apart(one, 1.0.into()) < ROUNDING);
        let tiny = 2.0_f64.powi(-80);
        let sum = Double::from(1.0).plus_one(tiny);
        assert_eq!(sum.minus(1.0.into()).high, tiny);
        assert!(sum.exceeds(1.0.into()) && !sum.exceeds(sum));
    }
}
