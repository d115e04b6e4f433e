//! Addition of two maps. Backward: both inputs receive the output's gradient.

use super::{Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::{Region, elementwise};
use std::any::Any;

/// The sum of two maps of the same shape.
#[derive(Clone, Copy, Debug)]
pub struct Add;

impl Operation for Add {
    fn name(&self) -> &'static str {
        "addition"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        match inputs {
            [a, b] if a == b => Ok(*a),
            _ => shape_error("addition", "two maps of the same shape", inputs),
        }
    }

    fn input_region(&self, _: usize, region: Region, _: &[Shape], _: Shape) -> Region {
        region
    }

    fn bind(&self, binding: &Binding) -> Bound {
        BoundAdd { region: binding.region, gradient: binding.gradient }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundAdd {
    region: Region,
    gradient: Region,
}

impl Kernel for BoundAdd {
    fn forward(&self, mut step: Forward<'_>) {
        let [Some(a), Some(b)] = step.inputs else {
            return;
        };
        step.output.clear_outside(self.region);
        elementwise::add(step.isa, self.region, [a, b], &mut step.output);
    }
}

impl Differentiable for BoundAdd {
    fn backward(&self, mut step: Backward<'_>) {
        for input in step.input_gradients.iter_mut().flatten() {
            elementwise::accumulate(step.isa, self.gradient, step.gradient.as_window(), input);
        }
    }
}
