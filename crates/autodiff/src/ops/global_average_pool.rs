//! Global average pooling: `[H, W, C] -> [1, 1, C]`. Backward: every position receives its share.

use super::{Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, one_input};
use crate::shape::{GraphError, Shape};
use kernels::Region;
use kernels::pool::{global_average_pool, global_average_pool_gradient};
use std::any::Any;

/// The mean of each channel over its whole map.
#[derive(Clone, Copy, Debug)]
pub struct GlobalAveragePool;

impl Operation for GlobalAveragePool {
    fn name(&self) -> &'static str {
        "global average pooling"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        Ok(Shape::new(1, 1, one_input("global average pooling", inputs)?.channels))
    }

    fn input_region(&self, _: usize, _: Region, inputs: &[Shape], _: Shape) -> Region {
        inputs[0].region()
    }

    fn bind(&self, binding: &Binding) -> Bound {
        BoundAverage { map: binding.inputs[0].region() }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundAverage {
    map: Region,
}

impl Kernel for BoundAverage {
    fn forward(&self, mut step: Forward<'_>) {
        step.output.clear_outside(Region::position(0, 0));
        global_average_pool(step.isa, self.map, step.input(), step.output.pixel_mut(0, 0));
    }
}

impl Differentiable for BoundAverage {
    fn backward(&self, mut step: Backward<'_>) {
        if let Some(dx) = &mut step.input_gradients[0] {
            global_average_pool_gradient(step.isa, self.map, step.gradient.as_window().pixel(0, 0), dx);
        }
    }
}
