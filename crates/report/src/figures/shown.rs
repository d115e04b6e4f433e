//! A figure that was drawn.

use crate::canvas::{self, Drawing};
use crate::error::ReportError;
use crate::registry::Figure;
use crate::results::Results;

/// A figure, without the extension of its two files, and what it shows.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) path: String,
    pub(crate) caption: String,
    /// In units, of which bitmaps have two pixels each.
    pub(crate) width: u32,
}

impl Shown {
    /// What the page says of one that was drawn.
    pub(super) fn of(figure: &Figure, block: Option<&str>, results: &Results, width: u32) -> Shown {
        let with_images = results.manifest.images.is_some();
        Shown { path: figure.path(block), caption: figure.caption(block, with_images), width }
    }

    /// Draws one and writes its files.
    pub(super) fn draw(
        figure: &Figure,
        block: Option<&str>,
        results: &Results,
        drawing: &impl Drawing,
    ) -> Result<Shown, ReportError> {
        let width = canvas::save(drawing, &figure.file(&results.folder, block))?;
        Ok(Shown::of(figure, block, results, width))
    }
}
