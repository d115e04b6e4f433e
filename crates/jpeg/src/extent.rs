//! How large a picture is, and what decoding it takes, from the frame header of any kind (ITU-T T.81, B.2.2).

use crate::damage::Damage;
use crate::markers::SHORT;

/// What a frame header says of sizes, whether or not this crate decodes its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Columns and rows.
    pub(crate) size: (usize, usize),
    /// Whether coefficients are kept until the last scan.
    pub(crate) is_progressive: bool,
    /// Horizontal and vertical sampling factors.
    sampling: Vec<(u8, u8)>,
}

impl Extent {
    /// Reads the segment of a frame header with this marker.
    pub(crate) fn read(marker: u8, segment: &[u8]) -> Result<Self, Damage> {
        let Some((&[_, h1, h0, w1, w0, count], rest)) = segment.split_first_chunk::<6>() else {
            return Err(SHORT);
        };
        let side = |high, low| usize::from(u16::from_be_bytes([high, low]));
        let components = rest.as_chunks::<3>().0.iter().take(usize::from(count));
        Ok(Self {
            size: (side(w1, w0), side(h1, h0)),
            is_progressive: marker == 0xc2,
            sampling: components.map(|&[_, factors, _]| (factors >> 4, factors & 15)).collect(),
        })
    }

    /// Bytes of the samples of all components: as many blocks of 64 as the sampling factors say, for each unit of the
    /// picture.
    pub(crate) fn sample_bytes(&self) -> u64 {
        let largest = |of: fn(&(u8, u8)) -> u8| self.sampling.iter().map(of).max().unwrap_or(1).max(1);
        let units = |size: usize, factor: u8| size.div_ceil(8 * usize::from(factor)) as u64;
        let blocks = self.sampling.iter().map(|&(h, v)| u64::from(h) * u64::from(v));
        let blocks: u64 = blocks.sum();
        blocks * units(self.size.0, largest(|s| s.0)) * units(self.size.1, largest(|s| s.1)) * 64
    }

    /// Bytes of the coefficients that are kept until the last scan, 16 bits each; none where each scan has all of a
    /// block.
    pub(crate) fn coefficient_bytes(&self) -> u64 {
        if self.is_progressive { 2 * self.sample_bytes() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 17 x 9 pixels of 4:2:0: two units of 16 x 16 across, one down, each of 4 + 1 + 1 blocks.
    #[test]
    fn coefficients_are_kept_of_progressive_pictures_alone() {
        let with = |marker: u8| {
            let extent = Extent::read(marker, &[8, 0, 9, 0, 17, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]).unwrap();
            assert_eq!(extent.size, (17, 9));
            (extent.sample_bytes(), extent.coefficient_bytes())
        };
        let samples = 2 * 6 * 64;
        assert_eq!([with(0xc0), with(0xc9)], [(samples, 0); 2]);
        assert_eq!(with(0xc2), (samples, 2 * samples));
        assert_eq!(Extent::read(0xc0, &[8, 0, 9, 0, 17]), Err(SHORT));
    }
}
