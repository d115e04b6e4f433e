//! The axes of a panel: what its labels say, and where on the page a number is then.

use crate::svg::{Drawing, Element, FAINT, INK, Part};

/// Whether the labels of an axis are the numbers at their marks, or those numbers rounded to the digits that are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Labels {
    Exact,
    Rounded,
}

/// Numbers along one direction: those at the two ends of its line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    from: (f64, f64),
    to: (f64, f64),
    /// The ends of the line that is drawn for it.
    pub(crate) ends: (f64, f64),
}

impl Axis {
    /// From the numbers at the ends of its line.
    fn new((low, high): (f64, f64), ends: (f64, f64)) -> Axis {
        Axis { from: (low, ends.0), to: (high, ends.1), ends }
    }

    /// Where a number belongs.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let part = (value - self.from.0) / (self.to.0 - self.from.0);
        self.from.1 + part * (self.to.1 - self.from.1)
    }

    /// Panics unless a number is drawn where it belongs.
    ///
    /// Places are cut to whole units, so each is off by less than 1 to one side. Between the two ends the line through
    /// them is off by less than 1 to the same side, so a mark is less than 1 away from it.
    #[track_caller]
    pub(crate) fn check(&self, what: &str, value: f64, found: f64) {
        self.check_rounded(what, value, found, 0.0);
    }

    /// As [`Axis::check`], of a number that is rounded by so much.
    #[track_caller]
    fn check_rounded(&self, what: &str, value: f64, found: f64, rounding: f64) {
        let (low, high) = (self.from.0, self.to.0);
        assert!(value >= low - rounding && value <= high + rounding, "{what}: {value} is beyond {low} to {high}");
        let slope = ((self.to.1 - self.from.1) / (high - low)).abs();
        let expected = self.at(value);
        // And what f64 rounds, which is nothing beside.
        let bound = 1.0 + rounding * slope + 1e-6;
        assert!(
            (found - expected).abs() < bound,
            "{what}: {value} belongs at {expected:.2}, found it at {found}, {bound:.2} is allowed"
        );
    }
}

/// What stands at the axes of a panel.
pub(crate) struct Titles<'a> {
    pub(crate) x: &'a str,
    pub(crate) y: &'a str,
}

/// The number that a label is.
pub(crate) fn number(label: &str) -> f64 {
    label.parse().unwrap()
}

/// A panel with two axes.
pub(crate) struct Chart {
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// Labels of the second.
    pub(crate) y_labels: Vec<String>,
}

/// Takes the axes of a panel: lines, labels, marks beside them, grid lines and titles.
///
/// `x_value` is how many labels the first axis has at least, and the number that one stands for.
pub(crate) fn chart(
    drawing: &Drawing,
    part: Part,
    titles: &Titles<'_>,
    (x_range, y_range): ((f64, f64), (f64, f64)),
    labels: Labels,
    (fewest, x_value): (usize, &dyn Fn(&str) -> f64),
) -> Chart {
    let y = vertical(drawing, part, (titles.y, y_range), labels);
    let title = drawing.say_in(part, titles.x);
    assert_eq!(title.get("text-anchor"), "middle");
    let line = horizontal_line(drawing, part, y.0.ends);
    let found = drawing.take_all(|e| {
        e.tag == "text"
            && part.holds(e)
            && (e.get("text-anchor"), e.get("dy")) == ("middle", "0.76em")
            && e.number("y") == line.0 + 10.0
    });
    let x = Axis::new(x_range, (line.1, line.2));
    assert!(found.len() >= fewest, "labels of the x axis: {found:?}");
    let mut free = f64::NEG_INFINITY;
    for label in found {
        let at = label.number("x");
        // Letters are half as wide as they are high, and the text is around its place.
        let half = label.number("font-size") * label.text.chars().count() as f64 / 4.0;
        assert!(at - half > free, "{} runs into the label before it", label.text);
        free = at + half;
        x.check("a label", x_value(&label.text), at);
        drawing.take("mark of an x label", |e| is_line(e, (at, line.0), (at, line.0 + 5.0)));
    }
    // The title is under the middle of the axis: cut to a whole unit.
    let middle = (line.1 + line.2) / 2.0;
    assert!((title.number("x") - middle).abs() <= 1.0, "{title:?}");
    Chart { x, y: y.0, y_labels: y.1 }
}

fn is_line(e: &Element, from: (f64, f64), to: (f64, f64)) -> bool {
    e.tag == "polyline" && e.get("stroke") == INK && e.points() == [from, to]
}

/// The line of the first axis: its height, and its two ends.
pub(crate) fn horizontal_line(drawing: &Drawing, part: Part, (_, bottom): (f64, f64)) -> (f64, f64, f64) {
    let line = drawing.take("line of the x axis", |e| {
        let points = (e.tag == "polyline").then(|| e.points());
        part.holds(e)
            && e.get("stroke") == INK
            && points.is_some_and(|p| p.len() == 2 && p[0].1 == p[1].1 && p[0].1 == bottom + 1.0)
    });
    let points = line.points();
    (points[0].1, points[0].0, points[1].0)
}

