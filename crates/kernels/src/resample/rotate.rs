//! Rotation about the center of an image, bilinear, with zeros outside (kornia's `rotate`).

use super::assert_holds;
use crate::elementary::{cos_sin_fraction, single};
use crate::isa::{Isa, per_isa};
use crate::region::Region;
use crate::window::{Window, WindowMut};
use std::array;

/// A rotation of maps of one size by whole degrees, counter-clockwise as people see the picture.
///
/// Output (x, y) reads input `(cx + cos (x - cx) - sin (y - cy), cy + sin (x - cx) + cos (y - cy))` with the center
/// `(cx, cy) = ((width - 1) / 2, (height - 1) / 2)`, computed in f64.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation {
    size: (usize, usize),
    cos: f64,
    sin: f64,
}

/// Positions of a line whose footprints are found together.
const GROUP: usize = 16;

const TWO_TO_52: f64 = (1_u64 << 52) as f64;

/// The four pixels around a point of the input, and their weights.
#[derive(Clone, Copy)]
struct Footprint {
    top: isize,
    left: isize,
    /// Top left, top right, bottom left, bottom right.
    weights: [f32; 4],
}

/// The footprints of neighbouring positions of a line.
struct Group {
    /// Each one's top left pixel, counted from the first of the buffer.
    at: [u32; GROUP],
    /// From a pixel's values to those of the one below.
    below: usize,
    /// Top left, top right, bottom left, bottom right.
    weights: [[f32; GROUP]; 4],
}

impl Rotation {
    /// A rotation of maps of `size` rows and columns.
    pub fn new(size: (usize, usize), degrees: i32) -> Rotation {
        let (cos, sin) = cos_sin_fraction(degrees.into(), 360);
        Rotation { size, cos, sin }
    }

    /// The point (row, column) of the input that a point of the output reads.
    #[inline(always)]
    fn source(&self, row: f64, column: f64) -> (f64, f64) {
        let (cy, cx) = ((self.size.0 as f64 - 1.0) / 2.0, (self.size.1 as f64 - 1.0) / 2.0);
        let (dy, dx) = (row - cy, column - cx);
        (self.sin.mul_add(dx, self.cos.mul_add(dy, cy)), (-self.sin).mul_add(dy, self.cos.mul_add(dx, cx)))
    }

    /// Cuts a line of `length` positions of the output: how many come before the first one whose four pixels are
    /// inside, and how many such there are.
    ///
    /// Rows and columns of the input rise or fall all along a line, so what is true of both ends is true of all
    /// between.
    #[inline(always)]
    fn inside(&self, start: (isize, isize), length: usize, inside: Region) -> (usize, usize) {
        let is_inside = |&i: &usize| {
            let column = start.1.saturating_add_unsigned(i);
            self.footprint(start.0, column).is_inside(inside)
        };
        let before = (0..length).find(is_inside).unwrap_or(length);
        let end = (before..length).rfind(is_inside).map_or(before, |i| i + 1);
        (before, end - before)
    }

