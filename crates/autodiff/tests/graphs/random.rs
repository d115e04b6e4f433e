//! Random small graphs of every operation: shapes, strides, padding, shared values, several consumers, draws.

use autodiff::ops::{
    Add, Algorithm, Alignment, BatchNorm, Convolution, Draw, GlobalAveragePool, Input, Jitter, Linear, MaxPool,
    Normalise, Operation, PadChannels, ReflectPad, Relu, Resize, Rotate, SpectralImage, Translate,
};
use autodiff::{Channels, Graph, NodeId, Region, Shape, Sliding};
use std::sync::Arc;

/// How many graphs each claim is tried on.
pub(crate) const GRAPHS: u64 = 300;

/// Choices that follow from a seed alone (Steele, Lea & Flood 2014, SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
    }

    /// True once in `limit` times.
    pub(crate) fn once_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A region inside a map, not empty.
    pub(crate) fn region(&mut self, shape: Shape) -> Region {
        let mut along = |size: usize| {
            let start = self.below(size);
            (start.cast_signed(), 1 + self.below(size - start))
        };
        let ((top, height), (left, width)) = (along(shape.height), along(shape.width));
        Region { top, left, height, width }
    }

    fn values(&mut self, values: Values, len: usize) -> Vec<f32> {
        match values {
            Values::Real => testkit::pseudo_random(self.below(1 << 40) as u64, len),
            // Mostly zero, so that sums over deep graphs stay exact.
            Values::Whole => (0..len).map(|_| self.of(&[0.0, 0.0, 0.0, 1.0, -1.0])).collect(),
        }
    }
}

/// Which numbers a graph is made of.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Values {
    /// Any in [-1, 1).
    Real,
    /// Small whole ones, and operations that give whole ones: sums are exact in any order.
    Whole,
}

/// An operation, the earlier nodes that it reads, and what it draws.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) operation: Arc<dyn Operation>,
    pub(crate) inputs: Vec<usize>,
    pub(crate) draw: Draw,
    /// Whether it is a convolution with a bias of its own, to which no batch norm is fused.
    pub(crate) biased: bool,
    /// Whether it is a convolution of several groups.
    pub(crate) grouped: bool,
}

impl Node {
    pub(crate) fn is<T: 'static>(&self) -> bool {
        self.operation.as_any().is::<T>()
    }
}

/// A random graph, as a list; the last node depends on all others.
pub(crate) struct RandomGraph {
    pub(crate) nodes: Vec<Node>,
    /// The same nodes as a graph.
    pub(crate) graph: Graph,
    pub(crate) ids: Vec<NodeId>,
    /// By node, what an input is set to; empty for the others.
    pub(crate) given: Vec<Vec<f32>>,
}

impl RandomGraph {
    pub(crate) fn new(seed: u64, values: Values, algorithm: Algorithm) -> RandomGraph {
        let mut dice = Dice(seed);
        let mut drawn = Drawn::default();
        drawn.inputs(&mut dice, values);
        let operations = 6 + dice.below(16);
        while drawn.nodes.len() < operations + 2 {
            drawn.operation(&mut dice, values, algorithm);
        }
        drawn.add_what_nobody_reads();
        let nodes = cone_of_the_largest(drawn.nodes);
        let (graph, ids) = in_a_graph(&nodes);
        let given = nodes.iter().zip(&ids).map(|(node, &id)| {
            let len = if node.is::<Input>() { graph.shape(id).len() } else { 0 };
            dice.values(values, len)
        });
        let given = given.collect();
        RandomGraph { nodes, graph, ids, given }
    }

    pub(crate) fn last(&self) -> usize {
        self.nodes.len() - 1
    }

    /// The operations, what they read and their shapes, for messages.
    pub(crate) fn describe(&self) -> String {
        let line = |(at, node): (usize, &Node)| {
            let (name, inputs) = (node.operation.name(), &node.inputs);
            format!("  {at}: {name} {inputs:?} {} {:?}\n", self.shape(at), node.draw)
        };
        self.nodes.iter().enumerate().map(line).collect()
    }

    pub(crate) fn shape(&self, node: usize) -> Shape {
        self.graph.shape(self.ids[node])
    }

    /// The nodes that are inputs.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(|&at| self.nodes[at].is::<Input>())
    }
}

/// Adds nodes to a graph.
pub(crate) fn in_a_graph(nodes: &[Node]) -> (Graph, Vec<NodeId>) {
    let (mut graph, mut ids) = (Graph::new(), Vec::<NodeId>::new());
    for node in nodes {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|&i| ids[i]).collect();
        let shared = Arc::clone(&node.operation);
        ids.push(graph.add_shared(shared, &inputs).unwrap());
    }
    (graph, ids)
}

