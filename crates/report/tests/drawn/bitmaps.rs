//! The bitmap of a chart against its SVG: the same marks and words, at twice the size.

use crate::svg::{Drawing, Element};
use image::RgbImage;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// How far apart the same mark may be in pixels: a place cut to a whole unit is off by less than two, and so is the
/// middle of a text.
const NEAR: u32 = 4;
/// And along a dashed line: each dash is cut to whole units, and begins where the one before it ends.
const DASH: u32 = 20;
/// How much a channel of a pixel may be beyond all that are near: a thin stroke is paler where it lies between two
/// pixels.
const PALER: u8 = 60;

/// The bitmap beside an SVG.
pub(crate) fn check(svg: &Path) {
    let drawing = Drawing::read(svg);
    let bytes = fs::read(svg.with_extension("png")).unwrap();
    let found = image::load_from_memory(&bytes).unwrap().to_rgb8();
    let expected = twice(&drawing);
    let dashed = dashed_rows(&drawing);
    assert_eq!(found.dimensions(), expected.dimensions(), "{}", svg.display());
    for (from, to, what) in [(&found, &expected, "in the bitmap alone"), (&expected, &found, "in the SVG alone")] {
        for (x, y, pixel) in from.enumerate_pixels() {
            // What is not there is missing from the other side; between marks that are close there may be no paper
            // left.
            let paper = pixel.0.iter().all(|&c| c > 240);
            if !paper && to.get_pixel(x, y) != pixel {
                let along = if dashed.contains(&(y / 2)) { DASH } else { NEAR };
                assert!(
                    is_near(to, (x, y), along, pixel.0),
                    "{}: {what}: {pixel:?} at {x}, {y} of the bitmap",
                    svg.display()
                );
            }
        }
    }
}

/// Where a dashed line runs: rows of the SVG, with the one above and below.
fn dashed_rows(drawing: &Drawing) -> BTreeSet<u32> {
    let mut dashes: BTreeMap<u32, usize> = BTreeMap::new();
    for dash in drawing.elements.iter().filter(|e| e.tag == "polyline") {
        if let [(from, y), (to, end)] = dash.points()[..]
            && y == end
            && (to - from).abs() <= 6.0
        {
            *dashes.entry(whole(y).cast_unsigned()).or_default() += 1;
        }
    }
    dashes.into_iter().filter(|(_, count)| *count > 9).flat_map(|(y, _)| y - 1..y + 2).collect()
}

fn is_near(picture: &RgbImage, (x, y): (u32, u32), along: u32, color: [u8; 3]) -> bool {
    let (width, height) = picture.dimensions();
    let (mut low, mut high) = ([255; 3], [0; 3]);
    for y in y.saturating_sub(NEAR)..(y + NEAR + 1).min(height) {
        for x in x.saturating_sub(along)..(x + along + 1).min(width) {
            for (at, &byte) in picture.get_pixel(x, y).0.iter().enumerate() {
                low[at] = byte.min(low[at]);
                high[at] = byte.max(high[at]);
            }
        }
    }
    // Edges are mixes of what is on either side.
    (0..3).all(|at| {
        let range = low[at].saturating_sub(PALER)..=high[at].saturating_add(PALER);
        range.contains(&color[at])
    })
}

/// What an SVG shows, drawn at twice the size.
fn twice(drawing: &Drawing) -> RgbImage {
    report::embed_font();
    let (width, height) = (whole(2.0 * drawing.size.0), whole(2.0 * drawing.size.1));
    let (width, height) = (width.cast_unsigned(), height.cast_unsigned());
    let mut pixels = vec![255; (width * height * 3) as usize];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        // The first is the background.
        for element in &drawing.elements[1..] {
            draw(&area, element);
        }
        area.present().unwrap();
    }
    RgbImage::from_raw(width, height, pixels).unwrap()
}

#[expect(clippy::cast_possible_truncation, reason = "places on a page")]
fn whole(value: f64) -> i32 {
    value.round() as i32
}

fn color(text: &str) -> RGBColor {
    let part = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    RGBColor(part(1), part(3), part(5))
}

/// The mark beside a label of an axis has five pixels in either file.
fn without_scale(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if let [from, to] = &mut points[..] {
        match (to.0 - from.0, to.1 - from.1) {
            (5.0, 0.0) => from.0 += 2.5,
            (0.0, 5.0) => to.1 -= 2.5,
            _ => {}
        }
    }
    points
}

fn draw(area: &DrawingArea<BitMapBackend<'_>, Shift>, e: &Element) {
    let two = |name: &str| whole(2.0 * e.number(name));
    let width = || two("stroke-width").cast_unsigned();
    match e.tag.as_str() {
        "rect" => {
            let (left, top) = (two("x"), two("y"));
            let corners = [(left, top), (left + two("width"), top + two("height"))];
            area.draw(&Rectangle::new(corners, color(e.get("fill")).filled())).unwrap();
        }
        "line" => {
            let ends = [(two("x1"), two("y1")), (two("x2"), two("y2"))];
            let style = color(e.get("stroke")).stroke_width(width());
            area.draw(&PathElement::new(ends, style)).unwrap();
        }
        "polyline" => {
            let points = without_scale(e.points()).into_iter();
            let points = points.map(|(x, y)| (whole(2.0 * x), whole(2.0 * y)));
            let points: Vec<(i32, i32)> = points.collect();
            let style = color(e.get("stroke")).stroke_width(width());
            area.draw(&PathElement::new(points, style)).unwrap();
        }
        "polygon" => {
            let points: Vec<(i32, i32)> =
                e.points().into_iter().map(|(x, y)| (whole(2.0 * x), whole(2.0 * y))).collect();
            let style = color(e.get("fill")).mix(e.number("opacity")).filled();
            area.draw(&Polygon::new(points, style)).unwrap();
        }
        "circle" => {
            let style = color(e.get("fill")).mix(e.number("opacity")).filled();
            area.draw(&Circle::new((two("cx"), two("cy")), two("r"), style)).unwrap();
        }
        "text" => {
            let horizontal = match e.get("text-anchor") {
                "start" => HPos::Left,
                "middle" => HPos::Center,
                _ => HPos::Right,
            };
            let vertical = match e.get("dy") {
                "0.76em" => VPos::Top,
                "0.5ex" => VPos::Center,
                _ => VPos::Bottom,
            };
            // Plotters writes a size that browsers understand: its own, divided by 1.24.
            let size = 2.0 * 1.24 * e.number("font-size");
            let font = FontDesc::from((report::FONT, size));
            let font = match e.get("transform") {
                "" => font,
                _ => font.transform(FontTransform::Rotate270),
            };
            let ink = color(e.get("fill"));
            let style = TextStyle::from(font).color(&ink);
            let style = style.pos(Pos::new(horizontal, vertical));
            // As are the ten between a label and its axis.
            let (x, y) = match (e.get("text-anchor"), e.get("dy"), e.get("transform")) {
                ("end", ..) => (two("x") + 10, two("y")),
                ("middle", "0.76em", "") if whole(size) == 22 && e.text.parse::<f64>().is_ok() => {
                    (two("x"), two("y") - 10)
                }
                _ => (two("x"), two("y")),
            };
            area.draw(&Text::new(e.text.as_str(), (x, y), style)).unwrap();
        }
        other => panic!("a chart with a {other}"),
    }
}
