//! Values and sizes to test with.

use proptest::prelude::*;

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

/// Moderate values of either sign.
pub fn finite_values(len: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-8.0_f32..8.0, len)
}

/// Values of every kind: zeros of both signs, denormals, tiny, moderate, huge, infinite, NaN.
pub fn wild_values(len: usize) -> impl Strategy<Value = Vec<f32>> {
    let value = prop_oneof![
        8 => -4.0_f32..4.0,
        2 => prop_oneof![Just(0.0_f32), Just(-0.0)],
        2 => (1_u32..0x0080_0000).prop_map(f32::from_bits),
        2 => prop_oneof![Just(f32::MIN_POSITIVE), Just(-1e-38), Just(3e38), Just(-3e38), Just(1e20)],
        1 => prop_oneof![Just(f32::INFINITY), Just(f32::NEG_INFINITY)],
        1 => Just(f32::NAN),
    ];
    prop::collection::vec(value, len)
}

/// Sizes around the tiles of matrix kernels, odd and prime ones, and one.
pub fn awkward_size() -> impl Strategy<Value = usize> {
    prop::sample::select(vec![1_usize, 2, 3, 5, 6, 7, 13, 14, 15, 16, 17, 29, 31, 32, 33, 47, 48, 49, 63, 64, 65, 97])
}

/// The same values in double precision.
pub fn widened(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

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

    #[test]
    fn wild_values_are_of_every_kind() {
        let mut runner = TestRunner::deterministic();
        let values = wild_values(1000).new_tree(&mut runner).unwrap().current();
        let kinds: [fn(f32) -> bool; 6] = [
            f32::is_nan,
            f32::is_infinite,
            f32::is_subnormal,
            |v| v == 0.0 && v.is_sign_negative(),
            |v| v == 0.0 && v.is_sign_positive(),
            |v| v.is_finite() && v.abs() > 1e37,
        ];
        for (kind, is) in kinds.iter().enumerate() {
            assert!(values.iter().any(|&v| is(v)), "kind {kind}");
        }
    }
}
