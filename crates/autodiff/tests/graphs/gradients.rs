//! Gradients: of fused plans, of regions and in a used workspace, against graphs in which nothing is fused.

use crate::alone;
use crate::pass::unfused;
use crate::random::{Dice, GRAPHS, RandomGraph, Values};
use crate::values::set;
use autodiff::ops::Algorithm;
use autodiff::{Isa, NodeId, Plan, PlanError, Region, Shape, Wanted, Workspace};
use std::sync::Arc;
use testkit::{assert_same_bits, pseudo_random};

/// The gradient by an input on its whole map; zero where the plan has none.
fn whole_gradient(workspace: &Workspace, input: NodeId, shape: Shape) -> Vec<f32> {
    let gradient = workspace.gradient(input);
    let mut whole = vec![0.0; shape.len()];
    for (position, values) in whole.chunks_exact_mut(shape.channels).enumerate() {
        let (y, x) = (position / shape.width, position % shape.width);
        let at = Region::position(y.cast_signed(), x.cast_signed());
        if gradient.region().contains(&at) {
            values.copy_from_slice(gradient.pixel(at.top, at.left));
        }
    }
    whole
}

/// Writes the seed of an objective's region from that of the whole map.
fn set_seed(workspace: &mut Workspace, seed: &[f32], shape: Shape, region: Region) {
    workspace.seed().data_mut().copy_from_slice(&crate::values::part(seed, shape, region));
}

/// The inputs that a region of the last node depends on.
fn seen_inputs(random: &RandomGraph, region: Region) -> Vec<usize> {
    let last = random.ids[random.last()];
    let seen = |&at: &usize| !random.graph.receptive_field(last, region, random.ids[at]).is_empty();
    random.inputs().filter(seen).collect()
}

/// The gradients of the last node's region by some inputs.
fn run(
    random: &RandomGraph,
    workspace: &mut Workspace,
    inputs: &[usize],
    seed: &[f32],
    region: Region,
) -> Vec<Vec<f32>> {
    set(random, workspace);
    set_seed(workspace, seed, random.shape(random.last()), region);
    workspace.forward();
    // What a first backward pass left must not show in the second.
    workspace.backward();
    workspace.backward();
    let gradient = |&at: &usize| whole_gradient(workspace, random.ids[at], random.shape(at));
    inputs.iter().map(gradient).collect()
}

fn plan(random: &RandomGraph, inputs: &[usize], region: Region) -> Result<Plan, PlanError> {
    let ids: Vec<NodeId> = inputs.iter().map(|&i| random.ids[i]).collect();
    let node = random.ids[random.last()];
    Plan::with_gradients(&random.graph, Wanted { node, region }, &ids)
}

#[test]
fn fused_gradients_are_those_of_a_graph_in_which_nothing_is_fused() {
    for seed in 2_000_000..2_000_000 + GRAPHS {
        let random = RandomGraph::new(seed, Values::Real, Algorithm::Direct);
        let shape = random.shape(random.last());
        let dy = pseudo_random(seed, shape.len());
        let inputs = seen_inputs(&random, shape.region());
        if inputs.is_empty() {
            continue;
        }
        let fused = Arc::new(plan(&random, &inputs, shape.region()).unwrap());
        let found = run(&random, &mut Workspace::new(fused, Isa::best()), &inputs, &dy, shape.region());
        let (graph, value, drawn) = unfused(&random);
        let ids: Vec<NodeId> = inputs.iter().map(|&i| value[i]).collect();
        let wanted = Wanted::whole(&graph, value[random.last()]);
        let plan = Plan::with_gradients(&graph, wanted, &ids).unwrap();
        let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
        for at in random.inputs() {
            workspace.set_input(value[at], &random.given[at]);
        }
        for (node, draw) in drawn {
            workspace.set_draw(node, draw);
        }
        workspace.seed().data_mut().copy_from_slice(&dy);
        workspace.forward();
        workspace.backward();
        for ((&at, id), found) in inputs.iter().zip(ids).zip(&found) {
            let expected = whole_gradient(&workspace, id, random.shape(at));
            assert_same_bits(
                found,
                &expected,
                &format!("graph {seed}, gradient by node {at}, in\n{}", random.describe()),
            );
        }
    }
}

