//! Figures 1 and 6 to 8: what chosen channels of a block respond to. Columns are Input, Block and Output; rows are the
//! center-neuron picture and, where this run made them, the whole-channel picture, the nine photographs that it answers
//! to most, and where in them Block inhibits (red) or adds (blue).

use super::shown::Shown;
use crate::canvas::{FONT, png};
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
use plotters::style::RGBColor;
use std::borrow::Cow;
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
/// A picture has no more pixels than this for each unit, as the figure would grow to many megabytes: `figures` prints all of them.
const DENSITY: u32 = 2;
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
        let item = shown(item);
        let bytes = png(item.as_raw(), item.dimensions()).map_err(|e| failed(path, e.to_string()))?;
        let sharp = is_small(&item).then_some("image-rendering: pixelated");
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

/// A picture as a figure has it: no larger than it can show.
fn shown(picture: &RgbImage) -> Cow<'_, RgbImage> {
    let side = PICTURE * DENSITY;
    match picture.width() > side {
        true => Cow::Owned(resize(picture, side, side, FilterType::CatmullRom)),
        false => Cow::Borrowed(picture),
    }
}

/// Whether a picture is shown at twice its size or more: then each of its pixels is a square, as blurred ones would say more
/// than there is.
fn is_small(picture: &RgbImage) -> bool {
    2 * picture.width() <= PICTURE * DENSITY
}

fn failed(path: &Path, reason: String) -> ReportError {
    ReportError::Draw { path: path.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// The picture in a drawing of [`sheet`], and whether it is shown sharply.
    fn embedded(size: u32) -> (RgbImage, bool) {
        let drawn = svg(&sheet(size), Path::new("")).unwrap();
        let (_, data) = drawn.split_once("base64,").unwrap();
        let bytes = STANDARD.decode(data.split('"').next().unwrap()).unwrap();
        (image::load_from_memory(&bytes).unwrap().into_rgb8(), drawn.contains("pixelated"))
    }

    #[test]
    fn a_picture_keeps_its_pixels_up_to_two_a_unit_and_a_small_one_is_shown_sharply() {
        for (size, small, side) in
            [(32, true, 32), (112, true, 112), (128, false, 128), (224, false, 224), (336, false, 224)]
        {
            let (picture, sharp) = embedded(size);
            assert_eq!((picture.dimensions(), sharp), ((side, side), small), "{size}");
            assert_eq!(picture == sheet(size).pictures[0].item, size <= 224, "{size}");
        }
    }
}
