//! One operation or a chain of them: forward and backward against the twin, and for linear ones `<A x, y> = <x, A' y>`.

use crate::comparison::{Comparison, Held, Pass, Step, Tally, Witness};
use crate::error::AuditError;
use autodiff::ops::{Draw, Input, Operation};
use autodiff::{Graph, GraphError, Isa, NodeId, Plan, Shape, Wanted, Window, Workspace};
use bounds::pseudo_random;
use reference::Map;
use std::sync::Arc;

/// Values by the twin and how far each may be off, both `[H, W, C]`.
pub(crate) type Exact = (Map, Map);

/// The values inside a map `[H, W, C]` of a window that may reach beyond it; zeros where nothing was read.
pub(crate) fn of_map(window: Window<'_>, shape: Shape) -> Vec<f32> {
    let mut values = vec![0.0; shape.len()];
    let inside = window.region().intersection(&shape.region());
    for y in inside.top..inside.bottom() {
        for x in inside.left..inside.right() {
            let to = (y.unsigned_abs() * shape.width + x.unsigned_abs()) * shape.channels;
            values[to..to + shape.channels].copy_from_slice(window.pixel(y, x));
        }
    }
    values
}

/// The last node of a chain, and what hands a workspace its draws.
pub(crate) struct Built {
    pub(crate) node: NodeId,
    pub(crate) draw: Box<dyn Fn(&mut Workspace)>,
}

impl Built {
    /// A chain in which nothing is drawn.
    pub(crate) fn fixed(node: NodeId) -> Built {
        Built { node, draw: Box::new(|_: &mut Workspace| ()) }
    }
}

/// What a chain is evaluated on.
pub(crate) struct Given<'a> {
    /// Height, width and channels.
    pub(crate) shape: (usize, usize, usize),
    /// The input, `[H, W, C]`.
    pub(crate) x: &'a [f32],
    /// Which pseudo-random numbers the gradient by the output is.
    pub(crate) seed: u64,
}

/// Adds operations behind an input.
pub(crate) type Chain<'a> = Box<dyn Fn(&mut Graph, NodeId) -> Result<Built, GraphError> + 'a>;

/// A single operation with its draw.
pub(crate) fn one(operation: impl Operation + 'static, draw: Draw) -> Chain<'static> {
    let operation: Arc<dyn Operation> = Arc::new(operation);
    Box::new(move |graph, input| {
        let node = graph.add_shared(Arc::clone(&operation), &[input])?;
        let draw = Box::new(move |workspace: &mut Workspace| workspace.set_draw(node, draw));
        Ok(Built { node, draw })
    })
}

/// What a chain makes of an input, and the gradient by the input where that by the output is `dy`.
pub(crate) struct Evaluated {
    pub(crate) y: Vec<f32>,
    pub(crate) dy: Vec<f32>,
    pub(crate) dx: Vec<f32>,
    /// The shape of the output.
    pub(crate) output: (usize, usize, usize),
}

/// Runs a chain forward and backward on an input `[H, W, C]`.
///
/// # Errors
/// If the chain refuses its input.
pub(crate) fn evaluate(chain: &Chain<'_>, given: &Given<'_>, isa: Isa) -> Result<Evaluated, AuditError> {
    let (height, width, channels) = given.shape;
    let mut graph = Graph::new();
    let shape = Shape::new(height, width, channels);
    let input = graph.add(Input { shape }, &[])?;
    let Built { node, draw } = chain(&mut graph, input)?;
    let plan = Plan::with_gradients(&graph, Wanted::whole(&graph, node), &[input])?;
    let mut workspace = Workspace::new(Arc::new(plan), isa);
    workspace.set_input(input, given.x);
    draw(&mut workspace);
    let output = graph.shape(node);
    let dy = pseudo_random(given.seed, output.len());
    workspace.seed().data_mut().copy_from_slice(&dy);
    workspace.forward();
    let y = workspace.value(node).data().to_vec();
    workspace.backward();
    Ok(Evaluated {
        y,
        dy,
        dx: of_map(workspace.gradient(input), shape),
        output: (output.height, output.width, output.channels),
    })
}

/// `<A x, y> = <x, A' y>` for one operator and one pair of vectors.
pub(crate) struct Adjoint<'a> {
    /// `A x`.
    pub(crate) forward: &'a [f32],
    /// What of it does not depend on x.
    pub(crate) constant: &'a [f64],
    pub(crate) y: &'a [f64],
    pub(crate) x: &'a [f64],
    /// `A' y`.
    pub(crate) backward: &'a [f32],
    /// How far each of `A x` may be off.
    pub(crate) forward_bound: &'a [f64],
    /// How far each of `A' y` may be off.
    pub(crate) backward_bound: &'a [f64],
}

