//! What single precision may do to an activation, to first order.
//!
//! A worst-case bound that is carried through absolute weights grows some thirtyfold with each layer and says nothing
//! after a few. What is carried here is the first-order bound: to each layer's local bound `gamma(k + 1) (sum |w x| +
//! |b|)` belongs the gradient of the activation by that layer's output, computed in double precision,
//!
//! ```text
//! |error| <= sum over layers l and outputs i of |d activation / d z_l[i]| local_l[i]   + O(u^2)
//! ```
//!
//! as long as no ReLU or maximum changes sides within its own error.

use crate::twin::area::Area;
use crate::twin::bounded::{Bounded, SINGLE, steps};
use crate::twin::cone::{BlockCone, Cone};
use crate::twin::layer::TwinLayer;
use crate::twin::network::TwinNetwork;
use crate::twin::shortcut::TwinShortcut;
use autodiff::Sliding;
use reference::Map;
use resnet::{Block, Role};

/// An activation in double precision, and how far single precision's may be from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Activation {
    /// In double precision.
    pub(crate) exact: f64,
    /// The first-order bound for single precision.
    pub(crate) bound: f64,
}

/// What a layer read, and how far its outputs may be off by its own roundings.
struct LayerBound<'a> {
    layer: &'a TwinLayer,
    size: (usize, usize),
    /// The outputs, before any ReLU.
    z: Map,
    local: Map,
}

impl<'a> LayerBound<'a> {
    fn new(layer: &'a TwinLayer, x: &Map, area: &Area) -> LayerBound<'a> {
        let x_exact = Bounded::exact(x.clone());
        let Bounded { value, error } = layer.apply_in(&x_exact, SINGLE, area);
        LayerBound { layer, size: (x.height, x.width), z: value, local: error }
    }

    /// Adds what the layer's roundings cost at these gradients of its outputs, and gives those of its inputs.
    fn back(&self, dz: &Map, cost: &mut f64) -> Map {
        *cost += weighted(dz, &self.local);
        self.layer.gradient(dz, self.size)
    }
}

fn weighted(gradient: &Map, error: &Map) -> f64 {
    let pairs = gradient.data.iter().zip(&error.data);
    pairs.map(|(g, e)| g.abs() * e).sum()
}

/// Zero where a value was rectified.
fn through_relu(gradient: &Map, z: &Map) -> Map {
    reference::relu_gradient(z, gradient)
}

/// The network in double precision on an image, kept layer by layer as far as a block.
pub(crate) struct FirstOrder<'a> {
    image: &'a Bounded,
    stem: LayerBound<'a>,
    rectified: Map,
    pooling: Option<Sliding>,
    blocks: Vec<BlockBounds<'a>>,
}

struct BlockBounds<'a> {
    branch: Vec<LayerBound<'a>>,
    shortcut: &'a TwinShortcut,
    /// That of a shortcut which is a layer.
    projection: Option<LayerBound<'a>>,
    /// The shape of the stream that it reads.
    reads: (usize, usize, usize),
    /// What the shortcut hands to the sum.
    enters: Map,
    /// What the Input and the Block add up to.
    sum: Map,
}

impl TwinNetwork {
    /// Every layer as far as a block, for an image: the outputs that the block's center depends on.
    pub(crate) fn first_order<'a>(&'a self, image: &'a Bounded, block: Block) -> FirstOrder<'a> {
        let cone = self.cone((image.value.height, image.value.width), block);
        self.first_order_in(image, &cone)
    }

    fn first_order_in<'a>(&'a self, image: &'a Bounded, cone: &Cone) -> FirstOrder<'a> {
        let stem = LayerBound::new(&self.stem, &image.value, &cone.stem);
        let rectified = reference::relu(&stem.z);
        let mut stream = pooled(&rectified, self.pooling);
        let mut blocks = Vec::new();
        for (of, BlockCone { hidden, sum }) in self.blocks.iter().zip(&cone.blocks) {
            let mut branch: Vec<LayerBound<'_>> = Vec::new();
            for (layer, area) in of.branch.iter().zip(hidden.iter().chain([sum])) {
                let read = branch.last().map(|before| reference::relu(&before.z));
                branch.push(LayerBound::new(layer, read.as_ref().unwrap_or(&stream), area));
            }
            let projection = of.shortcut.layer().map(|layer| LayerBound::new(layer, &stream, sum));
            let enters = projection.as_ref().map_or_else(|| of.shortcut.passed(&stream), |step| step.z.clone());
            let added = &branch[branch.len() - 1].z;
            let sum = Map::from_fn(added.shape(), |i, j, c| added.at(i, j, c) + enters.at(i, j, c));
            let reads = stream.shape();
            stream = reference::relu(&sum);
            blocks.push(BlockBounds { branch, shortcut: &of.shortcut, projection, reads, enters, sum });
        }
        FirstOrder { image, stem, rectified, pooling: self.pooling, blocks }
    }
}

