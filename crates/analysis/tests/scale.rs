//! Scale measures, their criteria, and what a channel and a block make of them.

use analysis::statistics::NotDefined;
use analysis::{
    BlockSummary, ChannelMeasures, NineActivations, ScaleMeasures, block_delta, block_delta_of_photographs,
    input_delta, input_delta_of_photographs,
};

fn measures(block_delta: f64, input_delta: f64) -> ScaleMeasures {
    ScaleMeasures { block_delta, input_delta }
}

/// Nine activations of which all that no measure reads are NaN.
fn nine(o_i: f64, o_b: f64) -> NineActivations {
    let nan = f64::NAN;
    NineActivations { o_o: nan, i_o: nan, b_o: nan, o_i, i_i: 8.0, b_i: 1.0, o_b, i_b: -1.0, b_b: 4.0 }
}

#[test]
fn numerators_are_clipped_and_denominators_are_not() {
    assert_eq!(block_delta(3.0, 1.0, 4.0), 0.5);
    assert_eq!(block_delta(3.0, -5.0, 4.0), 0.75);
    assert_eq!(block_delta(-3.0, -5.0, 4.0), 0.0);
    assert_eq!(block_delta(-3.0, 2.0, 4.0), -0.5);
    assert_eq!(block_delta(3.0, 1.0, -4.0), -0.5);
    assert_eq!(input_delta(2.0, -1.0, 8.0), 0.25);
}

#[test]
fn zero_denominators_give_what_ieee_gives() {
    assert_eq!(block_delta(3.0, 1.0, 0.0), f64::INFINITY);
    assert_eq!(block_delta(1.0, 3.0, 0.0), f64::NEG_INFINITY);
    assert!(block_delta(-1.0, -3.0, 0.0).is_nan());
}

#[test]
fn nan_is_never_clipped_to_zero() {
    assert!(block_delta(f64::NAN, 1.0, 2.0).is_nan());
    assert!(block_delta(1.0, f64::NAN, 2.0).is_nan());
    assert!(input_delta(1.0, 1.0, f64::NAN).is_nan());
    assert!(!measures(f64::NAN, 1.0).scale_invariant_no_mix());
    assert!(!measures(1.0, f64::NAN).scale_invariant(1.0));
    assert!(!measures(f64::NAN, 1.0).scale_invariant_by_block(1.0));
}

#[test]
fn photographs_are_clipped_one_by_one() {
    // The mean of (2, -2) clipped each is 1; clipped after the mean it would be 0. The denominator's mean is 2.
    assert_eq!(block_delta_of_photographs(&[2.0, -2.0], &[-1.0, -3.0], &[6.0, -2.0]), Ok(0.5));
    assert_eq!(input_delta_of_photographs(&[4.0, -8.0], &[2.0, -3.0], &[4.0]), Ok(0.25));
    assert_eq!(block_delta_of_photographs(&[], &[1.0], &[1.0]), Err(NotDefined::TooFew { needed: 1, found: 0 }));
}

#[test]
fn a_single_photograph_is_a_picture() {
    assert_eq!(block_delta_of_photographs(&[3.0], &[-1.0], &[4.0]), Ok(block_delta(3.0, -1.0, 4.0)));
}

#[test]
fn every_criterion_is_strict() {
    let (zero, above) = (0.0, f64::MIN_POSITIVE);
    assert!(measures(above, above).scale_invariant_no_mix());
    assert!(!measures(zero, above).scale_invariant_no_mix());
    assert!(!measures(above, zero).scale_invariant_no_mix());
    assert!(measures(above, above).scale_invariant(1.0));
    for outside in [0.0, 1.0 / 1.5, 1.5, 5.0, 10.0] {
        assert!(!measures(above, above).scale_invariant(outside), "{outside}");
        assert!(!measures(above, above).scale_invariant_by_block(outside), "{outside}");
    }
    assert!(!measures(above, -1.0).scale_invariant(1.0));
    assert!(measures(above, -1.0).scale_invariant_by_block(1.0));
    assert!(!measures(zero, above).scale_invariant_by_block(1.0));
}

