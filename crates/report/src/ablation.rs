//! What ablation does to accuracy: its table, and the figure drawn of it (METHOD.md, section 5).

use crate::canvas::{self, Drawing, Drawn, FIRST, Frame, INK, at, heading, house_style, text, whisker};
use crate::column::{Cell, Column, Row, row};
use crate::error::ReportError;
use plotters::coord::Shift;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::Path;

row! {
    /// One row of `ablation.csv`: a set of channels at an enlargement of the images.
    pub struct AblationRow {
        /// `intact`, `studied`, `random-00` and so on.
        pub set: String => "name",
        /// The channels that are ablated, with a space between them.
        pub channels: String => "numbers",
        /// How much the images are enlarged.
        pub zoom: f64 => "factor",
        /// How many images there are.
        pub images: usize => "images",
        /// Of how many the class has the highest score.
        pub top1: usize => "images",
        /// Of how many it has one of the five highest.
        pub top5: usize => "images",
    }
}

/// The studied set against the random ones, at an enlargement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AblationCurve {
    /// How much the images are enlarged.
    pub zoom: f64,
    /// How many random sets there are.
    pub random_sets: usize,
    /// The studied set's accuracy over a random one's: the mean over these.
    pub ratio: Option<f64>,
    /// Its standard error, with n - 1.
    pub ratio_standard_error: Option<f64>,
    /// How many images are named right without a random set, a mean.
    pub random_mean: Option<f64>,
    /// Its standard error.
    pub random_standard_error: Option<f64>,
    /// How many random sets name more images right than the studied one.
    pub above: usize,
    /// How many name fewer.
    pub below: usize,
    /// The exact two-sided sign test of these.
    pub sign_p: Option<f64>,
}

const PANEL: (u32, u32) = (360, 280);
const TITLE: u32 = 34;
const STUDIED: RGBColor = RGBColor(214, 39, 40);

/// Draws accuracy against enlargement, and the studied set's over the random ones'.
///
/// # Errors
/// If a file cannot be written.
pub fn draw_ablation(path: &Path, rows: &[AblationRow], curve: &[AblationCurve]) -> Result<(), ReportError> {
    canvas::save_both(&Ablation { rows, curve }, path)
}

#[derive(Debug)]
struct Ablation<'a> {
    rows: &'a [AblationRow],
    curve: &'a [AblationCurve],
}

impl Ablation<'_> {
    /// Percent of the images that are named right with a set.
    fn percents(&self, set: &str) -> Vec<(f64, f64)> {
        let of_set = self.rows.iter().filter(|row| row.set == set && row.images > 0);
        of_set.map(|row| (row.zoom, 100.0 * row.top1 as f64 / row.images as f64)).collect()
    }

    /// Percent of the images in the mean over random sets, with its standard error.
    fn random(&self) -> Vec<(f64, f64, f64)> {
        let images = self.rows.first().map_or(1, |row| row.images).max(1) as f64;
        let of = |c: &AblationCurve| {
            let error = c.random_standard_error.unwrap_or(0.0);
            Some((c.zoom, 100.0 * c.random_mean? / images, 100.0 * error / images))
        };
        self.curve.iter().filter_map(of).collect()
    }

    /// The space of the axis of enlargements.
    fn zooms(&self) -> (f64, f64) {
        let zooms = || self.rows.iter().map(|row| row.zoom);
        let (low, high) = (zooms().fold(f64::INFINITY, f64::min), zooms().fold(f64::NEG_INFINITY, f64::max));
        if low < high { (low - 0.03, high + 0.03) } else { (0.9, 1.6) }
    }
}

impl Drawing for Ablation<'_> {
    fn size(&self) -> (u32, u32) {
        (2 * PANEL.0, PANEL.1 + TITLE)
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
        let (title, below) = area.split_vertically(TITLE * scale);
        heading(&title, "Accuracy without the studied channels, and without random ones", scale)?;
        let panels = below.split_evenly((1, 2));
        self.accuracies(&panels[0], scale)?;
        self.ratios(&panels[1], scale)
    }
}

impl Ablation<'_> {
    fn accuracies<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
        let lines = [
            ("intact", INK, "intact"),
            ("studied", STUDIED, "without the studied"),
            ("", FIRST, "without random, mean and its standard error"),
        ];
        for (at_line, (_, color, words)) in (0_i32..).zip(&lines) {
            let y = 6 + 15 * at_line;
            area.draw(&PathElement::new([at(56, y + 6, scale), at(74, y + 6, scale)], color.stroke_width(2 * scale)))?;
            area.draw(&Text::new(*words, at(80, y, scale), text(11, scale)))?;
        }
        let frame = Frame { top: 56, right: 12, bottom: 8, left: 8, below: 34, beside: 46 };
        let (low, high) = self.zooms();
        let mut chart = frame.chart(area, scale, (low..high, 0.0..100.0))?;
        house_style(&mut chart.configure_mesh(), scale)
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|x| format!("{x:.1}"))
            .y_label_formatter(&|y| format!("{y:.0}"))
            .x_desc("enlargement")
            .y_desc("% of images named right")
            .draw()?;
        for (set, color, _) in &lines[..2] {
            let points = self.percents(set);
            chart.draw_series(points.iter().map(|&p| Circle::new(p, 3 * scale, color.filled())))?;
            chart.draw_series(LineSeries::new(points, color.stroke_width(2 * scale)))?;
        }
        let random = self.random();
        for &(zoom, mean, error) in &random {
            chart.draw_series(whisker(zoom, (mean - error, mean + error), 0.01, scale))?;
        }
        chart.draw_series(LineSeries::new(random.iter().map(|&(z, m, _)| (z, m)), FIRST.stroke_width(2 * scale)))?;
        Ok(())
    }

    fn ratios<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
        let points: Vec<(f64, f64, f64)> =
            self.curve.iter().filter_map(|c| Some((c.zoom, c.ratio?, c.ratio_standard_error.unwrap_or(0.0)))).collect();
        let sets = self.curve.first().map_or(0, |c| c.random_sets);
        let words = format!("studied over random, mean and standard error of {sets}");
        area.draw(&Text::new(words, at(56, 6, scale), text(11, scale)))?;
        let ends = || points.iter().flat_map(|&(_, r, e)| [r - e, r + e]).chain([1.0]);
        let (bottom, top) = (ends().fold(f64::INFINITY, f64::min), ends().fold(f64::NEG_INFINITY, f64::max));
        let space = ((top - bottom) * 0.1).max(0.02);
        let frame = Frame { top: 56, right: 12, bottom: 8, left: 8, below: 34, beside: 46 };
        let (low, high) = self.zooms();
        let mut chart = frame.chart(area, scale, (low..high, bottom - space..top + space))?;
        house_style(&mut chart.configure_mesh(), scale)
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|x| format!("{x:.1}"))
            .y_label_formatter(&|y| format!("{y:.2}"))
            .x_desc("enlargement")
            .y_desc("ratio of accuracies")
            .draw()?;
        let dash = 5 * scale.cast_signed();
        chart.draw_series(DashedLineSeries::new([(low, 1.0), (high, 1.0)], dash, dash, INK.stroke_width(scale)))?;
        for &(zoom, ratio, error) in &points {
            chart.draw_series(whisker(zoom, (ratio - error, ratio + error), 0.01, scale))?;
        }
        chart.draw_series(points.iter().map(|&(z, r, _)| Circle::new((z, r), 3 * scale, STUDIED.filled())))?;
        chart.draw_series(LineSeries::new(points.iter().map(|&(z, r, _)| (z, r)), STUDIED.stroke_width(2 * scale)))?;
        Ok(())
    }
}