/// Only what the node that depends on most depends on, in the same order: that node is the last.
fn cone_of_the_largest(nodes: Vec<Node>) -> Vec<Node> {
    let cone = |last: usize| {
        let mut needed = vec![false; nodes.len()];
        needed[last] = true;
        for at in (0..=last).rev() {
            if needed[at] {
                nodes[at].inputs.iter().for_each(|&i| needed[i] = true);
            }
        }
        needed
    };
    let size = |needed: &Vec<bool>| needed.iter().filter(|&&n| n).count();
    let needed = (0..nodes.len()).map(cone).max_by_key(size).unwrap_or_default();
    let place: Vec<usize> = (0..nodes.len()).map(|at| needed[..at].iter().filter(|&&n| n).count()).collect();
    let kept = nodes.into_iter().zip(&needed).filter(|(_, needed)| **needed);
    kept.map(|(node, _)| Node { inputs: node.inputs.iter().map(|&i| place[i]).collect(), ..node }).collect()
}

#[derive(Default)]
struct Drawn {
    nodes: Vec<Node>,
    shapes: Vec<Shape>,
}

impl Drawn {
    /// Adds a node if its operation takes these inputs.
    fn push(&mut self, operation: Arc<dyn Operation>, inputs: Vec<usize>) -> Option<&mut Node> {
        let shapes: Vec<Shape> = inputs.iter().map(|&i| self.shapes[i]).collect();
        let shape = operation.output_shape(&shapes).ok()?;
        if shape.is_empty() || shape.len() > 12_000 {
            return None;
        }
        self.shapes.push(shape);
        self.nodes.push(Node { operation, inputs, draw: Draw::None, biased: false, grouped: false });
        self.nodes.last_mut()
    }

    fn inputs(&mut self, dice: &mut Dice, values: Values) {
        if values == Values::Real && dice.once_in(4) {
            let (height, width) = (5 + dice.below(9), 5 + dice.below(9));
            let shape = Shape::new(3 * height, width / 2 + 1, 2);
            self.push(Arc::new(Input { shape }), vec![]);
            self.push(Arc::new(SpectralImage::new(height, width)), vec![0]);
            if dice.once_in(2) {
                return;
            }
        }
        let (height, width) = (4 + dice.below(14), 4 + dice.below(14));
        let channels = dice.of(&[1, 3, 3, 5, 16, 16, 17]);
        for _ in 0..1 + dice.below(2) {
            let channels = if dice.once_in(3) { 3 } else { channels };
            let shape = Shape::new(height, width, channels);
            self.push(Arc::new(Input { shape }), vec![]);
        }
    }

    /// Adds a random operation on random earlier values, more often on the last one.
    fn operation(&mut self, dice: &mut Dice, values: Values, algorithm: Algorithm) {
        let last = self.nodes.len() - 1;
        let from = if dice.once_in(4) { dice.below(last + 1) } else { last };
        // An image of a spectrum is never wanted beyond its edges: what reads padding is behind something else.
        let bare = self.nodes[from].is::<SpectralImage>();
        let of_spectrum = self.nodes[from].is::<Input>() && self.shapes[from].channels == 2;
        if of_spectrum {
            return;
        }
        match dice.below(if values == Values::Real { 22 } else { 18 }) {
            0..5 if !bare => self.convolution(dice, values, algorithm, from),
            5 | 6 => {
                let channels = self.shapes[from].channels;
                let [scale, shift] = [0, 1].map(|_| dice.values(values, channels));
                self.push(Arc::new(BatchNorm::new(scale, shift).unwrap()), vec![from]);
            }
            7 | 8 => {
                self.push(Arc::new(Relu), vec![from]);
            }
            9..13 => {
                let same = (0..=last).filter(|&i| i != from && self.shapes[i] == self.shapes[from]);
                let same: Vec<usize> = same.collect();
                if !same.is_empty() {
                    let other = dice.of(&same);
                    let inputs = if dice.once_in(2) { vec![from, other] } else { vec![other, from] };
                    self.push(Arc::new(Add), inputs);
                }
            }
            13 | 14 if !bare => {
                let kernel = (1 + dice.below(3), 1 + dice.below(3));
                let sliding = Sliding {
                    kernel,
                    stride: (1 + dice.below(2), 1 + dice.below(2)),
                    padding: (dice.below(kernel.0), dice.below(kernel.1)),
                };
                self.push(Arc::new(MaxPool::new(sliding)), vec![from]);
            }
            15 => {
                self.push(Arc::new(ReflectPad::new(1 + dice.below(3))), vec![from]);
            }
            16 => {
                let limit = 1 + dice.below(4);
                let draw = Draw::Shift(dice.below(limit), dice.below(limit));
                if let Some(node) = self.push(Arc::new(Jitter::below(limit)), vec![from]) {
                    node.draw = draw;
                }
            }
            17 if dice.once_in(3) => {
                let (before, after) = (dice.below(4), dice.below(4));
                let channels = before + self.shapes[from].channels + after;
                self.push(Arc::new(PadChannels::new(1 + dice.below(2), before, channels)), vec![from]);
            }
            17 => self.translation(dice, from),
            18 if dice.once_in(3) => self.average(dice, values, from),
            19 => {
                let to = (2 + dice.below(18), 2 + dice.below(18));
                let alignment = dice.of(&[Alignment::Corners, Alignment::HalfPixel]);
                self.push(Arc::new(Resize::new(to, alignment)), vec![from]);
            }
            20 => {
                self.push(Arc::new(Normalise::imagenet()), vec![from]);
            }
            21 => {
                let degrees = i32::try_from(dice.below(11)).unwrap() - 5;
                if let Some(node) = self.push(Arc::new(Rotate::within(5)), vec![from]) {
                    node.draw = Draw::Degrees(degrees);
                }
            }
            _ => {}
        }
    }

