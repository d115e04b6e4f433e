//! Scale invariance: the Block sees what the Input sees, at another size (papers 1 and 2; METHOD.md, section 3).

use crate::mix::Category;
use crate::statistics::{NotDefined, mean};

/// How much a channel's roles gain from the scale of the other's picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaleMeasures {
    /// dB, the gain of the Block when the Input's picture is enlarged ([`block_delta`]).
    pub block_delta: f64,
    /// dI, the gain of the Input when the Block's picture is shrunk ([`input_delta`]).
    pub input_delta: f64,
}

impl ScaleMeasures {
    /// The scale metric `SM = dB + dI` that the papers' exemplars are ranked by.
    #[must_use]
    pub fn scale_metric(&self) -> f64 {
        self.block_delta + self.input_delta
    }

    /// Paper 1's criterion: dB > 0, dI > 0 and 1/1.5 < M < 1.5, all strict, with M not clamped.
    ///
    /// ```
    /// let measures = analysis::ScaleMeasures { block_delta: 0.107, input_delta: 0.088 };
    /// assert!(measures.scale_invariant(0.97));
    /// assert!(!measures.scale_invariant(1.5));
    /// ```
    #[must_use]
    pub fn scale_invariant(&self, mix_ratio: f64) -> bool {
        self.scale_invariant_no_mix() && Category::of(mix_ratio) == Category::Mix
    }

    /// Paper 1's criterion without that of the mix ratio, the other count of its figure 5: dB > 0 and dI > 0.
    #[must_use]
    pub fn scale_invariant_no_mix(&self) -> bool {
        self.block_delta > 0.0 && self.input_delta > 0.0
    }

    /// Paper 2's criterion: dB > 0 and 1/1.5 < M < 1.5.
    #[must_use]
    pub fn scale_invariant_by_block(&self, mix_ratio: f64) -> bool {
        self.block_delta > 0.0 && Category::of(mix_ratio) == Category::Mix
    }
}

/// `dB = (max(B(enlarge I), 0) - max(B(I), 0)) / B(B)`.
///
/// The denominator is not clipped, and the quotient is IEEE's: a negative B(B) turns the sign around, a zero one gives
/// an infinity or, below a numerator of zero, NaN, and NaN goes in and out. A NaN meets no criterion.
#[must_use]
pub fn block_delta(b_enlarged_i: f64, b_i: f64, b_b: f64) -> f64 {
    (clip(b_enlarged_i) - clip(b_i)) / b_b
}

/// `dI = (max(I(shrink B), 0) - max(I(B), 0)) / I(I)`, with the denominator treated as in [`block_delta`].
#[must_use]
pub fn input_delta(i_shrunk_b: f64, i_b: f64, i_i: f64) -> f64 {
    (clip(i_shrunk_b) - clip(i_b)) / i_i
}

/// [`block_delta`] with each picture replaced by photographs: a mean over them in each place.
///
/// `b_enlarged_i` and `b_i` are B on the top photographs of the Input, enlarged and as they are; each is clipped
/// *before* the mean is taken. `b_b` is B on the Block's own top photographs and is not clipped.
///
/// # Errors
/// If there are no photographs in one of the three places.
pub fn block_delta_of_photographs(b_enlarged_i: &[f64], b_i: &[f64], b_b: &[f64]) -> Result<f64, NotDefined> {
    Ok((mean_of_clipped(b_enlarged_i)? - mean_of_clipped(b_i)?) / mean(b_b)?)
}

/// [`input_delta`] with each picture replaced by photographs, as in [`block_delta_of_photographs`].
///
/// # Errors
/// If there are no photographs in one of the three places.
pub fn input_delta_of_photographs(i_shrunk_b: &[f64], i_b: &[f64], i_i: &[f64]) -> Result<f64, NotDefined> {
    Ok((mean_of_clipped(i_shrunk_b)? - mean_of_clipped(i_b)?) / mean(i_i)?)
}

fn mean_of_clipped(activations: &[f64]) -> Result<f64, NotDefined> {
    let clipped: Vec<f64> = activations.iter().map(|&a| clip(a)).collect();
    mean(&clipped)
}

/// `max(a, 0)` that keeps NaN: `f64::max` would hide it as a zero.
fn clip(activation: f64) -> f64 {
    if activation < 0.0 { 0.0 } else { activation }
}
