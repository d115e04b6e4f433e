//! Stored arrays in the layout and the precision that the network works in.

/// `[C, H, W]` to `[H, W, C]`.
pub fn channels_last(values: &[f64], channels: usize) -> Vec<f64> {
    let positions = values.len() / channels;
    (0..values.len()).map(|i| values[(i % channels) * positions + i / channels]).collect()
}

/// Values that were stored in single precision.
#[expect(clippy::cast_possible_truncation, reason = "the values were stored in single precision")]
pub fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}
