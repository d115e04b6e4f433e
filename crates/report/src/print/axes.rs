//! A panel with two axes of numbers.

use super::TYPE;
use super::sheet::{FAINT, INK, Place, Sheet, line, text, upright};
use std::ops::Range;

/// The space around what is drawn: for the title, the labels below, those on the left, and nothing on the right.
const ABOVE: f64 = 13.0;
const BELOW: f64 = 22.0;
const BESIDE: f64 = 33.0;
const BEHIND: f64 = 6.0;

/// A panel: where a number is in it.
#[derive(Clone, Debug)]
pub(super) struct Axes {
    place: Place,
    x: Range<f64>,
    y: Range<f64>,
}

/// What stands around a panel.
pub(super) struct Labels<'a> {
    pub(super) title: &'a str,
    pub(super) x: &'a str,
    pub(super) y: &'a str,
    /// The labels of the horizontal axis; others than those that its range suggests.
    pub(super) ticks: Option<&'a [(f64, &'a str)]>,
}

impl Axes {
    /// Draws the axes of a panel, with its letter.
    pub(super) fn draw(sheet: &mut Sheet, place: Place, (x, y): (Range<f64>, Range<f64>), labels: &Labels<'_>) -> Axes {
        let axes = Axes { place, x, y };
        sheet.letter(place);
        sheet.put(text((place.x + BESIDE, place.y + 9.0), TYPE, "start", labels.title));
        let (left, bottom, right) = (axes.left(), axes.bottom(), axes.right());
        for value in ticks(&axes.y) {
            let at = axes.at(axes.x.start, value).1;
            sheet.put(line((left, at), (right, at), FAINT, ""));
            sheet.put(text((left - 3.0, at + 2.4), TYPE, "end", &label(value, &axes.y)));
        }
        let own: Vec<(f64, String)> = match labels.ticks {
            Some(ticks) => ticks.iter().map(|(at, words)| (*at, (*words).to_owned())).collect(),
            None => ticks(&axes.x).into_iter().map(|at| (at, label(at, &axes.x))).collect(),
        };
        for (value, words) in own {
            let at = axes.at(value, axes.y.start).0;
            sheet.put(line((at, bottom), (at, bottom + 2.0), INK, ""));
            sheet.put(text((at, bottom + 9.0), TYPE, "middle", &words));
        }
        sheet.put(line((left, bottom), (right, bottom), INK, ""));
        sheet.put(line((left, bottom), (left, axes.top()), INK, ""));
        sheet.put(text(((left + right) / 2.0, bottom + 17.5), TYPE, "middle", labels.x));
        sheet.put(upright((place.x + 8.0, (axes.top() + bottom) / 2.0), labels.y));
        axes
    }

    fn left(&self) -> f64 {
        self.place.x + BESIDE
    }

    fn right(&self) -> f64 {
        self.place.x + self.place.width - BEHIND
    }

    pub(super) fn top(&self) -> f64 {
        self.place.y + ABOVE
    }

    pub(super) fn bottom(&self) -> f64 {
        self.place.y + self.place.height - BELOW
    }

    /// Where two numbers are, in points.
    pub(super) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let part = |value: f64, range: &Range<f64>| (value - range.start) / (range.end - range.start);
        (
            self.left() + part(x, &self.x) * (self.right() - self.left()),
            self.bottom() - part(y, &self.y) * (self.bottom() - self.top()),
        )
    }
}

/// Some three to six round numbers of a range.
pub(super) fn ticks(range: &Range<f64>) -> Vec<f64> {
    let span = range.end - range.start;
    let power = 10_f64.powf((span / 4.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|f| f * power).into_iter().find(|step| span / step <= 5.5).unwrap_or(span);
    let first = (range.start / step).ceil();
    (0..8).map(|n| (first + f64::from(n)) * step).filter(|at| *at <= range.end + span * 1e-9).collect()
}

fn label(value: f64, range: &Range<f64>) -> String {
    let value = if value.abs() < (range.end - range.start) * 1e-6 { 0.0 } else { value };
    match range.end - range.start {
        span if span >= 3.0 => format!("{value:.0}"),
        span if span >= 0.3 => format!("{value:.1}"),
        span if span >= 0.03 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers_within_the_range() {
        assert_eq!(ticks(&(0.0..5.0)), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(ticks(&(-0.3..0.5)), [-0.2, 0.0, 0.2, 0.4]);
        assert_eq!(ticks(&(0.0..118.0)), [0.0, 50.0, 100.0]);
        for range in [0.013..0.019, -700.0..900.0, 1e-7..3e-7] {
            let found = ticks(&range);
            assert!((3..=6).contains(&found.len()), "{range:?}: {found:?}");
        }
    }
}
