//! Figure 2: histograms of mix ratios, one a block.

use super::shown::Shown;
use crate::canvas::{Drawing, Drawn, FIRST, Frame, INK, at, heading, house_style, text, whisker};
use crate::error::ReportError;
use crate::registry::Figure;
use crate::results::Results;
use crate::schema::{BlockRow, HistogramRow};
use plotters::coord::Shift;
use plotters::prelude::*;

const PANEL: (u32, u32) = (300, 250);
const COLUMNS: usize = 4;
const TITLE: u32 = 34;

/// Figure 2 of paper 1.
#[derive(Debug)]
struct MixRatios<'a> {
    title: String,
    blocks: &'a [BlockRow],
    bins: &'a [HistogramRow],
}

/// Draws it.
pub(super) fn draw(figure: &Figure, results: &Results) -> Result<Vec<Shown>, ReportError> {
    let Results { blocks, bins, .. } = results;
    let ratios = MixRatios { title: figure.title(None), blocks, bins };
    Ok(vec![Shown::draw(figure, None, results, &ratios)?])
}

impl MixRatios<'_> {
    fn columns(&self) -> usize {
        self.blocks.len().clamp(1, COLUMNS)
    }

    fn rows(&self) -> usize {
        self.blocks.len().div_ceil(self.columns()).max(1)
    }
}

impl Drawing for MixRatios<'_> {
    fn size(&self) -> (u32, u32) {
        let count = |n: usize| u32::try_from(n).unwrap_or(1);
        ((PANEL.0 * count(self.columns())).max(460), PANEL.1 * count(self.rows()) + TITLE)
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
        let (title, below) = area.split_vertically(TITLE * scale);
        heading(&title, &self.title, scale)?;
        let panels = below.split_evenly((self.rows(), self.columns()));
        for (panel, block) in panels.iter().zip(self.blocks) {
            self.panel(panel, block, scale)?;
        }
        Ok(())
    }
}

impl MixRatios<'_> {
    fn panel<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, block: &BlockRow, scale: u32) -> Drawn<DB> {
        let bins: Vec<&HistogramRow> = self.bins.iter().filter(|b| b.block == block.block).collect();
        let several = block.seeds > 1;
        let highest = bins.iter().map(|b| b.count.max(b.count_largest)).max().unwrap_or(0).max(1);
        let top = highest as f64 * 1.18;
        let studied = match block.studied == block.channels {
            true => format!("n = {}", block.studied),
            false => format!("n = {} of {}", block.studied, block.channels),
        };
        let first = if several { "first seed: " } else { "" };
        let counts = format!("{first}overwrite {}, mix {}, skip {}", block.overwrite, block.mix, block.skip);
        area.draw(&Text::new(format!("{} ({studied})", block.block), at(52, 4, scale), text(13, scale)))?;
        area.draw(&Text::new(counts, at(52, 22, scale), text(11, scale)))?;
        let frame = Frame { top: 40, right: 12, bottom: 18, left: 8, below: 36, beside: 42 };
        let mut chart = frame.chart(area, scale, (0.0..5.0, 0.0..top))?;
        house_style(&mut chart.configure_mesh(), scale)
            .x_labels(6)
            // No more than there are whole numbers.
            .y_labels(highest.saturating_add(1).min(5))
            .x_label_formatter(&|x| format!("{x:.0}"))
            .y_label_formatter(&|y| format!("{y:.0}"))
            .x_desc("mix ratio (last bin: 4.75 and above)")
            .y_desc("channels")
            .draw()?;
        let height = |b: &HistogramRow| if several { b.count_over_seeds } else { b.count as f64 };
        chart.draw_series(
            bins.iter()
                .filter(|b| height(b) > 0.0)
                .map(|b| Rectangle::new([(b.from, 0.0), (b.to, height(b))], FIRST.filled())),
        )?;
        for bin in bins.iter().filter(|b| several && b.count_largest > 0) {
            let ends = (bin.count_smallest as f64, bin.count_largest as f64);
            chart.draw_series(whisker(f64::midpoint(bin.from, bin.to), ends, 0.06, scale))?;
        }
        let dash = 6 * scale.cast_signed();
        chart.draw_series(DashedLineSeries::new([(1.0, 0.0), (1.0, top)], dash, dash, INK.stroke_width(scale)))?;
        Ok(())
    }
}
