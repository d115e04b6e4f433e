//! Intervals that an exact value lies in.

use serde::Serialize;

/// Where an exact value lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Not above it.
    pub least: f64,
    /// Not below it.
    pub largest: f64,
}

impl Interval {
    /// The number in its middle.
    pub fn middle(self) -> f64 {
        self.least + (self.largest - self.least) / 2.0
    }

    /// Without what is negative.
    pub(crate) fn clip(self) -> Interval {
        Interval { least: self.least.max(0.0), largest: self.largest.max(0.0) }
    }

    /// The difference, rounded outwards; equal numbers differ by nothing.
    pub(crate) fn minus(self, other: Interval) -> Interval {
        let apart = |a: f64, b: f64, out: fn(f64) -> f64| match a - b {
            0.0 => 0.0,
            difference => out(difference),
        };
        Interval {
            least: apart(self.least, other.largest, f64::next_down),
            largest: apart(self.largest, other.least, f64::next_up),
        }
    }

    /// Whether what lies in it is above zero (1), below (-1) or zero, if that is certain.
    pub(crate) fn sign(self) -> Option<i8> {
        match (self.least, self.largest) {
            (least, _) if least > 0.0 => Some(1),
            (_, largest) if largest < 0.0 => Some(-1),
            (0.0, 0.0) => Some(0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_certain_only_where_all_of_the_interval_has_it() {
        let of = |least, largest| Interval { least, largest };
        assert_eq!(of(1e-300, 1.0).sign(), Some(1));
        assert_eq!(of(-1.0, -1e-300).sign(), Some(-1));
        assert_eq!(of(-1e-300, 1e-300).sign(), None);
        assert_eq!(of(0.0, 1.0).sign(), None);
        assert_eq!(of(-2.0, -1.0).clip().minus(of(-3.0, 0.0).clip()).sign(), Some(0));
    }
}
