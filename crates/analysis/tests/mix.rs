//! Mix ratios, their sentinels, categories and histogram.

use analysis::{
    CLAMP, Category, FailedVisualization, MIX_HIGH, MIX_LOW, clamped, is_overwrite_group, mix_histogram, mix_ratio,
};
use proptest::prelude::*;

#[test]
fn mix_ratio_is_the_quotient_of_the_two_activations() {
    // Channels 38 and 178 as measured in METHOD.md, section 6.
    assert_eq!(mix_ratio(13.21, 24.63), Ok(13.21 / 24.63));
    assert_eq!(mix_ratio(8.60, 8.84), Ok(8.60 / 8.84));
    assert_eq!(mix_ratio(f64::MAX, f64::MIN_POSITIVE), Ok(f64::INFINITY));
}

#[test]
fn a_picture_that_does_not_excite_the_output_makes_a_sentinel() {
    for silent in [0.0, -0.0, -3.0] {
        assert_eq!(mix_ratio(2.0, silent), Ok(10.0));
        assert_eq!(mix_ratio(silent, 2.0), Ok(0.0));
    }
}

#[test]
fn two_silent_pictures_or_a_number_that_is_none_are_a_failed_visualization() {
    let numbers =
        [(0.0, 0.0), (-1.0, -2.0), (f64::NAN, 1.0), (1.0, f64::NAN), (f64::INFINITY, 1.0), (1.0, f64::INFINITY)];
    for (o_i, o_b) in numbers {
        assert!(mix_ratio(o_i, o_b).is_err(), "{o_i} and {o_b}");
    }
    assert_eq!(
        FailedVisualization { o_i: -1.0, o_b: 0.0 }.to_string(),
        "the feature visualization failed: expected finite Output activations with at least one above zero, \
         found -1 on the Input's picture and 0 on the Block's"
    );
}

#[test]
fn the_band_of_mixes_is_open_at_both_ends() {
    assert_eq!(MIX_LOW, 1.0 / 1.5);
    assert_eq!(Category::of(1.0 / 1.5), Category::Overwrite);
    assert_eq!(Category::of((1.0_f64 / 1.5).next_up()), Category::Mix);
    assert_eq!(Category::of(1.0), Category::Mix);
    assert_eq!(Category::of(1.5_f64.next_down()), Category::Mix);
    assert_eq!(Category::of(1.5), Category::Skip);
    assert_eq!(Category::of(0.0), Category::Overwrite);
    assert_eq!(Category::of(f64::INFINITY), Category::Skip);
    assert_eq!(Category::of(f64::NAN), Category::Skip);
    assert_eq!(format!("{}|{:>9}|{}", Category::Overwrite, Category::Mix, Category::Skip), "overwrite|      mix|skip");
}

#[test]
fn one_belongs_to_the_skip_group() {
    assert!(is_overwrite_group(1.0_f64.next_down()));
    assert!(!is_overwrite_group(1.0));
}

#[test]
fn clamping_ends_at_five() {
    assert_eq!(clamped(4.75), 4.75);
    assert_eq!(clamped(5.0), 5.0);
    assert_eq!(clamped(10.0), 5.0);
    assert_eq!(clamped(f64::INFINITY), 5.0);
    assert!(clamped(f64::NAN).is_nan());
}

#[test]
fn every_multiple_of_a_quarter_begins_its_bin_and_five_ends_the_last() {
    for k in 0..20_u8 {
        let histogram = mix_histogram(&[f64::from(k) * 0.25]);
        assert_eq!(histogram.counts().iter().position(|&n| n == 1), Some(usize::from(k)));
        assert_eq!(histogram.edges()[usize::from(k)], f64::from(k) * 0.25);
    }
    let histogram = mix_histogram(&[5.0, 10.0, 4.75, 0.25_f64.next_down(), f64::NAN]);
    assert_eq!(histogram.counts().len(), 20);
    assert_eq!((histogram.counts()[19], histogram.counts()[0], histogram.outside()), (3, 1, 1));
}

proptest! {
    #[test]
    fn categories_partition_the_line(m in 0.0..12.0_f64) {
        let is = [m <= MIX_LOW, MIX_LOW < m && m < MIX_HIGH, MIX_HIGH <= m];
        prop_assert_eq!(is.iter().filter(|&&i| i).count(), 1);
        let category = [Category::Overwrite, Category::Mix, Category::Skip][is.iter().position(|&i| i).unwrap()];
        prop_assert_eq!(Category::of(m), category);
    }

    #[test]
    fn mix_ratio_does_not_change_with_the_unit(o_i in 1e-3..1e3_f64, o_b in 1e-3..1e3_f64, power in -8..8_i32) {
        // Powers of two scale exactly.
        let unit = 2.0_f64.powi(power);
        prop_assert_eq!(mix_ratio(o_i, o_b), mix_ratio(o_i * unit, o_b * unit));
    }

    #[test]
    fn histogram_counts_every_mix_ratio_in_the_bin_of_its_quarter(ratios in prop::collection::vec(0.0..12.0_f64, 0..60)) {
        let histogram = mix_histogram(&ratios);
        prop_assert_eq!(histogram.counts().iter().sum::<usize>(), ratios.len());
        for (k, &count) in histogram.counts().iter().enumerate() {
            let expected = ratios.iter().filter(|&&m| (m.min(CLAMP) * 4.0).floor().min(19.0) == k as f64).count();
            prop_assert_eq!(count, expected);
        }
    }
}
