//! Why a statistic has no value.

/// A statistic that its definition gives no value for; it prints as "not defined".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not defined")]
pub enum NotDefined {
    /// There are too few values.
    TooFew {
        /// How many there must be at least.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// The values are all the same, so there is no variation to explain.
    Constant,
    /// A value, or a sum of them, is NaN or infinite.
    NotFinite,
    /// The two samples do not pair up.
    UnequalLengths {
        /// The length of the first.
        first: usize,
        /// The length of the second.
        second: usize,
    },
    /// Too many resamples lack the statistic.
    TooFewResamples {
        /// How many resamples there are.
        resamples: usize,
        /// How many of them have it.
        found: usize,
    },
    /// The bins of a histogram do not cover a finite interval above zero width.
    NoBins,
}

impl NotDefined {
    /// The reason, in one sentence.
    ///
    /// ```
    /// let none = analysis::statistics::mean(&[]).unwrap_err();
    /// assert_eq!(none.to_string(), "not defined");
    /// assert_eq!(none.reason(), "expected at least 1 value, found 0");
    /// ```
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            NotDefined::TooFew { needed, found } => {
                format!("expected at least {needed} value{}, found {found}", if *needed == 1 { "" } else { "s" })
            }
            NotDefined::Constant => "expected values that differ, found all of them the same".to_owned(),
            NotDefined::NotFinite => "expected finite numbers, found NaN or infinity".to_owned(),
            NotDefined::UnequalLengths { first, second } => {
                format!("expected two samples of the same length, found {first} and {second}")
            }
            NotDefined::TooFewResamples { resamples, found } => {
                format!("expected the statistic in 95% of {resamples} resamples, found it in {found}")
            }
            NotDefined::NoBins => "expected at least one bin in a finite interval, found none".to_owned(),
        }
    }
}
