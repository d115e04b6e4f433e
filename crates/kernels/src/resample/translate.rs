//! Translation by whole pixels: zero padding, cropping and jitter.

use super::assert_holds;
use crate::elementwise::accumulate_slice;
use crate::isa::Isa;
use crate::region::Region;
use crate::window::{Window, WindowMut};

/// A shift of maps by whole pixels; zeros enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The input's map.
    pub map: Region,
    /// Rows down.
    pub down: isize,
    /// Columns to the right.
    pub right: isize,
}

impl Translation {
    /// `y[i, j] = x[i - down, j - right]` on `region`, zero where that lies outside the input's map.
    ///
    /// # Panics
    /// If channels differ, `y` lacks part of the region, or `x` part of the map that the region needs.
    ///
    /// # Example
    /// ```
    /// use kernels::resample::Translation;
    /// use kernels::{Region, Window, WindowMut};
    ///
    /// let map = Region::whole(1, 4);
    /// let mut y = [9.0; 4];
    /// let x = Window::new(&[1.0, 2.0, 3.0, 4.0], map, 1);
    /// Translation { map, down: 0, right: 1 }.apply(map, x, &mut WindowMut::new(&mut y, map, 1));
    /// assert_eq!(y, [0.0, 1.0, 2.0, 3.0]);
    /// ```
    pub fn apply(&self, region: Region, x: Window<'_>, y: &mut WindowMut<'_>) {
        let Translation { down, right, .. } = *self;
        let channels = y.channels();
        assert_eq!(x.channels(), channels, "channels of input and output");
        let copied = self.map.shifted(down, right).intersection(&region);
        assert_holds(x.region(), copied.shifted(-down, -right));
        assert_holds(y.region(), region);
        for row in region.top..region.bottom() {
            let to = y.offset(row, region.left);
            let line = &mut y.data_mut()[to..to + region.width * channels];
            if copied.is_empty() || row < copied.top || row >= copied.bottom() {
                line.fill(0.0);
                continue;
            }
            let start = copied.left.abs_diff(region.left) * channels;
            let length = copied.width * channels;
            let from = x.offset(row - down, copied.left - right);
            line[..start].fill(0.0);
            line[start..start + length].copy_from_slice(&x.data()[from..from + length]);
            line[start + length..].fill(0.0);
        }
    }

    /// The adjoint of [`Translation::apply`]: `dx[i, j] += dy[i + down, j + right]` for every position of `region`.
    ///
    /// # Panics
    /// As [`Translation::apply`].
    pub fn adjoint(&self, isa: Isa, region: Region, dy: Window<'_>, dx: &mut WindowMut<'_>) {
        let Translation { down, right, .. } = *self;
        let channels = dx.channels();
        assert_eq!(dy.channels(), channels, "channels of input and output");
        let copied = self.map.shifted(down, right).intersection(&region);
        assert_holds(dy.region(), copied);
        assert_holds(dx.region(), copied.shifted(-down, -right));
        let length = copied.width * channels;
        for row in copied.top..copied.bottom() {
            let from = dy.offset(row, copied.left);
            let to = dx.offset(row - down, copied.left - right);
            accumulate_slice(isa, &dy.data()[from..from + length], &mut dx.data_mut()[to..to + length]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_moves_down_and_right_and_zeros_enter() {
        let map = Region::whole(2, 3);
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let mut y = [9.0; 6];
        let moved = Translation { map, down: 1, right: 2 };
        moved.apply(map, Window::new(&x, map, 1), &mut WindowMut::new(&mut y, map, 1));
        assert_eq!(y, [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        let mut dx = [1.0; 6];
        moved.adjoint(Isa::best(), map, Window::new(&x, map, 1), &mut WindowMut::new(&mut dx, map, 1));
        assert_eq!(dx, [7.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    }
}