impl Adjoint<'_> {
    /// The comparison. Either side is off by its own bound, weighted with the other vector; the sums themselves are double
    /// precision's.
    pub(crate) fn comparison(&self, what: &str) -> Comparison {
        let (found, constant) = (self.forward, self.constant);
        let linear = found.iter().zip(constant).map(|(a, c)| f64::from(*a) - c);
        let left: f64 = linear.zip(self.y).map(|(a, y)| a * y).sum();
        let pairs = self.backward.iter().zip(self.x);
        let right: f64 = pairs.map(|(a, x)| f64::from(*a) * x).sum();
        let weighted = |bound: &[f64], by: &[f64]| -> f64 { bound.iter().zip(by).map(|(b, v)| b * v.abs()).sum() };
        let bound = 1.001 * (weighted(self.forward_bound, self.y) + weighted(self.backward_bound, self.x));
        // Where values are only moved, the products are the same ones, added in another order.
        let terms = (found.len() + self.backward.len()) as f64;
        let products = found.iter().zip(self.y);
        let sums: f64 = products.map(|(a, y)| (f64::from(*a) * y).abs()).sum();
        let bound = bound + terms * 2_f64.powi(-52) * sums;
        let lengths = found.len() == self.y.len() && self.backward.len() == self.x.len();
        Step::Adjoints.against(Witness::Identity, (what.to_owned(), Pass::Adjoint)).held(
            if lengths { found.len() + self.backward.len() } else { 0 },
            Held { error: (left - right).abs(), bound },
            "both sides' bounds, weighted",
        )
    }
}

/// A chain of one input, its twin and the twin's gradient.
pub(crate) struct Subject<'a> {
    pub(crate) step: Step,
    pub(crate) what: String,
    pub(crate) chain: Chain<'a>,
    pub(crate) shape: (usize, usize, usize),
    pub(crate) input: Vec<f32>,
    /// Whether it is linear, up to a constant that its gradient does not see.
    pub(crate) linear: bool,
    pub(crate) twin: Twin<'a>,
}

/// The twin of a chain: values, and how far ours may be from them.
pub(crate) struct Twin<'a> {
    /// The output for an input.
    pub(crate) forward: &'a dyn Fn(&Map) -> Exact,
    /// The gradient by the input, for an input and the gradient by the output.
    pub(crate) backward: &'a dyn Fn(&Map, &Map) -> Exact,
    /// What the bounds are, in words.
    pub(crate) words: Words,
}

/// What a bound is, in words.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    pub(crate) forward: &'static str,
    pub(crate) backward: &'static str,
}

impl Subject<'_> {
    /// The comparisons of it.
    ///
    /// # Errors
    /// If the chain refuses its input.
    pub(crate) fn compare(&self, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        let Evaluated { y, dy, dx, output } =
            evaluate(&self.chain, &Given { shape: self.shape, x: &self.input, seed: 1 }, isa)?;
        let x = Map::from_f32(self.shape, &self.input);
        let seed = Map::from_f32(output, &dy);
        let (exact, forward_bound) = (self.twin.forward)(&x);
        let (gradient, backward_bound) = (self.twin.backward)(&x, &seed);
        let mut forward = Tally::default();
        forward.add_all(&y, &exact.data, &forward_bound.data);
        let mut backward = Tally::default();
        backward.add_all(&dx, &gradient.data, &backward_bound.data);
        let what = &self.what;
        let mut comparisons = vec![
            forward.comparison(
                self.step.against(Witness::Twin, (what.to_owned(), Pass::Forward)),
                self.twin.words.forward,
            ),
            backward.comparison(
                self.step.against(Witness::Twin, (what.to_owned(), Pass::Backward)),
                self.twin.words.backward,
            ),
        ];
        if self.linear {
            // Of what is affine the constant is taken away: it is the output for zeros.
            let zeros = (self.twin.forward)(&Map::zeros(self.shape)).0;
            let adjoint = Adjoint {
                forward: &y,
                constant: &zeros.data,
                y: &seed.data,
                x: &x.data,
                backward: &dx,
                forward_bound: &forward_bound.data,
                backward_bound: &backward_bound.data,
            };
            comparisons.push(adjoint.comparison(what));
        }
        Ok(comparisons)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A = [[1, 2], [3, 4]] and a constant; x = (1, -1), y = (2, 1).
    fn adjoint(forward: &[f32], backward: &[f32]) -> Comparison {
        let bounds = [1e-6; 2];
        let adjoint = Adjoint {
            forward,
            constant: &[5.0, 7.0],
            y: &[2.0, 1.0],
            x: &[1.0, -1.0],
            backward,
            forward_bound: &bounds,
            backward_bound: &bounds,
        };
        adjoint.comparison("matrix")
    }

    #[test]
    fn an_adjoint_that_is_not_the_transpose_fails() {
        // A x + c = (-1, -1) + (5, 7), A' y = (5, 8).
        assert!(adjoint(&[4.0, 6.0], &[5.0, 8.0]).passed);
        // A y instead of A' y, a constant that was kept, a value too few.
        assert!(!adjoint(&[4.0, 6.0], &[4.0, 10.0]).passed);
        assert!(!adjoint(&[-1.0, -1.0], &[5.0, 8.0]).passed);
        assert!(!adjoint(&[4.0, 6.0], &[-3.0]).passed);
    }

    #[test]
    fn a_subject_whose_twin_disagrees_fails() {
        let comparisons = |factor: f64| {
            let subject = Subject {
                step: Step::Layer,
                what: "ReLU".to_owned(),
                chain: one(autodiff::ops::Relu, Draw::None),
                shape: (3, 4, 2),
                input: pseudo_random(5, 24),
                linear: false,
                twin: Twin {
                    forward: &|x| (reference::relu(x).map(|v| v * factor), Map::zeros(x.shape())),
                    backward: &|x, dy| (reference::relu_gradient(x, dy), Map::zeros(x.shape())),
                    words: Words { forward: "0", backward: "0" },
                },
            };
            subject.compare(Isa::best()).unwrap()
        };
        assert!(comparisons(1.0).iter().all(|line| line.passed));
        let passed: Vec<bool> = comparisons(1.01).iter().map(|line| line.passed).collect();
        assert_eq!(passed, [false, true]);
    }
}
