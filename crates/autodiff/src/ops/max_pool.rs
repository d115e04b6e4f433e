//! Max pooling. Backward: the first largest value under each window receives the gradient.

use super::{Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, one_input, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::Region;
use kernels::conv::Sliding;
use kernels::pool;
use std::any::Any;

/// The largest value of each channel under a sliding window; padding never wins.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool {
    sliding: Sliding,
}

impl MaxPool {
    /// With a window, its steps and padding.
    pub fn new(sliding: Sliding) -> MaxPool {
        MaxPool { sliding }
    }

    /// The window's size, steps and padding.
    pub(crate) fn sliding(&self) -> Sliding {
        self.sliding
    }
}

impl Operation for MaxPool {
    fn name(&self) -> &'static str {
        "max pooling"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        let input = one_input("max pooling", inputs)?;
        match self.sliding.output_size(input.height, input.width) {
            Some((height, width)) => Ok(Shape::new(height, width, input.channels)),
            None => shape_error("max pooling", "a map that the window fits", inputs),
        }
    }

    fn input_region(&self, _: usize, region: Region, _: &[Shape], _: Shape) -> Region {
        self.sliding.input_region(&region)
    }

    fn bind(&self, binding: &Binding) -> Bound {
        let map = (binding.inputs[0].height, binding.inputs[0].width);
        let pool = pool::MaxPool { map, sliding: self.sliding };
        BoundMaxPool { pool, region: binding.region, gradient: binding.gradient }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundMaxPool {
    pool: pool::MaxPool,
    region: Region,
    gradient: Region,
}

impl Kernel for BoundMaxPool {
    fn shared(&self) -> Option<Region> {
        Some(self.region)
    }

    fn forward(&self, mut step: Forward<'_>) {
        self.pool.apply(step.isa, step.input(), &mut step.output);
    }
}

impl Differentiable for BoundMaxPool {
    fn backward(&self, mut step: Backward<'_>) {
        let ([Some(x), _], [Some(dx), _]) = (step.inputs, &mut step.input_gradients) else {
            return;
        };
        self.pool.gradient(step.isa, x, step.gradient.as_window().part(self.gradient), dx);
    }
}
