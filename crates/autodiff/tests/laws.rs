//! Operations of a graph under the laws of their kernels: values, gradients, regions, threads and instruction sets.

use autodiff::ops::{self, Alignment, Draw, Input, Operation, ReflectPad, Rotate, Translate};
use autodiff::{Channels, Graph, Isa, NodeId, Plan, Shape, Sliding, ThreadPoolBuilder, Wanted, Workspace};
use laws::operations::{
    AveragePool, BATCH_NORM_EPSILON, BatchNorm, Convolution, FullyConnected, MaxPool, MaxPoolGradient, PadReflect,
    PadZeros, Relu, ReluGradient, Resize, Rotation, Window,
};
use laws::{Adjoint, Claims, Kernel, Linear, Problem, Products, Subject, Sums};
use std::sync::Arc;

/// An operation on one image, what is drawn for it, and the image's shape.
type Node = (Box<dyn Operation>, Draw, Shape);

/// A graph of that operation alone.
struct Alone {
    graph: Graph,
    image: NodeId,
    node: NodeId,
    draw: Draw,
    shape: Shape,
}

impl Alone {
    fn new((operation, draw, shape): Node) -> Alone {
        let mut graph = Graph::new();
        let image = graph.add(Input { shape }, &[]).unwrap();
        let node = graph.add_shared(operation.into(), &[image]).unwrap();
        Alone { graph, image, node, draw, shape }
    }

    /// Executes a plan for each image; `each` gets the number of the image and what was computed.
    fn run(&self, isa: Isa, threads: usize, plan: Plan, x: &[f32], mut each: impl FnMut(usize, &mut Workspace)) {
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for (i, x) in x.chunks_exact(self.shape.len()).enumerate() {
            if !workspace.plan().region(self.image).is_empty() {
                workspace.set_input(self.image, x);
            }
            workspace.set_draw(self.node, self.draw);
            if threads > 1 {
                workspace.forward_on(&pool)
            } else {
                workspace.forward()
            }
            each(i, &mut workspace);
        }
    }

    fn forward(&self, isa: Isa, threads: usize, wanted: Wanted, x: &[f32], y: &mut [f32]) {
        if x.is_empty() {
            return;
        }
        let (plan, length) = (Plan::forward(&self.graph, &[wanted]).unwrap(), y.len() * self.shape.len() / x.len());
        self.run(isa, threads, plan, x, |i, workspace| {
            y[i * length..][..length]
                .copy_from_slice(workspace.value(self.node).part(wanted.region).to_vec().as_slice());
        });
    }

    fn backward(&self, isa: Isa, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        if x.is_empty() {
            return;
        }
        let plan = Plan::with_gradients(&self.graph, Wanted::whole(&self.graph, self.node), &[self.image]).unwrap();
        let length = dy.len() * self.shape.len() / x.len();
        self.run(isa, 1, plan, x, |i, workspace| {
            workspace.seed().data_mut().copy_from_slice(&dy[i * length..][..length]);
            workspace.backward();
            let gradient = workspace.gradient_map(self.image);
            dx[i * self.shape.len()..][..self.shape.len()].copy_from_slice(&gradient);
        });
    }
}

/// An operation as a subject: on the best instruction set, with the others and three threads as variants.
fn forward<P: Problem<f32> + 'static>(claims: Claims, x: fn(&P) -> &[f32], node: fn(&P) -> Node) -> Kernel<P, f32> {
    let run = move |isa, threads| {
        move |p: &P, y: &mut [f32]| {
            let alone = Alone::new(node(p));
            alone.forward(isa, threads, Wanted::whole(&alone.graph, alone.node), x(p), y);
        }
    };
    let part = move |p: &P, part: laws::Region, y: &mut [f32]| {
        let alone = Alone::new(node(p));
        let (top, left) = (part.top.cast_signed(), part.left.cast_signed());
        let region = autodiff::Region::whole(part.height, part.width).shifted(top, left);
        alone.forward(Isa::best(), 1, Wanted { node: alone.node, region }, x(p), y);
    };
    let kernel = Kernel::new(claims, run(Isa::best(), 1)).variant("three threads", run(Isa::best(), 3)).part(part);
    Isa::supported().into_iter().fold(kernel, |kernel, isa| kernel.variant(isa.name(), run(isa, 1)))
}

/// An operation and its gradient as subjects.
fn both<P: Linear<f32> + 'static>(claims: Claims, node: fn(&P) -> Node) -> [Box<dyn Subject>; 2] {
    let back = move |isa, p: &P, dy: &[f32], dx: &mut [f32]| Alone::new(node(p)).backward(isa, p.input(), dy, dx);
    let (sums, products) = (Sums::Any, Products::Either);
    let gradient = Claims { not_finite: false, sums, products, ..claims.clone() };
    let gradient = Kernel::new(gradient, move |p: &Adjoint<P, f32>, dx: &mut [f32]| {
        back(Isa::best(), &p.of, &p.gradient, dx);
    });
    let gradient = Isa::supported().into_iter().fold(gradient, |kernel, isa| {
        kernel.variant(isa.name(), move |p: &Adjoint<P, f32>, dx: &mut [f32]| back(isa, &p.of, &p.gradient, dx))
    });
    let forward = forward(claims, P::input, node);
    [Box::new(forward.adjoint(move |p, dy, dx| back(Isa::best(), p, dy, dx))), Box::new(gradient)]
}

