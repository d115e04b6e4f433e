//! An SVG as a flat list of elements, each of which somebody has to account for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Text and lines, grid lines, bars and dots, bars beside the first, means of groups; as SVGs have them.
pub(crate) const INK: &str = "#282828";
pub(crate) const FAINT: &str = "#D7D7D7";
pub(crate) const FIRST: &str = "#1F77B4";
pub(crate) const SECOND: &str = "#AEC7E8";
pub(crate) const MEAN: &str = "#D62728";

/// One element with its attributes and its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Element {
    pub(crate) tag: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    #[track_caller]
    pub(crate) fn number(&self, name: &str) -> f64 {
        let value = self.get(name);
        value.parse().unwrap_or_else(|_| panic!("{name} of {self:?}"))
    }

    /// The points of a polyline.
    pub(crate) fn points(&self) -> Vec<(f64, f64)> {
        let pair = |point: &str| {
            let (x, y) = point.split_once(',').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        };
        self.get("points").split_whitespace().map(pair).collect()
    }

    /// Where it begins, or its center.
    pub(crate) fn place(&self) -> (f64, f64) {
        match self.tag.as_str() {
            "circle" => (self.number("cx"), self.number("cy")),
            "line" => (self.number("x1"), self.number("y1")),
            "polyline" | "polygon" => self.points()[0],
            _ => (self.number("x"), self.number("y")),
        }
    }
}

/// What an SVG is made of, and what of it was accounted for.
pub(crate) struct Drawing {
    pub(crate) name: String,
    pub(crate) size: (f64, f64),
    pub(crate) elements: Vec<Element>,
    left: RefCell<Vec<bool>>,
}

/// What a parser of such files has to know of entities.
pub(crate) fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

impl Drawing {
    pub(crate) fn read(path: &Path) -> Drawing {
        let text = fs::read_to_string(path).unwrap();
        let mut elements: Vec<Element> = Vec::new();
        for part in text.split('<').skip(1) {
            let (tag, after) = part.split_once('>').unwrap();
            if tag.starts_with(['/', '?']) {
                assert!(after.trim().is_empty(), "text outside of a tag: {after:?}");
                continue;
            }
            let tag = tag.trim_end_matches('/');
            let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
            let mut attributes = BTreeMap::new();
            while let Some((key, after)) = rest.split_once("=\"") {
                let (value, after) = after.split_once('"').unwrap();
                attributes.insert(key.trim().to_owned(), unescaped(value));
                rest = after;
            }
            elements.push(Element { tag: name.to_owned(), attributes, text: unescaped(after.trim_matches('\n')) });
        }
        let svg = elements.remove(0);
        assert_eq!(svg.tag, "svg");
        let size = (svg.number("width"), svg.number("height"));
        assert_eq!(svg.get("viewBox"), format!("0 0 {} {}", size.0, size.1));
        let left = RefCell::new(vec![true; elements.len()]);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let drawing = Drawing { name, size, elements, left };
        let background = drawing.take("the background", |e| e.tag == "rect");
        assert_eq!((background.number("width"), background.number("height")), size);
        assert!(["#FFFFFF", "white"].contains(&background.get("fill")));
        drawing
    }

    /// The first element that nobody has taken and that `is` one; from now on it is taken.
    #[track_caller]
    pub(crate) fn take(&self, what: &str, is: impl Fn(&Element) -> bool) -> &Element {
        match self.take_if(is) {
            Some(element) => element,
            None => panic!("{}: no {what}; left are {:#?}", self.name, self.remaining()),
        }
    }

    pub(crate) fn take_if(&self, is: impl Fn(&Element) -> bool) -> Option<&Element> {
        let mut left = self.left.borrow_mut();
        let at = (0..self.elements.len()).find(|&at| left[at] && is(&self.elements[at]))?;
        left[at] = false;
        Some(&self.elements[at])
    }

    /// As [`Drawing::take`], every one of them, in the order of the file.
    pub(crate) fn take_all(&self, is: impl Fn(&Element) -> bool) -> Vec<&Element> {
        std::iter::from_fn(|| self.take_if(&is)).collect()
    }

    /// A text of these words, exactly.
    #[track_caller]
    pub(crate) fn say(&self, words: &str) -> &Element {
        self.take(&format!("text {words:?}"), |e| e.tag == "text" && e.text == words)
    }

    /// A text of these words in a part of the figure.
    #[track_caller]
    pub(crate) fn say_in(&self, part: Part, words: &str) -> &Element {
        self.take(&format!("text {words:?} in {part:?}"), |e| e.tag == "text" && e.text == words && part.holds(e))
    }

    fn remaining(&self) -> Vec<&Element> {
        let left = self.left.borrow();
        let all = self.elements.iter().zip(left.iter());
        all.filter_map(|(e, left)| left.then_some(e)).collect()
    }

    /// Panics where there is a mark or a word that nobody accounted for.
    #[track_caller]
    pub(crate) fn nothing_is_left(&self) {
        let left = self.remaining();
        assert!(left.is_empty(), "{}: not accounted for: {left:#?}", self.name);
    }

    /// How many elements come before this one.
    pub(crate) fn order(&self, element: &Element) -> usize {
        let same = |e: &Element| std::ptr::eq(e, element);
        self.elements.iter().position(same).unwrap()
    }
}

/// A rectangle of a figure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Part {
    /// The cell of a grid of equal cells below a heading.
    pub(crate) fn cell(
        size: (f64, f64),
        heading: f64,
        (rows, columns): (usize, usize),
        (row, column): (usize, usize),
    ) -> Part {
        let (width, height) = (size.0 / columns as f64, (size.1 - heading) / rows as f64);
        let (left, top) = (width * column as f64, heading + height * row as f64);
        Part { left, top, right: left + width, bottom: top + height }
    }

    pub(crate) fn holds(self, element: &Element) -> bool {
        // A line of no points is nowhere.
        if element.tag == "polyline" && element.points().is_empty() {
            return false;
        }
        let (x, y) = element.place();
        // Cells of a width that is no whole number begin at one.
        (self.left.floor()..self.right.floor()).contains(&x) && (self.top.floor()..self.bottom.floor()).contains(&y)
    }
}
