//! Convolutions whose channels fall into groups, each of which sees its own part of the input's channels.
//!
//! ```text
//! y[i, j, o] = sum over ky, kx, c of x[i s + ky - p, j s + kx - p, g C' + c] w[o, c, ky, kx]
//! ```
//!
//! where a group has C' input channels and O' output channels, and g = o / O'. Every sum is one chain in the order (ky, kx, c)
//! from zero, the *summation contract* (see [`crate::matmul`]), however it is computed:
//!
//! - Groups of 1, 2, 4 or 8 channels in and out fill a vector of 16 outputs together, each with inputs of its own: see
//!   [`lanes`]. That is ResNeXt's first two stages, and depthwise convolution.
//! - Any other group is a convolution of its own, a matrix product: see [`products`].
//!
//! The gradient sends what each output position has to the inputs that it saw: see [`gradient`].

mod finish;
pub(super) mod gradient;
mod lanes;
mod products;

use super::task::Grid;
use super::{ConvTask, Sliding};
use crate::isa::Isa;
use crate::matmul::PANEL;
use crate::window::WindowMut;
use lanes::LaneWeights;
use products::GroupProducts;

/// How many channels a convolution reads and writes, and in how many groups.
///
/// Group g of G reads input channels `g C / G ..` and writes output channels `g O / G ..`, an equal part of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Channels {
    /// Channels of the input.
    pub inputs: usize,
    /// Channels of the output.
    pub outputs: usize,
    /// Groups: one, or as many as divide both.
    pub groups: usize,
}

impl Channels {
    /// Input channels of a group.
    ///
    /// # Example
    /// ```
    /// use kernels::conv::Channels;
    ///
    /// // The 3 x 3 convolution of ResNeXt50's first stage.
    /// let resnext = Channels { inputs: 128, outputs: 128, groups: 32 };
    /// assert_eq!((resnext.seen(), resnext.made()), (4, 4));
    /// assert!(!Channels { inputs: 3, ..resnext }.are_divided());
    /// ```
    pub fn seen(&self) -> usize {
        self.inputs / self.groups
    }

    /// Output channels of a group.
    pub fn made(&self) -> usize {
        self.outputs / self.groups
    }

    /// Whether the groups divide the channels of the input and of the output.
    pub fn are_divided(&self) -> bool {
        self.groups > 0 && self.inputs.is_multiple_of(self.groups) && self.outputs.is_multiple_of(self.groups)
    }

    /// How many weights there are: `[outputs, inputs / groups, kernel height, kernel width]`.
    ///
    /// # Panics
    /// If the groups divide not both.
    pub(super) fn check_weights(&self, weights: &[f32], sliding: Sliding) {
        let Channels { inputs, outputs, groups } = *self;
        assert!(self.are_divided(), "{groups} groups of {inputs} input and {outputs} output channels");
        let ((height, width), seen) = (sliding.kernel, self.seen());
        assert_eq!(weights.len(), outputs * seen * height * width, "weights [{outputs}, {seen}, {height}, {width}]");
    }

    /// Whether groups fill vectors together: as many channels in as out, so few that groups divide a register of 8.
    fn share_lanes(&self) -> bool {
        self.seen() == self.made() && matches!(self.seen(), 1 | 2 | 4 | 8) && self.inputs.is_multiple_of(PANEL)
    }
}

/// The weights of several groups, packed for the forward pass.
#[derive(Clone, Debug)]
pub(super) enum Grouped {
    Lanes(LaneWeights),
    Products(GroupProducts),
}

impl Grouped {
    /// Packs weights `[outputs, inputs / groups, ky, kx]`, which were checked.
    pub(super) fn new(weights: &[f32], channels: Channels, sliding: Sliding) -> Grouped {
        let (kernel, seen) = (sliding.kernel, channels.seen());
        let weight =
            |out: usize, c: usize, [ky, kx]: [usize; 2]| weights[((out * seen + c) * kernel.0 + ky) * kernel.1 + kx];
        if channels.share_lanes() {
            Grouped::Lanes(LaneWeights::new(channels, kernel, weight))
        } else {
            Grouped::Products(GroupProducts::new(channels, kernel, weight))
        }
    }

    /// Bytes of memory it holds.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Grouped::Lanes(weights) => weights.bytes(),
            Grouped::Products(weights) => weights.bytes(),
        }
    }

    /// Computes a task into a window that holds the wanted positions, of which there are some.
    pub(super) fn convolve(&self, isa: Isa, task: &ConvTask<'_>, sliding: Sliding, y: &mut WindowMut<'_>) {
        let needed = sliding.input_region(&task.wanted);
        assert!(task.x.region().contains(&needed), "an input window of {:?} lacks part of {needed:?}", task.x.region());
        let seen = Grid { corner: (needed.top, needed.left), stride: sliding.stride, ..Grid::of(&task.wanted) };
        let seen = seen.rows(&task.x.region(), task.x.channels());
        match self {
            Grouped::Lanes(weights) => weights.convolve(isa, task, seen, y),
            Grouped::Products(weights) => weights.convolve(isa, task, seen, y),
        }
        finish::finish(isa, &task.epilogue, task.wanted, y);
    }
}
