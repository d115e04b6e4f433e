//! A figure that was drawn.

use crate::canvas::{self, Drawing};
use crate::error::ReportError;
use crate::registry::Figure;
use crate::results::Results;

/// A figure that was drawn: its place below the folder, without its extension.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) path: String,
}

impl Shown {
    /// One that was drawn.
    pub(super) fn of(figure: &Figure, block: Option<&str>) -> Shown {
        Shown { path: figure.path(block) }
    }

    /// Draws one and writes its file.
    pub(super) fn draw(
        figure: &Figure,
        block: Option<&str>,
        results: &Results,
        drawing: &impl Drawing,
    ) -> Result<Shown, ReportError> {
        canvas::save(drawing, &figure.file(&results.folder, block))?;
        Ok(Shown::of(figure, block))
    }
}
