//! Reading the network for pictures whose colors are no bytes, or that are shrunk with antialiasing: what
//! [`resnet::Reader`] does not, since the papers do not.

use crate::FeatvizError;
use autodiff::ops::{Input, ReflectPad};
use autodiff::{Graph, Isa, NodeId, Plan, Region, Shape, Wanted, Workspace};
use kernels::elementary::single;
use resnet::{Network, Site, View};
use std::sync::Arc;

/// How a picture is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As [`resnet::Reader`] looks at it.
    As(View),
    /// As [`View::Shrunk`], resized with antialiasing: what newer torchvision does by default. A picture that is enlarged is
    /// the same with it and without.
    ShrunkAntialiased,
}

/// Reads the center neurons of chosen sites for one picture after another.
#[derive(Debug)]
pub struct FloatReader {
    workspace: Workspace,
    image: NodeId,
    look: Look,
    size: usize,
    sites: Vec<(Site, NodeId, Region)>,
}

impl FloatReader {
    /// A reader of sites for pictures of `size` by `size` pixels.
    ///
    /// # Errors
    /// If the network lacks a site, or pictures of this size cannot be read.
    pub fn new(
        network: &Network,
        (size, look): (usize, Look),
        sites: &[Site],
        isa: Isa,
    ) -> Result<FloatReader, FeatvizError> {
        Network::require_input_size(size)?;
        let mut graph = Graph::new();
        let side = if look == Look::ShrunkAntialiased { size / 2 } else { size };
        let image = graph.add(Input { shape: Shape::new(side, side, 3) }, &[])?;
        let normalised = graph.add(network.normalisation(), &[image])?;
        let seen = match look {
            Look::As(view) => view.add_to(&mut graph, normalised)?,
            Look::ShrunkAntialiased => graph.add(ReflectPad::new((size - side) / 2), &[normalised])?,
        };
        let nodes = network.add_to(&mut graph, seen)?;
        let (mut wanted, mut read) = (Vec::new(), Vec::new());
        for &site in sites {
            network.require(site)?;
            if let Some(node) = nodes.get(site) {
                read.push((site, node, graph.shape(node).center()));
                wanted.push(Wanted::center(&graph, node));
            }
        }
        let workspace = Workspace::new(Arc::new(Plan::forward(&graph, &wanted)?), isa);
        Ok(FloatReader { workspace, image, look, size, sites: read })
    }

    /// Reads a picture: `[size, size, 3]` RGB from 0 to 1.
    ///
    /// # Panics
    /// If there are not as many numbers as that.
    pub fn read(&mut self, colors: &[f32]) {
        assert_eq!(colors.len(), self.size * self.size * 3, "colors of a picture of {0} x {0}", self.size);
        match self.look {
            Look::As(_) => self.workspace.set_input(self.image, colors),
            Look::ShrunkAntialiased => {
                self.workspace.set_input(self.image, &shrink_antialiased(colors, self.size));
            }
        }
        self.workspace.forward();
    }

    /// The center activation of every channel at a site, of the picture read last; nothing of a site that it does not
    /// read.
    pub fn center(&self, site: Site) -> Vec<f32> {
        let found = self.sites.iter().find(|(s, ..)| *s == site);
        found.map_or_else(Vec::new, |(_, node, center)| self.workspace.at(*node, *center).to_vec())
    }
}

/// A picture `[size, size, 3]` of an even size resized to half of each side, bilinear with antialiasing.
///
/// Each row is the mean of four, weighted by 1, 3, 3 and 1, and of those that there are at the edge; then each column. It is
/// what `torch.nn.functional.interpolate(mode="bilinear", antialias=True)` does, in double precision, rounded once.
///
/// ```
/// // A step from 0 to 1 between the second and the third of four columns.
/// let row = [0.0, 0.0, 1.0, 1.0].map(|v| [v; 3]).concat();
/// let half = featviz::shrink_antialiased(&row.repeat(4), 4);
/// // At the left edge the weights are 3, 3 and 1.
/// assert_eq!(half[0], 1.0 / 7.0);
/// assert_eq!(half.len(), 2 * 2 * 3);
/// ```
#[must_use]
pub fn shrink_antialiased(colors: &[f32], size: usize) -> Vec<f32> {
    let half = size / 2;
    let taps = |to: usize| {
        let taps = [(-1, 1.0), (0, 3.0), (1, 3.0), (2, 1.0)];
        let inside = taps.into_iter().filter_map(move |(by, weight)| {
            let at = (2 * to).checked_add_signed(by)?;
            (at < size).then_some((at, weight))
        });
        let taps: Vec<(usize, f64)> = inside.collect();
        let total: f64 = taps.iter().map(|tap| tap.1).sum();
        taps.into_iter().map(|(at, weight)| (at, weight / total)).collect::<Vec<_>>()
    };
    let all: Vec<Vec<(usize, f64)>> = (0..half).map(taps).collect();
    let mut shrunk = Vec::with_capacity(half * half * 3);
    for rows in &all {
        for columns in &all {
            for color in 0..3 {
                let mut sum = 0.0;
                for (y, by_row) in rows {
                    for (x, by_column) in columns {
                        sum += by_row * by_column * f64::from(colors[(y * size + x) * 3 + color]);
                    }
                }
                shrunk.push(single(sum));
            }
        }
    }
    shrunk
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn antialiasing_weighs_four_pixels_and_at_the_edge_three() {
        let size = 8;
        // Linear in both directions: inside, a weighted mean is the value in the middle.
        let value = |y: usize, x: usize, c: usize| (2 * y + 5 * x + c) as f32;
        let mut colors = Vec::new();
        for y in 0..size {
            for x in 0..size {
                colors.extend((0..3).map(|c| value(y, x, c)));
            }
        }
        let half = shrink_antialiased(&colors, size);
        for y in 1..3 {
            for x in 1..3 {
                for c in 0..3 {
                    let middle = (2.0 * (2 * y) as f32 + 1.0) + (5.0 * (2 * x) as f32 + 2.5) + c as f32;
                    assert_eq!(half[(y * 4 + x) * 3 + c], middle);
                }
            }
        }
        // (3 x 0 + 3 x 1 + 2) / 7 rows and columns from the corner.
        let corner = 5.0 / 7.0 * 2.0 + 5.0 / 7.0 * 5.0;
        assert!((half[0] - corner).abs() < 1e-6, "{}", half[0]);
    }
}
