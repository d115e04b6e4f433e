//! Rotation by an angle drawn for each execution. Backward: its adjoint.

use super::{Backward, Binding, Bound, Differentiable, Draw, Forward, Kernel, Operation, one_input, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::Region;
use kernels::resample::Rotation;
use std::any::Any;

/// Rotation of an image about its center by [`Draw::Degrees`], none unless drawn; bilinear, zeros outside.
#[derive(Clone, Copy, Debug)]
pub struct Rotate {
    degrees: u32,
}

impl Rotate {
    /// For draws of whole degrees from minus to plus `degrees`.
    pub fn within(degrees: u32) -> Rotate {
        Rotate { degrees }
    }

    fn rotations(&self, shape: Shape) -> impl Iterator<Item = Rotation> {
        let limit = self.degrees.cast_signed();
        (-limit..=limit).map(move |degrees| Rotation::new((shape.height, shape.width), degrees))
    }
}

impl Operation for Rotate {
    fn name(&self) -> &'static str {
        "rotation"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        match one_input("rotation", inputs)? {
            image if image.channels == 3 => Ok(image),
            _ => shape_error("rotation", "an image of 3 channels", inputs),
        }
    }

    /// What any angle that may be drawn needs.
    fn input_region(&self, _: usize, region: Region, inputs: &[Shape], _: Shape) -> Region {
        self.rotations(inputs[0]).fold(Region::EMPTY, |held, r| held.hull(&r.input_region(region)))
    }

    fn bind(&self, binding: &Binding) -> Bound {
        let rotations = self.rotations(binding.output).collect();
        BoundRotate { degrees: self.degrees, rotations, region: binding.region, gradient: binding.gradient }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundRotate {
    degrees: u32,
    rotations: Vec<Rotation>,
    region: Region,
    gradient: Region,
}

impl BoundRotate {
    fn drawn(&self, draw: Draw) -> &Rotation {
        let degrees = if let Draw::Degrees(degrees) = draw { degrees } else { 0 };
        let at = degrees.saturating_add_unsigned(self.degrees);
        assert!(degrees.unsigned_abs() <= self.degrees, "a rotation by {degrees} of at most {} degrees", self.degrees);
        &self.rotations[at.unsigned_abs() as usize]
    }
}

impl Kernel for BoundRotate {
    fn forward(&self, mut step: Forward<'_>) {
        let input = step.input();
        step.output.clear_outside(self.region);
        self.drawn(step.draw).rotate(step.isa, self.region, input, &mut step.output);
    }
}

impl Differentiable for BoundRotate {
    fn backward(&self, mut step: Backward<'_>) {
        if let Some(dx) = &mut step.input_gradients[0] {
            self.drawn(step.draw).adjoint(step.isa, self.gradient, step.gradient.as_window(), dx);
        }
    }
}
