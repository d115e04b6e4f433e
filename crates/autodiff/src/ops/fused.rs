//! A convolution's weights, and what the plan fused behind it: batch norm, residual addition, ReLU.

use kernels::Window;
use kernels::conv::{Channels, ConvEpilogue, ConvGradient, ConvWeights, Sliding, WinogradWeights};
use kernels::matmul::ColumnAffine;
use std::sync::{Arc, OnceLock};

/// Weights in PyTorch's order and, once a plan asks for them, packed for the forward and backward products.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(super) raw: Vec<f32>,
    pub(super) channels: Channels,
    pub(super) sliding: Sliding,
    pub(super) bias: Option<Vec<f32>>,
    pub(super) forward: OnceLock<ConvWeights>,
    pub(super) winograd: OnceLock<Option<WinogradWeights>>,
    pub(super) gradient: OnceLock<ConvGradient>,
}

impl Parts {
    pub(super) fn forward(&self) -> &ConvWeights {
        self.forward.get_or_init(|| ConvWeights::grouped(&self.raw, self.channels, self.sliding))
    }

    pub(super) fn winograd(&self) -> Option<&WinogradWeights> {
        let Channels { inputs, outputs, groups } = self.channels;
        let transform = || match groups {
            1 => WinogradWeights::new(&self.raw, outputs, inputs, self.sliding),
            _ => None,
        };
        self.winograd.get_or_init(transform).as_ref()
    }

    pub(super) fn gradient(&self) -> &ConvGradient {
        self.gradient.get_or_init(|| ConvGradient::grouped(&self.raw, self.channels, self.sliding))
    }
}

/// Scale and shift behind a convolution; `scale` is kept where it is not one, for the backward pass.
#[derive(Debug)]
pub(super) struct Affine {
    pub(super) column: ColumnAffine,
    pub(super) scale: Option<Vec<f32>>,
}

/// A convolution and what follows it.
#[derive(Clone, Debug)]
pub(crate) struct Fused {
    pub(super) parts: Arc<Parts>,
    /// Whether plans without gradients compute it by Winograd's algorithm.
    pub(crate) transforms: bool,
    pub(super) affine: Option<Arc<Affine>>,
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
}
