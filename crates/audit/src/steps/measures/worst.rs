//! Numbers in double precision that may not be defined, and how much of their bounds they take.

use crate::comparison::{Comparison, Held, Step, Witness};

/// Numbers in double precision and how much of their bounds they take; what is not defined must not be for both.
#[derive(Default)]
pub(super) struct Worst {
    values: usize,
    used: f64,
}

impl Worst {
    /// Adds a number, the exact one, and how far they may be apart.
    pub(super) fn add(&mut self, found: Option<f64>, exact: Option<f64>, bound: f64) {
        self.values += 1;
        let used = match (found, exact) {
            (None, None) => 0.0,
            (Some(found), Some(exact)) if found == exact => 0.0,
            (Some(found), Some(exact)) => (found - exact).abs() / bound,
            _ => f64::INFINITY,
        };
        self.used = bounds::worse(self.used, used);
    }

    /// The comparison that they are; `words` say what the bounds are.
    pub(super) fn comparison(self, step: Step, what: &str, words: &str) -> Comparison {
        step.against(Witness::Identity, what).held(self.values, Held { error: self.used, bound: 1.0 }, words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_defined_must_not_be_for_both() {
        let used = |found, exact| {
            let mut worst = Worst::default();
            worst.add(found, exact, 1.0);
            worst.add(Some(1.0), Some(1.5), 1.0);
            worst.used
        };
        assert_eq!(used(None, None), 0.5);
        assert_eq!(used(None, Some(1.0)), f64::INFINITY);
        assert_eq!(used(Some(1.0), None), f64::INFINITY);
        assert_eq!(used(Some(f64::NAN), Some(1.0)), f64::INFINITY);
    }
}
