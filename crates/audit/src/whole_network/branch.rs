//! Which way an evaluation of the network went: the sign of what each ReLU read, and the pixel that each window of the
//! pooling took.
//!
//! On one branch the network is affine. Its tangent and its gradient there are products of matrices, computed here in
//! double precision.

use crate::error::AuditError;
use crate::twin::area::POOLING;
use crate::twin::bounded::{Bounded, DOUBLE, steps};
use crate::twin::layer::Place;
use crate::twin::network::TwinNetwork;
use autodiff::ops::Input;
use autodiff::{Graph, Isa, NodeId, Plan, Shape, Wanted, Workspace};
use reference::Map;
use resnet::{Block, Network, Role, Site};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Ones where a value passed, zeros elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// Behind the stem's ReLU, and of that the pixels that the pooling took.
    pub(crate) stem: Map,
    /// For each pooled value the pixel that it came from, counted along the map `[H, W, C]`; nothing where the maximum
    /// was zero.
    pub(crate) pooled: Vec<Option<usize>>,
    pub(crate) blocks: Vec<BlockBranch>,
}

/// The same of a block, or the values that it comes from.
#[derive(Clone, Debug)]
pub(crate) struct BlockBranch {
    /// Behind its first convolution.
    pub(crate) hidden: Map,
    /// Of its sum.
    pub(crate) output: Map,
}

fn passed(map: &Map) -> Map {
    map.map(|v| if v > 0.0 { 1.0 } else { 0.0 })
}

pub(crate) fn product(a: &Map, b: &Map) -> Map {
    Map::from_fn(a.shape(), |i, j, c| a.at(i, j, c) * b.at(i, j, c))
}

pub(crate) fn sum(a: &Map, b: &Map) -> Map {
    Map::from_fn(a.shape(), |i, j, c| a.at(i, j, c) + b.at(i, j, c))
}

impl Branch {
    /// Of the stem after its ReLU, and of each block's hidden values and output after theirs.
    fn new(stem: &Map, blocks: &[BlockBranch]) -> Branch {
        let sliding = steps(POOLING);
        let (height, width) = sliding.output_size(stem.height, stem.width);
        let mut pooled = Vec::new();
        for i in 0..height {
            for j in 0..width {
                for c in 0..stem.channels {
                    let mut best: Option<(f64, usize)> = None;
                    for k in 0..9 {
                        let at = ((i * 2 + k / 3).checked_sub(1), (j * 2 + k % 3).checked_sub(1));
                        let (Some(y), Some(x)) = at else { continue };
                        if y >= stem.height || x >= stem.width {
                            continue;
                        }
                        let value = stem.at(y, x, c);
                        if value > best.map_or(0.0, |(most, _)| most) {
                            best = Some((value, (y * stem.width + x) * stem.channels + c));
                        }
                    }
                    pooled.push(best.map(|(_, at)| at));
                }
            }
        }
        let of_block = |of: &BlockBranch| BlockBranch { hidden: passed(&of.hidden), output: passed(&of.output) };
        Branch { stem: passed(stem), pooled, blocks: blocks.iter().map(of_block).collect() }
    }

    /// The way that our kernels go, in single precision.
    ///
    /// # Errors
    /// If the network cannot be read at this size.
    pub(crate) fn of_network(network: &Network, x: &Map, single: &[f32], isa: Isa) -> Result<Branch, AuditError> {
        let mut graph = Graph::new();
        let shape = Shape::new(x.height, x.width, x.channels);
        let input = graph.add(Input { shape }, &[])?;
        let sites = network.add_to(&mut graph, input)?;
        let of = |site: Site| sites.get(site).ok_or_else(|| AuditError::no_site(site));
        let mut nodes = vec![of(Site::StemRelu)?];
        for &block in network.architecture().blocks() {
            // From the contribution back over batch norm and second convolution to the first ReLU.
            let mut hidden = of(block.read_site(Role::Block))?;
            let steps = usize::from(network.architecture().batch_norm() == resnet::BatchNormState::Separate);
            for _ in 0..=steps {
                hidden =
                    *graph.inputs(hidden).first().ok_or_else(|| AuditError::no_site(block.read_site(Role::Block)))?;
            }
            nodes.extend([hidden, of(Site::Output(block))?]);
        }
        let wanted: Vec<Wanted> = nodes.iter().map(|&n| Wanted::whole(&graph, n)).collect();
        let mut workspace = Workspace::new(Arc::new(Plan::forward(&graph, &wanted)?), isa);
        workspace.set_input(input, single);
        workspace.forward();
        let map = |node: NodeId| {
            let Shape { height, width, channels } = graph.shape(node);
            let shape = graph.shape(node);
            Map::from_f32((height, width, channels), &crate::steps::operations::of_map(workspace.value(node), shape))
        };
        let of_pair = |pair: &[NodeId]| BlockBranch { hidden: map(pair[0]), output: map(pair[1]) };
        let blocks: Vec<BlockBranch> = nodes[1..].chunks_exact(2).map(of_pair).collect();
        Ok(Branch::new(&map(nodes[0]), &blocks))
    }

    /// The way that double precision goes, and the sum of each block.
    pub(crate) fn of_twin(twin: &TwinNetwork, x: &Map) -> (Branch, BTreeMap<Site, Bounded>) {
        let mut hidden = Vec::new();
        let last = twin.blocks.last().map_or(Block::ALL[0], |of| of.block);
        let sites = twin.run(&Bounded::exact(x.clone()), last, DOUBLE, &mut |layer, x| {
            if matches!(layer.place, Place::Second(_)) {
                hidden.push(x.value.clone());
            }
        });
        let of = |site| sites.get(&site).map_or_else(|| Map::zeros((0, 0, 0)), |m| m.value.clone());
        let outputs = twin.blocks.iter().map(|block| of(Site::Output(block.block)));
        let pairs = hidden.into_iter().zip(outputs);
        let blocks: Vec<BlockBranch> = pairs.map(|(hidden, output)| BlockBranch { hidden, output }).collect();
        (Branch::new(&of(Site::StemRelu), &blocks), sites)
    }

    /// The maxima of a map on this branch, or of its tangent.
    pub(crate) fn pool(&self, x: &Map) -> Map {
        let (height, width) = steps(POOLING).output_size(x.height, x.width);
        let values = self.pooled.iter().map(|at| at.map_or(0.0, |at| x.data[at]));
        Map::new((height, width, x.channels), values.collect())
    }

    /// The adjoint of [`Branch::pool`].
    pub(crate) fn unpool(&self, dy: &Map) -> Map {
        let mut dx = Map::zeros(self.stem.shape());
        for (d, at) in dy.data.iter().zip(&self.pooled) {
            if let Some(at) = at {
                dx.data[*at] += d;
            }
        }
        dx
    }
}
