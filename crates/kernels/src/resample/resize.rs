//! Bilinear resizing without antialiasing (PyTorch's `interpolate`).

use super::assert_holds;
use crate::elementary::single;
use crate::isa::{Isa, per_isa};
use crate::region::Region;
use crate::window::{Window, WindowMut};

/// Which points of input and output coincide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alignment {
    /// The centers of the corner pixels: output i reads input `i (from - 1) / (to - 1)`.
    Corners,
    /// The outer corners: output i reads input `(i + 1/2) from / to - 1/2`, clamped to the first pixel.
    HalfPixel,
}

/// Where each row or column of the output reads: between two neighbours, with the weight of each.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tap {
    low: usize,
    high: usize,
    weight_low: f32,
    weight_high: f32,
}

/// A resize from one size to another.
///
/// `y[i, j] = fma(v[high j], weight, v[low j] weight)` where v is the same between the two rows; weights are exact
/// fractions rounded once.
#[derive(Clone, Debug)]
pub struct ResizePlan {
    rows: Vec<Tap>,
    columns: Vec<Tap>,
}

impl ResizePlan {
    /// From maps of `from` rows and columns to maps of `to`.
    ///
    /// # Panics
    /// If any size is zero.
    pub fn new(from: (usize, usize), to: (usize, usize), alignment: Alignment) -> ResizePlan {
        assert!(from.0 * from.1 * to.0 * to.1 > 0, "resizing {from:?} to {to:?}");
        ResizePlan { rows: taps(from.0, to.0, alignment), columns: taps(from.1, to.1, alignment) }
    }

    /// The part of the input that a region of the output reads.
    pub fn input_region(&self, region: Region) -> Region {
        if region.is_empty() {
            return Region::EMPTY;
        }
        let (rows, columns) =
            (part(&self.rows, region.top, region.height), part(&self.columns, region.left, region.width));
        let ends = |taps: &[Tap]| (taps[0].low.cast_signed(), taps[taps.len() - 1].high.cast_signed() + 1);
        let ((top, bottom), (left, right)) = (ends(rows), ends(columns));
        Region::between(top, left, bottom, right)
    }

    /// The resize of a region of the output alone.
    ///
    /// # Panics
    /// If the region is not inside the output.
    pub fn part(&self, region: Region) -> ResizePart<'_> {
        let reads = self.input_region(region);
        if region.is_empty() {
            return ResizePart { rows: &[], columns: &[], region, reads };
        }
        let rows = part(&self.rows, region.top, region.height);
        ResizePart { rows, columns: part(&self.columns, region.left, region.width), region, reads }
    }
}

/// A resize of some of the output's positions.
#[derive(Clone, Copy, Debug)]
pub struct ResizePart<'a> {
    rows: &'a [Tap],
    columns: &'a [Tap],
    region: Region,
    /// What of the input it reads.
    reads: Region,
}

