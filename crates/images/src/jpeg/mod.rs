//! JPEG to pixels, the same ones as libjpeg-turbo's, which Pillow calls.
//!
//! The standard (ITU-T T.81) fixes the coefficients of a file but leaves the rounding of the inverse cosine transform
//! open, and the enlarging of chroma unsaid. Here both are libjpeg's defaults: its accurate integer transform and its
//! triangle filter. So a photograph has one set of pixels whoever decodes it, and what the network says of it is
//! comparable.
//!
//! In the order of the bytes: [`markers`] and [`frame`] are headers and tables, [`bits`] and [`huffman`] read codes, a
//! [`scan`] orders blocks, which [`sequential`] or [`progressive`] decode into coefficients; then come [`idct`],
//! [`upsample`] and [`color`].
//!
//! Decoded are baseline, extended sequential and progressive files of 8-bit samples with Huffman codes and one, three
//! or four components. Nothing is allocated that the number of bytes does not pay for: a block is coded by a bit at
//! least, and takes 64 samples.

mod bits;
mod color;
mod frame;
mod huffman;
mod idct;
mod markers;
mod progressive;
mod scan;
mod sequential;
mod upsample;

use frame::{Coding, Frame};
use markers::{Markers, Tables};
use progressive::{Coefficients, Progressive};
use scan::Scan;
use sequential::{Sequential, SequentialPart};
use upsample::Upsampler;

/// What is wrong with a file, as the end of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damage(pub(crate) &'static str);

/// The samples of a component, in rows of whole blocks.
#[derive(Clone, Debug)]
struct Plane {
    samples: Vec<u8>,
    stride: usize,
}

impl Plane {
    fn new(stride: usize, count: usize) -> Self {
        Self { samples: vec![0; count], stride }
    }
}

/// The bytes of the picture, `[height, width, 3]`, or `None` if it is of a kind that is left to another decoder.
///
/// The caller has found the size, columns and rows, to be one that a picture may have.
///
/// # Errors
/// If the bytes break the format.
pub(crate) fn decode(bytes: &[u8], size: (usize, usize)) -> Result<Option<Vec<u8>>, Damage> {
    let mut markers = Markers { bytes, at: 2 };
    let mut tables = Tables::default();
    let mut picture: Option<Picture> = None;
    while let Some(marker) = markers.next() {
        match marker {
            0x01 | 0xd0..=0xd8 => {}
            0xd9 => break,
            0xc0..=0xc2 => {
                if picture.is_some() {
                    return Err(Damage("it has a second frame"));
                }
                let coding = match marker {
                    0xc2 => Coding::Progressive,
                    _ => Coding::Sequential,
                };
                let Some(frame) = Frame::read(coding, markers.segment()?)? else {
                    return Ok(None);
                };
                if (frame.width, frame.height) != size {
                    return Err(Damage("it says two sizes"));
                }
                if frame.covering_blocks() > 8 * bytes.len() {
                    return Err(Damage("it has fewer bits than blocks"));
                }
                picture = Some(Picture::new(frame));
            }
            // Lossless, hierarchical or arithmetically coded.
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return Ok(None),
            0xda => {
                let picture = picture.as_mut().ok_or(Damage("it has a scan before its frame"))?;
                let scan = Scan::read(markers.segment()?, &picture.frame)?;
                markers.at = picture.scan(&scan, &tables, (bytes, markers.at))?;
                if picture.is_whole() {
                    break;
                }
            }
            _ => tables.read(marker, markers.segment()?)?,
        }
    }
    picture.ok_or(Damage("it ends before its first scan"))?.finish(&tables)
}

/// A picture on its way from scans to pixels.
#[derive(Debug)]
struct Picture {
    frame: Frame,
    /// The steps of each component, as they were when its first scan came.
    steps: Vec<Option<[i16; 64]>>,
    /// Samples of sequential scans.
    planes: Vec<Plane>,
    /// Coefficients of progressive scans.
    coefficients: Vec<Coefficients>,
}

impl Picture {
    fn new(frame: Frame) -> Self {
        let components = &frame.components;
        let (planes, coefficients) = match frame.coding {
            Coding::Sequential => {
                let plane = |c: &frame::Component| Plane::new(c.stride(), 64 * c.stored_blocks());
                (components.iter().map(plane).collect(), Vec::new())
            }
            Coding::Progressive => (Vec::new(), components.iter().map(Coefficients::new).collect()),
        };
        Self { steps: vec![None; components.len()], planes, coefficients, frame }
    }

