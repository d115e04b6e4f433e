//! Buffers that hold a rectangle of a feature map.
//!
//! Where the rectangle reaches beyond the map's edge the buffer holds zeros, which are the padding. So an operation that
//! reads a window never asks whether it is at a border.

use crate::region::Region;

/// A read-only buffer of a region of a map: `[height, width, channels]`, channels last, no gaps.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    data: &'a [f32],
    region: Region,
    channels: usize,
}

/// Some positions of a window: a region that it holds.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    window: Window<'a>,
    region: Region,
}

impl<'a> Part<'a> {
    /// The window.
    pub fn window(&self) -> Window<'a> {
        self.window
    }

    /// Which positions of it are meant.
    pub fn region(&self) -> Region {
        self.region
    }

    /// The values of these positions, row by row.
    ///
    /// # Example
    /// ```
    /// use kernels::{Region, Window};
    ///
    /// let map = Window::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], Region::whole(2, 3), 1);
    /// assert_eq!(map.part(Region::between(0, 1, 2, 3)).to_vec(), [2.0, 3.0, 5.0, 6.0]);
    /// ```
    pub fn to_vec(&self) -> Vec<f32> {
        let Region { top, left, width, .. } = self.region;
        let length = width * self.window.channels;
        let line = |row| &self.window.data[self.window.offset(row, left)..][..length];
        let rows = if self.region.is_empty() { top..top } else { top..self.region.bottom() };
        rows.flat_map(line).copied().collect()
    }
}

/// A writable buffer of a region of a map: `[height, width, channels]`, channels last, no gaps.
#[derive(Debug)]
pub struct WindowMut<'a> {
    data: &'a mut [f32],
    region: Region,
    channels: usize,
}

impl<'a> Window<'a> {
    /// A view of `data` as the values of `region` with `channels` channels.
    ///
    /// # Panics
    /// If `data` has not exactly `height * width * channels` values.
    pub fn new(data: &'a [f32], region: Region, channels: usize) -> Window<'a> {
        assert_eq!(data.len(), region.positions() * channels, "a window of {region:?} with {channels} channels");
        Window { data, region, channels }
    }

    /// The rectangle it covers.
    pub fn region(&self) -> Region {
        self.region
    }

    /// Channels per position.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// All values, row by row, position by position.
    pub fn data(&self) -> &'a [f32] {
        self.data
    }

    /// Where the values of position (`y`, `x`) begin in [`Window::data`].
    ///
    /// # Panics
    /// If the position is outside the region.
    pub fn offset(&self, y: isize, x: isize) -> usize {
        offset_in(&self.region, self.channels, y, x)
    }

    /// Some of its positions.
    ///
    /// # Panics
    /// If the region is not inside the window.
    pub fn part(self, region: Region) -> Part<'a> {
        assert!(self.region.contains(&region), "a window of {:?} lacks part of {region:?}", self.region);
        Part { window: self, region }
    }

    /// The channels of position (`y`, `x`).
    pub fn pixel(&self, y: isize, x: isize) -> &'a [f32] {
        let start = self.offset(y, x);
        &self.data[start..start + self.channels]
    }
}

impl<'a> WindowMut<'a> {
    /// A view of `data` as the values of `region` with `channels` channels.
    ///
    /// # Panics
    /// If `data` has not exactly `height * width * channels` values.
    pub fn new(data: &'a mut [f32], region: Region, channels: usize) -> WindowMut<'a> {
        assert_eq!(data.len(), region.positions() * channels, "a window of {region:?} with {channels} channels");
        WindowMut { data, region, channels }
    }

    /// The rectangle it covers.
    pub fn region(&self) -> Region {
        self.region
    }

    /// Channels per position.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// All values, row by row, position by position.
    pub fn data_mut(&mut self) -> &mut [f32] {
        self.data
    }

    /// The rows above `row`, and the others.
    ///
    /// # Panics
    /// If `row` is neither in the region nor just below it.
    pub fn split_rows(self, row: isize) -> (WindowMut<'a>, WindowMut<'a>) {
        let Region { top, left, height, width } = self.region;
        assert!(row >= top && row <= self.region.bottom(), "row {row} of {:?}", self.region);
        let above = row.abs_diff(top);
        let (first, second) = self.data.split_at_mut(above * width * self.channels);
        let part = |data, top, height| WindowMut {
            data,
            region: Region { top, left, height, width },
            channels: self.channels,
        };
        (part(first, top, above), part(second, row, height - above))
    }

    /// The same buffer for reading.
    pub fn as_window(&self) -> Window<'_> {
        Window { data: self.data, region: self.region, channels: self.channels }
    }

