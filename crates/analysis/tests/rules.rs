//! Sentences of the documentation that no other test is named after.

use analysis::statistics::{
    Histogram, NotDefined, average_ranks, mean, median, one_way_anova, regularized_beta, spearman, standard_error,
};
use analysis::{
    BlockSummary, Category, ChannelMeasures, GroupComparison, NineActivations, block_delta, block_delta_of_photographs,
    clamped, input_delta, input_delta_of_photographs,
};
use proptest::prelude::*;

#[test]
fn what_a_role_answered_before_is_taken_away_from_what_it_answers_at_the_other_scale() {
    // Both positive, and different, so that neither's sign can be another's.
    assert_eq!(block_delta(7.0, 3.0, 2.0), 2.0);
    assert_eq!(input_delta(7.0, 3.0, 2.0), 2.0);
    assert_eq!(input_delta(3.0, 7.0, -2.0), 2.0);
    assert_eq!(block_delta_of_photographs(&[5.0, 9.0], &[1.0, 5.0], &[2.0]), Ok(2.0));
    assert_eq!(input_delta_of_photographs(&[5.0, 9.0], &[1.0, 5.0], &[1.0, 3.0]), Ok(2.0));
}

#[test]
fn photographs_must_be_there_in_each_of_the_three_places() {
    let none = Err(NotDefined::TooFew { needed: 1, found: 0 });
    let one = [1.0];
    for of in [block_delta_of_photographs, input_delta_of_photographs] {
        assert_eq!(of(&[], &one, &one), none);
        assert_eq!(of(&one, &[], &one), none);
        assert_eq!(of(&one, &one, &[]), none);
        // A NaN among them is not clipped away.
        assert_eq!(of(&[f64::NAN], &one, &one), Err(NotDefined::NotFinite));
        assert_eq!(of(&one, &[1.0, f64::NAN], &one), Err(NotDefined::NotFinite));
    }
}

#[test]
fn a_channel_reads_each_of_its_numbers_from_its_own_place() {
    let nine = NineActivations {
        o_o: 2.0,
        i_o: 3.0,
        b_o: 5.0,
        o_i: 7.0,
        i_i: 11.0,
        b_i: 13.0,
        o_b: 17.0,
        i_b: 19.0,
        b_b: 23.0,
    };
    let channel = ChannelMeasures::new(&nine, 29.0, 31.0).unwrap();
    assert_eq!((channel.mix_ratio, channel.category), (7.0 / 17.0, Category::Overwrite));
    assert_eq!(channel.scale.block_delta, (29.0 - 13.0) / 23.0);
    assert_eq!(channel.scale.input_delta, (31.0 - 19.0) / 11.0);
    assert_eq!(channel.scale.scale_metric(), 16.0 / 23.0 + 12.0 / 11.0);
    // A mix ratio of an overwrite: neither criterion with the mix, but the one without.
    assert_eq!(
        [channel.scale_invariant(), channel.scale_invariant_no_mix(), channel.scale_invariant_by_block()],
        [false, true, false]
    );
}

#[test]
fn a_sentinel_is_told_by_the_activations_and_not_by_the_ratio() {
    let nine =
        |o_i, o_b| NineActivations { o_o: 1.0, i_o: 1.0, b_o: 1.0, o_i, i_i: 1.0, b_i: 1.0, o_b, i_b: 1.0, b_b: 1.0 };
    let sentinel = |o_i, o_b| ChannelMeasures::new(&nine(o_i, o_b), 1.0, 1.0).unwrap().sentinel;
    assert!(sentinel(0.0, 1.0) && sentinel(1.0, 0.0) && sentinel(-1.0, 1.0) && sentinel(1.0, -1.0));
    // A quotient that is 10, and one that rounds to 0.
    assert!(!sentinel(10.0, 1.0) && !sentinel(f64::MIN_POSITIVE, f64::MAX));
}

