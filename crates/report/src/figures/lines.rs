//! Rows of panels with lines and the bands around them: what figures of what the numbers are worth are made of.

use crate::canvas::{Drawing, Drawn, Frame, INK, heading, house_style, text};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::rc::Rc;

const TOP: u32 = 58;
/// The space above each row of panels.
const HEADING: u32 = 24;
/// Rows and columns of a panel in units.
const HEIGHT: u32 = 200;
/// How opaque bands are.
const PALE: f64 = 0.22;

/// What chance gives.
pub(super) const CHANCE: RGBColor = RGBColor(214, 39, 40);

/// A line, and where it may as well lie.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) color: RGBColor,
    pub(crate) points: Vec<(f64, f64)>,
    /// A place, and the two ends of the band there; none for none.
    pub(crate) band: Vec<(f64, f64, f64)>,
}

impl Line {
    /// One whose places, values and ends are those of rows; what is not defined, or not finite, is left out.
    pub(super) fn of<R>(
        color: RGBColor,
        rows: &[&R],
        place: impl Fn(&R) -> f64,
        (value, ends): (impl Fn(&R) -> Option<f64>, impl Fn(&R) -> Option<(f64, f64)>),
    ) -> Line {
        let finite = |value: &f64| value.is_finite();
        let points = rows.iter().filter_map(|row| Some((place(row), value(row).filter(finite)?)));
        let band = rows.iter().filter_map(|row| {
            let (low, high) = ends(row).filter(|(low, high)| low.is_finite() && high.is_finite())?;
            Some((place(row), low, high))
        });
        let band: Vec<(f64, f64, f64)> = band.collect();
        // One that is as wide as a line is none.
        let wide = band.iter().any(|(_, low, high)| low < high);
        Line { color, points: points.collect(), band: if wide { band } else { Vec::new() } }
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        self.points.iter().map(|(_, y)| *y).chain(self.band.iter().flat_map(|(_, low, high)| [*low, *high]))
    }
}

/// What the labels of the first axis say.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// Their place, with so many digits behind the point.
    Number(usize),
    /// Two to the power of their place.
    PowerOfTwo,
    /// The first of these at 1, the second at 2 and so on, and nothing elsewhere.
    Names(Rc<[String]>),
}

impl Says {
    pub(crate) fn at(&self, x: f64) -> String {
        match self {
            Says::Number(digits) => format!("{x:.digits$}"),
            Says::PowerOfTwo => format!("{:.0}", x.exp2()),
            Says::Names(names) => {
                let named = (1..).zip(names.iter()).find(|(place, _)| (x - f64::from(*place)).abs() < 1e-6);
                named.map_or_else(String::new, |(_, name)| name.clone())
            }
        }
    }
}

/// A panel.
#[derive(Debug)]
pub(crate) struct Panel {
    pub(crate) x_title: &'static str,
    pub(crate) y_title: &'static str,
    pub(crate) x: (f64, f64),
    /// At most how many labels the first axis has, and what each says.
    pub(crate) x_labels: (usize, Says),
    /// The second axis reaches at least from zero to this.
    pub(crate) least: f64,
    /// Where a thin line goes from the bottom to the top.
    pub(crate) mark: Option<f64>,
    pub(crate) lines: Vec<Line>,
}

/// A figure of rows of panels.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) title: String,
    /// What each color is.
    pub(crate) legend: Vec<(RGBColor, &'static str)>,
    /// How wide a panel is, and how many a row has at most.
    pub(crate) panel: (u32, u32),
    /// What stands above each row, and its panels.
    pub(crate) rows: Vec<(String, Vec<Panel>)>,
}

impl Drawing for Rows {
    fn size(&self) -> (u32, u32) {
        let rows = u32::try_from(self.rows.len().max(1)).unwrap_or(1);
        let (width, columns) = self.panel;
        (width * columns, TOP + rows * (HEADING + HEIGHT))
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
        let unit = scale.cast_signed();
        let (head, mut below) = area.split_vertically(TOP * scale);
        heading(&head, &self.title, scale)?;
        let mut x = 12;
        let y = 42 * unit;
        for (color, words) in &self.legend {
            head.draw(&PathElement::new([(x * unit, y), ((x + 22) * unit, y)], color.stroke_width(2 * scale)))?;
            let left = text(11, scale).pos(Pos::new(HPos::Left, VPos::Center));
            head.draw(&Text::new(*words, ((x + 28) * unit, y), left))?;
            x += 48 + 6 * i32::try_from(words.chars().count()).unwrap_or(0);
        }
        for (words, panels) in &self.rows {
            let (above, rest) = below.split_vertically(HEADING * scale);
            let (row, rest) = rest.split_vertically(HEIGHT * scale);
            below = rest;
            above.draw(&Text::new(words.as_str(), (10 * unit, 4 * unit), text(13, scale)))?;
            let columns = self.panel.1 as usize;
            for (area, panel) in row.split_evenly((1, columns)).iter().zip(panels) {
                panel.draw(area, scale)?;
            }
        }
        Ok(())
    }
}

impl Panel {
    /// From the bottom of the second axis to its top.
    pub(crate) fn range(&self) -> (f64, f64) {
        let values = || self.lines.iter().flat_map(Line::values);
        let (low, high) = (values().fold(0.0, f64::min), values().fold(self.least, f64::max));
        let space = (high - low) * 0.06;
        (if low < 0.0 { low - space } else { 0.0 }, high + space)
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB> {
        let (low, high) = self.range();
        let frame = Frame { top: 6, right: 14, bottom: 8, left: 8, below: 34, beside: 50 };
        let mut chart = frame.chart(area, scale, (self.x.0..self.x.1, low..high))?;
        let digits = match high - low {
            wide if wide >= 10.0 => 0,
            wide if wide >= 1.5 => 1,
            _ => 2,
        };
        let (labels, says) = &self.x_labels;
        let said = |x: &f64| says.at(*x);
        house_style(&mut chart.configure_mesh(), scale)
            .x_labels(*labels)
            .y_labels(5)
            .x_label_formatter(&said)
            .y_label_formatter(&|y| format!("{y:.digits$}"))
            .x_desc(self.x_title)
            .y_desc(self.y_title)
            .draw()?;
        for Line { color, band, .. } in &self.lines {
            if !band.is_empty() {
                let below = band.iter().map(|(x, low, _)| (*x, *low));
                let around: Vec<(f64, f64)> = below.chain(band.iter().rev().map(|(x, _, high)| (*x, *high))).collect();
                chart.draw_series([Polygon::new(around, color.mix(PALE).filled())])?;
            }
        }
        if let Some(at) = self.mark {
            chart.draw_series([PathElement::new([(at, low), (at, high)], INK.stroke_width(scale))])?;
        }
        for Line { color, points, .. } in self.lines.iter().filter(|line| !line.points.is_empty()) {
            chart.draw_series([PathElement::new(points.clone(), color.stroke_width(2 * scale))])?;
            chart.draw_series(points.iter().map(|&at| Circle::new(at, 2 * scale, color.filled())))?;
        }
        Ok(())
    }
}
