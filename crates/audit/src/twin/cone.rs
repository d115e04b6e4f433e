//! Which outputs of each layer the center of a block depends on: the others need not be computed.
//!
//! This follows from the definition of a window that slides, and borrows nothing from the plans that the audit checks.

use crate::twin::bounded::steps;
use crate::twin::network::{TwinLayer, TwinNetwork};
use autodiff::Sliding;
use resnet::Block;
use std::ops::Range;

/// The maximum pooling behind the stem.
pub(crate) const POOLING: Sliding = Sliding { kernel: (3, 3), stride: (2, 2), padding: (1, 1) };

/// A rectangle of a map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) rows: Range<usize>,
    pub(crate) columns: Range<usize>,
}

impl Area {
    /// All of a map.
    pub(crate) fn whole((height, width): (usize, usize)) -> Area {
        Area { rows: 0..height, columns: 0..width }
    }

    /// Its center.
    fn center((height, width): (usize, usize)) -> Area {
        Area { rows: height / 2..height / 2 + 1, columns: width / 2..width / 2 + 1 }
    }

    /// What a window reads of a map of `size` for these outputs.
    fn read(&self, sliding: Sliding, size: (usize, usize)) -> Area {
        let along = |outputs: &Range<usize>, kernel: usize, stride: usize, padding: usize, size| {
            let first = (outputs.start * stride).saturating_sub(padding);
            let end = (outputs.end - 1) * stride + kernel;
            first..end.saturating_sub(padding).min(size)
        };
        let Sliding { kernel, stride, padding } = sliding;
        Area {
            rows: along(&self.rows, kernel.0, stride.0, padding.0, size.0),
            columns: along(&self.columns, kernel.1, stride.1, padding.1, size.1),
        }
    }

    /// The smallest area that holds both.
    fn hull(&self, other: &Area) -> Area {
        let of = |a: &Range<usize>, b: &Range<usize>| a.start.min(b.start)..a.end.max(b.end);
        Area { rows: of(&self.rows, &other.rows), columns: of(&self.columns, &other.columns) }
    }

    /// Its positions, row by row.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (usize, usize)> {
        let columns = self.columns.clone();
        self.rows.clone().flat_map(move |row| columns.clone().map(move |column| (row, column)))
    }
}

/// The outputs of each layer that the center of a block depends on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cone {
    /// Of the first convolution of the network.
    pub(crate) stem: Area,
    /// Of the first convolution of each block, and of what its Input and Block add up to.
    pub(crate) blocks: Vec<(Area, Area)>,
}

impl TwinNetwork {
    /// The cone of a block's center in images of `size`; of the last block, if there is none like it.
    pub(crate) fn cone(&self, size: (usize, usize), block: Block) -> Cone {
        let after = |sliding: Sliding, size: (usize, usize)| steps(sliding).output_size(size.0, size.1);
        let last = self.blocks.iter().position(|(at, ..)| *at == block);
        let blocks = &self.blocks[..last.map_or(self.blocks.len(), |last| last + 1)];
        let stem = after(self.stem.sliding, size);
        // The size of what each block reads, and of what the last one leaves.
        let mut sizes = vec![after(POOLING, stem)];
        for (_, first, ..) in blocks {
            sizes.push(after(first.sliding, sizes[sizes.len() - 1]));
        }
        let mut wanted = Area::center(sizes[blocks.len()]);
        let mut areas = Vec::new();
        for ((_, first, second, projection), pair) in blocks.iter().zip(sizes.windows(2)).rev() {
            let hidden = wanted.read(second.sliding, pair[1]);
            let beside = |layer: &TwinLayer| wanted.read(layer.sliding, pair[0]);
            let beside = projection.as_ref().map_or(wanted.clone(), beside);
            let stream = hidden.read(first.sliding, pair[0]).hull(&beside);
            areas.push((hidden, wanted));
            wanted = stream;
        }
        areas.reverse();
        Cone { stem: wanted.read(POOLING, stem), blocks: areas }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::embedded;

    #[test]
    fn a_window_reads_what_its_definition_says_and_nothing_beyond_the_map() {
        let read = |outputs: Range<usize>, kernel, stride, padding, size| {
            let area = Area { rows: outputs.clone(), columns: outputs };
            let sliding = Sliding::square(kernel, stride, padding);
            let area = area.read(sliding, (size, size));
            assert_eq!(area.rows, area.columns);
            area.rows
        };
        assert_eq!(read(7..8, 3, 1, 1, 14), 6..9);
        assert_eq!(read(7..8, 3, 2, 1, 28), 13..16);
        assert_eq!(read(0..14, 3, 1, 1, 14), 0..14);
        assert_eq!(read(5..9, 1, 2, 0, 28), 10..17);
        assert_eq!(read(0..2, 7, 2, 3, 9), 0..6);
    }

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
