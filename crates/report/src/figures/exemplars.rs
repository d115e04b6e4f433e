//! Figures 1 and 6 to 8: what chosen channels of a block respond to. Columns are Input, Block and Output; rows are the
//! center-neuron picture and, where this run made them, the whole-channel picture, the nine photographs that it answers
//! to most, and where in them Block inhibits (red) or adds (blue).

use super::shown::Shown;
use crate::canvas::{Drawn, FONT, INK, embed_font, png, text};
use crate::error::ReportError;
use crate::files::{read_file, write_file};
use crate::layout;
use crate::manifest::Manifest;
use crate::registry::Figure;
use crate::results::Results;
use crate::schema::{BlockRow, ExemplarRow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;
use image::imageops::{FilterType, resize};
use maud::{PreEscaped, html};
use plotters::coord::Shift;
use plotters::prelude::*;
use std::path::Path;

/// The three roles, as folders and as titles.
const ROLES: [(&str, &str); 3] = [("input", "Input"), ("block", "Block"), ("output", "Output")];
/// The rows of a grid.
const CENTER_NEURON: &str = "center neuron";
const WHOLE_CHANNEL: &str = "whole channel";
const TOP_IMAGES: &str = "top nine images";
const INHIBITION: &str = "Block's part";
/// Sizes in units: a picture, the space between pictures, the space for row labels, titles of a grid, between grids.
const PICTURE: u32 = 112;
const GAP: u32 = 6;
const LABELS: u32 = 56;
const TITLES: u32 = 62;
const BETWEEN: u32 = 26;
/// The space around all grids, and for the title above them.
const MARGIN: u32 = 10;
const TOP: u32 = 34;
/// A line of the key to the colors of [`INHIBITION`], and a square in it.
const KEY_LINE: u32 = 18;
const SWATCH: u32 = 11;
/// The least width, for the title.
const WIDTH: u32 = 480;
/// Bitmaps have this many pixels for each unit.
const SCALE: u32 = 2;
/// What Block takes away and adds, as the maps are colored.
const TAKES: RGBColor = RGBColor(230, 40, 30);
const ADDS: RGBColor = RGBColor(40, 110, 230);
/// One channel's grid: its heading, what is measured of it, and rows of three pictures.
struct Grid {
    heading: String,
    measures: String,
    rows: Vec<(&'static str, [RgbImage; 3])>,
}

/// A picture or a text at a place, in units from the top left.
struct Placed<T> {
    at: (u32, u32),
    item: T,
}

/// What a page of grids consists of.
struct Sheet {
    size: (u32, u32),
    pictures: Vec<Placed<RgbImage>>,
    swatches: Vec<Placed<RGBColor>>,
    texts: Vec<Placed<(String, u32)>>,
}

/// Draws that of each block that has exemplars for the figure.
pub(super) fn draw(figure: &Figure, results: &Results) -> Result<Vec<Shown>, ReportError> {
    let Results { folder, manifest, blocks, exemplars, .. } = results;
    let mut shown = Vec::new();
    for BlockRow { block, .. } in blocks {
        let of_figure = exemplars.iter().filter(|e| e.figure == figure.number && e.block == *block);
        let grids: Result<Vec<Grid>, ReportError> = of_figure.map(|e| grid(folder, e, manifest)).collect();
        let grids = grids?;
        if !grids.is_empty() {
            let sheet = arrange(&figure.title(Some(block)), grids);
            let path = figure.file(folder, Some(block));
            write_file(&path.with_extension("svg"), svg(&sheet, &path)?.as_bytes())?;
            write_file(&path.with_extension("png"), &bitmap(&sheet, &path)?)?;
            shown.push(Shown::of(figure, Some(block)));
        }
    }
    Ok(shown)
}

fn grid(folder: &Path, exemplar: &ExemplarRow, manifest: &Manifest) -> Result<Grid, ReportError> {
    let mut rows = Vec::new();
    for label in [CENTER_NEURON, WHOLE_CHANNEL, TOP_IMAGES, INHIBITION] {
        let (block, channel) = (exemplar.block.as_str(), exemplar.channel);
        let paths = ROLES.map(|(role, _)| match label {
            CENTER_NEURON => layout::feature(block, role, channel),
            WHOLE_CHANNEL => layout::channel_feature(block, role, channel),
            TOP_IMAGES => layout::top_images(block, role, channel),
            _ => layout::inhibition(block, role, channel),
        });
        // What lies there may be another run's: the manifest says what this one made.
        let made = match label {
            CENTER_NEURON => true,
            WHOLE_CHANNEL => paths.iter().any(|path| manifest.shows(path)),
            _ => manifest.images.is_some(),
        };
        if made {
            let [input, block, output] = paths.map(|path| picture(&folder.join(path)));
            rows.push((label, [input?, block?, output?]));
        }
    }
    Ok(Grid { heading: exemplar.heading(), measures: exemplar.measures(), rows })
}

impl Manifest {
    /// Whether a path is that of a picture of this run.
    fn shows(&self, path: &Path) -> bool {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        self.pictures.contains_key(&parts.join("/"))
    }
}

fn picture(path: &Path) -> Result<RgbImage, ReportError> {
    let bytes = read_file(path)?;
    let decoded = image::load_from_memory(&bytes).map_err(|e| ReportError::Damaged {
        path: path.to_owned(),
        expected: "a picture",
        found: e.to_string(),
    })?;
    Ok(decoded.to_rgb8())
}

/// Places up to three grids beside each other, then further ones below.
fn arrange(title: &str, grids: Vec<Grid>) -> Sheet {
    let grid_width = LABELS + 3 * (PICTURE + GAP);
    let tallest = grids.iter().map(|g| g.rows.len()).max().unwrap_or(0);
    let grid_height = TITLES + u32::try_from(tallest).unwrap_or(0) * (PICTURE + GAP);
    let columns = u32::try_from(grids.len()).unwrap_or(1).min(3);
    let lines = u32::try_from(grids.len()).unwrap_or(1).div_ceil(columns);
    let mut labels = grids.iter().flat_map(|g| &g.rows).map(|(label, _)| *label);
    let with_key = labels.any(|label| label == INHIBITION);
    let above = if with_key { TOP + 2 * KEY_LINE } else { TOP };
    let width = 2 * MARGIN + columns * (grid_width + BETWEEN) - BETWEEN - GAP;
    let mut sheet = Sheet {
        size: (width.max(WIDTH), above + lines * (grid_height + BETWEEN) - BETWEEN - GAP + MARGIN),
        pictures: Vec::new(),
        swatches: Vec::new(),
        texts: Vec::new(),
    };
    sheet.say((MARGIN, 8), 15, title);
    if with_key {
        sheet.key();
    }
    for (i, grid) in (0_u32..).zip(grids) {
        let (left, top) =
            (MARGIN + i % columns * (grid_width + BETWEEN), above + i / columns * (grid_height + BETWEEN));
        sheet.say((left, top), 14, &grid.heading);
        sheet.say((left, top + 20), 11, &grid.measures);
        for (column, (_, title)) in (0_u32..).zip(ROLES) {
            let x = left + LABELS + column * (PICTURE + GAP);
            sheet.say((x, top + 42), 12, title);
        }
        for (row, (label, pictures)) in (0_u32..).zip(grid.rows) {
            let y = top + TITLES + row * (PICTURE + GAP);
            for (line, word) in (0_u32..).zip(label.split(' ')) {
                sheet.say((left, y + PICTURE / 2 - 16 + 16 * line), 11, word);
            }
            for (column, picture) in (0_u32..).zip(pictures) {
                let at = (left + LABELS + column * (PICTURE + GAP), y);
                sheet.pictures.push(Placed { at, item: picture });
            }
        }
    }
    sheet
}

impl Sheet {
    fn say(&mut self, at: (u32, u32), size: u32, words: &str) {
        self.texts.push(Placed { at, item: (words.to_owned(), size) });
    }

    /// What the colors of the maps mean.
    fn key(&mut self) {
        let mut x = MARGIN;
        self.say((x, TOP), 11, "Block's part:");
        x += 82;
        for (color, words, width) in [(TAKES, "takes away from a positive Input", 200), (ADDS, "adds", 0)] {
            let at = (x, TOP - 1);
            self.swatches.push(Placed { at, item: color });
            self.say((x + SWATCH + 5, TOP), 11, words);
            x += SWATCH + 5 + width;
        }
        let words = "full color: as much as the largest Input or Block in that photograph";
        self.say((MARGIN, TOP + KEY_LINE), 11, words);
    }
}

fn svg(sheet: &Sheet, path: &Path) -> Result<String, ReportError> {
    let (width, height) = sheet.size;
    let mut pictures = Vec::new();
    for Placed { at, item } in &sheet.pictures {
        let bytes = png(item.as_raw(), item.dimensions()).map_err(|e| failed(path, e.to_string()))?;
        let sharp = is_small(item).then_some("image-rendering: pixelated");
        pictures.push((at, format!("data:image/png;base64,{}", STANDARD.encode(bytes)), sharp));
    }
    let drawn = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } {
            rect width=(width) height=(height) fill="white" {}
            @for (at, data, sharp) in &pictures {
                image x=(at.0) y=(at.1) width=(PICTURE) height=(PICTURE) style=[sharp] href=(data) {}
            }
            @for Placed { at, item: RGBColor(r, g, b) } in &sheet.swatches {
                rect x=(at.0) y=(at.1) width=(SWATCH) height=(SWATCH) fill={ "rgb(" (r) "," (g) "," (b) ")" } {}
            }
            @for Placed { at, item: (words, size) } in &sheet.texts {
                text x=(at.0) y=(at.1 + size) font-family={ (FONT) ", sans-serif" } font-size=(size) fill="#282828" { (words) }
            }
        }
    };
    let PreEscaped(body) = drawn;
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}\n"))
}

