//! Maps in double precision, each value with a bound for its distance from the exact one.

use autodiff::Sliding;
use reference::Map;
use resnet::Colors;

/// Unit roundoff of single precision, 2^-24.
pub(crate) const SINGLE: f64 = 1.0 / 16_777_216.0;
/// Unit roundoff of double precision, 2^-53.
pub(crate) const DOUBLE: f64 = SINGLE * SINGLE / 32.0;

/// `n u / (1 - n u)`.
pub(crate) fn gamma(n: usize, u: f64) -> f64 {
    let nu = n as f64 * u;
    nu / (1.0 - nu)
}

/// Values, and how far each may be off.
#[derive(Clone, Debug)]
pub(crate) struct Bounded {
    pub(crate) value: Map,
    pub(crate) error: Map,
}

impl Bounded {
    /// Values that are exact.
    pub(crate) fn exact(value: Map) -> Bounded {
        let error = Map::zeros(value.shape());
        Bounded { value, error }
    }

    /// Without what is negative. Where neither value nor error reaches above zero, nothing of the error is left.
    pub(crate) fn relu(&self) -> Bounded {
        let mut error = self.error.clone();
        for (e, v) in error.data.iter_mut().zip(&self.value.data) {
            *e = if v + *e > 0.0 { *e } else { 0.0 };
        }
        Bounded { value: self.value.map(|v| v.max(0.0)), error }
    }

    /// The sum of two, rounded once.
    pub(crate) fn plus(&self, other: &Bounded, u: f64) -> Bounded {
        let mut sum = self.clone();
        for (i, (v, e)) in sum.value.data.iter_mut().zip(&mut sum.error.data).enumerate() {
            *v += other.value.data[i];
            *e += other.error.data[i] + u * (v.abs() + *e + other.error.data[i]);
        }
        sum
    }

    /// Maxima over windows. The largest error of a window bounds that of its maximum.
    pub(crate) fn max_pool(&self, sliding: Sliding) -> Bounded {
        let steps = steps(sliding);
        Bounded { value: reference::max_pool(&self.value, steps), error: reference::max_pool(&self.error, steps) }
    }

    /// Value and error of a channel at the center.
    pub(crate) fn center(&self, channel: usize) -> (f64, f64) {
        let Map { height, width, .. } = self.value;
        let at = (height / 2, width / 2);
        (self.value.at(at.0, at.1, channel), self.error.at(at.0, at.1, channel))
    }
}

/// A window that slides, as the reference knows it.
pub(crate) fn steps(sliding: Sliding) -> reference::Sliding {
    let (rows, columns) = sliding.padding;
    reference::Sliding {
        kernel: sliding.kernel,
        stride: sliding.stride,
        padding: reference::Padding { top: rows, bottom: rows, left: columns, right: columns },
    }
}

/// The normalised image `[size, size, 3]` of 8-bit pixels: divided by 255, less the mean, divided by the deviation; the
/// constants are single precision's, as the network was trained with.
pub(crate) fn normalised(pixels: &[u8], size: usize, (colors, u): (Colors, f64)) -> Bounded {
    let [mean, deviation] = [colors.mean, colors.std].map(|of| of.map(f64::from));
    let value = |y: usize, x: usize, c: usize| f64::from(pixels[(y * size + x) * 3 + c]) / 255.0;
    let shape = (size, size, 3);
    Bounded {
        value: Map::from_fn(shape, |y, x, c| (value(y, x, c) - mean[c]) / deviation[c]),
        error: Map::from_fn(shape, |y, x, c| gamma(3, u) * (value(y, x, c) + mean[c].abs()) / deviation[c]),
    }
}
