//! The bits of entropy-coded data, first the highest of each byte (ITU-T T.81, F.2.2.5).

/// What stopped a run of entropy-coded data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The restart marker of this number, 0 to 7; the next run begins at the place.
    Restart(u8, usize),
    /// Another marker, whose 0xff stands at the place, or the end of the bytes.
    Marker(usize),
}

/// The bytes that code coefficients, from `at` to the next marker, without the zeros that escape their 0xff (B.1.1.5).
///
/// `run` is emptied and filled, so that one buffer serves all restart intervals; it never holds more than the file.
pub(crate) fn unstuff(bytes: &[u8], mut at: usize, run: &mut Vec<u8>) -> Stop {
    run.clear();
    while let Some(rest) = bytes.get(at..) {
        let Some(plain) = rest.iter().position(|&byte| byte == 0xff) else {
            run.extend_from_slice(rest);
            break;
        };
        run.extend_from_slice(&rest[..plain]);
        // Any number of 0xff may fill the place before a marker's code.
        let fill = rest[plain..].iter().take_while(|&&byte| byte == 0xff);
        let code = plain + fill.count();
        match rest.get(code) {
            Some(0) => run.push(0xff),
            Some(&restart @ 0xd0..=0xd7) => return Stop::Restart(restart - 0xd0, at + code + 1),
            _ => return Stop::Marker(at + code - 1),
        }
        at += code + 1;
    }
    Stop::Marker(bytes.len())
}

/// Reads bits from a run; after its end it reads zeros, and [`BitReader::is_exhausted`] says so.
#[derive(Clone, Debug)]
pub(crate) struct BitReader<'a> {
    run: &'a [u8],
    /// The next byte that is not in the buffer; it goes on counting after the end.
    at: usize,
    /// The next bits, from the highest.
    buffer: u64,
    /// How many of the buffer's bits count.
    held: u32,
}

impl<'a> BitReader<'a> {
    pub(crate) fn new(run: &'a [u8]) -> Self {
        Self { run, at: 0, buffer: 0, held: 0 }
    }

    /// Makes at least 32 bits ready: a code of up to 16 and the up to 15 bits of a value after it.
    #[inline]
    pub(crate) fn refill(&mut self) {
        if self.held >= 32 {
            return;
        }
        let next = self.run.get(self.at..).and_then(<[u8]>::first_chunk::<8>);
        let word = next.map_or_else(|| self.last_bytes(), |bytes| u64::from_be_bytes(*bytes));
        // Whole bytes only are counted; the bits of one more may come in, and come in again equal.
        self.buffer |= word >> self.held;
        self.at += (63 - self.held as usize) / 8;
        self.held |= 56;
    }

    #[cold]
    fn last_bytes(&self) -> u64 {
        let mut bytes = [0; 8];
        let rest = self.run.get(self.at..).unwrap_or_default();
        bytes[..rest.len()].copy_from_slice(rest);
        u64::from_be_bytes(bytes)
    }

    /// The next `count` bits, at most 16, which must be ready; they stay.
    #[inline]
    pub(crate) fn peek(&self, count: u32) -> usize {
        // Two shifts, for one by 64 is none.
        ((self.buffer >> 1) >> (63 - count)) as usize
    }

    /// Passes `count` bits over, which must be ready.
    #[inline]
    pub(crate) fn skip(&mut self, count: u32) {
        self.buffer <<= count;
        self.held -= count;
    }

    /// Takes the next `count` bits, at most 16, which must be ready.
    #[inline]
    pub(crate) fn take(&mut self, count: u32) -> usize {
        let bits = self.peek(count);
        self.skip(count);
        bits
    }

    /// Takes one bit.
    #[inline]
    pub(crate) fn bit(&mut self) -> bool {
        self.refill();
        self.take(1) == 1
    }

    /// Whether more bits were taken than the run has.
    #[inline]
    pub(crate) fn is_exhausted(&self) -> bool {
        8 * self.at > 8 * self.run.len() + self.held as usize
    }
}

/// The value that `size` bits stand for: the upper half of the numbers is positive, the lower one negative (F.2.2.1,
/// EXTEND).
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "at most 15 bits: between -32767 and 32767"
)]
pub(crate) fn extend(bits: usize, size: u32) -> i16 {
    let bits = bits as i32;
    let negative = bits < (1 << size) >> 1;
    (if negative { bits + 1 - (1 << size) } else { bits }) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_markers_stop() {
        let bytes = b"\x12\xff\x00\xff\xff\x00\x34\xff\xff\xd3\x56\xff\xd9";
        let mut run = vec![7];
        assert_eq!(unstuff(bytes, 0, &mut run), Stop::Restart(3, 10));
        assert_eq!(run, b"\x12\xff\xff\x34");
        assert_eq!(unstuff(bytes, 10, &mut run), Stop::Marker(11));
        assert_eq!(run, b"\x56");
        assert_eq!(unstuff(&bytes[..11], 10, &mut run), Stop::Marker(11));
        assert_eq!(run, b"\x56");
    }

    #[test]
    fn bits_come_from_the_highest_and_their_end_is_noticed() {
        let run: Vec<u8> = (1..=11).map(|byte| 17 * byte).collect();
        for width in [1, 3, 8, 11, 16] {
            let mut reader = BitReader::new(&run);
            for first in (0..88).step_by(width as usize) {
                let expected = (first..first + width as usize).fold(0, |bits, at| {
                    let byte = run.get(at / 8).copied().unwrap_or(0);
                    2 * bits + usize::from(byte >> (7 - at % 8) & 1)
                });
                reader.refill();
                assert_eq!(reader.take(width), expected, "{width} bits from {first}");
                assert_eq!(reader.is_exhausted(), first + width as usize > 88);
            }
            reader.bit();
            assert!(reader.is_exhausted());
        }
    }

    #[test]
    fn half_of_the_values_of_a_size_are_negative() {
        assert_eq!(extend(0, 0), 0);
        assert_eq!([0, 1].map(|bits| extend(bits, 1)), [-1, 1]);
        assert_eq!([0, 3, 4, 7].map(|bits| extend(bits, 3)), [-7, -4, 4, 7]);
        assert_eq!([0, 32767].map(|bits| extend(bits, 15)), [-32767, 32767]);
    }
}
