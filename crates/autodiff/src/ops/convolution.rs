//! Convolution, alone or with what the plan fused behind it: batch norm, residual addition, ReLU.
//!
//! Backward, with `g` the output's gradient: where the fused ReLU gave zero, g is zero; the residual receives g; the
//! batch norm multiplies g by its scale; the input receives the transposed convolution of g.

use super::winograd::BoundWinograd;
use super::{Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, one_input, shape_error};
use crate::graph::{GraphError, Shape};
use kernels::conv::{
    ConvEpilogue, ConvGradient, ConvTask, ConvWeights, Sliding, SomeChannels, Tile, WinogradWeights,
    input_gradient_scratch,
};
use kernels::matmul::{ColumnAffine, PANEL};
use kernels::{Region, Window, elementwise};
use rayon::prelude::*;
use std::any::Any;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::{fmt, iter};

/// How convolutions are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// The sum of the definition, as one chain.
    #[default]
    Direct,
    /// Winograd's F(4 x 4, 3 x 3) or F(2 x 2, 3 x 3) in plans without gradients, for layers of 3 x 3 kernels and stride
    /// 1: faster, other bits, a larger error (see [`kernels::conv`]). Other layers are direct.
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

/// A convolution `[H, W, in] -> [H', W', out]` with a bias, or none.
#[derive(Clone, Debug)]
pub struct Convolution {
    parts: Arc<Parts>,
    algorithm: Algorithm,
}

/// Weights in PyTorch's order and, once a plan asks for them, packed for the forward and backward products.
#[derive(Debug)]
struct Parts {
    raw: Vec<f32>,
    outputs: usize,
    channels: usize,
    sliding: Sliding,
    bias: Option<Vec<f32>>,
    forward: OnceLock<ConvWeights>,
    winograd: OnceLock<Option<WinogradWeights>>,
    gradient: OnceLock<ConvGradient>,
}

impl Parts {
    fn forward(&self) -> &ConvWeights {
        self.forward.get_or_init(|| ConvWeights::new(&self.raw, self.outputs, self.channels, self.sliding))
    }

    fn winograd(&self) -> Option<&WinogradWeights> {
        let transform = || WinogradWeights::new(&self.raw, self.outputs, self.channels, self.sliding);
        self.winograd.get_or_init(transform).as_ref()
    }

    fn gradient(&self) -> &ConvGradient {
        self.gradient.get_or_init(|| ConvGradient::new(&self.raw, self.outputs, self.channels, self.sliding))
    }
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
        let expected = outputs * channels * sliding.kernel.0 * sliding.kernel.1;
        let biases = bias.as_ref().map_or(outputs, Vec::len);
        if weights.len() != expected || biases != outputs {
            return Err(GraphError {
                operation: "convolution".to_owned(),
                expected: format!("{expected} weights and {outputs} biases"),
                found: format!("{} and {biases}", weights.len()),
            });
        }
        let parts = Parts {
            raw: weights,
            outputs,
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
        let Parts { sliding, channels, outputs, .. } = *self.parts;
        match self.algorithm {
            Algorithm::Direct => None,
            Algorithm::Winograd => Tile::of(sliding, channels, outputs),
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
            Some((height, width)) if input.channels == self.parts.channels => {
                Ok(Shape::new(height, width, self.parts.outputs))
            }
            _ => {
                let (height, width) = self.parts.sliding.kernel;
                let expected =
                    format!("{} channels and a map that a {height} x {width} window fits", self.parts.channels);
                shape_error("convolution", expected, inputs)
            }
        }
    }

    fn input_region(&self, _: usize, region: Region, _: &[Shape], _: Shape) -> Region {
        let computed = self.tile().map_or(region, |tile| tile.covering(&region));
        self.parts.sliding.input_region(&computed)
    }

