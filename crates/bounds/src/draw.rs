//! Values to compute with that look random and are the same everywhere.

/// Values in [-1, 1), the same for the same seed (Steele, Lea & Flood 2014, SplitMix64).
pub fn pseudo_random(seed: u64, len: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    // 24 bits are exact in single precision.
    (0..len).map(|_| (next() >> 40) as f32 / 8_388_608.0 - 1.0).collect()
}

/// The same values in double precision.
pub fn widened(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudo_random_values_are_uniform_and_repeatable() {
        let values = pseudo_random(7, 10_000);
        assert_eq!(values, pseudo_random(7, 10_000));
        assert_ne!(values[..8], pseudo_random(8, 8)[..]);
        assert!(values.iter().all(|v| (-1.0..1.0).contains(v)));
        let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / 1e4;
        // Five standard errors of the mean of a uniform distribution on [-1, 1): 1 / sqrt 3 / 100.
        assert!(mean.abs() < 5.0 / 3_f64.sqrt() / 100.0, "{mean}");
    }
}
