//! What the random graphs are made of: every operation, every fusion, and what stands in fusion's way.

use crate::random::{GRAPHS, RandomGraph, Values};
use autodiff::ops::{Add, Algorithm, BatchNorm, Convolution, MaxPool, Relu};
use std::collections::BTreeMap;

#[test]
fn random_graphs_hold_every_operation_and_every_way_to_follow_a_convolution() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |what: &str| *counts.entry(what.to_owned()).or_default() += 1;
    for seed in 1_000_000..1_000_000 + GRAPHS {
        let graph = RandomGraph::new(seed, Values::Real, Algorithm::Winograd);
        let nodes = &graph.nodes;
        if graph.inputs().count() > 1 {
            count("several inputs");
        }
        for (at, node) in nodes.iter().enumerate() {
            count(node.operation.name());
            let readers: Vec<usize> = (0..nodes.len()).filter(|&i| nodes[i].inputs.contains(&at)).collect();
            if readers.len() > 1 {
                count("read by several");
            }
            let Some(convolution) = node.operation.as_any().downcast_ref::<Convolution>() else {
                continue;
            };
            count(if node.biased { "with a bias" } else { "without a bias" });
            if node.grouped {
                count("in groups");
            }
            if convolution.tile().is_some() {
                count("by tiles");
            }
            let [next] = readers[..] else { continue };
            let next = &nodes[next];
            for (is, what) in [
                (next.is::<BatchNorm>() && node.biased, "batch norm behind a bias"),
                (next.is::<BatchNorm>() && !node.biased, "then batch norm"),
                (next.is::<Add>() && next.inputs.contains(&node.inputs[0]), "added to its own input"),
                (next.is::<Add>(), "then an addition"),
                (next.is::<Relu>(), "then a relu"),
                (next.is::<MaxPool>(), "then max pooling"),
            ] {
                if is {
                    count(what);
                }
            }
        }
    }
    let names = [
        "addition",
        "batch norm",
        "convolution",
        "global average pooling",
        "input",
        "jitter",
        "fully connected layer",
        "max pooling",
        "normalisation",
        "reflection padding",
        "relu",
        "resizing",
        "rotation",
        "spectral image",
        "translation",
        "channel padding",
    ];
    let kinds = [
        "several inputs",
        "read by several",
        "with a bias",
        "without a bias",
        "in groups",
        "by tiles",
        "batch norm behind a bias",
        "then batch norm",
        "then an addition",
        "then a relu",
        "then max pooling",
    ];
    for what in names.into_iter().chain(kinds) {
        let found = counts.get(what).copied().unwrap_or(0);
        assert!(found >= 10, "{what}: {found} in {counts:?}");
    }
    assert!(counts["added to its own input"] >= 3, "{counts:?}");
}

#[test]
fn whole_numbers_are_whole() {
    for seed in 3_000_000..3_000_020 {
        let graph = RandomGraph::new(seed, Values::Whole, Algorithm::Direct);
        let values = crate::alone::values(&graph);
        assert!(values.iter().flatten().all(|v| v.fract() == 0.0), "graph {seed}");
    }
}
