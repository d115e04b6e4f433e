//! The operations: what a case of each is, its bound, and its laws beside those of all.

mod adam;
mod convolution;
mod dft;
mod elementary;
mod epilogue;
mod layers;
mod matmul;
mod moves;
mod pool;
mod resample;
mod softmax;
mod winograd;

pub use adam::{Adam, BETAS, EPSILON as ADAM_EPSILON, LEARNING_RATE};
pub use convolution::{Convolution, Shape};
pub use dft::InverseDft;
pub use elementary::{Cos, Elementary, Exp, Function, Log, Sigmoid, Sin, Turns};
pub use epilogue::{Summed, WithEpilogue};
pub use layers::{BatchNorm, EPSILON as BATCH_NORM_EPSILON, FullyConnected, Relu, ReluGradient};
pub use matmul::Product;
pub use moves::{Pad, PadReflect, PadZeros, Translation};
pub use pool::{AveragePool, MaxPool, MaxPoolGradient, Window};
pub use resample::{Resize, Rotation};
pub use softmax::Softmax;
pub use winograd::Winograd;

/// The most multiply-adds of a case: more would test nothing else.
const WORK: usize = 200_000;

fn magnitudes(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| v.abs()).collect()
}