    /// Whether nothing can follow: a progressive picture is whole at the end of its file alone.
    fn is_whole(&self) -> bool {
        self.frame.coding == Coding::Sequential && self.steps.iter().all(Option::is_some)
    }

    /// Decodes a scan whose data begin at a place of the file; returns the place behind them.
    fn scan(&mut self, scan: &Scan, tables: &Tables, data: (&[u8], usize)) -> Result<usize, Damage> {
        for part in &scan.parts {
            let steps = &mut self.steps[part.component];
            if steps.is_some() && self.frame.coding == Coding::Sequential {
                return Err(Damage("it has a second scan of a component"));
            }
            let found = tables.steps[self.frame.components[part.component].steps];
            // Only the low 16 bits of a product are kept, whatever the sign.
            let found = found.ok_or(Damage("it has a scan without its table of steps"))?;
            steps.get_or_insert(found.map(u16::cast_signed));
        }
        let interval = tables.restart_interval;
        match self.frame.coding {
            Coding::Sequential => {
                let missing = Damage("it has a scan without its Huffman table");
                let mut planes: Vec<_> = self.planes.iter_mut().map(Some).collect();
                let mut parts = Vec::new();
                for part in &scan.parts {
                    let first = tables.first.get(part.first).and_then(Option::as_ref);
                    let other = tables.other.get(part.other).and_then(Option::as_ref);
                    parts.push(SequentialPart {
                        first: first.ok_or(missing)?,
                        other: other.ok_or(missing)?,
                        steps: self.steps[part.component].unwrap_or([0; 64]),
                        before: 0,
                        plane: planes[part.component].take().ok_or(missing)?,
                    });
                }
                scan.decode(&self.frame, data, interval, &mut Sequential { parts })
            }
            Coding::Progressive => {
                let codes: Vec<_> = scan
                    .parts
                    .iter()
                    .map(|part| match scan.band.0 {
                        0 => tables.first.get(part.first)?.as_ref(),
                        _ => tables.other.get(part.other)?.as_ref(),
                    })
                    .collect();
                let mut decoder = Progressive::new(scan, &self.frame, &codes, &mut self.coefficients)?;
                scan.decode(&self.frame, data, interval, &mut decoder)
            }
        }
    }

    /// The pixels, once all scans are decoded.
    fn finish(mut self, tables: &Tables) -> Result<Option<Vec<u8>>, Damage> {
        let is_begun = self.coefficients.iter().all(Coefficients::is_begun);
        let steps: Option<Vec<_>> = self.steps.iter().copied().collect();
        let (true, Some(steps)) = (is_begun, steps) else {
            return Err(Damage("it lacks a scan of a component"));
        };
        if !self.coefficients.iter().all(Coefficients::is_finished) {
            return Ok(None);
        }
        for (coefficients, steps) in std::mem::take(&mut self.coefficients).iter().zip(&steps) {
            self.planes.push(coefficients.samples(steps));
        }
        let Frame { width, height, .. } = self.frame;
        let components = &self.frame.components;
        let mut upsamplers: Vec<_> =
            components.iter().zip(&self.planes).map(|(component, plane)| Upsampler::new(component, plane)).collect();
        let is_ycc = is_ycc(&self.frame, tables);
        let mut pixels = vec![0; 3 * width * height];
        for (y, out) in pixels.chunks_exact_mut(3 * width).enumerate() {
            let mut colors = |planes: [&[u8]; 3]| {
                if is_ycc {
                    color::rgb_of_ycc(planes, out);
                } else {
                    color::interleave(planes, out);
                }
            };
            match upsamplers.as_mut_slice() {
                [first, second, third, black] => {
                    colors([first, second, third].map(|plane| &plane.row(y)[..width]));
                    color::rgb_of_inks(is_ycc, &black.row(y)[..width], out);
                }
                [first, second, third] => {
                    colors([first, second, third].map(|plane| &plane.row(y)[..width]));
                }
                [grey, ..] => color::interleave([&grey.row(y)[..width]; 3], out),
                [] => {}
            }
        }
        Ok(Some(pixels))
    }
}

/// Whether the first three components are luminance and chroma, of colours or of inks (libjpeg's
/// `default_decompress_parms`).
///
/// JFIF knows nothing else; Adobe's marker says it; without both, three components are unless they are named R, G and
/// B, and four are not.
fn is_ycc(frame: &Frame, tables: &Tables) -> bool {
    let ids = frame.components.iter().map(|component| component.id);
    match (frame.components.len(), tables.adobe) {
        (3, _) if tables.is_jfif => true,
        (_, Some(transform)) => transform != 0,
        (3, None) => !ids.eq(*b"RGB"),
        _ => false,
    }
}
