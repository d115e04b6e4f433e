//! The picture of a spectrum, and its 8-bit form on which everything is measured.

use crate::recipe::Recipe;
use autodiff::ops::{Input, SpectralImage};
use autodiff::{Graph, GraphError, Isa, NodeId, Plan, Shape, Wanted, Workspace};
use std::sync::Arc;

/// Turns spectra into whole pictures.
#[derive(Debug)]
pub struct Picture {
    workspace: Workspace,
    spectrum: NodeId,
    image: NodeId,
}

impl Picture {
    /// For the pictures of a recipe.
    ///
    /// # Errors
    /// If the recipe's size is none that a picture can have.
    pub fn new(recipe: &Recipe, isa: Isa) -> Result<Picture, crate::FeatvizError> {
        let mut graph = Graph::new();
        let (spectrum, image) = add_picture(&mut graph, recipe.size)?;
        let plan = Plan::forward(&graph, &[Wanted::whole(&graph, image)])?;
        Ok(Picture { workspace: Workspace::new(Arc::new(plan), isa), spectrum, image })
    }

    /// The picture of a spectrum: `[size, size, 3]` RGB, each value in (0, 1).
    ///
    /// # Panics
    /// If the spectrum has not the recipe's length.
    pub fn draw(&mut self, spectrum: &[f32]) -> &[f32] {
        self.workspace.set_input(self.spectrum, spectrum);
        self.workspace.forward();
        self.workspace.value(self.image).data()
    }
}

/// Adds a spectrum `[3 size, size / 2 + 1, 2]` and its image `[size, size, 3]`.
pub(crate) fn add_picture(graph: &mut Graph, size: usize) -> Result<(NodeId, NodeId), GraphError> {
    let shape = Shape::new(3 * size, size / 2 + 1, 2);
    let spectrum = graph.add(Input { shape }, &[])?;
    let image = graph.add(SpectralImage::new(size, size), &[spectrum])?;
    Ok((spectrum, image))
}

/// 8-bit colors: value times 255, truncated (METHOD.md, section 2). What is no number becomes 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "truncating is the definition; the cast saturates at 0 and 255"
)]
pub fn to_bytes(image: &[f32]) -> Vec<u8> {
    image.iter().map(|&value| (value * 255.0) as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_truncated_not_rounded() {
        assert_eq!(
            to_bytes(&[0.0, 0.999, 1.0, 0.5, 1.0 / 255.0, -0.1, 1.1, f32::NAN]),
            [0, 254, 255, 127, 1, 0, 255, 0]
        );
    }
}
