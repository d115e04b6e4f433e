//! How images become what a network reads: resized, cut out, and normalised.

use crate::architecture::Architecture;

/// The statistics by which the three colors of images with values in [0, 1] are normalised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colors {
    /// What is subtracted.
    pub mean: [f32; 3],
    /// What that is divided by.
    pub std: [f32; 3],
}

/// How photographs become images that a network reads. It belongs to the weights (METHOD.md, section 7).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preprocessing {
    /// Rows and columns of the images.
    pub size: usize,
    /// What the shorter side of a photograph is resized to before its central `size` rows and columns are cut out.
    pub resize: usize,
    /// By what they are normalised.
    pub colors: Colors,
}

impl Colors {
    /// Those of ImageNet.
    pub const IMAGENET: Colors = Colors { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
}

/// What the shorter side of a photograph is resized to before its central `size` rows and columns are cut out: 256 for
/// 224, as torchvision's evaluation does, and in proportion for other sizes, rounded.
///
/// # Example
/// ```
/// assert_eq!(resnet::resized_side(224), 256);
/// assert_eq!(resnet::resized_side(112), 128);
/// assert_eq!(resnet::resized_side(48), 55); // 54.86
/// ```
pub fn resized_side(size: usize) -> usize {
    (size * 256 + 112) / 224
}

impl Architecture {
    /// The size of the images that such a network reads where nothing else is said: ImageNet's, or CIFAR's where the stem
    /// does not pool.
    pub fn usual_size(&self) -> usize {
        if self.stem.pooling.is_some() { 224 } else { 32 }
    }

    /// What the shorter side of a photograph is resized to for images of `size` where nothing else is said: networks for
    /// small images read them without a margin.
    pub fn usual_resize(&self, size: usize) -> usize {
        if self.stem.pooling.is_some() { resized_side(size) } else { size }
    }
}
