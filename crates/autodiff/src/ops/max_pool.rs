//! Max pooling. Backward: the first largest value under each window receives the gradient.

use super::{Backward, Binding, Forward, Kernel, Operation, one_input, shape_error};
use crate::graph::{GraphError, Shape};
use kernels::Region;
use kernels::conv::Sliding;
use kernels::pool::{max_pool, max_pool_gradient};
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

    fn bind(&self, binding: &Binding) -> Box<dyn Kernel> {
        let map = (binding.inputs[0].height, binding.inputs[0].width);
        Box::new(BoundMaxPool { sliding: self.sliding, map, region: binding.region, gradient: binding.gradient })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundMaxPool {
    sliding: Sliding,
    map: (usize, usize),
    region: Region,
    gradient: Region,
}

impl Kernel for BoundMaxPool {
    fn shared(&self) -> Option<Region> {
        Some(self.region)
    }

    fn forward(&self, mut step: Forward<'_>) {
        max_pool(step.isa, self.map, self.sliding, step.input(), &mut step.output);
    }

    fn backward(&self, mut step: Backward<'_>) {
        let ([Some(x), _], [Some(dx), _]) = (step.inputs, &mut step.input_gradients) else {
            return;
        };
        let dy = step.gradient.as_window();
        max_pool_gradient(step.isa, self.map, self.sliding, self.gradient, x, dy, dx);
    }
}
