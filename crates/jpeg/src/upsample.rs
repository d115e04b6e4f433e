//! Enlarging planes of chroma to the picture, as libjpeg's "fancy upsampling" does (`jdsample.c`).
//!
//! By two it is linear interpolation between the centers of samples: three quarters of the nearer and one of the
//! farther. Halves are rounded alternately down and up from pixel to pixel, so that they do not shift the mean. Samples
//! beyond the edges are those at the edges. By other factors, and across planes that are only one or two samples wide,
//! samples are repeated.

use crate::frame::Component;
use crate::plane::Plane;

/// Gives the rows of a component at the size of the picture.
#[derive(Debug)]
pub(crate) struct Upsampler<'a> {
    plane: &'a Plane,
    /// Samples across and down.
    size: (usize, usize),
    method: Method,
    /// Sums of two rows.
    sums: Vec<u16>,
    /// A row of the picture, and what its last samples stand for beyond it.
    row: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Copy,
    Across,
    Down,
    Both,
    Repeat { across: usize, down: usize },
}

impl<'a> Upsampler<'a> {
    pub(crate) fn new(component: &Component, plane: &'a Plane) -> Self {
        let is_wide = component.size.0 > 2;
        let method = match component.scale {
            (1, 1) => Method::Copy,
            (2, 1) if is_wide => Method::Across,
            (1, 2) => Method::Down,
            (2, 2) if is_wide => Method::Both,
            (across, down) => Method::Repeat { across, down },
        };
        let is_both = method == Method::Both;
        Self {
            plane,
            size: component.size,
            method,
            sums: vec![0; if is_both { component.size.0 } else { 0 }],
            row: vec![0; component.size.0 * component.scale.0],
        }
    }

    /// Row `y` of the picture: at least as many samples as the picture has columns.
    pub(crate) fn row(&mut self, y: usize) -> &[u8] {
        let (nearer, farther) = (y / 2, if y.is_multiple_of(2) { (y / 2).saturating_sub(1) } else { y / 2 + 1 });
        match self.method {
            Method::Copy => return self.samples(y),
            Method::Across => {
                let plane = self.plane;
                across(&plane.samples[plane.stride * y..][..self.size.0], &mut self.row);
            }
            Method::Down => {
                let (plane, width) = (self.plane, self.size.0);
                let farther = farther.min(self.size.1 - 1);
                let nearer = &plane.samples[plane.stride * nearer..][..width];
                let farther = &plane.samples[plane.stride * farther..][..width];
                let bias = if y.is_multiple_of(2) { 1 } else { 2 };
                for ((out, &near), &far) in self.row.iter_mut().zip(nearer).zip(farther) {
                    *out = low_byte((3 * u16::from(near) + u16::from(far) + bias) >> 2);
                }
            }
            Method::Both => {
                let (plane, width) = (self.plane, self.size.0);
                let farther = farther.min(self.size.1 - 1);
                let nearer = &plane.samples[plane.stride * nearer..][..width];
                let farther = &plane.samples[plane.stride * farther..][..width];
                for ((sum, &near), &far) in self.sums.iter_mut().zip(nearer).zip(farther) {
                    *sum = 3 * u16::from(near) + u16::from(far);
                }
                across_sums(&self.sums, &mut self.row);
            }
            Method::Repeat { across, down } => {
                let plane = self.plane;
                let samples = &plane.samples[plane.stride * (y / down)..][..self.size.0];
                for (out, &sample) in self.row.chunks_exact_mut(across).zip(samples) {
                    out.fill(sample);
                }
            }
        }
        &self.row
    }

    fn samples(&self, y: usize) -> &[u8] {
        &self.plane.samples[self.plane.stride * y..][..self.size.0]
    }
}

/// Twice as many samples across: out 2 i = (3 s(i) + s(i - 1) + 1) >> 2 and out 2 i + 1 = (3 s(i) + s(i + 1) + 2) >> 2.
fn across(samples: &[u8], out: &mut [u8]) {
    let pairs = out.as_chunks_mut::<2>().0;
    let (Some(&first), Some(&last)) = (samples.first(), samples.last()) else {
        return;
    };
    let count = samples.len();
    let (before, after) = (&samples[..count - 2], &samples[2..]);
    for (((pair, &left), &sample), &right) in pairs[1..].iter_mut().zip(before).zip(&samples[1..]).zip(after) {
        let nearer = 3 * u16::from(sample);
        *pair = [low_byte((nearer + u16::from(left) + 1) >> 2), low_byte((nearer + u16::from(right) + 2) >> 2)];
    }
    pairs[0] = [first, low_byte((3 * u16::from(first) + u16::from(samples[1]) + 2) >> 2)];
    pairs[count - 1] = [low_byte((3 * u16::from(last) + u16::from(samples[count - 2]) + 1) >> 2), last];
}

