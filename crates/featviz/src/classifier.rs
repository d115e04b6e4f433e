//! What the network says of images while channels of a block are ablated (METHOD.md, section 5).

use crate::FeatvizError;
use autodiff::ops::{BatchNorm, Input};
use autodiff::{Graph, Isa, NodeId, Plan, Shape, Wanted, Workspace};
use resnet::{Network, NetworkError, Site};
use std::sync::Arc;

/// Channels of a site that hold a constant everywhere in their maps.
#[derive(Clone, Debug, PartialEq)]
pub struct Ablation {
    /// The site, such as `layer2.1.pre`.
    pub site: Site,
    /// Each channel with its constant.
    pub channels: Vec<(usize, f32)>,
}

/// Reads the class scores of one image after another.
#[derive(Debug)]
pub struct Classifier {
    workspace: Workspace,
    image: NodeId,
    classes: NodeId,
    size: usize,
}

impl Classifier {
    /// A reader of the classes of images of `size` by `size` pixels, with channels ablated or as they are.
    ///
    /// # Errors
    /// If the network lacks the site or its last layer, or images of this size cannot be read.
    pub fn new(
        network: &Network,
        size: usize,
        (scores, ablation): (Site, Option<&Ablation>),
        isa: Isa,
    ) -> Result<Classifier, FeatvizError> {
        Network::require_input_size(size)?;
        network.require(scores)?;
        let mut graph = Graph::new();
        let image = graph.add(Input { shape: Shape::new(size, size, 3) }, &[])?;
        let normalised = graph.add(network.normalisation(), &[image])?;
        let sites = network.add_to(&mut graph, normalised)?;
        let node = |site| {
            let unavailable = || NetworkError::Unavailable { site, because: String::new() };
            sites.get(site).ok_or_else(unavailable)
        };
        let mut classes = node(scores)?;
        if let Some(ablation) = ablation {
            network.require(ablation.site)?;
            let at = node(ablation.site)?;
            graph = graph.with_behind(at, set_to(&ablation.channels, graph.shape(at).channels)?)?;
            classes = classes.behind(at);
        }
        let plan = Plan::forward(&graph, &[Wanted::whole(&graph, classes)])?;
        Ok(Classifier { workspace: Workspace::new(Arc::new(plan), isa), image, classes, size })
    }

    /// The score of every class for an image, `[size, size, 3]` RGB bytes, each divided by 255.
    ///
    /// # Panics
    /// If there are not as many bytes as that.
    pub fn scores(&mut self, pixels: &[u8]) -> Vec<f32> {
        assert_eq!(pixels.len(), self.size * self.size * 3, "bytes of an image of {0} x {0}", self.size);
        let colors: Vec<f32> = pixels.iter().map(|&byte| f32::from(byte) / 255.0).collect();
        self.workspace.set_input(self.image, &colors);
        self.workspace.forward();
        self.workspace.value(self.classes).data().to_vec()
    }
}

/// An operation that leaves all channels as they are but those that it sets: x times 1 plus 0, and x times 0 plus the
/// constant, both of which are exact.
fn set_to(channels: &[(usize, f32)], count: usize) -> Result<BatchNorm, FeatvizError> {
    let (mut scale, mut shift) = (vec![1.0; count], vec![0.0; count]);
    for &(channel, constant) in channels.iter().filter(|(channel, _)| *channel < count) {
        (scale[channel], shift[channel]) = (0.0, constant);
    }
    Ok(BatchNorm::new(scale, shift)?)
}
