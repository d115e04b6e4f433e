//! The buffers of a plan, and its execution in them.

use crate::graph::NodeId;
use crate::ops::{Backward, Draw, Forward, Kernel};
use crate::plan::{Plan, Stored};
use crate::spinning::with_spinning_threads;
use kernels::{Isa, Region, Window, WindowMut};
use rayon::ThreadPool;
use std::mem;
use std::sync::Arc;

/// The buffers of a plan. One thread executes the plan in it; others have workspaces of their own.
///
/// A workspace can take up one plan after another ([`Workspace::switch_to`]): its memory is then that of the largest,
/// not of all.
#[derive(Debug)]
pub struct Workspace {
    plan: Arc<Plan>,
    isa: Isa,
    values: Vec<Vec<f32>>,
    gradients: Vec<Vec<f32>>,
    /// One for each thread that a forward pass was shared by; the first is always there.
    scratch: Vec<Vec<f32>>,
    draws: Vec<Draw>,
    seed: Vec<f32>,
}

impl Workspace {
    /// Buffers for `plan`, all zero.
    pub fn new(plan: Arc<Plan>, isa: Isa) -> Workspace {
        let mut workspace = Workspace {
            plan: Arc::clone(&plan),
            isa,
            values: Vec::new(),
            gradients: Vec::new(),
            scratch: vec![Vec::new()],
            draws: Vec::new(),
            seed: Vec::new(),
        };
        workspace.switch_to(&plan);
        workspace
    }

    /// Takes up a plan. What was computed for another is lost: inputs, draws and the seed are to be set again. Buffers
    /// grow where they are too small; going back to a plan allocates nothing.
    pub fn switch_to(&mut self, plan: &Arc<Plan>) {
        let grow = |buffers: &mut Vec<Vec<f32>>, lengths: &[usize]| {
            if buffers.len() < lengths.len() {
                buffers.resize_with(lengths.len(), Vec::new);
            }
            for (buffer, &length) in buffers.iter_mut().zip(lengths) {
                if buffer.len() < length {
                    buffer.resize(length, 0.0);
                }
            }
        };
        grow(&mut self.values, &plan.value_buffers);
        grow(&mut self.gradients, &plan.gradient_buffers);
        grow_scratch(&mut self.scratch[..1], plan);
        self.draws.clear();
        self.draws.resize(plan.shapes.len(), Draw::None);
        let seed = plan.objective.and_then(|o| plan.gradients[o.node.0]);
        self.seed.clear();
        self.seed.resize(seed.map_or(0, |s| s.len()), 0.0);
        self.plan = Arc::clone(plan);
        // Inputs with padding: it is zero, whatever another plan left there.
        for (node, stored) in plan.values.iter().enumerate() {
            let Some(stored) = stored else { continue };
            let given = plan.steps.iter().all(|s| s.node != node);
            if given && !plan.shapes[node].region().contains(&stored.region) {
                self.values[stored.buffer][..stored.len()].fill(0.0);
            }
        }
    }

