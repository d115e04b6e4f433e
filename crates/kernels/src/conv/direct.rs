//! Convolution as a matrix product whose left-hand matrix, the im2col matrix, is never built.
//!
//! The *im2col* matrix of an input has a row for each output position and a column for each weight: the values that
//! the kernel sees there. With channels last, the row of a position is `kernel height` segments of the input, each
//! `kernel width * channels` long and a line apart: exactly what a [`LeftMatrix`] can address. Its columns are ordered
//! (ky, kx, c), and so is the sum of the summation contract.

use super::grouped::Grouped;
use super::task::{Grid, Sums};
use super::{Channels, ConvTask, Sliding, SomeChannels};
use crate::isa::Isa;
use crate::matmul::{Epilogue, LeftMatrix, PackedMatrix, Product, Target};
use crate::region::Region;
use crate::window::{Window, WindowMut};

/// A convolution's weights, packed for the forward pass.
#[derive(Clone, Debug)]
pub struct ConvWeights {
    sliding: Sliding,
    channels: Channels,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    /// One group: a matrix `[ky, kx, c] x out`.
    Whole(PackedMatrix),
    Grouped(Grouped),
}

impl ConvWeights {
    /// Packs weights `[out, in, ky, kx]` (PyTorch's order).
    ///
    /// # Panics
    /// If `weights` has not exactly `out * in * ky * kx` values.
    pub fn new(weights: &[f32], out: usize, channels: usize, sliding: Sliding) -> ConvWeights {
        ConvWeights::grouped(weights, Channels { inputs: channels, outputs: out, groups: 1 }, sliding)
    }

    /// Packs weights `[out, in / groups, ky, kx]` (PyTorch's order) of several groups. Of one, it is the same as
    /// [`ConvWeights::new`].
    ///
    /// # Panics
    /// If the groups do not divide the channels, or `weights` has not exactly as many values.
    ///
    /// # Example
    /// Two groups: each output channel is its own input channel, doubled or tripled.
    ///
    /// ```
    /// use kernels::conv::{Channels, ConvEpilogue, ConvTask, ConvWeights, Sliding};
    /// use kernels::{Isa, Region, Window, WindowMut};
    ///
    /// let channels = Channels { inputs: 2, outputs: 2, groups: 2 };
    /// let weights = ConvWeights::grouped(&[2.0, 3.0], channels, Sliding::square(1, 1, 0));
    /// let map = Region::whole(1, 2);
    /// let x = Window::new(&[1.0, 10.0, 2.0, 20.0], map, 2);
    /// let mut y = [0.0; 4];
    /// let task = ConvTask { x, wanted: map, epilogue: ConvEpilogue::default() };
    /// weights.convolve(Isa::best(), &task, &mut WindowMut::new(&mut y, map, 2));
    /// assert_eq!(y, [2.0, 30.0, 4.0, 60.0]);
    /// ```
    pub fn grouped(weights: &[f32], channels: Channels, sliding: Sliding) -> ConvWeights {
        channels.check_weights(weights, sliding);
        let way = if channels.groups == 1 {
            let ((height, width), inputs) = (sliding.kernel, channels.inputs);
            Way::Whole(PackedMatrix::from_fn(height * width * inputs, channels.outputs, |row, column| {
                let (ky, kx, c) = (row / (width * inputs), row / inputs % width, row % inputs);
                weights[((column * inputs + c) * height + ky) * width + kx]
            }))
        } else {
            Way::Grouped(Grouped::new(weights, channels, sliding))
        };
        ConvWeights { sliding, channels, way }
    }

    /// The window's size, stride and padding.
    pub fn sliding(&self) -> Sliding {
        self.sliding
    }

    /// Channels in and out, and groups.
    pub fn channels(&self) -> Channels {
        self.channels
    }

    /// Output channels.
    pub fn outputs(&self) -> usize {
        self.channels.outputs
    }

    /// Bytes of memory it holds.
    pub fn bytes(&self) -> usize {
        match &self.way {
            Way::Whole(packed) => packed.bytes(),
            Way::Grouped(grouped) => grouped.bytes(),
        }
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
        self.check_input(task);
        let Some(sums) = task.sums_in_window(self.outputs(), y) else { return };
        match &self.way {
            Way::Whole(packed) => self.compute(isa, task, (packed, sums)),
            Way::Grouped(grouped) => grouped.convolve(isa, task, self.sliding, y),
        }
    }

    /// The same for some of the output channels, beginning at a multiple of 16, of a convolution of one group.
    ///
    /// # Panics
    /// As [`ConvWeights::convolve`], or if there are groups, the channels do not begin so or the matrix has not their
    /// size.
    pub fn convolve_channels(&self, isa: Isa, task: &ConvTask<'_>, y: SomeChannels<'_>) {
        self.check_input(task);
        match (&self.way, task.sums_in_matrix(y)) {
            (Way::Whole(packed), Some(sums)) => self.compute(isa, task, (packed, sums)),
            (Way::Grouped(_), _) => panic!("some channels of {} groups", self.channels.groups),
            (_, None) => {}
        }
    }

    fn check_input(&self, task: &ConvTask<'_>) {
        assert_eq!(task.x.channels(), self.channels.inputs, "input channels of a convolution");
    }

    /// The product that a convolution of one group is.
    fn compute(&self, isa: Isa, task: &ConvTask<'_>, (packed, sums): (&PackedMatrix, Sums<'_>)) {
        let epilogue = Epilogue {
            affine: task.epilogue.affine,
            residual: task.residual_rows(self.outputs()),
            relu: task.epilogue.relu,
        };
        let left = im2col(task.x, self.sliding, &task.wanted);
        let product = Product::new(task.wanted.positions(), left, packed);
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
