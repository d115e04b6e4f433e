//! The gradient of the whole network as the limit of differences, along directions.
//!
//! The network is piecewise affine, so on one branch a central difference in double precision is the derivative but for
//! rounding. What may lie between it and our gradient g, along a direction d, to first order:
//!
//! - each layer's backward pass makes a local error `|e_l| <= gamma(k + 2) sum |w dy|` in the gradient of what it
//!   reads, and that counts as much as its input moves along d: `sum over l of <|e_l|, |t_l|>`, t_l the tangent;
//! - double precision's own forward error, which is carried likewise (`twin/first_order.rs`), over the step;
//! - where a ReLU or a window goes another way in double precision, or at one end of the difference, than in our
//!   kernels: the whole term `|dy t|` of that value. There are hardly any, and they are counted.

use crate::comparison::{Comparison, Held, Step, Witness};
use crate::error::AuditError;
use crate::rounding::singles;
use crate::steps::operations::of_map;
use crate::twin::bounded::{Bounded, DOUBLE, SINGLE};
use crate::twin::layer::TwinLayer;
use crate::twin::network::{TwinBlock, TwinNetwork};
use crate::twin::shortcut::TwinShortcut;
use crate::whole_network::branch::{BlockBranch, Branch, product, sum};
use autodiff::ops::Input;
use autodiff::{Graph, Isa, Plan, Shape, Wanted, Workspace};
use bounds::{gamma, pseudo_random};
use rayon::prelude::*;
use reference::Map;
use resnet::{Block, Network, Role, Site};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Half of what the image moves by along a direction of numbers below one.
const STEP: f64 = 1.0 / 8_388_608.0;
/// How many directions.
const DIRECTIONS: u64 = 3;
/// What the products of two errors, each below one percent, may add to a first-order bound.
const SECOND_ORDER: f64 = 1.05;

/// A direction: the tangents of everything along it, the difference of every sum, and how two ends and the kernels
/// went.
struct Direction {
    image: Map,
    /// Behind the stem's convolution.
    stem: Rectified,
    blocks: Vec<Tangents>,
    ends: [End; 2],
}

/// A tangent before a ReLU, and after it.
struct Rectified {
    before: Map,
    after: Map,
}

/// Where the image was moved to: which way double precision went, and what it found at every site.
struct End {
    branch: Branch,
    sites: BTreeMap<Site, Bounded>,
}

/// The tangents in a block: of what it reads, of its hidden values, of its sum.
struct Tangents {
    enters: Map,
    /// Behind each convolution but the last.
    hidden: Vec<Rectified>,
    sum: Map,
}

/// What is lost on the way back, for each direction.
struct Losses<'a> {
    directions: &'a [Direction],
    rounding: Vec<f64>,
    branches: Vec<f64>,
    flips: Vec<usize>,
}

/// Comparisons of the center neurons of every second block, by the normalised image.
///
/// # Errors
/// If the network cannot be read.
pub(crate) fn comparisons(
    network: &Network,
    twin: &TwinNetwork,
    image: &Bounded,
    isa: Isa,
) -> Result<Vec<Comparison>, AuditError> {
    let single = singles(&image.value.data);
    let x = Map::from_f32(image.value.shape(), &single);
    let branch = Branch::of_network(network, &x, &single, isa)?;
    let directions: Vec<Direction> =
        (0..DIRECTIONS).into_par_iter().map(|seed| Direction::new(twin, &x, &branch, 44 + seed)).collect();
    let blocks: Vec<Block> = twin.blocks.iter().map(|of| of.block).collect();
    let of_blocks: Result<Vec<Comparison>, AuditError> = blocks
        .par_iter()
        .filter(|block| block.index() == 1)
        .map(|&block| {
            let gradient = gradient(network, block, (&x, &single), isa)?;
            let seen = Bounded::exact(x.clone());
            let budget = twin.first_order(&seen, block).activation(Role::Output, 0).bound;
            let losses = losses(twin, block, &branch, &directions);
            comparison(block, &gradient, budget, &losses)
        })
        .collect();
    of_blocks
}

