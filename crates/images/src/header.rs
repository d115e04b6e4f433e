//! What a file says about itself, read before any decoder allocates a byte because of it.

/// The formats that are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Jpeg,
    Png,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
        }
    }
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The format by the first bytes, whatever the file is called, or what the bytes are instead.
pub(crate) fn format(bytes: &[u8]) -> Result<Format, &'static str> {
    match bytes {
        [] => Err("an empty file"),
        [0xff, 0xd8, 0xff, ..] => Ok(Format::Jpeg),
        _ if bytes.starts_with(PNG_SIGNATURE) => Ok(Format::Png),
        _ if bytes.starts_with(b"GIF8") => Err("a GIF"),
        _ if bytes.starts_with(b"BM") => Err("a BMP"),
        _ if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Err("a WebP"),
        _ if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") => Err("a TIFF"),
        _ => Err("neither one's first bytes"),
    }
}

/// The header of a PNG, its `IHDR` chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PngHeader {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) bit_depth: u8,
    pub(crate) color_type: u8,
}

impl PngHeader {
    /// The header, if the first chunk is one.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let side = |at: usize| -> Option<usize> {
            let side = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
            usize::try_from(side).ok()
        };
        if bytes.get(12..16)? != b"IHDR" {
            return None;
        }
        Some(Self { width: side(16)?, height: side(20)?, bit_depth: *bytes.get(24)?, color_type: *bytes.get(25)? })
    }
}

/// Whether each palette of a PNG before its pixels has whole entries of three bytes (PNG, 11.2.2): a decoder may take
/// that for granted.
pub(crate) fn has_whole_palettes(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(PNG_SIGNATURE.len()..).unwrap_or_default();
    // A chunk is its length, its name, its bytes and a check sum.
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length);
        if behind.starts_with(b"IDAT") {
            break;
        }
        if behind.starts_with(b"PLTE") && !length.is_multiple_of(3) {
            return false;
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        rest = behind.get(length.saturating_add(8)..).unwrap_or_default();
    }
    true
}

/// The markers of a JPEG from its start to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct JpegMarkers {
    /// Columns and rows, from the first frame header.
    pub(crate) size: Option<(usize, usize)>,
    /// Whether the end-of-image marker is there. libjpeg, and so Pillow, calls a file without it truncated.
    pub(crate) ends: bool,
    /// Bytes of the samples of all components, in whole blocks.
    pub(crate) samples: u64,
    /// Bytes of the coefficients that are kept until the last scan; none where the first scan has all of each block.
    pub(crate) kept: u64,
}

/// What a JPEG's frame header says of its components (ITU-T T.81, B.2.2).
struct Frame {
    size: (usize, usize),
    progressive: bool,
    /// Horizontal and vertical sampling factors.
    sampling: Vec<(u8, u8)>,
}

impl Frame {
    /// The frame header whose length field is at the beginning.
    fn read(code: u8, segment: &[u8]) -> Option<Self> {
        let side = |at: usize| {
            let side = segment.get(at..at + 2)?.try_into().ok()?;
            Some(usize::from(u16::from_be_bytes(side)))
        };
        let components = segment.get(8..)?.chunks_exact(3);
        let count = usize::from(*segment.get(7)?);
        Some(Self {
            size: (side(5)?, side(3)?),
            progressive: code == 0xc2,
            sampling: components.take(count).map(|c| (c[1] >> 4, c[1] & 15)).collect(),
        })
    }

    /// Bytes of all coefficients, 16 bits each: as many blocks of 64 as the sampling factors say, for each unit of the
    /// picture.
    fn samples(&self) -> u64 {
        let largest = |of: fn(&(u8, u8)) -> u8| self.sampling.iter().map(of).max().unwrap_or(1).max(1);
        let units = |size: usize, factor: u8| size.div_ceil(8 * usize::from(factor)) as u64;
        let blocks = self.sampling.iter().map(|&(h, v)| u64::from(h) * u64::from(v));
        let blocks: u64 = blocks.sum();
        blocks * units(self.size.0, largest(|s| s.0)) * units(self.size.1, largest(|s| s.1)) * 64
    }
}

impl JpegMarkers {
    /// Walks from marker to marker (ITU-T T.81, B.1.1), over entropy-coded data between them.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut markers = Self::default();
        let mut at = 2;
        let (mut frame, mut scans): (Option<Frame>, usize) = (None, 0);
        // A marker is 0xff and a byte that is neither zero (an escaped 0xff among entropy-coded data) nor 0xff (fill).
        while let Some(&[first, code]) = bytes.get(at..at + 2) {
            if first != 0xff || matches!(code, 0x00 | 0xff) {
                at += 1;
                continue;
            }
            at += 2;
            match code {
                // TEM and the restart markers stand alone.
                0x01 | 0xd0..=0xd8 => continue,
                0xd9 => {
                    markers.ends = true;
                    break;
                }
                // Frame headers: C4, C8 and CC in their midst are tables and a reserved code.
                0xc0..=0xcf if !matches!(code, 0xc4 | 0xc8 | 0xcc) && frame.is_none() => {
                    frame = Frame::read(code, &bytes[at..]);
                    markers.size = frame.as_ref().map(|frame| frame.size);
                }
                0xda => {
                    scans += 1;
                    if let Some(frame) = &frame
                        && scans == 1
                    {
                        markers.samples = frame.samples();
                        if frame.progressive {
                            markers.kept = 2 * markers.samples;
                        }
                    }
                }
                _ => {}
            }
            let Some(&[high, low]) = bytes.get(at..at + 2) else {
                break;
            };
            at += usize::from(u16::from_be_bytes([high, low]));
        }
        markers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_without_its_last_marker_does_not_end() {
        // Start, a frame header of 2 rows and 3 columns, a scan whose data holds an escaped 0xff and a restart, the
        // end.
        let whole = b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x02\x00\x03\x01\x01\x11\x00\xff\xda\x00\x02\x12\xff\x00\xff\xd0\x34\xff\xd9";
        let read = |bytes| {
            let markers = JpegMarkers::read(bytes);
            (markers.size, markers.ends)
        };
        assert_eq!(read(whole), (Some((3, 2)), true));
        for length in 15..whole.len() {
            assert_eq!(read(&whole[..length]), (Some((3, 2)), false));
        }
    }

    /// 17 x 9 pixels of 4:2:0: two units of 16 x 16 across, one down, each of 4 + 1 + 1 blocks.
    #[test]
    fn coefficients_are_kept_of_progressive_pictures_alone() {
        let with = |code: u8, components: u8| {
            let frame = [0xff, code, 0, 17, 8, 0, 9, 0, 17, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
            let scan = [0xff, 0xda, 0, 8, components];
            let markers = JpegMarkers::read(&[&[0xff, 0xd8], &frame[..], &scan].concat());
            (markers.samples, markers.kept)
        };
        let samples = 2 * 6 * 64;
        assert_eq!([with(0xc0, 3), with(0xc0, 1)], [(samples, 0); 2]);
        assert_eq!([with(0xc2, 3), with(0xc2, 1)], [(samples, 2 * samples); 2]);
    }

    #[test]
    fn an_end_marker_inside_a_segment_does_not_end_the_file() {
        let thumbnail = b"\xff\xd8\xff\xe1\x00\x06\xff\xd8\xff\xd9\xff\xda\x00\x02\x12";
        assert!(!JpegMarkers::read(thumbnail).ends);
    }
}