fn bitmap(sheet: &Sheet, path: &Path) -> Result<Vec<u8>, ReportError> {
    embed_font();
    let (width, height) = (sheet.size.0 * SCALE, sheet.size.1 * SCALE);
    let mut pixels = vec![255; (width * height * 3) as usize];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        write_texts(&area, sheet).map_err(|e| failed(path, e.to_string()))?;
        area.present().map_err(|e| failed(path, e.to_string()))?;
    }
    let mut canvas =
        RgbImage::from_raw(width, height, pixels).ok_or_else(|| failed(path, "an empty canvas".to_owned()))?;
    for Placed { at, item } in &sheet.pictures {
        let side = PICTURE * SCALE;
        let filter = if is_small(item) { FilterType::Nearest } else { FilterType::CatmullRom };
        let scaled = resize(item, side, side, filter);
        image::imageops::replace(&mut canvas, &scaled, i64::from(at.0 * SCALE), i64::from(at.1 * SCALE));
    }
    png(canvas.as_raw(), canvas.dimensions()).map_err(|e| failed(path, e.to_string()))
}

/// Whether a picture is shown at twice its size or more: then each of its pixels is a square, as blurred ones would say more
/// than there is.
fn is_small(picture: &RgbImage) -> bool {
    2 * picture.width() <= PICTURE * SCALE
}

