//! The measures of a channel, recomputed from their equations.

use crate::comparison::{Comparison, Step, Witness};
use analysis::{CLAMP, Category, MIX_HIGH, MIX_LOW, ScaleMeasures, block_delta, clamped, input_delta, mix_ratio};
use bounds::pseudo_random;

/// Activations of all signs and sizes, zeros among them.
fn activations() -> Vec<f64> {
    let mut values: Vec<f64> = pseudo_random(21, 60).into_iter().map(|v| f64::from(v) * 20.0).collect();
    values.extend([0.0, -0.0, 1.0, 1.5, -1.0, f64::MIN_POSITIVE, 1e300]);
    values
}

/// Mix ratio, category, scale measures and their sum.
pub(super) fn comparisons() -> Vec<Comparison> {
    let values = activations();
    let pairs = || values.iter().flat_map(|&a| values.iter().map(move |&b| (a, b)));
    let (mut count, mut differ) = ([0; 4], [0; 4]);
    let mut compare = |at: usize, same: bool| {
        count[at] += 1;
        differ[at] += usize::from(!same);
    };
    for (o_i, o_b) in pairs() {
        // METHOD.md, section 3: M = O(I) / O(B); 10 where O(B) is not positive, else 0 where O(I) is not; both: failed.
        let expected = match (o_i > 0.0, o_b > 0.0) {
            (false, false) => None,
            (true, false) => Some(10.0),
            (false, true) => Some(0.0),
            (true, true) => Some(o_i / o_b),
        };
        let found = mix_ratio(o_i, o_b).ok();
        compare(0, found.map(f64::to_bits) == expected.map(f64::to_bits));
        if let Some(m) = found {
            // Strictly between 1/1.5 and 1.5 it is a mix; for histograms it is clamped to 5.
            let expected = match m {
                m if m >= 1.5 => Category::Skip,
                m if m * 1.5 > 1.0 && m > 1.0 / 1.5 => Category::Mix,
                _ => Category::Overwrite,
            };
            let ends = MIX_LOW == 1.0 / 1.5 && MIX_HIGH == 1.5 && CLAMP == 5.0;
            compare(1, Category::of(m) == expected && clamped(m) == m.min(5.0) && ends);
        }
    }
    for (a, b) in pairs() {
        for denominator in [3.0, -2.0, 0.7] {
            let expected = (a.max(0.0) - b.max(0.0)) / denominator;
            let (d_b, d_i) = (block_delta(a, b, denominator), input_delta(a, b, denominator));
            let scale = ScaleMeasures { block_delta: d_b, input_delta: d_i };
            let both = d_b > 0.0 && d_i > 0.0;
            let criteria = scale.scale_invariant_no_mix() == both
                && scale.scale_invariant(1.49) == both
                && !scale.scale_invariant(1.5)
                && !scale.scale_invariant(1.0 / 1.5);
            compare(2, d_b == expected && d_i == expected && criteria);
            let other = scale.input_delta + 0.25;
            let unequal = ScaleMeasures { block_delta: d_b, input_delta: other };
            // The sum of two doubles has one rounding, and IEEE says which.
            compare(3, unequal.scale_metric().to_bits() == (d_b + other).to_bits());
        }
    }
    let names = [
        (Step::MixRatio, "O(I) / O(B), 10, 0, or failed"),
        (Step::Category, "strictly within 1/1.5 and 1.5; clamped to 5"),
        (Step::ScaleMeasures, "dB, dI and both criteria"),
        (Step::ScaleMetric, "dB + dI"),
    ];
    let mut comparisons = Vec::new();
    for (i, (step, what)) in names.into_iter().enumerate() {
        comparisons.push(step.against(Witness::Identity, what).equal(count[i], differ[i]));
    }
    comparisons
}
