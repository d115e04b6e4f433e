//! The layers of a network that are not convolutions: fully connected, batch norm and ReLU.

use super::magnitudes;
use crate::expected::{Expected, Verdict, same_bits};
use crate::{Axis, Case, Claims, Fill, Float, Kernel, Law, Linear, Operand, Problem, Values, general, linear};
use reference::{BatchNorm as Norm, Map};
use std::ops::Range;

/// `y[o] = sum over i of w[o, i] x[i]`, plus `b[o]`: `[I] -> [O]`, with weights `[O, I]`. A layer without bias gets one of
/// zeros.
///
/// `|error| <= e_n (sum |w| |x| + |b|)`, with `n = I + 1` roundings.
///
/// With a bias it is affine: the laws of linear operations are tried where the bias is zero, which is where a case's
/// `bias` is `none`.
#[derive(Clone, Debug)]
pub struct FullyConnected<T> {
    /// The input.
    pub x: Operand<T>,
    /// The weights, `[O, I]`.
    pub weights: Operand<T>,
    /// The bias, `[O]`.
    pub bias: Operand<T>,
    has_bias: bool,
}

impl<T: Float> Problem<T> for FullyConnected<T> {
    fn operation() -> String {
        "linear".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        let size = |name| Axis::number(name, 1, 200).near(&claims.tiles);
        vec![size("inputs"), size("outputs"), Axis::words("bias", vec!["none", "some"])]
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let [inputs, outputs, bias] = case.numbers(["inputs", "outputs", "bias"]);
        let (x, weights) = (values.take(inputs), values.take(inputs * outputs));
        let has_bias = bias == 1;
        let bias = if has_bias { values.take(outputs) } else { Operand::filled(T::default(), outputs) };
        Some(FullyConnected { x, weights, bias, has_bias })
    }

    fn outputs(&self) -> usize {
        self.bias.len()
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let (x, weights, bias) = (self.x.wide(), self.weights.wide(), self.bias.wide());
        let sums = reference::linear(&magnitudes(&x), &magnitudes(&weights), &magnitudes(&bias));
        Expected::sums::<T>(reference::linear(&x, &weights, &bias), &sums, claims.roundings(x.len()) + 1, claims)
    }

    fn laws() -> Vec<Law<Self, T>> {
        let chain = Law::new("chain", "each sum is one chain of fused multiply-adds, then the bias", Fill::ANY, chain)
            .where_claimed(|kernel: &Kernel<Self, T>| kernel.claims().is_chain());
        general().into_iter().chain(linear()).chain([chain, crate::integers()]).chain([crate::adjoint()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x), ("weights", &self.weights), ("bias", &self.bias)]
    }
}

impl<T: Float> Linear<T> for FullyConnected<T> {
    fn input(&self) -> &[T] {
        &self.x
    }

    fn with_input(&self, x: Operand<T>) -> Self {
        let bias = Operand::filled(T::default(), self.bias.len());
        FullyConnected { x, bias, has_bias: false, weights: self.weights.clone() }
    }

    fn expected_adjoint(&self, gradient: &[T], claims: &Claims) -> Expected {
        let dy: Vec<f64> = gradient.iter().map(|v| v.wide()).collect();
        let (weights, inputs) = (self.weights.wide(), self.x.len());
        let sums = reference::linear_gradient(&magnitudes(&dy), &magnitudes(&weights), inputs);
        let values = reference::linear_gradient(&dy, &weights, inputs);
        Expected::sums::<T>(values, &sums, claims.roundings(dy.len()), claims)
    }

    fn adjoint_name() -> String {
        "linear-gradient".to_owned()
    }
}

fn chain<T: Float>(kernel: &Kernel<FullyConnected<T>, T>, p: &FullyConnected<T>, _: &Case) -> Verdict {
    let inputs = p.x.len();
    let sum = |o: usize| {
        let terms = p.x.iter().zip(&p.weights[o * inputs..]);
        let sum = terms.fold(T::default(), |sum, (x, w)| x.fused(*w, sum));
        // A fused step with a factor of one is an addition.
        if p.has_bias { sum.fused(T::nearest(1.0), p.bias[o]) } else { sum.fused(T::nearest(1.0), T::default()) }
    };
    let expected: Vec<T> = (0..p.bias.len()).map(sum).collect();
    same_bits(&kernel.output(p)?, &expected, "the chain")
}

/// `y[.., c] = (x[.., c] - mean[c]) / sqrt(variance[c] + epsilon) * gamma[c] + beta[c]`, with epsilon 1e-5: `[P, C] ->
/// [P, C]` for P positions.
///
/// `|error| <= gamma_8 (|s| (|x| + |mean|) + |beta|)` with `s = gamma / sqrt(variance + epsilon)`: whether scale and
/// shift are computed before or step by step, no term passes through more than eight roundings (the sum under the root
/// counts half). Of the gradient, `s dy`, six.
///
/// It is affine: the laws of linear operations are tried where beta and mean are zero.
#[derive(Clone, Debug)]
pub struct BatchNorm<T> {
    /// The values, `[P, C]`.
    pub x: Operand<T>,
    /// The scales, `[C]`.
    pub gamma: Operand<T>,
    /// The offsets, `[C]`.
    pub beta: Operand<T>,
    /// The running means, `[C]`.
    pub mean: Operand<T>,
    /// The running variances, `[C]`, zero or more.
    pub variance: Operand<T>,
}

/// What is added to a variance.
pub const EPSILON: f64 = 1e-5;

