//! A case is a short list of named whole numbers: sizes, steps, the kind of its values and the seed of them.
//!
//! So its name says all of it, the same on any machine; and a smaller case is one whose numbers are smaller.

use crate::Address;
use std::fmt;

/// One number of a case: its name, its range, and the values worth trying.
#[derive(Clone, Debug)]
pub struct Axis {
    name: &'static str,
    least: u64,
    most: u64,
    /// Values that are tried more often, with their neighbours.
    near: Vec<u64>,
    /// Names of the values, if they have names.
    words: Vec<&'static str>,
    /// Whether the cases of a law take all values in turn.
    walks: bool,
    /// Whether zero stands for all of what the other values pick one of.
    picks: bool,
    /// Whether half of the cases take the least value.
    half_least: bool,
    /// Values beyond the range that are tried once in a while, with their neighbours.
    seldom: Vec<u64>,
}

/// Of how many cases one takes a value that is tried seldom.
const SELDOM: u64 = 8;

/// Sizes that divide by nothing.
const PRIMES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 31, 37, 61, 67, 97];

impl Axis {
    /// A number from `least` to `most`; the simplest is the least.
    pub fn number(name: &'static str, least: u64, most: u64) -> Axis {
        let most = most.max(least);
        let (near, words, seldom) = (Vec::new(), Vec::new(), Vec::new());
        Axis { name, least, most, near, words, walks: false, picks: false, half_least: false, seldom }
    }

    /// The same, with values that are tried more often, and their neighbours: tile sizes.
    #[must_use]
    pub fn near(self, sizes: &[usize]) -> Axis {
        Axis { near: sizes.iter().map(|&size| size as u64).collect(), ..self }
    }

    /// The same, where every other case takes the least value: what is an ordinary thing without.
    #[must_use]
    pub fn half_least(self) -> Axis {
        Axis { half_least: true, ..self }
    }

    /// The same, where one case in eight takes one of these values, which may lie beyond the range, or a neighbour.
    #[must_use]
    pub fn seldom(self, sizes: impl IntoIterator<Item = usize>) -> Axis {
        Axis { seldom: sizes.into_iter().map(|size| size as u64).collect(), ..self }
    }

    /// The largest value of any case.
    fn end(&self) -> u64 {
        self.seldom.iter().map(|size| size.saturating_add(1)).fold(self.most, u64::max)
    }

    /// One of several words, the simplest first.
    pub fn words(name: &'static str, words: Vec<&'static str>) -> Axis {
        Axis { words: words.clone(), ..Axis::number(name, 0, (words.len() as u64).saturating_sub(1)) }
    }

    /// A number below a power of two that takes every value once in as many cases.
    ///
    /// # Panics
    /// If the count is no power of two.
    pub fn walk(name: &'static str, count: u64) -> Axis {
        assert!(count.is_power_of_two(), "a walk of {count} values");
        Axis { walks: true, ..Axis::number(name, 0, count - 1) }
    }

