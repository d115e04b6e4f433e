//! The gradient of a convolution with respect to its input.
//!
//! ```text
//! dx[y, x, c] = sum over ky, kx, o of dy[(y + p - ky) / s, (x + p - kx) / s, o] w[o, c, ky, kx]
//! ```
//!
//! over the taps (ky, kx) for which both quotients are whole and inside the output. Two ways lead there. To *gather* is
//! to compute each input value's sum as one chain: a convolution of `dy`, see [`gather`]. To *scatter* is to compute,
//! for each output position, what it sends to the input values it saw, and to add that up: see [`scatter`]. Gathering
//! has long sums and no second pass; but its matrix has only as many columns as the input has channels, so an image's
//! three would leave most of a vector empty. The layer's shape decides, never the region: the order of a sum is the
//! same for all regions. Several groups of channels have a way of their own, see [`super::grouped`].

mod gather;
mod scatter;

use super::grouped::gradient::GroupedGradient;
use super::{Channels, Sliding};
use crate::isa::Isa;
use crate::matmul::PANEL;
use crate::window::{Part, WindowMut};
use gather::Gather;
use scatter::Scatter;

/// A convolution's weights, packed for the gradient.
#[derive(Clone, Debug)]
pub struct ConvGradient {
    sliding: Sliding,
    channels: Channels,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Gather(Gather),
    Scatter(Scatter),
    Grouped(GroupedGradient),
}

/// The length of the scratch slice that [`ConvGradient::add_input_gradient`] needs for a convolution of one group; of
/// several it needs none.
pub fn input_gradient_scratch(sliding: Sliding, channels: usize) -> usize {
    if scatters(channels) { scatter::scratch(sliding, channels) } else { 0 }
}

/// Whether a layer with so few input channels scatters.
fn scatters(channels: usize) -> bool {
    channels < PANEL
}

impl ConvGradient {
    /// Packs weights `[out, in, ky, kx]` (PyTorch's order).
    ///
    /// # Panics
    /// If `weights` has not exactly `out * in * ky * kx` values.
    pub fn new(weights: &[f32], outputs: usize, channels: usize, sliding: Sliding) -> ConvGradient {
        ConvGradient::grouped(weights, Channels { inputs: channels, outputs, groups: 1 }, sliding)
    }

    /// Packs weights `[out, in / groups, ky, kx]` of several groups. Of one, it is the same as [`ConvGradient::new`].
    ///
    /// # Panics
    /// If the groups do not divide the channels, or `weights` has not exactly as many values.
    pub fn grouped(weights: &[f32], channels: Channels, sliding: Sliding) -> ConvGradient {
        channels.check_weights(weights, sliding);
        let ((height, width), Channels { inputs, outputs, groups }) = (sliding.kernel, channels);
        let weight =
            |out: usize, c: usize, ky: usize, kx: usize| weights[((out * inputs + c) * height + ky) * width + kx];
        let way = if groups > 1 {
            Way::Grouped(GroupedGradient::new(weights, channels, sliding))
        } else if scatters(inputs) {
            Way::Scatter(Scatter::new(weight, outputs, inputs, sliding))
        } else {
            Way::Gather(Gather::new(weight, outputs, inputs, sliding))
        };
        ConvGradient { sliding, channels, way }
    }

    /// The length of the scratch slice that [`ConvGradient::add_input_gradient`] needs.
    pub fn scratch(&self) -> usize {
        match self.way {
            Way::Grouped(_) => 0,
            Way::Gather(_) | Way::Scatter(_) => input_gradient_scratch(self.sliding, self.channels.inputs),
        }
    }

    /// Bytes of memory it holds.
    pub fn bytes(&self) -> usize {
        match &self.way {
            Way::Gather(gather) => gather.bytes(),
            Way::Scatter(scatter) => scatter.bytes(),
            Way::Grouped(grouped) => grouped.bytes(),
        }
    }

    /// `dx[i s + ky - p, j s + kx - p, c] += sum over o of dy[i, j, o] w[o, c, ky, kx]`, for all positions (i, j) of
    /// the part and all ky, kx.
    ///
    /// `dy`: `[*, *, out]`; `dx`: `[*, *, in]` holding [`Sliding::input_region`] of the part, whose padding receives what
    /// falls there. With 16 input channels or more, or with groups, a value continues as one chain of the summation contract over
    /// (i, j, o) ascending; with fewer, one addend follows another for (i, j) ascending, each a chain over the o whose
    /// `dy` is not zero.
    ///
    /// # Panics
    /// If channels disagree, `dx` lacks a needed position, or `scratch` is shorter than [`ConvGradient::scratch`].
    ///
    /// # Example
    /// Each output is the sum of two neighbours, so the middle input receives both gradients:
    ///
    /// ```
    /// use kernels::conv::{ConvGradient, Sliding, input_gradient_scratch};
    /// use kernels::{Isa, Region, Window, WindowMut};
    ///
    /// let sliding = Sliding { kernel: (1, 2), ..Sliding::square(1, 1, 0) };
    /// let weights = ConvGradient::new(&[1.0; 2], 1, 1, sliding);
    /// let outputs = Region::whole(1, 2);
    /// let dy = Window::new(&[10.0, 1.0], outputs, 1).part(outputs);
    /// let mut dx = [0.0; 3];
    /// let mut scratch = vec![0.0; input_gradient_scratch(sliding, 1)];
    /// let mut target = WindowMut::new(&mut dx, Region::whole(1, 3), 1);
    /// weights.add_input_gradient(Isa::best(), dy, &mut target, &mut scratch);
    /// assert_eq!(dx, [10.0, 11.0, 1.0]);
    /// ```
    pub fn add_input_gradient(&self, isa: Isa, dy: Part<'_>, dx: &mut WindowMut<'_>, scratch: &mut [f32]) {
        assert_eq!(dy.window().channels(), self.channels.outputs, "output channels of a convolution's gradient");
        assert_eq!(dx.channels(), self.channels.inputs, "input channels of a convolution's gradient");
        if dy.region().is_empty() {
            return;
        }
        let needed = self.sliding.input_region(&dy.region());
        assert!(dx.region().contains(&needed), "a gradient window of {:?} lacks part of {needed:?}", dx.region());
        let (given, floats) = (scratch.len(), self.scratch());
        assert!(given >= floats, "{given} of {floats} floats of scratch");
        match &self.way {
            Way::Gather(gather) => gather.add(isa, dy, dx),
            Way::Scatter(scatter) => scatter.add(isa, dy, dx, scratch),
            Way::Grouped(grouped) => grouped.add(isa, dy, dx),
        }
    }
}