    /// Where the values of position (`y`, `x`) begin in [`WindowMut::data_mut`].
    ///
    /// # Panics
    /// If the position is outside the region.
    pub fn offset(&self, y: isize, x: isize) -> usize {
        offset_in(&self.region, self.channels, y, x)
    }

    /// The channels of position (`y`, `x`).
    pub fn pixel_mut(&mut self, y: isize, x: isize) -> &mut [f32] {
        let start = self.offset(y, x);
        &mut self.data[start..start + self.channels]
    }

    /// Sets everything outside `inside` to zero: the padding of a map whose own positions are `inside`. What is left:
    /// the positions of both.
    ///
    /// # Example
    /// ```
    /// use kernels::{Region, WindowMut};
    ///
    /// let mut data = [1.0, 2.0, 3.0, 4.0];
    /// let mut window = WindowMut::new(&mut data, Region::between(0, -1, 1, 3), 1);
    /// assert_eq!(window.clear_outside(Region::whole(1, 2)), Region::whole(1, 2));
    /// assert_eq!(data, [0.0, 2.0, 3.0, 0.0]);
    /// ```
    pub fn clear_outside(&mut self, inside: Region) -> Region {
        let kept = self.region.intersection(&inside);
        if kept.is_empty() {
            self.data.fill(0.0);
            return kept;
        }
        let row = self.region.width * self.channels;
        let first = kept.top.abs_diff(self.region.top);
        let (start, end) = (kept.left.abs_diff(self.region.left), kept.right().abs_diff(self.region.left));
        self.data[..first * row].fill(0.0);
        self.data[(first + kept.height) * row..].fill(0.0);
        for line in self.data[first * row..(first + kept.height) * row].chunks_exact_mut(row) {
            line[..start * self.channels].fill(0.0);
            line[end * self.channels..].fill(0.0);
        }
        kept
    }
}

fn offset_in(region: &Region, channels: usize, y: isize, x: isize) -> usize {
    assert!(
        y >= region.top && y < region.bottom() && x >= region.left && x < region.right(),
        "position ({y}, {x}) is outside {region:?}"
    );
    (y.abs_diff(region.top) * region.width + x.abs_diff(region.left)) * channels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_splits_into_the_rows_above_and_below() {
        let region = Region::between(-1, 2, 3, 4);
        let mut data: Vec<f32> = (0..8_u8).map(f32::from).collect();
        let (above, below) = WindowMut::new(&mut data, region, 1).split_rows(1);
        assert_eq!(above.region(), Region::between(-1, 2, 1, 4));
        assert_eq!(below.region(), Region::between(1, 2, 3, 4));
        assert_eq!((above.as_window().pixel(0, 3), below.as_window().pixel(2, 2)), (&[3.0][..], &[6.0][..]));
    }

    #[test]
    fn clearing_outside_a_map_touches_the_padding_alone() {
        let region = Region::between(-1, -2, 3, 3);
        let mut data = vec![1.0; region.positions() * 2];
        let mut window = WindowMut::new(&mut data, region, 2);
        window.clear_outside(Region::whole(2, 2));
        for y in region.top..region.bottom() {
            for x in region.left..region.right() {
                let inside = (0..2).contains(&y) && (0..2).contains(&x);
                let expected = if inside { 1.0 } else { 0.0 };
                assert_eq!(window.as_window().pixel(y, x), &[expected, expected], "at ({y}, {x})");
            }
        }
    }
}