fn comparison(block: Block, gradient: &[f32], budget: f64, losses: &Losses<'_>) -> Result<Comparison, AuditError> {
    let site = Site::Sum(block);
    let (mut worst, mut error_there) = (0.0_f64, 0.0);
    for (i, direction) in losses.directions.iter().enumerate() {
        let value = |end: &End| {
            let map = end.sites.get(&site).ok_or_else(|| AuditError::no_site(site))?;
            Ok::<_, AuditError>(map.center(0).0)
        };
        let [after, before] = &direction.ends;
        let difference = (value(after)? - value(before)?) / (2.0 * STEP);
        let pairs = gradient.iter().zip(&direction.image.data);
        let along: f64 = pairs.map(|(g, d)| f64::from(*g) * d).sum();
        let double = budget * DOUBLE / SINGLE / STEP;
        let bound = SECOND_ORDER * (losses.rounding[i] + double) + losses.branches[i];
        let (error, used) = ((difference - along).abs(), (difference - along).abs() / bound);
        // NaN is never within a bound, and `max` would lose it.
        if used.is_nan() || used > worst {
            (worst, error_there) = (if used.is_nan() { f64::INFINITY } else { used }, error / difference.abs());
        }
    }
    let flips: usize = losses.flips.iter().sum();
    let mut line = Step::Differences
        .against(
            Witness::Differences,
            format!("center of {site} by the image, along {DIRECTIONS} directions; {flips} values on another branch"),
        )
        .held(
            losses.directions.len(),
            Held { error: worst, bound: 1.0 },
            "each layer's gamma(k + 2) sum |w dy| along the tangent, first order",
        );
    line.relative = Some(error_there).filter(|e| e.is_finite());
    Ok(line)
}

impl Direction {
    fn new(twin: &TwinNetwork, x: &Map, branch: &Branch, seed: u64) -> Direction {
        let image = Map::from_f32(x.shape(), &pseudo_random(seed, x.data.len()));
        let end = |sign: f64| {
            let moved = image.map(|d| sign * STEP * d);
            let (branch, sites) = Branch::of_twin(twin, &sum(x, &moved));
            End { branch, sites }
        };
        let before = twin.stem.tangent(&image);
        let after = product(&before, &branch.stem);
        let mut stream = branch.pool(&after);
        let mut blocks = Vec::new();
        for (of, passed) in twin.blocks.iter().zip(&branch.blocks) {
            let mut hidden: Vec<Rectified> = Vec::new();
            let mut added = Map::zeros((0, 0, 0));
            for (at, layer) in of.branch.iter().enumerate() {
                added = layer.tangent(hidden.last().map_or(&stream, |before| &before.after));
                if let Some(passed) = passed.hidden.get(at) {
                    hidden.push(Rectified { after: product(&added, passed), before: added.clone() });
                }
            }
            let total = sum(&added, &of.shortcut.tangent(&stream));
            let leaves = product(&total, &passed.output);
            blocks.push(Tangents { enters: stream, hidden, sum: total });
            stream = leaves;
        }
        Direction { image: image.clone(), stem: Rectified { before, after }, blocks, ends: [end(1.0), end(-1.0)] }
    }
}

