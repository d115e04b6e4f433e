//! Figure 5: how many channels of each block are scale-invariant, how sure that is, and how many chance would make so.

use super::shown::Shown;
use crate::canvas::{Drawing, Drawn, FIRST, Frame, INK, SECOND, heading, house_style, text, whisker};
use crate::error::ReportError;
use crate::numbers::{adjusted, probability};
use crate::registry::Figure;
use crate::results::Results;
use crate::schema::BlockRow;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const BLOCK: u32 = 96;
const HEIGHT: u32 = 412;
/// What chance gives.
const CHANCE: RGBColor = RGBColor(214, 39, 40);

/// Figure 5 of paper 1.
#[derive(Debug)]
struct ScaleInvariance<'a> {
    title: String,
    blocks: &'a [BlockRow],
}

/// A bar.
struct Bar {
    percent: f64,
    /// The ends of its interval.
    ends: Option<(f64, f64)>,
    /// What chance gives.
    chance: Option<f64>,
}

/// Those of a block, where they are defined.
fn bars(b: &BlockRow) -> [Option<Bar>; 2] {
    let bar = |percent: Option<f64>, ends: (Option<f64>, Option<f64>), chance| {
        Some(Bar { percent: percent?, ends: ends.0.zip(ends.1), chance })
    };
    let all = b.percent_scale_invariant_over_seeds.or(b.percent_scale_invariant);
    let no_mix = b.percent_scale_invariant_no_mix_over_seeds.or(b.percent_scale_invariant_no_mix);
    [
        bar(all, (b.percent_scale_invariant_low, b.percent_scale_invariant_high), b.pairing_percent),
        bar(
            no_mix,
            (b.percent_scale_invariant_no_mix_low, b.percent_scale_invariant_no_mix_high),
            b.pairing_no_mix_percent,
        ),
    ]
}

impl Bar {
    /// What reaches highest.
    fn top(&self) -> f64 {
        [self.ends.map(|e| e.1), self.chance].into_iter().flatten().fold(self.percent, f64::max)
    }
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
        let left = text(11, scale).pos(Pos::new(HPos::Left, VPos::Center));
        let y = 57 * unit;
        area.draw(&PathElement::new([(17 * unit, 51 * unit), (17 * unit, 63 * unit)], INK.stroke_width(scale)))?;
        area.draw(&Text::new("95% of resamples of the channels", (28 * unit, y), left.clone()))?;
        area.draw(&PathElement::new([(242 * unit, y), (254 * unit, y)], CHANCE.stroke_width(2 * scale)))?;
        area.draw(&Text::new("by chance: permuted pairs", (260 * unit, y), left))?;
        let highest = self.blocks.iter().flat_map(bars).flatten().map(|bar| bar.top()).fold(0.0, f64::max);
        // From 10 on, up to ten labels are whole numbers.
        let top = (highest * 1.15).max(10.0);
        let blocks = self.blocks.len().max(1) as f64;
        // Bars of few blocks are as wide as those of many.
        let beside = (4.0 - blocks).max(0.0) / 2.0;
        let frame = Frame { top: 76, right: 14, bottom: 0, left: 10, below: 74, beside: 54 };
        let mut chart = frame.chart(area, scale, (-beside..blocks + beside, 0.0..top))?;
        house_style(&mut chart.configure_mesh(), scale)
            .x_labels(0)
            .y_labels(10)
            .y_label_formatter(&|y| format!("{y:.0}"))
            .y_desc("percent of channels")
            .draw()?;
        let centered = |size, vertical| text(size, scale).pos(Pos::new(HPos::Center, vertical));
        for (i, block) in self.blocks.iter().enumerate() {
            for (j, (bar, color)) in bars(block).into_iter().zip([FIRST, SECOND]).enumerate() {
                let Some(bar) = bar else { continue };
                let left = i as f64 + 0.14 + 0.36 * j as f64;
                chart.draw_series([Rectangle::new([(left, 0.0), (left + 0.34, bar.percent)], color.filled())])?;
                if let Some(ends) = bar.ends {
                    chart.draw_series(whisker(left + 0.17, ends, 0.05, scale))?;
                }
                if let Some(chance) = bar.chance {
                    let line = [(left, chance), (left + 0.34, chance)];
                    chart.draw_series([PathElement::new(line, CHANCE.stroke_width(2 * scale))])?;
                }
                let label = EmptyElement::at((left + 0.17, bar.top()))
                    + Text::new(format!("{:.1}", bar.percent), (0, -3 * unit), centered(10, VPos::Bottom));
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
            for (j, (p, q)) in [(block.pairing_p, block.pairing_q), (block.pairing_no_mix_p, block.pairing_no_mix_q)]
                .iter()
                .enumerate()
            {
                let Some(p) = p else { continue };
                let words = format!("{}{}", probability(*p), adjusted(*q));
                let below = 42 + 14 * i32::try_from(j).unwrap_or(0);
                area.draw(&Text::new(words, (x, y + below * unit), centered(9, VPos::Top)))?;
            }
        }
        Ok(())
    }
}
