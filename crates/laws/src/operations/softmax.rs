//! Softmax.

use crate::claims::gamma;
use crate::expected::{Expected, Finding, Verdict, exceeds, same_bits};
use crate::{Axis, Case, Claims, Fill, Float, Kernel, Law, Operand, Problem, Values, general};

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
