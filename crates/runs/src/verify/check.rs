//! What checks found.

use std::fmt;

pub(super) const STORED: &str = "the store";
pub(super) const TABLES: &str = "tables and figures, derived again from the stored pictures";
pub(super) const PICTURES: &str = "pictures, made again from the weights";

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was compared, and how much of it.
    pub compared: String,
    /// What differs, a sentence each, naming it first.
    pub differences: Vec<String>,
    /// Why it could not be done, where it could not.
    pub not_checked: Option<String>,
}

/// What verification found, a check after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The checks, in order.
    pub checks: Vec<Check>,
}

impl Verified {
    /// Whether everything could be checked and nothing differs.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(Check::passed)
    }
}

impl Check {
    pub(super) fn passed(&self) -> bool {
        self.differences.is_empty() && self.not_checked.is_none()
    }

    pub(super) fn done(compared: String, differences: Vec<String>) -> Check {
        Check { compared, differences, not_checked: None }
    }

    pub(super) fn not_done(what: &str, why: impl fmt::Display) -> Check {
        Check { compared: what.to_owned(), differences: Vec::new(), not_checked: Some(why.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_passes_where_it_was_done_and_nothing_differs() {
        let done = |differences: &[&str]| {
            let differences = differences.iter().map(|&d| d.to_owned()).collect();
            Check::done("a".to_owned(), differences)
        };
        let verified = |checks: &[Check]| {
            let checks = checks.to_vec();
            Verified { checks }.passed()
        };
        let not_done = Check::not_done("b", "why");
        assert_eq!(not_done.not_checked.as_deref(), Some("why"));
        assert_eq!((&*not_done.compared, not_done.differences.len()), ("b", 0));
        assert!(verified(&[]) && verified(&[done(&[]), done(&[])]));
        assert!(!verified(&[done(&[]), done(&["c"])]));
        assert!(!verified(&[not_done, done(&[])]));
    }
}
