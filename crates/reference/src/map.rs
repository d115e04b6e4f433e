//! Feature maps, and the windows that slide over them.

/// A feature map `[H, W, C]`, channels last.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Values at each position.
    pub channels: usize,
    /// The values: row by row, position by position, channel by channel.
    pub data: Vec<f64>,
}

impl Map {
    /// A map of these values.
    ///
    /// # Panics
    /// If there are not `height * width * channels` of them.
    pub fn new((height, width, channels): (usize, usize, usize), data: Vec<f64>) -> Map {
        assert_eq!(data.len(), height * width * channels, "values of a map");
        Map { height, width, channels, data }
    }

    /// A map of zeros.
    pub fn zeros(shape: (usize, usize, usize)) -> Map {
        Map::new(shape, vec![0.0; shape.0 * shape.1 * shape.2])
    }

    /// A map of single-precision values, which f64 holds exactly.
    ///
    /// # Panics
    /// If there are not `height * width * channels` of them.
    pub fn from_f32(shape: (usize, usize, usize), data: &[f32]) -> Map {
        Map::new(shape, data.iter().copied().map(f64::from).collect())
    }

    /// A map whose values are those of a function of (row, column, channel).
    pub fn from_fn(shape: (usize, usize, usize), mut value: impl FnMut(usize, usize, usize) -> f64) -> Map {
        let mut map = Map::zeros(shape);
        for y in 0..map.height {
            for x in 0..map.width {
                for c in 0..map.channels {
                    *map.at_mut(y, x, c) = value(y, x, c);
                }
            }
        }
        map
    }

    /// Rows, columns and channels.
    pub fn shape(&self) -> (usize, usize, usize) {
        (self.height, self.width, self.channels)
    }

    fn index(&self, y: usize, x: usize, c: usize) -> usize {
        assert!(
            y < self.height && x < self.width && c < self.channels,
            "({y}, {x}, {c}) is outside a map of {:?}",
            self.shape()
        );
        (y * self.width + x) * self.channels + c
    }

    /// The value at row `y`, column `x`, channel `c`.
    ///
    /// # Panics
    /// If that is outside the map.
    pub fn at(&self, y: usize, x: usize, c: usize) -> f64 {
        self.data[self.index(y, x, c)]
    }

    /// The place of the value at row `y`, column `x`, channel `c`.
    ///
    /// # Panics
    /// If that is outside the map.
    pub fn at_mut(&mut self, y: usize, x: usize, c: usize) -> &mut f64 {
        let index = self.index(y, x, c);
        &mut self.data[index]
    }

    /// The same map with a function applied to every value; `map(f64::abs)` is what error bounds sum over.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Map {
        Map::new(self.shape(), self.data.iter().map(|&v| f(v)).collect())
    }
}

/// Rows and columns added around a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Padding {
    /// Rows above.
    pub top: usize,
    /// Columns before.
    pub left: usize,
    /// Rows below.
    pub bottom: usize,
    /// Columns after.
    pub right: usize,
}

impl Padding {
    /// The same on every side.
    pub fn all(n: usize) -> Padding {
        Padding { top: n, left: n, bottom: n, right: n }
    }
}

/// How a window slides over a padded map: its size and its steps, rows first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sliding {
    /// Rows and columns of the window.
    pub kernel: (usize, usize),
    /// Rows and columns from one position to the next.
    pub stride: (usize, usize),
    /// What surrounds the map.
    pub padding: Padding,
}

impl Sliding {
    /// Rows and columns of the output: the places where the window lies wholly inside the padded map.
    ///
    /// # Panics
    /// If a size of the window or a step is zero.
    ///
    /// # Example
    /// ```
    /// use reference::{Padding, Sliding};
    ///
    /// // The stem of ResNet18.
    /// let stem = Sliding { kernel: (7, 7), stride: (2, 2), padding: Padding::all(3) };
    /// assert_eq!(stem.output_size(224, 225), (112, 113));
    /// ```
    pub fn output_size(&self, height: usize, width: usize) -> (usize, usize) {
        let Padding { top, left, bottom, right } = self.padding;
        (
            places(top + height + bottom, self.kernel.0, self.stride.0),
            places(left + width + right, self.kernel.1, self.stride.1),
        )
    }
}

/// How many multiples of `stride` leave room for `kernel` within `length`.
fn places(length: usize, kernel: usize, stride: usize) -> usize {
    assert!(kernel > 0 && stride > 0, "a window and a step of at least one");
    (0..length).step_by(stride).filter(|start| start + kernel <= length).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn channels_are_last() {
        let map = Map::from_f32((1, 2, 3), &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!((map.at(0, 0, 2), map.at(0, 1, 0)), (2.0, 3.0));
        assert_eq!(Map::from_fn((1, 2, 3), |_, x, c| map.at(0, x, c)), map);
    }

    #[test]
    fn a_place_beyond_any_side_is_refused() {
        // Column 2 of row 0 would be column 0 of row 1.
        let map = Map::zeros((2, 2, 3));
        for (y, x, c) in [(2, 0, 0), (0, 2, 0), (0, 0, 3)] {
            assert!(catch_unwind(|| map.at(y, x, c)).is_err(), "({y}, {x}, {c})");
        }
    }

    #[test]
    fn windows_lie_inside_the_padded_map() {
        let sliding = |kernel, stride, n| Sliding {
            kernel: (kernel, kernel),
            stride: (stride, stride),
            padding: Padding::all(n),
        };
        // The stem and the pool of ResNet18, and a window that fits nowhere.
        assert_eq!(sliding(7, 2, 3).output_size(224, 225), (112, 113));
        assert_eq!(sliding(3, 2, 1).output_size(112, 112), (56, 56));
        assert_eq!(sliding(3, 1, 0).output_size(2, 3), (0, 1));
        assert_eq!(sliding(1, 1, 0).output_size(0, 1), (0, 1));
    }
}
