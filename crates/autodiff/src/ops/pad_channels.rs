//! Every second row and column with zero channels before and after: a shortcut without parameters. Backward: its adjoint.

use super::{Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, one_input, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::Region;
use std::any::Any;

/// Every `stride`-th row and column from the first on, and zero channels before and after those of the input.
///
/// `[H, W, C] -> [ceil(H / stride), ceil(W / stride), channels]`
///
/// ```text
/// y[i, j, c] = x[stride i, stride j, c - before]   where before <= c < before + C, else 0
/// ```
///
/// No rounding: values are copied, whatever they are. Backward, `dx[stride i, stride j, c] += dy[i, j, before + c]`. Source:
/// He et al., *Deep Residual Learning for Image Recognition* (2015), option A.
#[derive(Clone, Copy, Debug)]
pub struct PadChannels {
    stride: usize,
    before: usize,
    channels: usize,
}

impl PadChannels {
    /// Of so many channels, `before` of them before those of the input.
    ///
    /// # Example
    /// ```
    /// use autodiff::ops::{Input, PadChannels};
    /// use autodiff::{Graph, Isa, Shape, Wanted};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut graph = Graph::new();
    /// let x = graph.add(Input { shape: Shape::new(1, 3, 1) }, &[])?;
    /// let padded = graph.add(PadChannels::new(2, 1, 3), &[x])?;
    /// let given = [(x, &[1.0, 2.0, 3.0][..])];
    /// let found = graph.evaluate(Wanted::whole(&graph, padded), &given).value(Isa::best())?;
    /// assert_eq!(found, [0.0, 1.0, 0.0, 0.0, 3.0, 0.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(stride: usize, before: usize, channels: usize) -> PadChannels {
        PadChannels { stride: stride.max(1), before, channels }
    }
}

impl Operation for PadChannels {
    fn name(&self) -> &'static str {
        "channel padding"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        let input = one_input("channel padding", inputs)?;
        if self.before + input.channels > self.channels {
            let most = self.channels.saturating_sub(self.before);
            return shape_error("channel padding", format!("at most {most} channels"), inputs);
        }
        Ok(Shape::new(input.height.div_ceil(self.stride), input.width.div_ceil(self.stride), self.channels))
    }

    fn input_region(&self, _: usize, region: Region, _: &[Shape], _: Shape) -> Region {
        let stride = self.stride.cast_signed();
        Region {
            top: region.top * stride,
            left: region.left * stride,
            height: (region.height.max(1) - 1) * self.stride + 1,
            width: (region.width.max(1) - 1) * self.stride + 1,
        }
    }

    fn bind(&self, binding: &Binding) -> Bound {
        let inner = binding.inputs[0].channels;
        BoundPadChannels { of: *self, inner, region: binding.region, gradient: binding.gradient }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundPadChannels {
    of: PadChannels,
    /// Channels of the input.
    inner: usize,
    region: Region,
    gradient: Region,
}

impl BoundPadChannels {
    /// Each position of a region of the output, and the one of the input that it comes from.
    fn positions(&self, region: Region) -> impl Iterator<Item = ((isize, isize), (isize, isize))> + use<> {
        let stride = self.of.stride.cast_signed();
        let rows = region.top..region.bottom();
        rows.flat_map(move |y| (region.left..region.right()).map(move |x| ((y, x), (stride * y, stride * x))))
    }
}

impl Kernel for BoundPadChannels {
    fn forward(&self, mut step: Forward<'_>) {
        let input = step.input();
        step.output.clear_outside(self.region);
        let before = self.of.before;
        for ((y, x), (from_y, from_x)) in self.positions(self.region) {
            let to = step.output.pixel_mut(y, x);
            to.fill(0.0);
            to[before..before + self.inner].copy_from_slice(input.pixel(from_y, from_x));
        }
    }
}

impl Differentiable for BoundPadChannels {
    fn backward(&self, mut step: Backward<'_>) {
        let Some(dx) = &mut step.input_gradients[0] else {
            return;
        };
        let (before, dy) = (self.of.before, step.gradient.as_window());
        for ((y, x), (to_y, to_x)) in self.positions(self.gradient) {
            let from = &dy.pixel(y, x)[before..before + self.inner];
            for (to, from) in dx.pixel_mut(to_y, to_x).iter_mut().zip(from) {
                *to += from;
            }
        }
    }
}