#[test]
fn scale_metric_is_the_sum() {
    assert_eq!(measures(0.5, -0.25).scale_metric(), 0.25);
}

#[test]
fn a_channel_reads_the_activations_of_its_definition() {
    let channel = ChannelMeasures::new(&nine(6.0, 5.0), 3.0, 2.0).unwrap();
    assert_eq!((channel.mix_ratio, channel.sentinel), (1.2, false));
    assert_eq!(channel.scale, measures(0.5, 0.25));
    assert!(channel.scale_invariant() && channel.scale_invariant_no_mix() && channel.scale_invariant_by_block());
    assert!(ChannelMeasures::new(&nine(0.0, 0.0), 3.0, 2.0).is_err());
}

#[test]
fn a_summary_counts_sentinels_by_cause_and_not_by_value() {
    let channels = [
        ChannelMeasures::new(&nine(6.0, 5.0), 3.0, 2.0),  // mix, scale-invariant
        ChannelMeasures::new(&nine(5.0, 5.0), 3.0, -2.0), // mix, dI = 0
        ChannelMeasures::new(&nine(3.0, 0.3), 3.0, 2.0),  // a measured 10: a skip that is no sentinel
        ChannelMeasures::new(&nine(3.0, -1.0), 0.0, 2.0), // a sentinel 10
        ChannelMeasures::new(&nine(-3.0, 1.0), 3.0, 2.0), // a sentinel 0
        ChannelMeasures::new(&nine(1.0, 4.0), 1.0, 2.0),  // overwrite, dB = 0
        ChannelMeasures::new(&nine(-1.0, -1.0), 3.0, 2.0),
    ];
    let summary = BlockSummary::new(&channels);
    assert_eq!((summary.channels, summary.failed), (6, 1));
    assert_eq!((summary.overwrite, summary.mix, summary.skip), (2, 2, 2));
    assert_eq!((summary.sentinel_overwritten, summary.sentinel_skipped), (1, 1));
    assert_eq!((summary.scale_invariant, summary.scale_invariant_no_mix, summary.scale_invariant_by_block), (1, 3, 2));
    assert_eq!(summary.percent_scale_invariant(), Ok(100.0 / 6.0));
    assert_eq!(summary.percent_scale_invariant_no_mix(), Ok(50.0));
    assert_eq!(summary.histogram.counts()[19], 2);
    // Clamped: 1.2, 1, 5, 5, 0, 0.25.
    assert_eq!(summary.mix_ratio.median, Ok(1.1));
    // 12.45 / 6, to the rounding of six additions of numbers of at most 12.45.
    assert!((summary.mix_ratio.mean.unwrap() - 2.075).abs() < 6.0 * 12.45 * f64::EPSILON);
    // dB: 0.5, 0.5, 0.5, -0.25, 0.5, 0; dI: 0.25, 0, 0.25, 0.25, 0.25, 0.25.
    assert_eq!(summary.block_delta.median, Ok(0.5));
    assert_eq!(summary.input_delta.median, Ok(0.25));
    assert_eq!(summary.scale_metric.median, Ok(0.625));
}

#[test]
fn a_sentinel_of_zero_is_the_inputs_and_one_of_ten_the_blocks() {
    let channels = [
        ChannelMeasures::new(&nine(-3.0, 1.0), 3.0, 2.0),
        ChannelMeasures::new(&nine(0.0, 2.0), 3.0, 2.0),
        ChannelMeasures::new(&nine(3.0, -1.0), 3.0, 2.0),
    ];
    let summary = BlockSummary::new(&channels);
    assert_eq!((summary.sentinel_overwritten, summary.sentinel_skipped), (2, 1));
}

#[test]
fn a_block_without_channels_has_no_percentage() {
    let summary = BlockSummary::new(&[]);
    assert_eq!(summary.percent_scale_invariant().unwrap_err().to_string(), "not defined");
    assert!(summary.mix_ratio.mean.is_err() && summary.mix_ratio.median.is_err());
    assert_eq!(summary.histogram.counts().iter().sum::<usize>(), 0);
}
