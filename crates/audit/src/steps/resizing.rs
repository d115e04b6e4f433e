//! Pillow's resizing of 8-bit pictures, against its definition in double precision.

use crate::comparison::{Comparison, Step, Tally, Witness};
use crate::error::AuditError;
use images::Rgb8;
use images::pillow::resize_bilinear;

/// Comparisons of an image being made smaller and larger.
///
/// # Errors
/// If the pixels are no image of this size.
pub(crate) fn comparisons(pixels: &[u8], size: usize) -> Result<Vec<Comparison>, AuditError> {
    let picture = Rgb8::from_pixels(size, size, pixels.to_vec())?;
    let mut comparisons = Vec::new();
    for (width, height) in [(size * 4 / 7, size / 2), (size * 3 / 2, size + 5)] {
        let found = resize_bilinear(&picture, width, height)?;
        let exact = resized(&picture, width, height);
        let mut tally = Tally::of("levels");
        for (&found, &exact) in found.pixels().iter().zip(&exact) {
            // Rows are rounded to 8 bits between the two passes, by half a level, and the result once more; weights
            // have 22 bits, and no more than a few dozen of them are above zero.
            tally.add(f32::from(found), exact, 1.0 + 64.0 * 255.0 * 2_f64.powi(-22));
        }
        let what = format!("{size} by {size} to {width} by {height} pixels, antialiased");
        comparisons.push(tally.comparison(Step::ResizeBytes.against(Witness::Twin, what), "half a level in each pass"));
    }
    Ok(comparisons)
}

/// A triangle as wide as two pixels of the smaller picture, its weights normalised, along x and then y.
fn resized(picture: &Rgb8, width: usize, height: usize) -> Vec<f64> {
    let columns = taps(picture.width(), width);
    let rows = taps(picture.height(), height);
    let mut result = Vec::with_capacity(width * height * 3);
    for row in &rows {
        for column in &columns {
            for c in 0..3 {
                let sum = row.iter().map(|&(y, wy)| {
                    let along = column.iter();
                    wy * along.map(|&(x, wx)| wx * f64::from(picture.pixel(x, y)[c])).sum::<f64>()
                });
                result.push(sum.sum());
            }
        }
    }
    result
}

/// For each pixel of a line of `to` the pixels of a line of `from` that it reads, with their weights.
fn taps(from: usize, to: usize) -> Vec<Vec<(usize, f64)>> {
    let scale = from as f64 / to as f64;
    let support = scale.max(1.0);
    let of_pixel = |i: usize| {
        let center = (i as f64 + 0.5) * scale;
        let weight = |k: usize| (1.0 - ((k as f64 + 0.5 - center) / support).abs()).max(0.0);
        let total: f64 = (0..from).map(weight).sum();
        let taps = (0..from).map(|k| (k, weight(k) / total));
        taps.filter(|(_, w)| *w > 0.0).collect()
    };
    (0..to).map(of_pixel).collect()
}