#[test]
fn a_channel_with_a_measure_that_is_not_finite_leaves_a_blocks_mean_without_a_value_and_no_other() {
    let nine =
        |b_b| NineActivations { o_o: 1.0, i_o: 1.0, b_o: 1.0, o_i: 1.0, i_i: 2.0, b_i: 1.0, o_b: 1.0, i_b: 1.0, b_b };
    let channels = [2.0, 0.0].map(|b_b| ChannelMeasures::new(&nine(b_b), 3.0, 3.0));
    let summary = BlockSummary::new(&channels);
    assert_eq!(summary.block_delta.mean, Err(NotDefined::NotFinite));
    assert_eq!(summary.scale_metric.median, Err(NotDefined::NotFinite));
    assert_eq!((summary.input_delta.mean, summary.mix_ratio.mean), (Ok(1.0), Ok(1.0)));
    // An infinite dB is above zero.
    assert_eq!(summary.scale_invariant, 2);
}

#[test]
fn means_in_a_block_are_of_clamped_ratios_and_percentages_of_measured_channels() {
    let nine =
        |o_i| NineActivations { o_o: 1.0, i_o: 1.0, b_o: 1.0, o_i, i_i: 1.0, b_i: 0.0, o_b: 1.0, i_b: 0.0, b_b: 1.0 };
    let mut channels = [1.0, 9.0, 7.0].map(|o_i| ChannelMeasures::new(&nine(o_i), 1.0, 1.0)).to_vec();
    channels.push(ChannelMeasures::new(&nine(f64::NAN), 1.0, 1.0));
    let summary = BlockSummary::new(&channels);
    assert_eq!((summary.mix_ratio.mean, summary.mix_ratio.median), (Ok(11.0 / 3.0), Ok(5.0)));
    assert_eq!((summary.channels, summary.failed), (3, 1));
    assert_eq!(summary.percent_scale_invariant(), Ok(100.0 / 3.0));
    assert_eq!(summary.percent_scale_invariant_no_mix(), Ok(100.0));
    assert_eq!((summary.block_delta.mean, summary.scale_metric.mean), (Ok(1.0), Ok(2.0)));
}

#[test]
fn zeros_tie_infinities_rank_at_the_ends_and_each_nan_beyond_them() {
    let found = average_ranks(&[f64::INFINITY, 0.0, f64::NAN, -0.0, f64::NEG_INFINITY, f64::NAN]);
    assert_eq!(found[..2], [4.0, 2.5]);
    assert_eq!(found[3..5], [2.5, 1.0]);
    // No two of them share a rank.
    assert_eq!([found[2].min(found[5]), found[2].max(found[5])], [5.0, 6.0]);
    assert_eq!(average_ranks(&[]), []);
}

#[test]
fn a_beta_needs_both_shapes_above_zero_and_both_arguments_inside() {
    for (shape, x) in [
        ([1.0, 0.0], [0.5, 0.5]),
        ([0.0, 1.0], [0.5, 0.5]),
        ([f64::INFINITY, 1.0], [0.5, 0.5]),
        ([1.0, f64::INFINITY], [0.5, 0.5]),
        ([1.0, 1.0], [0.5, 1.5]),
        ([1.0, 1.0], [0.5, -0.5]),
        ([1.0, 1.0], [-0.5, 0.5]),
    ] {
        assert!(regularized_beta(shape, x).is_nan(), "{shape:?} {x:?}");
    }
}

#[test]
fn a_correlation_too_small_for_its_square_to_be_seen_still_has_its_own_p() {
    // x and 1 - x are both given: 1 - 1e-18 is 1.
    let p = |rho: f64| regularized_beta([49.0, 0.5], [(1.0 - rho) * (1.0 + rho), rho * rho]);
    let (small, smaller) = (1.0 - p(1e-9), 1.0 - p(1e-10));
    assert!(small > smaller && smaller > 0.0, "{small} {smaller}");
    // Proportional to rho there, to the rounding of 1 - p, which is eps / 2 of each.
    assert!((small / smaller - 10.0).abs() < 1e-4, "{small} {smaller}");
}

