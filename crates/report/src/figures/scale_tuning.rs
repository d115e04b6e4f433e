//! Figure 10: what Input, Block and Output of chosen channels answer to their pictures and photographs at sizes from
//! half to double.

use super::shown::Shown;
use crate::canvas::{Drawing, Drawn, FIRST, Frame, house_style, text};
use crate::error::ReportError;
use crate::registry::Figure;
use crate::results::Results;
use crate::schema::{BlockRow, ExemplarRow, ScaleTuningRow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const PANEL: (u32, u32) = (290, 200);
const TOP: u32 = 58;
/// The space above each row of panels, for the channel.
const HEADING: u32 = 24;
const BLOCK: RGBColor = RGBColor(214, 95, 14);
const OUTPUT: RGBColor = RGBColor(178, 178, 178);
/// The roles: name, title, color, width of the line on pictures.
const ROLES: [(&str, &str, RGBColor, u32); 3] =
    [("input", "Input", FIRST, 2), ("block", "Block", BLOCK, 2), ("output", "Output", OUTPUT, 7)];
/// The roles from the back to the front. The Output is the Block where the Input is zero, and the other way around: a
/// wide pale line behind leaves both to be seen.
const BACK_TO_FRONT: [usize; 3] = [2, 0, 1];

/// What curves on photographs are called in the table.
const PHOTOGRAPHS: &str = "photographs";

/// The scale tuning of a block's exemplars.
#[derive(Debug)]
struct ScaleTuning<'a> {
    title: String,
    block: &'a str,
    exemplars: Vec<&'a ExemplarRow>,
    rows: &'a [ScaleTuningRow],
}

/// Draws that of each block that has exemplars with curves.
pub(super) fn draw(figure: &Figure, results: &Results) -> Result<Vec<Shown>, ReportError> {
    let mut shown = Vec::new();
    for BlockRow { block, .. } in &results.blocks {
        let (title, exemplars) = (figure.title(Some(block)), with_curves(block, &results.exemplars));
        if !exemplars.is_empty() {
            let curves = ScaleTuning { title, block, exemplars, rows: &results.tuning };
            shown.push(Shown::draw(figure, Some(block), results, &curves)?);
        }
    }
    Ok(shown)
}

/// The exemplars of a block whose curves are drawn: those that the paper names, then those with the largest scale
/// metric, each once.
fn with_curves<'a>(block: &str, rows: &'a [ExemplarRow]) -> Vec<&'a ExemplarRow> {
    let mut shown: Vec<&ExemplarRow> = Vec::new();
    let of_block = || rows.iter().filter(|e| e.block == block);
    let named = of_block().filter(|e| e.in_paper);
    for exemplar in named.chain(of_block().filter(|e| e.figure == 6)) {
        if shown.iter().all(|e| e.channel != exemplar.channel) {
            shown.push(exemplar);
        }
    }
    shown
}

impl Drawing for ScaleTuning<'_> {
    fn size(&self) -> (u32, u32) {
        let channels = u32::try_from(self.exemplars.len()).unwrap_or(1);
        (3 * PANEL.0, TOP + channels * (PANEL.1 + HEADING))
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
        let unit = scale.cast_signed();
        let (head, mut below) = area.split_vertically(TOP * scale);
        head.draw(&Text::new(self.title.as_str(), (10 * unit, 8 * unit), text(15, scale)))?;
        self.legend(&head, scale)?;
        for exemplar in &self.exemplars {
            let (heading, rest) = below.split_vertically(HEADING * scale);
            let (panels, rest) = rest.split_vertically(PANEL.1 * scale);
            below = rest;
            let words = format!("{}; {}", exemplar.heading(), exemplar.measures());
            heading.draw(&Text::new(words, (10 * unit, 4 * unit), text(13, scale)))?;
            for (panel, (seen, title, ..)) in panels.split_evenly((1, 3)).iter().zip(ROLES) {
                self.panel(panel, (exemplar.channel, seen, title), scale)?;
            }
        }
        Ok(())
    }
}

impl ScaleTuning<'_> {
    /// The curves of a channel.
    fn of(&self, channel: usize) -> impl Iterator<Item = &ScaleTuningRow> {
        let of_channel = move |r: &&ScaleTuningRow| r.block == self.block && r.channel == channel;
        self.rows.iter().filter(of_channel)
    }

    /// Which color is which role, which stroke which stimulus.
    fn legend<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
        let unit = scale.cast_signed();
        let left = text(11, scale).pos(Pos::new(HPos::Left, VPos::Center));
        let mut x = 12;
        let y = 40 * unit;
        for (_, title, color, width) in ROLES {
            let line = [(x * unit, y), ((x + 22) * unit, y)];
            area.draw(&PathElement::new(line, color.stroke_width(width * scale)))?;
            area.draw(&Text::new(title, ((x + 28) * unit, y), left.clone()))?;
            x += 84;
        }
        let mut shown = self.exemplars.iter().flat_map(|e| self.of(e.channel));
        let words = match shown.any(|r| r.stimulus == PHOTOGRAPHS) {
            true => "lines: on pictures; thin, with dots: mean over top nine images, each clipped at zero",
            false => "on optimised pictures",
        };
        area.draw(&Text::new(words, ((x + 12) * unit, y), left))
    }

    fn panel<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        (channel, seen, title): (usize, &str, &str),
        scale: u32,
    ) -> Drawn<DB> {
        let of_panel: Vec<&ScaleTuningRow> = self.of(channel).filter(|r| r.seen == seen).collect();
        // What went beyond single precision has no place on an axis; the table says where that is.
        let values = of_panel.iter().flat_map(|r| activations(r)).filter(|value| value.is_finite());
        let (low, high) = values.fold((0.0_f64, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
        let margin = ((high - low) * 0.06).max(1e-6);
        let frame = Frame { top: 6, right: 12, bottom: 8, left: 8, below: 34, beside: 46 };
        let mut chart = frame.chart(area, scale, (-1.0..1.0, low - margin..high + margin))?;
        house_style(&mut chart.configure_mesh(), scale)
            .x_labels(5)
            .y_labels(5)
            .x_label_formatter(&|x: &f64| format!("{:.2}", x.exp2()))
            .y_label_formatter(&|y| format!("{y:.1}"))
            .x_desc(format!("size of what {title} prefers"))
            .y_desc("activation")
            .draw()?;
        for role in BACK_TO_FRONT {
            let (_, _, color, wide) = ROLES[role];
            for (stimulus, width) in [("picture", wide), (PHOTOGRAPHS, wide / 2)] {
                let points: Vec<(f64, f64)> = of_panel
                    .iter()
                    .filter(|r| r.stimulus == stimulus)
                    .map(|r| (r.scale.log2(), activations(r)[role]))
                    .filter(|(_, value)| value.is_finite())
                    .collect();
                if stimulus == PHOTOGRAPHS {
                    let dots = points.iter().map(|&at| Circle::new(at, (wide / 2 + 1) * scale, color.filled()));
                    chart.draw_series(dots)?;
                }
                chart.draw_series(LineSeries::new(points, color.stroke_width(width * scale)))?;
            }
        }
        Ok(())
    }
}

fn activations(row: &ScaleTuningRow) -> [f64; 3] {
    [row.input_activation, row.block_activation, row.output_activation]
}