fn shape(size: [usize; 2], channels: usize) -> Shape {
    Shape::new(size[0], size[1], channels)
}

fn node(operation: impl Operation + 'static, shape: Shape) -> Node {
    (Box::new(operation), Draw::None, shape)
}

fn convolution(p: &Convolution<f32>) -> ops::Convolution {
    let laws::operations::Shape { inputs, outputs, groups, kernel, stride, padding, .. } = p.shape;
    let sliding = Sliding { kernel: kernel.into(), stride: stride.into(), padding: padding.into() };
    ops::Convolution::grouped(p.weights.to_vec(), Channels { inputs, outputs, groups }, sliding, None).unwrap()
}

fn max_pool(window: &Window, x: &[f32]) -> Node {
    let Window { size, channels, kernel, stride, padding } = *window;
    assert_eq!(x.len(), shape(size, channels).len());
    let sliding = Sliding { kernel: kernel.into(), stride: stride.into(), padding: padding.into() };
    node(ops::MaxPool::new(sliding), shape(size, channels))
}

fn linear_operations() -> Vec<Box<dyn Subject>> {
    let claims = Claims { same_bits: true, tiles: vec![14, 16, 32], ..Claims::plain() };
    let chain = Claims { sums: Sums::Ascending, products: Products::Fused, groups: true, ..claims.clone() };
    // A pixel of weight zero is multiplied like any other, and the twin does not read it.
    let blends = Claims { not_finite: false, ..claims.clone() };
    let subjects = [
        both(chain.clone(), |p: &Convolution<f32>| node(convolution(p), shape(p.shape.size, p.shape.inputs))),
        both(chain, |p: &FullyConnected<f32>| {
            let layer = ops::Linear::new(&p.weights, &p.bias, p.x.len()).unwrap();
            node(layer, Shape::new(1, 1, p.x.len()))
        }),
        both(claims.clone(), |p: &AveragePool<f32>| node(ops::GlobalAveragePool, shape(p.size, p.channels))),
        both(claims.clone(), |p: &PadReflect<f32>| node(ReflectPad::new(p.margin), shape(p.size, p.channels))),
        both(claims, |p: &PadZeros<f32>| {
            node(Translate::zero_pad(p.size.into(), (p.margin, p.margin)), shape(p.size, p.channels))
        }),
        both(blends.clone(), |p: &Resize<f32>| {
            let alignment = if p.corners { Alignment::Corners } else { Alignment::HalfPixel };
            node(ops::Resize::new(p.to.into(), alignment), shape(p.from, p.channels))
        }),
        both(blends, |p: &Rotation<f32>| {
            (Box::new(Rotate::within(p.degrees.unsigned_abs())), Draw::Degrees(p.degrees), shape(p.size, 3))
        }),
    ];
    subjects.into_iter().flatten().collect()
}

fn other_operations() -> Vec<Box<dyn Subject>> {
    let claims = Claims { same_bits: true, tiles: vec![16], ..Claims::plain() };
    let relu = |n| node(ops::Relu, Shape::new(1, 1, n));
    let relu_gradient = Kernel::new(claims.clone(), move |p: &ReluGradient<f32>, dx: &mut [f32]| {
        Alone::new(relu(p.x.len())).backward(Isa::best(), &p.x, &p.dy, dx);
    });
    let pool_gradient = Kernel::new(claims.clone(), |p: &MaxPoolGradient<f32>, dx: &mut [f32]| {
        Alone::new(max_pool(&p.window, &p.x)).backward(Isa::best(), &p.x, &p.dy, dx);
    });
    let pooling = forward(claims.clone(), |p: &MaxPool<f32>| &p.x, |p| max_pool(&p.window, &p.x));
    let norm = forward(
        claims.clone(),
        |p: &BatchNorm<f32>| &p.x,
        |p| {
            let [gamma, beta, mean, variance] = [&p.gamma[..], &p.beta, &p.mean, &p.variance];
            let statistics = ops::BatchNormStatistics { gamma, beta, mean, variance, epsilon: BATCH_NORM_EPSILON };
            let norm = ops::BatchNorm::from_statistics(&statistics).unwrap();
            node(norm, Shape::new(1, p.x.len() / gamma.len(), gamma.len()))
        },
    );
    let relu = Kernel::new(claims, move |p: &Relu<f32>, y: &mut [f32]| {
        let alone = Alone::new(relu(p.x.len()));
        alone.forward(Isa::best(), 1, Wanted::whole(&alone.graph, alone.node), &p.x, y);
    });
    vec![Box::new(norm), Box::new(relu), Box::new(relu_gradient), Box::new(pooling), Box::new(pool_gradient)]
}

fn keep_their_laws(subjects: Vec<Box<dyn Subject>>) {
    for subject in subjects {
        laws::test_with(&*subject, laws::Plan { cases: 24, seed: 0 }).unwrap();
    }
}

#[test]
fn linear_operations_and_their_gradients_keep_their_laws() {
    keep_their_laws(linear_operations());
}

#[test]
fn the_other_operations_keep_their_laws() {
    keep_their_laws(other_operations());
}
