//! The chain of augmentations between the picture and the network (METHOD.md, section 2).
//!
//! ```text
//! jitter 0:  scale, rotate
//! jitter j:  reflect-pad j, jitter j, scale, rotate, jitter j / 2, center crop
//! ```
//!
//! A centered jitter of j moves the image up and left by j / 2 before it moves it right and down.
//!
//! The scale decides the sizes of everything behind it, so each scale is a graph of its own; rotation and jitter are
//! drawn for each execution.

use crate::draws::StepDraws;
use autodiff::ops::{Alignment, Draw, Jitter, ReflectPad, Resize, Rotate, Translate};
use autodiff::{Graph, GraphError, NodeId, Shape, Workspace};

/// How pictures are augmented at one scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Augmentation {
    /// Largest jitter in pixels; 0 for none, and then neither padding nor crop.
    pub jitter: usize,
    /// The scale in thousandths.
    pub scale: u32,
    /// Rotations reach this many degrees.
    pub degrees: u32,
    /// Whether the first jitter moves to either side: the image is moved up and left by half of it before.
    pub centered: bool,
}

/// The nodes of an augmented image.
#[derive(Clone, Copy, Debug)]
pub struct AugmentedImage {
    /// What the network sees, before normalisation.
    pub image: NodeId,
    first: Option<NodeId>,
    rotated: NodeId,
    second: Option<NodeId>,
}

impl Augmentation {
    /// Adds the chain behind `image`.
    ///
    /// # Errors
    /// If the image is too small for its padding.
    ///
    /// # Example
    /// ```
    /// use autodiff::ops::Input;
    /// use autodiff::{Graph, Shape};
    /// use featviz::Augmentation;
    ///
    /// # fn main() -> Result<(), autodiff::GraphError> {
    /// // How many pixels the network sees of a picture of 224: without jitter, nothing is cut off.
    /// for (jitter, scale, seen) in [(0, 1000, 224), (0, 1050, 236), (0, 950, 225), (16, 1050, 224)] {
    ///     let mut graph = Graph::new();
    ///     let image = graph.add(Input { shape: Shape::new(224, 224, 3) }, &[])?;
    ///     let augmented = Augmentation { jitter, scale, degrees: 5, centered: false }.add_to(&mut graph, image)?;
    ///     assert_eq!(graph.shape(augmented.image), Shape::new(seen, seen, 3));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_to(&self, graph: &mut Graph, image: NodeId) -> Result<AugmentedImage, GraphError> {
        let shape = graph.shape(image);
        if self.jitter == 0 {
            let scaled = scale_image(graph, image, self.scale)?;
            let rotated = graph.add(Rotate::within(self.degrees), &[scaled])?;
            return Ok(AugmentedImage { image: rotated, first: None, rotated, second: None });
        }
        let padded = graph.add(ReflectPad::new(self.jitter), &[image])?;
        let moved = recentered(graph, padded, self.offset(self.jitter))?;
        let first = graph.add(Jitter::below(self.jitter), &[moved])?;
        let scaled = scale_image(graph, first, self.scale)?;
        let rotated = graph.add(Rotate::within(self.degrees), &[scaled])?;
        let moved = recentered(graph, rotated, self.offset(self.jitter / 2))?;
        let second = graph.add(Jitter::below(self.jitter / 2), &[moved])?;
        let Shape { height, width, .. } = graph.shape(second);
        let crop = Translate::center_crop((height, width), (shape.height, shape.width));
        let cropped = graph.add(crop, &[second])?;
        Ok(AugmentedImage { image: cropped, first: Some(first), rotated, second: Some(second) })
    }
}

impl Augmentation {
    /// How far up and left the image is moved before a jitter of so many pixels.
    fn offset(&self, jitter: usize) -> usize {
        if self.centered { jitter / 2 } else { 0 }
    }
}

/// An image moved up and left by so many pixels; zeros enter.
fn recentered(graph: &mut Graph, image: NodeId, by: usize) -> Result<NodeId, GraphError> {
    if by == 0 {
        return Ok(image);
    }
    let Shape { height, width, .. } = graph.shape(image);
    let by = -by.cast_signed();
    graph.add(Translate::moved((height, width), (by, by)), &[image])
}

impl AugmentedImage {
    /// Hands a step's draws to a workspace.
    pub fn set_draws(&self, workspace: &mut Workspace, draws: &StepDraws) {
        workspace.set_draw(self.rotated, Draw::Degrees(draws.degrees));
        for (node, (down, right)) in [(self.first, draws.first), (self.second, draws.second)] {
            if let Some(node) = node {
                workspace.set_draw(node, Draw::Shift(down, right));
            }
        }
    }
}

/// An image at a scale in thousandths: resized to the ceiling of `scale * size`, bilinear with aligned corners, and
/// where it is smaller then, padded with zeros by `ceil((size - new) / 2)` on both sides. A larger one stays larger.
///
/// # Errors
/// If the image cannot be resized to this.
pub fn scale_image(graph: &mut Graph, image: NodeId, thousandths: u32) -> Result<NodeId, GraphError> {
    let Shape { height, width, .. } = graph.shape(image);
    let scaled = |size: usize| (size * thousandths as usize).div_ceil(1000);
    let to = (scaled(height), scaled(width));
    let resized =
        if to == (height, width) { image } else { graph.add(Resize::new(to, Alignment::Corners), &[image])? };
    let margin = |size: usize, new: usize| size.saturating_sub(new).div_ceil(2);
    let margins = (margin(height, to.0), margin(width, to.1));
    if margins == (0, 0) {
        return Ok(resized);
    }
    graph.add(Translate::zero_pad(to, margins), &[resized])
}

#[cfg(test)]
mod tests {
    use super::*;
    use autodiff::ops::Input;
    use autodiff::{Isa, Plan, Wanted};
    use std::sync::Arc;

    fn size_seen(jitter: usize, scale: u32) -> usize {
        let mut graph = Graph::new();
        let image = graph.add(Input { shape: Shape::new(224, 224, 3) }, &[]).unwrap();
        let augmented = Augmentation { jitter, scale, degrees: 5, centered: false }.add_to(&mut graph, image).unwrap();
        graph.shape(augmented.image).height
    }

    #[test]
    fn without_crop_the_network_sees_224_225_230_or_236_pixels() {
        let seen = [1000, 975, 1025, 950, 1050].map(|scale| size_seen(0, scale));
        assert_eq!(seen, [224, 225, 230, 225, 236]);
    }

    #[test]
    fn a_centered_jitter_of_half_its_limit_moves_nothing_and_an_uncentered_one_does() {
        let shown = |centered| {
            let mut graph = Graph::new();
            let image = graph.add(Input { shape: Shape::new(16, 16, 3) }, &[]).unwrap();
            let augmentation = Augmentation { jitter: 8, scale: 1000, degrees: 0, centered };
            let augmented = augmentation.add_to(&mut graph, image).unwrap();
            let plan = Plan::forward(&graph, &[Wanted::whole(&graph, augmented.image)]).unwrap();
            let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
            let values: Vec<f32> = (0_u16..768).map(f32::from).collect();
            workspace.set_input(image, &values);
            augmented.set_draws(&mut workspace, &StepDraws { scale: 0, degrees: 0, first: (4, 4), second: (2, 2) });
            workspace.forward();
            workspace.value(augmented.image).data() == values
        };
        assert!(shown(true) && !shown(false));
    }

    #[test]
    fn with_jitter_the_network_sees_224_pixels() {
        for scale in [1000, 975, 1025, 950, 1050] {
            assert_eq!([size_seen(4, scale), size_seen(16, scale)], [224, 224]);
        }
    }
}
