//! Convolution: its shape, and the two ways to compute it.

use super::direct::BoundConvolution;
use super::fused::{Affine, Fused, Parts};
use super::winograd::BoundWinograd;
use super::{Binding, Bound, Operation, one_input, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::Region;
use kernels::conv::{Channels, Sliding, Tile};
use kernels::matmul::ColumnAffine;
use std::any::Any;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

/// How convolutions are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// The sum of the definition, as one chain.
    #[default]
    Direct,
    /// Winograd's F(4 x 4, 3 x 3) or F(2 x 2, 3 x 3) in plans without gradients, for layers of one group, 3 x 3 kernels and
    /// stride 1: faster, other bits, a larger error (see [`kernels::conv`]). Other layers are direct.
    Winograd,
}

impl Algorithm {
    /// All algorithms.
    pub const ALL: [Algorithm; 2] = [Algorithm::Direct, Algorithm::Winograd];

    /// `direct` or `winograd`.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Direct => "direct",
            Algorithm::Winograd => "winograd",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = String;

    fn from_str(text: &str) -> Result<Algorithm, String> {
        let found = Algorithm::ALL.into_iter().find(|a| a.name() == text);
        found.ok_or_else(|| format!("'{text}' is no way to compute convolutions: expected direct or winograd"))
    }
}

/// A convolution `[H, W, in] -> [H', W', out]` with a bias, or none; in groups, or one.
#[derive(Clone, Debug)]
pub struct Convolution {
    parts: Arc<Parts>,
    algorithm: Algorithm,
}

