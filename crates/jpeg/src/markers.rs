//! What stands between the scans: markers, and segments of tables (ITU-T T.81, B.1 and B.2.4).

use crate::damage::Damage;
use crate::huffman::Huffman;
use crate::standard;

/// Where the coefficients of a block stand, `8 row + column`, in the order of their codes (T.81, figure A.6).
#[rustfmt::skip]
pub(crate) const ZIGZAG: [usize; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Walks over the markers of a file.
#[derive(Debug)]
pub(crate) struct Markers<'a> {
    pub(crate) bytes: &'a [u8],
    /// Where the next marker is looked for.
    pub(crate) at: usize,
}

impl<'a> Markers<'a> {
    /// The code of the next marker; what stands before it is passed over, as libjpeg does.
    pub(crate) fn next(&mut self) -> Option<u8> {
        loop {
            let &[first, code] = self.bytes.get(self.at..)?.first_chunk::<2>()?;
            self.at += 1;
            if first == 0xff && !matches!(code, 0x00 | 0xff) {
                self.at += 1;
                return Some(code);
            }
        }
    }

    /// The bytes of the segment that begins here with its length.
    pub(crate) fn segment(&mut self) -> Result<&'a [u8], Damage> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.first_chunk::<2>().ok_or(SHORT)?;
        let length = usize::from(u16::from_be_bytes(*length));
        self.at += length;
        rest.get(2..length).ok_or(SHORT)
    }

    /// Goes on to the marker that ends the file; whether there is one.
    pub(crate) fn reach_end(&mut self) -> bool {
        while let Some(marker) = self.next() {
            match marker {
                0x01 | 0xd0..=0xd8 => {}
                0xd9 => return true,
                // What is wrong with a segment was said where it was read.
                _ => drop(self.segment()),
            }
        }
        false
    }
}

/// The tables and settings that hold for the scans after them.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    /// Steps of quantisation, in the order of the codes.
    pub(crate) steps: [Option<[u16; 64]>; 4],
    /// Codes of the first coefficients.
    pub(crate) first: [Option<Huffman>; 4],
    /// Codes of the other coefficients.
    pub(crate) other: [Option<Huffman>; 4],
    /// Units between restart markers; 0 if there are none.
    pub(crate) restart_interval: usize,
    /// Whether a JFIF header was seen.
    pub(crate) is_jfif: bool,
    /// What Adobe's marker says of the colours.
    pub(crate) adobe: Option<u8>,
}

impl Tables {
    /// Takes in a segment of the marker, if it is one that says something to a decoder.
    pub(crate) fn read(&mut self, marker: u8, segment: &[u8]) -> Result<(), Damage> {
        match marker {
            0xc4 => self.read_codes(segment),
            0xdb => self.read_steps(segment),
            0xdd => {
                let interval = segment.first_chunk::<2>().ok_or(SHORT)?;
                self.restart_interval = usize::from(u16::from_be_bytes(*interval));
                Ok(())
            }
            // libjpeg knows them by their name and a length (`examine_app0`, `examine_app14`).
            0xe0 => {
                self.is_jfif |= segment.len() >= 14 && segment.starts_with(b"JFIF\0");
                Ok(())
            }
            0xee if segment.len() >= 12 && segment.starts_with(b"Adobe") => {
                self.adobe = Some(segment[11]);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn read_codes(&mut self, mut segment: &[u8]) -> Result<(), Damage> {
        while let Some((&head, rest)) = segment.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(SHORT)?;
            let total: usize = counts.iter().copied().map(usize::from).sum();
            let (symbols, rest) = rest.split_at_checked(total).ok_or(SHORT)?;
            let table = Huffman::new(*counts, symbols)?;
            let tables = match head >> 4 {
                0 if table.is_of_sizes() => &mut self.first,
                1 => &mut self.other,
                _ => return Err(BAD_TABLE),
            };
            *tables.get_mut(usize::from(head & 15)).ok_or(BAD_TABLE)? = Some(table);
            segment = rest;
        }
        Ok(())
    }

    /// Makes the codes of the standard's annex K known, where a file has said no others: frames of Motion JPEG, as
    /// webcams send them, leave them out (libjpeg-turbo's `std_huff_tables`).
    pub(crate) fn add_standard_codes(&mut self) -> Result<(), Damage> {
        for (tables, standard) in [(&mut self.first, standard::FIRST), (&mut self.other, standard::OTHER)] {
            for (table, (counts, symbols)) in tables.iter_mut().zip(standard) {
                if table.is_none() {
                    *table = Some(Huffman::new(counts, symbols)?);
                }
            }
        }
        Ok(())
    }

    fn read_steps(&mut self, mut segment: &[u8]) -> Result<(), Damage> {
        while let Some((&head, rest)) = segment.split_first() {
            let width = match head >> 4 {
                0 => 1,
                1 => 2,
                _ => return Err(BAD_TABLE),
            };
            let (numbers, rest) = rest.split_at_checked(64 * width).ok_or(SHORT)?;
            let mut steps = [0; 64];
            for (step, bytes) in steps.iter_mut().zip(numbers.chunks(width)) {
                *step = bytes.iter().fold(0, |step, &byte| step << 8 | u16::from(byte));
            }
            *self.steps.get_mut(usize::from(head & 15)).ok_or(BAD_TABLE)? = Some(steps);
            segment = rest;
        }
        Ok(())
    }
}

pub(crate) const SHORT: Damage = Damage("it has a segment that is shorter than what it holds");
const BAD_TABLE: Damage = Damage("it has a table of an unknown kind");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zigzag_visits_every_place_along_diagonals() {
        for (k, place) in ZIGZAG.iter().enumerate() {
            let diagonal = place / 8 + place % 8;
            let before = ZIGZAG[..k].iter();
            assert!(before.clone().all(|at| at / 8 + at % 8 <= diagonal && at != place));
            // Even diagonals go up, odd ones down.
            let last = before.last().filter(|at| *at / 8 + *at % 8 == diagonal);
            assert!(last.is_none_or(|at| (at / 8 > place / 8) == (diagonal % 2 == 0)));
        }
    }

    #[test]
    fn steps_are_of_one_or_two_bytes() {
        let mut tables = Tables::default();
        let narrow = [&[0x02][..], &[7; 64]].concat();
        let wide = [&[0x13][..], &[1, 2].repeat(64)].concat();
        tables.read(0xdb, &[narrow, wide.clone()].concat()).unwrap();
        assert_eq!(tables.steps[2], Some([7; 64]));
        assert_eq!(tables.steps[3], Some([258; 64]));
        assert_eq!(tables.read(0xdb, &wide[..128]), Err(SHORT));
        assert_eq!(tables.read(0xdb, &[4; 65]), Err(BAD_TABLE));
    }
}