    /// The footprints of [`GROUP`] positions of a row, from `column` on, in a buffer of `held`. Of one that is not
    /// inside it is nonsense.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "an offset in a buffer")]
    fn group(&self, row: isize, column: isize, held: Region) -> Group {
        let mut group = Group { at: [0; GROUP], below: held.width * 3, weights: [[0.0; GROUP]; 4] };
        let (top, left, width) = (held.top as f64, held.left as f64, held.width as f64);
        for i in 0..GROUP {
            let (y, x) = self.source(row as f64, column as f64 + i as f64);
            let corner = (y.floor(), x.floor());
            // The integer is in the low bits of this sum. A cast, which has to mind NaN, would not be vectorised.
            let pixels = (corner.0 - top) * width + (corner.1 - left) + TWO_TO_52;
            group.at[i] = pixels.to_bits() as u32;
            let [a, b, c, d] = weights(y - corner.0, x - corner.1);
            group.weights[0][i] = a;
            group.weights[1][i] = b;
            group.weights[2][i] = c;
            group.weights[3][i] = d;
        }
        group
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "coordinates are small")]
    fn footprint(&self, row: isize, column: isize) -> Footprint {
        let (y, x) = self.source(row as f64, column as f64);
        let (top, left) = (y.floor(), x.floor());
        Footprint { top: top as isize, left: left as isize, weights: weights(y - top, x - left) }
    }

    /// The part of the input that a region of the output reads.
    pub fn input_region(&self, region: Region) -> Region {
        if region.is_empty() {
            return Region::EMPTY;
        }
        let (bottom, right) = (region.bottom() - 1, region.right() - 1);
        let corners = [(region.top, region.left), (region.top, right), (bottom, region.left), (bottom, right)];
        // A rotation takes the rectangle's corners to the extremes of what it reads.
        let held = corners.iter().fold(Region::EMPTY, |held, &(row, column)| {
            let Footprint { top, left, .. } = self.footprint(row, column);
            held.hull(&Region::between(top, left, top + 2, left + 2))
        });
        held.intersection(&Region::whole(self.size.0, self.size.1))
    }

    /// Rotates: every position of `region` of the output, from a window that holds [`Rotation::input_region`].
    ///
    /// The four products are added in the order top left, top right, bottom left, bottom right, fused, from zero.
    ///
    /// # Panics
    /// If the windows have not three channels or lack what the region needs.
    ///
    /// # Example
    /// A quarter turn, counter-clockwise:
    ///
    /// ```
    /// use kernels::resample::Rotation;
    /// use kernels::{Isa, Region, Window, WindowMut};
    ///
    /// let map = Region::whole(2, 2);
    /// let grey = [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 4.0, 4.0];
    /// let mut y = [0.0; 12];
    /// let turn = Rotation::new((2, 2), 90);
    /// turn.rotate(Isa::best(), map, Window::new(&grey, map, 3), &mut WindowMut::new(&mut y, map, 3));
    /// assert_eq!([y[0], y[3], y[6], y[9]], [2.0, 4.0, 1.0, 3.0]);
    /// ```
    pub fn rotate(&self, isa: Isa, region: Region, x: Window<'_>, y: &mut WindowMut<'_>) {
        assert!(x.channels() == 3 && y.channels() == 3, "images of three channels");
        assert_holds(x.region(), self.input_region(region));
        assert_holds(y.region(), region);
        let inside = x.region().intersection(&Region::whole(self.size.0, self.size.1));
        for row in region.top..region.bottom() {
            let to = y.offset(row, region.left);
            let line = &mut y.data_mut()[to..to + region.width * 3];
            rotate_line(isa, Line { rotation: *self, inside, row, column: region.left }, x, line);
        }
    }

    /// The adjoint of [`Rotation::rotate`]: adds to `dx`. Output positions are taken row by row, each adding to its
    /// four pixels in the same order.
    ///
    /// # Panics
    /// As [`Rotation::rotate`].
    pub fn adjoint(&self, isa: Isa, region: Region, dy: Window<'_>, dx: &mut WindowMut<'_>) {
        assert!(dy.channels() == 3 && dx.channels() == 3, "images of three channels");
        assert_holds(dy.region(), region);
        assert_holds(dx.region(), self.input_region(region));
        let inside = dx.region().intersection(&Region::whole(self.size.0, self.size.1));
        for row in region.top..region.bottom() {
            let from = dy.offset(row, region.left);
            let line = &dy.data()[from..from + region.width * 3];
            adjoint_line(isa, Line { rotation: *self, inside, row, column: region.left }, line, dx);
        }
    }
}

/// What a point `down` and `right` of a pixel weighs it with, and those right of it and below: rounded once.
#[inline(always)]
fn weights(down: f64, right: f64) -> [f32; 4] {
    let (up, across) = (1.0 - down, 1.0 - right);
    [up * across, up * right, down * across, down * right].map(single)
}

impl Footprint {
    /// Whether all four pixels are.
    #[inline(always)]
    fn is_inside(&self, inside: Region) -> bool {
        self.top >= inside.top
            && self.top < inside.bottom() - 1
            && self.left >= inside.left
            && self.left < inside.right() - 1
    }

    /// Calls `each` with every pixel that lies inside, where it is in a buffer of `held`, and its weight.
    #[inline(always)]
    fn for_each_pixel(&self, inside: Region, held: Region, mut each: impl FnMut(usize, f32)) {
        for (i, weight) in self.weights.into_iter().enumerate() {
            let (row, column) = (self.top.saturating_add_unsigned(i / 2), self.left.saturating_add_unsigned(i % 2));
            if row >= inside.top && row < inside.bottom() && column >= inside.left && column < inside.right() {
                let at = (row.abs_diff(held.top) * held.width + column.abs_diff(held.left)) * 3;
                each(at, weight);
            }
        }
    }
}

/// Positions of a row of the output from a column on, and what of the input is there.
#[derive(Clone, Copy)]
struct Line {
    rotation: Rotation,
    inside: Region,
    row: isize,
    column: isize,
}

impl Line {
    /// The same behind so many positions.
    #[inline(always)]
    fn behind(self, positions: usize) -> Line {
        Line { column: self.column.saturating_add_unsigned(positions), ..self }
    }
}

per_isa! {
    fn rotate_line(line: Line, x: Window<'_>, y: &mut [f32]) {
        let Line { rotation, inside, row, column } = line;
        // A group reads four values where a pixel has three: it keeps so far from the right that they are there.
        let roomy = Region { width: inside.width.saturating_sub(1), ..inside };
        let (before, within) = rotation.inside((row, column), y.len() / 3, roomy);
        let (before, rest) = y.split_at_mut(before * 3);
        let (within, after) = rest.split_at_mut(within * 3);
        rotate_pixels(line, x, before);
        let mut line = line.behind(before.len() / 3);
        for y in within.chunks_mut(GROUP * 3) {
            rotate_group(&rotation.group(row, line.column, x.region()), x, y);
            line = line.behind(y.len() / 3);
        }
        rotate_pixels(line, x, after);
    }
}

