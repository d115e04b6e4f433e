//! Which outputs of each layer the center of a block depends on: the others need not be computed.
//!
//! This follows from the definition of a window that slides, and borrows nothing from the plans that the audit checks.

use crate::twin::area::Area;
use crate::twin::bounded::steps;
use crate::twin::network::TwinNetwork;
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
    /// Of each convolution of the branch but the last.
    pub(crate) hidden: Vec<Area>,
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
        let mut sizes = vec![self.pooling.map_or(stem, |pooling| after(pooling, stem))];
        for of in blocks {
            let read = sizes[sizes.len() - 1];
            sizes.push(of.sizes(read).last().copied().unwrap_or(read));
        }
        let mut wanted = Area::center(sizes[blocks.len()]);
        let mut areas = Vec::new();
        for (of, &size) in blocks.iter().zip(&sizes).rev() {
            let made = of.sizes(size);
            // What each convolution reads, the last first: its own outputs are what the one behind it reads.
            let mut hidden: Vec<Area> = Vec::new();
            for (at, layer) in of.branch.iter().enumerate().skip(1).rev() {
                hidden.push(hidden.last().unwrap_or(&wanted).read(layer.sliding, made[at - 1]));
            }
            let before = hidden.last().unwrap_or(&wanted);
            let through = of.branch.first().map_or(before.clone(), |first| before.read(first.sliding, size));
            let stream = through.hull(&of.beside(&wanted, size));
            hidden.reverse();
            areas.push(BlockCone { hidden, sum: wanted });
            wanted = stream;
        }
        areas.reverse();
        let stem = self.pooling.map_or(wanted.clone(), |pooling| wanted.read(pooling, stem));
        Cone { stem, blocks: areas }
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
