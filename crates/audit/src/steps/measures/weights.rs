//! Measures of the weights.

use crate::comparison::{Comparison, Step};
use crate::steps::measures::worst::Worst;
use crate::twin::bounded::{DOUBLE, gamma};
use runs::{Loaded, bn2_weight_abs, conv2_weight_mean_abs};

/// `|w|` of the last batch norm of each block's branch, and the mean of `|w|` of its last convolution over inputs and taps, of
/// every channel.
pub(super) fn comparison(loaded: &Loaded) -> Comparison {
    let mut worst = Worst::default();
    let mut last = 2;
    for layout in loaded.architecture().layouts() {
        last = layout.branch.len();
        let block = layout.block;
        let of = |name: String| loaded.tensors.get(&format!("{}.{name}.weight", block.module()));
        let Some(convolution) = of(format!("conv{last}")) else {
            continue;
        };
        let shape = convolution.shape();
        let each = shape[1] * shape[2] * shape[3];
        for channel in 0..shape[0] {
            let mut sum = 0.0;
            for tap in 0..each {
                sum += f64::from(convolution.values()[channel * each + tap]).abs();
            }
            let exact = sum / each as f64;
            let largest = convolution.values().iter().fold(0.0_f32, |m, w| m.max(w.abs()));
            let bound = gamma(3 * each + 4, DOUBLE) * (exact + f64::from(largest));
            worst.add(conv2_weight_mean_abs(loaded, block, channel), Some(exact), bound);
            // Where batch norm is folded away there is none to be had.
            let norm = of(format!("bn{last}")).map(|w| f64::from(w.values()[channel].abs()));
            worst.add(bn2_weight_abs(loaded, block, channel), norm, 0.0);
        }
    }
    let what = format!("|bn{last}.weight| and mean |conv{last}.weight| of every channel");
    worst.comparison(Step::Weights, &what, "gamma(3 k + 4) of mean and largest, double precision")
}
