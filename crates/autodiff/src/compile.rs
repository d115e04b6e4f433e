//! Compiling a plan: regions backwards through the graph, fusion, kernels, buffers.

use crate::fuse;
use crate::graph::{Graph, NodeId};
use crate::ops::{Binding, Input};
use crate::plan::{Plan, PlanError, Step, Stored, Wanted};
use kernels::Region;

impl Plan {
    /// A plan that computes `wanted` and no gradients.
    ///
    /// # Errors
    /// If a wanted region is empty or not inside its node's map.
    pub fn forward(graph: &Graph, wanted: &[Wanted]) -> Result<Plan, PlanError> {
        compile(graph, wanted, None)
    }

    /// A plan that computes `objective` and gradients of it by `inputs`.
    ///
    /// The gradient starts from what [`crate::Workspace::seed`] holds: one number for each objective value.
    ///
    /// # Errors
    /// If the objective's region is empty or not inside its map, or an input does not influence it.
    pub fn with_gradients(graph: &Graph, objective: Wanted, inputs: &[NodeId]) -> Result<Plan, PlanError> {
        compile(graph, &[objective], Some(inputs))
    }
}

/// What a plan is asked for.
#[derive(Clone, Copy)]
struct Request<'a> {
    graph: &'a Graph,
    wanted: &'a [Wanted],
    /// What gradients are taken for, in a plan with a backward pass.
    inputs: Option<&'a [NodeId]>,
}

impl Request<'_> {
    fn has_backward(&self) -> bool {
        self.inputs.is_some()
    }
}

fn compile(graph: &Graph, wanted: &[Wanted], inputs: Option<&[NodeId]>) -> Result<Plan, PlanError> {
    let request = &Request { graph, wanted, inputs };
    for want in wanted {
        let shape = graph.shape(want.node);
        if want.region.is_empty() || !shape.region().contains(&want.region) {
            return Err(PlanError::Outside { region: want.region, shape });
        }
    }
    let values = needed_regions(graph, wanted, |_| true);
    let gradients = match inputs {
        None => vec![Region::EMPTY; graph.nodes.len()],
        Some(inputs) => {
            let carries = depends_on(graph, inputs);
            let regions = needed_regions(graph, wanted, |at| carries[at]);
            if let Some(input) = inputs.iter().find(|i| regions[i.0].is_empty()) {
                return Err(PlanError::Independent { shape: graph.shape(*input) });
            }
            regions
        }
    };
    let mut steps = steps(request, &values, &gradients);
    let stored_values = store_values(request, &values, &steps);
    let stored_gradients = store_gradients(request, &gradients, &mut steps);
    Ok(Plan {
        shapes: graph.nodes.iter().map(|n| n.shape).collect(),
        steps,
        values: stored_values.stored,
        gradients: stored_gradients.stored,
        value_buffers: stored_values.buffers.lengths,
        gradient_buffers: stored_gradients.buffers.lengths,
        objective: inputs.and(wanted.first().copied()),
    })
}

/// For every node the region that the wanted values depend on, padding included, through nodes that `passes` allows.
fn needed_regions(graph: &Graph, wanted: &[Wanted], passes: impl Fn(usize) -> bool) -> Vec<Region> {
    let mut needed = vec![Region::EMPTY; graph.nodes.len()];
    for want in wanted.iter().filter(|w| passes(w.node.0)) {
        needed[want.node.0] = needed[want.node.0].hull(&want.region);
    }
    for at in (0..graph.nodes.len()).rev() {
        let own = needed[at].intersection(&graph.nodes[at].shape.region());
        for (input, region) in graph.needed_inputs(at, own) {
            if passes(input) {
                needed[input] = needed[input].hull(&region);
            }
        }
    }
    needed
}

/// For every node, whether it is one of `inputs` or depends on one.
fn depends_on(graph: &Graph, inputs: &[NodeId]) -> Vec<bool> {
    let mut depends = vec![false; graph.nodes.len()];
    for at in 0..graph.nodes.len() {
        depends[at] = inputs.contains(&NodeId(at)) || graph.nodes[at].inputs.iter().any(|i| depends[i.0]);
    }
    depends
}

/// The steps in graph order, with convolutions fused to what follows them.
fn steps(request: &Request<'_>, values: &[Region], gradients: &[Region]) -> Vec<Step> {
    let Request { graph, wanted, .. } = *request;
    let computed: Vec<bool> = values.iter().map(|r| !r.is_empty()).collect();
    let mut is_wanted = vec![false; graph.nodes.len()];
    for want in wanted {
        is_wanted[want.node.0] = true;
    }
    let chains = fuse::chains(graph, &computed, &is_wanted, request.has_backward());
    let absorbed = |at: usize| chains.iter().any(|c| c.absorbed.contains(&at));
    let mut steps = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        if !computed[at] || absorbed(at) || node.operation.as_any().is::<Input>() {
            continue;
        }
        let inside = |region: Region| region.intersection(&node.shape.region());
        let binding = Binding {
            inputs: node.inputs.iter().map(|&i| graph.shape(i)).collect(),
            output: node.shape,
            region: inside(values[at]),
            gradient: inside(gradients[at]),
        };
        let (inputs, kernel) = match chains.iter().find(|c| c.last == at) {
            Some(chain) => (chain.inputs.clone(), chain.bind(&binding)),
            None => (node.inputs.iter().map(|i| i.0).collect(), node.operation.bind(&binding)),
        };
        let backward = !binding.gradient.is_empty();
        assert!(!backward || kernel.differentiable().is_some(), "a backward pass of '{}'", node.operation.name());
        steps.push(Step {
            node: at,
            inputs: [inputs.first().copied(), inputs.get(1).copied()],
            kernel,
            backward,
            cleared: Vec::new(),
        });
    }
    steps
}