impl Losses<'_> {
    /// A layer's way back, and what its rounding costs; `tangent` is that of what it reads.
    fn back(&mut self, layer: &TwinLayer, dy: &Map, tangent: impl Fn(&Direction) -> &Map) -> Map {
        let Some(first) = self.directions.first() else {
            return Map::zeros((0, 0, 0));
        };
        let read = tangent(first);
        let size = (read.height, read.width);
        let terms = layer.outputs * layer.sliding.kernel.0 * layer.sliding.kernel.1;
        let sums = layer.magnitudes().gradient(&dy.map(f64::abs), size);
        self.lose(&sums, gamma(terms + 2), tangent);
        layer.gradient(dy, size)
    }

    /// Roundings of a gradient, `roundings` times these magnitudes.
    fn lose(&mut self, magnitudes: &Map, roundings: f64, tangent: impl Fn(&Direction) -> &Map) {
        for (loss, direction) in self.rounding.iter_mut().zip(self.directions) {
            let pairs = magnitudes.data.iter().zip(&tangent(direction).data);
            *loss += roundings * pairs.map(|(m, t)| m * t.abs()).sum::<f64>();
        }
    }

    /// A ReLU's way back; what it read moves by `tangent`, and went by `passed`, at the ends by `at_ends`.
    fn rectify(
        &mut self,
        dy: &Map,
        passed: &Map,
        tangent: impl Fn(&Direction) -> &Map,
        at_ends: impl Fn(&Branch) -> &Map,
    ) -> Map {
        for (i, direction) in self.directions.iter().enumerate() {
            let [after, before] = [0, 1].map(|end| at_ends(&direction.ends[end].branch));
            for (at, &p) in passed.data.iter().enumerate() {
                let flipped = p != after.data[at] || p != before.data[at];
                if flipped && dy.data[at] != 0.0 {
                    self.branches[i] += (dy.data[at] * tangent(direction).data[at]).abs();
                    self.flips[i] += 1;
                }
            }
        }
        product(dy, passed)
    }

    /// The pooling's way back. A window that took another pixel costs the difference of both tangents.
    fn unpool(&mut self, dy: &Map, branch: &Branch) -> Map {
        for (i, direction) in self.directions.iter().enumerate() {
            let tangent = |at: Option<usize>| at.map_or(0.0, |at| direction.stem.after.data[at].abs());
            for (w, &taken) in branch.pooled.iter().enumerate() {
                let others = [0, 1].map(|end| direction.ends[end].branch.pooled[w]);
                if others.iter().any(|&other| other != taken) && dy.data[w] != 0.0 {
                    let reach = others.iter().fold(tangent(taken), |sum, &at| sum + tangent(at));
                    self.branches[i] += dy.data[w].abs() * reach;
                    self.flips[i] += 1;
                }
            }
        }
        // A pixel is taken by at most four windows.
        self.lose(&branch.unpool(&dy.map(f64::abs)), gamma(4), |d| &d.stem.after);
        branch.unpool(dy)
    }
}

/// What is lost between the center of a block's sum and the image.
fn losses<'a>(twin: &TwinNetwork, block: Block, branch: &Branch, directions: &'a [Direction]) -> Losses<'a> {
    let zeros = || vec![0.0; directions.len()];
    let mut losses = Losses { directions, rounding: zeros(), branches: zeros(), flips: vec![0; directions.len()] };
    let Some(last) = twin.blocks.iter().position(|of| of.block == block) else {
        return losses;
    };
    let shape = branch.blocks[last].output.shape();
    let mut dy = Map::zeros(shape);
    *dy.at_mut(shape.0 / 2, shape.1 / 2, 0) = 1.0;
    for i in (0..=last).rev() {
        let TwinBlock { branch: layers, shortcut, .. } = &twin.blocks[i];
        let BlockBranch { hidden: hidden_passed, output: passed } = &branch.blocks[i];
        if i < last {
            dy = losses.rectify(&dy, passed, |d| &d.blocks[i].sum, |b| &b.blocks[i].output);
        }
        let mut through = dy.clone();
        for (at, layer) in layers.iter().enumerate().rev() {
            let Some(before) = at.checked_sub(1) else {
                through = losses.back(layer, &through, |d| &d.blocks[i].enters);
                break;
            };
            through = losses.back(layer, &through, |d| &d.blocks[i].hidden[before].after);
            through = losses.rectify(
                &through,
                &hidden_passed[before],
                |d| &d.blocks[i].hidden[before].before,
                |b| &b.blocks[i].hidden[before],
            );
        }
        let beside = match shortcut {
            TwinShortcut::Projection(layer) => losses.back(layer, &dy, |d| &d.blocks[i].enters),
            other => other.back(&dy, through.shape()),
        };
        // Both ways meet in one addition.
        let magnitudes = sum(&through.map(f64::abs), &beside.map(f64::abs));
        losses.lose(&magnitudes, gamma(1), |d| &d.blocks[i].enters);
        dy = sum(&through, &beside);
    }
    let dy = losses.unpool(&dy, branch);
    let dy = losses.rectify(&dy, &branch.stem, |d| &d.stem.before, |b| &b.stem);
    losses.back(&twin.stem, &dy, |d| &d.image);
    losses
}

