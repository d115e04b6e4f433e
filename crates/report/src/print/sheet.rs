//! A figure in points: panels side by side as far as they fit, then below.

use super::TYPE;
use crate::canvas::FONT;
use crate::registry::FIGURES;
use maud::{Markup, PreEscaped, html};

/// Text and lines, and what stays behind.
pub(super) const INK: &str = "#282828";
pub(super) const FAINT: &str = "#d7d7d7";
/// The size of a panel's letter.
const LETTER: f64 = 9.0;

/// A figure that grows downwards.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) width: f64,
    pub(super) height: f64,
    above: f64,
    parts: Vec<Markup>,
    letters: Vec<Markup>,
}

/// Where a panel is on the sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Sheet {
    pub(super) fn new(width: f64) -> Sheet {
        Sheet { width, height: 0.0, above: 0.0, parts: Vec::new(), letters: Vec::new() }
    }

    /// Room for so many panels of at least a width, in the order of reading, each so high in parts of its width.
    pub(super) fn panels(&mut self, count: usize, least: f64, aspect: f64) -> Vec<Place> {
        let fit = (self.width / least).floor().max(1.0);
        let columns = (1..=count).rev().find(|n| *n as f64 <= fit).unwrap_or(1);
        // As even as they can be: seven of at most four columns are four and three, nine are three times three.
        let columns = count.div_ceil(count.div_ceil(columns).max(1)).max(1);
        let width = self.width / columns as f64;
        let height = width * aspect;
        let from = self.height;
        self.height += height * count.div_ceil(columns) as f64;
        let place = |at: usize| Place {
            x: width * (at % columns) as f64,
            y: from + height * (at / columns) as f64,
            width,
            height,
        };
        (0..count).map(place).collect()
    }

    /// Room for a line below what is there; its place from above.
    pub(super) fn line(&mut self, height: f64) -> f64 {
        let from = self.height;
        self.height += height;
        from
    }

    pub(super) fn put(&mut self, part: Markup) {
        self.parts.push(part);
    }

    /// The next panel's letter at its corner.
    pub(super) fn letter(&mut self, place: Place) {
        let letter = letter(self.letters.len());
        self.letters.push(text((place.x + 1.0, place.y + LETTER), LETTER, "start", &letter));
    }

    /// What stands above all panels.
    pub(super) fn title(&mut self, number: u8) {
        let figure = FIGURES.iter().find(|figure| figure.number == number);
        let title = figure.map_or("", |figure| figure.title).replace("Block {block}: ", "").replace("{block}", "");
        self.above = 14.0;
        self.put(text((1.0, -4.0), 8.0, "start", &title));
    }

    /// The drawing.
    pub(super) fn svg(&self) -> String {
        let (width, height) = (round(self.width), round(self.height + self.above));
        let drawn = html! {
            svg xmlns="http://www.w3.org/2000/svg" width={ (width) "pt" } height={ (height) "pt" }
                viewBox={ "0 " (round(-self.above)) " " (width) " " (height) } font-family=(FONT) {
                rect x="0" y=(round(-self.above)) width=(width) height=(height) fill="white" {}
                @for part in &self.parts { (part) }
                // One panel alone needs no letter.
                @if self.letters.len() > 1 { @for letter in &self.letters { (letter) } }
            }
        };
        let PreEscaped(text) = drawn;
        text
    }
}

/// a to z, then aa and on.
fn letter(at: usize) -> String {
    let one = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap_or(0));
    match at / 26 {
        0 => one(at).to_string(),
        more => format!("{}{}", one(more - 1), one(at)),
    }
}

/// A text at a place, its base line there; `anchor` is `start`, `middle` or `end`.
pub(super) fn text((x, y): (f64, f64), size: f64, anchor: &str, words: &str) -> Markup {
    debug_assert!(size >= TYPE, "{words}");
    html! { text x=(round(x)) y=(round(y)) font-size=(size) text-anchor=(anchor) fill=(INK) { (words) } }
}

/// A text that is read from below.
pub(super) fn upright((x, y): (f64, f64), words: &str) -> Markup {
    let turned = format!("translate({} {}) rotate(-90)", round(x), round(y));
    html! { text transform=(turned) font-size=(TYPE) text-anchor="middle" fill=(INK) { (words) } }
}

/// A straight line, with dashes if there are any.
pub(super) fn line((x1, y1): (f64, f64), (x2, y2): (f64, f64), color: &str, dashes: &str) -> Markup {
    html! {
        line x1=(round(x1)) y1=(round(y1)) x2=(round(x2)) y2=(round(y2)) stroke=(color) stroke-width="0.6"
            stroke-dasharray=[(!dashes.is_empty()).then_some(dashes)] {}
    }
}

/// Hundredths of a point.
pub(super) fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_stand_in_as_many_columns_as_fit_and_as_even_as_they_can() {
        let columns = |count: usize, width: f64| {
            let places = Sheet::new(width).panels(count, 110.0, 0.8);
            assert_eq!(places.len(), count);
            places.iter().filter(|place| place.y == places[0].y).count()
        };
        assert_eq!([columns(7, 237.6), columns(7, 489.6), columns(7, 90.0), columns(1, 500.0)], [2, 4, 1, 1]);
        // Not five and one.
        assert_eq!(columns(6, 600.0), 3);
        let places = Sheet::new(220.0).panels(3, 110.0, 0.5);
        assert_eq!(places[2], Place { x: 0.0, y: 55.0, width: 110.0, height: 55.0 });
    }

    #[test]
    fn letters_go_on_behind_z() {
        assert_eq!([0, 25, 26, 27, 52].map(letter), ["a", "z", "aa", "ab", "ba"]);
    }
}
