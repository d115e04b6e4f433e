//! Reading sites of the network for 8-bit images, as they are or changed by a scale operator.

use crate::error::NetworkError;
use crate::network::{Network, Sites};
use crate::site::Site;
use autodiff::ops::{Alignment, Input, ReflectPad, Resize, Translate};
use autodiff::{Graph, GraphError, Isa, NodeId, Plan, Shape, ThreadPool, Wanted, Workspace};
use ndarray::{Array3, ArrayView1};
use std::sync::Arc;

/// How an image is looked at, as a step on the normalised tensor (METHOD.md, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum View {
    /// As it is.
    Plain,
    /// Its central half, resized to the full size.
    Enlarged,
    /// Resized to half its size, then padded by reflection to the full size.
    Shrunk,
    /// Its central rows and columns, so many of each, resized to the full size: [`View::Enlarged`] by another factor.
    Cropped(usize),
    /// Resized to so many rows and columns, then padded by reflection to the full size: [`View::Shrunk`] by another
    /// factor.
    Padded(usize),
}

/// How much of each site is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// The center neuron of every channel.
    Center,
    /// The whole map.
    Whole,
}

/// What is to be read of images.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// Rows and columns of the images: a multiple of 4 from 8 to 4,096.
    pub size: usize,
    /// How they are looked at.
    pub view: View,
    /// The sites.
    pub sites: &'a [Site],
    /// How much of each.
    pub extent: Extent,
}

/// Reads chosen sites for one image after another, computing no more of the network than they need.
#[derive(Debug)]
pub struct Reader {
    workspace: Workspace,
    image: NodeId,
    size: usize,
    sites: Sites,
    shapes: Vec<(Site, Shape)>,
}

impl View {
    /// The view of images of `size` by `size` pixels in which things are `scale` times as large, as near as an even
    /// number of pixels around the center allows, and how large they are in it.
    ///
    /// # Example
    /// ```
    /// use resnet::View;
    ///
    /// assert_eq!(View::scaled(2.0, 224), (View::Enlarged, 2.0));
    /// assert_eq!(View::scaled(0.5, 224), (View::Shrunk, 0.5));
    /// // 224 x 0.8 is 179.2: as near as an even margin allows are 180 pixels.
    /// assert_eq!(View::scaled(0.8, 224), (View::Padded(180), 180.0 / 224.0));
    /// ```
    pub fn scaled(scale: f64, size: usize) -> (View, f64) {
        let full = size as f64;
        let centered = |wanted: f64| {
            let sides = (0..size / 2).map(|margin| size - 2 * margin);
            let distance = |side: &usize| (*side as f64 - wanted).abs();
            let nearest = sides.min_by(|a, b| distance(a).total_cmp(&distance(b)));
            nearest.unwrap_or(size)
        };
        if scale > 1.0 {
            let side = centered(full / scale);
            let view = match side * 2 == size {
                true => View::Enlarged,
                false => View::Cropped(side),
            };
            (view, full / side as f64)
        } else if scale < 1.0 {
            let side = centered(full * scale);
            let view = match side * 2 == size {
                true => View::Shrunk,
                false => View::Padded(side),
            };
            (view, side as f64 / full)
        } else {
            (View::Plain, 1.0)
        }
    }

    /// Adds it behind `image`, a normalised tensor `[size, size, 3]`.
    ///
    /// # Errors
    /// If the image is too small for it.
    pub fn add_to(self, graph: &mut Graph, image: NodeId) -> Result<NodeId, GraphError> {
        let Shape { height, width, .. } = graph.shape(image);
        match self {
            View::Plain => Ok(image),
            View::Enlarged => enlarge(graph, image, (height / 2, width / 2)),
            View::Shrunk => shrink(graph, image, (height / 2, width / 2)),
            View::Cropped(side) => enlarge(graph, image, (side, side)),
            View::Padded(side) => shrink(graph, image, (side, side)),
        }
    }
}

/// The papers' *enlarge*: the central `part` (rows, columns) of an image `[size, size, 3]`, resized to the whole,
/// bilinear with half-pixel centers and without antialiasing. The papers' part is half of each side.
///
/// # Errors
/// If the image is too small for it.
///
/// ```
/// use autodiff::{Graph, Shape, ops::Input};
/// let mut graph = Graph::new();
/// let image = graph.add(Input { shape: Shape::new(224, 224, 3) }, &[])?;
/// let enlarged = resnet::enlarge(&mut graph, image, (112, 112))?;
/// assert_eq!(graph.shape(enlarged), Shape::new(224, 224, 3));
/// # Ok::<(), autodiff::GraphError>(())
/// ```
pub fn enlarge(graph: &mut Graph, image: NodeId, part: (usize, usize)) -> Result<NodeId, GraphError> {
    let Shape { height, width, .. } = graph.shape(image);
    let cropped = graph.add(Translate::center_crop((height, width), part), &[image])?;
    graph.add(Resize::new((height, width), Alignment::HalfPixel), &[cropped])
}