impl Convolution {
    /// With weights `[out, in, kernel height, kernel width]` and a bias `[out]` or none.
    ///
    /// # Errors
    /// If the weights have not exactly `out * in * kh * kw` values, or the bias has not `out`.
    ///
    /// # Example
    /// The difference of neighbors, plus a half:
    ///
    /// ```
    /// use autodiff::ops::{Convolution, Input};
    /// use autodiff::{Graph, Isa, Shape, Sliding, Wanted};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut graph = Graph::new();
    /// let x = graph.add(Input { shape: Shape::new(1, 3, 1) }, &[])?;
    /// let sliding = Sliding { kernel: (1, 2), ..Sliding::square(1, 1, 0) };
    /// let difference = Convolution::new(vec![-1.0, 1.0], (1, 1), sliding, Some(vec![0.5]))?;
    /// let y = graph.add(difference, &[x])?;
    /// let given = [(x, &[1.0, 4.0, 9.0][..])];
    /// assert_eq!(graph.evaluate(Wanted::whole(&graph, y), &given).value(Isa::best())?, [3.5, 5.5]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(
        weights: Vec<f32>,
        (outputs, channels): (usize, usize),
        sliding: Sliding,
        bias: Option<Vec<f32>>,
    ) -> Result<Convolution, GraphError> {
        Convolution::grouped(weights, Channels { inputs: channels, outputs, groups: 1 }, sliding, bias)
    }

    /// With weights `[out, in / groups, kernel height, kernel width]` (PyTorch's order): each group of output channels sees
    /// its own part of the input's. One group is what [`Convolution::new`] makes.
    ///
    /// # Errors
    /// If the groups do not divide the channels, the weights have not exactly as many values, or the bias has not `out`.
    ///
    /// # Example
    /// Of two groups each channel sees itself alone, here doubled or tripled:
    ///
    /// ```
    /// use autodiff::ops::{Convolution, Input};
    /// use autodiff::{Channels, Graph, Isa, Shape, Sliding, Wanted};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut graph = Graph::new();
    /// let x = graph.add(Input { shape: Shape::new(1, 1, 2) }, &[])?;
    /// let channels = Channels { inputs: 2, outputs: 2, groups: 2 };
    /// let apart = Convolution::grouped(vec![2.0, 3.0], channels, Sliding::square(1, 1, 0), None)?;
    /// let y = graph.add(apart, &[x])?;
    /// let given = [(x, &[1.0, 10.0][..])];
    /// assert_eq!(graph.evaluate(Wanted::whole(&graph, y), &given).value(Isa::best())?, [2.0, 30.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn grouped(
        weights: Vec<f32>,
        channels: Channels,
        sliding: Sliding,
        bias: Option<Vec<f32>>,
    ) -> Result<Convolution, GraphError> {
        let Channels { inputs, outputs, groups } = channels;
        let refused = |expected, found| Err(GraphError { operation: "convolution".to_owned(), expected, found });
        if !channels.are_divided() {
            let expected = format!("groups that divide {inputs} input and {outputs} output channels");
            return refused(expected, format!("{groups}"));
        }
        let expected = outputs * channels.seen() * sliding.kernel.0 * sliding.kernel.1;
        let biases = bias.as_ref().map_or(outputs, Vec::len);
        if weights.len() != expected || biases != outputs {
            let found = format!("{} and {biases}", weights.len());
            return refused(format!("{expected} weights and {outputs} biases"), found);
        }
        let parts = Parts {
            raw: weights,
            channels,
            sliding,
            bias,
            forward: OnceLock::new(),
            winograd: OnceLock::new(),
            gradient: OnceLock::new(),
        };
        Ok(Convolution { parts: Arc::new(parts), algorithm: Algorithm::Direct })
    }

    /// The same convolution, sharing its weights, computed in some way.
    #[must_use]
    pub fn computed(self, algorithm: Algorithm) -> Convolution {
        Convolution { algorithm, ..self }
    }

    /// The tiles by which plans without gradients compute it, if they do so by Winograd's algorithm.
    pub fn tile(&self) -> Option<Tile> {
        let Parts { sliding, channels: Channels { inputs, outputs, groups }, .. } = *self.parts;
        match (self.algorithm, groups) {
            (Algorithm::Winograd, 1) => Tile::of(sliding, inputs, outputs),
            _ => None,
        }
    }

    fn fused(&self) -> Fused {
        let affine = self.parts.bias.as_ref().map(|b| Affine { column: ColumnAffine::bias(b), scale: None });
        Fused {
            parts: Arc::clone(&self.parts),
            transforms: self.tile().is_some(),
            affine: affine.map(Arc::new),
            residual: false,
            relu: false,
        }
    }

    /// The convolution followed by a batch norm of the given scale and shift; `None` if it has a bias of its own.
    pub(crate) fn with_batch_norm(&self, scale: &[f32], shift: &[f32]) -> Option<Fused> {
        if self.parts.bias.is_some() {
            return None;
        }
        let affine = Affine { column: ColumnAffine::new(scale, shift), scale: Some(scale.to_vec()) };
        Some(Fused { affine: Some(Arc::new(affine)), ..self.fused() })
    }

    /// The convolution alone, as a thing that more can be fused to.
    pub(crate) fn alone(&self) -> Fused {
        self.fused()
    }
}

impl Operation for Convolution {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        let input = one_input("convolution", inputs)?;
        let size = self.parts.sliding.output_size(input.height, input.width);
        match size {
            Some((height, width)) if input.channels == self.parts.channels.inputs => {
                Ok(Shape::new(height, width, self.parts.channels.outputs))
            }
            _ => {
                let (height, width) = self.parts.sliding.kernel;
                let expected =
                    format!("{} channels and a map that a {height} x {width} window fits", self.parts.channels.inputs);
                shape_error("convolution", expected, inputs)
            }
        }
    }

    fn input_region(&self, _: usize, region: Region, _: &[Shape], _: Shape) -> Region {
        let computed = self.tile().map_or(region, |tile| tile.covering(&region));
        self.parts.sliding.input_region(&computed)
    }

    fn bind(&self, binding: &Binding) -> Bound {
        bind(&self.fused(), binding)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A convolution with what was fused to it, made ready for a plan.
pub(crate) fn bind(fused: &Fused, binding: &Binding) -> Bound {
    if fused.transforms
        && binding.gradient.is_empty()
        && let Some(bound) = BoundWinograd::new(fused, binding)
    {
        return Bound::Forward(Box::new(bound));
    }
    BoundConvolution::new(fused, binding).into()
}
