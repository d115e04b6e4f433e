//! One of several parts of a run's work.

use std::fmt;
use std::str::FromStr;

/// More parts than any cluster has processors for.
const MOST: usize = 1_000_000;

/// Part I of N, counted from 1.
///
/// ```
/// let second: runs::Shard = "2/3".parse().unwrap();
/// assert_eq!(second.of(&["a", "b", "c", "d", "e"]), ["b", "e"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    index: usize,
    count: usize,
}

/// Why a text is no shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{found}' is not a shard: expected I/N with I from 1 to N, such as 2/4, found {why}")]
pub struct ParseShardError {
    found: String,
    why: String,
}

impl Shard {
    /// Which one, from 1.
    pub fn index(self) -> usize {
        self.index
    }

    /// Of how many.
    pub fn count(self) -> usize {
        self.count
    }

    /// Which places of a list of so many are this one's: those of [`Shard::of`].
    pub fn places(self, count: usize) -> impl Iterator<Item = usize> {
        (self.index - 1..count).step_by(self.count)
    }

    /// Whether a place of a list is this one's.
    pub fn has(self, place: usize) -> bool {
        place % self.count == self.index - 1
    }

    /// What is this one's of a list: dealt like cards, one after another.
    ///
    /// Of a list in the order of cost, what two shards have differs by no more than its most expensive piece: every card
    /// of one lies between two neighboring cards of the other. Pictures are listed site after site, and a site farther
    /// into the network costs more, so shards are balanced without anybody knowing what a picture costs.
    pub fn of<T: Clone>(self, all: &[T]) -> Vec<T> {
        self.places(all.len()).map(|at| all[at].clone()).collect()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = ParseShardError;

    fn from_str(text: &str) -> Result<Shard, ParseShardError> {
        let because = |why: &str| ParseShardError { found: text.to_owned(), why: why.to_owned() };
        let whole = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            part.parse().ok().filter(|_| digits)
        };
        let (index, count) = text.split_once('/').ok_or_else(|| because("no /"))?;
        let index: usize = whole(index).ok_or_else(|| because("no whole number before the /"))?;
        let count: usize = whole(count).ok_or_else(|| because("no whole number behind the /"))?;
        match (index, count) {
            (_, MOST..) if count > MOST => Err(because(&format!("more than {MOST} of them"))),
            (1.., _) if index <= count => Ok(Shard { index, count }),
            _ => Err(because(&format!("shard {index} of {count}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_shard_is_two_whole_numbers_of_which_the_first_is_the_smaller() {
        for (index, count) in [(1, 1), (2, 2), (1, 7), (7, 7), (1, MOST), (MOST, MOST)] {
            let shard: Shard = format!("{index}/{count}").parse().unwrap();
            assert_eq!((shard.index(), shard.count(), shard.to_string()), (index, count, format!("{index}/{count}")));
        }
        for (text, why) in [
            ("", "no /"),
            ("3", "no /"),
            ("/3", "no whole number before the /"),
            ("1/", "no whole number behind the /"),
            ("-1/3", "no whole number before the /"),
            ("+1/3", "no whole number before the /"),
            ("1/3/4", "no whole number behind the /"),
            ("1/3.0", "no whole number behind the /"),
            ("0/3", "shard 0 of 3"),
            ("4/3", "shard 4 of 3"),
            ("1/0", "shard 1 of 0"),
            ("1/1000001", "more than 1000000 of them"),
        ] {
            let error = text.parse::<Shard>().unwrap_err().to_string();
            let said = format!("'{text}' is not a shard: expected I/N with I from 1 to N, such as 2/4, found {why}");
            assert_eq!(error, said);
        }
    }

    proptest! {
        #[test]
        fn shards_are_all_of_a_list_each_piece_once_and_as_balanced_as_pieces_allow(
            mut costs in prop::collection::vec(0_u32..1000, 0..60), count in 1_usize..9,
        ) {
            costs.sort_unstable();
            let pieces: Vec<(usize, u32)> = costs.iter().copied().enumerate().collect();
            let shards = (1..=count).map(|index| Shard { index, count }.of(&pieces));
            let shards: Vec<Vec<(usize, u32)>> = shards.collect();
            for (index, pieces) in shards.iter().enumerate() {
                let shard = Shard { index: index + 1, count };
                let had = (0..costs.len()).filter(|&at| shard.has(at));
                prop_assert!(had.eq(pieces.iter().map(|piece| piece.0)));
            }
            let mut all = shards.concat();
            all.sort_unstable();
            prop_assert_eq!(all, pieces);
            let loads: Vec<u32> = shards.iter().map(|shard| shard.iter().map(|piece| piece.1).sum()).collect();
            let apart = loads.iter().max().unwrap() - loads.iter().min().unwrap();
            prop_assert!(apart <= costs.last().copied().unwrap_or(0), "{:?}", loads);
        }
    }
}
