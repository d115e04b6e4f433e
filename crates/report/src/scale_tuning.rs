//! Figure 10: what Input, Block and Output of chosen channels answer to their pictures and photographs at sizes from half to double.

use crate::canvas::{Drawn, FAINT, FIRST, Figure, INK, text};
use crate::schema::{ExemplarRow, ScaleTuningRow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const PANEL: (u32, u32) = (290, 200);
const TOP: u32 = 58;
/// The space above each row of panels, for the channel.
const HEADING: u32 = 24;
const BLOCK: RGBColor = RGBColor(214, 95, 14);
/// The roles: name, title, color.
const ROLES: [(&str, &str, RGBColor); 3] = [
    ("input", "Input", FIRST),
    ("block", "Block", BLOCK),
    ("output", "Output", INK),
];

/// The scale tuning of a block's exemplars.
#[derive(Debug)]
pub(crate) struct ScaleTuning<'a> {
    pub(crate) block: &'a str,
    pub(crate) exemplars: Vec<&'a ExemplarRow>,
    pub(crate) rows: &'a [ScaleTuningRow],
}

impl Figure for ScaleTuning<'_> {
    fn size(&self) -> (u32, u32) {
        let channels = u32::try_from(self.exemplars.len()).unwrap_or(1);
        (3 * PANEL.0, TOP + channels * (PANEL.1 + HEADING))
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
        let unit = scale.cast_signed();
        let (head, mut below) = area.split_vertically(TOP * scale);
        let title = format!("Scale tuning of block {}", self.block);
        head.draw(&Text::new(title, (10 * unit, 8 * unit), text(15, scale)))?;
        legend(&head, scale)?;
        for exemplar in &self.exemplars {
            let (heading, rest) = below.split_vertically(HEADING * scale);
            let (panels, rest) = rest.split_vertically(PANEL.1 * scale);
            below = rest;
            let words = exemplar.heading();
            heading.draw(&Text::new(words, (10 * unit, 4 * unit), text(13, scale)))?;
            for (panel, (seen, title, _)) in panels.split_evenly((1, 3)).iter().zip(ROLES) {
                self.panel(panel, (exemplar.channel, seen, title), scale)?;
            }
        }
        Ok(())
    }
}

/// Which color is which role, which stroke which stimulus.
fn legend<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
    let unit = scale.cast_signed();
    let left = text(11, scale).pos(Pos::new(HPos::Left, VPos::Center));
    let mut x = 12;
    let y = 40 * unit;
    for (_, title, color) in ROLES {
        let line = [(x * unit, y), ((x + 22) * unit, y)];
        area.draw(&PathElement::new(line, color.stroke_width(2 * scale)))?;
        area.draw(&Text::new(title, ((x + 28) * unit, y), left.clone()))?;
        x += 84;
    }
    let words =
        "thick: on optimised pictures; thin, dots: mean over top nine images, each clipped at zero";
    area.draw(&Text::new(words, ((x + 12) * unit, y), left))
}

impl ScaleTuning<'_> {
    fn panel<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        (channel, seen, title): (usize, &str, &str),
        scale: u32,
    ) -> Drawn<DB> {
        let of_panel: Vec<&ScaleTuningRow> = self
            .rows
            .iter()
            .filter(|r| r.block == self.block && r.channel == channel && r.seen == seen)
            .collect();
        let values = of_panel.iter().flat_map(|r| activations(r));
        let (low, high) = values.fold((0.0_f64, 0.0_f64), |(low, high), v| {
            (low.min(v), high.max(v))
        });
        let margin = ((high - low) * 0.06).max(1e-6);
        let mut chart = ChartBuilder::on(area)
            .margin_top(6 * scale)
            .margin_right(12 * scale)
            .margin_bottom(8 * scale)
            .margin_left(8 * scale)
            .x_label_area_size(34 * scale)
            .y_label_area_size(46 * scale)
            .build_cartesian_2d(-1.0..1.0, low - margin..high + margin)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(FAINT.stroke_width(scale))
            .axis_style(INK.stroke_width(scale))
            .x_labels(5)
            .y_labels(5)
            .x_label_formatter(&|x: &f64| format!("{:.2}", x.exp2()))
            .y_label_formatter(&|y| format!("{y:.1}"))
            .label_style(text(11, scale))
            .axis_desc_style(text(11, scale))
            .x_desc(format!("size of what {title} prefers"))
            .y_desc("activation")
            .draw()?;
        for (role, (_, _, color)) in ROLES.into_iter().enumerate() {
            for (stimulus, width) in [("picture", 2), ("photographs", 1)] {
                let points: Vec<(f64, f64)> = of_panel
                    .iter()
                    .filter(|r| r.stimulus == stimulus)
                    .map(|r| (r.scale.log2(), activations(r)[role]))
                    .collect();
                if stimulus == "photographs" {
                    let dots = points
                        .iter()
                        .map(|&at| Circle::new(at, 2 * scale, color.filled()));
                    chart.draw_series(dots)?;
                }
                chart.draw_series(LineSeries::new(points, color.stroke_width(width * scale)))?;
            }
        }
        Ok(())
    }
}

fn activations(row: &ScaleTuningRow) -> [f64; 3] {
    [
        row.input_activation,
        row.block_activation,
        row.output_activation,
    ]
}