#[test]
fn every_reason_is_one_sentence_with_what_was_expected_and_found() {
    let reasons = [
        (NotDefined::TooFew { needed: 1, found: 0 }, "expected at least 1 value, found 0"),
        (NotDefined::TooFew { needed: 3, found: 2 }, "expected at least 3 values, found 2"),
        (NotDefined::Constant, "expected values that differ, found all of them the same"),
        (NotDefined::NotFinite, "expected finite numbers, found NaN or infinity"),
        (NotDefined::UnequalLengths { first: 4, second: 5 }, "expected two samples of the same length, found 4 and 5"),
        (NotDefined::NoBins, "expected at least one bin in a finite interval, found none"),
    ];
    for (why, sentence) in reasons {
        assert_eq!((why.reason().as_str(), why.to_string().as_str()), (sentence, "not defined"));
    }
    let lengths = GroupComparison::new(&[0.5, 2.0], &[None]).unwrap_err();
    assert_eq!(lengths.to_string(), "expected a value for each of 2 mix ratios, found 1");
}

#[test]
fn not_finite_values_have_no_moments() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let values = [1.0, odd, 2.0];
        assert_eq!(mean(&values), Err(NotDefined::NotFinite));
        assert_eq!(median(&values), Err(NotDefined::NotFinite));
        assert_eq!(standard_error(&values), Err(NotDefined::NotFinite));
        assert_eq!(one_way_anova(&[&values, &[1.0]]), Err(NotDefined::NotFinite));
    }
    assert_eq!(standard_error(&[1e200, -1e200]), Err(NotDefined::NotFinite));
    // Infinities have ranks, though: only a NaN has none.
    assert_eq!(spearman(&[1.0, 2.0, f64::INFINITY], &[1.0, 2.0, 3.0]).map(|s| s.rho), Ok(1.0));
    assert_eq!(spearman(&[1.0, 2.0, 3.0], &[1.0, 2.0, f64::NAN]), Err(NotDefined::NotFinite));
}

#[test]
fn a_median_is_the_middle_value_or_the_mean_of_the_middle_two_and_does_not_overflow() {
    assert_eq!(median(&[3.0, 1.0, 2.0]), Ok(2.0));
    assert_eq!(median(&[4.0, 1.0, 3.0, 9.0]), Ok(3.5));
    assert_eq!(median(&[f64::MAX, f64::MAX]), Ok(f64::MAX));
}

#[test]
fn the_groups_of_an_anova_divide_left_out_channels_by_their_ratio_too() {
    let found = GroupComparison::new(&[0.5, 0.5, 1.0, 2.0], &[Some(1.0), None, None, Some(3.0)]).unwrap();
    assert_eq!((found.overwrite, found.skip, found.left_out), (1, 1, 2));
    assert_eq!((found.overwrite_mean, found.skip_mean), (Ok(1.0), Ok(3.0)));
    assert_eq!(found.anova, Err(NotDefined::TooFew { needed: 3, found: 2 }));
}

#[test]
fn the_last_bin_alone_is_closed_above_and_the_last_edge_is_the_ranges_end() {
    // A third is not exact: what counts is the edge that is stored.
    let histogram = Histogram::new(&[0.3, 0.1, f64::NAN, -0.1, 0.31], 0.0..=0.3, 3).unwrap();
    assert_eq!(histogram.edges().len(), 4);
    assert_eq!(histogram.edges()[3], 0.3);
    assert_eq!((histogram.counts().iter().sum::<usize>(), histogram.outside()), (2, 3));
    assert_eq!(histogram.counts()[2], 1);
}

proptest! {
    #[test]
    fn the_mean_of_equal_values_is_exactly_that_value(value in -1e6..1e6_f64, n in 1..200_usize) {
        prop_assert_eq!(mean(&vec![value; n]), Ok(value));
        if n > 1 {
            prop_assert_eq!(standard_error(&vec![value; n]), Ok(0.0));
        }
    }

    #[test]
    fn the_mean_is_taken_about_the_first_value_in_the_order_of_the_arguments(values in prop::collection::vec(-8.0..8.0_f64, 1..40)) {
        let sum = values.iter().fold(0.0, |sum, v| sum + (v - values[0]));
        prop_assert_eq!(mean(&values), Ok(values[0] + sum / values.len() as f64));
    }

    #[test]
    fn clamping_leaves_what_is_below_five_alone(m in -2.0..5.0_f64) {
        prop_assert_eq!(clamped(m).to_bits(), m.to_bits());
    }
}
