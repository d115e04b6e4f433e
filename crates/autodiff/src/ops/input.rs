//! A value that the caller provides.

use super::{Binding, Bound, Forward, Kernel, Operation, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::Region;
use std::any::Any;

/// An input of the graph: it is written through [`crate::Workspace::input_mut`].
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// Its shape.
    pub shape: Shape,
}

impl Operation for Input {
    fn name(&self) -> &'static str {
        "input"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        if inputs.is_empty() { Ok(self.shape) } else { shape_error("input", "no inputs", inputs) }
    }

    fn input_region(&self, _: usize, _: Region, _: &[Shape], _: Shape) -> Region {
        Region::EMPTY
    }

    fn bind(&self, _: &Binding) -> Bound {
        Bound::Forward(Box::new(*self))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Kernel for Input {
    fn forward(&self, _: Forward<'_>) {}
}
