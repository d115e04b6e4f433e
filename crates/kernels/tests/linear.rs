//! The fully connected layer against its definition, on every instruction set.

use kernels::Isa;
use kernels::linear::LinearWeights;
use proptest::prelude::*;
use testkit::{assert_same_bits, assert_within_bound, gamma, poisoned, pseudo_random};

/// `sum_k a(i, k) x[k]` for every i, and the sum of the terms' absolute values.
fn sums(rows: usize, x: &[f32], a: impl Fn(usize, usize) -> f32) -> (Vec<f64>, Vec<f64>) {
    (0..rows)
        .map(|i| {
            let term = |k: usize| f64::from(a(i, k)) * f64::from(x[k]);
            let terms = (0..x.len()).map(term);
            (terms.clone().sum::<f64>(), terms.map(f64::abs).sum::<f64>())
        })
        .unzip()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn outputs_and_gradients_are_within_their_bounds_and_the_same_everywhere(
        inputs in 1..200_usize,
        outputs in 1..70_usize,
        seed in any::<u64>(),
    ) {
        let weights = pseudo_random(seed, inputs * outputs);
        let (bias, x) = (pseudo_random(seed + 1, outputs), pseudo_random(seed + 2, inputs));
        let dy = pseudo_random(seed + 3, outputs);
        let layer = LinearWeights::new(&weights, &bias, inputs);
        let (mut expected, mut magnitude) = sums(outputs, &x, |o, i| weights[o * inputs + i]);
        for o in 0..outputs {
            expected[o] += f64::from(bias[o]);
            magnitude[o] += f64::from(bias[o]).abs();
        }
        // One rounding an input, one for the bias.
        let bound: Vec<f64> = magnitude.iter().map(|m| gamma(inputs + 1) * m).collect();
        let (dx_expected, dx_magnitude) = sums(inputs, &dy, |i, o| weights[o * inputs + i]);
        let dx_bound: Vec<f64> = dx_magnitude.iter().map(|m| gamma(outputs) * m).collect();
        // The summation contract, in the plainest loop there is.
        let chain: Vec<f32> = (0..outputs)
            .map(|o| (0..inputs).fold(0.0_f32, |sum, i| x[i].mul_add(weights[o * inputs + i], sum)) + bias[o])
            .collect();
        for isa in Isa::supported() {
            let (mut y, mut dx) = (poisoned(outputs), poisoned(inputs));
            layer.forward(isa, &x, &mut y);
            layer.input_gradient(isa, &dy, &mut dx);
            assert_within_bound(&y, &expected, &bound, isa.name());
            assert_within_bound(&dx, &dx_expected, &dx_bound, isa.name());
            assert_same_bits(&y, &chain, isa.name());
        }
    }
}

#[test]
fn a_nan_among_the_inputs_reaches_every_output() {
    let layer = LinearWeights::new(&[1.0; 6], &[0.0; 2], 3);
    for isa in Isa::supported() {
        let mut y = [0.0; 2];
        layer.forward(isa, &[1.0, f32::NAN, 2.0], &mut y);
        assert!(y.iter().all(|y| y.is_nan()), "{isa}");
        layer.forward(isa, &[1.0, f32::INFINITY, 2.0], &mut y);
        assert_eq!(y, [f32::INFINITY; 2], "{isa}");
    }
}

#[test]
#[should_panic(expected = "inputs of a fully connected layer")]
fn an_input_of_another_length_is_refused() {
    LinearWeights::new(&[1.0; 6], &[0.0; 2], 3).forward(Isa::best(), &[1.0], &mut [0.0; 2]);
}
