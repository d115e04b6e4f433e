//! Figures 1 and 6 to 8 against `tables/exemplars.csv` and the pictures in `features`: which picture stands where, and
//! every word.

use crate::svg::{Drawing, Element};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::RgbImage;
use image::imageops::{FilterType, resize};
use report::{BlockRow, ExemplarRow, Manifest, layout, read_table};
use std::fs;
use std::path::Path;

const ROLES: [(&str, &str); 3] = [("input", "Input"), ("block", "Block"), ("output", "Output")];
const PICTURE: u32 = 112;
/// From one picture to the next.
const PITCH: u32 = 118;
/// From one grid to the one on its right: the row labels, three pictures and a space.
const GRID: u32 = 56 + 3 * PITCH + 26;

/// What a channel is headed with.
pub(crate) fn heading(exemplar: &ExemplarRow) -> String {
    format!("channel {}: {}", exemplar.channel, exemplar.example_of)
}

/// What is measured of it: the scale metric where it is chosen for it, and the mix ratio or why there is none.
pub(crate) fn measures(exemplar: &ExemplarRow) -> String {
    let mut words = String::new();
    if let (6, Some(metric)) = (exemplar.figure, exemplar.scale_metric) {
        words.push_str(&format!("scale metric {metric:.2}"));
    }
    let Some(ratio) = exemplar.mix_ratio else {
        return words;
    };
    if !words.is_empty() {
        words.push_str(", ");
    }
    words.push_str(&if !exemplar.sentinel {
        format!("mix ratio {ratio:.2}")
    } else if ratio == 0.0 {
        "mix ratio 0: O(I) is not positive".to_owned()
    } else {
        "mix ratio 10: O(B) is not positive".to_owned()
    });
    words
}

/// A word at its place, with its size.
type Word = (u32, u32, u32, String);

/// Every picture and every word of the grids of each block; the names of the figures.
pub(crate) fn check(folder: &Path) -> Vec<String> {
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS)).unwrap();
    let exemplars: Vec<ExemplarRow> = read_table(&folder.join(layout::EXEMPLARS)).unwrap();
    let mut found = Vec::new();
    for BlockRow { block, .. } in &blocks {
        let of_block = || exemplars.iter().filter(|e| e.block == *block);
        for (figure, name, title) in [
            (1, format!("fig1_exemplars_{block}"), format!("Figure 1. Block {block}: exemplary channels")),
            (6, format!("fig6_scale_{block}"), format!("Figures 6 to 8. Block {block}: largest scale metrics")),
        ] {
            let shown: Vec<&ExemplarRow> = of_block().filter(|e| e.figure == figure).collect();
            let path = folder.join(format!("figures/{name}.x"));
            assert_eq!(path.with_extension("svg").exists(), !shown.is_empty(), "{name}");
            if !shown.is_empty() {
                sheet(folder, &path, &title, &shown);
                found.push(name);
            }
        }
    }
    found
}

/// The pictures of an exemplar, a row of three after another, each with its label. Other runs may have left more.
fn rows(folder: &Path, manifest: &Manifest, e: &ExemplarRow) -> Vec<(&'static str, [RgbImage; 3])> {
    let whole = ROLES.map(|(role, _)| {
        let name = format!("features/{}/{role}/{}.channel.png", e.block, e.channel);
        manifest.pictures.contains_key(&name)
    });
    let photographs = manifest.images.is_some();
    let kinds = [
        ("center neuron", "png", true),
        ("whole channel", "channel.png", whole.contains(&true)),
        ("top nine images", "top.png", photographs),
        ("Block's part", "inhibition.png", photographs),
    ];
    let shown = kinds.into_iter().filter(|(_, _, shown)| *shown);
    shown
        .map(|(label, ending, _)| {
            let pictures = ROLES.map(|(role, _)| {
                let name = format!("features/{}/{role}/{}.{ending}", e.block, e.channel);
                let bytes = fs::read(folder.join(name)).unwrap();
                image::load_from_memory(&bytes).unwrap().to_rgb8()
            });
            (label, pictures)
        })
        .collect()
}

