//! What hands the stream to the sum of a block, in double precision.

use crate::twin::area::Area;
use crate::twin::layer::TwinLayer;
use autodiff::Sliding;
use reference::Map;

/// What hands the stream to the sum of a block.
#[derive(Clone, Debug)]
pub(crate) enum TwinShortcut {
    /// Nothing.
    Identity,
    /// A convolution beside the branch.
    Projection(Box<TwinLayer>),
    /// Some rows and columns, and zero channels.
    Padded {
        /// How many rows and columns become one.
        stride: usize,
        /// Zero channels before those of the stream.
        before: usize,
        /// All channels.
        channels: usize,
    },
}

impl TwinShortcut {
    /// Its layer, if it has one.
    pub(crate) fn layer(&self) -> Option<&TwinLayer> {
        match self {
            TwinShortcut::Projection(layer) => Some(layer),
            TwinShortcut::Identity | TwinShortcut::Padded { .. } => None,
        }
    }

    /// What it makes of the stream without rounding: a projection, which is a layer, makes nothing here.
    pub(crate) fn passed(&self, stream: &Map) -> Map {
        match self {
            TwinShortcut::Padded { stride, before, channels } => {
                reference::pad_channels(stream, *stride, *before, *channels)
            }
            TwinShortcut::Identity | TwinShortcut::Projection(_) => stream.clone(),
        }
    }

    /// What it makes of a change of the stream.
    pub(crate) fn tangent(&self, change: &Map) -> Map {
        match self {
            TwinShortcut::Projection(layer) => layer.tangent(change),
            other => other.passed(change),
        }
    }

    /// The gradient of the stream of `shape` without rounding, as [`TwinShortcut::passed`].
    pub(crate) fn back(&self, gradient: &Map, shape: (usize, usize, usize)) -> Map {
        match self {
            TwinShortcut::Padded { stride, before, .. } => {
                reference::pad_channels_adjoint(gradient, *stride, *before, shape)
            }
            TwinShortcut::Identity | TwinShortcut::Projection(_) => gradient.clone(),
        }
    }

    /// What it reads of a stream of `size` for these positions of what it makes.
    pub(crate) fn read(&self, wanted: &Area, size: (usize, usize)) -> Area {
        match self {
            TwinShortcut::Identity => wanted.clone(),
            TwinShortcut::Projection(layer) => wanted.read(layer.sliding, size),
            TwinShortcut::Padded { stride, .. } => wanted.read(Sliding::square(1, *stride, 0), size),
        }
    }
}
