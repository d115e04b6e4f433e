//! From tensors to graphs.

use crate::architecture::Architecture;
use crate::block::Block;
use crate::error::NetworkError;
use crate::layout::{self, BatchNormState, ConvolutionLayout};
use crate::site::Site;
use autodiff::ops::{
    Add, Algorithm, BatchNorm, BatchNormStatistics, Convolution, GlobalAveragePool, Linear, MaxPool, Operation, Relu,
};
use autodiff::{Graph, GraphError, NodeId};
use std::collections::BTreeMap;
use std::sync::Arc;
use weights::{TensorSet, WeightsError};

/// What torchvision adds to each variance.
pub const BATCH_NORM_EPS: f64 = 1e-5;

/// A ResNet18 with its weights, shared by every graph it is added to.
#[derive(Clone, Debug)]
pub struct Network {
    architecture: Architecture,
    stem: Layer,
    pool: Arc<dyn Operation>,
    blocks: Vec<BlockLayers>,
    classifier: Option<Arc<dyn Operation>>,
}

/// A convolution and, where it is separate, the batch norm behind it.
#[derive(Clone, Debug)]
struct Layer {
    convolution: Arc<dyn Operation>,
    norm: Option<Arc<dyn Operation>>,
}

#[derive(Clone, Debug)]
struct BlockLayers {
    first: Layer,
    second: Layer,
    projection: Option<Layer>,
}

/// Where each site is in a graph.
#[derive(Clone, Debug)]
pub struct Sites {
    nodes: BTreeMap<Site, NodeId>,
}

impl Sites {
    /// The node of a site; `None` where the network lacks it.
    pub fn get(&self, site: Site) -> Option<NodeId> {
        self.nodes.get(&site).copied()
    }

    /// All sites in the order of computation.
    pub fn iter(&self) -> impl Iterator<Item = (Site, NodeId)> {
        Site::all().into_iter().filter_map(|s| Some((s, self.get(s)?)))
    }
}

impl Network {
    /// Builds the network that the tensors describe.
    ///
    /// # Errors
    /// As [`Architecture::infer`].
    pub fn new(tensors: &TensorSet) -> Result<Network, NetworkError> {
        Network::computed(tensors, Algorithm::Direct)
    }

    /// The same, with convolutions computed in some way wherever a plan has no gradients.
    ///
    /// # Errors
    /// As [`Architecture::infer`].
    pub fn computed(tensors: &TensorSet, algorithm: Algorithm) -> Result<Network, NetworkError> {
        let architecture = Architecture::infer(tensors)?;
        let state = architecture.batch_norm();
        let layer = |layout: &ConvolutionLayout| layer(tensors, layout, state, algorithm);
        let blocks = architecture.blocks().iter().map(|&block| {
            let layout = layout::block(block, architecture.widths());
            let projection = layout.projection.as_ref().map(layer).transpose()?;
            Ok(BlockLayers { first: layer(&layout.first)?, second: layer(&layout.second)?, projection })
        });
        let classifier = match (architecture.is_complete(), tensors.get("fc.weight"), tensors.get("fc.bias")) {
            (true, Some(weight), Some(bias)) => {
                let linear = Linear::new(weight.values(), bias.values(), architecture.widths()[3])?;
                Some(Arc::new(linear) as Arc<dyn Operation>)
            }
            _ => None,
        };
        Ok(Network {
            stem: layer(&layout::stem(architecture.widths()[0]))?,
            pool: Arc::new(MaxPool::new(layout::pooling())),
            blocks: blocks.collect::<Result<_, NetworkError>>()?,
            classifier,
            architecture,
        })
    }

    /// What it consists of.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The sites that it has, in the order of computation.
    pub fn sites(&self) -> Vec<Site> {
        let usable = |block: Block| self.architecture.blocks().contains(&block);
        let has = |site: &Site| match site {
            Site::AveragePool | Site::Classes => self.classifier.is_some(),
            other => other.block().is_none_or(usable),
        };
        Site::all().into_iter().filter(has).collect()
    }

    /// Checks that the network has a site.
    ///
    /// # Errors
    /// If it has not: naming the missing tensors.
    pub fn require(&self, site: Site) -> Result<(), NetworkError> {
        // The stem is always there.
        if site.is_stem() || self.sites().contains(&site) {
            return Ok(());
        }
        let because = self.architecture.missing_sentence().unwrap_or_default();
        Err(NetworkError::Unavailable { site, because })
    }

