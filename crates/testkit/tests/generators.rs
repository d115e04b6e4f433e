//! Generators make what they say: every kind, in about the share that they say, and nothing else.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use testkit::{awkward_size, finite_values, pseudo_random, widened, wild_values};

fn sampled<T>(strategy: impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    let draw = |_| strategy.new_tree(&mut runner).unwrap().current();
    (0..count).map(draw).collect()
}

/// What a value is, in the words of the generator.
fn kind(value: f32) -> &'static str {
    match value {
        v if v.is_nan() => "NaN",
        f32::INFINITY => "infinity",
        f32::NEG_INFINITY => "minus infinity",
        v if v == 0.0 && v.is_sign_positive() => "zero",
        0.0 => "minus zero",
        v if v.is_subnormal() && v > 0.0 => "denormal",
        v if v.is_subnormal() => "minus denormal",
        v if v.abs() > 1e38 && v > 0.0 => "huge",
        v if v.abs() > 1e38 => "minus huge",
        v if v.abs() > 4.0 => "large",
        f32::MIN_POSITIVE => "the least normal one",
        v if v > 0.0 => "moderate",
        _ => "minus moderate",
    }
}

#[test]
fn wild_values_are_of_every_kind_each_in_its_share() {
    let values: Vec<f32> = sampled(wild_values(100), 200).concat();
    assert_eq!(values.len(), 20_000);
    let mut counts = BTreeMap::new();
    for &value in &values {
        *counts.entry(kind(value)).or_insert(0_usize) += 1;
    }
    // Of sixteen parts: eight moderate, two zeros, two denormal, two of five of a size that overflows or nearly
    // vanishes, one infinite, one NaN.
    for (kind, parts) in [
        ("moderate", 4.0),
        ("minus moderate", 4.0),
        ("zero", 1.0),
        ("minus zero", 1.0),
        ("denormal", 2.0),
        ("the least normal one", 0.4),
        ("minus denormal", 0.4),
        ("huge", 0.4),
        ("minus huge", 0.4),
        ("large", 0.4),
        ("infinity", 0.5),
        ("minus infinity", 0.5),
        ("NaN", 1.0),
    ] {
        let share = parts / 16.0;
        let found = counts.remove(kind).unwrap_or(0) as f64 / 20_000.0;
        // Six standard deviations of a share of 20,000 draws.
        let bound = 6.0 * (share * (1.0 - share) / 20_000.0_f64).sqrt();
        assert!((found - share).abs() < bound, "{kind}: {found} for {share}");
    }
    assert!(counts.is_empty(), "{counts:?}");
    // Moderate values are spread, and denormals of many sizes.
    let moderate = values.iter().filter(|v| v.abs() <= 4.0 && v.abs() > 1.0);
    assert!(moderate.clone().any(|&v| v > 3.9) && moderate.clone().any(|&v| v < -3.9));
    let denormal = values.iter().filter(|&&v| kind(v) == "denormal");
    assert!(denormal.clone().any(|v| v.to_bits() < 0x0008_0000));
    assert!(denormal.clone().any(|v| v.to_bits() > 0x0078_0000));
}

#[test]
fn values_are_as_many_as_were_asked_for() {
    for len in [0, 1, 2, 17] {
        assert!(sampled(wild_values(len), 20).iter().all(|v| v.len() == len));
        assert!(sampled(finite_values(len), 20).iter().all(|v| v.len() == len));
        assert_eq!(pseudo_random(3, len).len(), len);
    }
}

#[test]
fn finite_values_are_moderate_and_of_either_sign() {
    let values: Vec<f32> = sampled(finite_values(50), 200).concat();
    assert!(values.iter().all(|v| v.is_finite() && v.abs() <= 8.0));
    let share = |is: fn(f32) -> bool| values.iter().filter(|&&v| is(v)).count() as f64 / values.len() as f64;
    for share in [
        share(|v| v > 0.0),
        share(|v| v < 0.0),
        share(|v| v.abs() > 4.0),
        2.0 * share(|v| v > 4.0),
        2.0 * share(|v| v < -4.0),
    ] {
        // Six standard deviations of twice a share of 10,000 draws.
        assert!((share - 0.5).abs() < 0.06, "{share}");
    }
    assert!(values.iter().any(|v| v.abs() > 7.9) && values.iter().any(|v| v.abs() < 0.1));
}

#[test]
fn awkward_sizes_are_one_and_those_on_both_sides_of_every_tile() {
    let sizes = sampled(awkward_size(), 2_000);
    let mut counts = BTreeMap::new();
    for size in sizes {
        *counts.entry(size).or_insert(0) += 1;
    }
    assert!(counts.contains_key(&1) && !counts.contains_key(&0));
    for tile in [6, 14, 16, 32, 48, 64] {
        for size in [tile - 1, tile, tile + 1] {
            assert!(counts.contains_key(&size), "{size}");
        }
    }
    assert!(counts.keys().any(|size| size % 2 == 1 && *size > 65));
    assert!(counts.len() == 22 && counts.values().all(|&count| count > 40), "{counts:?}");
}

#[test]
fn pseudo_random_values_are_those_of_splitmix64() {
    // The generator's first values from state 0, as its authors publish them (Vigna, splitmix64.c); 24 bits of each, to
    // [-1, 1).
    let published = [0xe220_a839_7b1d_cdaf_u64, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f];
    let expected = published.map(|bits| (bits >> 40) as f32 / 8_388_608.0 - 1.0);
    assert_eq!(pseudo_random(0, 3), expected);
    // Another seed is another sequence, and a longer one begins with the shorter.
    assert_eq!(pseudo_random(0, 5)[..3], expected);
    assert_ne!(pseudo_random(1, 3)[..], expected);
}

#[test]
fn pseudo_random_values_fill_their_interval_evenly() {
    let values = pseudo_random(11, 16_000);
    let bins: Vec<usize> = (0..16_u8)
        .map(|bin| {
            let from = f32::from(bin) / 8.0 - 1.0;
            let within = |value: &&f32| (from..from + 0.125).contains(*value);
            values.iter().filter(within).count()
        })
        .collect();
    assert_eq!(bins.iter().sum::<usize>(), 16_000);
    // Six standard deviations of a count of mean 1,000.
    assert!(bins.iter().all(|count| count.abs_diff(1_000) < 190), "{bins:?}");
}

#[test]
fn widened_values_are_the_same_in_double_precision() {
    let values = [0.1_f32, -0.0, f32::MAX, f32::from_bits(1), f32::INFINITY];
    let wide = widened(&values);
    assert!(values.iter().zip(&wide).all(|(&v, &w)| f64::from(v).to_bits() == w.to_bits()));
    assert_eq!(wide.len(), 5);
    assert!(widened(&[f32::NAN])[0].is_nan() && widened(&[]).is_empty());
}