impl<T: Float> Problem<T> for BatchNorm<T> {
    fn operation() -> String {
        "batch-norm".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        vec![Axis::number("positions", 1, 40), Axis::number("channels", 1, 40).near(&claims.tiles)]
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let [positions, channels] = case.numbers(["positions", "channels"]);
        let x = values.take(positions * channels);
        let [gamma, beta, mean] = [0, 1, 2].map(|_| values.take_tame(channels));
        let variance: Operand<T> = values.take_tame(channels);
        let variance = variance.iter().map(|v| T::nearest(v.wide().abs())).collect();
        Some(BatchNorm { x, gamma, beta, mean, variance })
    }

    fn outputs(&self) -> usize {
        self.x.len()
    }

    fn expected(&self, _: &Claims) -> Expected {
        let [gain, beta, mean, variance] = [&self.gamma, &self.beta, &self.mean, &self.variance].map(Operand::wide);
        let norm = Norm { gamma: &gain, beta: &beta, mean: &mean, variance: &variance, epsilon: EPSILON };
        let channels = gain.len();
        let values = reference::batch_norm(&Map::new((1, self.x.len() / channels, channels), self.x.wide()), norm).data;
        let size = |(i, x): (usize, &T)| {
            let c = i % channels;
            let scale = (gain[c] / (variance[c] + EPSILON).sqrt()).abs();
            scale * (x.wide().abs() + mean[c].abs()) + beta[c].abs()
        };
        let sizes: Vec<f64> = self.x.iter().enumerate().map(size).collect();
        Expected::sums::<T>(values, &sizes, 8, &Claims::plain())
    }

    fn laws() -> Vec<Law<Self, T>> {
        general().into_iter().chain(linear()).chain([crate::alone(), crate::adjoint()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![
            ("x", &self.x),
            ("gamma", &self.gamma),
            ("beta", &self.beta),
            ("mean", &self.mean),
            ("variance", &self.variance),
        ]
    }

    fn alone(&self, number: u64) -> Option<(Self, Range<usize>)> {
        let channels = self.gamma.len();
        let position = usize::try_from(number).ok()? % (self.x.len() / channels);
        let range = position * channels..(position + 1) * channels;
        Some((BatchNorm { x: self.x[range.clone()].iter().copied().collect(), ..self.clone() }, range))
    }
}

impl<T: Float> Linear<T> for BatchNorm<T> {
    fn input(&self) -> &[T] {
        &self.x
    }

    fn with_input(&self, x: Operand<T>) -> Self {
        let zeros = || Operand::filled(T::default(), self.gamma.len());
        BatchNorm { x, beta: zeros(), mean: zeros(), ..self.clone() }
    }

    fn expected_adjoint(&self, gradient: &[T], _: &Claims) -> Expected {
        let scales = self.gamma.iter().zip(self.variance.iter()).map(|(g, v)| g.wide() / (v.wide() + EPSILON).sqrt());
        let values: Vec<f64> = gradient.iter().zip(scales.cycle()).map(|(dy, s)| dy.wide() * s).collect();
        Expected::sums::<T>(values.clone(), &magnitudes(&values), 6, &Claims::plain())
    }

    fn adjoint_name() -> String {
        "batch-norm-gradient".to_owned()
    }
}

/// `y = max(x, 0)`; NaN stays NaN. Exact.
#[derive(Clone, Debug)]
pub struct Relu<T> {
    /// The values.
    pub x: Operand<T>,
}

impl<T: Float> Problem<T> for Relu<T> {
    fn operation() -> String {
        "relu".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        vec![Axis::number("n", 0, 200).near(&claims.tiles)]
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        Some(Relu { x: values.take(case.get("n")) })
    }

    fn outputs(&self) -> usize {
        self.x.len()
    }

    fn expected(&self, _: &Claims) -> Expected {
        Expected::exact(reference::relu(&Map::new((1, self.x.len(), 1), self.x.wide())).data)
    }

    fn laws() -> Vec<Law<Self, T>> {
        general().into_iter().chain([crate::alone()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x)]
    }

    fn alone(&self, number: u64) -> Option<(Self, Range<usize>)> {
        let at = usize::try_from(number).ok()?.checked_rem(self.x.len())?;
        Some((Relu { x: [self.x[at]].into_iter().collect() }, at..at + 1))
    }
}

/// The gradient of [`Relu`]: `dx = dy` where `x > 0`, else 0; where x is NaN nothing is asked. Exact.
#[derive(Clone, Debug)]
pub struct ReluGradient<T> {
    /// The values.
    pub x: Operand<T>,
    /// The gradient of the output.
    pub dy: Operand<T>,
}

impl<T: Float> Problem<T> for ReluGradient<T> {
    fn operation() -> String {
        "relu-gradient".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        Relu::<T>::axes(claims)
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let n = case.get("n");
        Some(ReluGradient { x: values.take(n), dy: values.take(n) })
    }

    fn outputs(&self) -> usize {
        self.x.len()
    }

    fn expected(&self, _: &Claims) -> Expected {
        let map = |values: &Operand<T>| Map::new((1, values.len(), 1), values.wide());
        let mut expected = Expected::exact(reference::relu_gradient(&map(&self.x), &map(&self.dy)).data);
        for (bound, x) in expected.bounds.iter_mut().zip(self.x.iter()) {
            if x.wide().is_nan() {
                *bound = f64::INFINITY;
            }
        }
        expected
    }

    fn laws() -> Vec<Law<Self, T>> {
        general()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x), ("dy", &self.dy)]
    }
}
