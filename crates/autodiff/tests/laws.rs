//! Operations of a graph under the laws of their kernels: values, gradients, regions, threads and instruction sets.

use autodiff::ops::{self, Alignment, Draw, Input, Operation, ReflectPad, Rotate, Translate};
use autodiff::{
    Channels, Graph, Isa, NodeId, Plan, PlanError, Region, Shape, Sliding, ThreadPoolBuilder, Wanted, Window, Workspace,
};
use kernels::WindowMut;
use kernels::elementwise::copy;
use laws::operations::{
    AveragePool, BATCH_NORM_EPSILON, BatchNorm, Convolution, FullyConnected, MaxPool, MaxPoolGradient, PadReflect,
    PadZeros, Relu, ReluGradient, Resize, Rotation, Translation, Winograd, WithEpilogue,
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
    /// Another input, whose values stand image after image.
    residual: Option<(NodeId, Vec<f32>)>,
}

impl Alone {
    fn new((operation, draw, shape): Node) -> Alone {
        let mut graph = Graph::new();
        let image = graph.add(Input { shape }, &[]).unwrap();
        let node = graph.add_shared(operation.into(), &[image]).unwrap();
        Alone { graph, image, node, draw, shape, residual: None }
    }

    /// A graph of a convolution and what follows it, all of which is fused into one step.
    fn finished(p: &WithEpilogue<Convolution<f32>, f32>) -> Alone {
        let mut graph = Graph::new();
        let shape = shape(p.of.shape.size, p.of.shape.inputs);
        let image = graph.add(Input { shape }, &[]).unwrap();
        let (scale, shift) = (p.scale.as_ref().map(|v| v.to_vec()), p.shift.as_ref().map(|v| v.to_vec()));
        let bias = if scale.is_none() { shift.clone() } else { None };
        let mut node = graph.add(convolution(&p.of, bias), &[image]).unwrap();
        if let (Some(scale), Some(shift)) = (scale, shift) {
            node = graph.add(ops::BatchNorm::new(scale, shift).unwrap(), &[node]).unwrap();
        }
        let mut residual = None;
        if let Some(values) = &p.residual {
            let other = graph.add(Input { shape: graph.shape(node) }, &[]).unwrap();
            node = graph.add(ops::Add, &[node, other]).unwrap();
            residual = Some((other, values.to_vec()));
        }
        if p.relu {
            node = graph.add(ops::Relu, &[node]).unwrap();
        }
        Alone { graph, image, node, draw: Draw::None, shape, residual }
    }

    fn whole(&self) -> Wanted {
        Wanted::whole(&self.graph, self.node)
    }

    fn wanted(&self, part: laws::Region) -> Wanted {
        let (top, left) = (part.top.cast_signed(), part.left.cast_signed());
        Wanted { node: self.node, region: Region::whole(part.height, part.width).shifted(top, left) }
    }

