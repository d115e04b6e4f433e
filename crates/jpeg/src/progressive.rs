//! Progressive scans: bands of coefficients, and their bits from the highest (ITU-T T.81, annex G).

use crate::bits::BitReader;
use crate::damage::Damage;
use crate::frame::{Component, Frame};
use crate::huffman::Huffman;
use crate::idct;
use crate::markers::ZIGZAG;
use crate::plane::Plane;
use crate::scan::{BlockDecoder, Scan};
use crate::smoothing::{GUESSED, Smoothing};

/// The coefficients of a component, as far as scans have coded them.
#[derive(Debug)]
pub(crate) struct Coefficients {
    /// `[stored row, stored column, 8, 8]`.
    blocks: Vec<[i16; 64]>,
    /// Stored blocks of a row.
    across: usize,
    /// The lowest bit known of each coefficient, in the order of the codes; `None` if there was no scan of it.
    known: [Option<u32>; 64],
}

impl Coefficients {
    /// All zero, none known.
    pub(crate) fn new(component: &Component) -> Self {
        Self { blocks: vec![[0; 64]; component.stored_blocks()], across: component.stored.0, known: [None; 64] }
    }

    /// Whether there was a scan of the first coefficients.
    pub(crate) fn is_begun(&self) -> bool {
        self.known[0].is_some()
    }

    /// Whether the coefficients that libjpeg would otherwise guess from the blocks around are known to the last bit:
    /// the nine after the first (`smoothing_ok`, `SAVED_COEFS`).
    pub(crate) fn is_finished(&self) -> bool {
        self.known[1..GUESSED].iter().all(|&known| known == Some(0))
    }

    /// The samples, given the steps in the order of the codes.
    pub(crate) fn samples(&self, steps: &[i16; 64]) -> Plane {
        self.samples_of(steps, |number| self.blocks[number])
    }

    /// The samples, where coefficients that are not known are guessed from the blocks around, in a picture of so many
    /// rows of units.
    pub(crate) fn smoothed_samples(&self, steps: &[i16; 64], component: &Component, unit_rows: usize) -> Plane {
        let smoothing = Smoothing { component, steps, known: &self.known, unit_rows };
        let stored_rows = self.blocks.len() / self.across;
        self.samples_of(steps, |number| {
            let (row, column) = (number / self.across, number % self.across);
            match column < component.blocks.0 && row < component.blocks.1 {
                true => smoothing
                    .smoothed((column, row), stored_rows, |column, row| &self.blocks[row * self.across + column]),
                // Beyond the picture: nobody looks there.
                false => self.blocks[number],
            }
        })
    }

    /// The samples of the blocks that `block` gives by their number.
    fn samples_of(&self, steps: &[i16; 64], block: impl Fn(usize) -> [i16; 64]) -> Plane {
        let mut by_place = [0; 64];
        for (&place, &step) in ZIGZAG.iter().zip(steps) {
            by_place[place] = step;
        }
        let mut plane = Plane::new(8 * self.across, 64 * self.blocks.len());
        let stride = plane.stride;
        for number in 0..self.blocks.len() {
            let block = block(number);
            let (row, column) = (number / self.across, number % self.across);
            let out = &mut plane.samples[8 * (row * stride + column)..];
            let mut scaled = [0; 64];
            let mut places = 0;
            for i in 0..64 {
                scaled[i] = block[i].wrapping_mul(by_place[i]);
                places |= if block[i] == 0 { 0 } else { i };
            }
            idct::inverse(&scaled, places, out, stride);
        }
        plane
    }
}

/// Decodes the blocks of a progressive scan.
#[derive(Debug)]
pub(crate) struct Progressive<'a> {
    parts: Vec<ProgressivePart<'a>>,
    band: (usize, usize),
    /// Whether bits of coefficients are added that an earlier scan began.
    refines: bool,
    /// The bit that the scan reaches.
    bit: u32,
    /// Blocks that are known to hold nothing more, from the present one on.
    ended: usize,
}

/// A component of the scan.
#[derive(Debug)]
struct ProgressivePart<'a> {
    code: Option<&'a Huffman>,
    before: i16,
    across: usize,
    blocks: &'a mut [[i16; 64]],
}

impl<'a> Progressive<'a> {
    /// A decoder for a scan with the codes of its parts, and notes in `coefficients` what it will make known.
    pub(crate) fn new(
        scan: &Scan,
        frame: &Frame,
        codes: &[Option<&'a Huffman>],
        coefficients: &'a mut [Coefficients],
    ) -> Result<Self, Damage> {
        let ((from, to), (high, low)) = (scan.band, scan.bits);
        let is_band = match from {
            0 => to == 0,
            _ => from <= to && to < 64 && scan.parts.len() == 1,
        };
        if !is_band || low > 13 || (high != 0 && high != low + 1) {
            return Err(Damage("it has a scan of a band that no scan may have"));
        }
        debug_assert_eq!(coefficients.len(), frame.components.len());
        let mut rest: Vec<Option<&mut Coefficients>> = coefficients.iter_mut().map(Some).collect();
        let mut parts = Vec::new();
        for (part, &code) in scan.parts.iter().zip(codes) {
            let Some(of_part) = rest[part.component].take() else {
                continue;
            };
            // libjpeg only warns; but so no coefficient is coded more often than it has bits, whatever the number of
            // scans.
            let before = (high != 0).then_some(high);
            let mut known = of_part.known[from..=to].iter();
            if known.any(|&known| known != before) {
                return Err(Damage("it has a scan of bits that are not the next ones"));
            }
            of_part.known[from..=to].fill(Some(low));
            parts.push(ProgressivePart { code, before: 0, across: of_part.across, blocks: &mut of_part.blocks });
        }
        Ok(Self { parts, band: (from, to), refines: high != 0, bit: low, ended: 0 })
    }

    /// Reads how many blocks more hold nothing, after a symbol with this many bits to follow; the present one is
    /// counted.
    fn read_ended(&mut self, reader: &mut BitReader, bits: u32) {
        reader.refill();
        self.ended = (1 << bits) + reader.take(bits);
    }
}

impl BlockDecoder for Progressive<'_> {
    fn restart(&mut self) {
        self.ended = 0;
        for part in &mut self.parts {
            part.before = 0;
        }
    }

