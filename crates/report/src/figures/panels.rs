//! Figures 3, 4 and 9: a measure of each channel against its mix ratio, one panel a block, with the statistics of
//! `tables/panels.csv`.

use super::shown::Shown;
use crate::canvas::{Drawing, Drawn, FIRST, Frame, INK, at, heading, house_style, text};
use crate::error::ReportError;
use crate::numbers::{adjusted, probability, significant};
use crate::registry::{Compared, Figure, MEASURES, Measure};
use crate::results::Results;
use crate::schema::{ChannelRow, PanelRow};
use plotters::coord::Shift;
use plotters::prelude::*;

const PANEL: (u32, u32) = (300, 240);
const TITLE: u32 = 34;
/// Mix ratios are clamped to this (METHOD.md, section 3).
const RIGHT: f64 = 5.0;
/// The blocks of the paper's figures 3 and 4. Ours show the second block of every stage, so 4.1 too.
const IN_PAPER: [&str; 3] = ["1.1", "2.1", "3.1"];
/// The means of groups.
const MEAN: RGBColor = RGBColor(214, 39, 40);

/// Two rows of panels.
#[derive(Debug)]
struct Panels<'a> {
    /// What stands above all panels, with the figure's number.
    title: String,
    rows: Vec<&'static Measure>,
    /// The panels of this figure, in the order of the blocks.
    panels: Vec<&'a PanelRow>,
    channels: &'a [ChannelRow],
    /// Whether batch norm is folded into the convolutions.
    folded: bool,
    /// How many convolutions a block's branch has, where these are not two.
    convolutions: Option<usize>,
}

/// Draws the panels of a figure; none where there are no statistics.
pub(super) fn draw(figure: &Figure, results: &Results) -> Result<Vec<Shown>, ReportError> {
    let panels = Panels {
        title: figure.title(None),
        rows: MEASURES.iter().filter(|measure| measure.figure == figure.number).collect(),
        panels: results.panels.iter().filter(|panel| panel.figure == figure.number).collect(),
        channels: &results.channels,
        folded: results.manifest.network.batch_norm == "folded",
        convolutions: results.manifest.network.convolutions,
    };
    match panels.panels.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(vec![Shown::draw(figure, None, results, &panels)?]),
    }
}

impl<'a> Panels<'a> {
    fn blocks(&self) -> Vec<&'a str> {
        let mut blocks: Vec<&str> = Vec::new();
        for panel in &self.panels {
            if !blocks.contains(&panel.block.as_str()) {
                blocks.push(&panel.block);
            }
        }
        blocks
    }
}

impl Drawing for Panels<'_> {
    fn size(&self) -> (u32, u32) {
        let columns = u32::try_from(self.blocks().len()).unwrap_or(1).max(1);
        ((PANEL.0 * columns).max(560), 2 * PANEL.1 + TITLE)
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
        let (title, below) = area.split_vertically(TITLE * scale);
        heading(&title, &self.title, scale)?;
        let blocks = self.blocks();
        let cells = below.split_evenly((2, blocks.len().max(1)));
        for (row, measure) in self.rows.iter().enumerate() {
            for (column, block) in blocks.iter().enumerate() {
                let panel = self.panels.iter().find(|p| p.block == *block && p.measure == measure.name);
                if let Some(panel) = panel {
                    self.panel(&cells[row * blocks.len() + column], measure, panel, scale)?;
                }
            }
        }
        Ok(())
    }
}

impl Panels<'_> {
    fn panel<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        measure: &Measure,
        panel: &PanelRow,
        scale: u32,
    ) -> Drawn<DB> {
        let points: Vec<(f64, f64)> = self
            .channels
            .iter()
            .filter(|c| c.block == panel.block)
            .filter_map(|c| Some((c.mix_ratio?.min(RIGHT), measure.of(c)?)))
            .collect();
        let groups = measure.compared == Compared::Groups;
        let axis = of_the_last(if self.folded { measure.axis_where_folded } else { measure.axis }, self.convolutions);
        let words = match panel.left_out {
            0 => format!("{} (n = {})", panel.block, panel.channels),
            n => format!("{} (n = {}, {n} not defined)", panel.block, panel.channels),
        };
        area.draw(&Text::new(words, at(62, 2, scale), text(12, scale)))?;
        if let Some(words) = not_in_the_paper(panel) {
            area.draw(&Text::new(words, at(205, 19, scale), text(11, scale)))?;
        }
        if points.is_empty() {
            for (line, words) in (0_i32..).zip(of_the_last(measure.missing, self.convolutions).split('\n')) {
                area.draw(&Text::new(words, at(62, 40 + 18 * line, scale), text(11, scale)))?;
            }
            return Ok(());
        }
        area.draw(&Text::new(statistics(groups, panel), at(62, 19, scale), text(11, scale)))?;
        if groups {
            let words = means(panel);
            area.draw(&Text::new(words, at(62, 35, scale), text(11, scale)))?;
        }
        let above = if groups { 54 } else { 38 };
        let (low, high) = range(&points);
        let frame = Frame { top: above, right: 12, bottom: 14, left: 8, below: 34, beside: 52 };
        let mut chart = frame.chart(area, scale, (0.0..RIGHT, low..high))?;
        house_style(&mut chart.configure_mesh(), scale)
            .x_labels(6)
            .y_labels(5)
            .x_label_formatter(&|x| format!("{x:.0}"))
            .y_label_formatter(&|y| tick(*y, high - low))
            .x_desc("mix ratio (at most 5)")
            .y_desc(axis)
            .draw()?;
        // Behind the dots, which are what was measured.
        if groups {
            let means = [(0.0, 1.0, panel.overwrite_mean), (1.0, RIGHT, panel.skip_mean)];
            for (from, to, mean) in means {
                let Some(mean) = mean else { continue };
                let line = [(from, mean), (to, mean)];
                chart.draw_series(LineSeries::new(line, MEAN.stroke_width(scale)))?;
            }
            let dash = 5 * scale.cast_signed();
            let edge = [(1.0, low), (1.0, high)];
            chart.draw_series(DashedLineSeries::new(edge, dash, dash, INK.stroke_width(scale)))?;
        }
        let radius = 2 * scale;
        chart.draw_series(points.iter().map(|&point| Circle::new(point, radius, FIRST.mix(0.55).filled())))?;
        Ok(())
    }
}

