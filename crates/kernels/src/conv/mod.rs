//! Convolution as a matrix product whose left-hand matrix, the im2col matrix, is never built.
//!
//! The *im2col* matrix of an input has a row for each output position and a column for each weight: the values that
//! the kernel sees there. With channels last, the row of a position is `kernel height` segments of the input, each
//! `kernel width * channels` long and a line apart: exactly what a [`LeftMatrix`] can address. Its columns are ordered
//! (ky, kx, c), and so is the sum of the summation contract.

mod gradient;
mod winograd;

use crate::isa::Isa;
use crate::matmul::{ColumnAffine, Epilogue, LeftMatrix, PackedMatrix, Rows, Target, product_columns};
use crate::region::{Region, Window, WindowMut};
pub use gradient::{ConvGradient, input_gradient_scratch};
use std::ops::Range;
pub use winograd::{Tile, WinogradWeights, winograd_channels, winograd_rows};

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

/// A convolution's weights, packed for the forward product: `[ky, kx, c] x out`.
#[derive(Clone, Debug)]
pub struct ConvWeights {
    sliding: Sliding,
    channels: usize,
    packed: PackedMatrix,
}

impl ConvWeights {
    /// Packs weights `[out, in, ky, kx]` (PyTorch's order).
    ///
    /// # Panics
    /// If `weights` has not exactly `out * in * ky * kx` values.
    pub fn new(weights: &[f32], out: usize, channels: usize, sliding: Sliding) -> ConvWeights {
        let (height, width) = sliding.kernel;
        assert_eq!(weights.len(), out * channels * height * width, "weights [{out}, {channels}, {height}, {width}]");
        let packed = PackedMatrix::from_fn(height * width * channels, out, |row, column| {
            let (ky, kx, c) = (row / (width * channels), row / channels % width, row % channels);
            weights[((column * channels + c) * height + ky) * width + kx]
        });
        ConvWeights { sliding, channels, packed }
    }

    /// The window's size, stride and padding.
    pub fn sliding(&self) -> Sliding {
        self.sliding
    }

    /// Input channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Output channels.
    pub fn outputs(&self) -> usize {
        self.packed.n()
    }

    /// Bytes of memory it holds.
    pub fn bytes(&self) -> usize {
        self.packed.bytes()
    }
}

/// What follows a convolution's sum: scale and shift, then a residual, then the ReLU. See [`Epilogue`].
#[derive(Clone, Copy, Debug, Default)]
pub struct ConvEpilogue<'a> {
    /// Bias, or batch norm.
    pub affine: Option<&'a ColumnAffine>,
    /// What is added to the convolution: a window that holds the whole output region inside the map.
    pub residual: Option<Window<'a>>,
    /// Whether a ReLU follows.
    pub relu: bool,
}

impl<'a> ConvEpilogue<'a> {
    /// Where the residual of each position of `wanted` begins, if there is one.
    fn residual_rows(&self, outputs: usize, wanted: &Region) -> Option<(&'a [f32], Rows)> {
        let window = self.residual?;
        assert_eq!(window.channels(), outputs, "channels of a residual");
        let corner = (wanted.top, wanted.left);
        let rows = position_rows(&window.region(), outputs, wanted, (1, 1), corner);
        Some((window.data(), rows))
    }
}

/// `y[i, j, o] = epilogue(sum over ky, kx, c of x[i s + ky - p, j s + kx - p, c] w[o, c, ky, kx])`.
///
/// `x`: `[*, *, in]` holding at least [`Sliding::input_region`] of what is computed; `y`: any region of the
/// output map `output` (rows, columns), `[*, *, out]`. Positions of `y` outside the map are set to zero.
///
/// # Panics
/// If channels disagree or a window lacks a needed position.
pub fn convolve(
    isa: Isa,
    x: Window<'_>,
    weights: &ConvWeights,
    epilogue: &ConvEpilogue<'_>,
    output: (usize, usize),
    y: &mut WindowMut<'_>,
) {
    let map = Region::whole(output.0, output.1);
    y.clear_outside(map);
    let wanted = y.region().intersection(&map);
    convolve_rows(isa, x, weights, epilogue, wanted, y);
}