/// Our gradient of the center of a block's sum, channel 0, by the image; zeros beyond its cone.
fn gradient(network: &Network, block: Block, (x, single): (&Map, &[f32]), isa: Isa) -> Result<Vec<f32>, AuditError> {
    let mut graph = Graph::new();
    let shape = Shape::new(x.height, x.width, x.channels);
    let input = graph.add(Input { shape }, &[])?;
    let site = Site::Sum(block);
    let sites = network.add_to(&mut graph, input)?;
    let node = sites.get(site).ok_or_else(|| AuditError::no_site(site))?;
    let plan = Plan::with_gradients(&graph, Wanted::center(&graph, node), &[input])?;
    let mut workspace = Workspace::new(Arc::new(plan), isa);
    workspace.set_input(input, single);
    workspace.seed().data_mut()[0] = 1.0;
    workspace.forward();
    workspace.backward();
    Ok(of_map(workspace.gradient(input), shape))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bounds::fixtures_dir;
    use weights::TensorSet;

    const SIZE: usize = 64;

    fn image() -> Map {
        let noise = pseudo_random(81, SIZE * SIZE * 3);
        Map::from_f32((SIZE, SIZE, 3), &noise)
    }

    #[test]
    fn the_gradient_of_the_embedded_network_is_the_limit_of_differences_and_another_is_not() {
        let tensors = TensorSet::load(fixtures_dir().join("resnet18-16.npz")).unwrap();
        let network = Network::new(&tensors).unwrap();
        let twin = TwinNetwork::new(&tensors, network.architecture()).unwrap();
        let comparisons = comparisons(&network, &twin, &Bounded::exact(image()), Isa::best()).unwrap();
        assert_eq!(comparisons.len(), 4);
        assert!(comparisons.iter().all(|line| line.passed), "{comparisons:?}");

        let x = image();
        let single: Vec<f32> = pseudo_random(81, x.data.len());
        let branch = Branch::of_network(&network, &x, &single, Isa::best()).unwrap();
        let direction = Direction::new(&twin, &x, &branch, 44);
        let directions = [direction];
        let block = "2.1".parse().unwrap();
        let losses = losses(&twin, block, &branch, &directions);
        let found = gradient(&network, block, (&x, &single), Isa::best()).unwrap();
        let passed = |gradient: &[f32]| comparison(block, gradient, 1e-4, &losses).unwrap().passed;
        assert!(passed(&found));
        let other: Vec<f32> = found.iter().map(|g| 1.01 * g).collect();
        assert!(!passed(&other));
        let zeros = vec![0.0; found.len()];
        assert!(!passed(&zeros) && !passed(&vec![f32::NAN; found.len()]));
        // What is lost is far less than what is there: a bound that lets everything pass is none.
        let along: f64 = found.iter().zip(&directions[0].image.data).map(|(g, d)| f64::from(*g) * d).sum();
        assert!(losses.rounding[0] < 1e-2 * along.abs(), "{} of {along}", losses.rounding[0]);
        assert!(losses.branches[0] < 1e-2 * along.abs());
    }

    #[test]
    fn values_that_go_another_way_at_an_end_are_charged() {
        let map = |values: &[f64]| Map::new((1, 1, values.len()), values.to_vec());
        let branch =
            |stem: &[f64]| Branch { stem: map(stem), pooled: Vec::new(), pooled_size: (0, 0), blocks: Vec::new() };
        let directions = [Direction {
            image: map(&[0.0; 3]),
            stem: Rectified { before: map(&[5.0, 7.0, 11.0]), after: map(&[0.0; 3]) },
            blocks: Vec::new(),
            ends: [branch(&[1.0, 0.0, 1.0]), branch(&[1.0, 1.0, 0.0])]
                .map(|branch| End { branch, sites: BTreeMap::new() }),
        }];
        let mut losses = Losses { directions: &directions, rounding: vec![0.0], branches: vec![0.0], flips: vec![0] };
        // The second goes another way at the first end, the third at the second.
        let passed = losses.rectify(&map(&[1.0, -2.0, 3.0]), &map(&[1.0, 1.0, 1.0]), |d| &d.stem.before, |b| &b.stem);
        assert_eq!(passed.data, [1.0, -2.0, 3.0]);
        assert_eq!((losses.branches[0], losses.flips[0]), (47.0, 2));
    }
}
