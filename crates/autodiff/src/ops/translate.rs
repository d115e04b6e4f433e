//! Translation by whole pixels: fixed, for padding and cropping, or drawn for each execution. Backward: its adjoint.

use super::{Backward, Binding, Bound, Differentiable, Draw, Forward, Kernel, Operation, one_input};
use crate::shape::{GraphError, Shape};
use kernels::Region;
use kernels::resample::Translation;
use std::any::Any;

/// Moves a map by a fixed distance onto a map of another size; zeros enter.
#[derive(Clone, Copy, Debug)]
pub struct Translate {
    to: (usize, usize),
    shift: (isize, isize),
}

impl Translate {
    /// Keeps the central `to` rows and columns of maps of `from`: those from `(from - to) / 2` on, half a pixel rounded
    /// to even (torchvision's `CenterCrop`).
    ///
    /// # Example
    /// ```
    /// use autodiff::ops::{Input, Translate};
    /// use autodiff::{Graph, Isa, Shape, Wanted};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut graph = Graph::new();
    /// let x = graph.add(Input { shape: Shape::new(1, 5, 1) }, &[])?;
    /// let middle = graph.add(Translate::center_crop((1, 5), (1, 2)), &[x])?;
    /// let given = [(x, &[1.0, 2.0, 3.0, 4.0, 5.0][..])];
    /// // (5 - 2) / 2 is one and a half: rounded to even, two.
    /// assert_eq!(graph.evaluate(Wanted::whole(&graph, middle), &given).value(Isa::best())?, [3.0, 4.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn center_crop(from: (usize, usize), to: (usize, usize)) -> Translate {
        let offset = |surplus: usize| surplus / 2 + usize::from(surplus % 4 == 3);
        let shift = |from: usize, to: usize| -(offset(from.saturating_sub(to)).cast_signed());
        Translate { to, shift: (shift(from.0, to.0), shift(from.1, to.1)) }
    }

    /// Moves maps of `from` down and right by whole rows and columns, up and left where these are negative.
    pub fn moved(from: (usize, usize), by: (isize, isize)) -> Translate {
        Translate { to: from, shift: by }
    }

    /// Pads maps of `from` with zeros by `margins` rows above and below and columns left and right.
    pub fn zero_pad(from: (usize, usize), margins: (usize, usize)) -> Translate {
        let to = (from.0 + 2 * margins.0, from.1 + 2 * margins.1);
        Translate { to, shift: (margins.0.cast_signed(), margins.1.cast_signed()) }
    }
}

impl Operation for Translate {
    fn name(&self) -> &'static str {
        "translation"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        Ok(Shape::new(self.to.0, self.to.1, one_input("translation", inputs)?.channels))
    }

    fn input_region(&self, _: usize, region: Region, inputs: &[Shape], _: Shape) -> Region {
        region.shifted(-self.shift.0, -self.shift.1).intersection(&inputs[0].region())
    }

    fn bind(&self, binding: &Binding) -> Bound {
        BoundTranslate::new(binding, Some(self.shift)).into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Moves a map down and to the right by [`Draw::Shift`], not at all unless drawn; zeros enter.
#[derive(Clone, Copy, Debug)]
pub struct Jitter {
    limit: usize,
}

impl Jitter {
    /// For draws from `0..limit` rows and columns.
    pub fn below(limit: usize) -> Jitter {
        Jitter { limit }
    }
}

impl Operation for Jitter {
    fn name(&self) -> &'static str {
        "jitter"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        one_input("jitter", inputs)
    }

    /// What any shift that may be drawn needs.
    fn input_region(&self, _: usize, region: Region, inputs: &[Shape], _: Shape) -> Region {
        let furthest = -self.limit.saturating_sub(1).cast_signed();
        region.hull(&region.shifted(furthest, furthest)).intersection(&inputs[0].region())
    }

    fn bind(&self, binding: &Binding) -> Bound {
        BoundTranslate::new(binding, None).into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundTranslate {
    map: Region,
    /// `None` where it is drawn.
    shift: Option<(isize, isize)>,
    region: Region,
    gradient: Region,
}

impl BoundTranslate {
    fn new(binding: &Binding, shift: Option<(isize, isize)>) -> BoundTranslate {
        BoundTranslate { map: binding.inputs[0].region(), shift, region: binding.region, gradient: binding.gradient }
    }

    fn translation(&self, draw: Draw) -> Translation {
        let (down, right) = match (self.shift, draw) {
            (Some(shift), _) => shift,
            (None, Draw::Shift(down, right)) => (down.cast_signed(), right.cast_signed()),
            (None, _) => (0, 0),
        };
        Translation { map: self.map, down, right }
    }
}

impl Kernel for BoundTranslate {
    fn forward(&self, mut step: Forward<'_>) {
        let translation = self.translation(step.draw);
        let Some(input) = step.inputs[0] else {
            // All of what is wanted has entered from outside the map.
            return step.output.data_mut().fill(0.0);
        };
        step.output.clear_outside(self.region);
        translation.apply(self.region, input, &mut step.output);
    }
}

impl Differentiable for BoundTranslate {
    fn backward(&self, mut step: Backward<'_>) {
        if let Some(dx) = &mut step.input_gradients[0] {
            self.translation(step.draw).adjoint(step.isa, self.gradient, step.gradient.as_window(), dx);
        }
    }
}
