//! A file from its first marker to its last.

use crate::damage::{Damage, Refusal};
use crate::extent::Extent;
use crate::frame::{Coding, Frame};
use crate::markers::{Markers, Tables};
use crate::picture::Picture;
use crate::scan::Scan;

/// A JPEG that is read up to its frame header: its size is known, and nothing is allocated for its pixels.
///
/// ```
/// // The first 20 bytes of a file: a frame header of 2 rows and 3 columns of grey, cut off in its scan.
/// let bytes = b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x02\x00\x03\x01\x01\x11\x00\xff\xda\x00\x08\x01";
/// let jpeg = jpeg::Jpeg::open(bytes)?;
/// assert_eq!(jpeg.size(), (3, 2));
/// // One block of 8 by 8 samples covers it.
/// assert_eq!(jpeg.sample_bytes(), 64);
/// assert!(jpeg.decode().unwrap_err().to_string().contains("truncated"));
/// # Ok::<(), jpeg::Damage>(())
/// ```
#[derive(Debug)]
pub struct Jpeg<'a> {
    markers: Markers<'a>,
    tables: Tables,
    extent: Extent,
    /// The marker of the frame header, and its segment.
    frame: (u8, &'a [u8]),
    /// Whether the end-of-image marker was seen.
    ended: bool,
}

impl<'a> Jpeg<'a> {
    /// Reads a file up to its first frame header.
    ///
    /// # Errors
    /// If the bytes break the format before.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Damage> {
        let (mut markers, mut tables) = (Markers { bytes, at: 2 }, Tables::default());
        while let Some(marker) = markers.next() {
            match marker {
                0x01 | 0xd0..=0xd8 => {}
                0xd9 => break,
                0xda => return Err(Damage("it has a scan before its frame")),
                _ => {
                    let segment = markers.segment().map_err(|_| SIZELESS)?;
                    if is_frame(marker) {
                        let extent = Extent::read(marker, segment)?;
                        return Ok(Self { markers, tables, extent, frame: (marker, segment), ended: false });
                    }
                    tables.read(marker, segment)?;
                }
            }
        }
        Err(SIZELESS)
    }

    /// Columns and rows.
    pub fn size(&self) -> (usize, usize) {
        self.extent.size
    }

    /// Bytes that the samples of all components take, in whole blocks.
    pub fn sample_bytes(&self) -> u64 {
        self.extent.sample_bytes()
    }

    /// Bytes that the coefficients take which a progressive file keeps until its last scan; 0 for other files.
    pub fn coefficient_bytes(&self) -> u64 {
        self.extent.coefficient_bytes()
    }

    /// The bytes of the picture, `[height, width, 3]`.
    ///
    /// Of a file whose later scans are missing, and not its end-of-image marker, libjpeg gives every pixel, and so does
    /// this: a component without a scan is in the middle of its range, and where a progressive file lacks the low
    /// frequencies they are guessed from the blocks around (the `smoothing` of libjpeg-turbo 2.1 and later).
    ///
    /// # Errors
    /// If the file is lossless, hierarchical or arithmetically coded, of other samples than 8 bits or of an odd number
    /// of components; if the bytes break the format, or the end-of-image marker is missing: libjpeg, and so Pillow,
    /// calls such a file truncated and would fill what is missing with grey.
    pub fn decode(mut self) -> Result<Vec<u8>, Refusal> {
        let outcome = self.scans();
        if !self.ended && !self.markers.reach_end() {
            return Err(Damage("it is truncated: its end marker is missing").into());
        }
        outcome
    }

    fn scans(&mut self) -> Result<Vec<u8>, Refusal> {
        let bytes = self.markers.bytes;
        let (marker, segment) = self.frame;
        let frame = Frame::read(coding(marker)?, segment)?;
        if frame.covering_blocks() > 8 * bytes.len() {
            return Err(Damage("it has fewer bits than blocks").into());
        }
        let mut picture = Picture::new(frame);
        while let Some(marker) = self.markers.next() {
            match marker {
                0x01 | 0xd0..=0xd8 => {}
                0xd9 => {
                    self.ended = true;
                    break;
                }
                0xda => {
                    let scan = Scan::read(self.markers.segment()?, &picture.frame)?;
                    if picture.frame.coding == Coding::Sequential {
                        self.tables.add_standard_codes()?;
                    }
                    self.markers.at = picture.scan(&scan, &self.tables, (bytes, self.markers.at))?;
                    if picture.is_whole() {
                        break;
                    }
                }
                _ if is_frame(marker) => return Err(Damage("it has a second frame").into()),
                _ => {
                    let segment = self.markers.segment()?;
                    self.tables.read(marker, segment)?;
                }
            }
        }
        Ok(picture.finish(&self.tables)?)
    }
}

