//! Drawing a figure: as vectors, and as pixels where that is asked for.

use crate::error::ReportError;
use crate::files::write_file;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use plotters::chart::MeshStyle;
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::ops::Range;
use std::path::Path;
use std::sync::Once;

/// The font of all figures. Bitmaps use the copy that is embedded; a viewer of an SVG uses its own.
pub const FONT: &str = "DejaVu Sans";
/// Bitmaps are drawn with this many pixels for each unit of the figure.
const SCALE: u32 = 2;

/// Text and lines.
pub(crate) const INK: RGBColor = RGBColor(40, 40, 40);
/// Grid lines and everything that should stay behind.
const FAINT: RGBColor = RGBColor(215, 215, 215);
/// Bars.
pub(crate) const FIRST: RGBColor = RGBColor(31, 119, 180);
/// Bars beside the first.
pub(crate) const SECOND: RGBColor = RGBColor(174, 199, 232);

/// What drawing may end with.
pub(crate) type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// What can be drawn on any backend. Sizes are multiplied by `scale`.
pub(crate) trait Drawing {
    /// Width and height in units.
    fn size(&self) -> (u32, u32);

    /// Draws it.
    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>, scale: u32) -> Drawn<DB>;
}

/// The copy of it that is embedded.
pub(crate) const FONT_FILE: &[u8] = include_bytes!("../fonts/DejaVuSans-subset.ttf");

/// Registers the embedded font for bitmaps, once.
pub fn embed_font() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // The only failure is an unreadable font; texts would then be reported as errors when they are drawn.
        let _ = register_font(FONT, FontStyle::Normal, FONT_FILE);
    });
}

/// Writes `<name>.svg`.
pub(crate) fn save(figure: &impl Drawing, path: &Path) -> Result<(), ReportError> {
    embed_font();
    let failed = |reason: String| ReportError::Draw { path: path.to_owned(), reason };
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, figure.size()).into_drawing_area();
        area.fill(&WHITE).map_err(|e| failed(e.to_string()))?;
        figure.draw(&area, 1).map_err(|e| failed(e.to_string()))?;
        area.present().map_err(|e| failed(e.to_string()))?;
    }
    write_file(&path.with_extension("svg"), svg.as_bytes())
}

/// Writes `<name>.svg` and `<name>.png`: of what `figures` does not print in either.
pub(crate) fn save_both(figure: &impl Drawing, path: &Path) -> Result<(), ReportError> {
    save(figure, path)?;
    let failed = |reason: String| ReportError::Draw { path: path.to_owned(), reason };
    let (width, height) = figure.size();
    let (width, height) = (width * SCALE, height * SCALE);
    let mut pixels = vec![255; (width * height * 3) as usize];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        figure.draw(&area, SCALE).map_err(|e| failed(e.to_string()))?;
        area.present().map_err(|e| failed(e.to_string()))?;
    }
    write_file(&path.with_extension("png"), &png(&pixels, (width, height)).map_err(|e| failed(e.to_string()))?)
}

/// A PNG of RGB pixels.
pub(crate) fn png(pixels: &[u8], (width, height): (u32, u32)) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    encoder.write_image(pixels, width, height, ExtendedColorType::Rgb8)?;
    Ok(bytes)
}

/// Text of a size in units.
pub(crate) fn text(size: u32, scale: u32) -> TextStyle<'static> {
    TextStyle::from((FONT, f64::from(size * scale))).color(&INK)
}

/// A position in units.
pub(crate) fn at(x: i32, y: i32, scale: u32) -> (i32, i32) {
    (x * scale.cast_signed(), y * scale.cast_signed())
}

/// Writes what stands above a figure.
pub(crate) fn heading<DB: DrawingBackend>(area: &DrawingArea<DB, Shift>, words: &str, scale: u32) -> Drawn<DB> {
    area.draw(&Text::new(words, at(10, 10, scale), text(15, scale)))
}

/// A vertical line from one end of an interval to the other, with a bar of a width to either side at both.
pub(crate) fn whisker(x: f64, (low, high): (f64, f64), width: f64, scale: u32) -> [PathElement<(f64, f64)>; 3] {
    let line = |points: [(f64, f64); 2]| PathElement::new(points.to_vec(), INK.stroke_width(scale));
    let bar = |y| line([(x - width, y), (x + width, y)]);
    [line([(x, low), (x, high)]), bar(low), bar(high)]
}

/// The space around a chart, and for the labels of its axes, in units.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) top: u32,
    pub(crate) right: u32,
    pub(crate) bottom: u32,
    pub(crate) left: u32,
    /// For the labels below.
    pub(crate) below: u32,
    /// For the labels on the left.
    pub(crate) beside: u32,
}

/// A chart of two axes of numbers.
type Chart<'a, DB> = ChartContext<'a, DB, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
/// Why there is none.
type Failed<DB> = DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>;

impl Frame {
    /// An empty chart in an area, with these axes.
    pub(crate) fn chart<'a, DB: DrawingBackend>(
        self,
        area: &'a DrawingArea<DB, Shift>,
        scale: u32,
        (x, y): (Range<f64>, Range<f64>),
    ) -> Result<Chart<'a, DB>, Failed<DB>> {
        ChartBuilder::on(area)
            .margin_top(self.top * scale)
            .margin_right(self.right * scale)
            .margin_bottom(self.bottom * scale)
            .margin_left(self.left * scale)
            .x_label_area_size(self.below * scale)
            .y_label_area_size(self.beside * scale)
            .build_cartesian_2d(x, y)
    }
}

/// The axes, grid and labels that all charts have: faint horizontal lines, and small text.
pub(crate) fn house_style<'m, 'a, 'b, DB: DrawingBackend>(
    mesh: &'m mut MeshStyle<'a, 'b, RangedCoordf64, RangedCoordf64, DB>,
    scale: u32,
) -> &'m mut MeshStyle<'a, 'b, RangedCoordf64, RangedCoordf64, DB> {
    mesh.disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(FAINT.stroke_width(scale))
        .axis_style(INK.stroke_width(scale))
        .label_style(text(11, scale))
        .axis_desc_style(text(11, scale))
}
