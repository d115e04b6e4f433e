//! Sequential scans: every block whole, and so a square of samples at once (ITU-T T.81, F.2).

use crate::bits::BitReader;
use crate::damage::Damage;
use crate::huffman::Huffman;
use crate::idct;
use crate::markers::ZIGZAG;
use crate::plane::Plane;
use crate::scan::BlockDecoder;

/// Decodes the blocks of a sequential scan into samples.
#[derive(Debug)]
pub(crate) struct Sequential<'a> {
    pub(crate) parts: Vec<SequentialPart<'a>>,
}

/// A component of the scan.
#[derive(Debug)]
pub(crate) struct SequentialPart<'a> {
    pub(crate) first: &'a Huffman,
    pub(crate) other: &'a Huffman,
    /// Steps of quantisation, in the order of the codes.
    pub(crate) steps: [i16; 64],
    /// The first coefficient of the block before.
    pub(crate) before: i16,
    pub(crate) plane: &'a mut Plane,
}

impl BlockDecoder for Sequential<'_> {
    fn restart(&mut self) {
        for part in &mut self.parts {
            part.before = 0;
        }
    }

    #[inline]
    fn block(&mut self, reader: &mut BitReader, part: usize, column: usize, row: usize) -> Result<(), Damage> {
        let part = &mut self.parts[part];
        let stride = part.plane.stride;
        let at = 8 * (row * stride + column);
        let mut block = [0; 64];
        // A copy stays in registers while a block is read.
        let mut own = reader.clone();
        let places = part.read(&mut own, &mut block)?;
        *reader = own;
        idct::inverse(&block, places, &mut part.plane.samples[at..], stride);
        Ok(())
    }
}

impl SequentialPart<'_> {
    /// Reads a block that is zero so far, times its steps; returns the bits of the places of all coefficients but the
    /// first.
    ///
    /// The first is coded as the difference from the block before, each other one together with the zeros before it.
    /// Products and sums keep their low 16 bits, as in libjpeg.
    #[inline]
    fn read(&mut self, reader: &mut BitReader, block: &mut [i16; 64]) -> Result<usize, Damage> {
        let difference = self.first.entry(reader)?.value;
        self.before = self.before.wrapping_add(difference);
        block[0] = self.before.wrapping_mul(self.steps[0]);
        let mut places = 0;
        let mut k = 1;
        while k < 64 {
            let entry = self.other.entry(reader)?;
            k += usize::from(entry.symbol >> 4);
            if entry.symbol & 15 == 0 {
                if entry.symbol != 0xf0 {
                    // The end of the block.
                    break;
                }
            } else {
                let (Some(&place), Some(&step)) = (ZIGZAG.get(k), self.steps.get(k)) else {
                    return Err(Damage("it has a block of more than 64 coefficients"));
                };
                block[place] = entry.value.wrapping_mul(step);
                places |= place;
            }
            k += 1;
        }
        Ok(places)
    }
}
