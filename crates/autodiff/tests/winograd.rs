//! Plans that compute convolutions by Winograd's algorithm, of more channels and threads than the random graphs have
//! (`graphs`).

use autodiff::ops::{Add, Algorithm, Convolution, Input, Relu};
use autodiff::{Graph, Isa, NodeId, Plan, Shape, Sliding, ThreadPoolBuilder, Wanted, Workspace};
use std::sync::Arc;
use testkit::{assert_same_bits, pseudo_random};

struct Block {
    graph: Graph,
    image: NodeId,
    output: NodeId,
}

/// A block of two 3 x 3 convolutions whose input is added to their output, behind another convolution.
fn block(height: usize, width: usize, channels: usize, algorithm: Algorithm) -> Block {
    let mut graph = Graph::new();
    let shape = Shape::new(height, width, 3);
    let image = graph.add(Input { shape }, &[]).unwrap();
    let layer = |graph: &mut Graph, seed, inputs: usize, from| {
        let weights = pseudo_random(seed, channels * inputs * 9);
        let (size, bias) = ((channels, inputs), pseudo_random(seed + 1, channels));
        let convolution = Convolution::new(weights, size, Sliding::square(3, 1, 1), Some(bias));
        graph.add(convolution.unwrap().computed(algorithm), &[from]).unwrap()
    };
    let stem = layer(&mut graph, 1, 3, image);
    let stem = graph.add(Relu, &[stem]).unwrap();
    let hidden = layer(&mut graph, 3, channels, stem);
    let hidden = graph.add(Relu, &[hidden]).unwrap();
    let added = layer(&mut graph, 5, channels, hidden);
    let sum = graph.add(Add, &[added, stem]).unwrap();
    let output = graph.add(Relu, &[sum]).unwrap();
    Block { graph, image, output }
}

impl Block {
    fn workspace(&self, wanted: Wanted, isa: Isa) -> Workspace {
        let plan = Plan::forward(&self.graph, &[wanted]).unwrap();
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        let pixels = pseudo_random(9, self.graph.shape(self.image).len());
        workspace.set_input(self.image, &pixels);
        workspace
    }

    fn whole(&self, isa: Isa) -> Vec<f32> {
        let mut workspace = self.workspace(Wanted::whole(&self.graph, self.output), isa);
        workspace.forward();
        workspace.value(self.output).data().to_vec()
    }
}

#[test]
fn threads_and_instruction_sets_give_the_same_bits() {
    // With 160 channels the transformed weights are so many that threads share channels, with 32 rows; five threads
    // divide neither evenly. 56 rows are 56 tiles, as many as are transformed together.
    for (height, channels) in [(27, 32), (56, 32), (9, 160)] {
        let block = block(height, 14, channels, Algorithm::Winograd);
        let whole = Wanted::whole(&block.graph, block.output);
        let expected = block.whole(Isa::best());
        for isa in Isa::supported() {
            assert_same_bits(&block.whole(isa), &expected, isa.name());
        }
        for threads in [1, 2, 3, 5, 40] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let mut workspace = block.workspace(whole, Isa::best());
            // What the first pass leaves in the buffers must not show in the second.
            workspace.forward_on(pool.as_ref().unwrap());
            workspace.forward_on(pool.as_ref().unwrap());
            let found = workspace.value(block.output).data();
            assert_same_bits(found, &expected, &format!("{threads} threads"));
        }
    }
}

#[test]
fn plans_with_gradients_are_direct() {
    let [direct, winograd] = Algorithm::ALL.map(|a| {
        let block = block(20, 17, 32, a);
        let wanted = Wanted::center(&block.graph, block.output);
        let plan = Plan::with_gradients(&block.graph, wanted, &[block.image]).unwrap();
        let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
        workspace.set_input(block.image, &pseudo_random(9, 20 * 17 * 3));
        workspace.seed().data_mut().fill(1.0);
        workspace.forward();
        workspace.backward();
        let mut values = workspace.at(block.output, wanted.region).to_vec();
        let gradient = workspace.gradient(block.image);
        for y in 7..14 {
            for x in 5..12 {
                values.extend(gradient.pixel(y, x));
            }
        }
        values
    });
    assert_same_bits(&winograd, &direct, "values and gradients");
}
