//! What a center neuron sees of the image.

use crate::error::NetworkError;
use crate::network::Network;
use crate::site::Site;
use autodiff::ops::Input;
use autodiff::{Graph, Shape};

/// The part of the image that a neuron depends on, in pixels; what is outside of the image is padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceptiveField {
    /// The first row; negative where it begins in the padding above the image.
    pub top: isize,
    /// The first column.
    pub left: isize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Network {
    /// What the center neuron of a site sees of an image of `size` rows and columns, padding included.
    ///
    /// # Errors
    /// If the network lacks the site, or images of this size cannot be read.
    pub fn receptive_field(&self, site: Site, size: usize) -> Result<ReceptiveField, NetworkError> {
        Network::require_input_size(size)?;
        self.require(site)?;
        let mut graph = Graph::new();
        let image = graph.add(Input { shape: Shape::new(size, size, 3) }, &[])?;
        let nodes = self.add_to(&mut graph, image)?;
        let seen = nodes.get(site).map(|node| graph.receptive_field(node, graph.shape(node).center(), image));
        let seen = seen.unwrap_or(autodiff::Region::EMPTY);
        Ok(ReceptiveField { top: seen.top, left: seen.left, height: seen.height, width: seen.width })
    }
}
