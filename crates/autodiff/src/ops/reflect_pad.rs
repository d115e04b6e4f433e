//! Padding by reflection. Backward: its adjoint.

use super::{Backward, Binding, Forward, Kernel, Operation, one_input, shape_error};
use crate::graph::{GraphError, Shape};
use kernels::Region;
use kernels::resample::{reflect_pad, reflect_pad_adjoint, reflected_region};
use std::any::Any;

/// Padding on all four sides by reflection; the edge itself is not repeated.
#[derive(Clone, Copy, Debug)]
pub struct ReflectPad {
    margin: usize,
}

impl ReflectPad {
    /// By `margin` rows and columns on each side.
    pub fn new(margin: usize) -> ReflectPad {
        ReflectPad { margin }
    }
}

impl Operation for ReflectPad {
    fn name(&self) -> &'static str {
        "reflection padding"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        let input = one_input("reflection padding", inputs)?;
        if self.margin >= input.height || self.margin >= input.width {
            return shape_error("reflection padding", format!("more than {} rows and columns", self.margin), inputs);
        }
        Ok(Shape::new(input.height + 2 * self.margin, input.width + 2 * self.margin, input.channels))
    }

    fn input_region(&self, _: usize, region: Region, inputs: &[Shape], _: Shape) -> Region {
        reflected_region((inputs[0].height, inputs[0].width), self.margin, region)
    }

    fn bind(&self, binding: &Binding) -> Box<dyn Kernel> {
        let size = (binding.inputs[0].height, binding.inputs[0].width);
        Box::new(BoundReflectPad { margin: self.margin, size, region: binding.region, gradient: binding.gradient })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundReflectPad {
    margin: usize,
    size: (usize, usize),
    region: Region,
    gradient: Region,
}

impl Kernel for BoundReflectPad {
    fn forward(&self, mut step: Forward<'_>) {
        let input = step.input();
        step.output.clear_outside(self.region);
        reflect_pad(self.size, self.margin, self.region, input, &mut step.output);
    }

    fn backward(&self, mut step: Backward<'_>) {
        if let Some(dx) = &mut step.input_gradients[0] {
            let dy = step.gradient.as_window();
            reflect_pad_adjoint(step.isa, self.size, self.margin, self.gradient, dy, dx);
        }
    }
}