    /// The plan it executes.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// An input's buffer, to be written inside the input's map; beyond the map it is zero and must stay so.
    ///
    /// # Panics
    /// If the plan does not need this input.
    #[expect(
        clippy::expect_used,
        reason = "documented: asking for what the plan does not have is a mistake of the caller"
    )]
    pub fn input_mut(&mut self, input: NodeId) -> WindowMut<'_> {
        let stored = self.plan.values[input.0].expect("an input that the plan needs");
        window_mut(&mut self.values[stored.buffer], &stored)
    }

    /// Writes an input from a whole map `[height, width, channels]`: the part of it that the plan needs.
    ///
    /// # Panics
    /// If the plan does not need this input or `map` has not the input's length.
    pub fn set_input(&mut self, input: NodeId, map: &[f32]) {
        let shape = self.plan.shapes[input.0];
        let inside = self.plan.region_inside(input);
        let whole = Window::new(map, shape.region(), shape.channels);
        kernels::elementwise::copy(inside, whole, &mut self.input_mut(input));
    }

    /// Exchanges an input's buffer with a whole map of the caller's, so that large parameters need not be copied.
    ///
    /// # Panics
    /// If the plan does not need all of this input, or `map` has not its length.
    #[expect(
        clippy::expect_used,
        reason = "documented: asking for what the plan does not have is a mistake of the caller"
    )]
    pub fn swap_input(&mut self, input: NodeId, map: &mut Vec<f32>) {
        let stored = self.plan.values[input.0].expect("an input that the plan needs");
        assert_eq!(stored.region, self.plan.shapes[input.0].region(), "an input that the plan needs all of");
        assert_eq!(map.len(), stored.len(), "values of an input");
        mem::swap(map, &mut self.values[stored.buffer]);
    }

    /// Sets what a node draws anew for each execution.
    pub fn set_draw(&mut self, node: NodeId, draw: Draw) {
        self.draws[node.0] = draw;
    }

    /// The gradient that the objective begins with, zero unless set: one value for each value of the objective.
    ///
    /// # Panics
    /// If the plan has no gradients.
    #[expect(
        clippy::expect_used,
        reason = "documented: asking for what the plan does not have is a mistake of the caller"
    )]
    pub fn seed(&mut self) -> WindowMut<'_> {
        let objective = self.plan.objective.expect("a plan with gradients");
        let stored = self.plan.gradients[objective.node.0].expect("an objective with a gradient");
        WindowMut::new(&mut self.seed, stored.region, stored.channels)
    }

    /// A stored value: one that was wanted, or an input.
    ///
    /// # Panics
    /// If the plan does not store it.
    #[expect(
        clippy::expect_used,
        reason = "documented: asking for what the plan does not have is a mistake of the caller"
    )]
    pub fn value(&self, node: NodeId) -> Window<'_> {
        let stored = self.plan.values[node.0].expect("a value that the plan stores");
        window(&self.values[stored.buffer], &stored)
    }

    /// The channels of one position of a stored value.
    ///
    /// # Panics
    /// If the plan does not store it.
    pub fn at(&self, node: NodeId, position: Region) -> &[f32] {
        self.value(node).pixel(position.top, position.left)
    }

    /// The gradient of the objective by an input that the plan was compiled for. Its region may reach beyond the
    /// input's map, where it has no meaning.
    ///
    /// # Panics
    /// If the plan was not compiled for this gradient.
    #[expect(
        clippy::expect_used,
        reason = "documented: asking for what the plan does not have is a mistake of the caller"
    )]
    pub fn gradient(&self, input: NodeId) -> Window<'_> {
        let stored = self.plan.gradients[input.0].expect("an input that the plan has a gradient for");
        window(&self.gradients[stored.buffer], &stored)
    }

    /// The gradient of the objective by an input as a whole map `[height, width, channels]`, zero where the objective
    /// does not depend on it.
    ///
    /// # Panics
    /// As [`Workspace::gradient`].
    pub fn gradient_map(&self, input: NodeId) -> Vec<f32> {
        let (shape, gradient) = (self.plan.shapes[input.0], self.gradient(input));
        let mut map = vec![0.0; shape.len()];
        let inside = gradient.region().intersection(&shape.region());
        let mut whole = WindowMut::new(&mut map, shape.region(), shape.channels);
        kernels::elementwise::copy(inside, gradient, &mut whole);
        map
    }

    /// Computes the wanted values from the inputs.
    pub fn forward(&mut self) {
        self.forward_steps(|kernel, step| kernel.forward(step));
    }

    /// As [`Workspace::forward`], with the rows of large steps shared by the threads of a pool. It gives the same bits.
    /// The first time allocates scratch for the other threads.
    pub fn forward_on(&mut self, pool: &ThreadPool) {
        self.scratch.resize_with(pool.current_num_threads(), Vec::new);
        grow_scratch(&mut self.scratch, &self.plan);
        let share = |kernel: &dyn Kernel, mut step: Forward<'_>| {
            if !kernel.forward_apart(&mut step) {
                forward_shared(kernel, step);
            }
        };
        pool.install(|| with_spinning_threads(|| self.forward_steps(share)));
    }

    fn forward_steps(&mut self, execute: impl Fn(&dyn Kernel, Forward<'_>)) {
        let plan = Arc::clone(&self.plan);
        let mut scratch = mem::take(&mut self.scratch);
        let (first, more) = scratch.split_at_mut(1);
        for step in &plan.steps {
            let Some(stored) = plan.values[step.node] else {
                continue;
            };
            let mut output = mem::take(&mut self.values[stored.buffer]);
            let inputs =
                step.inputs.map(|i| i.and_then(|i| plan.values[i]).map(|s| window(&self.values[s.buffer], &s)));
            let forward = Forward {
                isa: self.isa,
                inputs,
                output: window_mut(&mut output, &stored),
                scratch: &mut first[0],
                more,
                draw: self.draws[step.node],
            };
            execute(step.kernel.kernel(), forward);
            self.values[stored.buffer] = output;
        }
        self.scratch = scratch;
    }

    /// Computes the gradients from the seed, after [`Workspace::forward`].
    pub fn backward(&mut self) {
        let plan = Arc::clone(&self.plan);
        if let Some(stored) = plan.objective.and_then(|o| plan.gradients[o.node.0]) {
            self.gradients[stored.buffer][..stored.len()].copy_from_slice(&self.seed);
        }
        for step in plan.steps.iter().rev().filter(|s| s.backward) {
            let (Some(value), Some(own)) = (plan.values[step.node], plan.gradients[step.node]) else {
                continue;
            };
            let Some(kernel) = step.kernel.differentiable() else {
                continue;
            };
            for stored in step.cleared.iter().filter_map(|&n| plan.gradients[n]) {
                self.gradients[stored.buffer][..stored.len()].fill(0.0);
            }
            let targets = step.inputs.map(|i| i.and_then(|i| plan.gradients[i]));
            let mut gradient = mem::take(&mut self.gradients[own.buffer]);
            let mut taken = targets.map(|s| s.map(|s| (mem::take(&mut self.gradients[s.buffer]), s)));
            kernel.backward(Backward {
                isa: self.isa,
                inputs: step.inputs.map(|i| i.and_then(|i| plan.values[i]).map(|s| window(&self.values[s.buffer], &s))),
                output: window(&self.values[value.buffer], &value),
                gradient: window_mut(&mut gradient, &own),
                input_gradients: taken.each_mut().map(|t| t.as_mut().map(|(data, s)| window_mut(data, s))),
                scratch: &mut self.scratch[0],
                draw: self.draws[step.node],
            });
            for (data, stored) in taken.into_iter().flatten() {
                self.gradients[stored.buffer] = data;
            }
            self.gradients[own.buffer] = gradient;
        }
    }
}

