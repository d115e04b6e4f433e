//! From a drawing in SVG to the file that is printed.

use super::PrintFormat;
use crate::canvas::FONT_FILE;
use resvg::tiny_skia::{Pixmap, Transform};
use std::sync::Arc;
use svg2pdf::{ConversionOptions, PageOptions};
use usvg::{Options, Tree, WriteOptions, fontdb};

/// Pixels an inch of bitmaps.
const DENSITY: f32 = 600.0;
/// What an SVG calls an inch.
const UNITS: f32 = 96.0;

/// The bytes of a file, or why there are none. Text is shaped with the embedded font and becomes outlines.
pub(super) fn bytes(svg: &str, format: PrintFormat) -> Result<Vec<u8>, String> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(FONT_FILE.to_vec());
    // Nothing outside of the drawing is looked at.
    let options = Options { fontdb: Arc::new(fonts), resources_dir: None, ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|e| e.to_string())?;
    match format {
        PrintFormat::Svg => Ok(outlined(&tree).into_bytes()),
        PrintFormat::Pdf => {
            let outlines = Tree::from_str(&outlined(&tree), &Options::default()).map_err(|e| e.to_string())?;
            // A unit of the drawing is a point; the tree counts 96 an inch.
            let page = PageOptions { dpi: UNITS };
            svg2pdf::to_pdf(&outlines, ConversionOptions::default(), page).map_err(|e| e.to_string())
        }
        PrintFormat::Png => {
            let scale = DENSITY / UNITS;
            // What is a hair more than a pixel is that pixel.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole pixels")]
            let pixels = |length: f32| (length * scale - 0.01).ceil() as u32;
            let mut pixmap = Pixmap::new(pixels(tree.size().width()), pixels(tree.size().height()))
                .ok_or_else(|| "it would be too large".to_owned())?;
            resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
            pixmap.encode_png().map_err(|e| e.to_string())
        }
    }
}

/// The drawing with outlines for text.
fn outlined(tree: &Tree) -> String {
    tree.to_string(&WriteOptions { indent: usvg::Indent::None, ..WriteOptions::default() })
}
