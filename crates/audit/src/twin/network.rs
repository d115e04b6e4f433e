//! The whole network once more in double precision, with a running bound beside each value.

use crate::twin::area::POOLING;
use crate::twin::bounded::Bounded;
use crate::twin::layer::{Named, Place, TwinLayer};
use autodiff::Sliding;
use resnet::{Architecture, Block, Role, Site};
use std::collections::BTreeMap;
use weights::{TensorSet, WeightsError};

/// The network in double precision.
#[derive(Clone, Debug)]
pub(crate) struct TwinNetwork {
    pub(crate) stem: TwinLayer,
    pub(crate) blocks: Vec<TwinBlock>,
}

/// A block of it.
#[derive(Clone, Debug)]
pub(crate) struct TwinBlock {
    /// Which one.
    pub(crate) block: Block,
    /// The first convolution.
    pub(crate) first: TwinLayer,
    /// The second, whose result is the Block.
    pub(crate) second: TwinLayer,
    /// The convolution beside both, where the block has one.
    pub(crate) projection: Option<TwinLayer>,
}

impl TwinNetwork {
    /// The network that the tensors describe, as far as they are complete.
    ///
    /// # Errors
    /// If a tensor is missing.
    pub(crate) fn new(tensors: &TensorSet, architecture: &Architecture) -> Result<TwinNetwork, WeightsError> {
        let state = architecture.batch_norm();
        let layer = |place, name: &str, norm: &str, (kernel, stride)| {
            let sliding = Sliding::square(kernel, stride, kernel / 2);
            TwinLayer::new(tensors, &Named { place, name, norm, sliding }, state)
        };
        let mut blocks = Vec::new();
        for &block in architecture.blocks() {
            let module = block.module();
            let name = |part: &str| format!("{module}.{part}");
            let stride = if block.has_projection() { 2 } else { 1 };
            let projection = block
                .has_projection()
                .then(|| layer(Place::Projection(block), &name("downsample.0"), &name("downsample.1"), (1, 2)));
            blocks.push(TwinBlock {
                block,
                first: layer(Place::First(block), &name("conv1"), &name("bn1"), (3, stride))?,
                second: layer(Place::Second(block), &name("conv2"), &name("bn2"), (3, 1))?,
                projection: projection.transpose()?,
            });
        }
        Ok(TwinNetwork { stem: layer(Place::Stem, "conv1", "bn1", (7, 2))?, blocks })
    }

    /// The second convolution of a block.
    pub(crate) fn second(&self, block: Block) -> Option<&TwinLayer> {
        let found = self.blocks.iter().find(|of| of.block == block);
        found.map(|of| &of.second)
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
        let mut stream = stem.max_pool(POOLING);
        sites.insert(Site::StemRelu, stem);
        sites.insert(Site::MaxPool, stream.clone());
        for TwinBlock { block, first, second, projection } in &self.blocks {
            let enters = match projection {
                None => stream.clone(),
                Some(projection) => {
                    let projected = apply(projection, &stream);
                    sites.insert(Site::Projection(*block), projected.clone());
                    projected
                }
            };
            let hidden = apply(first, &stream).relu();
            let contribution = apply(second, &hidden);
            let sum = contribution.plus(&enters, u);
            stream = sum.relu();
            sites.insert(block.read_site(Role::Block), contribution);
            sites.insert(Site::Sum(*block), sum);
            sites.insert(Site::Output(*block), stream.clone());
            if *block == last {
                break;
            }
        }
        sites
    }
}
