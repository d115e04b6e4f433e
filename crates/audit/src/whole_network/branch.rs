//! Which way an evaluation of the network went: the sign of what each ReLU read, and the pixel that each window of the
//! pooling took.
//!
//! On one branch the network is affine. Its tangent and its gradient there are products of matrices, computed here in
//! double precision.

use crate::error::AuditError;
use crate::twin::bounded::{Bounded, DOUBLE, steps};
use crate::twin::layer::Place;
use crate::twin::network::{TwinBlock, TwinNetwork};
use autodiff::ops::Input;
use autodiff::{Graph, Isa, NodeId, Plan, Shape, Sliding, Wanted, Workspace};
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
    /// was zero. Without pooling, each value comes from itself.
    pub(crate) pooled: Vec<Option<usize>>,
    /// Rows and columns of the pooled map.
    pub(crate) pooled_size: (usize, usize),
    pub(crate) blocks: Vec<BlockBranch>,
}

/// The same of a block, or the values that it comes from.
#[derive(Clone, Debug)]
pub(crate) struct BlockBranch {
    /// Behind each convolution of its branch but the last.
    pub(crate) hidden: Vec<Map>,
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

/// The pixel that each window of a pooling takes.
fn taken(stem: &Map, pooling: Sliding) -> Vec<Option<usize>> {
    let (height, width) = steps(pooling).output_size(stem.height, stem.width);
    let mut pooled = Vec::new();
    for i in 0..height {
        for j in 0..width {
            for c in 0..stem.channels {
                let mut best: Option<(f64, usize)> = None;
                for k in 0..pooling.kernel.0 * pooling.kernel.1 {
                    let y = (i * pooling.stride.0 + k / pooling.kernel.1).checked_sub(pooling.padding.0);
                    let x = (j * pooling.stride.1 + k % pooling.kernel.1).checked_sub(pooling.padding.1);
                    let (Some(y), Some(x)) = (y, x) else { continue };
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
    pooled
}

impl Branch {
    /// Of the stem after its ReLU, and of each block's hidden values and output after theirs.
    fn new(stem: &Map, pooling: Option<Sliding>, blocks: &[BlockBranch]) -> Branch {
        let (pooled, pooled_size) = match pooling {
            Some(pooling) => (taken(stem, pooling), steps(pooling).output_size(stem.height, stem.width)),
            None => ((0..stem.data.len()).map(Some).collect(), (stem.height, stem.width)),
        };
        let of_block = |of: &BlockBranch| BlockBranch {
            hidden: of.hidden.iter().map(passed).collect(),
            output: passed(&of.output),
        };
        Branch { stem: passed(stem), pooled, pooled_size, blocks: blocks.iter().map(of_block).collect() }
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
        let architecture = network.architecture();
        let steps = 1 + usize::from(architecture.batch_norm() == resnet::BatchNormState::Separate);
        for layout in architecture.layouts() {
            // From the contribution back over batch norm and convolution to the ReLU before, and from there to the next.
            let site = architecture.read_site(layout.block, Role::Block);
            let (mut node, mut hidden) = (of(site)?, Vec::new());
            for at in 1..layout.branch.len() {
                for _ in 0..steps + usize::from(at > 1) {
                    node = *graph.inputs(node).first().ok_or_else(|| AuditError::no_site(site))?;
                }
                hidden.push(node);
            }
            nodes.extend(hidden.into_iter().rev());
            nodes.push(of(Site::Output(layout.block))?);
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
        let (mut rest, mut blocks) = (&nodes[1..], Vec::new());
        for layout in architecture.layouts() {
            let (of_block, further) = rest.split_at(layout.branch.len());
            let mut maps: Vec<Map> = of_block.iter().map(|&node| map(node)).collect();
            blocks.extend(maps.pop().map(|output| BlockBranch { hidden: maps, output }));
            rest = further;
        }
        Ok(Branch::new(&map(nodes[0]), architecture.stem().pooling, &blocks))
    }

    /// The way that double precision goes, and the sum of each block.
    pub(crate) fn of_twin(twin: &TwinNetwork, x: &Map) -> (Branch, BTreeMap<Site, Bounded>) {
        let mut hidden: BTreeMap<Block, Vec<Map>> = BTreeMap::new();
        let last = twin.blocks.last().map_or(Block::new(1, 0), |of| of.block);
        let sites = twin.run(&Bounded::exact(x.clone()), last, DOUBLE, &mut |layer, x| {
            if let Place::Branch(block, 1..) = layer.place {
                hidden.entry(block).or_default().push(x.value.clone());
            }
        });
        let of = |site| sites.get(&site).map_or_else(|| Map::zeros((0, 0, 0)), |m| m.value.clone());
        let of_block = |of_block: &TwinBlock| BlockBranch {
            hidden: hidden.get(&of_block.block).cloned().unwrap_or_default(),
            output: of(Site::Output(of_block.block)),
        };
        let blocks: Vec<BlockBranch> = twin.blocks.iter().map(of_block).collect();
        (Branch::new(&of(Site::StemRelu), twin.pooling, &blocks), sites)
    }

    /// The maxima of a map on this branch, or of its tangent.
    pub(crate) fn pool(&self, x: &Map) -> Map {
        let (height, width) = self.pooled_size;
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
