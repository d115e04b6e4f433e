//! Padding by reflection; the edge itself is not repeated (PyTorch's `reflect`).

use super::assert_holds;
use crate::elementwise::accumulate_slice;
use crate::isa::Isa;
use crate::region::Region;
use crate::window::{Window, WindowMut};

/// Where a position of the padded map is in the map.
fn source(at: isize, margin: usize, size: usize) -> isize {
    let last = size.cast_signed() - 1;
    let at = at.saturating_sub_unsigned(margin).abs();
    if at > last { 2 * last - at } else { at }
}

/// Padding of maps by reflection, on all four sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reflection {
    /// Rows and columns of the map.
    pub size: (usize, usize),
    /// Rows and columns added on each side, fewer than the map has.
    pub margin: usize,
}

impl Reflection {
    /// The part of the map that a region of the padded map reads.
    pub fn input_region(&self, region: Region) -> Region {
        let along = |from: isize, to: isize, size: usize| {
            let reads = (from..to).map(|at| source(at, self.margin, size));
            (reads.clone().min().unwrap_or(0), reads.max().unwrap_or(0) + 1)
        };
        if region.is_empty() {
            return Region::EMPTY;
        }
        let (top, bottom) = along(region.top, region.bottom(), self.size.0);
        let (left, right) = along(region.left, region.right(), self.size.1);
        Region::between(top, left, bottom, right)
    }

    /// `y[i, j] = x[reflected i, reflected j]` on `region` of the padded map.
    ///
    /// # Panics
    /// If channels differ, the margin is not below both sizes, or a window lacks what the region needs.
    ///
    /// # Example
    /// ```
    /// use kernels::resample::Reflection;
    /// use kernels::{Region, Window, WindowMut};
    ///
    /// let padded = Region::whole(1, 7).shifted(1, 0);
    /// let x = Window::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], Region::whole(2, 3), 1);
    /// let mut y = [0.0; 5];
    /// let padding = Reflection { size: (2, 3), margin: 1 };
    /// let row = Region { width: 5, ..padded };
    /// padding.pad(row, x, &mut WindowMut::new(&mut y, row, 1));
    /// assert_eq!(y, [2.0, 1.0, 2.0, 3.0, 2.0]);
    /// ```
    pub fn pad(&self, region: Region, x: Window<'_>, y: &mut WindowMut<'_>) {
        self.check(x.channels(), y.channels());
        assert_holds(x.region(), self.input_region(region));
        assert_holds(y.region(), region);
        for row in region.top..region.bottom() {
            self.for_each_run(region, row, |to, from, run| {
                let (to, from) = (y.offset(row, to), x.offset(from.0, from.1));
                let length = run * x.channels();
                y.data_mut()[to..to + length].copy_from_slice(&x.data()[from..from + length]);
            });
        }
    }

    /// The adjoint of [`Reflection::pad`]: adds `dy` of every position of `region` to where it was read, row by row, in
    /// each row the reflected columns from left to right before the others.
    ///
    /// # Panics
    /// As [`Reflection::pad`].
    pub fn adjoint(&self, isa: Isa, region: Region, dy: Window<'_>, dx: &mut WindowMut<'_>) {
        self.check(dy.channels(), dx.channels());
        assert_holds(dy.region(), region);
        assert_holds(dx.region(), self.input_region(region));
        for row in region.top..region.bottom() {
            self.for_each_run(region, row, |from, to, run| {
                let (from, to) = (dy.offset(row, from), dx.offset(to.0, to.1));
                let length = run * dy.channels();
                accumulate_slice(isa, &dy.data()[from..from + length], &mut dx.data_mut()[to..to + length]);
            });
        }
    }

    fn check(&self, x: usize, y: usize) {
        let Reflection { size, margin } = *self;
        assert_eq!(x, y, "channels of input and output");
        assert!(margin < size.0 && margin < size.1, "a margin of {margin} reflects a map of {size:?} only once");
    }

    /// Calls `each` for the runs of a row: the column in the padded map, the position in the map, and how many columns
    /// follow each other in both. The reflected margins are runs of one.
    fn for_each_run(&self, region: Region, row: isize, mut each: impl FnMut(isize, (isize, isize), usize)) {
        let Reflection { size, margin } = *self;
        let from_row = source(row, margin, size.0);
        let middle = Region::whole(1, size.1).shifted(0, margin.cast_signed());
        let (start, end) = (region.left.max(middle.left), region.right().min(middle.right()));
        let mut single = |column: isize| each(column, (from_row, source(column, margin, size.1)), 1);
        (region.left..start.min(region.right())).for_each(&mut single);
        (end.max(region.left)..region.right()).for_each(&mut single);
        if start < end {
            each(start, (from_row, source(start, margin, size.1)), start.abs_diff(end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_is_not_repeated() {
        assert_eq!((0..8).map(|at| source(at, 2, 4)).collect::<Vec<_>>(), [2, 1, 0, 1, 2, 3, 2, 1]);
        let padding = Reflection { size: (4, 4), margin: 2 };
        assert_eq!(padding.input_region(Region::whole(1, 8)), Region::between(2, 0, 3, 4));
    }

    #[test]
    fn every_position_is_written_once_and_the_adjoint_adds_it_back() {
        let padding = Reflection { size: (3, 4), margin: 2 };
        let (map, padded) = (Region::whole(3, 4), Region::whole(7, 8));
        let x: Vec<f32> = (0..12_u8).map(f32::from).collect();
        let mut y = vec![f32::NAN; 56];
        padding.pad(padded, Window::new(&x, map, 1), &mut WindowMut::new(&mut y, padded, 1));
        assert_eq!(y[..8], [10.0, 9.0, 8.0, 9.0, 10.0, 11.0, 10.0, 9.0]);
        assert_eq!(y[16..24], [2.0, 1.0, 0.0, 1.0, 2.0, 3.0, 2.0, 1.0]);
        let (ones, mut counts) = (vec![1.0; 56], vec![0.0; 12]);
        let dy = Window::new(&ones, padded, 1);
        padding.adjoint(Isa::best(), padded, dy, &mut WindowMut::new(&mut counts, map, 1));
        let total: f32 = counts.iter().sum();
        let read: f32 = x.iter().zip(&counts).map(|(x, n)| x * n).sum();
        assert_eq!((total, read), (56.0, y.iter().sum::<f32>()));
    }
}