    /// Which of `count` things is meant, counted from one; zero, which is what is drawn, means all. One is simpler.
    pub fn pick(name: &'static str, count: u64) -> Axis {
        Axis { picks: true, ..Axis::number(name, 0, count) }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// A number of case number `case`: small ones, tile sizes and primes more often than others.
    fn draw(&self, at: Address, case: u64) -> u64 {
        if self.walks {
            // An odd step takes every value of a power of two once; this one is the golden ratio's.
            return case.wrapping_mul(0x9e37_79b9_7f4a_7c15) & self.most;
        }
        if self.picks {
            return 0;
        }
        if self.half_least && at.number(7).below(2) == 0 {
            return self.least;
        }
        if !self.seldom.is_empty() && at.number(8).below(SELDOM) == 0 {
            let size = self.seldom[index(at.number(9).below(self.seldom.len() as u64))];
            return (size + at.number(10).below(3)).saturating_sub(1).max(self.least);
        }
        let span = (self.most - self.least).saturating_add(1);
        let anything = self.least.saturating_add(at.number(1).below(span));
        if !self.words.is_empty() || span <= 4 || span > 1 << 32 {
            return anything;
        }
        let drawn = match at.below(20) {
            0..6 => self.least + at.number(2).below(4),
            6..12 if !self.near.is_empty() => {
                let near = self.near[index(at.number(3).below(self.near.len() as u64))];
                // Around the tile, or around two of them.
                let times = 1 + at.number(4).below(2);
                (near * times + at.number(5).below(3)).saturating_sub(1)
            }
            6..15 => PRIMES[index(at.number(6).below(PRIMES.len() as u64))],
            _ => anything,
        };
        if (self.least..=self.most).contains(&drawn) { drawn } else { anything }
    }

    /// Smaller numbers to try in the place of one, the smallest first.
    fn simpler(&self, value: u64) -> Vec<u64> {
        if self.picks {
            return if value == 0 { (1..=self.most).collect() } else { Vec::new() };
        }
        let mut candidates = vec![self.least, self.least + (value - self.least) / 2, value.saturating_sub(1)];
        candidates.retain(|&c| c < value && c >= self.least);
        candidates.dedup();
        candidates
    }

    fn shown(&self, value: u64) -> String {
        match self.words.get(index(value)) {
            Some(word) => (*word).to_owned(),
            None => value.to_string(),
        }
    }

    fn parsed(&self, text: &str) -> Result<u64, String> {
        if let Some(at) = self.words.iter().position(|word| *word == text) {
            return Ok(at as u64);
        }
        let expected = match self.words.is_empty() {
            true => format!("a number from {} to {}", self.least, self.end()),
            false => format!("one of {}", self.words.join(", ")),
        };
        let number = if self.words.is_empty() { text.parse().ok() } else { None };
        let inside = number.filter(|number| (self.least..=self.end()).contains(number));
        inside.ok_or_else(|| format!("{}: expected {expected}, found '{text}'", self.name))
    }
}

/// A number that is known to be small, as an index.
pub(crate) fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A point of the space that axes span. Its name, such as `m=1 k=2 n=1 values=ones seed=0`, is all there is to know.
#[derive(Clone, Debug)]
pub struct Case {
    axes: Vec<Axis>,
    numbers: Vec<u64>,
}

impl Case {
    /// Case number `case` of those at an address.
    pub fn draw(axes: Vec<Axis>, at: Address, case: u64) -> Case {
        let at = at.number(case);
        let numbers = axes.iter().map(|axis| axis.draw(at.word(axis.name), case)).collect();
        Case { axes, numbers }
    }

    /// The case of a name.
    ///
    /// # Errors
    /// If the name is not that of a case of these axes: which number is missing, unknown or out of range.
    pub fn parse(axes: Vec<Axis>, name: &str) -> Result<Case, String> {
        let mut numbers = vec![None; axes.len()];
        for part in name.split_whitespace() {
            let (key, value) = part.split_once('=').ok_or_else(|| format!("expected NAME=NUMBER, found '{part}'"))?;
            let names = || axes.iter().map(Axis::name).collect::<Vec<_>>().join(", ");
            let at = axes.iter().position(|axis| axis.name == key);
            let at = at.ok_or_else(|| format!("expected one of {}, found '{key}'", names()))?;
            numbers[at] = Some(axes[at].parsed(value)?);
        }
        let complete = axes
            .iter()
            .zip(numbers)
            .map(|(axis, number)| number.ok_or_else(|| format!("expected {}=.., found '{name}'", axis.name)));
        let numbers = complete.collect::<Result<_, _>>()?;
        Ok(Case { axes, numbers })
    }

    /// The number of a name; zero if there is none.
    pub fn get(&self, name: &str) -> usize {
        index(self.number(name))
    }

    /// The same in 64 bits.
    pub fn number(&self, name: &str) -> u64 {
        let at = self.axes.iter().position(|axis| axis.name == name);
        at.map_or(0, |at| self.numbers[at])
    }

    /// Several numbers at once.
    pub fn numbers<const N: usize>(&self, names: [&str; N]) -> [usize; N] {
        names.map(|name| self.get(name))
    }

    /// The same with another number of a name, if there is one.
    #[must_use]
    pub fn with(mut self, name: &str, number: u64) -> Case {
        if let Some(at) = self.axes.iter().position(|axis| axis.name == name) {
            self.numbers[at] = number;
        }
        self
    }