    /// Executes a plan for each image; `each` gets the number of the image and what was computed.
    fn run(&self, isa: Isa, threads: usize, plan: Plan, x: &[f32], mut each: impl FnMut(usize, &mut Workspace)) {
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for (i, x) in x.chunks_exact(self.shape.len()).enumerate() {
            if !workspace.plan().region(self.image).is_empty() {
                workspace.set_input(self.image, x);
            }
            if let Some((other, values)) = &self.residual {
                let length = self.graph.shape(self.node).len();
                workspace.set_input(*other, &values[i * length..][..length]);
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
        let (plan, map) = (Plan::forward(&self.graph, &[wanted]).unwrap(), self.graph.shape(self.node));
        self.run(isa, threads, plan, x, |i, workspace| {
            let mut y = WindowMut::new(&mut y[i * map.len()..][..map.len()], map.region(), map.channels);
            copy(wanted.region, workspace.value(self.node), &mut y);
        });
    }

    /// The gradient by the image of one that is given on a region.
    fn backward(&self, isa: Isa, x: &[f32], (dy, given): (&[f32], Wanted), dx: &mut [f32]) {
        let map = self.graph.shape(self.node);
        let plan = match Plan::with_gradients(&self.graph, given, &[self.image]) {
            Err(PlanError::Independent { .. }) => return dx.fill(0.0),
            plan => plan.unwrap(),
        };
        if x.is_empty() {
            return;
        }
        self.run(isa, 1, plan, x, |i, workspace| {
            let dy = Window::new(&dy[i * map.len()..][..map.len()], map.region(), map.channels);
            copy(given.region, dy, &mut workspace.seed());
            workspace.backward();
            dx[i * self.shape.len()..][..self.shape.len()].copy_from_slice(&workspace.gradient_map(self.image));
        });
    }
}

/// An operation as a subject: on the best instruction set, with the others and three threads as variants.
fn forward<P: Problem<f32> + 'static>(claims: Claims, x: fn(&P) -> &[f32], alone: impl Graphs<P>) -> Kernel<P, f32> {
    let run = move |isa, threads| {
        move |p: &P, y: &mut [f32]| {
            let alone = alone(p);
            alone.forward(isa, threads, alone.whole(), x(p), y);
        }
    };
    let part = move |p: &P, part: laws::Region, y: &mut [f32]| {
        let alone = alone(p);
        alone.forward(Isa::best(), 1, alone.wanted(part), x(p), y);
    };
    let kernel = Kernel::new(claims, run(Isa::best(), 1)).variant("three threads", run(Isa::best(), 3)).part(part);
    Isa::supported().into_iter().fold(kernel, |kernel, isa| kernel.variant(isa.name(), run(isa, 1)))
}

/// What makes the graph of a problem.
trait Graphs<P>: Fn(&P) -> Alone + Copy + 'static {}

impl<P, F: Fn(&P) -> Alone + Copy + 'static> Graphs<P> for F {}

/// An operation and its gradient as subjects.
fn both<P: Linear<f32> + 'static>(claims: Claims, node: fn(&P) -> Node) -> [Box<dyn Subject>; 2] {
    let back = move |isa, p: &P, (dy, part): (&[f32], Option<laws::Region>), dx: &mut [f32]| {
        let alone = Alone::new(node(p));
        alone.backward(isa, p.input(), (dy, part.map_or(alone.whole(), |part| alone.wanted(part))), dx);
    };
    let (sums, products) = (Sums::Any, Products::Either);
    let gradient = Claims { not_finite: false, sums, products, ..claims.clone() };
    let of = move |isa| move |p: &Adjoint<P, f32>, dx: &mut [f32]| back(isa, &p.of, (&p.gradient, None), dx);
    let gradient = Kernel::new(gradient, of(Isa::best()));
    let gradient = gradient.restricted(move |p: &Adjoint<P, f32>, part, dx| {
        back(Isa::best(), &p.of, (&p.gradient, Some(part)), dx);
    });
    let gradient = Isa::supported().into_iter().fold(gradient, |kernel, isa| kernel.variant(isa.name(), of(isa)));
    let forward = forward(claims, P::input, move |p| Alone::new(node(p)));
    [Box::new(forward.adjoint(move |p, dy, dx| back(Isa::best(), p, (dy, None), dx))), Box::new(gradient)]
}

fn shape(size: [usize; 2], channels: usize) -> Shape {
    Shape::new(size[0], size[1], channels)
}

fn node(operation: impl Operation + 'static, shape: Shape) -> Node {
    (Box::new(operation), Draw::None, shape)
}

fn convolution(p: &Convolution<f32>, bias: Option<Vec<f32>>) -> ops::Convolution {
    let laws::operations::Shape { inputs, outputs, groups, kernel, stride, padding, .. } = p.shape;
    let sliding = Sliding { kernel: kernel.into(), stride: stride.into(), padding: padding.into() };
    ops::Convolution::grouped(p.weights.to_vec(), Channels { inputs, outputs, groups }, sliding, bias).unwrap()
}

