//! What follows the sums of a product or a convolution: scale and shift of each channel, a residual, ReLU.

use super::{Convolution, Product, Winograd};
use crate::claims::gamma;
use crate::expected::{Expected, Verdict, same_bits};
use crate::{Axis, Case, Claims, Fill, Float, Kernel, Law, Operand, Problem, Products, Values, general};

/// A problem whose outputs are sums, channel by channel at each position.
pub trait Summed<T: Float>: Problem<T> {
    /// How many channels each position has.
    fn channels(&self) -> usize;
}

impl<T: Float> Summed<T> for Product<T> {
    fn channels(&self) -> usize {
        self.n
    }
}

impl<T: Float> Summed<T> for Convolution<T> {
    fn channels(&self) -> usize {
        self.shape.outputs
    }
}

impl<T: Float> Summed<T> for Winograd<T> {
    fn channels(&self) -> usize {
        self.of.shape.outputs
    }
}

/// `y = max(0, s[c] z + b[c] + r)`, z being what another operation gives; without any of the steps, or all.
///
/// ```text
/// |error| <= |s| bound(z) + gamma_3 (|s| (|z| + bound(z)) + |b| + |r|)
/// ```
///
/// A product and two additions round, and where the product is fused one of them does not. The maximum moves nothing
/// further than it was.
///
/// Laws beside the general ones:
///
/// - `finish`: where fused products and the same bits are claimed, each value is the finished sum's, which is what the implementation
///   gives without these steps: `fma(z, s, b)`, or `z + b`, then `+ r`, then the maximum, bit for bit; NaN stays NaN.
#[derive(Clone, Debug)]
pub struct WithEpilogue<P, T> {
    /// The operation.
    pub of: P,
    /// Factors of the channels; only with a shift.
    pub scale: Option<Operand<T>>,
    /// What is added to the channels.
    pub shift: Option<Operand<T>>,
    /// What is added to each output.
    pub residual: Option<Operand<T>>,
    /// Whether what is negative becomes zero.
    pub relu: bool,
}

impl<P: Summed<T> + Clone, T: Float> Problem<T> for WithEpilogue<P, T> {
    fn operation() -> String {
        format!("{}-epilogue", P::operation())
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        let steps = [("channel", vec!["none", "shift", "scale"]), ("residual", vec!["none", "some"])];
        let steps = steps.into_iter().chain([("relu", vec!["none", "some"])]);
        P::axes(claims).into_iter().chain(steps.map(|(name, words)| Axis::words(name, words))).collect()
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let of = P::build(case, values)?;
        let [channel, residual, relu] = case.numbers(["channel", "residual", "relu"]);
        let mut tame = |wanted: bool| wanted.then(|| values.take_tame(of.channels()));
        let (shift, scale) = (tame(channel > 0), tame(channel > 1));
        let residual = (residual == 1).then(|| values.take(of.outputs()));
        Some(WithEpilogue { of, scale, shift, residual, relu: relu == 1 })
    }

    fn outputs(&self) -> usize {
        self.of.outputs()
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let plain = self.of.expected(claims);
        let relative = gamma::<T>(3) + 2.0 * gamma::<f64>(3);
        let (mut values, mut bounds) = (Vec::new(), Vec::new());
        for (at, (z, off)) in plain.values.into_iter().zip(plain.bounds).enumerate() {
            let (scale, shift, residual) = self.steps(at);
            let [scale, shift, residual] = [scale.unwrap_or(1.0), shift.unwrap_or(0.0), residual.unwrap_or(0.0)];
            let value = z * scale + shift + residual;
            let size = scale.abs() * (z.abs() + off) + shift.abs() + residual.abs();
            bounds.push(match () {
                () if !value.is_finite() && !size.is_finite() => 0.0,
                () if size * (1.0 + relative) < T::LARGEST => scale.abs() * off + relative * size + 3.0 * T::SMALLEST,
                () => f64::INFINITY,
            });
            values.push(if self.relu && value <= 0.0 { 0.0 } else { value });
        }
        Expected { values, bounds }
    }

    fn laws() -> Vec<Law<Self, T>> {
        let names: Vec<&str> = P::laws().iter().map(|law| law.name).collect();
        let about = "scale, shift, residual and maximum follow the finished sum in this order, bit for bit";
        let finish = Law::new("finish", about, Fill::ANY, finish)
            .where_claimed(|kernel| kernel.claims().same_bits && kernel.claims().products == Products::Fused);
        // What holds for the sums alone holds for what follows them.
        let kept =
            general().into_iter().chain([crate::region()]).filter(|law: &Law<Self, T>| names.contains(&law.name));
        kept.chain([finish]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        let own = [("scale", &self.scale), ("shift", &self.shift), ("residual", &self.residual)];
        let own = own.into_iter().filter_map(|(name, values)| Some((name, &values.as_ref()?[..])));
        self.of.operands().into_iter().chain(own).collect()
    }

    fn is_gap(&self, at: usize) -> bool {
        self.of.is_gap(at)
    }

    fn map(&self) -> Option<[usize; 3]> {
        self.of.map()
    }
}

impl<P: Summed<T>, T: Float> WithEpilogue<P, T> {
    /// Scale, shift and residual of an output.
    fn steps(&self, at: usize) -> (Option<f64>, Option<f64>, Option<f64>) {
        let of = |values: &Option<Operand<T>>, at: usize| Some(values.as_ref()?[at].wide());
        let channel = at % self.of.channels();
        (of(&self.scale, channel), of(&self.shift, channel), of(&self.residual, at))
    }
}

fn finish<P: Summed<T> + Clone, T: Float>(
    kernel: &Kernel<WithEpilogue<P, T>, T>,
    p: &WithEpilogue<P, T>,
    _: &Case,
) -> Verdict {
    let plain = WithEpilogue { of: p.of.clone(), scale: None, shift: None, residual: None, relu: false };
    if !kernel.takes(&plain) {
        return Ok(0.0);
    }
    let one = T::nearest(1.0);
    let finished = |(at, &z): (usize, &T)| {
        let [scale, shift, residual] = <[Option<f64>; 3]>::from(p.steps(at)).map(|step| step.map(T::nearest));
        // A fused step with a factor of one is an addition.
        let value = shift.map_or(z, |shift| z.fused(scale.unwrap_or(one), shift));
        let value = residual.map_or(value, |residual| value.fused(one, residual));
        if p.relu && value.wide() <= 0.0 { T::default() } else { value }
    };
    let expected: Vec<T> = kernel.output(&plain)?.iter().enumerate().map(finished).collect();
    same_bits(&kernel.output(p)?, &expected, "the steps after the sum")
}