/// The second axis, and its labels from the bottom up.
pub(crate) fn vertical(
    drawing: &Drawing,
    part: Part,
    (title, range): (&str, (f64, f64)),
    labels: Labels,
) -> (Axis, Vec<String>) {
    let title = drawing.say_in(part, title);
    assert!(title.get("transform").starts_with("rotate(270,"), "{title:?}");
    let found = drawing.take_all(|e| e.tag == "text" && part.holds(e) && e.get("text-anchor") == "end");
    let beside = found[0].number("x") + 9.0;
    let line = drawing.take("line of the y axis", |e| {
        let points = (e.tag == "polyline").then(|| e.points());
        part.holds(e)
            && e.get("stroke") == INK
            && points.is_some_and(|p| p.len() == 2 && p[0].0 == beside && p[1].0 == beside)
    });
    let (top, bottom) = (line.points()[0].1, line.points()[1].1);
    assert!(top < bottom);
    // Upwards on the page is towards smaller numbers.
    let axis = Axis { ends: (top, bottom), ..Axis::new(range, (bottom, top)) };
    for label in &found {
        let at = label.number("y");
        assert_eq!(label.number("x") + 9.0, beside);
        drawing.take("mark of a y label", |e| is_line(e, (beside - 5.0, at), (beside, at)));
        let grid = drawing.take("line of the grid", |e| {
            e.tag == "line" && part.holds(e) && e.get("stroke") == FAINT && e.number("y1") == at
        });
        assert_eq!((grid.number("x1"), grid.number("y2")), (beside + 1.0, at));
        let digits = label.text.split_once('.').map_or(0, |(_, d)| d.len());
        let rounding = match labels {
            Labels::Exact => 0.0,
            Labels::Rounded => 0.5 / 10_f64.powi(i32::try_from(digits).unwrap()),
        };
        axis.check_rounded("a label", label.text.parse().unwrap(), at, rounding);
    }
    // The middle of the axis, cut to a whole unit; the line's ends are cut too.
    let middle = (part.top + part.bottom) / 2.0;
    assert!(title.number("y") > top && title.number("y") < bottom.max(middle));
    let labels = found.iter().map(|e| e.text.clone()).collect();
    (axis, labels)
}

/// Takes the three lines of an interval: from its lower to its upper end, and across both. `near` tells its place; that,
/// and the two ends of the lines across.
pub(crate) fn whisker(drawing: &Drawing, part: Part, y: &Axis, ends: [f64; 2], near: impl Fn(f64) -> bool) -> [f64; 3] {
    type Points<'a> = &'a [(f64, f64)];
    let line = |what: &str, is: &dyn Fn(Points<'_>) -> bool| {
        let found = drawing.take(what, |e| {
            let points = (e.tag == "polyline").then(|| e.points());
            part.holds(e) && e.get("stroke") == INK && points.is_some_and(|p| p.len() == 2 && is(&p))
        });
        found.points()
    };
    let along = line("line of an interval", &|p| p[0].0 == p[1].0 && near(p[0].0));
    let at = along[0].0;
    let mut across = [0.0, 0.0];
    for (value, point) in ends.into_iter().zip(&along) {
        y.check("end of an interval", value, point.1);
        let ends =
            line("line across an interval", &|p| p[0].1 == p[1].1 && p[0].1 == point.1 && p[0].0 <= at && at <= p[1].0);
        across = [ends[0].0, ends[1].0];
    }
    [at, across[0], across[1]]
}

/// Takes a dashed line that goes up at a place, from the bottom of a panel to its top.
pub(crate) fn dashes(drawing: &Drawing, part: Part, chart: &Chart, x: f64, dash: f64) {
    let pieces = drawing.take_all(|e| {
        let points = (e.tag == "polyline").then(|| e.points());
        part.holds(e) && e.get("stroke") == INK && points.is_some_and(|p| p.len() == 2 && p[0].0 == p[1].0)
    });
    let (top, bottom) = chart.y.ends;
    for (i, piece) in pieces.iter().enumerate() {
        let points = piece.points();
        chart.x.check("the dashed line", x, points[0].0);
        // Each dash is followed by a gap as long.
        assert!((points[0].1 - (bottom - 2.0 * dash * i as f64)).abs() <= 1.0, "{points:?}");
        assert!(points[1].1 >= points[0].1 - dash && points[1].1 >= top);
    }
    let last = pieces[pieces.len() - 1].points()[1].1;
    assert!(last - top <= 2.0 * dash, "it ends at {last}, not at {top}");
}
