//! A picture on its way from scans to pixels.

use crate::color;
use crate::damage::Damage;
use crate::frame::{Coding, Component, Frame};
use crate::markers::Tables;
use crate::plane::Plane;
use crate::progressive::{Coefficients, Progressive};
use crate::scan::Scan;
use crate::sequential::{Sequential, SequentialPart};
use crate::smoothing::GUESSED;
use crate::upsample::Upsampler;

/// A picture on its way from scans to pixels.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) frame: Frame,
    /// The steps of each component, as they were when its first scan came.
    steps: Vec<Option<[i16; 64]>>,
    /// Samples of sequential scans.
    planes: Vec<Plane>,
    /// Coefficients of progressive scans.
    coefficients: Vec<Coefficients>,
}

impl Picture {
    pub(crate) fn new(frame: Frame) -> Self {
        let components = &frame.components;
        let (planes, coefficients) = match frame.coding {
            Coding::Sequential => {
                let plane = |c: &Component| Plane::new(c.stride(), 64 * c.stored_blocks());
                (components.iter().map(plane).collect(), Vec::new())
            }
            Coding::Progressive => (Vec::new(), components.iter().map(Coefficients::new).collect()),
        };
        Self { steps: vec![None; components.len()], planes, coefficients, frame }
    }

    /// Whether nothing can follow: a progressive picture is whole at the end of its file alone.
    pub(crate) fn is_whole(&self) -> bool {
        self.frame.coding == Coding::Sequential && self.steps.iter().all(Option::is_some)
    }

    /// Decodes a scan whose data begin at a place of the file; returns the place behind them.
    pub(crate) fn scan(&mut self, scan: &Scan, tables: &Tables, data: (&[u8], usize)) -> Result<usize, Damage> {
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
    pub(crate) fn finish(mut self, tables: &Tables) -> Result<Vec<u8>, Damage> {
        if self.steps.iter().all(Option::is_none) {
            return Err(Damage("it has no scan"));
        }
        match self.frame.coding {
            // A component without a scan has all coefficients zero: samples in the middle of their range.
            Coding::Sequential => {
                let planes = self.planes.iter_mut().zip(&self.steps);
                planes.filter(|(_, steps)| steps.is_none()).for_each(|(plane, _)| plane.samples.fill(128));
            }
            Coding::Progressive => self.planes = self.progressive_planes(),
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
        Ok(pixels)
    }

    /// The samples of all components, and no coefficients any more.
    ///
    /// What later scans would have said is guessed under libjpeg's conditions (`smoothing_ok`): something of it is
    /// missing, the first coefficients of every component are there, and no step is zero.
    fn progressive_planes(&mut self) -> Vec<Plane> {
        let coefficients = std::mem::take(&mut self.coefficients);
        let is_safe = |(of, steps): (&Coefficients, &Option<[i16; 64]>)| {
            of.is_begun() && steps.is_some_and(|steps| !steps[..GUESSED].contains(&0))
        };
        let smooths =
            coefficients.iter().zip(&self.steps).all(is_safe) && !coefficients.iter().all(Coefficients::is_finished);
        let of_components = coefficients.iter().zip(&self.steps).zip(&self.frame.components);
        of_components
            .map(|((coefficients, steps), component)| {
                let steps = steps.unwrap_or([0; 64]);
                match smooths {
                    true => coefficients.smoothed_samples(&steps, component, self.unit_rows()),
                    false => coefficients.samples(&steps),
                }
            })
            .collect()
    }

    /// Rows of units; libjpeg's units of a single component are of as many blocks as its factor says, of which
    /// [`Frame::units`] knows nothing.
    fn unit_rows(&self) -> usize {
        match self.frame.components.as_slice() {
            [only] => only.blocks.1.div_ceil(only.rows),
            _ => self.frame.units.1,
        }
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
