//! A plan for a center neuron computes its cone alone, and gives the bits that the full plan gives.

use autodiff::ops::{
    Add, BatchNorm, BatchNormStatistics, Convolution, GlobalAveragePool, Input, Linear, MaxPool, Relu,
};
use autodiff::{Graph, Isa, NodeId, Plan, Region, Shape, Sliding, ThreadPoolBuilder, Wanted, Workspace};
use proptest::prelude::*;
use std::sync::Arc;
use testkit::pseudo_random;

fn convolution(seed: u64, outputs: usize, inputs: usize, sliding: Sliding, bias: bool) -> Convolution {
    let weights = pseudo_random(seed, outputs * inputs * sliding.kernel.0 * sliding.kernel.1);
    let bias = bias.then(|| pseudo_random(seed + 1, outputs));
    Convolution::new(weights, (outputs, inputs), sliding, bias).unwrap()
}

struct Small {
    graph: Graph,
    image: NodeId,
    /// The stem, a block's contribution, its sum and its output, and class scores.
    sites: Vec<NodeId>,
}

/// A stem with pooling and a block with a projection, as in ResNet18, with separate batch norm or with biases.
fn small_network(height: usize, width: usize, folded: bool) -> Small {
    let mut graph = Graph::new();
    let image = graph.add(Input { shape: Shape::new(height, width, 3) }, &[]).unwrap();
    let layer = |graph: &mut Graph, seed, (outputs, inputs), sliding, from| {
        let node = graph.add(convolution(seed, outputs, inputs, sliding, folded), &[from]).unwrap();
        if folded {
            return node;
        }
        let [gamma, beta, mean, variance] =
            [1, 2, 3, 4].map(|i| pseudo_random(seed + i, outputs).iter().map(|v| v.abs() + 0.1).collect::<Vec<_>>());
        let statistics =
            BatchNormStatistics { gamma: &gamma, beta: &beta, mean: &mean, variance: &variance, epsilon: 1e-5 };
        let norm = BatchNorm::from_statistics(&statistics).unwrap();
        graph.add(norm, &[node]).unwrap()
    };
    let stem = layer(&mut graph, 10, (5, 3), Sliding::square(7, 2, 3), image);
    let stem = graph.add(Relu, &[stem]).unwrap();
    let pooled = graph.add(MaxPool::new(Sliding::square(3, 2, 1)), &[stem]).unwrap();
    let projected = layer(&mut graph, 20, (17, 5), Sliding::square(1, 2, 0), pooled);
    let hidden = layer(&mut graph, 30, (17, 5), Sliding::square(3, 2, 1), pooled);
    let hidden = graph.add(Relu, &[hidden]).unwrap();
    let contribution = layer(&mut graph, 40, (17, 17), Sliding::square(3, 1, 1), hidden);
    let sum = graph.add(Add, &[contribution, projected]).unwrap();
    let output = graph.add(Relu, &[sum]).unwrap();
    let average = graph.add(GlobalAveragePool, &[output]).unwrap();
    let scores = Linear::new(&pseudo_random(50, 17 * 4), &pseudo_random(51, 4), 17).unwrap();
    let scores = graph.add(scores, &[average]).unwrap();
    Small { graph, image, sites: vec![stem, contribution, sum, output, scores] }
}

fn executed(plan: Plan, image: NodeId, pixels: &[f32], isa: Isa) -> Workspace {
    let mut workspace = Workspace::new(Arc::new(plan), isa);
    workspace.set_input(image, pixels);
    workspace.forward();
    workspace
}

