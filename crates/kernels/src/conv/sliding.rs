//! Windows that slide over a map: sizes, and which input belongs to which output.

use crate::region::Region;

/// The shape of a convolution or pooling window: its size, its steps and the padding of the map it slides over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sliding {
    /// Rows and columns of the window.
    pub kernel: (usize, usize),
    /// Rows and columns from one position to the next.
    pub stride: (usize, usize),
    /// Padding above and below, and left and right.
    pub padding: (usize, usize),
}

impl Sliding {
    /// A square window with the same stride and padding both ways.
    pub fn square(kernel: usize, stride: usize, padding: usize) -> Sliding {
        Sliding { kernel: (kernel, kernel), stride: (stride, stride), padding: (padding, padding) }
    }

    /// Output rows and columns for a map of `height` rows and `width` columns: `floor((size + 2 padding - kernel) /
    /// stride) + 1`.
    ///
    /// `None` where the window is larger than the padded map.
    ///
    /// # Example
    /// ```
    /// use kernels::conv::Sliding;
    ///
    /// // The stem of ResNet18.
    /// assert_eq!(Sliding::square(7, 2, 3).output_size(224, 224), Some((112, 112)));
    /// assert_eq!(Sliding::square(7, 2, 0).output_size(6, 224), None);
    /// ```
    pub fn output_size(&self, height: usize, width: usize) -> Option<(usize, usize)> {
        let along = |size: usize, kernel: usize, stride: usize, padding: usize| {
            Some((size + 2 * padding).checked_sub(kernel)? / stride + 1)
        };
        Some((
            along(height, self.kernel.0, self.stride.0, self.padding.0)?,
            along(width, self.kernel.1, self.stride.1, self.padding.1)?,
        ))
    }

    /// The input that a region of the output needs, padding included.
    ///
    /// # Example
    /// ```
    /// use kernels::Region;
    /// use kernels::conv::Sliding;
    ///
    /// let stem = Sliding::square(7, 2, 3);
    /// assert_eq!(stem.input_region(&Region::position(0, 5)), Region::between(-3, 7, 4, 14));
    /// ```
    pub fn input_region(&self, output: &Region) -> Region {
        if output.is_empty() {
            return Region::EMPTY;
        }
        let (top, left) = self.input_corner(output.top, output.left);
        Region {
            top,
            left,
            height: (output.height - 1) * self.stride.0 + self.kernel.0,
            width: (output.width - 1) * self.stride.1 + self.kernel.1,
        }
    }

    /// The first row and column that the window at output row `y` and column `x` covers.
    pub fn input_corner(&self, y: isize, x: isize) -> (isize, isize) {
        let along =
            |at: isize, stride: usize, padding: usize| (at * stride.cast_signed()).saturating_sub_unsigned(padding);
        (along(y, self.stride.0, self.padding.0), along(x, self.stride.1, self.padding.1))
    }
}
