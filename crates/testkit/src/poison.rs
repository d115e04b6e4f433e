//! Buffers that show what was not written.

/// A quiet NaN that no computation makes.
const POISON: u32 = 0x7fed_cafe;

/// A buffer full of recognisable NaN.
pub fn poisoned(len: usize) -> Vec<f32> {
    vec![f32::from_bits(POISON); len]
}

/// Whether a value was never written.
pub fn is_poison(value: f32) -> bool {
    value.to_bits() == POISON
}

/// Asserts that nothing was written.
///
/// # Panics
/// If anything was, naming the first place; or if there is nothing to look at.
#[track_caller]
pub fn assert_still_poisoned(values: &[f32], what: &str) {
    assert!(!values.is_empty(), "{what}: nothing to compare");
    if let Some(at) = values.iter().position(|&v| !is_poison(v)) {
        panic!("{what}: {} was written at {at} of {}", values[at], values.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn any_write_shows_another_nan_included() {
        assert_still_poisoned(&poisoned(3), "buffer");
        for value in [0.0, f32::NAN] {
            let mut values = poisoned(3);
            values[1] = value;
            assert!(catch_unwind(|| assert_still_poisoned(&values, "buffer")).is_err());
        }
        assert!(catch_unwind(|| assert_still_poisoned(&[], "buffer")).is_err());
    }
}
