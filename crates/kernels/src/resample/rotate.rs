//! Rotation about the center of an image, bilinear, with zeros outside (kornia's `rotate`).

use super::assert_holds;
use crate::elementary::cos_sin_fraction;
use crate::isa::{Isa, per_isa};
use crate::region::{Region, Window, WindowMut};

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

/// The four pixels around a point of the input, and their weights.
#[derive(Clone, Copy)]
struct Footprint {
    top: isize,
    left: isize,
    /// Top left, top right, bottom left, bottom right.
    weights: [f32; 4],
}

impl Rotation {
    /// A rotation of maps of `size` rows and columns.
    pub fn new(size: (usize, usize), degrees: i32) -> Rotation {
        let (cos, sin) = cos_sin_fraction(degrees.into(), 360);
        Rotation { size, cos, sin }
    }

    /// The point (row, column) of the input that a point of the output reads.
    #[inline(always)]
    fn source(&self, row: isize, column: isize) -> (f64, f64) {
        let (cy, cx) = (
            (self.size.0 as f64 - 1.0) / 2.0,
            (self.size.1 as f64 - 1.0) / 2.0,
        );
        let (dy, dx) = (row as f64 - cy, column as f64 - cx);
        (
            self.sin.mul_add(dx, self.cos.mul_add(dy, cy)),
            (-self.sin).mul_add(dy, self.cos.mul_add(dx, cx)),
        )
    }

    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "coordinates are small; weights are rounded once"
    )]
    fn footprint(&self, row: isize, column: isize) -> Footprint {
        let (y, x) = self.source(row, column);
        let (top, left) = (y.floor(), x.floor());
        let (down, right) = (y - top, x - left);
        let (up, across) = (1.0 - down, 1.0 - right);
        let weights = [up * across, up * right, down * across, down * right].map(|w| w as f32);
        Footprint {
            top: top as isize,
            left: left as isize,
            weights,
        }
    }

    /// The part of the input that a region of the output reads.
    pub fn input_region(&self, region: Region) -> Region {
        if region.is_empty() {
            return Region::EMPTY;
        }
        let (bottom, right) = (region.bottom() - 1, region.right() - 1);
        let corners = [
            (region.top, region.left),
            (region.top, right),
            (bottom, region.left),
            (bottom, right),
        ];
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
    pub fn rotate(&self, isa: Isa, region: Region, x: Window<'_>, y: &mut WindowMut<'_>) {
        assert!(
            x.channels() == 3 && y.channels() == 3,
            "images of three channels"
        );
        assert_holds(x.region(), self.input_region(region));
        assert_holds(y.region(), region);
        let inside = x
            .region()
            .intersection(&Region::whole(self.size.0, self.size.1));
        for row in region.top..region.bottom() {
            let to = y.offset(row, region.left);
            let line = &mut y.data_mut()[to..to + region.width * 3];
            rotate_line(isa, *self, inside, (row, region.left), x, line);
        }
    }

    /// The adjoint of [`Rotation::rotate`]: adds to `dx`. Output positions are taken row by row, each adding to its four
    /// pixels in the same order.
    ///
    /// # Panics
    /// As [`Rotation::rotate`].
    pub fn adjoint(&self, isa: Isa, region: Region, dy: Window<'_>, dx: &mut WindowMut<'_>) {
        assert!(
            dy.channels() == 3 && dx.channels() == 3,
            "images of three channels"
        );
        assert_holds(dy.region(), region);
        assert_holds(dx.region(), self.input_region(region));
        let inside = dx
            .region()
            .intersection(&Region::whole(self.size.0, self.size.1));
        for row in region.top..region.bottom() {
            let from = dy.offset(row, region.left);
            let line = &dy.data()[from..from + region.width * 3];
            adjoint_line(isa, *self, inside, (row, region.left), line, dx);
        }
    }
}

/// Calls `each` with every pixel of a footprint that lies inside, where it is in a buffer of `held`, and its weight.
#[inline(always)]
fn for_each_pixel(
    footprint: &Footprint,
    inside: Region,
    held: Region,
    mut each: impl FnMut(usize, f32),
) {
    let Footprint { top, left, weights } = *footprint;
    let whole = Region::between(
        inside.top,
        inside.left,
        inside.bottom() - 1,
        inside.right() - 1,
    );
    if top >= whole.top && top < whole.bottom() && left >= whole.left && left < whole.right() {
        let at = (top.abs_diff(held.top) * held.width + left.abs_diff(held.left)) * 3;
        let below = at + held.width * 3;
        for (at, weight) in [at, at + 3, below, below + 3].into_iter().zip(weights) {
            each(at, weight);
        }
        return;
    }
    for (i, weight) in weights.into_iter().enumerate() {
        let (row, column) = (
            top.saturating_add_unsigned(i / 2),
            left.saturating_add_unsigned(i % 2),
        );
        if row >= inside.top
            && row < inside.bottom()
            && column >= inside.left
            && column < inside.right()
        {
            let at = (row.abs_diff(held.top) * held.width + column.abs_diff(held.left)) * 3;
            each(at, weight);
        }
    }
}

per_isa! {
    fn rotate_line(rotation: Rotation, inside: Region, start: (isize, isize), x: Window<'_>, y: &mut [f32]) {
        for (column, y) in (start.1..).zip(y.as_chunks_mut::<3>().0) {
            let mut sum = [0.0_f32; 3];
            for_each_pixel(&rotation.footprint(start.0, column), inside, x.region(), |at, weight| {
                let pixel = &x.data()[at..at + 3];
                for c in 0..3 {
                    sum[c] = pixel[c].mul_add(weight, sum[c]);
                }
            });
            *y = sum;
        }
    }
}

per_isa! {
    fn adjoint_line(rotation: Rotation, inside: Region, start: (isize, isize), dy: &[f32], dx: &mut WindowMut<'_>) {
        let held = dx.region();
        for (column, dy) in (start.1..).zip(dy.as_chunks::<3>().0) {
            for_each_pixel(&rotation.footprint(start.0, column), inside, held, |at, weight| {
                let pixel = &mut dx.data_mut()[at..at + 3];
                for c in 0..3 {
                    pixel[c] = dy[c].mul_add(weight, pixel[c]);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotated(degrees: i32) -> Vec<f32> {
        let map = Region::whole(2, 2);
        let x: Vec<f32> = [1.0_f32, 2.0, 3.0, 4.0]
            .iter()
            .flat_map(|&v| [v; 3])
            .collect();
        let mut y = vec![f32::NAN; 12];
        let rotation = Rotation::new((2, 2), degrees);
        rotation.rotate(
            Isa::best(),
            map,
            Window::new(&x, map, 3),
            &mut WindowMut::new(&mut y, map, 3),
        );
        y.chunks(3).map(|p| p[0]).collect()
    }

    #[test]
    fn quarter_turns_move_corners_counter_clockwise() {
        assert_eq!(rotated(0), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(rotated(90), [2.0, 4.0, 1.0, 3.0]);
        assert_eq!(rotated(180), [4.0, 3.0, 2.0, 1.0]);
    }
}
