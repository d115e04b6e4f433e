//! A scan: which components it codes, and the order of their blocks (ITU-T T.81, B.2.3 and A.2).

use crate::bits::{BitReader, Stop, unstuff};
use crate::damage::Damage;
use crate::frame::Frame;
use crate::markers::SHORT;

/// What a scan header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) parts: Vec<Part>,
    /// The first and the last coefficient coded, in the order of codes.
    pub(crate) band: (usize, usize),
    /// The bit that earlier scans reached, or 0 if there was none; and the bit that this one reaches.
    pub(crate) bits: (u32, u32),
}

/// A component of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its place in the frame.
    pub(crate) component: usize,
    /// Which code its first coefficients have.
    pub(crate) first: usize,
    /// Which code its other coefficients have.
    pub(crate) other: usize,
}

/// Decodes blocks in the order of a scan.
pub(crate) trait BlockDecoder {
    /// Forgets what was before a restart.
    fn restart(&mut self);

    /// Decodes the block of a part, at a column and a row among the stored ones.
    fn block(&mut self, reader: &mut BitReader, part: usize, column: usize, row: usize) -> Result<(), Damage>;
}

impl Scan {
    /// Reads the segment of a scan header.
    pub(crate) fn read(segment: &[u8], frame: &Frame) -> Result<Self, Damage> {
        let (&count, rest) = segment.split_first().ok_or(SHORT)?;
        let (parts, rest) = rest.split_at_checked(2 * usize::from(count)).ok_or(SHORT)?;
        let &[from, to, bits] = rest.first_chunk::<3>().ok_or(SHORT)?;
        let mut found: Vec<Part> = Vec::new();
        for &[id, tables] in parts.as_chunks::<2>().0 {
            let mut components = frame.components.iter();
            let component = components.position(|component| component.id == id);
            let component = component.ok_or(BAD_COMPONENT)?;
            if found.iter().any(|part| part.component == component) {
                return Err(BAD_COMPONENT);
            }
            found.push(Part { component, first: usize::from(tables >> 4), other: usize::from(tables & 15) });
        }
        let scan =
            Self { parts: found, band: (from.into(), to.into()), bits: ((bits >> 4).into(), (bits & 15).into()) };
        // T.81, B.2.3.
        let blocks = |part: &Part| {
            let (across, down) = frame.components[part.component].sampling;
            across * down
        };
        match scan.parts.len() {
            0 => Err(BAD_COMPONENT),
            1 => Ok(scan),
            _ if scan.parts.iter().map(blocks).sum::<usize>() > 10 => {
                Err(Damage("it has a scan with more than ten blocks in a unit"))
            }
            _ => Ok(scan),
        }
    }

    /// Decodes the blocks of a scan whose data begin `at` a place of the file; returns the place behind them.
    ///
    /// Several components are interleaved in units, one component goes block by block over those that cover its
    /// samples.
    pub(crate) fn decode(
        &self,
        frame: &Frame,
        (bytes, mut at): (&[u8], usize),
        restart_interval: usize,
        decoder: &mut impl BlockDecoder,
    ) -> Result<usize, Damage> {
        // Blocks across and down in a unit, for each part.
        let (across, down, shapes) = match self.parts.as_slice() {
            &[Part { component, .. }] => {
                let (across, down) = frame.components[component].blocks;
                (across, down, vec![(1, 1)])
            }
            parts => {
                let shape = |part: &Part| frame.components[part.component].sampling;
                (frame.units.0, frame.units.1, parts.iter().map(shape).collect())
            }
        };
        let total = across * down;
        let interval = if restart_interval == 0 { total } else { restart_interval };
        let mut run = Vec::new();
        for (number, start) in (0..total).step_by(interval).enumerate() {
            let stop = unstuff(bytes, at, &mut run);
            let mut reader = BitReader::new(&run);
            decoder.restart();
            for unit in start..total.min(start + interval) {
                let (x, y) = (unit % across, unit / across);
                for (part, &(columns, rows)) in shapes.iter().enumerate() {
                    for row in rows * y..rows * (y + 1) {
                        for column in columns * x..columns * (x + 1) {
                            decoder.block(&mut reader, part, column, row)?;
                        }
                    }
                }
                if reader.is_exhausted() {
                    return Err(Damage("it has fewer coefficients than its size needs"));
                }
            }
            let is_last = total - start <= interval;
            at = match stop {
                Stop::Restart(found, next) if is_last || usize::from(found) == number % 8 => next,
                Stop::Marker(next) if is_last => next,
                _ => return Err(Damage("it lacks a restart marker, or has one too many")),
            };
        }
        Ok(at)
    }
}

const BAD_COMPONENT: Damage = Damage("it has a scan of components that it does not have");
