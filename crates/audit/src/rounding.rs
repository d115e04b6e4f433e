//! Rounding to single precision.

/// The single-precision number that is nearest.
#[expect(clippy::cast_possible_truncation, reason = "rounding is what this is for")]
pub(crate) fn single(value: f64) -> f32 {
    value as f32
}

/// The same of each.
pub(crate) fn singles(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| single(v)).collect()
}
