//! The laws of linear operations, and the adjoint of one as an operation of its own.

use crate::claims::gamma;
use crate::expected::{Expected, Finding, Verdict, exceeds, same_bits};
use crate::general::general;
use crate::kernel::{Kernel, Law, Problem, into};
use crate::{Axis, Case, Claims, Fill, Float, Operand, Region, Values};

/// A problem that is linear in one of its operands, the input.
pub trait Linear<T: Float>: Problem<T> {
    /// The input.
    fn input(&self) -> &[T];

    /// The same problem with another input, and without what makes it affine, such as a bias.
    fn with_input(&self, input: Operand<T>) -> Self;

    /// What the adjoint gives for a gradient of the output, by a twin of its own.
    fn expected_adjoint(&self, gradient: &[T], claims: &Claims) -> Expected;

    /// Rows, columns and channels of an input that is a map.
    fn input_map(&self) -> Option<[usize; 3]> {
        None
    }

    /// The name of the adjoint.
    fn adjoint_name() -> String {
        format!("{}-adjoint", Self::operation())
    }
}

/// What holds for every linear operation A.
///
/// - `linearity`: `A (x + y) = A x + A y` within the sum of the three bounds. The inputs are on a grid, so `x + y` is
///   exact.
/// - `scaling`: `A (16 x) = 16 A x`, bit for bit: a power of two passes through every rounding where nothing overflows
///   or is subnormal, whatever the order.
pub fn linear<P: Linear<T>, T: Float>() -> Vec<Law<P, T>> {
    vec![
        Law::new("linearity", "A (x + y) = A x + A y within the sum of the bounds", Fill::GRID, linearity),
        Law::new("scaling", "A (16 x) = 16 A x, bit for bit", Fill::GRID, scaling),
    ]
}

/// `adjoint`: `<A x, y> = <x, A' y>` within `sum |y| bound(A x) + sum |x| bound(A' y)`, where the implementation has an
/// adjoint. Either product is off by its factors' errors alone, as products of two numbers and their sums are computed in
/// double precision, whose share is `gamma` of their magnitudes.
pub fn adjoint<P: Linear<T>, T: Float>() -> Law<P, T> {
    Law::new("adjoint", "<A x, y> = <x, A' y> within the sum of the bounds", Fill::GRID, is_adjoint)
        .where_claimed(|k| k.adjoint.is_some())
}

/// `restricted`: an input that is given on a region alone gives what one that is zero elsewhere gives, bit for bit but
/// for the signs of zeros; of operations that have [`Linear::input_map`], where the implementation has a way to take one. What lies
/// outside of the region is poison.
pub fn restricted<P: Linear<T>, T: Float>() -> Law<P, T> {
    let about = "an input given on a region alone gives what one that is zero elsewhere gives";
    Law::new("restricted", about, Fill::GRID, is_restricted)
        .where_claimed(|k| k.restricted.is_some() && k.claims.same_bits)
}

/// `integers`: small whole numbers give exact results, in any order and whatever is fused; of operations whose
/// coefficients are whole numbers too.
pub fn integers<P: Problem<T>, T: Float>() -> Law<P, T> {
    Law::new("integers", "small whole numbers give exact results", Fill::WHOLE, |kernel, problem, _| {
        let mut expected = kernel.expected(problem);
        // No term and no sum of them exceeds 2^24, so nothing rounds.
        expected.bounds.iter_mut().filter(|bound| bound.is_finite()).for_each(|bound| *bound = 0.0);
        expected.compare(&kernel.output(problem)?)
    })
}

/// Values on a grid that do not depend on those of the problem.
pub(crate) fn second<T: Float>(case: &Case, len: usize) -> Operand<T> {
    Values::new(Fill::Moderate, case.number("seed").wrapping_add(1 << 40)).take(len)
}

fn linearity<P: Linear<T>, T: Float>(kernel: &Kernel<P, T>, problem: &P, case: &Case) -> Verdict {
    let x = problem.input();
    let y: Operand<T> = second(case, x.len());
    let sum = x.iter().zip(y.iter()).map(|(x, y)| T::nearest(x.wide() + y.wide())).collect();
    let problems = [problem.with_input(sum), problem.with_input(x.iter().copied().collect()), problem.with_input(y)];
    let mut outputs = Vec::new();
    let mut bounds = Vec::new();
    for problem in &problems {
        outputs.push(kernel.output(problem)?);
        bounds.push(kernel.expected(problem).bounds);
    }
    let parts = |i: usize| [0, 1, 2].map(|of: usize| outputs[of][i].wide());
    let count = outputs[0].len();
    let values = (0..count).map(|i| parts(i)[1] + parts(i)[2]).collect();
    let bound = |i: usize| {
        let rounding = gamma::<f64>(2) * parts(i).map(f64::abs).iter().sum::<f64>();
        bounds.iter().map(|bounds| bounds[i]).sum::<f64>() + rounding
    };
    Expected { values, bounds: (0..count).map(bound).collect() }.compare(&outputs[0])
}