    #[inline]
    fn block(&mut self, reader: &mut BitReader, part: usize, column: usize, row: usize) -> Result<(), Damage> {
        let ProgressivePart { code, before, across, blocks } = &mut self.parts[part];
        let block = &mut blocks[row * *across + column];
        match (*code, self.band.0, self.refines) {
            (Some(code), 0, false) => {
                *before = before.wrapping_add(code.entry(reader)?.value);
                block[0] = before.wrapping_shl(self.bit);
                Ok(())
            }
            (_, 0, _) => {
                block[0] |= i16::from(reader.bit()) << self.bit;
                Ok(())
            }
            (None, ..) => Err(Damage("it has a scan without its Huffman table")),
            (Some(code), _, false) => {
                let mut block = *block;
                self.begin(reader, code, &mut block)?;
                self.parts[part].store(block, column, row);
                Ok(())
            }
            (Some(code), _, true) => {
                let mut block = *block;
                self.refine(reader, code, &mut block)?;
                self.parts[part].store(block, column, row);
                Ok(())
            }
        }
    }
}

impl ProgressivePart<'_> {
    fn store(&mut self, block: [i16; 64], column: usize, row: usize) {
        self.blocks[row * self.across + column] = block;
    }
}

impl Progressive<'_> {
    /// Reads the high bits of the coefficients of a band (G.1.2.2).
    fn begin(&mut self, reader: &mut BitReader, code: &Huffman, block: &mut [i16; 64]) -> Result<(), Damage> {
        if self.ended > 0 {
            self.ended -= 1;
            return Ok(());
        }
        let (mut k, last) = self.band;
        while k <= last {
            let entry = code.entry(reader)?;
            let zeros = entry.symbol >> 4;
            if entry.symbol & 15 != 0 {
                k += usize::from(zeros);
                let place = ZIGZAG.get(k).ok_or(TOO_MANY)?;
                block[*place] = entry.value.wrapping_shl(self.bit);
            } else if zeros == 15 {
                k += 15;
            } else {
                self.read_ended(reader, u32::from(zeros));
                self.ended -= 1;
                break;
            }
            k += 1;
        }
        Ok(())
    }

    /// Reads the next bit of every coefficient of a band (G.1.2.3).
    ///
    /// Coefficients that are not zero take a bit each, in passing; those that become so are coded with the number of
    /// zeros before them that stay, and begin with the value 1 or -1 at this bit.
    fn refine(&mut self, reader: &mut BitReader, code: &Huffman, block: &mut [i16; 64]) -> Result<(), Damage> {
        let (mut k, last) = self.band;
        let one = 1_i16 << self.bit;
        if self.ended == 0 {
            while k <= last {
                let symbol = code.symbol(reader)?;
                let mut zeros = symbol >> 4;
                let value = match symbol & 15 {
                    0 if zeros < 15 => {
                        self.read_ended(reader, u32::from(zeros));
                        break;
                    }
                    0 => 0,
                    // A size other than 1 is damage that libjpeg reads as 1.
                    _ if reader.bit() => one,
                    _ => -one,
                };
                while k <= last {
                    let coefficient = &mut block[ZIGZAG[k]];
                    if *coefficient != 0 {
                        add_bit(reader, coefficient, one);
                    } else if zeros == 0 {
                        break;
                    } else {
                        zeros -= 1;
                    }
                    k += 1;
                }
                if value != 0 {
                    let place = ZIGZAG.get(k).ok_or(TOO_MANY)?;
                    block[*place] = value;
                }
                k += 1;
            }
        }
        if self.ended > 0 {
            for place in ZIGZAG[k.min(last + 1)..=last].iter() {
                if block[*place] != 0 {
                    add_bit(reader, &mut block[*place], one);
                }
            }
            self.ended -= 1;
        }
        Ok(())
    }
}

/// Adds a bit to the magnitude of a coefficient, unless it is there already.
fn add_bit(reader: &mut BitReader, coefficient: &mut i16, one: i16) {
    if reader.bit() && *coefficient & one == 0 {
        let addend = if *coefficient > 0 { one } else { -one };
        *coefficient = coefficient.wrapping_add(addend);
    }
}

const TOO_MANY: Damage = Damage("it has a block of more than 64 coefficients");