fn max_pool(window: &laws::operations::Window, x: &[f32]) -> Node {
    let laws::operations::Window { size, channels, kernel, stride, padding } = *window;
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
        both(chain.clone(), |p: &Convolution<f32>| node(convolution(p, None), shape(p.shape.size, p.shape.inputs))),
        both(chain, |p: &FullyConnected<f32>| {
            let layer = ops::Linear::new(&p.weights, &p.bias, p.x.len()).unwrap();
            node(layer, Shape::new(1, 1, p.x.len()))
        }),
        both(claims.clone(), |p: &BatchNorm<f32>| {
            let [gamma, beta, mean, variance] = [&p.gamma[..], &p.beta, &p.mean, &p.variance];
            let statistics = ops::BatchNormStatistics { gamma, beta, mean, variance, epsilon: BATCH_NORM_EPSILON };
            let norm = ops::BatchNorm::from_statistics(&statistics).unwrap();
            node(norm, Shape::new(1, p.x.len() / gamma.len(), gamma.len()))
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
        let alone = Alone::new(relu(p.x.len()));
        alone.backward(Isa::best(), &p.x, (&p.dy, alone.whole()), dx);
    });
    let back = |p: &MaxPoolGradient<f32>, part: Option<laws::Region>, dx: &mut [f32]| {
        let alone = Alone::new(max_pool(&p.window, &p.x));
        let given = part.map_or(alone.whole(), |part| alone.wanted(part));
        alone.backward(Isa::best(), &p.x, (&p.dy, given), dx);
    };
    let pool_gradient = Kernel::new(claims.clone(), move |p: &MaxPoolGradient<f32>, dx: &mut [f32]| back(p, None, dx))
        .restricted(move |p: &MaxPoolGradient<f32>, part, dx| back(p, Some(part), dx));
    let pooling = forward(claims.clone(), |p: &MaxPool<f32>| &p.x, |p| Alone::new(max_pool(&p.window, &p.x)));
    let chain = Claims { sums: Sums::Ascending, products: Products::Fused, groups: true, ..claims.clone() };
    let finished = forward(chain, |p: &WithEpilogue<Convolution<f32>, f32>| &p.of.x, Alone::finished);
    let tiled = forward(
        claims.clone(),
        |p: &Winograd<f32>| &p.of.x,
        |p| {
            let tiled = convolution(&p.of, None).computed(ops::Algorithm::Winograd);
            assert_eq!(tiled.tile().map(|tile| tile.size()), Some(p.tile));
            Alone::new(node(tiled, shape(p.of.shape.size, p.of.shape.inputs)))
        },
    );
    let tiled = tiled.only(|p| p.tile == 4);
    let jitter = forward(
        claims.clone(),
        |p: &Translation<f32>| &p.x,
        |p| {
            let [down, right] = p.shift.map(isize::unsigned_abs);
            let jitter: Box<dyn Operation> = Box::new(ops::Jitter::below(down.max(right) + 1));
            Alone::new((jitter, Draw::Shift(down, right), shape(p.size, p.channels)))
        },
    );
    let jitter = jitter.only(|p| p.to == p.size && p.shift.iter().all(|&by| by >= 0));
    let relu = Kernel::new(claims, move |p: &Relu<f32>, y: &mut [f32]| {
        let alone = Alone::new(relu(p.x.len()));
        alone.forward(Isa::best(), 1, alone.whole(), &p.x, y);
    });
    vec![
        Box::new(finished),
        Box::new(tiled),
        Box::new(jitter),
        Box::new(relu),
        Box::new(relu_gradient),
        Box::new(pooling),
        Box::new(pool_gradient),
    ]
}

fn keep_their_laws(subjects: Vec<Box<dyn Subject>>) {
    for subject in subjects {
        laws::test_with(&*subject, laws::Plan { cases: 64, seed: 0 }).unwrap();
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
