//! Rectangles of maps, and what a window that slides reads for them.

use autodiff::Sliding;
use std::ops::Range;

/// A rectangle of a map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) rows: Range<usize>,
    pub(crate) columns: Range<usize>,
}

impl Area {
    /// All of a map.
    pub(crate) fn whole((height, width): (usize, usize)) -> Area {
        Area { rows: 0..height, columns: 0..width }
    }

    /// Its center.
    pub(crate) fn center((height, width): (usize, usize)) -> Area {
        Area { rows: height / 2..height / 2 + 1, columns: width / 2..width / 2 + 1 }
    }

    /// What a window reads of a map of `size` for these outputs.
    pub(crate) fn read(&self, sliding: Sliding, size: (usize, usize)) -> Area {
        let along = |outputs: &Range<usize>, kernel: usize, stride: usize, padding: usize, size| {
            let first = (outputs.start * stride).saturating_sub(padding);
            let end = (outputs.end - 1) * stride + kernel;
            first..end.saturating_sub(padding).min(size)
        };
        let Sliding { kernel, stride, padding } = sliding;
        Area {
            rows: along(&self.rows, kernel.0, stride.0, padding.0, size.0),
            columns: along(&self.columns, kernel.1, stride.1, padding.1, size.1),
        }
    }

    /// The smallest area that holds both.
    pub(crate) fn hull(&self, other: &Area) -> Area {
        let of = |a: &Range<usize>, b: &Range<usize>| a.start.min(b.start)..a.end.max(b.end);
        Area { rows: of(&self.rows, &other.rows), columns: of(&self.columns, &other.columns) }
    }

    /// Its positions, row by row.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (usize, usize)> {
        let columns = self.columns.clone();
        self.rows.clone().flat_map(move |row| columns.clone().map(move |column| (row, column)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_reads_what_its_definition_says_and_nothing_beyond_the_map() {
        let read = |outputs: Range<usize>, kernel, stride, padding, size| {
            let area = Area { rows: outputs.clone(), columns: outputs };
            let sliding = Sliding::square(kernel, stride, padding);
            let area = area.read(sliding, (size, size));
            assert_eq!(area.rows, area.columns);
            area.rows
        };
        assert_eq!(read(7..8, 3, 1, 1, 14), 6..9);
        assert_eq!(read(7..8, 3, 2, 1, 28), 13..16);
        assert_eq!(read(0..14, 3, 1, 1, 14), 0..14);
        assert_eq!(read(5..9, 1, 2, 0, 28), 10..17);
        assert_eq!(read(0..2, 7, 2, 3, 9), 0..6);
    }
}
