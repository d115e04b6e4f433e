//! The frame header: size, components and how they are sampled (ITU-T T.81, B.2.2 and A.1.1).

use crate::damage::{Damage, Refusal};
use crate::markers::SHORT;

/// How the coefficients are spread over scans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Whole blocks, each in one scan.
    Sequential,
    /// Bands and bits of blocks.
    Progressive,
}

/// What a frame header says, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) coding: Coding,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Units across and down, in a scan of several components.
    pub(crate) units: (usize, usize),
    pub(crate) components: Vec<Component>,
}

/// A plane of samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Component {
    pub(crate) id: u8,
    /// Blocks across and down in a unit.
    pub(crate) sampling: (usize, usize),
    /// The vertical factor that the file says, also of a single component: rows of blocks that libjpeg smooths at once.
    pub(crate) rows: usize,
    /// How many pixels a sample stands for, across and down.
    pub(crate) scale: (usize, usize),
    /// Which steps its coefficients were divided by.
    pub(crate) steps: usize,
    /// Samples across and down that the picture has.
    pub(crate) size: (usize, usize),
    /// Blocks that cover the samples, in a scan of its own.
    pub(crate) blocks: (usize, usize),
    /// Blocks of whole units, which are stored.
    pub(crate) stored: (usize, usize),
}

impl Component {
    /// Samples between the starts of stored rows.
    pub(crate) fn stride(&self) -> usize {
        8 * self.stored.0
    }

    /// The number of stored blocks.
    pub(crate) fn stored_blocks(&self) -> usize {
        self.stored.0 * self.stored.1
    }
}

impl Frame {
    /// Reads the segment of a frame header.
    ///
    /// # Errors
    /// If it is too short; if its kind is not decoded here: other samples than 8 bits, a number of components that is
    /// not one, three or four, or sampling that enlarges by a fraction.
    pub(crate) fn read(coding: Coding, segment: &[u8]) -> Result<Self, Refusal> {
        let Some((&[bits, h1, h0, w1, w0, count], rest)) = segment.split_first_chunk::<6>() else {
            return Err(SHORT.into());
        };
        match (bits, count) {
            (8, 1 | 3 | 4) => {}
            (8, _) => return Err(Refusal::Kind("a JPEG of other than one, three or four components")),
            (12, _) => return Err(Refusal::Kind("a JPEG of 12 bits a sample")),
            _ => return Err(Refusal::Kind("a JPEG of other than 8 bits a sample")),
        }
        let side = |high, low| usize::from(u16::from_be_bytes([high, low]));
        let (width, height) = (side(w1, w0), side(h1, h0));
        let parts = rest.as_chunks::<3>().0;
        let parts = parts.get(..usize::from(count)).ok_or(SHORT)?;
        let mut components = Vec::new();
        for &[id, sampling, steps] in parts {
            let sampling = (usize::from(sampling >> 4), usize::from(sampling & 15));
            let is_known = (1..=4).contains(&sampling.0) && (1..=4).contains(&sampling.1);
            if !is_known || steps > 3 {
                return Err(Damage("it has a component of an unknown kind").into());
            }
            let rows = sampling.1;
            // A single component is not enlarged, and its units are single blocks, whatever its factors say.
            let sampling = if count == 1 { (1, 1) } else { sampling };
            components.push(Component {
                id,
                sampling,
                rows,
                scale: (1, 1),
                steps: usize::from(steps),
                size: (0, 0),
                blocks: (0, 0),
                stored: (0, 0),
            });
        }
        let finest = components
            .iter()
            .fold((1, 1), |finest, component| (component.sampling.0.max(finest.0), component.sampling.1.max(finest.1)));
        let units = (width.div_ceil(8 * finest.0), height.div_ceil(8 * finest.1));
        for component in &mut components {
            let (across, down) = component.sampling;
            if finest.0 % across != 0 || finest.1 % down != 0 {
                return Err(Refusal::Kind("a JPEG whose components are enlarged by a fraction"));
            }
            component.scale = (finest.0 / across, finest.1 / down);
            component.size = (width.div_ceil(component.scale.0), height.div_ceil(component.scale.1));
            component.blocks = (component.size.0.div_ceil(8), component.size.1.div_ceil(8));
            component.stored = (units.0 * across, units.1 * down);
        }
        Ok(Self { coding, width, height, units, components })
    }

    /// The blocks that cover the picture; every one of them takes a bit of a file at least.
    pub(crate) fn covering_blocks(&self) -> usize {
        self.components.iter().map(|component| component.blocks.0 * component.blocks.1).sum()
    }
}
