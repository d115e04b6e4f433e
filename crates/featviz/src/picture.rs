//! The picture of a spectrum, and its 8-bit form on which everything is measured.

use crate::recipe::Recipe;
use autodiff::ops::{Input, SpectralImage};
use autodiff::{Graph, GraphError, Isa, NodeId, Plan, Shape, Wanted, Workspace};
use ndarray::{ArrayView3, ArrayView4};
use std::sync::Arc;

/// Turns spectra into whole pictures.
#[derive(Debug)]
pub struct Picture {
    workspace: Workspace,
    spectrum: NodeId,
    image: NodeId,
    size: usize,
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
        Ok(Picture { workspace: Workspace::new(Arc::new(plan), isa), spectrum, image, size: recipe.size })
    }

    /// The picture of a spectrum `[3, size, size / 2 + 1, (re, im)]`: `[size, size, 3]` RGB, each value in (0, 1).
    ///
    /// # Panics
    /// If the spectrum has not the recipe's shape.
    ///
    /// # Example
    /// Without a spectrum, everything is grey:
    ///
    /// ```
    /// use autodiff::Isa;
    /// use featviz::{Picture, Recipe};
    /// use ndarray::Array4;
    ///
    /// # fn main() -> Result<(), featviz::FeatvizError> {
    /// let mut picture = Picture::new(&Recipe::new(8, 0), Isa::best())?;
    /// let drawn = picture.draw(Array4::zeros((3, 8, 5, 2)).view());
    /// assert_eq!(drawn.shape(), [8, 8, 3]);
    /// assert!(drawn.iter().all(|&value| value == 0.5));
    /// # Ok(())
    /// # }
    /// ```
    pub fn draw(&mut self, spectrum: ArrayView4<'_, f32>) -> ArrayView3<'_, f32> {
        let size = self.size;
        assert_eq!(
            spectrum.shape(),
            [3, size, size / 2 + 1, 2],
            "the spectrum of a picture of {size} by {size} pixels"
        );
        let spectrum = spectrum.as_standard_layout();
        self.draw_slice(spectrum.as_slice().unwrap_or_default())
    }

    /// The same of a spectrum in a slice.
    #[expect(clippy::expect_used, reason = "the image's shape is the recipe's")]
    pub(crate) fn draw_slice(&mut self, spectrum: &[f32]) -> ArrayView3<'_, f32> {
        self.workspace.set_input(self.spectrum, spectrum);
        self.workspace.forward();
        let image = self.workspace.value(self.image).data();
        ArrayView3::from_shape((self.size, self.size, 3), image).expect("three colors for each pixel")
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
///
/// # Example
/// ```
/// assert_eq!(featviz::to_bytes(&[0.0, 0.5, 0.999, 1.0, 1.5, f32::NAN]), [0, 127, 254, 255, 255, 0]);
/// ```
pub fn to_bytes(image: &[f32]) -> Vec<u8> {
    image.iter().copied().map(to_byte).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "truncating is the definition; the cast saturates at 0 and 255"
)]
pub(crate) fn to_byte(value: f32) -> u8 {
    (value * 255.0) as u8
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
