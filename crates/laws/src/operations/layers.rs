//! The layers of a network that are not convolutions: fully connected, batch norm, ReLU and softmax.

use super::magnitudes;
use crate::claims::gamma;
use crate::expected::{Expected, Finding, Verdict, exceeds, same_bits};
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

/// `y[i] = exp(x[i] - max x) / sum over j of exp(x[j] - max x)`: `[n] -> [n]`.
///
/// `x - max` is off by u of itself, and so is, relatively, its exponential, which adds `ulps` units; the sum has n
/// roundings and the largest of these errors, and the quotient one:
///
/// ```text
/// |error| <= y (gamma_{n + 4 ulps + 1} + 1.001 u (|x - max| + max |x - max|)) + 2 tiny
/// ```
///
/// The spread that counts is cut at where exponentials are zero.
///
/// Laws beside the general ones:
///
/// - `range`: probabilities are between 0 and 1, and add up to 1 within the sum of their bounds.
/// - `monotone`: a larger logit has no smaller probability.
/// - `shift`: logits that are all larger by one give the same probabilities, bit for bit where that addition is exact.
#[derive(Clone, Debug)]
pub struct Softmax<T> {
    /// The logits.
    pub x: Operand<T>,
}

/// Below it an exponential is zero in the element type.
fn underflow<T: Float>() -> f64 {
    T::SMALLEST.ln().abs() + 2.0
}

impl<T: Float> Problem<T> for Softmax<T> {
    fn operation() -> String {
        "softmax".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        vec![Axis::number("n", 1, 300).near(&claims.tiles)]
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        Some(Softmax { x: values.take(case.get("n")) })
    }

    fn outputs(&self) -> usize {
        self.x.len()
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let (x, n) = (self.x.wide(), self.x.len());
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, |m, x| if x > m || x.is_nan() { x } else { m });
        if !largest.is_finite() {
            // A NaN, or an infinite maximum: every probability is NaN.
            return Expected::exact(vec![f64::NAN; n]);
        }
        let values = reference::softmax(&x);
        let spread = |x: f64| (largest - x).min(underflow::<T>());
        let worst = x.iter().map(|&x| spread(x)).fold(0.0, f64::max);
        // An exponential's units in the last place are two roundings each.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few units")]
        let ulps = (4.0 * claims.ulps).ceil() as usize;
        let relative =
            |x: f64| gamma::<T>(n + ulps + 1) + 1.001 * T::UNIT * (spread(x) + worst) + 2.0 * gamma::<f64>(n + 1000);
        let bounds = values.iter().zip(&x).map(|(y, &x)| y * relative(x) + 2.0 * T::SMALLEST).collect();
        Expected { values, bounds }
    }

    fn laws() -> Vec<Law<Self, T>> {
        let own = [
            Law::new("range", "probabilities are between 0 and 1 and add up to 1", Fill::FINITE, range),
            Law::new("monotone", "a larger logit has no smaller probability", Fill::GRID, monotone)
                .where_claimed(|kernel: &Kernel<Self, T>| kernel.claims().monotone),
            Law::new("shift", "logits all larger by one give the same bits", Fill::GRID, shift),
        ];
        general().into_iter().chain(own).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x)]
    }
}

fn range<T: Float>(kernel: &Kernel<Softmax<T>, T>, p: &Softmax<T>, _: &Case) -> Verdict {
    let y = kernel.output(p)?;
    if let Some(at) = (0..y.len()).find(|&at| !(0.0..=1.0).contains(&y[at].wide())) {
        return Err(Finding::new("between 0 and 1", format!("{:e}", y[at])).of_output(at));
    }
    let bound = kernel.expected(p).bounds.iter().sum::<f64>() + gamma::<f64>(y.len());
    let error = (y.wide().iter().sum::<f64>() - 1.0).abs();
    if exceeds(error, bound) {
        let finding = Finding::new("a sum of 1", format!("a sum that is {error:e} off"));
        return Err(Finding { bound: Some(bound), ..finding });
    }
    Ok(error / bound)
}

fn monotone<T: Float>(kernel: &Kernel<Softmax<T>, T>, p: &Softmax<T>, _: &Case) -> Verdict {
    let y = kernel.output(p)?;
    let mut order: Vec<usize> = (0..y.len()).collect();
    order.sort_by(|&a, &b| p.x[a].wide().total_cmp(&p.x[b].wide()));
    match order.windows(2).find(|pair| y[pair[1]] < y[pair[0]]) {
        None => Ok(0.0),
        Some(pair) => {
            let finding = Finding::new(format!("at least {:e}", y[pair[0]]), format!("{:e}", y[pair[1]]));
            Err(finding.of_output(pair[1]))
        }
    }
}

fn shift<T: Float>(kernel: &Kernel<Softmax<T>, T>, p: &Softmax<T>, _: &Case) -> Verdict {
    let larger = p.x.iter().map(|x| T::nearest(x.wide() + 1.0)).collect();
    same_bits(&kernel.output(&Softmax { x: larger })?, &kernel.output(p)?, "the logits before")
}
