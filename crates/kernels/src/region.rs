//! Rectangles of a feature map.
//!
//! A region is given in the absolute coordinates of its map. It may reach beyond the map's edge: what lies there is
//! padding.

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
}
