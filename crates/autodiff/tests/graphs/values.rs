//! Values: fused or not, of any regions, in a workspace that computed other things before, on any number of threads and
//! instruction set.

use crate::alone;
use crate::random::{Dice, GRAPHS, RandomGraph, Values};
use autodiff::ops::Algorithm;
use autodiff::{Isa, Plan, Region, Shape, ThreadPool, ThreadPoolBuilder, Wanted, Workspace};
use std::sync::Arc;
use testkit::assert_same_bits;

/// The part of a whole map that a region holds.
pub(crate) fn part(whole: &[f32], shape: Shape, region: Region) -> Vec<f32> {
    let mut values = Vec::new();
    for y in region.top..region.bottom() {
        for x in region.left..region.right() {
            let from = (y.unsigned_abs() * shape.width + x.unsigned_abs()) * shape.channels;
            values.extend(&whole[from..from + shape.channels]);
        }
    }
    values
}

/// The part of a stored value that lies in a region.
fn held(workspace: &Workspace, wanted: Wanted) -> Vec<f32> {
    let Region { top, left, .. } = wanted.region;
    let (bottom, right) = (wanted.region.bottom(), wanted.region.right());
    let rows = (top..bottom).flat_map(|y| (left..right).map(move |x| Region::position(y, x)));
    rows.flat_map(|at| workspace.at(wanted.node, at).to_vec()).collect()
}

/// Sets what a plan of the graph needs: inputs and draws.
pub(crate) fn set(random: &RandomGraph, workspace: &mut Workspace) {
    for at in random.inputs() {
        if !workspace.plan().region(random.ids[at]).is_empty() {
            workspace.set_input(random.ids[at], &random.given[at]);
        }
    }
    for (node, &id) in random.nodes.iter().zip(&random.ids) {
        workspace.set_draw(id, node.draw);
    }
}

/// Random regions of random nodes, the last among them half of the time; often of one node, sometimes of all, whole.
fn wanted(random: &RandomGraph, dice: &mut Dice) -> Vec<Wanted> {
    if dice.once_in(6) {
        return random.ids.iter().map(|&id| Wanted::whole(&random.graph, id)).collect();
    }
    let count = [1, 1, 2, 4][dice.below(4)];
    let mut wanted = Vec::new();
    for _ in 0..count {
        let at = if dice.once_in(2) { random.last() } else { dice.below(random.nodes.len()) };
        let whole = random.shape(at);
        let region = if dice.once_in(3) { whole.region() } else { dice.region(whole) };
        wanted.push(Wanted { node: random.ids[at], region });
    }
    wanted
}

fn pools() -> Vec<ThreadPool> {
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    [1, 2, 3].map(pool).into_iter().collect()
}

/// Plans of random wanted values, in one workspace after the other's, against every operation alone.
fn assert_values_of_operations_alone(algorithm: Algorithm, first_seed: u64) {
    let pools = pools();
    let mut shared: Option<Workspace> = None;
    for seed in first_seed..first_seed + GRAPHS {
        let random = RandomGraph::new(seed, Values::Real, algorithm);
        let whole = alone::values(&random);
        let mut dice = Dice(!seed);
        for round in 0..3 {
            let wanted = wanted(&random, &mut dice);
            let plan = Arc::new(Plan::forward(&random.graph, &wanted).unwrap());
            let isas = Isa::supported();
            let isa = isas[dice.below(isas.len())];
            let mut fresh = Workspace::new(Arc::clone(&plan), isa);
            // What others left in the shared workspace must not show. It keeps its instruction set.
            let workspace = match (&mut shared, dice.below(2)) {
                (Some(shared), 0) => {
                    shared.switch_to(&plan);
                    shared
                }
                _ => &mut fresh,
            };
            set(&random, workspace);
            let way = dice.below(5);
            match pools.get(way) {
                Some(pool) => workspace.forward_on(pool),
                None => workspace.forward(),
            }
            let assert_held = |workspace: &Workspace, again: &str| {
                for want in &wanted {
                    let at = random.ids.iter().position(|&id| id == want.node).unwrap();
                    let expected = part(&whole[at], random.shape(at), want.region);
                    let operation = random.nodes[at].operation.name();
                    let what = format!(
                        "graph {seed}, round {round}{again}, node {at} ({operation}), way {way}, of {wanted:?} in\n{}",
                        random.describe()
                    );
                    assert_same_bits(&held(workspace, *want), &expected, &what);
                }
            };
            assert_held(workspace, "");
            // The values of a first execution must not show in the second.
            workspace.forward();
            assert_held(workspace, " again");
            if dice.once_in(3) {
                for at in random.inputs().filter(|&at| !plan.region(random.ids[at]).is_empty()) {
                    workspace.set_input(random.ids[at], &vec![f32::NAN; random.given[at].len()]);
                }
                workspace.forward();
                shared = Some(fresh);
            }
        }
    }
}

#[test]
fn fused_unfused_and_in_regions_values_are_those_of_each_operation_alone() {
    assert_values_of_operations_alone(Algorithm::Direct, 0);
}

#[test]
fn so_they_are_by_winograds_algorithm() {
    assert_values_of_operations_alone(Algorithm::Winograd, 1_000_000);
}
