//! Padding by reflection. Backward: its adjoint.

use super::{Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, one_input, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::Region;
use kernels::resample::Reflection;
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

    fn reflection(self, input: Shape) -> Reflection {
        Reflection { size: (input.height, input.width), margin: self.margin }
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
        self.reflection(inputs[0]).input_region(region)
    }

    fn bind(&self, binding: &Binding) -> Bound {
        let reflection = self.reflection(binding.inputs[0]);
        BoundReflectPad { reflection, region: binding.region, gradient: binding.gradient }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundReflectPad {
    reflection: Reflection,
    region: Region,
    gradient: Region,
}

impl Kernel for BoundReflectPad {
    fn forward(&self, mut step: Forward<'_>) {
        let input = step.input();
        step.output.clear_outside(self.region);
        self.reflection.pad(self.region, input, &mut step.output);
    }
}

impl Differentiable for BoundReflectPad {
    fn backward(&self, mut step: Backward<'_>) {
        if let Some(dx) = &mut step.input_gradients[0] {
            self.reflection.adjoint(step.isa, self.gradient, step.gradient.as_window(), dx);
        }
    }
}