/// Whether a marker is that of a frame header: C4, C8 and CC in their midst are tables and a reserved code.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// How a frame is coded whose marker this is, or the kind that is not decoded here (T.81, table B.1).
fn coding(marker: u8) -> Result<Coding, Refusal> {
    match marker {
        0xc0 | 0xc1 => Ok(Coding::Sequential),
        0xc2 => Ok(Coding::Progressive),
        0xc3 => Err(Refusal::Kind("a lossless JPEG")),
        0xc9 | 0xca => Err(Refusal::Kind("an arithmetic-coded JPEG")),
        0xcb => Err(Refusal::Kind("a lossless, arithmetic-coded JPEG")),
        _ => Err(Refusal::Kind("a hierarchical JPEG")),
    }
}

const SIZELESS: Damage = Damage("it ends before its size is said");

#[cfg(test)]
mod tests {
    use super::*;

    /// Start, a frame header of 2 rows and 3 columns, a scan whose data hold an escaped 0xff and a restart, the end.
    const WHOLE: &[u8] =
        b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x02\x00\x03\x01\x01\x11\x00\xff\xda\x00\x02\x12\xff\x00\xff\xd0\x34\xff\xd9";

    #[test]
    fn a_jpeg_without_its_last_marker_is_truncated_whatever_else_is_wrong() {
        for length in 15..WHOLE.len() {
            assert_eq!(Jpeg::open(&WHOLE[..length]).unwrap().size(), (3, 2));
            assert_eq!(said_of(&WHOLE[..length]), "it is truncated: its end marker is missing");
        }
        assert!(!said_of(WHOLE).contains("truncated"));
        assert_eq!(said_of(&WHOLE[..14]), SIZELESS.0);
    }

    #[test]
    fn an_end_marker_inside_a_segment_does_not_end_the_file() {
        let thumbnail = b"\xff\xe1\x00\x06\xff\xd8\xff\xd9";
        let bytes = [&WHOLE[..15], thumbnail, &WHOLE[15..WHOLE.len() - 2]].concat();
        let said = said_of(&bytes);
        assert_eq!(said, "it is truncated: its end marker is missing");
    }

    /// What is said of bytes that cannot be decoded.
    fn said_of(bytes: &[u8]) -> String {
        let outcome = Jpeg::open(bytes).map_err(Refusal::from).and_then(Jpeg::decode);
        outcome.unwrap_err().to_string()
    }

    #[test]
    fn kinds_that_are_not_decoded_are_named_if_the_file_ends() {
        for (marker, kind) in [
            (0xc3, "a lossless JPEG"),
            (0xc5, "a hierarchical JPEG"),
            (0xc6, "a hierarchical JPEG"),
            (0xc7, "a hierarchical JPEG"),
            (0xc9, "an arithmetic-coded JPEG"),
            (0xca, "an arithmetic-coded JPEG"),
            (0xcb, "a lossless, arithmetic-coded JPEG"),
            (0xcd, "a hierarchical JPEG"),
            (0xce, "a hierarchical JPEG"),
            (0xcf, "a hierarchical JPEG"),
        ] {
            let mut bytes = WHOLE.to_vec();
            bytes[3] = marker;
            assert_eq!(said_of(&bytes), kind, "{marker:x}");
            bytes.truncate(bytes.len() - 1);
            assert_eq!(said_of(&bytes), "it is truncated: its end marker is missing");
        }
    }

    #[test]
    fn samples_of_12_bits_and_two_components_are_named() {
        let mut bytes = WHOLE.to_vec();
        bytes[6] = 12;
        assert_eq!(said_of(&bytes), "a JPEG of 12 bits a sample");
        bytes[6] = 16;
        assert_eq!(said_of(&bytes), "a JPEG of other than 8 bits a sample");
        bytes[6] = 8;
        bytes[11] = 2;
        assert_eq!(said_of(&bytes), "a JPEG of other than one, three or four components");
    }
}
