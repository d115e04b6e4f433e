//! The size of a feature map, and why an operation refuses the sizes that it is given.

use kernels::Region;
use std::fmt;

/// The size of a feature map: `[height, width, channels]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Channels per position.
    pub channels: usize,
}

impl Shape {
    /// A shape from its three sizes.
    pub fn new(height: usize, width: usize, channels: usize) -> Shape {
        Shape { height, width, channels }
    }

    /// All of its positions.
    pub fn region(&self) -> Region {
        Region::whole(self.height, self.width)
    }

    /// Row and column of the center: `size / 2`, rounded down (METHOD.md, section 1).
    ///
    /// # Example
    /// ```
    /// use autodiff::{Region, Shape};
    ///
    /// assert_eq!(Shape::new(7, 8, 1).center(), Region::position(3, 4));
    /// ```
    pub fn center(&self) -> Region {
        Region::position((self.height / 2).cast_signed(), (self.width / 2).cast_signed())
    }

    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Whether it holds no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {} x {}", self.height, self.width, self.channels)
    }
}

/// Why a node cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: expected {expected}, found {found}")]
pub struct GraphError {
    /// The operation that was to be added.
    pub operation: String,
    /// What it needs.
    pub expected: String,
    /// What it was given.
    pub found: String,
}
