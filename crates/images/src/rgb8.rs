//! A picture in memory.

use crate::error::ImageError;

/// The largest number of pixels of a picture: Pillow refuses to open more, as a decompression bomb.
pub(crate) const MAX_PIXELS: usize = 178_956_970;

/// An 8-bit RGB picture of at least one pixel, `[height, width, 3]`, row-major.
///
/// ```
/// let picture = images::Rgb8::from_pixels(2, 1, vec![255, 0, 0, 0, 0, 255]).unwrap();
/// assert_eq!(picture.pixel(1, 0), [0, 0, 255]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgb8 {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Rgb8 {
    /// A picture from its bytes, `[height, width, 3]`.
    ///
    /// # Errors
    /// If a side is zero, the picture has more pixels than Pillow would open, or there are not 3 * width * height
    /// bytes.
    pub fn from_pixels(width: usize, height: usize, pixels: Vec<u8>) -> Result<Self, ImageError> {
        let expected = byte_count(width, height).ok_or(ImageError::Size { width, height, limit: MAX_PIXELS })?;
        if pixels.len() != expected {
            return Err(ImageError::PixelCount { width, height, expected, found: pixels.len() });
        }
        Ok(Self { width, height, pixels })
    }

    /// The number of columns, at least 1.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of rows, at least 1.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// All bytes, `[height, width, 3]`.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// All bytes, `[height, width, 3]`, without a copy.
    #[must_use]
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    /// Red, green and blue at column `x` of row `y`.
    ///
    /// # Panics
    /// If the picture has no such column or row.
    #[must_use]
    pub fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        assert!(x < self.width, "column {x} of a picture {} wide", self.width);
        let row = self.row(y);
        [row[3 * x], row[3 * x + 1], row[3 * x + 2]]
    }

    /// The bytes of row `y`, `[width, 3]`.
    ///
    /// # Panics
    /// If the picture has no such row.
    #[must_use]
    pub fn row(&self, y: usize) -> &[u8] {
        assert!(y < self.height, "row {y} of a picture {} high", self.height);
        &self.pixels[3 * self.width * y..3 * self.width * (y + 1)]
    }
}

/// The number of bytes of a picture, unless it is empty or too large.
pub(crate) fn byte_count(width: usize, height: usize) -> Option<usize> {
    let count = width.checked_mul(height)?;
    (1..=MAX_PIXELS).contains(&count).then(|| 3 * count)
}