    fn bind(&self, binding: &Binding) -> Bound {
        self.fused().bind(binding)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Scale and shift behind a convolution; `scale` is kept where it is not one, for the backward pass.
#[derive(Debug)]
struct Affine {
    column: ColumnAffine,
    scale: Option<Vec<f32>>,
}

/// A convolution and what follows it.
#[derive(Clone, Debug)]
pub(crate) struct Fused {
    parts: Arc<Parts>,
    /// Whether plans without gradients compute it by Winograd's algorithm.
    pub(crate) transforms: bool,
    affine: Option<Arc<Affine>>,
    /// Whether the second input is added.
    pub(crate) residual: bool,
    /// Whether a ReLU follows.
    pub(crate) relu: bool,
}

impl Fused {
    /// The packed weights.
    pub(crate) fn weights(&self) -> &ConvWeights {
        self.parts.forward()
    }

    /// The weights transformed for Winograd's algorithm, if it suits them.
    pub(crate) fn winograd(&self) -> Option<&WinogradWeights> {
        self.parts.winograd()
    }

    /// What follows the sum, given the second input.
    pub(crate) fn epilogue<'a>(&'a self, residual: Option<Window<'a>>) -> ConvEpilogue<'a> {
        ConvEpilogue {
            affine: self.affine.as_ref().map(|a| &a.column),
            residual: residual.filter(|_| self.residual),
            relu: self.relu,
        }
    }

    pub(crate) fn bind(&self, binding: &Binding) -> Bound {
        if self.transforms
            && binding.gradient.is_empty()
            && let Some(bound) = BoundWinograd::new(self, binding)
        {
            return Bound::Forward(Box::new(bound));
        }
        let _ = self.parts.forward();
        if !binding.gradient.is_empty() {
            let _ = self.parts.gradient();
        }
        BoundConvolution {
            fused: self.clone(),
            output: binding.output,
            region: binding.region,
            gradient: binding.gradient,
        }
        .into()
    }
}

#[derive(Debug)]
struct BoundConvolution {
    fused: Fused,
    output: Shape,
    region: Region,
    gradient: Region,
}

impl Kernel for BoundConvolution {
    fn shared(&self) -> Option<Region> {
        Some(self.region)
    }

    fn scratch_floats(&self) -> usize {
        if self.gradient.is_empty() {
            return 0;
        }
        input_gradient_scratch(self.fused.parts.sliding, self.fused.parts.channels)
    }

    /// By channels, where rows cannot be shared evenly: then each thread also reads only its own part of the weights.
    fn forward_apart(&self, step: &mut Forward<'_>) -> bool {
        let threads = 1 + step.more.len();
        let wanted = self.region.intersection(&step.output.region());
        let weights = self.fused.parts.forward();
        let largest_share = wanted.height.div_ceil(threads) * threads;
        let uneven = 20 * largest_share > 21 * wanted.height;
        if !uneven || !weights.outputs().is_multiple_of(PANEL * threads) || wanted.is_empty() {
            return false;
        }
        let task = ConvTask { x: step.input(), wanted, epilogue: self.fused.epilogue(step.inputs[1]) };
        let isa = step.isa;
        by_channels(step, wanted, |y, _| weights.convolve_channels(isa, &task, y));
        true
    }

    fn forward(&self, mut step: Forward<'_>) {
        let wanted = step.output.clear_outside(self.output.region());
        let task = ConvTask { x: step.input(), wanted, epilogue: self.fused.epilogue(step.inputs[1]) };
        self.fused.parts.forward().convolve(step.isa, &task, &mut step.output);
    }
}

impl Differentiable for BoundConvolution {
    fn backward(&self, mut step: Backward<'_>) {
        let wanted = self.gradient;
        if self.fused.relu {
            elementwise::mask_by_relu(step.isa, wanted, step.output, &mut step.gradient);
        }
        let [input, residual] = &mut step.input_gradients;
        if let (true, Some(residual)) = (self.fused.residual, residual) {
            elementwise::accumulate(step.isa, wanted, step.gradient.as_window(), residual);
        }
        let Some(input) = input else { return };
        if let Some(scale) = self.fused.affine.as_ref().and_then(|a| a.scale.as_ref()) {
            elementwise::scale_channels(step.isa, wanted, scale, &mut step.gradient);
        }
        let gradient = step.gradient.as_window().part(wanted);
        self.fused.parts.gradient().add_input_gradient(step.isa, gradient, input, step.scratch);
    }
}

/// Computes `wanted` of a step's output on a thread for each scratch, each with as many of the channels, which it
/// writes to a matrix `[positions, channels]`.
pub(crate) fn by_channels(
    step: &mut Forward<'_>,
    wanted: Region,
    compute: impl Fn(SomeChannels<'_>, &mut [f32]) + Sync,
) {
    let channels = step.output.channels() / (1 + step.more.len());
    let scratch = iter::once(&mut *step.scratch).chain(step.more.iter_mut().map(Vec::as_mut_slice));
    let with_values = |scratch| (vec![0.0; wanted.positions() * channels], scratch);
    let mut parts: Vec<(Vec<f32>, &mut [f32])> = scratch.map(with_values).collect();
    parts.par_iter_mut().enumerate().for_each(|(part, (values, scratch))| {
        compute(SomeChannels { channels: part * channels..(part + 1) * channels, values }, scratch);
    });
    step.output.clear_outside(wanted);
    for (part, (values, _)) in parts.iter().enumerate() {
        let mut values = values.chunks_exact(channels);
        for y in wanted.top..wanted.bottom() {
            for (x, values) in (wanted.left..wanted.right()).zip(&mut values) {
                step.output.pixel_mut(y, x)[part * channels..][..channels].copy_from_slice(values);
            }
        }
    }
}
