//! Random numbers by address: a draw depends on what it is for, not on what was drawn before.

/// Where a draw stands: a chain of names and numbers, mixed into one.
///
/// # Example
/// ```
/// use laws::Address;
///
/// let case = Address::new(7).word("matmul").number(3);
/// assert_eq!(case.draw(), Address::new(7).word("matmul").number(3).draw());
/// assert_ne!(case.draw(), case.number(0).draw());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(u64);

impl Address {
    /// The address of a seed.
    pub fn new(seed: u64) -> Address {
        Address(mixed(seed))
    }

    /// The address of something that has a number.
    #[must_use]
    pub fn number(self, number: u64) -> Address {
        Address(mixed(self.0 ^ mixed(number.wrapping_add(1))))
    }

    /// The address of something that has a name.
    #[must_use]
    pub fn word(self, word: &str) -> Address {
        word.bytes().fold(self, |address, byte| address.number(u64::from(byte)))
    }

    /// 64 random bits.
    pub fn draw(self) -> u64 {
        mixed(self.0)
    }

    /// One of the numbers below `count`; zero where there is none.
    pub fn below(self, count: u64) -> u64 {
        self.draw() % count.max(1)
    }
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014), one step of its sequence further.
fn mixed(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_the_same_on_any_machine_and_neighbours_differ() {
        // SplitMix64 of the seed 0 begins so (the reference implementation's first number).
        assert_eq!(mixed(0), 0xe220_a839_7b1d_cdaf);
        let address = Address::new(1).word("law");
        let draws: Vec<u64> = (0..1000).map(|i| address.number(i).draw()).collect();
        let mut sorted = draws.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), draws.len());
        assert_ne!(Address::new(1).word("ab").draw(), Address::new(1).word("ba").draw());
    }

    #[test]
    fn every_number_below_a_count_comes_up() {
        let mut seen = [false; 7];
        (0..200).for_each(|i| seen[usize::try_from(Address::new(i).below(7)).unwrap()] = true);
        assert_eq!(seen, [true; 7]);
        assert_eq!(Address::new(3).below(0), 0);
    }
}
