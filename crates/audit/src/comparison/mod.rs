//! One comparison of the audit: what with what, on how many values, how far apart, and how far they may be.

mod page;
mod step;
mod tally;
#[cfg(test)]
mod tests;
mod topic;
mod what;
mod witness;

pub(crate) use page::table;
pub use step::Step;
pub(crate) use tally::Tally;
pub(crate) use topic::Held;
pub use what::{Pass, What};
pub use witness::Witness;

use serde::Serialize;

/// What a comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Errors were held to a bound.
    Checked,
    /// Nothing was compared, and `bound` says why: skipped is not passed.
    Skipped,
    /// A difference that analysis gives no useful bound for. It is shown, and decides nothing.
    Information,
}

/// An error that is best said in a unit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Absolute {
    /// How large it is.
    pub value: f64,
    /// Of what, such as levels of 255; empty for what the values themselves are counted in.
    pub unit: &'static str,
}

/// A comparison, a line of the audit. A column that makes no sense for what was compared is empty.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The step of the computation.
    pub step: Step,
    /// What of it.
    pub what: What,
    /// What it was compared with.
    pub witness: Witness,
    /// Whether it was held to a bound.
    pub kind: Kind,
    /// How many values were compared.
    pub values: usize,
    /// The largest error in units of the last place of the exact value, or of all exact values' root mean square where
    /// that is larger (what cancels has no last place of its own); nothing where values are no single precision.
    pub ulps: Option<f64>,
    /// The largest error as a fraction of the exact value, or of all exact values' root mean square where that is
    /// larger.
    pub relative: Option<f64>,
    /// `||found - exact|| / ||exact||`, where the bound is one for that.
    pub l2: Option<f64>,
    /// The largest error itself, where it has another unit or stands alone.
    pub error: Option<Absolute>,
    /// What the bound is.
    pub bound: String,
    /// The largest fraction of its bound that an error takes; nothing where things must be equal.
    pub used: Option<f64>,
    /// Whether there were values, and every error is within its bound.
    pub passed: bool,
}

impl Comparison {
    /// The same, its error being `||found - exact|| / ||exact||`.
    pub(crate) fn in_l2(mut self) -> Comparison {
        self.l2 = self.error.take().map(|error| error.value);
        self
    }

    /// The same, deciding nothing.
    pub(crate) fn for_information(mut self, words: impl Into<String>) -> Comparison {
        self.kind = Kind::Information;
        self.bound = words.into();
        (self.used, self.passed) = (None, false);
        self
    }

    /// Whether an error is beyond its bound, or there was nothing to hold to it.
    pub fn failed(&self) -> bool {
        self.kind == Kind::Checked && !self.passed
    }

    /// `pass`, `FAIL`, `skipped` or `info`.
    pub fn verdict(&self) -> &'static str {
        match self.kind {
            Kind::Skipped => "skipped",
            Kind::Information => "info",
            Kind::Checked if self.passed => "pass",
            Kind::Checked => "FAIL",
        }
    }

    /// The error as it is printed: relative, or that of the whole (`L2`), or in its unit.
    pub fn error_in_words(&self) -> String {
        match (self.relative, self.l2, self.error) {
            (Some(relative), ..) => short(Some(relative)),
            (_, Some(l2), _) => format!("{} L2", short(Some(l2))),
            (.., Some(Absolute { value, unit })) => format!("{} {unit}", short(Some(value))).trim_end().to_owned(),
            _ => String::new(),
        }
    }
}

/// Three digits, or nothing.
pub fn short(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(v) if v.fract() == 0.0 && v.abs() < 1e5 => format!("{v:.0}"),
        Some(v) if v.abs() >= 0.01 && v.abs() < 1e4 => format!("{v:.2}"),
        Some(v) => format!("{v:.1e}"),
    }
}