    /// Cases that are simpler than this one: one number smaller, or two numbers that have to go together.
    pub fn simpler(&self) -> Vec<Case> {
        let with = |changes: &[(usize, u64)]| {
            let mut case = self.clone();
            changes.iter().for_each(|&(at, number)| case.numbers[at] = number);
            case
        };
        let each = (0..self.axes.len())
            .flat_map(|at| self.axes[at].simpler(self.numbers[at]).into_iter().map(move |number| vec![(at, number)]));
        let lower = |at: usize| {
            (self.numbers[at] > self.axes[at].least && !self.axes[at].picks).then(|| (at, self.numbers[at] - 1))
        };
        let pairs = (0..self.axes.len())
            .flat_map(|first| (0..first).filter_map(move |second| Some(vec![lower(first)?, lower(second)?])));
        each.chain(pairs).map(|changes| with(&changes)).collect()
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (axis, &number)) in self.axes.iter().zip(&self.numbers).enumerate() {
            write!(f, "{}{}={}", if i > 0 { " " } else { "" }, axis.name, axis.shown(number))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes() -> Vec<Axis> {
        vec![
            Axis::number("m", 0, 100).near(&[16]),
            Axis::words("values", vec!["ones", "wide"]),
            Axis::number("seed", 0, u64::MAX),
        ]
    }

    #[test]
    fn the_name_of_a_case_is_the_case() {
        for i in 0..100 {
            let case = Case::draw(axes(), Address::new(i), i);
            let again = Case::parse(axes(), &case.to_string()).unwrap();
            assert_eq!(again.numbers, case.numbers, "{case}");
        }
    }

    #[test]
    fn what_is_no_name_of_a_case_is_said_in_one_sentence() {
        for (name, expected) in [
            ("m=1 values=ones", "seed"),
            ("m=101 values=ones seed=0", "from 0 to 100"),
            ("m=1 values=1 seed=0", "one of ones, wide"),
            ("m=1 values=ones seed=0 q=1", "one of m, values, seed"),
            ("m", "NAME=NUMBER"),
        ] {
            let said = Case::parse(axes(), name).unwrap_err();
            assert!(said.contains(expected), "{said}");
        }
    }

    #[test]
    fn sizes_around_tiles_primes_and_the_smallest_come_up_often() {
        let of = |i| Case::draw(axes(), Address::new(i), i).get("m");
        let sizes: Vec<usize> = (0..1000).map(of).collect();
        for wanted in [0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 97] {
            assert!(sizes.iter().filter(|&&size| size == wanted).count() >= 10, "{wanted}");
        }
        assert!(sizes.iter().all(|&size| size <= 100));
    }

    #[test]
    fn what_is_seldom_and_what_half_of_the_cases_are_come_up_as_often_as_said() {
        let axes =
            || vec![Axis::number("k", 1, 9).seldom([2048]), Axis::words("groups", vec!["1", "2", "8"]).half_least()];
        let cases: Vec<Case> = (0..1600).map(|i| Case::draw(axes(), Address::new(i), i)).collect();
        let count = |name: &str, size: usize| cases.iter().filter(|case| case.get(name) == size).count();
        for size in 2047..2050 {
            assert!((40..95).contains(&count("k", size)), "{size}: {}", count("k", size));
        }
        assert!(cases.iter().all(|case| case.get("k") <= 9 || (2047..2050).contains(&case.get("k"))));
        // Half of them, and a third of the others.
        assert!((950..1200).contains(&count("groups", 0)), "{}", count("groups", 0));
        assert_eq!(Case::parse(axes(), "k=2049 groups=8").map(|case| case.get("k")), Ok(2049));
        assert!(Case::parse(axes(), "k=2050 groups=8").unwrap_err().contains("from 1 to 2049"));
    }

    #[test]
    fn a_walk_takes_every_value_once() {
        let axes = || vec![Axis::walk("block", 64)];
        let mut seen: Vec<usize> = (0..64).map(|i| Case::draw(axes(), Address::new(1), i).get("block")).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..64).collect::<Vec<_>>());
    }

    #[test]
    fn simpler_cases_are_smaller_and_end() {
        let mut case = Case::draw(axes(), Address::new(5), 0);
        let mut steps = 0;
        while let Some(next) = case.simpler().into_iter().next() {
            (case, steps) = (next, steps + 1);
        }
        assert_eq!(case.to_string(), "m=0 values=ones seed=0");
        assert!(steps <= 3, "{steps}");
    }
}