#[test]
fn executing_a_plan_of_any_operations_allocates_nothing() {
    for algorithm in Algorithm::ALL {
        for seed in 5_000_000..5_000_050 {
            let random = RandomGraph::new(seed, Values::Real, algorithm);
            let shape = random.shape(random.last());
            let inputs = seen_inputs(&random, shape.region());
            let forward = Wanted::whole(&random.graph, random.ids[random.last()]);
            let forward = Arc::new(Plan::forward(&random.graph, &[forward]).unwrap());
            let backward = Arc::new(plan(&random, &inputs, shape.region()).unwrap());
            let mut workspace = Workspace::new(Arc::clone(&forward), Isa::best());
            workspace.switch_to(&backward);
            let counted = allocation_counter::measure(|| {
                workspace.switch_to(&forward);
                set(&random, &mut workspace);
                workspace.forward();
                workspace.switch_to(&backward);
                set(&random, &mut workspace);
                workspace.forward();
                workspace.backward();
            });
            assert_eq!(counted.count_total, 0, "graph {seed} of\n{}", random.describe());
        }
    }
    // The counter itself counts.
    assert!(allocation_counter::measure(|| drop(std::hint::black_box(vec![0.0_f32; 9]))).count_total > 0);
}

#[test]
fn gradients_of_whole_numbers_are_the_chain_rule_one_operation_at_a_time() {
    let mut compared = 0;
    for seed in 3_000_000..3_000_000 + GRAPHS {
        let random = RandomGraph::new(seed, Values::Whole, Algorithm::Direct);
        let shape = random.shape(random.last());
        let dy: Vec<f32> = pseudo_random(seed, shape.len()).iter().map(|v| (2.0 * v).round()).collect();
        let values = alone::values(&random);
        let expected = alone::gradients(&random, &values, &dy);
        // Beyond 2^20 a sum of terms might not be exact.
        let large = |v: &&f32| v.abs() > 1e6;
        if values.iter().chain(&expected).flatten().any(|v| large(&v)) {
            continue;
        }
        compared += 1;
        let inputs = seen_inputs(&random, shape.region());
        if inputs.is_empty() {
            continue;
        }
        let plan = Arc::new(plan(&random, &inputs, shape.region()).unwrap());
        let found = run(&random, &mut Workspace::new(plan, Isa::best()), &inputs, &dy, shape.region());
        for (&at, found) in inputs.iter().zip(&found) {
            assert_eq!(found, &expected[at], "graph {seed}, gradient by node {at}");
        }
    }
    assert!(compared > GRAPHS * 9 / 10, "{compared}");
}

#[test]
fn gradients_of_a_region_are_those_of_the_whole_from_there_in_any_workspace_and_on_any_instruction_set() {
    let mut shared: Option<Workspace> = None;
    for seed in 4_000_000..4_000_000 + GRAPHS {
        let random = RandomGraph::new(seed, Values::Real, Algorithm::Direct);
        let mut dice = Dice(!seed);
        let last = random.last();
        let shape = random.shape(last);
        let region = if dice.once_in(2) { shape.center() } else { dice.region(shape) };
        let of_region = seen_inputs(&random, region);
        let all = seen_inputs(&random, shape.region());
        for at in all.iter().filter(|at| !of_region.contains(at)) {
            let refused = plan(&random, &[*at], region).unwrap_err();
            assert_eq!(refused, PlanError::Independent { shape: random.shape(*at) });
        }
        // By one of the inputs alone, or by all.
        let mut inputs = of_region;
        if dice.once_in(2) && inputs.len() > 1 {
            inputs.remove(dice.below(inputs.len()));
        }
        if inputs.is_empty() {
            continue;
        }
        let inside = pseudo_random(seed, shape.len());
        let mut dy = vec![0.0; shape.len()];
        for (position, values) in dy.chunks_exact_mut(shape.channels).enumerate() {
            let (y, x) = (position / shape.width, position % shape.width);
            if region.contains(&Region::position(y.cast_signed(), x.cast_signed())) {
                values.copy_from_slice(&inside[position * shape.channels..][..shape.channels]);
            }
        }
        let of_whole = Arc::new(plan(&random, &inputs, shape.region()).unwrap());
        let expected = run(&random, &mut Workspace::new(of_whole, Isa::best()), &inputs, &dy, shape.region());
        let cone = Arc::new(plan(&random, &inputs, region).unwrap());
        for isa in Isa::supported() {
            let mut fresh = Workspace::new(Arc::clone(&cone), isa);
            let workspace = match &mut shared {
                Some(shared) if isa == Isa::best() => {
                    shared.switch_to(&cone);
                    shared
                }
                _ => &mut fresh,
            };
            let found = run(&random, workspace, &inputs, &dy, region);
            for ((at, found), expected) in inputs.iter().zip(&found).zip(&expected) {
                let what =
                    format!("graph {seed}, gradient of {region:?} by node {at} on {isa:?}, in\n{}", random.describe());
                assert_same_bits(found, expected, &what);
            }
            if isa == Isa::best() {
                // What is left there for the next plan.
                workspace.seed().data_mut().fill(f32::NAN);
                workspace.backward();
                if shared.is_none() {
                    shared = Some(fresh);
                }
            }
        }
    }
}
