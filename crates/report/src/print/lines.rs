//! Figures 11 to 14: lines, and the bands in which they may as well lie.

use super::axes::{Axes, Labels, ticks};
use super::sheet::{INK, Place, Sheet, line, round, text};
use super::{Drawn, Print, TYPE, cell};
use crate::figures::{self, Line, Panel};
use crate::results::Results;
use maud::{Markup, html};
use plotters::style::RGBColor;

/// The least width of a panel.
const PANEL: f64 = 112.0;
/// That of one which has what it is of above itself.
const WIDE: f64 = 160.0;

/// Lines of a panel are told apart in grey: the last one, which is what the figure is about, is whole.
const DASHES: [&str; 3] = ["", "4 1.5", "1 1.5"];

fn color(color: RGBColor) -> String {
    format!("#{:02x}{:02x}{:02x}", color.0, color.1, color.2)
}

/// Points of a drawing.
fn joined(points: impl Iterator<Item = (f64, f64)>) -> String {
    points.map(|(x, y)| format!("{},{}", round(x), round(y))).collect::<Vec<_>>().join(" ")
}

fn path(points: &str, color: &str, dashes: &str) -> Markup {
    html! {
        polyline points=(points) fill="none" stroke=(color) stroke-width="1.1"
            stroke-dasharray=[(!dashes.is_empty()).then_some(dashes)] {}
    }
}

/// How far a line is from the last one of its panel.
fn dashes(panel: &Panel, at: usize) -> &'static str {
    DASHES[(panel.lines.len() - 1 - at).min(DASHES.len() - 1)]
}

/// A figure as it grows.
struct Growing<'a> {
    sheet: Sheet,
    csv: Vec<Vec<String>>,
    legend: &'a [(RGBColor, &'static str)],
    /// The lines that were drawn, by their colors, and their dashes.
    drawn: Vec<(RGBColor, &'static str)>,
}

/// One of them: a row of panels for each block that has something to show; where a row is one panel, as many beside each
/// other as there is room for.
pub(super) fn draw(results: &Results, number: u8, print: &Print) -> Option<Drawn> {
    let rows = figures::lines(number, results)?;
    let heading = ["of", "panel", "against", "line", "x", "y", "from", "to"];
    let mut figure = Growing {
        sheet: Sheet::new(print.width),
        csv: vec![heading.map(str::to_owned).to_vec()],
        legend: &rows.legend,
        drawn: Vec::new(),
    };
    let has_points = |panel: &&Panel| panel.lines.iter().any(|line| !line.points.is_empty());
    let shown = rows.rows.iter().map(|(words, panels)| (words.as_str(), panels.iter().filter(has_points).collect()));
    let shown: Vec<(&str, Vec<&Panel>)> = shown.filter(|(_, panels): &(_, Vec<_>)| !panels.is_empty()).collect();
    if shown.iter().all(|(_, panels)| panels.len() == 1) {
        let places = figure.sheet.panels(shown.len(), WIDE, 0.7);
        for (place, (words, panels)) in places.into_iter().zip(&shown) {
            figure.panel((place, words), words, panels[0]);
        }
    } else {
        for (words, panels) in &shown {
            let y = figure.sheet.line(13.0) + 10.0;
            figure.sheet.put(text((4.0, y), TYPE, "start", words));
            let places = figure.sheet.panels(panels.len(), PANEL, 0.82);
            places.into_iter().zip(panels).for_each(|(place, panel)| figure.panel((place, ""), words, panel));
        }
    }
    figure.key();
    let Growing { sheet, csv, .. } = figure;
    (csv.len() > 1).then_some(Drawn { sheet, csv })
}

impl Growing<'_> {
    fn panel(&mut self, (place, title): (Place, &str), of: &str, panel: &Panel) {
        let (low, high) = panel.range();
        let x = panel.x.0..panel.x.1;
        let at: Vec<(f64, String)> = ticks(&x).into_iter().map(|x| (x, panel.x_labels.1.at(x))).collect();
        let at: Vec<(f64, &str)> = at.iter().map(|(x, words)| (*x, words.as_str())).collect();
        let labels = Labels { title, x: panel.x_title, y: panel.y_title, ticks: Some(&at) };
        let axes = Axes::draw(&mut self.sheet, place, (x, low..high), &labels);
        if let Some(x) = panel.mark {
            self.sheet.put(line(axes.at(x, low), axes.at(x, high), INK, ""));
        }
        for (number, Line { color: of_line, points, band }) in panel.lines.iter().enumerate() {
            let (fill, dashes) = (color(*of_line), dashes(panel, number));
            if !band.is_empty() {
                let below = band.iter().map(|(x, low, _)| axes.at(*x, *low));
                let around = below.chain(band.iter().rev().map(|(x, _, high)| axes.at(*x, *high)));
                self.sheet.put(html! { polygon points=(joined(around)) fill=(fill) fill-opacity="0.22" {} });
            }
            self.sheet.put(path(&joined(points.iter().map(|&(x, y)| axes.at(x, y))), &fill, dashes));
            for (x, y) in points.iter().map(|&(x, y)| axes.at(x, y)) {
                self.sheet.put(html! { circle cx=(round(x)) cy=(round(y)) r="1.1" fill=(fill) {} });
            }
            let called = self.legend.iter().find(|(of, _)| of == of_line).map_or("", |(_, words)| words);
            if !self.drawn.iter().any(|(of, _)| of == of_line) {
                self.drawn.push((*of_line, dashes));
            }
            for &(x, y) in points {
                let band = band.iter().find(|(of, ..)| *of == x);
                let names = [of, panel.y_title, panel.x_title, called].map(str::to_owned);
                let ends = [band.map(|(_, low, _)| *low), band.map(|(.., high)| *high)];
                let numbers = [x.to_string(), y.to_string()].into_iter().chain(ends.map(cell));
                self.csv.push(names.into_iter().chain(numbers).collect());
            }
        }
    }

    /// What the lines are that were drawn.
    fn key(&mut self) {
        for (of, words) in self.legend {
            let Some((_, dashes)) = self.drawn.iter().find(|(drawn, _)| drawn == of) else { continue };
            let y = self.sheet.line(10.0) + 8.0;
            self.sheet.put(path(&joined([(4.0, y - 2.4), (20.0, y - 2.4)].into_iter()), &color(*of), dashes));
            self.sheet.put(text((24.0, y), TYPE, "start", words));
        }
    }
}