impl ResizePart<'_> {
    /// How many floats of scratch it needs: a row of the input that it reads.
    pub fn scratch(&self, channels: usize) -> usize {
        self.reads.width * channels
    }

    /// Resizes, into every position of the region.
    ///
    /// # Panics
    /// If channels differ, a window lacks what it needs, or the scratch is too short.
    ///
    /// # Example
    /// ```
    /// use kernels::resample::{Alignment, ResizePlan};
    /// use kernels::{Isa, Region, Window, WindowMut};
    ///
    /// let plan = ResizePlan::new((1, 2), (1, 3), Alignment::Corners);
    /// let output = Region::whole(1, 3);
    /// let (resize, mut y) = (plan.part(output), [0.0; 3]);
    /// let x = Window::new(&[10.0, 20.0], Region::whole(1, 2), 1);
    /// let mut scratch = vec![0.0; resize.scratch(1)];
    /// resize.apply(Isa::best(), x, &mut scratch, &mut WindowMut::new(&mut y, output, 1));
    /// assert_eq!(y, [10.0, 15.0, 20.0]);
    /// ```
    pub fn apply(&self, isa: Isa, x: Window<'_>, scratch: &mut [f32], y: &mut WindowMut<'_>) {
        let (channels, reads, region) = (y.channels(), self.reads, self.region);
        assert_eq!(x.channels(), channels, "channels of input and output");
        assert_holds(x.region(), reads);
        assert_holds(y.region(), region);
        let blended = &mut scratch[..reads.width * channels];
        let columns = Columns { taps: self.columns, left: reads.left.unsigned_abs(), channels };
        for (row, tap) in (region.top..).zip(self.rows) {
            let line = |at: usize| {
                let from = x.offset(at.cast_signed(), reads.left);
                &x.data()[from..from + reads.width * channels]
            };
            blend(isa, *tap, [line(tap.low), line(tap.high)], blended);
            let to = y.offset(row, region.left);
            let line = &mut y.data_mut()[to..to + region.width * channels];
            interpolate(isa, columns, blended, line);
        }
    }

    /// The adjoint of [`ResizePart::apply`]: adds to `dx`. Output rows are taken in order; each gathers its columns from
    /// left to right, low before high, then adds to its low row, then to its high row.
    ///
    /// # Panics
    /// As [`ResizePart::apply`].
    pub fn adjoint(&self, isa: Isa, dy: Window<'_>, scratch: &mut [f32], dx: &mut WindowMut<'_>) {
        let (channels, reads, region) = (dx.channels(), self.reads, self.region);
        assert_eq!(dy.channels(), channels, "channels of input and output");
        assert_holds(dy.region(), region);
        assert_holds(dx.region(), reads);
        let gathered = &mut scratch[..reads.width * channels];
        let columns = Columns { taps: self.columns, left: reads.left.unsigned_abs(), channels };
        for (row, tap) in (region.top..).zip(self.rows) {
            let from = dy.offset(row, region.left);
            let line = &dy.data()[from..from + region.width * channels];
            gathered.fill(0.0);
            scatter(isa, columns, line, gathered);
            for (at, weight) in [(tap.low, tap.weight_low), (tap.high, tap.weight_high)] {
                let to = dx.offset(at.cast_signed(), reads.left);
                add_scaled(isa, weight, gathered, &mut dx.data_mut()[to..to + reads.width * channels]);
            }
        }
    }
}

/// Where the columns of a line are read, in a row that begins at column `left`.
#[derive(Clone, Copy)]
struct Columns<'a> {
    taps: &'a [Tap],
    left: usize,
    channels: usize,
}

/// The taps of some rows or columns of the output.
fn part(taps: &[Tap], first: isize, count: usize) -> &[Tap] {
    assert!(first >= 0, "a region inside the output");
    &taps[first.unsigned_abs()..][..count]
}

fn taps(from: usize, to: usize, alignment: Alignment) -> Vec<Tap> {
    (0..to)
        .map(|i| {
            // The position read, as a fraction.
            let (numerator, denominator) = match alignment {
                Alignment::Corners if to == 1 => (0, 1),
                Alignment::Corners => (i * (from - 1), to - 1),
                Alignment::HalfPixel => (((2 * i + 1) * from).saturating_sub(to), 2 * to),
            };
            let (low, rest) = (numerator / denominator, numerator % denominator);
            let weight = |part: usize| single(part as f64 / denominator as f64);
            Tap {
                low,
                high: (low + 1).min(from - 1),
                weight_low: weight(denominator - rest),
                weight_high: weight(rest),
            }
        })
        .collect()
}

per_isa! {
    fn blend(tap: Tap, rows: [&[f32]; 2], y: &mut [f32]) {
        let [low, high] = rows;
        for ((y, low), high) in y.iter_mut().zip(low).zip(high) {
            *y = high.mul_add(tap.weight_high, low * tap.weight_low);
        }
    }
}

