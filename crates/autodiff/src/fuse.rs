//! Fusing what follows a convolution into it: convolution, then batch norm, then a residual addition, then a ReLU;
//! without a backward pass, then max pooling.
//!
//! A chain is fused only as far as nobody wants, or also reads, the values in between. The result is the same bits as
//! the separate operations give: they are applied to the finished sum in the same order.

use crate::graph::Graph;
use crate::ops::{self, Add, BatchNorm, Binding, Bound, Convolution, Fused, MaxPool, PooledConvolution, Relu};

/// A convolution with what was fused to it.
#[derive(Debug)]
pub(crate) struct Chain {
    /// The node that the chain's value stands for: its last one.
    pub(crate) last: usize,
    /// The convolution's input, then the residual's node.
    pub(crate) inputs: Vec<usize>,
    pub(crate) fused: Fused,
    /// The max pooling that follows.
    pub(crate) pool: Option<MaxPool>,
    /// Nodes whose values are never stored.
    pub(crate) absorbed: Vec<usize>,
}

impl Chain {
    /// The chain made ready for a plan.
    pub(crate) fn bind(&self, binding: &Binding) -> Bound {
        match &self.pool {
            Some(pool) => Bound::Forward(Box::new(PooledConvolution::new(&self.fused, *pool, binding))),
            None => ops::bind(&self.fused, binding),
        }
    }
}

/// The chains of a graph, given which nodes are computed, which values are wanted, and whether there is a backward
/// pass.
pub(crate) fn chains(graph: &Graph, computed: &[bool], wanted: &[bool], backward: bool) -> Vec<Chain> {
    let mut consumers = vec![Vec::new(); graph.nodes.len()];
    for (at, node) in graph.nodes.iter().enumerate().filter(|(at, _)| computed[*at]) {
        for input in &node.inputs {
            consumers[input.0].push(at);
        }
    }
    // The only reader of a value that nobody wants.
    let only_consumer = |at: usize| match consumers[at].as_slice() {
        [next] if !wanted[at] => Some(*next),
        _ => None,
    };
    let mut taken = vec![false; graph.nodes.len()];
    let mut chains = Vec::new();
    // Later convolutions first: of two that meet in an addition, the block's own comes after the projection.
    for (at, node) in graph.nodes.iter().enumerate().rev().filter(|(at, _)| computed[*at]) {
        let Some(convolution) = node.operation.as_any().downcast_ref::<Convolution>() else {
            continue;
        };
        let mut chain = Chain {
            last: at,
            inputs: vec![node.inputs[0].0],
            fused: convolution.alone(),
            pool: None,
            absorbed: vec![],
        };
        let extend = |chain: &mut Chain, next: usize| {
            chain.absorbed.push(chain.last);
            chain.last = next;
        };
        if let Some(next) = only_consumer(chain.last)
            && let Some(norm) = graph.nodes[next].operation.as_any().downcast_ref::<BatchNorm>()
            && let Some(fused) = convolution.with_batch_norm(norm.scale(), norm.shift())
        {
            chain.fused = fused;
            extend(&mut chain, next);
        }
        if let Some(next) = only_consumer(chain.last)
            && graph.nodes[next].operation.as_any().is::<Add>()
            && !taken[next]
            && let last = chain.last
            && let Some(other) = graph.nodes[next].inputs.iter().find(|i| i.0 != last)
            // A backward pass adds to the gradients of both inputs at once, so they have to be two.
            && !(backward && chain.inputs[0] == other.0)
        {
            taken[next] = true;
            chain.inputs.push(other.0);
            chain.fused.residual = true;
            extend(&mut chain, next);
        }
        if let Some(next) = only_consumer(chain.last)
            && graph.nodes[next].operation.as_any().is::<Relu>()
        {
            chain.fused.relu = true;
            extend(&mut chain, next);
        }
        if !backward
            && !chain.fused.residual
            // Bands of a pooled convolution are computed directly, which gives other bits than Winograd's algorithm.
            && !chain.fused.transforms
            && let Some(next) = only_consumer(chain.last)
            && let Some(pool) = graph.nodes[next]
                .operation
                .as_any()
                .downcast_ref::<MaxPool>()
        {
            chain.pool = Some(*pool);
            extend(&mut chain, next);
        }
        chains.push(chain);
    }
    chains
}
