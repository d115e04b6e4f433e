//! Huffman codes (ITU-T T.81, annex C), decoded by looking up the next ten bits.

use crate::bits::{BitReader, extend};
use crate::damage::Damage;

/// Bits of the lookup: most codes of photographs, many together with the value that follows them.
const LOOKAHEAD: u32 = 10;

/// A coefficient's code and, where it fitted into the lookup, its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The coefficient's value, if `length` counts its bits.
    pub(crate) value: i16,
    /// Zeros before the coefficient in the high four bits, the bits of its value in the low four.
    pub(crate) symbol: u8,
    /// Bits of the code and of the value that follows it; 0 if the code is longer than the lookup, or is none.
    length: u8,
}

/// A table of codes.
#[derive(Clone, Debug)]
pub(crate) struct Huffman {
    /// By the next bits: the whole entry where code and value fit.
    whole: Box<[Entry; 1 << LOOKAHEAD]>,
    /// By the next bits: the code alone, its value left to be read.
    codes: Box<[Entry; 1 << LOOKAHEAD]>,
    /// For a length: the first 16 bits, read as a number, that belong to a longer code.
    ends: [usize; 17],
    /// For a length: the place of the symbol of code c is c + this, modulo 2^64.
    offsets: [usize; 17],
    symbols: Vec<u8>,
}

impl Huffman {
    /// The canonical code with `counts[l - 1]` codes of l bits for the symbols, which are in the order of their codes
    /// (C.2).
    pub(crate) fn new(counts: [u8; 16], symbols: &[u8]) -> Result<Self, Damage> {
        let mut table = Self {
            whole: Box::new([Entry::default(); 1 << LOOKAHEAD]),
            codes: Box::new([Entry::default(); 1 << LOOKAHEAD]),
            ends: [0; 17],
            offsets: [0; 17],
            symbols: symbols.to_vec(),
        };
        let (mut code, mut place) = (0_usize, 0_usize);
        for (length, count) in (1_u8..).zip(counts) {
            let count = usize::from(count);
            table.offsets[usize::from(length)] = place.wrapping_sub(code);
            for _ in 0..count {
                let symbol = symbols.get(place).ok_or(BAD_TABLE)?;
                if code >> length != 0 {
                    return Err(BAD_TABLE);
                }
                table.enter(code, length, *symbol);
                code += 1;
                place += 1;
            }
            table.ends[usize::from(length)] = code << (16 - length);
            code *= 2;
        }
        Ok(table)
    }

    /// Enters a code at all lookups that begin with it.
    fn enter(&mut self, code: usize, length: u8, symbol: u8) {
        let Some(free) = LOOKAHEAD.checked_sub(u32::from(length)) else {
            return;
        };
        let size = symbol & 15;
        for rest in 0..1 << free {
            let at = code << free | rest;
            let entry = Entry { value: 0, symbol, length };
            self.codes[at] = entry;
            if let Some(unused) = free.checked_sub(u32::from(size)) {
                self.whole[at] =
                    Entry { value: extend(rest >> unused, u32::from(size)), length: length + size, ..entry };
            }
        }
    }

    /// Whether all symbols are sizes, as those of first coefficients must be.
    pub(crate) fn is_of_sizes(&self) -> bool {
        self.symbols.iter().all(|&symbol| symbol < 16)
    }

    /// Reads a code and the value that follows it, of as many bits as the low half of the symbol says.
    #[inline]
    pub(crate) fn entry(&self, reader: &mut BitReader) -> Result<Entry, Damage> {
        reader.refill();
        let entry = self.whole[reader.peek(LOOKAHEAD)];
        if entry.length != 0 {
            reader.skip(u32::from(entry.length));
            return Ok(entry);
        }
        let symbol = self.code(reader)?;
        let size = u32::from(symbol & 15);
        let value = extend(reader.take(size), size);
        Ok(Entry { value, symbol, length: 0 })
    }

    /// Reads a code alone.
    #[inline]
    pub(crate) fn symbol(&self, reader: &mut BitReader) -> Result<u8, Damage> {
        reader.refill();
        self.code(reader)
    }

    /// The symbol of the next code; 16 bits must be ready, and as many as 31 if a value is read next.
    #[inline]
    fn code(&self, reader: &mut BitReader) -> Result<u8, Damage> {
        let entry = self.codes[reader.peek(LOOKAHEAD)];
        if entry.length != 0 {
            reader.skip(u32::from(entry.length));
            return Ok(entry.symbol);
        }
        let next = reader.peek(16);
        for length in LOOKAHEAD + 1..=16 {
            if next < self.ends[length as usize] {
                reader.skip(length);
                let code = next >> (16 - length);
                let place = code.wrapping_add(self.offsets[length as usize]);
                return self.symbols.get(place).copied().ok_or(BAD_CODE);
            }
        }
        Err(BAD_CODE)
    }
}

const BAD_TABLE: Damage = Damage("it has a Huffman table that is no code");
const BAD_CODE: Damage = Damage("it has bits that are no Huffman code");

#[cfg(test)]
mod tests {
    use super::*;

    /// One code of every length up to 16: 0, 10, 110, ...
    fn ladder() -> Huffman {
        let symbols: Vec<u8> = (0..16).map(|i| i << 4 | (15 - i)).collect();
        Huffman::new([1; 16], &symbols).unwrap()
    }

    #[test]
    fn codes_of_every_length_are_read_with_their_values() {
        let table = ladder();
        for ones in 0..16_u8 {
            let size = u32::from(15 - ones);
            // The ones of the code and its zero, then a value of all ones, then zeros.
            let ones_of = |count: u32| (1_u64 << count) - 1;
            let code = ones_of(ones.into()) << (64 - u32::from(ones)).min(63);
            let bits = code | ones_of(size) << (63 - u32::from(ones) - size);
            let run = bits.to_be_bytes();
            let mut reader = BitReader::new(&run);
            let entry = table.entry(&mut reader).unwrap();
            assert_eq!(entry.symbol, ones << 4 | (15 - ones));
            assert_eq!(i32::from(entry.value), (1 << size) - 1, "{ones}");
            let mut reader = BitReader::new(&run);
            assert_eq!(table.symbol(&mut reader), Ok(entry.symbol));
        }
        // Sixteen ones are left over.
        assert_eq!(table.entry(&mut BitReader::new(&[0xff; 4])), Err(BAD_CODE));
    }

    #[test]
    fn more_codes_than_a_length_has_are_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert_eq!(Huffman::new(counts, &[0, 1, 2]).unwrap_err(), BAD_TABLE);
        counts[0] = 2;
        assert_eq!(Huffman::new(counts, &[0]).unwrap_err(), BAD_TABLE);
        assert!(Huffman::new(counts, &[0, 15]).unwrap().is_of_sizes());
        assert!(!Huffman::new(counts, &[0, 16]).unwrap().is_of_sizes());
    }
}
