//! Convolution as a matrix product whose left-hand matrix, the im2col matrix, is never built.
//!
//! The *im2col* matrix of an input has a row for each output position and a column for each weight: the values that
//! the kernel sees there. With channels last, the row of a position is `kernel height` segments of the input, each
//! `kernel width * channels` long and a line apart: exactly what a [`LeftMatrix`] can address. Its columns are ordered
//! (ky, kx, c), and so is the sum of the summation contract.

use super::task::{Grid, Sums};
use super::{ConvTask, Sliding, SomeChannels};
use crate::isa::Isa;
use crate::matmul::{Epilogue, LeftMatrix, PackedMatrix, Product, Target};
use crate::region::Region;
use crate::window::{Window, WindowMut};

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

    /// Computes a task into a window `[*, *, out]` that holds the wanted positions; others are left alone.
    ///
    /// # Panics
    /// If channels disagree or a window lacks a needed position.
    ///
    /// # Example
    /// The sum of each 2 x 2 square of a map, plus one:
    ///
    /// ```
    /// use kernels::conv::{ConvEpilogue, ConvTask, ConvWeights, Sliding};
    /// use kernels::matmul::ColumnAffine;
    /// use kernels::{Isa, Region, Window, WindowMut};
    ///
    /// let weights = ConvWeights::new(&[1.0; 4], 1, 1, Sliding::square(2, 1, 0));
    /// let x = Window::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], Region::whole(2, 3), 1);
    /// let bias = ColumnAffine::bias(&[1.0]);
    /// let epilogue = ConvEpilogue { affine: Some(&bias), ..ConvEpilogue::default() };
    /// let wanted = Region::whole(1, 2);
    /// let mut y = [0.0; 2];
    /// weights.convolve(Isa::best(), &ConvTask { x, wanted, epilogue }, &mut WindowMut::new(&mut y, wanted, 1));
    /// assert_eq!(y, [1.0 + 2.0 + 4.0 + 5.0 + 1.0, 2.0 + 3.0 + 5.0 + 6.0 + 1.0]);
    /// ```
    pub fn convolve(&self, isa: Isa, task: &ConvTask<'_>, y: &mut WindowMut<'_>) {
        if let Some(sums) = task.sums_in_window(self.outputs(), y) {
            self.compute(isa, task, sums);
        }
    }

    /// The same for some of the output channels, beginning at a multiple of 16.
    ///
    /// # Panics
    /// As [`ConvWeights::convolve`], or if the channels do not begin so or the matrix has not their size.
    pub fn convolve_channels(&self, isa: Isa, task: &ConvTask<'_>, y: SomeChannels<'_>) {
        if let Some(sums) = task.sums_in_matrix(y) {
            self.compute(isa, task, sums);
        }
    }

    /// The product that a convolution is.
    fn compute(&self, isa: Isa, task: &ConvTask<'_>, sums: Sums<'_>) {
        assert_eq!(task.x.channels(), self.channels, "input channels of a convolution");
        let epilogue = Epilogue {
            affine: task.epilogue.affine,
            residual: task.residual_rows(self.outputs()),
            relu: task.epilogue.relu,
        };
        let left = im2col(task.x, self.sliding, &task.wanted);
        let product = Product::new(task.wanted.positions(), left, &self.packed);
        let mut target = Target::new(sums.data, sums.rows);
        Product { columns: sums.channels, epilogue, ..product }.run(isa, &mut target);
    }
}

/// The virtual im2col matrix of `wanted`: `[positions, (ky, kx, c)]`.
fn im2col<'a>(x: Window<'a>, sliding: Sliding, wanted: &Region) -> LeftMatrix<'a> {
    let needed = sliding.input_region(wanted);
    assert!(x.region().contains(&needed), "an input window of {:?} lacks part of {needed:?}", x.region());
    LeftMatrix {
        data: x.data(),
        rows: Grid { corner: (needed.top, needed.left), stride: sliding.stride, ..Grid::of(wanted) }
            .rows(&x.region(), x.channels()),
        segments: sliding.kernel.0,
        segment_step: x.region().width * x.channels(),
        segment_length: sliding.kernel.1 * x.channels(),
    }
}