fn sheet(folder: &Path, path: &Path, title: &str, exemplars: &[&ExemplarRow]) {
    let manifest = Manifest::read(folder).unwrap();
    let grids: Vec<_> = exemplars.iter().map(|e| rows(folder, &manifest, e)).collect();
    let tallest = u32::try_from(grids.iter().map(Vec::len).max().unwrap()).unwrap();
    let count = u32::try_from(grids.len()).unwrap();
    let (columns, lines) = (count.min(3), count.div_ceil(3));
    let key = manifest.images.is_some();
    let top = if key { 34 + 36 } else { 34 };
    let line = 62 + tallest * PITCH + 26;
    let width = (20 + columns * GRID - 26 - 6).max(480);
    let height = top + lines * line - 26 - 6 + 10;
    let mut words: Vec<Word> = vec![(10, 8, 15, title.to_owned())];
    let mut swatches = Vec::new();
    if key {
        words.push((10, 34, 11, "Block's part:".to_owned()));
        swatches.push((92, 33, (230, 40, 30)));
        words.push((108, 34, 11, "takes away from a positive Input".to_owned()));
        swatches.push((308, 33, (40, 110, 230)));
        words.push((324, 34, 11, "adds".to_owned()));
        words.push((10, 52, 11, "full color: as much as the largest Input or Block in that photograph".to_owned()));
    }
    let mut pictures: Vec<(u32, u32, RgbImage)> = Vec::new();
    for ((i, exemplar), grid) in (0_u32..).zip(exemplars).zip(grids) {
        let (left, above) = (10 + i % 3 * GRID, top + i / 3 * line);
        words.push((left, above, 14, heading(exemplar)));
        words.push((left, above + 20, 11, measures(exemplar)));
        for (column, (_, role)) in (0_u32..).zip(ROLES) {
            words.push((left + 56 + column * PITCH, above + 42, 12, role.to_owned()));
        }
        for (row, (label, of_roles)) in (0_u32..).zip(grid) {
            let y = above + 62 + row * PITCH;
            for (word, said) in (0_u32..).zip(label.split(' ')) {
                words.push((left, y + 40 + 16 * word, 11, said.to_owned()));
            }
            for (column, picture) in (0_u32..).zip(of_roles) {
                pictures.push((left + 56 + column * PITCH, y, picture));
            }
        }
    }
    vector(&path.with_extension("svg"), (width, height), (&words, &swatches, &pictures));
}

/// Squares of the key: their place and their color.
type Swatch = (u32, u32, (u8, u8, u8));
type Contents<'a> = (&'a [Word], &'a [Swatch], &'a [(u32, u32, RgbImage)]);

fn at(x: u32, y: u32) -> impl Fn(&Element) -> bool {
    move |e| e.place() == (f64::from(x), f64::from(y))
}

fn vector(path: &Path, size: (u32, u32), (words, swatches, pictures): Contents<'_>) {
    let drawing = Drawing::read(path);
    assert_eq!(drawing.size, (f64::from(size.0), f64::from(size.1)), "{}", drawing.name);
    for (x, y, height, words) in words {
        // Text stands on its line, which is below it by its size.
        let text = drawing
            .take(&format!("{words:?} at {x}, {y}"), |e| e.tag == "text" && e.text == *words && at(*x, y + height)(e));
        assert_eq!(text.number("font-size"), f64::from(*height));
        assert_eq!((text.get("fill"), text.get("font-family")), ("#282828", "DejaVu Sans, sans-serif"));
    }
    for (x, y, (r, g, b)) in swatches {
        let square = drawing.take("square of the key", |e| e.tag == "rect" && at(*x, *y)(e));
        assert_eq!(square.get("fill"), format!("rgb({r},{g},{b})"));
        assert_eq!((square.number("width"), square.number("height")), (11.0, 11.0));
    }
    for (x, y, picture) in pictures {
        let shown = drawing.take("picture", |e| e.tag == "image" && at(*x, *y)(e));
        let side = f64::from(PICTURE);
        assert_eq!((shown.number("width"), shown.number("height")), (side, side));
        let sharp = if picture.width() <= PICTURE { "image-rendering: pixelated" } else { "" };
        assert_eq!(shown.get("style"), sharp);
        let data = shown.get("href").strip_prefix("data:image/png;base64,").unwrap();
        let decoded = image::load_from_memory(&STANDARD.decode(data).unwrap()).unwrap();
        // It has its own pixels, as long as there are no more than two a unit.
        let side = picture.width().min(2 * PICTURE);
        let picture =
            if picture.width() > side { resize(picture, side, side, FilterType::CatmullRom) } else { picture.clone() };
        assert!(decoded.to_rgb8() == picture, "{}: another picture at {x}, {y}", drawing.name);
    }
    drawing.nothing_is_left();
}