/// The gradient by the image of one channel at `wanted`, as a whole image with zeros where the plan computes none.
fn gradient(small: &Small, wanted: Wanted, at: Region, channel: usize, pixels: &[f32]) -> Vec<f32> {
    let plan = Plan::with_gradients(&small.graph, wanted, &[small.image]).unwrap();
    let mut workspace = executed(plan, small.image, pixels, Isa::best());
    workspace.seed().pixel_mut(at.top, at.left)[channel] = 1.0;
    // The buffers of a first backward pass must not show in the second.
    workspace.backward();
    workspace.backward();
    workspace.gradient_map(small.image)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_cone_gives_the_bits_of_the_whole((height, width) in (33_usize..70, 33_usize..70), folded: bool, seed: u64) {
        let small = small_network(height, width, folded);
        let pixels = pseudo_random(seed, height * width * 3);
        for &site in &small.sites {
            let whole = executed(Plan::forward(&small.graph, &[Wanted::whole(&small.graph, site)]).unwrap(), small.image, &pixels, Isa::best());
            let center = small.graph.shape(site).center();
            let cone = executed(Plan::forward(&small.graph, &[Wanted::center(&small.graph, site)]).unwrap(), small.image, &pixels, Isa::best());
            testkit::assert_same_bits(cone.at(site, center), whole.at(site, center), "center activations");

            let channel = usize::try_from(seed % 4).unwrap();
            let of_cone = gradient(&small, Wanted::center(&small.graph, site), center, channel, &pixels);
            let of_whole = gradient(&small, Wanted::whole(&small.graph, site), center, channel, &pixels);
            testkit::assert_same_bits(&of_cone, &of_whole, "gradients");
        }
    }

    #[test]
    fn wanting_values_in_between_changes_no_bit(seed: u64, folded: bool) {
        // Unfused where they are wanted, fused where not.
        let small = small_network(40, 37, folded);
        let pixels = pseudo_random(seed, 40 * 37 * 3);
        let all: Vec<Wanted> = small.sites.iter().map(|&s| Wanted::whole(&small.graph, s)).collect();
        let together = executed(Plan::forward(&small.graph, &all).unwrap(), small.image, &pixels, Isa::best());
        for want in all {
            let alone = executed(Plan::forward(&small.graph, &[want]).unwrap(), small.image, &pixels, Isa::best());
            for y in want.region.top..want.region.bottom() {
                for x in want.region.left..want.region.right() {
                    let at = Region::position(y, x);
                    testkit::assert_same_bits(alone.at(want.node, at), together.at(want.node, at), "a site");
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits(seed: u64) {
        let small = small_network(41, 35, false);
        let pixels = pseudo_random(seed, 41 * 35 * 3);
        let run = |isa| {
            let site = small.sites[3];
            let wanted = Wanted::center(&small.graph, site);
            let plan = Plan::with_gradients(&small.graph, wanted, &[small.image]).unwrap();
            let mut workspace = executed(plan, small.image, &pixels, isa);
            workspace.seed().data_mut().fill(1.0);
            workspace.backward();
            let value = workspace.at(site, wanted.region).to_vec();
            (value, workspace.gradient(small.image).data().to_vec())
        };
        let best = run(Isa::best());
        for isa in Isa::supported() {
            let other = run(isa);
            testkit::assert_same_bits(&other.0, &best.0, isa.name());
            testkit::assert_same_bits(&other.1, &best.1, isa.name());
        }
    }
}

#[test]
fn several_threads_give_the_same_bits() {
    let small = small_network(61, 53, false);
    let pixels = pseudo_random(4, 61 * 53 * 3);
    let site = small.sites[3];
    let plan = || Plan::forward(&small.graph, &[Wanted::whole(&small.graph, site)]).unwrap();
    let one = executed(plan(), small.image, &pixels, Isa::best());
    for threads in [2, 3, 64] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut workspace = Workspace::new(Arc::new(plan()), Isa::best());
        workspace.set_input(small.image, &pixels);
        workspace.forward_on(&pool);
        testkit::assert_same_bits(workspace.value(site).data(), one.value(site).data(), &format!("{threads} threads"));
    }
}

#[test]
fn a_workspace_that_takes_up_one_plan_after_another_gives_the_bits_of_one_of_its_own() {
    let (small, other) = (small_network(61, 53, false), small_network(70, 66, true));
    let pixels = pseudo_random(4, 61 * 53 * 3);
    let center = |small: &Small, site: usize| {
        let wanted = Wanted::center(&small.graph, small.sites[site]);
        Arc::new(Plan::with_gradients(&small.graph, wanted, &[small.image]).unwrap())
    };
    let run = |workspace: &mut Workspace, site: usize| {
        workspace.set_input(small.image, &pixels);
        workspace.seed().data_mut().fill(1.0);
        workspace.forward();
        workspace.backward();
        let value = workspace.value(small.sites[site]).data().to_vec();
        (value, workspace.gradient(small.image).data().to_vec())
    };
    // Wider regions of another network first: their values stay behind where the next plan has padding.
    let mut shared = Workspace::new(center(&other, 4), Isa::best());
    shared.set_input(other.image, &vec![f32::NAN; 70 * 66 * 3]);
    shared.forward();
    shared.backward();
    for site in [0, 4, 1, 3] {
        let plan = center(&small, site);
        shared.switch_to(&plan);
        let (value, gradient) = run(&mut shared, site);
        let alone = run(&mut Workspace::new(plan, Isa::best()), site);
        testkit::assert_same_bits(&value, &alone.0, "values");
        testkit::assert_same_bits(&gradient, &alone.1, "gradients");
    }
}

#[test]
fn a_plan_computes_no_more_than_its_cone() {
    let small = small_network(224, 224, true);
    let site = small.sites[2];
    let plan = Plan::with_gradients(&small.graph, Wanted::center(&small.graph, site), &[small.image]).unwrap();
    // 3x3 at stride 1 and 3x3 at stride 2 need 7x7 of the pooled map, 15x15 of the stem, 35x35 of the image.
    let region = plan.region(small.image);
    assert_eq!((region.height, region.width), (35, 35));
    assert_eq!(region, small.graph.receptive_field(site, small.graph.shape(site).center(), small.image));
}

#[test]
fn a_region_outside_the_map_is_an_error() {
    let small = small_network(40, 40, true);
    let wanted = Wanted { node: small.sites[0], region: Region::position(20, 0) };
    let message = Plan::forward(&small.graph, &[wanted]).unwrap_err().to_string();
    assert!(message.contains("20 x 20 x 5"), "{message}");
}
