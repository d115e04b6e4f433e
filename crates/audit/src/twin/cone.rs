//! Which outputs of each layer the center of a block depends on: the others need not be computed.
//!
//! This follows from the definition of a window that slides, and borrows nothing from the plans that the audit checks.

use crate::twin::area::{Area, POOLING};
use crate::twin::bounded::steps;
use crate::twin::layer::TwinLayer;
use crate::twin::network::{TwinBlock, TwinNetwork};
use autodiff::Sliding;
use resnet::Block;

/// The outputs of each layer that the center of a block depends on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cone {
    /// Of the first convolution of the network.
    pub(crate) stem: Area,
    pub(crate) blocks: Vec<BlockCone>,
}

/// The outputs in a block that the center depends on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BlockCone {
    /// Of the first convolution.
    pub(crate) hidden: Area,
    /// Of what Input and Block add up to.
    pub(crate) sum: Area,
}

impl TwinNetwork {
    /// The cone of a block's center in images of `size`; of the last block, if there is none like it.
    pub(crate) fn cone(&self, size: (usize, usize), block: Block) -> Cone {
        let after = |sliding: Sliding, size: (usize, usize)| steps(sliding).output_size(size.0, size.1);
        let last = self.blocks.iter().position(|of| of.block == block);
        let blocks = &self.blocks[..last.map_or(self.blocks.len(), |last| last + 1)];
        let stem = after(self.stem.sliding, size);
        // The size of what each block reads, and of what the last one leaves.
        let mut sizes = vec![after(POOLING, stem)];
        for of in blocks {
            sizes.push(after(of.first.sliding, sizes[sizes.len() - 1]));
        }
        let mut wanted = Area::center(sizes[blocks.len()]);
        let mut areas = Vec::new();
        for (TwinBlock { first, second, projection, .. }, pair) in blocks.iter().zip(sizes.windows(2)).rev() {
            let hidden = wanted.read(second.sliding, pair[1]);
            let beside = |layer: &TwinLayer| wanted.read(layer.sliding, pair[0]);
            let beside = projection.as_ref().map_or(wanted.clone(), beside);
            let stream = hidden.read(first.sliding, pair[0]).hull(&beside);
            areas.push(BlockCone { hidden, sum: wanted });
            wanted = stream;
        }
        areas.reverse();
        Cone { stem: wanted.read(POOLING, stem), blocks: areas }
    }
}

#[cfg(test)]
mod tests {
    use crate::twin::embedded;

    #[test]
    fn the_center_of_a_block_sees_what_its_kernels_and_strides_add_up_to() {
        // Of 224 x 224 pixels, a center neuron of 1.1 sees 43 x 43 and one of 2.1 sees 99 x 99.
        let network = embedded::twin();
        for (block, pixels) in [("1.1", 43), ("2.1", 99), ("3.1", 211)] {
            let cone = network.cone((224, 224), block.parse().unwrap());
            let image = cone.stem.read(network.stem.sliding, (224, 224));
            assert_eq!(image.rows.len(), pixels, "{block}");
            assert_eq!(image.rows, image.columns);
        }
    }
}