fn scaling<P: Linear<T>, T: Float>(kernel: &Kernel<P, T>, problem: &P, _: &Case) -> Verdict {
    let problem = &problem.with_input(problem.input().iter().copied().collect());
    let larger = |values: &[T]| values.iter().map(|v| T::nearest(16.0 * v.wide())).collect::<Operand<T>>();
    let plain = kernel.output(problem)?;
    let scaled = kernel.output(&problem.with_input(larger(problem.input())))?;
    let written = |values: &[T]| {
        let kept = (0..values.len()).filter(|&at| !problem.is_gap(at));
        kept.map(|at| values[at]).collect::<Vec<T>>()
    };
    same_bits(&written(&scaled), &written(&larger(&plain)), "16 times the output")
}

fn is_restricted<P: Linear<T>, T: Float>(kernel: &Kernel<P, T>, problem: &P, case: &Case) -> Verdict {
    let (Some(run), Some([rows, columns, channels])) = (&kernel.restricted, problem.input_map()) else {
        return Ok(0.0);
    };
    if rows * columns * channels == 0 {
        return Ok(0.0);
    }
    let region = Region::of_number(case.number("part"), rows, columns);
    let filled = |value: T| -> P {
        let x = problem.input().iter().enumerate();
        let kept = x.map(|(at, &x)| if region.holds(at / channels, columns) { x } else { value });
        problem.with_input(kept.collect())
    };
    let mut found = Operand::filled(T::poison(), problem.outputs());
    into(&mut found, |found| run(&filled(T::poison()), region, found))?;
    let whole = kernel.output(&filled(T::default()))?;
    let unsigned = |value: &T| if value.wide() == 0.0 { T::default() } else { *value };
    let [found, whole] = [found, whole].map(|values| values.iter().map(unsigned).collect::<Vec<T>>());
    same_bits(&found, &whole, "an input that is zero elsewhere")
}

fn is_adjoint<P: Linear<T>, T: Float>(kernel: &Kernel<P, T>, problem: &P, case: &Case) -> Verdict {
    let Some(run) = &kernel.adjoint else { return Ok(0.0) };
    let problem = &problem.with_input(problem.input().iter().copied().collect());
    let x = problem.input();
    let y: Operand<T> = second(case, problem.outputs());
    let ax = kernel.output(problem)?;
    let mut aty = Operand::filled(T::poison(), x.len());
    into(&mut aty, |aty| run(problem, &y, aty))?;
    let (forward, backward) = (kernel.expected(problem).bounds, problem.expected_adjoint(&y, &kernel.claims).bounds);
    let (mut left, mut right, mut bound, mut sizes) = (0.0, 0.0, 0.0, 0.0);
    for i in (0..y.len()).filter(|&i| !problem.is_gap(i)) {
        left += ax[i].wide() * y[i].wide();
        bound += y[i].wide().abs() * forward[i];
        sizes += (ax[i].wide() * y[i].wide()).abs();
    }
    for j in 0..x.len() {
        right += x[j].wide() * aty[j].wide();
        bound += x[j].wide().abs() * backward[j];
        sizes += (x[j].wide() * aty[j].wide()).abs();
    }
    bound += 2.0 * gamma::<f64>(x.len() + y.len() + 2) * sizes;
    let error = (left - right).abs();
    if error == 0.0 {
        return Ok(0.0);
    }
    if exceeds(error, bound) {
        let finding = Finding::new(format!("<A x, y> = {left:e}"), format!("<x, A' y> = {right:e}"));
        return Err(Finding { bound: Some(bound), ..finding });
    }
    Ok(error / bound)
}

/// The adjoint of a linear problem, as a problem: for a gradient of the output that of the input.
#[derive(Clone, Debug)]
pub struct Adjoint<P, T> {
    /// The problem, whose input does not matter.
    pub of: P,
    /// The gradient of its output.
    pub gradient: Operand<T>,
}

impl<P: Linear<T>, T: Float> Problem<T> for Adjoint<P, T> {
    fn operation() -> String {
        P::adjoint_name()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        P::axes(claims)
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let of = P::build(case, values)?;
        let gradient = values.take(of.outputs());
        Some(Adjoint { of, gradient })
    }

    fn outputs(&self) -> usize {
        self.of.input().len()
    }

    fn expected(&self, claims: &Claims) -> Expected {
        self.of.expected_adjoint(&self.gradient, claims)
    }

    fn laws() -> Vec<Law<Self, T>> {
        // Of those whose output is a map.
        let restricted = P::laws().iter().any(|law| law.name == "region").then(restricted);
        general().into_iter().chain(linear()).chain(restricted).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        let constants = self.of.operands().into_iter().skip(1);
        [("gradient", &self.gradient[..])].into_iter().chain(constants).collect()
    }
}

impl<P: Linear<T>, T: Float> Linear<T> for Adjoint<P, T> {
    fn input(&self) -> &[T] {
        &self.gradient
    }

    fn with_input(&self, gradient: Operand<T>) -> Self {
        let input = self.of.input().iter().copied().collect();
        Adjoint { of: self.of.with_input(input), gradient }
    }

    fn input_map(&self) -> Option<[usize; 3]> {
        self.of.map()
    }

    fn expected_adjoint(&self, gradient: &[T], claims: &Claims) -> Expected {
        self.of.with_input(gradient.iter().copied().collect()).expected(claims)
    }
}