/// The same for the positions of `wanted` alone, a region inside the map and inside `y`.
///
/// # Panics
/// As [`convolve`].
pub fn convolve_rows(
    isa: Isa,
    x: Window<'_>,
    weights: &ConvWeights,
    epilogue: &ConvEpilogue<'_>,
    wanted: Region,
    y: &mut WindowMut<'_>,
) {
    assert_eq!(y.channels(), weights.outputs(), "output channels of a convolution");
    if wanted.is_empty() {
        return;
    }
    let rows = position_rows(&y.region(), y.channels(), &wanted, (1, 1), (wanted.top, wanted.left));
    let target = Target::new(y.data_mut(), rows);
    multiply(isa, x, weights, epilogue, wanted, 0..weights.outputs(), target);
}

/// The same for some of the output channels, beginning at a multiple of 16, into a matrix `[positions, channels]`.
///
/// # Panics
/// As [`convolve`], or if the channels do not begin so or `y` has not their size.
pub fn convolve_channels(
    isa: Isa,
    x: Window<'_>,
    weights: &ConvWeights,
    epilogue: &ConvEpilogue<'_>,
    wanted: Region,
    channels: Range<usize>,
    y: &mut [f32],
) {
    assert_eq!(y.len(), wanted.positions() * channels.len(), "values of some channels");
    if wanted.is_empty() {
        return;
    }
    let target = Target::new(y, Rows::plain(channels.len()));
    multiply(isa, x, weights, epilogue, wanted, channels, target);
}

/// The product that a convolution is.
fn multiply(
    isa: Isa,
    x: Window<'_>,
    weights: &ConvWeights,
    epilogue: &ConvEpilogue<'_>,
    wanted: Region,
    channels: Range<usize>,
    mut target: Target<'_>,
) {
    assert_eq!(x.channels(), weights.channels(), "input channels of a convolution");
    let epilogue = Epilogue {
        affine: epilogue.affine,
        residual: epilogue.residual_rows(weights.outputs(), &wanted),
        relu: epilogue.relu,
    };
    product_columns(
        isa,
        wanted.positions(),
        channels,
        &im2col(x, weights.sliding, &wanted),
        &weights.packed,
        &mut target,
        &epilogue,
    );
}

/// The virtual im2col matrix of `wanted`: `[positions, (ky, kx, c)]`.
fn im2col<'a>(x: Window<'a>, sliding: Sliding, wanted: &Region) -> LeftMatrix<'a> {
    let needed = sliding.input_region(wanted);
    assert!(x.region().contains(&needed), "an input window of {:?} lacks part of {needed:?}", x.region());
    LeftMatrix {
        data: x.data(),
        rows: position_rows(&x.region(), x.channels(), wanted, sliding.stride, (needed.top, needed.left)),
        segments: sliding.kernel.0,
        segment_step: x.region().width * x.channels(),
        segment_length: sliding.kernel.1 * x.channels(),
    }
}

/// Rows that are the positions of `wanted`, `stride` apart in a buffer of region `held`, the first one at `corner`.
fn position_rows(
    held: &Region,
    channels: usize,
    wanted: &Region,
    stride: (usize, usize),
    corner: (isize, isize),
) -> Rows {
    let last = (
        corner.0.saturating_add_unsigned((wanted.height - 1) * stride.0),
        corner.1.saturating_add_unsigned((wanted.width - 1) * stride.1),
    );
    assert!(
        held.contains(&Region::between(corner.0, corner.1, last.0 + 1, last.1 + 1)),
        "a window of {held:?} lacks positions {corner:?} to {last:?}"
    );
    Rows {
        skip: 0,
        first: (corner.0.abs_diff(held.top) * held.width + corner.1.abs_diff(held.left)) * channels,
        per_line: wanted.width,
        line_step: stride.0 * held.width * channels,
        step: stride.1 * channels,
    }
}
