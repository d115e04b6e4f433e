//! From which seeds every picture is made.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The most seeds of a run: each makes every picture once more.
const MOST: u64 = 1_000;

/// Seeds, at least one, in order and each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeds(Vec<u64>);

/// Why a text names no seeds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{found}': expected a number of seeds such as 5 (0 to 4), a range such as 3..8 (3 to 7) or seeds such as 3,7, at most {MOST}"
)]
pub struct ParseSeedsError {
    /// The text.
    pub found: String,
}

impl Seeds {
    /// A single one.
    #[must_use]
    pub fn one(seed: u64) -> Seeds {
        Seeds(vec![seed])
    }

    /// These; `None` where there are none.
    #[must_use]
    pub fn of(seeds: impl IntoIterator<Item = u64>) -> Option<Seeds> {
        let seeds: BTreeSet<u64> = seeds.into_iter().collect();
        (!seeds.is_empty()).then(|| Seeds(seeds.into_iter().collect()))
    }

    /// The first, which figures and exemplars show.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.0[0]
    }

    /// All, the first one first.
    #[must_use]
    pub fn all(&self) -> &[u64] {
        &self.0
    }

    /// All but the first.
    #[must_use]
    pub fn others(&self) -> &[u64] {
        &self.0[1..]
    }

    /// Those of both.
    #[must_use]
    pub fn with(&self, others: &Seeds) -> Seeds {
        let both: BTreeSet<u64> = self.0.iter().chain(&others.0).copied().collect();
        Seeds(both.into_iter().collect())
    }

    /// Whether one of them is one of the others.
    #[must_use]
    pub fn meet(&self, others: &Seeds) -> bool {
        self.0.iter().any(|seed| others.0.contains(seed))
    }
}

/// `5` is 0 to 4, `3..8` is 3 to 7, `3,7` are these two; a single seed is `7..8`.
impl FromStr for Seeds {
    type Err = ParseSeedsError;

    fn from_str(text: &str) -> Result<Seeds, ParseSeedsError> {
        let wrong = || ParseSeedsError { found: text.to_owned() };
        let number = |text: &str| text.parse::<u64>().map_err(|_| wrong());
        let few = |from: u64, end: u64| match end.checked_sub(from) {
            Some(1..=MOST) => Ok(from..end),
            _ => Err(wrong()),
        };
        let mut seeds = Vec::new();
        match text.split(',').collect::<Vec<_>>()[..] {
            [alone] if !alone.contains("..") => seeds.extend(few(0, number(alone)?)?),
            ref parts => {
                for part in parts {
                    match part.split_once("..") {
                        Some((from, end)) => seeds.extend(few(number(from)?, number(end)?)?),
                        None => seeds.push(number(part)?),
                    }
                }
            }
        }
        let found = Seeds::of(seeds).ok_or_else(wrong)?;
        if found.0.len() as u64 > MOST { Err(wrong()) } else { Ok(found) }
    }
}

/// As ranges and seeds: `0..5`, `3,7`; of a single one the seed.
impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |run: &[u64]| match *run {
            [first, .., last] if last < u64::MAX => format!("{first}..{}", last + 1),
            _ => run.iter().map(u64::to_string).collect::<Vec<_>>().join(","),
        };
        let runs = self.0.chunk_by(|a, b| a.checked_add(1) == Some(*b));
        f.write_str(&runs.map(range).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds(text: &str) -> Vec<u64> {
        text.parse::<Seeds>().unwrap().0
    }

    #[test]
    fn a_number_is_so_many_a_range_ends_before_its_end_and_a_list_is_itself() {
        assert_eq!(seeds("1"), [0]);
        assert_eq!(seeds("5"), [0, 1, 2, 3, 4]);
        assert_eq!(seeds("3..8"), [3, 4, 5, 6, 7]);
        assert_eq!(seeds("7,3"), [3, 7]);
        assert_eq!(seeds("7..8"), [7]);
        assert_eq!(seeds("9,0..2,1"), [0, 1, 9]);
        assert_eq!(seeds("18446744073709551615,0"), [0, u64::MAX]);
        assert_eq!(seeds("1000").len(), 1000);
    }

    #[test]
    fn what_names_no_seeds_is_refused_with_what_would() {
        for text in ["", "0", "a", "-1", "5..5", "8..3", "3,", ",3", "..4", "1..", "1001", "0..1001", "0..1000,5000"] {
            let said = text.parse::<Seeds>().unwrap_err().to_string();
            assert!(said.starts_with(&format!("'{text}': expected a number of seeds such as 5")), "{said}");
        }
    }

    #[test]
    fn seeds_are_written_as_they_are_read() {
        for text in ["0..5", "3..8", "3,7", "0..2,9", "0,18446744073709551615"] {
            assert_eq!(text.parse::<Seeds>().unwrap().to_string(), text);
        }
        assert_eq!(Seeds::one(7).to_string(), "7");
        let last = Seeds::of([u64::MAX - 1, u64::MAX]).unwrap().to_string();
        assert_eq!(last, format!("{},{}", u64::MAX - 1, u64::MAX));
    }

    #[test]
    fn the_first_is_the_smallest_and_two_together_are_in_order() {
        let (a, b) = (Seeds::of([4, 2]).unwrap(), Seeds::of([3, 2]).unwrap());
        assert_eq!((a.first(), a.others(), a.all()), (2, &[4][..], &[2, 4][..]));
        assert_eq!(a.with(&b).all(), [2, 3, 4]);
        assert!(a.meet(&b) && !a.meet(&Seeds::one(3)));
        assert_eq!(Seeds::of([]), None);
    }
}
