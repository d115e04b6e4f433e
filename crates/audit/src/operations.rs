//! One operation at a time: forward and backward against the twin, and for linear ones `<A x, y> = <x, A' y>`.

use crate::error::AuditError;
use crate::line::{Line, Tally, Witness};
use autodiff::ops::{Draw, Input, Operation};
use autodiff::{Graph, Isa, Plan, Shape, Wanted, Window, Workspace};
use reference::Map;
use std::sync::Arc;
use testkit::pseudo_random;

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

/// An operation of one input, its twin and the twin's gradient.
pub(crate) struct Subject<'a> {
    pub(crate) step: &'static str,
    pub(crate) what: String,
    pub(crate) operation: Arc<dyn Operation>,
    pub(crate) draw: Draw,
    pub(crate) shape: (usize, usize, usize),
    pub(crate) input: Vec<f32>,
    /// Whether it is linear, up to a constant that its gradient does not see.
    pub(crate) linear: bool,
    /// The output for an input.
    pub(crate) forward: &'a dyn Fn(&Map) -> Exact,
    /// The gradient by the input, for an input and the gradient by the output.
    pub(crate) backward: &'a dyn Fn(&Map, &Map) -> Exact,
    /// What the bounds are, in words.
    pub(crate) bounds: (&'static str, &'static str),
}

impl Subject<'_> {
    /// The lines about it.
    ///
    /// # Errors
    /// If the operation refuses its input.
    pub(crate) fn lines(&self, isa: Isa) -> Result<Vec<Line>, AuditError> {
        let (height, width, channels) = self.shape;
        let mut graph = Graph::new();
        let shape = Shape::new(height, width, channels);
        let input = graph.add(Input { shape }, &[])?;
        let node = graph.add_shared(Arc::clone(&self.operation), &[input])?;
        let plan = Plan::with_gradients(&graph, Wanted::whole(&graph, node), &[input])?;
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        workspace.set_input(input, &self.input);
        workspace.set_draw(node, self.draw);
        let output = graph.shape(node);
        let dy = pseudo_random(1, output.len());
        workspace.seed().data_mut().copy_from_slice(&dy);
        workspace.forward();
        let y = workspace.value(node).data().to_vec();
        workspace.backward();
        let dx = of_map(workspace.gradient(input), shape);

        let x = Map::from_f32(self.shape, &self.input);
        let seed = Map::from_f32((output.height, output.width, output.channels), &dy);
        let (exact, forward_bound) = (self.forward)(&x);
        let (gradient, backward_bound) = (self.backward)(&x, &seed);
        let mut forward = Tally::default();
        forward.add_all(&y, &exact.data, &forward_bound.data);
        let mut backward = Tally::default();
        backward.add_all(&dx, &gradient.data, &backward_bound.data);
        let what = &self.what;
        let mut lines = vec![
            forward.line(
                self.step,
                format!("{what}, forward"),
                Witness::Twin,
                self.bounds.0,
            ),
            backward.line(
                self.step,
                format!("{what}, backward"),
                Witness::Twin,
                self.bounds.1,
            ),
        ];
        if self.linear {
            // Of what is affine the constant is taken away: it is the output for zeros.
            let zeros = (self.forward)(&Map::zeros(self.shape)).0;
            let left: f64 = y
                .iter()
                .zip(&zeros.data)
                .zip(&seed.data)
                .map(|((y, z), d)| (f64::from(*y) - z) * d)
                .sum();
            let right: f64 = dx.iter().zip(&x.data).map(|(g, x)| f64::from(*g) * x).sum();
            // Either side is off by its own bound, weighted with the other vector; the sums themselves are double precision's.
            let weighted = |bound: &Map, by: &Map| -> f64 {
                bound
                    .data
                    .iter()
                    .zip(&by.data)
                    .map(|(b, v)| b * v.abs())
                    .sum()
            };
            let bound = 1.001 * (weighted(&forward_bound, &seed) + weighted(&backward_bound, &x));
            lines.push(Line::number(
                "adjoints",
                format!("{what}: <A x, y> and <x, A' y>"),
                Witness::Identity,
                y.len() + dx.len(),
                ((left - right).abs(), bound),
                "both sides' bounds, weighted",
            ));
        }
        Ok(lines)
    }
}