/// What a panel of figure 3 or 4 says of itself where the paper's figure has none of its block. Of figure 9 the caption
/// says it of all.
fn not_in_the_paper(panel: &PanelRow) -> Option<&'static str> {
    let papers = [3, 4].contains(&panel.figure);
    (papers && !IN_PAPER.contains(&panel.block.as_str())).then_some("not in the paper")
}

/// What the table says of a panel.
fn statistics(groups: bool, panel: &PanelRow) -> String {
    if groups {
        match (panel.anova_f, panel.anova_p) {
            (Some(f), Some(p)) => format!("F = {}, {}{}", significant(f), probability(p), adjusted(panel.anova_q)),
            _ => "F not defined".to_owned(),
        }
    } else {
        match (panel.spearman_rho, panel.spearman_p) {
            (Some(rho), Some(p)) => format!("\u{3c1} = {rho:.2}, {}{}", probability(p), adjusted(panel.spearman_q)),
            _ => "\u{3c1} not defined".to_owned(),
        }
    }
}

/// The means of the two groups, and how many channels each has.
fn means(panel: &PanelRow) -> String {
    let of = |name: &str, mean: Option<f64>, count: usize| match mean {
        Some(mean) => format!("{name}: {} (n = {count})", significant(mean)),
        None => format!("{name}: not defined (n = {count})"),
    };
    let [below, above] =
        [of("below 1", panel.overwrite_mean, panel.overwrite), of("from 1", panel.skip_mean, panel.skip)];
    format!("{below}; {above}")
}

/// Words about the second convolution and batch norm of a block, as those about its last ones.
fn of_the_last(words: &str, convolutions: Option<usize>) -> String {
    match convolutions {
        None => words.to_owned(),
        Some(last) => words.replace("bn2", &format!("bn{last}")).replace("conv2", &format!("conv{last}")),
    }
}

/// A label of an axis that spans `range`.
fn tick(value: f64, range: f64) -> String {
    // What is zero but for rounding has no sign.
    let value = if value.abs() < range * 1e-6 { 0.0 } else { value };
    match range {
        r if r >= 10.0 => format!("{value:.0}"),
        r if r >= 1.0 => format!("{value:.1}"),
        r if r >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// From the smallest to the largest value, with some space; never empty.
fn range(points: &[(f64, f64)]) -> (f64, f64) {
    let values = points.iter().map(|p| p.1);
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    let space = ((high - low) * 0.06).max(high.abs() * 1e-3).max(1e-6);
    (low - space, high + space)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_the_second_convolution_is_said_of_the_last() {
        assert_eq!(of_the_last("mean |conv2.weight|, folded", None), "mean |conv2.weight|, folded");
        assert_eq!(of_the_last("|bn2.weight| and |conv2.weight|", Some(3)), "|bn3.weight| and |conv3.weight|");
    }

    #[test]
    fn a_label_has_as_many_digits_as_its_axis_needs() {
        for (range, shown) in [
            (1e3, "3"),
            (10.0, "3"),
            (10_f64.next_down(), "3.0"),
            (1.0, "3.0"),
            (1_f64.next_down(), "3.00"),
            (0.1, "3.00"),
            (0.1_f64.next_down(), "3.000"),
        ] {
            assert_eq!(tick(3.0, range), shown, "{range}");
            assert_eq!(tick(-3.0, range), format!("-{shown}"), "{range}");
        }
    }

    #[test]
    fn what_is_less_than_a_millionth_of_an_axis_is_zero_without_a_sign_and_a_millionth_is_not() {
        // A millionth of this axis is one.
        let range = 1e6;
        assert_eq!([1.0, -1.0].map(|v| tick(v, range)), ["1", "-1"]);
        assert_eq!([1.0, -1.0].map(|v: f64| tick(v * (1.0 - f64::EPSILON), range)), ["0", "0"]);
        assert_eq!([-0.0, -1e-17].map(|v| tick(v, 0.5)), ["0.00", "0.00"]);
    }

    #[test]
    fn an_axis_of_equal_values_is_not_empty() {
        for value in [0.0, 3.0, -2.0] {
            let (low, high) = range(&[(1.0, value), (2.0, value)]);
            assert!(low < value && value < high, "{value}: {low}..{high}");
        }
    }
}
