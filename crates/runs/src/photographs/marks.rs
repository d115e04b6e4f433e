//! Which of many things were seen, a bit each.

/// Numbers that were marked.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    bits: Vec<u64>,
}

impl Marks {
    /// Marks a number.
    pub(crate) fn mark(&mut self, number: usize) {
        let word = number / 64;
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << (number % 64);
    }

    /// How many different numbers were marked.
    pub(crate) fn count(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_counts_once() {
        let mut marks = Marks::default();
        assert_eq!(marks.count(), 0);
        for number in [0, 63, 64, 0, 1000, 63, 5] {
            marks.mark(number);
        }
        assert_eq!(marks.count(), 5);
    }
}
