//! From tensors to graphs.

use crate::architecture::Architecture;
use crate::block::Role;
use crate::error::NetworkError;
use crate::layout::{BatchNormState, ConvolutionLayout, Shortcut};
use crate::preprocessing::Colors;
use crate::site::Site;
use autodiff::ops::{
    Add, Algorithm, BatchNorm, BatchNormStatistics, Convolution, GlobalAveragePool, Linear, MaxPool, Normalise,
    Operation, PadChannels, Relu,
};
use autodiff::{Channels, Graph, GraphError, NodeId};
use std::collections::BTreeMap;
use std::sync::Arc;
use weights::{TensorSet, WeightsError};

/// What torchvision adds to each variance.
pub const BATCH_NORM_EPS: f64 = 1e-5;

/// A residual network with its weights, shared by every graph it is added to.
#[derive(Clone, Debug)]
pub struct Network {
    architecture: Architecture,
    colors: Colors,
    stem: Layer,
    pool: Option<Arc<dyn Operation>>,
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
    branch: Vec<Layer>,
    shortcut: ShortcutLayers,
}

#[derive(Clone, Debug)]
enum ShortcutLayers {
    Identity,
    Projection(Layer),
    Padded(Arc<dyn Operation>),
}

/// Where each site is in a graph.
#[derive(Clone, Debug)]
pub struct Sites {
    order: Vec<Site>,
    nodes: BTreeMap<Site, NodeId>,
}

impl Sites {
    /// The node of a site; `None` where the network lacks it.
    pub fn get(&self, site: Site) -> Option<NodeId> {
        self.nodes.get(&site).copied()
    }

    /// All sites in the order of computation.
    pub fn iter(&self) -> impl Iterator<Item = (Site, NodeId)> {
        self.order.iter().filter_map(|&s| Some((s, self.get(s)?)))
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
        let blocks = architecture.layouts().iter().map(|layout| {
            let shortcut = match &layout.shortcut {
                Shortcut::Identity => ShortcutLayers::Identity,
                Shortcut::Projection(projection) => ShortcutLayers::Projection(layer(projection)?),
                &Shortcut::Padded { stride, before } => {
                    ShortcutLayers::Padded(Arc::new(PadChannels::new(stride, before, layout.channels())))
                }
            };
            Ok(BlockLayers { branch: layout.branch.iter().map(layer).collect::<Result<_, NetworkError>>()?, shortcut })
        });
        let blocks = blocks.collect::<Result<_, NetworkError>>()?;
        let of_classes = |part: &str| tensors.get(&format!("{}.{part}", architecture.words().classes));
        let classifier = match (architecture.has_classifier, of_classes("weight"), of_classes("bias")) {
            (true, Some(weight), Some(bias)) => {
                let width = weight.shape().get(1).copied().unwrap_or(0);
                let linear = Linear::new(weight.values(), bias.values(), width)?;
                Some(Arc::new(linear) as Arc<dyn Operation>)
            }
            _ => None,
        };
        let stem = architecture.stem();
        Ok(Network {
            colors: Colors::IMAGENET,
            stem: layer(&stem.convolution)?,
            pool: stem.pooling.map(|pooling| Arc::new(MaxPool::new(pooling)) as Arc<dyn Operation>),
            blocks,
            classifier,
            architecture,
        })
    }

    /// The same network for images that are normalised by other statistics than ImageNet's.
    #[must_use]
    pub fn normalised_by(self, colors: Colors) -> Network {
        Network { colors, ..self }
    }

    /// What an image with values in [0, 1] goes through before the network reads it.
    pub fn normalisation(&self) -> Normalise {
        Normalise::new(self.colors.mean, self.colors.std)
    }

    /// The statistics that images are normalised by.
    pub fn colors(&self) -> Colors {
        self.colors
    }

    /// What it consists of.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The sites that it has, in the order of computation.
    pub fn sites(&self) -> Vec<Site> {
        self.architecture.sites()
    }

    /// Checks that the network has a site.
    ///
    /// # Errors
    /// If it has not: naming the missing tensors, or that it is another network's.
    pub fn require(&self, site: Site) -> Result<(), NetworkError> {
        // The stem is always there.
        let stem = site.is_stem() && (self.pool.is_some() || !matches!(site, Site::MaxPool | Site::PooledSum));
        if stem || self.sites().contains(&site) {
            return Ok(());
        }
        let because = match self.architecture.all_sites().contains(&site) {
            true => self.architecture.missing_sentence().unwrap_or_default(),
            false => format!("it is no site of {}", self.architecture.description()),
        };
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
        if let Some(pool) = &self.pool {
            nodes.insert(Site::PooledSum, graph.add_shared(Arc::clone(pool), &[sum])?);
        }
        let stem = graph.add(Relu, &[sum])?;
        nodes.insert(Site::StemRelu, stem);
        let mut stream = stem;
        if let Some(pool) = &self.pool {
            stream = graph.add_shared(Arc::clone(pool), &[stem])?;
            nodes.insert(Site::MaxPool, stream);
        }
        let architecture = &self.architecture;
        for (&block, layers) in architecture.blocks().iter().zip(&self.blocks) {
            let enters = match &layers.shortcut {
                ShortcutLayers::Identity => stream,
                ShortcutLayers::Projection(projection) => projection.add_to(graph, stream)?,
                ShortcutLayers::Padded(pad) => graph.add_shared(Arc::clone(pad), &[stream])?,
            };
            if let Some(site) = architecture.shortcut(block) {
                nodes.insert(site, enters);
            }
            let mut contribution = stream;
            for (at, layer) in layers.branch.iter().enumerate() {
                if at > 0 {
                    contribution = graph.add(Relu, &[contribution])?;
                }
                contribution = layer.add_to(graph, contribution)?;
            }
            nodes.insert(architecture.read_site(block, Role::Block), contribution);
            let sum = graph.add(Add, &[contribution, enters])?;
            nodes.insert(Site::Sum(block), sum);
            stream = graph.add(Relu, &[sum])?;
            nodes.insert(Site::Output(block), stream);
        }
        if architecture.reaches_the_end() {
            let average = graph.add(GlobalAveragePool, &[stream])?;
            nodes.insert(Site::AveragePool, average);
            if let Some(classifier) = &self.classifier {
                let classes = Site::Classes(architecture.words().classes);
                nodes.insert(classes, graph.add_shared(Arc::clone(classifier), &[average])?);
            }
        }
        Ok(Sites { order: architecture.sites(), nodes })
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
    let channels = Channels { inputs: layout.inputs, outputs: layout.outputs, groups: layout.groups };
    let convolution = Convolution::grouped(weights, channels, layout.sliding, bias)?;
    Ok(Layer {
        convolution: Arc::new(convolution.computed(algorithm)),
        norm: norm.map(|n| Arc::new(n) as Arc<dyn Operation>),
    })
}
