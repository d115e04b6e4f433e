//! Rectangles of a feature map, and buffers that hold just such a rectangle.
//!
//! A region is given in the absolute coordinates of its map. It may reach beyond the map's edge: what lies there is
//! padding, and holds zeros. So an operation that reads a window never asks whether it is at a border.

/// A rectangle of rows and columns of a feature map, in the map's own coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// First row; negative where the region reaches above the map.
    pub top: isize,
    /// First column; negative where the region reaches left of the map.
    pub left: isize,
    /// Number of rows.
    pub height: usize,
    /// Number of columns.
    pub width: usize,
}

impl Region {
    /// The empty region.
    pub const EMPTY: Region = Region { top: 0, left: 0, height: 0, width: 0 };

    /// A whole map of `height` rows and `width` columns.
    pub fn whole(height: usize, width: usize) -> Region {
        Region { top: 0, left: 0, height, width }
    }

    /// The single position at row `y` and column `x`.
    pub fn position(y: isize, x: isize) -> Region {
        Region { top: y, left: x, height: 1, width: 1 }
    }

    /// The region of rows `top..bottom` and columns `left..right`; empty where an end is not behind its start.
    pub fn between(top: isize, left: isize, bottom: isize, right: isize) -> Region {
        if bottom <= top || right <= left {
            return Region::EMPTY;
        }
        Region { top, left, height: (bottom - top).unsigned_abs(), width: (right - left).unsigned_abs() }
    }

    /// The row behind the last one.
    pub fn bottom(&self) -> isize {
        self.top.saturating_add_unsigned(self.height)
    }

    /// The column behind the last one.
    pub fn right(&self) -> isize {
        self.left.saturating_add_unsigned(self.width)
    }

    /// Whether it holds no position.
    pub fn is_empty(&self) -> bool {
        self.height == 0 || self.width == 0
    }

    /// How many positions it holds.
    pub fn positions(&self) -> usize {
        self.height * self.width
    }

    /// What both regions hold.
    ///
    /// # Example
    /// ```
    /// use kernels::Region;
    ///
    /// let padded = Region::between(-1, -1, 3, 3);
    /// assert_eq!(padded.intersection(&Region::whole(2, 5)), Region::between(0, 0, 2, 3));
    /// ```
    pub fn intersection(&self, other: &Region) -> Region {
        if self.is_empty() || other.is_empty() {
            return Region::EMPTY;
        }
        Region::between(
            self.top.max(other.top),
            self.left.max(other.left),
            self.bottom().min(other.bottom()),
            self.right().min(other.right()),
        )
    }

    /// The smallest region that holds both.
    pub fn hull(&self, other: &Region) -> Region {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Region::between(
            self.top.min(other.top),
            self.left.min(other.left),
            self.bottom().max(other.bottom()),
            self.right().max(other.right()),
        )
    }

    /// Whether every position of `other` is in this region.
    pub fn contains(&self, other: &Region) -> bool {
        other.is_empty() || self.intersection(other) == *other
    }

    /// The same rectangle moved down by `dy` and right by `dx`.
    pub fn shifted(&self, dy: isize, dx: isize) -> Region {
        Region { top: self.top + dy, left: self.left + dx, ..*self }
    }

    /// The rectangle grown by a margin on each side.
    pub fn grown(&self, margin: usize) -> Region {
        if self.is_empty() {
            return *self;
        }
        Region {
            top: self.top.saturating_sub_unsigned(margin),
            left: self.left.saturating_sub_unsigned(margin),
            height: self.height + 2 * margin,
            width: self.width + 2 * margin,
        }
    }
}

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
    fn the_intersection_of_overlapping_regions_is_their_overlap() {
        let a = Region::between(-2, -1, 3, 4);
        let b = Region::whole(5, 2);
        assert_eq!(a.intersection(&b), Region::between(0, 0, 3, 2));
        assert_eq!(a.intersection(&Region::whole(9, 9).shifted(3, 0)), Region::EMPTY);
    }

    #[test]
    fn the_hull_holds_both_regions_and_ignores_empty_ones() {
        let a = Region::position(2, 3);
        let b = Region::position(-1, 7);
        let hull = a.hull(&b);
        assert!(hull.contains(&a) && hull.contains(&b));
        assert_eq!(hull, Region::between(-1, 3, 3, 8));
        assert_eq!(a.hull(&Region::EMPTY), a);
    }

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
