//! Drawing the figures that the registry declares, a file each.

mod convergence;
mod curves;
mod enlargement;
mod exemplars;
mod lines;
mod mix_ratios;
mod panels;
mod paths;
mod scale_invariance;
mod scale_tuning;
mod shown;
mod words;

pub(crate) use lines::{Line, Panel, Rows};
pub(crate) use shown::Shown;

use crate::error::ReportError;
use crate::registry::Figure;
use crate::registry::figures as declared;
use crate::results::Results;

/// Draws a figure from the results that it was declared to be made from, for each block or once.
type Draw = fn(&Figure, &Results) -> Result<Vec<Shown>, ReportError>;

/// Every figure of the registry, in its order, and what draws it.
const DRAWN: [(&Figure, Draw); 12] = [
    (&declared::EXEMPLARS, exemplars::draw),
    (&declared::MIX_RATIOS, mix_ratios::draw),
    (&declared::WEIGHTS, panels::draw),
    (&declared::TUNING, panels::draw),
    (&declared::SCALE_INVARIANCE, scale_invariance::draw),
    (&declared::SCALE_METRICS, exemplars::draw),
    (&declared::CONTRIBUTIONS, panels::draw),
    (&declared::SCALE_TUNING, scale_tuning::draw),
    (&declared::CRITERIA, rows),
    (&declared::CONVERGENCE, rows),
    (&declared::PATHS, rows),
    (&declared::ENLARGEMENT, rows),
];

/// What a figure of lines shows.
type OfLines = fn(&Figure, &Results) -> Rows;

/// Figures of rows of panels of lines.
const OF_LINES: [(&Figure, OfLines); 4] = [
    (&declared::CRITERIA, curves::rows),
    (&declared::CONVERGENCE, convergence::rows),
    (&declared::PATHS, paths::rows),
    (&declared::ENLARGEMENT, enlargement::rows),
];

/// What a figure of lines shows, by its number; nothing of another one.
pub(crate) fn lines(number: u8, results: &Results) -> Option<Rows> {
    OF_LINES.iter().find(|(figure, _)| figure.number == number).map(|(figure, rows)| rows(figure, results))
}

fn rows(figure: &Figure, results: &Results) -> Result<Vec<Shown>, ReportError> {
    let rows = lines(figure.number, results);
    rows.iter().map(|rows| Shown::draw(figure, None, results, rows)).collect()
}

/// Draws all figures; `drawn` is told of each of the registry, drawn or not needed.
pub(crate) fn draw(results: &Results, drawn: &dyn Fn()) -> Result<Vec<Shown>, ReportError> {
    let mut shown = Vec::new();
    for (figure, draw) in DRAWN {
        if !figure.needs_images || results.manifest.images.is_some() {
            shown.extend(draw(figure, results)?);
        }
        drawn();
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::FIGURES;

    #[test]
    fn every_figure_of_the_registry_is_drawn_in_its_order() {
        let drawn = DRAWN.map(|(figure, _)| figure.stem());
        assert_eq!(drawn, FIGURES.map(|figure| figure.stem()));
    }
}
