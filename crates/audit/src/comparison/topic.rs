//! What is compared with what: where a comparison begins.

use crate::comparison::{Absolute, Comparison, Kind, Step, What, Witness};

/// What is compared with what, before anything was.
pub(crate) struct Topic {
    step: Step,
    what: What,
    witness: Witness,
}

impl Step {
    /// What of this step, against whom.
    pub(crate) fn against(self, witness: Witness, what: impl Into<What>) -> Topic {
        Topic { step: self, what: what.into(), witness }
    }
}

/// An error, and how large it may be, both in what the values are counted in.
pub(crate) struct Held {
    pub(crate) error: f64,
    pub(crate) bound: f64,
}

impl Topic {
    /// An error of so many values that is held to a bound; `words` say what that is.
    pub(crate) fn held(self, values: usize, Held { error, bound }: Held, words: impl Into<String>) -> Comparison {
        let used = if error == 0.0 { 0.0 } else { error / bound };
        Comparison {
            error: Some(Absolute { value: finite(error), unit: "" }),
            bound: words.into(),
            used: Some(finite(used)),
            passed: values > 0 && used <= 1.0,
            ..self.of(values)
        }
    }

    /// Things that must be equal, and how many are not.
    pub(crate) fn equal(self, values: usize, differ: usize) -> Comparison {
        Comparison {
            error: Some(Absolute { value: differ as f64, unit: "differ" }),
            bound: "equal".to_owned(),
            passed: values > 0 && differ == 0,
            ..self.of(values)
        }
    }

    /// What could not be compared, and why.
    pub(crate) fn skipped(self, why: impl Into<String>) -> Comparison {
        Comparison { kind: Kind::Skipped, bound: why.into(), ..self.of(0) }
    }

    /// So many values, of which nothing is known yet.
    pub(super) fn of(self, values: usize) -> Comparison {
        Comparison {
            step: self.step,
            what: self.what,
            witness: self.witness,
            kind: Kind::Checked,
            values,
            ulps: None,
            relative: None,
            l2: None,
            error: None,
            bound: String::new(),
            used: None,
            passed: false,
        }
    }
}

/// JSON knows neither infinities nor NaN.
pub(super) fn finite(used: f64) -> f64 {
    if used.is_finite() { used } else { f64::MAX }
}
