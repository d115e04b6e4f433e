//! Values and sizes to test with.

use proptest::prelude::*;

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

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
