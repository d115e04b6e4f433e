//! Bilinear resizing. Backward: its adjoint.

use super::{Alignment, Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, one_input, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::Region;
use kernels::resample::ResizePlan;
use std::any::Any;

/// Bilinear resizing without antialiasing to a fixed size.
#[derive(Clone, Copy, Debug)]
pub struct Resize {
    to: (usize, usize),
    alignment: Alignment,
}

impl Resize {
    /// To maps of `to` rows and columns.
    pub fn new(to: (usize, usize), alignment: Alignment) -> Resize {
        Resize { to, alignment }
    }

    fn plan(&self, from: Shape) -> ResizePlan {
        ResizePlan::new((from.height, from.width), self.to, self.alignment)
    }
}

impl Operation for Resize {
    fn name(&self) -> &'static str {
        "resizing"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        let input = one_input("resizing", inputs)?;
        if input.is_empty() || self.to.0 == 0 || self.to.1 == 0 {
            return shape_error("resizing", "at least one row and column", inputs);
        }
        Ok(Shape::new(self.to.0, self.to.1, input.channels))
    }

    fn input_region(&self, _: usize, region: Region, inputs: &[Shape], _: Shape) -> Region {
        self.plan(inputs[0]).input_region(region)
    }

    fn bind(&self, binding: &Binding) -> Bound {
        let plan = self.plan(binding.inputs[0]);
        let scratch = plan.part(binding.region).scratch(binding.output.channels);
        BoundResize { plan, scratch, region: binding.region, gradient: binding.gradient }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundResize {
    plan: ResizePlan,
    scratch: usize,
    region: Region,
    gradient: Region,
}

impl Kernel for BoundResize {
    fn scratch_floats(&self) -> usize {
        self.scratch
    }

    fn forward(&self, mut step: Forward<'_>) {
        let input = step.input();
        step.output.clear_outside(self.region);
        self.plan.part(self.region).apply(step.isa, input, step.scratch, &mut step.output);
    }
}

impl Differentiable for BoundResize {
    fn backward(&self, mut step: Backward<'_>) {
        if let Some(dx) = &mut step.input_gradients[0] {
            self.plan.part(self.gradient).adjoint(step.isa, step.gradient.as_window(), step.scratch, dx);
        }
    }
}