fn write_texts<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, sheet: &Sheet) -> Drawn<DB> {
    for Placed { at, item } in &sheet.swatches {
        let corner = |x: u32, y: u32| ((x * SCALE).cast_signed(), (y * SCALE).cast_signed());
        let corners = [corner(at.0, at.1), corner(at.0 + SWATCH, at.1 + SWATCH)];
        area.draw(&Rectangle::new(corners, item.filled()))?;
    }
    for Placed { at, item: (words, size) } in &sheet.texts {
        let at = ((at.0 * SCALE).cast_signed(), (at.1 * SCALE).cast_signed());
        area.draw(&Text::new(words.as_str(), at, text(*size, SCALE).color(&INK)))?;
    }
    Ok(())
}

fn failed(path: &Path, reason: String) -> ReportError {
    ReportError::Draw { path: path.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A sheet of one picture of two colors, in columns.
    fn sheet(size: u32) -> Sheet {
        let item =
            RgbImage::from_fn(size, size, |x, _| image::Rgb(if x % 2 == 0 { [10, 20, 30] } else { [200, 90, 40] }));
        Sheet {
            size: (WIDTH, 200),
            pictures: vec![Placed { at: (0, 0), item }],
            swatches: Vec::new(),
            texts: Vec::new(),
        }
    }

    #[test]
    fn a_small_picture_is_shown_in_its_own_colors_alone_and_a_large_one_smoothly() {
        for (size, small) in [(32, true), (96, true), (112, true), (128, false), (224, false)] {
            let drawn = bitmap(&sheet(size), Path::new("")).unwrap();
            let drawn = image::load_from_memory(&drawn).unwrap().into_rgb8();
            let side = PICTURE * SCALE;
            let colors: BTreeSet<[u8; 3]> = drawn
                .enumerate_pixels()
                .filter(|(x, y, _)| *x < side && *y < side)
                .map(|(.., pixel)| pixel.0)
                .collect();
            assert_eq!(colors.len() == 2, small || size == side, "{size}: {} colors", colors.len());
            let pixelated = svg(&sheet(size), Path::new("")).unwrap().contains("pixelated");
            assert_eq!(pixelated, small, "{size}");
        }
    }
}
