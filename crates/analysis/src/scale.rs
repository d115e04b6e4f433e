//! Scale invariance: whether Block answers to the enlarged Input picture, and Input to the shrunk Block picture.

use crate::mix::MIX_BAND;

/// `dB = (max(B(enlarge I), 0) - max(B(I), 0)) / B(B)`. The denominator is not clipped; zero gives an infinity or NaN.
pub fn block_delta(b_on_enlarged_i: f64, b_i: f64, b_b: f64) -> f64 {
    (clip(b_on_enlarged_i) - clip(b_i)) / b_b
}

/// `dI = (max(I(shrink B), 0) - max(I(B), 0)) / I(I)`. The denominator is not clipped; zero gives an infinity or NaN.
pub fn input_delta(i_on_shrunk_b: f64, i_b: f64, i_i: f64) -> f64 {
    (clip(i_on_shrunk_b) - clip(i_b)) / i_i
}

/// `max(x, 0)`, where NaN stays NaN.
fn clip(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

/// The mean of values clipped at zero one by one, as activations on nine photographs are averaged. NaN for none.
pub fn clipped_mean(values: &[f64]) -> f64 {
    values.iter().map(|&v| clip(v)).sum::<f64>() / values.len() as f64
}

/// What the two differences say about a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaleMeasures {
    /// dB.
    pub block_delta: f64,
    /// dI.
    pub input_delta: f64,
}

impl ScaleMeasures {
    /// The scale metric, `SM = dB + dI`.
    pub fn metric(&self) -> f64 {
        self.block_delta + self.input_delta
    }

    /// Whether both differences are positive: paper 1's criteria without the mix ratio.
    pub fn invariant_but_for_mix(&self) -> bool {
        self.block_delta > 0.0 && self.input_delta > 0.0
    }

    /// Paper 1's criteria: both differences positive and the mix ratio, not clamped, strictly between 1 / 1.5 and 1.5.
    pub fn invariant(&self, mix_ratio: f64) -> bool {
        self.invariant_but_for_mix() && is_mix(mix_ratio)
    }

    /// Paper 2's criteria: dB positive and the same band of the mix ratio.
    pub fn invariant_in_paper_2(&self, mix_ratio: f64) -> bool {
        self.block_delta > 0.0 && is_mix(mix_ratio)
    }
}

fn is_mix(mix_ratio: f64) -> bool {
    mix_ratio > 1.0 / MIX_BAND && mix_ratio < MIX_BAND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activations_are_clipped_and_denominators_are_not() {
        assert_eq!(block_delta(3.0, -1.0, 2.0), 1.5);
        assert_eq!(block_delta(-3.0, 1.0, 2.0), -0.5);
        assert_eq!(input_delta(1.0, 0.5, -2.0), -0.25);
        assert_eq!(input_delta(1.0, 0.0, 0.0), f64::INFINITY);
        assert!(block_delta(-1.0, -2.0, 0.0).is_nan() && block_delta(f64::NAN, 0.0, 1.0).is_nan());
    }

    #[test]
    fn the_criteria_are_strict() {
        let of = |block_delta, input_delta| ScaleMeasures { block_delta, input_delta };
        assert!(of(0.1, 0.1).invariant(1.0) && of(0.1, 0.1).invariant_but_for_mix());
        for (measures, ratio) in [(of(0.0, 0.1), 1.0), (of(0.1, 0.0), 1.0), (of(0.1, 0.1), 1.5), (of(0.1, 0.1), 1.0 / 1.5)] {
            assert!(!measures.invariant(ratio), "{measures:?}, {ratio}");
        }
        assert!(of(0.1, -5.0).invariant_in_paper_2(1.0) && !of(0.1, -5.0).invariant(1.0));
        assert!(!of(f64::NAN, 1.0).invariant_but_for_mix());
        assert_eq!(of(0.107, 0.088).metric(), 0.107 + 0.088);
    }

    #[test]
    fn photographs_are_clipped_before_they_are_averaged() {
        assert_eq!(clipped_mean(&[3.0, -3.0, 0.0]), 1.0);
        assert!(clipped_mean(&[]).is_nan());
    }
}