/// Channels of an image, for which loops of known length are compiled.
const COLORS: usize = 3;

per_isa! {
    fn interpolate(columns: Columns<'_>, x: &[f32], y: &mut [f32]) {
        let Columns { taps: columns, left, channels } = columns;
        if channels == COLORS {
            let (pixels, _) = x.as_chunks::<COLORS>();
            for (tap, y) in columns.iter().zip(y.as_chunks_mut::<COLORS>().0) {
                interpolate_pixel(*tap, &pixels[tap.low - left], &pixels[tap.high - left], y);
            }
            return;
        }
        for (tap, y) in columns.iter().zip(y.chunks_exact_mut(channels)) {
            let low = &x[(tap.low - left) * channels..][..channels];
            let high = &x[(tap.high - left) * channels..][..channels];
            interpolate_pixel(*tap, low, high, y);
        }
    }
}

#[inline(always)]
fn interpolate_pixel(tap: Tap, low: &[f32], high: &[f32], y: &mut [f32]) {
    for ((y, low), high) in y.iter_mut().zip(low).zip(high) {
        *y = high.mul_add(tap.weight_high, low * tap.weight_low);
    }
}

per_isa! {
    fn scatter(columns: Columns<'_>, dy: &[f32], dx: &mut [f32]) {
        let Columns { taps: columns, left, channels } = columns;
        if channels == COLORS {
            let (pixels, _) = dx.as_chunks_mut::<COLORS>();
            for (tap, dy) in columns.iter().zip(dy.as_chunks::<COLORS>().0) {
                add_pixel(tap.weight_low, dy, &mut pixels[tap.low - left]);
                add_pixel(tap.weight_high, dy, &mut pixels[tap.high - left]);
            }
            return;
        }
        for (tap, dy) in columns.iter().zip(dy.chunks_exact(channels)) {
            add_pixel(tap.weight_low, dy, &mut dx[(tap.low - left) * channels..][..channels]);
            add_pixel(tap.weight_high, dy, &mut dx[(tap.high - left) * channels..][..channels]);
        }
    }
}

#[inline(always)]
fn add_pixel(weight: f32, dy: &[f32], dx: &mut [f32]) {
    for (dx, dy) in dx.iter_mut().zip(dy) {
        *dx = dy.mul_add(weight, *dx);
    }
}

per_isa! {
    fn add_scaled(weight: f32, x: &[f32], y: &mut [f32]) {
        for (y, x) in y.iter_mut().zip(x) {
            *y = x.mul_add(weight, *y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resized(x: &[f32], to: usize, alignment: Alignment) -> Vec<f32> {
        let plan = ResizePlan::new((1, x.len()), (1, to), alignment);
        let (from, region) = (Region::whole(1, x.len()), Region::whole(1, to));
        let (mut y, mut scratch) = (vec![f32::NAN; to], vec![f32::NAN; plan.part(region).scratch(1)]);
        let mut target = WindowMut::new(&mut y, region, 1);
        // Only what the region reads is held.
        let held = plan.input_region(region);
        assert!(from.contains(&held));
        let kept = &x[held.left.unsigned_abs()..][..held.width];
        plan.part(region).apply(Isa::best(), Window::new(kept, held, 1), &mut scratch, &mut target);
        y
    }

    #[test]
    fn aligned_corners_keep_the_ends() {
        assert_eq!(resized(&[0.0, 2.0, 4.0], 5, Alignment::Corners), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(resized(&[7.0, 9.0], 1, Alignment::Corners), [7.0]);
    }

    #[test]
    fn half_pixels_average_pairs_and_clamp_the_ends() {
        assert_eq!(resized(&[0.0, 2.0, 4.0, 6.0], 2, Alignment::HalfPixel), [1.0, 5.0]);
        assert_eq!(resized(&[0.0, 4.0], 4, Alignment::HalfPixel), [0.0, 1.0, 3.0, 4.0]);
    }
}
