//! The plan of a convolution's work: what it reads, which positions and channels it computes, and where they go. It is
//! the same for the sum of the definition and for Winograd's algorithm.

use crate::matmul::{ColumnAffine, Rows};
use crate::region::Region;
use crate::window::{Window, WindowMut};
use std::ops::Range;

/// What follows a convolution's sum: scale and shift, then a residual, then the ReLU. See [`crate::matmul::Epilogue`].
#[derive(Clone, Copy, Debug, Default)]
pub struct ConvEpilogue<'a> {
    /// Bias, or batch norm.
    pub affine: Option<&'a ColumnAffine>,
    /// What is added to the convolution: a window that holds the whole output region inside the map.
    pub residual: Option<Window<'a>>,
    /// Whether a ReLU follows.
    pub relu: bool,
}

/// Some positions of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct ConvTask<'a> {
    /// The input, `[*, *, in]`: it holds at least what the wanted positions see, padding included. That is the
    /// [`super::Sliding::input_region`] of `wanted`, or by Winograd's algorithm of its whole tiles
    /// ([`super::Tile::covering`]).
    pub x: Window<'a>,
    /// The positions to compute, inside the output's map.
    pub wanted: Region,
    /// What becomes of the sums.
    pub epilogue: ConvEpilogue<'a>,
}

/// A matrix `[positions, channels]` of some of a convolution's output channels.
#[derive(Debug)]
pub struct SomeChannels<'a> {
    /// Which channels.
    pub channels: Range<usize>,
    /// The wanted positions row by row, each with these channels.
    pub values: &'a mut [f32],
}

/// Where finished sums go: a row of channels for each wanted position.
pub(super) struct Sums<'a> {
    pub(super) data: &'a mut [f32],
    pub(super) rows: Rows,
    pub(super) channels: Range<usize>,
}

impl<'a> ConvTask<'a> {
    /// Into a window, if anything is wanted.
    pub(super) fn sums_in_window<'y>(&self, outputs: usize, y: &'y mut WindowMut<'_>) -> Option<Sums<'y>> {
        assert_eq!(y.channels(), outputs, "output channels of a convolution");
        if self.wanted.is_empty() {
            return None;
        }
        let rows = Grid::of(&self.wanted).rows(&y.region(), outputs);
        Some(Sums { data: y.data_mut(), rows, channels: 0..outputs })
    }

    /// Into a matrix of some channels, if anything is wanted.
    pub(super) fn sums_in_matrix<'y>(&self, y: SomeChannels<'y>) -> Option<Sums<'y>> {
        let SomeChannels { channels, values } = y;
        assert_eq!(values.len(), self.wanted.positions() * channels.len(), "values of some channels");
        if self.wanted.is_empty() {
            return None;
        }
        let (width, step) = (self.wanted.width, channels.len());
        let rows = Rows { per_line: width, line_step: width * step, ..Rows::plain(step) };
        Some(Sums { data: values, rows, channels })
    }

    /// Where the residual of each wanted position begins, if there is one.
    pub(super) fn residual_rows(&self, outputs: usize) -> Option<(&'a [f32], Rows)> {
        let window = self.epilogue.residual?;
        assert_eq!(window.channels(), outputs, "channels of a residual");
        Some((window.data(), Grid::of(&self.wanted).rows(&window.region(), outputs)))
    }
}

/// Positions of a map at equal distances.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    /// The first one.
    pub(super) corner: (isize, isize),
    /// How many below each other and beside each other.
    pub(super) size: (usize, usize),
    /// How far apart.
    pub(super) stride: (usize, usize),
}

impl Grid {
    /// All positions of a region.
    pub(super) fn of(region: &Region) -> Grid {
        Grid { corner: (region.top, region.left), size: (region.height, region.width), stride: (1, 1) }
    }

    /// Where they begin in a buffer of `held` with so many channels.
    pub(super) fn rows(&self, held: &Region, channels: usize) -> Rows {
        let Grid { corner, size, stride } = *self;
        let last = (
            corner.0.saturating_add_unsigned((size.0 - 1) * stride.0),
            corner.1.saturating_add_unsigned((size.1 - 1) * stride.1),
        );
        assert!(
            held.contains(&Region::between(corner.0, corner.1, last.0 + 1, last.1 + 1)),
            "a window of {held:?} lacks positions {corner:?} to {last:?}"
        );
        Rows {
            skip: 0,
            first: (corner.0.abs_diff(held.top) * held.width + corner.1.abs_diff(held.left)) * channels,
            per_line: size.1,
            line_step: stride.0 * held.width * channels,
            step: stride.1 * channels,
        }
    }
}
