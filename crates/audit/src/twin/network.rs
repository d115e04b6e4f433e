//! The whole network once more in double precision, with a running bound beside each value.

use crate::twin::area::Area;
use crate::twin::bounded::Bounded;
use crate::twin::layer::{Place, TwinLayer};
use crate::twin::shortcut::TwinShortcut;
use autodiff::Sliding;
use resnet::{Architecture, Block, ConvolutionLayout, Role, Shortcut, Site};
use std::collections::BTreeMap;
use weights::{TensorSet, WeightsError};

/// The network in double precision.
#[derive(Clone, Debug)]
pub(crate) struct TwinNetwork {
    pub(crate) stem: TwinLayer,
    /// The maximum pooling behind the stem, where there is one.
    pub(crate) pooling: Option<Sliding>,
    pub(crate) blocks: Vec<TwinBlock>,
    /// Its description: where it is read.
    pub(crate) architecture: Architecture,
}

/// A block of it.
#[derive(Clone, Debug)]
pub(crate) struct TwinBlock {
    /// Which one.
    pub(crate) block: Block,
    /// The convolutions one after another, a ReLU between each two; the result of the last is the Block.
    pub(crate) branch: Vec<TwinLayer>,
    /// What hands the stream to the sum.
    pub(crate) shortcut: TwinShortcut,
}

impl TwinNetwork {
    /// The network that the tensors describe, as far as they are complete.
    ///
    /// # Errors
    /// If a tensor is missing.
    pub(crate) fn new(tensors: &TensorSet, architecture: &Architecture) -> Result<TwinNetwork, WeightsError> {
        let state = architecture.batch_norm();
        let layer = |place, layout: &ConvolutionLayout| TwinLayer::new(tensors, place, layout, state);
        let mut blocks = Vec::new();
        for layout in architecture.layouts() {
            let block = layout.block;
            let branch = layout.branch.iter().enumerate().map(|(at, of)| layer(Place::Branch(block, at), of));
            let shortcut = match &layout.shortcut {
                Shortcut::Identity => TwinShortcut::Identity,
                Shortcut::Projection(of) => TwinShortcut::Projection(Box::new(layer(Place::Projection(block), of)?)),
                &Shortcut::Padded { stride, before } => {
                    TwinShortcut::Padded { stride, before, channels: layout.channels() }
                }
            };
            blocks.push(TwinBlock { block, branch: branch.collect::<Result<_, _>>()?, shortcut });
        }
        let stem = architecture.stem();
        Ok(TwinNetwork {
            stem: layer(Place::Stem, &stem.convolution)?,
            pooling: stem.pooling,
            blocks,
            architecture: architecture.clone(),
        })
    }

    /// The last convolution of a block's branch.
    pub(crate) fn last(&self, block: Block) -> Option<&TwinLayer> {
        self.blocks.iter().find(|of| of.block == block)?.branch.last()
    }

    /// Every site up to `last`, evaluated with roundings of at most `u`. `visit` sees each layer with what it reads.
    pub(crate) fn run(
        &self,
        image: &Bounded,
        last: Block,
        u: f64,
        visit: &mut dyn FnMut(&TwinLayer, &Bounded),
    ) -> BTreeMap<Site, Bounded> {
        let mut sites = BTreeMap::new();
        let mut apply = |layer: &TwinLayer, x: &Bounded| {
            visit(layer, x);
            layer.apply(x, u)
        };
        let stem = apply(&self.stem, image).relu();
        let mut stream = stem.clone();
        if let Some(pooling) = self.pooling {
            stream = stem.max_pool(pooling);
            sites.insert(Site::MaxPool, stream.clone());
        }
        sites.insert(Site::StemRelu, stem);
        for TwinBlock { block, branch, shortcut } in &self.blocks {
            let enters = match shortcut {
                TwinShortcut::Projection(projection) => apply(projection, &stream),
                other => Bounded { value: other.passed(&stream.value), error: other.passed(&stream.error) },
            };
            let mut contribution = stream;
            for (at, layer) in branch.iter().enumerate() {
                let read = if at == 0 { contribution } else { contribution.relu() };
                contribution = apply(layer, &read);
            }
            let sum = contribution.plus(&enters, u);
            stream = sum.relu();
            let [input, added, output] = Role::ALL.map(|role| self.architecture.read_site(*block, role));
            sites.insert(input, enters);
            sites.insert(added, contribution);
            sites.insert(output, sum);
            sites.insert(Site::Output(*block), stream.clone());
            if *block == last {
                break;
            }
        }
        sites
    }
}

impl TwinBlock {
    /// The sizes of what each convolution of the branch leaves of a map of `size`.
    pub(crate) fn sizes(&self, size: (usize, usize)) -> Vec<(usize, usize)> {
        let after = |size: &mut (usize, usize), layer: &TwinLayer| {
            *size = layer.size_after(*size);
            Some(*size)
        };
        self.branch.iter().scan(size, after).collect()
    }

    /// What the sum reads of the stream of `size` through the shortcut, for these positions of it.
    pub(crate) fn beside(&self, wanted: &Area, size: (usize, usize)) -> Area {
        self.shortcut.read(wanted, size)
    }
}
