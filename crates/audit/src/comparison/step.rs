//! The steps of the computation.

use serde::{Serialize, Serializer};
use std::fmt;

/// A step of the computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Reading a picture from its file, JPEG or PNG, and what is made of it for the network.
    Decode,
    /// Pillow's resizing of 8-bit pictures.
    ResizeBytes,
    /// ImageNet's mean and deviation.
    Normalise,
    /// A layer of the network, or what stands between two.
    Layer,
    /// A convolution by Winograd's algorithm.
    Winograd,
    /// Forward and backward of something linear, as `<A x, y> = <x, A' y>`.
    Adjoints,
    /// The network as a whole, where nothing was to be had to hold it to.
    Network,
    /// Activations of the center neurons of every site.
    CenterActivations,
    /// Gradients of center neurons by the image.
    CenterGradients,
    /// What is drawn at random.
    Draws,
    /// The discrete Fourier transform.
    Dft,
    /// The correlation of colors, and the sigmoid.
    Colors,
    /// The exponential function.
    Exponential,
    /// The sigmoid function.
    Sigmoid,
    /// The picture of a spectrum.
    Spectrum,
    /// The picture in 8 bits.
    BytePicture,
    /// Resizing by an augmentation or a scale operator.
    Resize,
    /// Rotation.
    Rotate,
    /// Padding by reflection.
    ReflectPad,
    /// A shift.
    Jitter,
    /// Padding with zeros.
    ZeroPad,
    /// A central part.
    Crop,
    /// A chain of augmentations.
    Augmentation,
    /// Enlarging and shrinking.
    ScaleOperator,
    /// The optimiser.
    Adam,
    /// From a spectrum through augmentations and network to a neuron.
    Chain,
    /// A gradient as the limit of differences.
    Differences,
    /// M.
    MixRatio,
    /// Overwrite, mix or skip.
    Category,
    /// dB and dI, and the criteria on them.
    ScaleMeasures,
    /// dB + dI.
    ScaleMetric,
    /// The images of the largest and the smallest activations.
    TopImages,
    /// Correlations, analysis of variance, moments.
    Statistics,
    /// The histogram of mix ratios.
    Histogram,
    /// The correlation of two tuning curves.
    TuningCurve,
    /// dB and dI of photographs.
    Photographs,
    /// Measures of the weights.
    Weights,
    /// What Input and Block contribute.
    Contributions,
    /// Input + Block = Output.
    ResidualSum,
    /// The same bits on whatever they are computed.
    SameBits,
    /// The forward pass with another product of matrices.
    SecondOpinion,
    /// How much of the mix ratios of a run can be rounding.
    ErrorBudget,
}

impl Step {
    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Step::Decode => "decode",
            Step::ResizeBytes => "resize 8-bit",
            Step::Normalise => "normalise",
            Step::Layer => "layer",
            Step::Winograd => "Winograd",
            Step::Adjoints => "adjoints",
            Step::Network => "network",
            Step::CenterActivations => "center activations",
            Step::CenterGradients => "center gradients",
            Step::Draws => "draws",
            Step::Dft => "DFT",
            Step::Colors => "colors",
            Step::Exponential => "exponential",
            Step::Sigmoid => "sigmoid",
            Step::Spectrum => "spectrum",
            Step::BytePicture => "8-bit picture",
            Step::Resize => "resize",
            Step::Rotate => "rotate",
            Step::ReflectPad => "reflect-pad",
            Step::Jitter => "jitter",
            Step::ZeroPad => "zero-pad",
            Step::Crop => "crop",
            Step::Augmentation => "augmentation",
            Step::ScaleOperator => "scale operator",
            Step::Adam => "Adam",
            Step::Chain => "chain",
            Step::Differences => "differences",
            Step::MixRatio => "mix ratio",
            Step::Category => "category",
            Step::ScaleMeasures => "scale measures",
            Step::ScaleMetric => "scale metric",
            Step::TopImages => "top images",
            Step::Statistics => "statistics",
            Step::Histogram => "histogram",
            Step::TuningCurve => "tuning curve",
            Step::Photographs => "photographs",
            Step::Weights => "weights",
            Step::Contributions => "contributions",
            Step::ResidualSum => "residual sum",
            Step::SameBits => "same bits",
            Step::SecondOpinion => "second opinion",
            Step::ErrorBudget => "error budget",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
