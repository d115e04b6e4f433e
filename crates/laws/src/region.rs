//! Rectangles of a map.

/// A rectangle of rows and columns inside a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// First row.
    pub top: usize,
    /// First column.
    pub left: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Region {
    /// The region of that number in a map that is not empty: every region has some, the first position the smallest.
    pub fn of_number(number: u64, height: usize, width: usize) -> Region {
        let (height, width) = (height as u64, width as u64);
        let (top, rest) = (number % height, number / height);
        let (left, rest) = (rest % width, rest / width);
        let (rows, rest) = (1 + rest % (height - top), rest / (height - top));
        let columns = 1 + rest % (width - left);
        let [top, left, height, width] = [top, left, rows, columns].map(crate::case::index);
        Region { top, left, height, width }
    }

    /// The values of the region in a whole map of `columns` columns and `channels` channels.
    pub fn values<T: Copy>(&self, map: &[T], columns: usize, channels: usize) -> Vec<T> {
        let rows = self.top..self.top + self.height;
        rows.flat_map(|row| &map[(row * columns + self.left) * channels..][..self.width * channels]).copied().collect()
    }

    /// Whether it holds a position of a map of `columns` columns, counted row by row.
    pub fn holds(&self, position: usize, columns: usize) -> bool {
        let (row, column) = (position / columns, position % columns);
        (self.top..self.top + self.height).contains(&row) && (self.left..self.left + self.width).contains(&column)
    }

    /// How many positions it has.
    pub fn positions(&self) -> usize {
        self.height * self.width
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_region_of_a_map_has_a_number() {
        let of = |number| {
            let region = Region::of_number(number, 3, 2);
            assert!(region.top + region.height <= 3 && region.left + region.width <= 2);
            (region.top, region.left, region.height, region.width)
        };
        // Six ranges of rows, three of columns.
        assert_eq!((0..36).map(of).collect::<BTreeSet<_>>().len(), 18);
        assert_eq!(of(0), (0, 0, 1, 1));
    }

    #[test]
    fn the_values_of_a_region_are_its_rows() {
        let region = Region { top: 1, left: 1, height: 2, width: 1 };
        assert_eq!(region.values(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 2, 2), [6, 7, 10, 11]);
        assert_eq!(
            [0, 1, 2, 3, 4, 5].map(|position| region.holds(position, 2)),
            [false, false, false, true, false, true]
        );
    }
}