    /// Checks that images of `size` by `size` pixels can be read, also halved and quartered by the scale operators.
    ///
    /// # Errors
    /// If not.
    pub fn require_input_size(size: usize) -> Result<(), NetworkError> {
        if size.is_multiple_of(4) && (8..=4096).contains(&size) {
            return Ok(());
        }
        Err(NetworkError::InputSize { found: size })
    }

    /// Adds the network to a graph, reading the normalised image `input` `[height, width, 3]`.
    ///
    /// # Errors
    /// If `input` is not an image of three channels.
    pub fn add_to(&self, graph: &mut Graph, input: NodeId) -> Result<Sites, GraphError> {
        let mut nodes = BTreeMap::new();
        let sum = self.stem.add_to(graph, input)?;
        nodes.insert(Site::StemSum, sum);
        nodes.insert(Site::PooledSum, graph.add_shared(Arc::clone(&self.pool), &[sum])?);
        let stem = graph.add(Relu, &[sum])?;
        nodes.insert(Site::StemRelu, stem);
        let mut stream = graph.add_shared(Arc::clone(&self.pool), &[stem])?;
        nodes.insert(Site::MaxPool, stream);
        for (&block, layers) in self.architecture.blocks().iter().zip(&self.blocks) {
            let enters = match &layers.projection {
                None => stream,
                Some(projection) => {
                    let projected = projection.add_to(graph, stream)?;
                    nodes.insert(Site::Projection(block), projected);
                    projected
                }
            };
            let hidden = layers.first.add_to(graph, stream)?;
            let hidden = graph.add(Relu, &[hidden])?;
            let contribution = layers.second.add_to(graph, hidden)?;
            nodes.insert(Site::Contribution(block), contribution);
            let sum = graph.add(Add, &[contribution, enters])?;
            nodes.insert(Site::Sum(block), sum);
            stream = graph.add(Relu, &[sum])?;
            nodes.insert(Site::Output(block), stream);
        }
        if let Some(classifier) = &self.classifier {
            let average = graph.add(GlobalAveragePool, &[stream])?;
            nodes.insert(Site::AveragePool, average);
            nodes.insert(Site::Classes, graph.add_shared(Arc::clone(classifier), &[average])?);
        }
        Ok(Sites { nodes })
    }
}

impl Layer {
    fn add_to(&self, graph: &mut Graph, input: NodeId) -> Result<NodeId, GraphError> {
        let convolved = graph.add_shared(Arc::clone(&self.convolution), &[input])?;
        match &self.norm {
            None => Ok(convolved),
            Some(norm) => graph.add_shared(Arc::clone(norm), &[convolved]),
        }
    }
}

fn layer(
    tensors: &TensorSet,
    layout: &ConvolutionLayout,
    state: BatchNormState,
    algorithm: Algorithm,
) -> Result<Layer, NetworkError> {
    let values = |name: String| Ok::<_, WeightsError>(tensors.find(&name)?.values());
    let part = |part: &str| values(format!("{}.{part}", layout.norm));
    let (bias, norm) = match state {
        BatchNormState::Folded => (Some(values(format!("{}.bias", layout.name))?.to_vec()), None),
        BatchNormState::Separate => {
            let variances = part("running_var")?;
            if let Some(channel) = variances.iter().position(|&variance| variance < 0.0) {
                return Err(NetworkError::Variance {
                    tensor: format!("{}.running_var", layout.norm),
                    channel,
                    found: variances[channel],
                });
            }
            let statistics = BatchNormStatistics {
                gamma: part("weight")?,
                beta: part("bias")?,
                mean: part("running_mean")?,
                variance: variances,
                epsilon: BATCH_NORM_EPS,
            };
            (None, Some(BatchNorm::from_statistics(&statistics)?))
        }
    };
    let weights = values(layout.weight())?.to_vec();
    let convolution = Convolution::new(weights, (layout.outputs, layout.inputs), layout.sliding, bias)?;
    Ok(Layer {
        convolution: Arc::new(convolution.computed(algorithm)),
        norm: norm.map(|n| Arc::new(n) as Arc<dyn Operation>),
    })
}