    fn convolution(&mut self, dice: &mut Dice, values: Values, algorithm: Algorithm, from: usize) {
        let (inputs, outputs) = (self.shapes[from].channels, dice.of(&[1, 3, 5, 16, 17, 32, 48]));
        let kernel = dice.of(&[(3, 3), (3, 3), (3, 3), (1, 1), (2, 3), (3, 1), (5, 5)]);
        let sliding = if dice.once_in(2) {
            Sliding::square(3, 1, 1)
        } else {
            Sliding {
                kernel,
                stride: (1 + dice.below(2), 1 + dice.below(3)),
                padding: (dice.below(kernel.0), dice.below(kernel.1)),
            }
        };
        let groups = dice.of(&[1, 1, 2, 3, 4, 16]);
        let divides = inputs % groups == 0 && outputs % groups == 0;
        let channels = Channels { inputs, outputs, groups: if divides { groups } else { 1 } };
        let len = outputs * channels.seen() * sliding.kernel.0 * sliding.kernel.1;
        let weights = dice.values(values, len);
        let biased = dice.once_in(2);
        let bias = biased.then(|| dice.values(values, outputs));
        let convolution = Convolution::grouped(weights, channels, sliding, bias).unwrap();
        let convolution = convolution.computed(algorithm);
        if let Some(node) = self.push(Arc::new(convolution), vec![from]) {
            node.biased = biased;
            node.grouped = channels.groups > 1;
        }
    }

    /// Adds up what nobody reads yet, so that the last node depends on more of it.
    fn add_what_nobody_reads(&mut self) {
        let unread = |nodes: &[Node], at: usize| nodes.iter().all(|n| !n.inputs.contains(&at));
        loop {
            let ends: Vec<usize> = (0..self.nodes.len()).filter(|&at| unread(&self.nodes, at)).collect();
            let mut pairs = ends.iter().flat_map(|&a| ends.iter().map(move |&b| (a, b)));
            let pair = pairs.rfind(|(a, b)| a < b && self.shapes[*a] == self.shapes[*b]);
            match pair {
                Some((a, b)) => self.push(Arc::new(Add), vec![b, a]),
                None => return,
            };
        }
    }

    fn translation(&mut self, dice: &mut Dice, from: usize) {
        let Shape { height, width, .. } = self.shapes[from];
        let operation = if dice.once_in(2) {
            Translate::zero_pad((height, width), (dice.below(4), dice.below(4)))
        } else {
            let to = (height - dice.below(height.min(5)), width - dice.below(width.min(5)));
            Translate::center_crop((height, width), to)
        };
        self.push(Arc::new(operation), vec![from]);
    }

    /// A mean over the map, often with a layer behind it.
    fn average(&mut self, dice: &mut Dice, values: Values, from: usize) {
        let Shape { height, width, channels } = self.shapes[from];
        let mut from = from;
        if (height, width) != (1, 1) {
            if !dice.once_in(2) {
                return;
            }
            self.push(Arc::new(GlobalAveragePool), vec![from]);
            from = self.nodes.len() - 1;
        }
        let outputs = dice.of(&[1, 3, 7, 16]);
        let weights = dice.values(values, outputs * channels);
        let linear = Linear::new(&weights, &dice.values(values, outputs), channels).unwrap();
        self.push(Arc::new(linear), vec![from]);
    }
}
