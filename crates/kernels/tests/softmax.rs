//! The softmax against its definition, on every instruction set.

use kernels::Isa;
use kernels::softmax::softmax;
use testkit::{assert_same_bits, assert_within_bound, gamma, poisoned, pseudo_random, underflow_slack};

#[test]
fn softmax_is_within_its_bound_and_the_same_on_every_instruction_set() {
    for (seed, n) in [1_usize, 2, 7, 16, 33, 1000].into_iter().enumerate() {
        for factor in [1.0_f32, 20.0, 100.0] {
            let x: Vec<f32> = pseudo_random(seed as u64, n).iter().map(|x| x * factor).collect();
            let largest = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let exponentials: Vec<f64> = x.iter().map(|x| (f64::from(*x) - f64::from(largest)).exp()).collect();
            let sum: f64 = exponentials.iter().sum();
            let expected: Vec<f64> = exponentials.iter().map(|e| e / sum).collect();
            // x - max is off by u |x - max|, and so is, relatively, its exponential, which adds 2 u; the sum of n such
            // has n roundings more and the largest such error; the quotient has one. Denormal exponentials
            // are off by one unit.
            let bound: Vec<f64> = expected
                .iter()
                .zip(&x)
                .map(|(y, x)| {
                    let spread = f64::from(largest - x);
                    let worst = 2.0 * f64::from(factor);
                    y * (gamma(n + 5) + 1.001 * gamma(1) * (spread + worst)) + underflow_slack(2)
                })
                .collect();
            let mut first = None;
            for isa in Isa::supported() {
                let mut y = poisoned(n);
                softmax(isa, &x, &mut y);
                assert_within_bound(&y, &expected, &bound, isa.name());
                assert_same_bits(&y, first.get_or_insert_with(|| y.clone()), isa.name());
            }
        }
    }
}
