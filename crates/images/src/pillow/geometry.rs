//! Which size, and which part: torchvision's `Resize` and `CenterCrop`.

use super::resample::{Window, resize_window};
use crate::error::ImageError;
use crate::rgb8::{MAX_PIXELS, Rgb8, byte_count};

/// Pillow's `Image.resize((width, height), BILINEAR)`, antialiased, pixel for pixel.
///
/// # Errors
/// If the size asked for has no pixel or too many.
pub fn resize_bilinear(picture: &Rgb8, width: usize, height: usize) -> Result<Rgb8, ImageError> {
    check(width, height)?;
    let pixels = resize_window(picture, width, height, &Window { columns: 0..width, rows: 0..height });
    Rgb8::from_pixels(width, height, pixels)
}

/// torchvision's `Resize(size)`: the shorter side becomes `size`, the longer one keeps the proportion, truncated.
///
/// A picture whose shorter side is `size` already stays as it is.
///
/// # Errors
/// If the size asked for has no pixel or too many.
pub fn resize_shorter_side(picture: &Rgb8, size: usize) -> Result<Rgb8, ImageError> {
    let (width, height) = shorter_side_size(picture, size)?;
    resize_bilinear(picture, width, height)
}

/// torchvision's `CenterCrop(size)`: the `size` by `size` pixels in the middle, with black around a smaller picture.
///
/// The first row kept is (height - size) / 2, rounded half to even; so the first column. What a smaller picture lacks
/// is added on both sides, the odd pixel right and below.
///
/// # Errors
/// If the size asked for has no pixel or too many.
pub fn center_crop(picture: &Rgb8, size: usize) -> Result<Rgb8, ImageError> {
    crop_of_resized(picture, picture.width(), picture.height(), size)
}

/// torchvision's `Resize(resize)`, then `CenterCrop(crop)`; the papers' is 256 and 224 (METHOD.md, section 3).
///
/// Equal to [`center_crop`] of [`resize_shorter_side`], but only the pixels that are kept are computed, so it takes
/// little memory however long and thin the picture is.
///
/// ```
/// let picture = images::Rgb8::from_pixels(3, 2, vec![128; 18]).unwrap();
/// let shown = images::preprocess(&picture, 256, 224).unwrap();
/// assert_eq!((shown.width(), shown.height(), shown.pixel(0, 0)), (224, 224, [128; 3]));
/// ```
///
/// # Errors
/// If a size asked for has no pixel or too many.
pub fn preprocess(picture: &Rgb8, resize: usize, crop: usize) -> Result<Rgb8, ImageError> {
    let (width, height) = shorter_side_size(picture, resize)?;
    crop_of_resized(picture, width, height, crop)
}

/// Width and height after `Resize(size)`.
fn shorter_side_size(picture: &Rgb8, size: usize) -> Result<(usize, usize), ImageError> {
    check(size, size)?;
    let (width, height) = (picture.width(), picture.height());
    // torchvision truncates size * longer / shorter, a double. The quotient lies at least 1 / shorter from the next
    // whole number, far more than a double's rounding, so truncation and whole division agree. No overflow: both
    // factors are below 2^28.
    let longer = |longer: usize, shorter: usize| size * longer / shorter;
    Ok(if width <= height { (size, longer(height, width)) } else { (longer(width, height), size) })
}

/// The crop of the picture resized to `width` by `height`.
fn crop_of_resized(picture: &Rgb8, width: usize, height: usize, crop: usize) -> Result<Rgb8, ImageError> {
    check(crop, crop)?;
    let (across, down) = (Placement::new(width, crop), Placement::new(height, crop));
    let window =
        Window { columns: across.start..across.start + across.length, rows: down.start..down.start + down.length };
    let kept = resize_window(picture, width, height, &window);
    if across.length == crop && down.length == crop {
        return Rgb8::from_pixels(crop, crop, kept);
    }
    let mut pixels = vec![0; 3 * crop * crop];
    for (from, to) in kept.chunks_exact(3 * across.length).zip(pixels.chunks_exact_mut(3 * crop).skip(down.before)) {
        to[3 * across.before..][..from.len()].copy_from_slice(from);
    }
    Rgb8::from_pixels(crop, crop, pixels)
}

/// Where a crop lies along one axis.
struct Placement {
    /// Black pixels before the picture.
    before: usize,
    /// The first pixel of the picture that is kept.
    start: usize,
    /// How many are kept.
    length: usize,
}

impl Placement {
    fn new(size: usize, crop: usize) -> Self {
        if size < crop {
            return Self { before: (crop - size) / 2, start: 0, length: size };
        }
        let spare = size - crop;
        // Python's round(spare / 2): a half goes to the even neighbour.
        let start = if spare % 4 == 3 { spare / 2 + 1 } else { spare / 2 };
        Self { before: 0, start, length: crop }
    }
}

fn check(width: usize, height: usize) -> Result<(), ImageError> {
    match byte_count(width, height) {
        Some(_) => Ok(()),
        None => Err(ImageError::Size { width, height, limit: MAX_PIXELS }),
    }
}
