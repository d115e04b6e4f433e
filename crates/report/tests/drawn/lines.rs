//! Figures of panels with lines and bands, mark for mark.

use crate::chart::{Labels, Titles, chart};
use crate::svg::{Drawing, INK, Part};

const TOP: f64 = 58.0;
/// Of each row: its heading, and its panels.
const HEADING: f64 = 24.0;
const HEIGHT: f64 = 200.0;

/// What chance gives.
pub(crate) const CHANCE: &str = "#D62728";

/// A line with its band: places, values, lower and upper ends.
pub(crate) struct Line {
    pub(crate) color: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
    pub(crate) band: Vec<(f64, f64, f64)>,
}

/// A place, its value, and the lower and upper end of the band there.
type At = (f64, Option<f64>, Option<f64>, Option<f64>);

impl Line {
    /// Those of rows, where they are defined; a band that nowhere is wider than a line is not drawn.
    pub(crate) fn new(color: &'static str, rows: &[At]) -> Line {
        let points = rows.iter().filter_map(|(x, y, ..)| Some((*x, (*y)?))).collect();
        let mut band: Vec<(f64, f64, f64)> = Vec::new();
        for (x, _, low, high) in rows {
            if let (Some(low), Some(high)) = (low, high) {
                band.push((*x, *low, *high));
            }
        }
        if band.iter().all(|(_, low, high)| low == high) {
            band.clear();
        }
        Line { color, points, band }
    }
}

/// How many labels of the first axis there are at least, and the number that one stands for.
pub(crate) type Places<'a> = (usize, Box<dyn Fn(&str) -> f64 + 'a>);

pub(crate) struct Panel<'a> {
    pub(crate) titles: (&'static str, &'static str),
    pub(crate) x: (f64, f64),
    pub(crate) x_value: Places<'a>,
    /// The panel reaches at least up to this.
    pub(crate) least: f64,
    pub(crate) mark: Option<f64>,
    pub(crate) lines: Vec<Line>,
}

/// A figure: its title, what colors are, how wide its panels are and how many a row holds, and its rows.
pub(crate) struct Figure<'a> {
    pub(crate) title: &'a str,
    pub(crate) legend: &'a [(&'a str, &'a str)],
    pub(crate) panel: (f64, usize),
    pub(crate) rows: Vec<(String, Vec<Panel<'a>>)>,
}

impl Figure<'_> {
    /// Every text and every mark of it.
    pub(crate) fn check(&self, drawing: &Drawing, labels: Labels) {
        let (width, columns) = self.panel;
        let count = self.rows.len().max(1) as f64;
        assert_eq!(drawing.size, (width * columns as f64, TOP + count * (HEADING + HEIGHT)));
        assert_eq!(drawing.say(self.title).place(), (10.0, 10.0));
        let mut x = 12.0;
        for (color, words) in self.legend {
            let line = drawing
                .take("line of the legend", |e| e.tag == "polyline" && e.get("stroke") == *color && e.place().1 < TOP);
            assert_eq!(line.points(), [(x, 42.0), (x + 22.0, 42.0)]);
            assert_eq!(drawing.say(words).place(), (x + 28.0, 42.0));
            x += 48.0 + 6.0 * words.chars().count() as f64;
        }
        for (i, (words, panels)) in self.rows.iter().enumerate() {
            let top = TOP + i as f64 * (HEADING + HEIGHT);
            let said = drawing.take(words, |e| e.tag == "text" && e.text == *words && e.place().1 == top + 4.0);
            assert_eq!(said.number("x"), 10.0);
            for (j, panel) in panels.iter().enumerate() {
                let left = j as f64 * width;
                let part = Part { left, top: top + HEADING, right: left + width, bottom: top + HEADING + HEIGHT };
                panel.check(drawing, part, labels);
            }
        }
        drawing.nothing_is_left();
    }
}

impl Panel<'_> {
    fn check(&self, drawing: &Drawing, part: Part, labels: Labels) {
        let mut all: Vec<f64> = vec![0.0, self.least];
        for line in &self.lines {
            all.extend(line.points.iter().map(|(_, y)| *y));
            all.extend(line.band.iter().flat_map(|(_, low, high)| [*low, *high]));
        }
        let (low, high) = (all.iter().copied().fold(0.0, f64::min), all.iter().copied().fold(0.0, f64::max));
        let space = 0.06 * (high - low);
        let y = (if low < 0.0 { low - space } else { 0.0 }, high + space);
        let titles = Titles { x: self.titles.0, y: self.titles.1 };
        // The line at a place is taken first: it is as thin and dark as an axis.
        let mark = self.mark.map(|at| {
            let line = drawing.take("line at a place", |e| {
                let points = (e.tag == "polyline").then(|| e.points());
                let whole = points.is_some_and(|p| p.len() == 2 && p[0].0 == p[1].0 && (p[0].1 - p[1].1).abs() > 80.0);
                whole && part.holds(e) && e.get("stroke") == INK && e.place().0 > part.left + 60.0
            });
            (at, line)
        });
        let chart = chart(drawing, part, &titles, (self.x, y), labels, (self.x_value.0, &*self.x_value.1));
        let mut last = 0;
        let mut behind = |order: usize| {
            assert!(order > last, "in front of what comes later");
            last = order;
        };
        for line in self.lines.iter().filter(|line| !line.band.is_empty()) {
            let band = drawing.take("band", |e| e.tag == "polygon" && part.holds(e) && e.get("fill") == line.color);
            assert_eq!(band.get("opacity"), "0.22");
            let forth = line.band.iter().map(|(x, low, _)| (*x, *low));
            let around: Vec<(f64, f64)> = forth.chain(line.band.iter().rev().map(|(x, _, high)| (*x, *high))).collect();
            assert_eq!(band.points().len(), around.len());
            for ((x, y), found) in around.into_iter().zip(band.points()) {
                chart.x.check("a band", x, found.0);
                chart.y.check("a band", y, found.1);
            }
            behind(drawing.order(band));
        }
        if let Some((at, line)) = mark {
            let (bottom, top) = (line.points()[0], line.points()[1]);
            chart.x.check("the line at a place", at, bottom.0);
            chart.y.check("its foot", y.0, bottom.1);
            chart.y.check("its top", y.1, top.1);
            behind(drawing.order(line));
        }
        for line in self.lines.iter().filter(|line| !line.points.is_empty()) {
            let drawn = drawing.take("line", |e| e.tag == "polyline" && part.holds(e) && e.get("stroke") == line.color);
            assert_eq!((drawn.get("stroke-width"), drawn.points().len()), ("2", line.points.len()));
            behind(drawing.order(drawn));
            for (&(x, y), found) in line.points.iter().zip(drawn.points()) {
                chart.x.check("a line", x, found.0);
                chart.y.check("a line", y, found.1);
                let dot = drawing.take("dot", |e| e.tag == "circle" && part.holds(e));
                assert_eq!((dot.get("fill"), dot.get("r")), (line.color, "2"));
                assert_eq!(dot.place(), found);
            }
        }
    }
}