/// Hands out buffers, and takes them back when what they held is no longer read.
#[derive(Default)]
struct Buffers {
    lengths: Vec<usize>,
    free: Vec<usize>,
}

impl Buffers {
    /// A buffer of at least `length`: the free one that fits most closely, or else the largest one, grown.
    fn take(&mut self, length: usize) -> usize {
        let lengths = &self.lengths;
        let fitting = self.free.iter().copied().filter(|&b| lengths[b] >= length).min_by_key(|&b| lengths[b]);
        let chosen = fitting.or_else(|| self.free.iter().copied().max_by_key(|&b| lengths[b]));
        if let Some(buffer) = chosen {
            self.free.retain(|&b| b != buffer);
            self.lengths[buffer] = self.lengths[buffer].max(length);
            return buffer;
        }
        self.lengths.push(length);
        self.lengths.len() - 1
    }

    fn give_back(&mut self, buffer: usize) {
        self.free.push(buffer);
    }
}

/// Where the regions of nodes are stored, and in which buffers.
struct Storage<'a> {
    graph: &'a Graph,
    regions: &'a [Region],
    buffers: Buffers,
    stored: Vec<Option<Stored>>,
}

impl<'a> Storage<'a> {
    fn new(graph: &'a Graph, regions: &'a [Region]) -> Storage<'a> {
        Storage { graph, regions, buffers: Buffers::default(), stored: vec![None; graph.nodes.len()] }
    }

    /// Takes a buffer for a node's region.
    fn store(&mut self, at: usize) {
        let (region, channels) = (self.regions[at], self.graph.nodes[at].shape.channels);
        let buffer = self.buffers.take(region.positions() * channels);
        self.stored[at] = Some(Stored { region, channels, buffer });
    }

    /// Gives a node's buffer to others, if it has one.
    fn give_back(&mut self, at: usize) {
        if let Some(stored) = &self.stored[at] {
            self.buffers.give_back(stored.buffer);
        }
    }
}

/// Where values are stored. Those that are wanted, given, or needed by a backward pass stay; the others share buffers.
fn store_values<'a>(request: &Request<'a>, regions: &'a [Region], steps: &[Step]) -> Storage<'a> {
    let Request { graph, wanted, .. } = *request;
    let mut storage = Storage::new(graph, regions);
    let given = |at: usize| graph.nodes[at].operation.as_any().is::<Input>();
    for at in (0..graph.nodes.len()).filter(|&at| given(at) && !regions[at].is_empty()) {
        storage.store(at);
    }
    let stays = |at: usize| request.has_backward() || given(at) || wanted.iter().any(|w| w.node.0 == at);
    for (order, step) in steps.iter().enumerate() {
        storage.store(step.node);
        for input in step.inputs.into_iter().flatten().filter(|&i| !stays(i)) {
            let read_later = steps[order + 1..].iter().any(|s| s.inputs.contains(&Some(input)));
            if !read_later {
                storage.give_back(input);
            }
        }
    }
    storage
}

/// Where gradients are stored: from the first contribution to the node's own backward pass. Those asked for stay.
fn store_gradients<'a>(request: &Request<'a>, regions: &'a [Region], steps: &mut [Step]) -> Storage<'a> {
    let Request { graph, wanted, inputs } = *request;
    let mut storage = Storage::new(graph, regions);
    let Some(inputs) = inputs else {
        return storage;
    };
    for want in wanted {
        storage.store(want.node.0);
    }
    for step in steps.iter_mut().rev().filter(|s| s.backward) {
        for input in step.inputs.into_iter().flatten() {
            if !regions[input].is_empty() && storage.stored[input].is_none() {
                storage.store(input);
                step.cleared.push(input);
            }
        }
        // The objective's buffer holds the seed, which the caller writes between executions.
        let stays = inputs.contains(&NodeId(step.node)) || wanted.iter().any(|w| w.node.0 == step.node);
        if !stays {
            storage.give_back(step.node);
        }
    }
    storage
}

#[cfg(test)]
mod tests {
    use super::Buffers;

    #[test]
    fn a_buffer_is_the_free_one_that_fits_most_closely_or_else_the_largest_grown_or_a_new_one() {
        let mut buffers = Buffers::default();
        let lengths = [10, 30, 20, 40];
        let taken = lengths.map(|length| buffers.take(length));
        assert_eq!((taken, &buffers.lengths[..]), ([0, 1, 2, 3], &lengths[..]));
        // The last stays taken.
        for buffer in [1, 0, 2] {
            buffers.give_back(buffer);
        }
        assert_eq!(buffers.take(11), 2, "20 is the closest to 11");
        assert_eq!(buffers.take(11), 1, "then 30");
        assert_eq!(buffers.lengths, lengths);
        buffers.give_back(1);
        assert_eq!(buffers.take(35), 1, "the larger of 10 and 30 grows");
        assert_eq!(buffers.lengths, [10, 35, 20, 40]);
        assert_eq!(buffers.take(10), 0, "one of exactly this length fits");
        assert_eq!(buffers.take(1), 4, "none is free");
        assert_eq!(buffers.lengths, [10, 35, 20, 40, 1]);
    }
}
