//! Figure 5: how many channels of each block are scale-invariant.

use super::shown::Shown;
use crate::canvas::{Drawing, Drawn, FIRST, Frame, SECOND, heading, house_style, text};
use crate::error::ReportError;
use crate::registry::Figure;
use crate::results::Results;
use crate::schema::BlockRow;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const BLOCK: u32 = 96;
const HEIGHT: u32 = 378;

/// Figure 5 of paper 1.
#[derive(Debug)]
struct ScaleInvariance<'a> {
    title: String,
    blocks: &'a [BlockRow],
}

/// Draws it.
pub(super) fn draw(figure: &Figure, results: &Results) -> Result<Vec<Shown>, ReportError> {
    let invariance = ScaleInvariance { title: figure.title(None), blocks: &results.blocks };
    Ok(vec![Shown::draw(figure, None, results, &invariance)?])
}

impl Drawing for ScaleInvariance<'_> {
    fn size(&self) -> (u32, u32) {
        let blocks = u32::try_from(self.blocks.len()).unwrap_or(1);
        ((BLOCK * blocks + 80).max(480), HEIGHT)
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
        let unit = scale.cast_signed();
        heading(area, &self.title, scale)?;
        for (i, (color, label)) in
            [(FIRST, "all criteria"), (SECOND, "without the mix criterion")].into_iter().enumerate()
        {
            let (x, y) = ((12 + 110 * i32::try_from(i).unwrap_or(0)) * unit, 34 * unit);
            area.draw(&Rectangle::new([(x, y), (x + 11 * unit, y + 11 * unit)], color.filled()))?;
            area.draw(&Text::new(
                label,
                (x + 16 * unit, y + 6 * unit),
                text(11, scale).pos(Pos::new(HPos::Left, VPos::Center)),
            ))?;
        }
        let percents = |b: &BlockRow| [b.percent_scale_invariant, b.percent_scale_invariant_no_mix];
        let highest = self.blocks.iter().flat_map(percents).flatten().fold(0.0, f64::max);
        // From 10 on, up to ten labels are whole numbers.
        let top = (highest * 1.15).max(10.0);
        let blocks = self.blocks.len().max(1) as f64;
        // Bars of few blocks are as wide as those of many.
        let beside = (4.0 - blocks).max(0.0) / 2.0;
        let frame = Frame { top: 58, right: 14, bottom: 0, left: 10, below: 58, beside: 54 };
        let mut chart = frame.chart(area, scale, (-beside..blocks + beside, 0.0..top))?;
        house_style(&mut chart.configure_mesh(), scale)
            .x_labels(0)
            .y_labels(10)
            .y_label_formatter(&|y| format!("{y:.0}"))
            .y_desc("percent of channels")
            .draw()?;
        let centered = |size, vertical| text(size, scale).pos(Pos::new(HPos::Center, vertical));
        for (i, block) in self.blocks.iter().enumerate() {
            for (j, (percent, color)) in percents(block).into_iter().zip([FIRST, SECOND]).enumerate() {
                let Some(percent) = percent else { continue };
                let left = i as f64 + 0.14 + 0.36 * j as f64;
                chart.draw_series([Rectangle::new([(left, 0.0), (left + 0.34, percent)], color.filled())])?;
                let label = EmptyElement::at((left + 0.17, percent))
                    + Text::new(format!("{percent:.1}"), (0, -3 * unit), centered(10, VPos::Bottom));
                chart.draw_series([label])?;
            }
            let (x, y) = chart.backend_coord(&(i as f64 + 0.5, 0.0));
            let (left, above) = area.get_base_pixel();
            let studied = match block.studied == block.channels {
                true => format!("n = {}", block.studied),
                false => format!("{} of {}", block.studied, block.channels),
            };
            let (x, y) = (x - left, y - above);
            area.draw(&Text::new(block.block.clone(), (x, y + 8 * unit), centered(12, VPos::Top)))?;
            area.draw(&Text::new(studied, (x, y + 26 * unit), centered(10, VPos::Top)))?;
        }
        Ok(())
    }
}