/// The papers' *shrink*: an image `[size, size, 3]` resized to `part` (rows, columns), bilinear with half-pixel centers
/// and without antialiasing, then padded to the whole by reflection, the edge not repeated. The papers' part is half of
/// each side, with a quarter of a side reflected around it. A part of less than about a third is reflected more than once,
/// as `numpy.pad(mode="reflect")` does: what is around it by then is reflected again.
///
/// # Errors
/// If the image is too small for it.
pub fn shrink(graph: &mut Graph, image: NodeId, part: (usize, usize)) -> Result<NodeId, GraphError> {
    let height = graph.shape(image).height;
    let mut padded = graph.add(Resize::new(part, Alignment::HalfPixel), &[image])?;
    let mut margin = height.saturating_sub(part.0) / 2;
    loop {
        // What lies at the edge is not repeated: a map reflects at most all of it but one line.
        let Shape { height, width, .. } = graph.shape(padded);
        let once = margin.min(height.min(width).saturating_sub(1).max(1));
        padded = graph.add(ReflectPad::new(once), &[padded])?;
        margin -= once;
        if margin == 0 {
            return Ok(padded);
        }
    }
}

impl Reader {
    /// A reader of what is asked for.
    ///
    /// # Errors
    /// If the network lacks a site, or images of this size cannot be read.
    pub fn new(network: &Network, reading: Reading<'_>, isa: Isa) -> Result<Reader, NetworkError> {
        let Reading { size, view, sites, extent } = reading;
        Network::require_input_size(size)?;
        let mut graph = Graph::new();
        let image = graph.add(Input { shape: Shape::new(size, size, 3) }, &[])?;
        let normalised = graph.add(network.normalisation(), &[image])?;
        let seen = view.add_to(&mut graph, normalised)?;
        let nodes = network.add_to(&mut graph, seen)?;
        let (mut wanted, mut shapes) = (Vec::new(), Vec::new());
        for &site in sites {
            network.require(site)?;
            let Some(node) = nodes.get(site) else {
                continue;
            };
            shapes.push((site, graph.shape(node)));
            wanted.push(match extent {
                Extent::Center => Wanted::center(&graph, node),
                Extent::Whole => Wanted::whole(&graph, node),
            });
        }
        let plan = Plan::forward(&graph, &wanted)?;
        Ok(Reader { workspace: Workspace::new(Arc::new(plan), isa), image, size, sites: nodes, shapes })
    }

    /// The sites that it reads, with the shapes of their whole maps.
    pub fn shapes(&self) -> &[(Site, Shape)] {
        &self.shapes
    }

    /// Reads an image: `[size, size, 3]` RGB bytes, each divided by 255.
    ///
    /// # Panics
    /// If there are not as many bytes as that.
    pub fn read(&mut self, pixels: &[u8]) {
        self.set_image(pixels);
        self.workspace.forward();
    }

    /// As [`Reader::read`], with the work shared by the threads of a pool; it gives the same bits.
    ///
    /// # Panics
    /// As [`Reader::read`].
    pub fn read_on(&mut self, pixels: &[u8], pool: &ThreadPool) {
        self.set_image(pixels);
        self.workspace.forward_on(pool);
    }

    fn set_image(&mut self, pixels: &[u8]) {
        assert_eq!(pixels.len(), self.size * self.size * 3, "bytes of an image of {0} x {0}", self.size);
        let inside = self.workspace.plan().region_inside(self.image);
        let size = self.size;
        let mut image = self.workspace.input_mut(self.image);
        for y in inside.top..inside.bottom() {
            let from = (y.unsigned_abs() * size + inside.left.unsigned_abs()) * 3;
            let to = image.offset(y, inside.left);
            let line = &mut image.data_mut()[to..to + inside.width * 3];
            for (to, &byte) in line.iter_mut().zip(&pixels[from..]) {
                *to = f32::from(byte) / 255.0;
            }
        }
    }

    /// The center activation of every channel at a site, of the image read last.
    ///
    /// # Panics
    /// If it does not read this site.
    #[expect(
        clippy::expect_used,
        reason = "documented: asking for a site that was not asked for is a mistake of the caller"
    )]
    pub fn center(&self, site: Site) -> ArrayView1<'_, f32> {
        let (_, shape) = self.shapes.iter().find(|(s, _)| *s == site).expect("a site that the reader was made for");
        let node = self.sites.get(site).expect("a site of the network");
        ArrayView1::from(self.workspace.at(node, shape.center()))
    }

    /// The whole map `[height, width, channels]` of a site, of the image read last.
    ///
    /// # Panics
    /// If it does not read whole maps, or not this site.
    #[expect(
        clippy::expect_used,
        reason = "documented: asking for a site that was not asked for is a mistake of the caller"
    )]
    pub fn whole(&self, site: Site) -> Array3<f32> {
        let (_, shape) = self.shapes.iter().find(|(s, _)| *s == site).expect("a site that the reader was made for");
        let node = self.sites.get(site).expect("a site of the network");
        let values = self.workspace.value(node).part(shape.region()).to_vec();
        Array3::from_shape_vec((shape.height, shape.width, shape.channels), values).expect("as many as the shape says")
    }
}
