//! What Input and Block contribute.

use crate::comparison::{Comparison, Step};
use crate::steps::measures::worst::Worst;
use crate::twin::bounded::DOUBLE;
use bounds::pseudo_random;
use runs::Contributions;

/// Shares of what is passed on, and how often Block takes away. All numbers are multiples of 1/64: sums are exact.
pub(super) fn comparison(contributions: impl Fn(&[f32], &[f32], &[f32]) -> Contributions) -> Comparison {
    let mut worst = Worst::default();
    for case in 0..30_u64 {
        let n = if case == 0 { 0 } else { 40 };
        let coarse = |seed: u64, up: f32| -> Vec<f32> {
            let values = pseudo_random(seed + 2 * case, n);
            values.iter().map(|v| ((v + up) * 64.0).round() / 64.0).collect()
        };
        // In every sixth case nothing is ever positive.
        let down = if case % 6 == 0 { 2.5 } else { 0.0 };
        let (input, block) = (coarse(500, 0.5 - down), coarse(501, -down / 4.0));
        let output: Vec<f32> = input.iter().zip(&block).map(|(i, b)| i + b).collect();
        let found = contributions(&input, &block, &output);
        let (mut i_sum, mut b_sum, mut passed) = (0.0, 0.0, 0);
        let (mut excited, mut inhibited, mut silenced) = (0, 0, 0);
        for k in 0..n {
            let (i, b) = (f64::from(input[k]), f64::from(block[k]));
            if i + b > 0.0 {
                passed += 1;
                i_sum += i;
                b_sum += b;
            }
            if i > 0.0 {
                excited += 1;
                inhibited += i32::from(b < 0.0);
                silenced += i32::from(i + b <= 0.0);
            }
        }
        let share = |of: f64| (passed > 0).then(|| of / (i_sum + b_sum));
        let percent = |of: i32| (excited > 0).then(|| f64::from(100 * of) / f64::from(excited));
        worst.add(found.input_share, share(i_sum), 0.0);
        worst.add(found.block_share, share(b_sum), 0.0);
        worst.add(found.inhibited_percent, percent(inhibited), 0.0);
        worst.add(found.silenced_percent, percent(silenced), 0.0);
        let whole = found.input_share.zip(found.block_share).map(|(i, b)| i + b);
        // Two quotients and their sum are rounded.
        let bound = 2.0 * DOUBLE * (i_sum.abs() + b_sum.abs()) / (i_sum + b_sum) + DOUBLE;
        worst.add(whole, (passed > 0).then_some(1.0), bound);
    }
    let what = "shares of Input and Block, together one; percent inhibited and silenced";
    worst.comparison(Step::Contributions, what, "0; of the sum of both shares 2^-52")
}

#[cfg(test)]
mod tests {
    use super::*;

    use runs::contributions;

    #[test]
    fn contributions_pass_and_those_of_swapped_roles_fail() {
        assert!(comparison(contributions).passed);
        let swapped = |i: &[f32], b: &[f32], o: &[f32]| contributions(b, i, o);
        assert!(!comparison(swapped).passed);
    }
}