impl FirstOrder<'_> {
    /// A role of the last block's channel at the center, and how far single precision's may be off.
    pub(crate) fn activation(&self, role: Role, channel: usize) -> Activation {
        let Some(last) = self.blocks.last() else {
            return Activation { exact: f64::NAN, bound: f64::NAN };
        };
        let at = self.blocks.len() - 1;
        let center = |map: &Map| map.at(map.height / 2, map.width / 2, channel);
        let seed = |map: &Map| {
            let mut gradient = Map::zeros(map.shape());
            *gradient.at_mut(map.height / 2, map.width / 2, channel) = 1.0;
            gradient
        };
        let mut cost = 0.0;
        let exact = match role {
            Role::Output => {
                self.below_sum(at, seed(&last.sum), &mut cost);
                center(&last.sum)
            }
            Role::Block => {
                let added = last.added();
                let stream = last.through(&seed(added), &mut cost);
                self.below_stream(at, &stream, &mut cost);
                center(added)
            }
            Role::Input => {
                let stream = last.beside(&seed(&last.enters), &mut cost);
                match at.checked_sub(1) {
                    // Rectified, which makes no error larger: the bound is that of the sum before.
                    Some(before) if last.projection.is_none() => self.below_sum(before, stream, &mut cost),
                    _ => self.below_stream(at, &stream, &mut cost),
                }
                center(&last.enters)
            }
        };
        Activation { exact, bound: cost }
    }

    /// What the last convolution of the last block reads.
    pub(crate) fn hidden(&self) -> Option<Map> {
        let branch = &self.blocks.last()?.branch;
        Some(reference::relu(&branch.get(branch.len().checked_sub(2)?)?.z))
    }

    /// What roundings cost from the sum of a block down, at this gradient of it.
    fn below_sum(&self, block: usize, gradient: Map, cost: &mut f64) {
        let steps = &self.blocks[block];
        // The sum of both is rounded once.
        *cost += weighted(&gradient, &steps.sum.map(|v| SINGLE * v.abs()));
        let through = steps.through(&gradient, cost);
        let beside = steps.beside(&gradient, cost);
        let stream = Map::from_fn(through.shape(), |i, j, c| through.at(i, j, c) + beside.at(i, j, c));
        self.below_stream(block, &stream, cost);
    }

    /// What roundings cost before a block, at this gradient of the stream that it reads.
    fn below_stream(&self, block: usize, gradient: &Map, cost: &mut f64) {
        if let Some(before) = block.checked_sub(1) {
            let sum = &self.blocks[before].sum;
            return self.below_sum(before, through_relu(gradient, sum), cost);
        }
        let unpooled = match self.pooling {
            Some(pooling) => reference::max_pool_gradient(&self.rectified, gradient, steps(pooling)),
            None => gradient.clone(),
        };
        let stem = &self.stem;
        let pixels = stem.back(&through_relu(&unpooled, &stem.z), cost);
        *cost += weighted(&pixels, &self.image.error);
    }
}

/// The stem as the blocks read it.
fn pooled(rectified: &Map, pooling: Option<Sliding>) -> Map {
    pooling.map_or_else(|| rectified.clone(), |pooling| reference::max_pool(rectified, steps(pooling)))
}

impl BlockBounds<'_> {
    /// The Block.
    fn added(&self) -> &Map {
        &self.branch[self.branch.len() - 1].z
    }

    /// From the Block's gradient to that of the stream, through all convolutions.
    fn through(&self, gradient: &Map, cost: &mut f64) -> Map {
        let mut gradient = gradient.clone();
        for (at, layer) in self.branch.iter().enumerate().rev() {
            gradient = layer.back(&gradient, cost);
            if at > 0 {
                gradient = through_relu(&gradient, &self.branch[at - 1].z);
            }
        }
        gradient
    }

    /// From the gradient of what the shortcut hands to the sum to that of the stream.
    fn beside(&self, gradient: &Map, cost: &mut f64) -> Map {
        match &self.projection {
            Some(step) => step.back(gradient, cost),
            None => self.shortcut.back(gradient, self.reads),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::bounded::normalised;
    use crate::twin::embedded;
    use crate::twin::network::TwinBlock;
    use resnet::Colors;

    #[test]
    fn leaving_out_what_the_center_does_not_depend_on_changes_no_bit() {
        let twin = embedded::twin();
        let image = normalised(&embedded::noise(96), 96, (Colors::IMAGENET, SINGLE));
        for block in ["1.0", "1.1", "2.0", "2.1", "4.1"] {
            let block: Block = block.parse().unwrap();
            let cone = twin.cone((96, 96), block);
            // The sizes of the maps: 48 behind the stem, 24 behind the pooling and then half of it from stage to stage.
            let whole = |size: usize| Area::whole((size, size));
            let of_block = |of: &TwinBlock| {
                let stage = whole(24 >> (of.block.stage() - 1));
                BlockCone { hidden: vec![stage.clone()], sum: stage }
            };
            let of_blocks = twin.blocks.iter().map(of_block);
            let everything = Cone { stem: whole(48), blocks: of_blocks.take(cone.blocks.len()).collect() };
            let (part, all) = (twin.first_order_in(&image, &cone), twin.first_order_in(&image, &everything));
            for role in [Role::Input, Role::Block, Role::Output] {
                let (found, expected) = (part.activation(role, 5), all.activation(role, 5));
                assert!(expected.bound > 0.0 || role == Role::Input);
                assert_eq!(found, expected, "{block} {role:?}");
            }
        }
    }
}