fn window<'a>(data: &'a [f32], stored: &Stored) -> Window<'a> {
    Window::new(&data[..stored.len()], stored.region, stored.channels)
}

fn window_mut<'a>(data: &'a mut [f32], stored: &Stored) -> WindowMut<'a> {
    WindowMut::new(&mut data[..stored.len()], stored.region, stored.channels)
}

fn grow_scratch(scratch: &mut [Vec<f32>], plan: &Plan) {
    let floats = plan.scratch_floats();
    for scratch in scratch {
        if scratch.len() < floats {
            scratch.resize(floats, 0.0);
        }
    }
}

/// Executes a step on a thread for each scratch, each with some of the output's rows, where the kernel allows it.
fn forward_shared(kernel: &dyn Kernel, step: Forward<'_>) {
    // Rows beyond the map cost nothing.
    let rows = kernel.shared().map_or(Region::EMPTY, |r| r.intersection(&step.output.region()));
    let together = kernel.rows_together().cast_signed();
    let first = rows.top.div_euclid(together);
    let groups = (rows.bottom() + together - 1).div_euclid(together) - first;
    let threads = groups.unsigned_abs().min(1 + step.more.len());
    if threads < 2 {
        return kernel.forward(step);
    }
    let Forward { isa, inputs, output, scratch, more, draw } = step;
    let half = threads / 2;
    let middle = first.saturating_add_unsigned(groups.unsigned_abs() * half / threads) * together;
    let (above, below) = output.split_rows(middle);
    let (with_above, others) = more[..threads - 1].split_at_mut(half - 1);
    let (next, with_below) = others.split_at_mut(1);
    let run = |output, scratch, more| {
        let step = Forward { isa, inputs, output, scratch, more, draw };
        forward_shared(kernel, step);
    };
    rayon::join(|| run(above, scratch, with_above), || run(below, &mut next[0], with_below));
}