/// Each position of a line, wherever it reads.
#[inline(always)]
fn rotate_pixels(line: Line, x: Window<'_>, y: &mut [f32]) {
    for (column, y) in (line.column..).zip(y.as_chunks_mut::<3>().0) {
        let mut sum = [0.0_f32; 3];
        let footprint = line.rotation.footprint(line.row, column);
        footprint.for_each_pixel(line.inside, x.region(), |at, weight| {
            let pixel = &x.data()[at..at + 3];
            for c in 0..3 {
                sum[c] = pixel[c].mul_add(weight, sum[c]);
            }
        });
        *y = sum;
    }
}

/// The same for positions that read inside alone: in vectors of four, of which the fourth value is the next pixel's, or
/// written over.
#[inline(always)]
fn rotate_group(group: &Group, x: Window<'_>, y: &mut [f32]) {
    for i in 0..GROUP.min(y.len() / 3) {
        let at = group.at[i] as usize * 3;
        let (above, below) = (&x.data()[at..at + 7], &x.data()[at + group.below..][..7]);
        let mut sum = [0.0_f32; 4];
        sum = add_weighted(four(&above[..4]), group.weights[0][i], sum);
        sum = add_weighted(four(&above[3..]), group.weights[1][i], sum);
        sum = add_weighted(four(&below[..4]), group.weights[2][i], sum);
        sum = add_weighted(four(&below[3..]), group.weights[3][i], sum);
        match y.get_mut(i * 3..i * 3 + 4) {
            Some(y) => y.copy_from_slice(&sum),
            None => y[i * 3..].copy_from_slice(&sum[..3]),
        }
    }
}

#[inline(always)]
fn four(values: &[f32]) -> [f32; 4] {
    [values[0], values[1], values[2], values[3]]
}

#[inline(always)]
fn add_weighted(pixel: [f32; 4], weight: f32, sum: [f32; 4]) -> [f32; 4] {
    array::from_fn(|c| pixel[c].mul_add(weight, sum[c]))
}

per_isa! {
    fn adjoint_line(line: Line, dy: &[f32], dx: &mut WindowMut<'_>) {
        let Line { rotation, inside, row, column } = line;
        let (before, within) = rotation.inside((row, column), dy.len() / 3, inside);
        let (before, rest) = dy.split_at(before * 3);
        let (within, after) = rest.split_at(within * 3);
        adjoint_pixels(line, before, dx);
        let mut line = line.behind(before.len() / 3);
        for dy in within.chunks(GROUP * 3) {
            adjoint_group(&rotation.group(row, line.column, dx.region()), dy, dx.data_mut());
            line = line.behind(dy.len() / 3);
        }
        adjoint_pixels(line, after, dx);
    }
}

/// Each position of a line, wherever it adds.
#[inline(always)]
fn adjoint_pixels(line: Line, dy: &[f32], dx: &mut WindowMut<'_>) {
    let held = dx.region();
    for (column, dy) in (line.column..).zip(dy.as_chunks::<3>().0) {
        let footprint = line.rotation.footprint(line.row, column);
        footprint.for_each_pixel(line.inside, held, |at, weight| {
            let pixel = &mut dx.data_mut()[at..at + 3];
            for c in 0..3 {
                pixel[c] = dy[c].mul_add(weight, pixel[c]);
            }
        });
    }
}

/// The same for positions that add inside alone.
#[inline(always)]
fn adjoint_group(group: &Group, dy: &[f32], dx: &mut [f32]) {
    for i in 0..GROUP.min(dy.len() / 3) {
        let at = group.at[i] as usize * 3;
        let dy = [dy[i * 3], dy[i * 3 + 1], dy[i * 3 + 2]];
        for (pixel, weights) in [0, 3, group.below, group.below + 3].into_iter().zip(&group.weights) {
            // One pixel after the other: a vector of two would have to wait until the one before, which overlaps with
            // it, is in the cache.
            let pixel = &mut dx[at + pixel..at + pixel + 3];
            for c in 0..3 {
                pixel[c] = dy[c].mul_add(weights[i], pixel[c]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotated(degrees: i32) -> Vec<f32> {
        let map = Region::whole(2, 2);
        let x: Vec<f32> = [1.0_f32, 2.0, 3.0, 4.0].iter().flat_map(|&v| [v; 3]).collect();
        let mut y = vec![f32::NAN; 12];
        let rotation = Rotation::new((2, 2), degrees);
        rotation.rotate(Isa::best(), map, Window::new(&x, map, 3), &mut WindowMut::new(&mut y, map, 3));
        y.chunks(3).map(|p| p[0]).collect()
    }

    #[test]
    fn quarter_turns_move_corners_counter_clockwise() {
        assert_eq!(rotated(0), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(rotated(90), [2.0, 4.0, 1.0, 3.0]);
        assert_eq!(rotated(180), [4.0, 3.0, 2.0, 1.0]);
    }
}
