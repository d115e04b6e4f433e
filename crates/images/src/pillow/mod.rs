//! Pillow's resizing and torchvision's cropping, exactly.
//!
//! Pillow resizes in fixed point: the weights of a triangle filter are rounded to 22 bits, a horizontal pass writes
//! 8-bit pixels, and a vertical pass reads those (`ImagingResample` in `src/libImaging/Resample.c`). For pictures that
//! are much higher than wide the order of the passes is that of Pillow 13, the version of the fixtures. torchvision
//! says to which size and which part is kept (`torchvision.transforms.functional.resize` and `center_crop` on a Pillow
//! image).

mod geometry;
mod resample;
mod taps;

pub use geometry::{center_crop, preprocess, resize_bilinear, resize_shorter_side};
