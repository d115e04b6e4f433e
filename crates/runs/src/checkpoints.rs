//! After how many steps pictures are looked at on their way, to say what fewer steps cost (METHOD.md, section 8).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The most numbers of steps.
const MOST: usize = 32;
/// The largest: as many as a picture may have.
const LARGEST: usize = 250_000;

/// Numbers of steps, at least one, in order and each once; the last is what the others are held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoints(Vec<usize>);

/// Why a text is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{found}': expected numbers of steps from 1 to {LARGEST} such as 64,512,2560, at most {MOST}")]
pub struct ParseCheckpointsError {
    /// The text.
    pub found: String,
}

impl Checkpoints {
    /// The paper's number of steps, and how it is reached.
    pub const PAPERS: [usize; 6] = [64, 128, 256, 512, 1024, 2560];

    /// These; `None` where there are none.
    #[must_use]
    pub fn of(steps: impl IntoIterator<Item = usize>) -> Option<Checkpoints> {
        let steps: BTreeSet<usize> = steps.into_iter().collect();
        (!steps.is_empty()).then(|| Checkpoints(steps.into_iter().collect()))
    }

    /// All, in order.
    #[must_use]
    pub fn steps(&self) -> &[usize] {
        &self.0
    }

    /// Those of both.
    #[must_use]
    pub fn with(&self, others: &Checkpoints) -> Checkpoints {
        let both: BTreeSet<usize> = self.0.iter().chain(&others.0).copied().collect();
        Checkpoints(both.into_iter().collect())
    }
}

impl FromStr for Checkpoints {
    type Err = ParseCheckpointsError;

    fn from_str(text: &str) -> Result<Checkpoints, ParseCheckpointsError> {
        let wrong = || ParseCheckpointsError { found: text.to_owned() };
        let number =
            |part: &str| part.parse::<usize>().ok().filter(|steps| (1..=LARGEST).contains(steps)).ok_or_else(wrong);
        let steps = text.split(',').map(number).collect::<Result<Vec<usize>, _>>()?;
        Checkpoints::of(steps).filter(|found| found.0.len() <= MOST).ok_or_else(wrong)
    }
}

/// As they are read.
impl fmt::Display for Checkpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(usize::to_string).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_steps_are_in_order_each_once_and_what_is_none_is_refused_with_what_would_be() {
        let found: Checkpoints = "512,64,512".parse().unwrap();
        assert_eq!((found.steps(), found.to_string().as_str()), (&[64, 512][..], "64,512"));
        assert_eq!(found.with(&Checkpoints(vec![8, 64])).steps(), [8, 64, 512]);
        assert_eq!(Checkpoints::of([]), None);
        let many: Vec<String> = (1..=33).map(|n: usize| n.to_string()).collect();
        assert!(many[..32].join(",").parse::<Checkpoints>().is_ok());
        for text in ["", "0", "-1", "64,", "x", "1.5", "250001", &many.join(",")] {
            let said = text.parse::<Checkpoints>().unwrap_err().to_string();
            assert!(said.starts_with(&format!("'{text}': expected numbers of steps")), "{said}");
        }
    }
}
