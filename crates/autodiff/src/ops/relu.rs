//! The ReLU. Backward: the gradient passes where the output is positive.

use super::{Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, one_input};
use crate::shape::{GraphError, Shape};
use kernels::{Region, elementwise};
use std::any::Any;

/// `max(x, 0)`.
#[derive(Clone, Copy, Debug)]
pub struct Relu;

impl Operation for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        one_input("relu", inputs)
    }

    fn input_region(&self, _: usize, region: Region, _: &[Shape], _: Shape) -> Region {
        region
    }

    fn bind(&self, binding: &Binding) -> Bound {
        BoundRelu { region: binding.region, gradient: binding.gradient }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundRelu {
    region: Region,
    gradient: Region,
}

impl Kernel for BoundRelu {
    fn forward(&self, mut step: Forward<'_>) {
        let input = step.input();
        step.output.clear_outside(self.region);
        elementwise::relu(step.isa, self.region, input, &mut step.output);
    }
}

impl Differentiable for BoundRelu {
    fn backward(&self, mut step: Backward<'_>) {
        elementwise::mask_by_relu(step.isa, self.gradient, step.output, &mut step.gradient);
        if let Some(input) = &mut step.input_gradients[0] {
            elementwise::accumulate(step.isa, self.gradient, step.gradient.as_window(), input);
        }
    }
}