/// The same of sums of rows, which are four times a sample: biases 8 and 7, sixteenths.
fn across_sums(sums: &[u16], out: &mut [u8]) {
    let pairs = out.as_chunks_mut::<2>().0;
    let (Some(&first), Some(&last)) = (sums.first(), sums.last()) else {
        return;
    };
    let count = sums.len();
    let (before, after) = (&sums[..count - 2], &sums[2..]);
    for (((pair, &left), &sum), &right) in pairs[1..].iter_mut().zip(before).zip(&sums[1..]).zip(after) {
        *pair = [low_byte((3 * sum + left + 8) >> 4), low_byte((3 * sum + right + 7) >> 4)];
    }
    pairs[0] = [low_byte((4 * first + 8) >> 4), low_byte((3 * first + sums[1] + 7) >> 4)];
    pairs[count - 1] = [low_byte((3 * last + sums[count - 2] + 8) >> 4), low_byte((4 * last + 7) >> 4)];
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes")]
fn low_byte(mean: u16) -> u8 {
    mean as u8
}

#[cfg(test)]
mod tests {
    use super::{Component, Plane, Upsampler};

    /// Samples and their rows' distance, with values beyond the picture's that nothing may read.
    fn plane((width, height): (usize, usize)) -> Plane {
        let stride = width + 3;
        let sample = |i: usize| {
            let (y, x) = (i / stride, i % stride);
            let inside = x < width && y < height;
            if inside { (i * i * 31 + y * 77 + x * 13) % 256 } else { 170 }
        };
        let samples = (0..stride * (height + 2)).map(|i| u8::try_from(sample(i)).unwrap());
        Plane { samples: samples.collect(), stride }
    }

    /// Row `y` and column `x` of the picture from the definition: by two the centers are a quarter and three quarters
    /// from their neighbours.
    fn expected(plane: &Plane, size: (usize, usize), scale: (usize, usize), (y, x): (usize, usize)) -> u8 {
        let at = |y: usize, x: usize| u32::from(plane.samples[y.min(size.1 - 1) * plane.stride + x.min(size.0 - 1)]);
        let far = |to: usize| {
            if to.is_multiple_of(2) { (to / 2).saturating_sub(1) } else { to / 2 + 1 }
        };
        let odd = |to: usize| u32::from(!to.is_multiple_of(2));
        let value = match scale {
            (2, 1) if size.0 > 2 => (3 * at(y, x / 2) + at(y, far(x)) + 1 + odd(x)) / 4,
            (1, 2) => (3 * at(y / 2, x) + at(far(y), x) + 1 + odd(y)) / 4,
            (2, 2) if size.0 > 2 => {
                let sum = |x: usize| 3 * at(y / 2, x) + at(far(y), x);
                (3 * sum(x / 2) + sum(far(x)) + 8 - odd(x)) / 16
            }
            (across, down) => at(y / down, x / across),
        };
        u8::try_from(value).unwrap()
    }

    #[test]
    fn by_two_three_quarters_are_the_nearer_sample_with_halves_down_and_up_in_turn_and_else_samples_are_repeated() {
        for scale in [(1, 1), (2, 1), (1, 2), (2, 2), (3, 1), (1, 4), (2, 4), (4, 2), (3, 3)] {
            for size in [(1, 1), (2, 3), (3, 1), (3, 2), (4, 5), (17, 6)] {
                let plane = plane(size);
                let component = Component {
                    id: 0,
                    sampling: (1, 1),
                    rows: 1,
                    scale,
                    steps: 0,
                    size,
                    blocks: (0, 0),
                    stored: (0, 0),
                };
                let mut upsampler = Upsampler::new(&component, &plane);
                for y in 0..size.1 * scale.1 {
                    let row: Vec<u8> = (0..size.0 * scale.0).map(|x| expected(&plane, size, scale, (y, x))).collect();
                    assert_eq!(upsampler.row(y)[..row.len()], row, "row {y} of {size:?} by {scale:?}");
                }
            }
        }
    }
}
