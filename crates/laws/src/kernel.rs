//! An implementation of an operation, and the laws that it is held to.

use crate::expected::{Expected, Finding, Verdict};
use crate::quiet::caught;
use crate::{Axis, Case, Claims, Fill, Float, Operand, Region, Values};
use std::ops::Range;

/// What an operation is asked to compute: sizes, operands and what they give, by a plain twin.
pub trait Problem<T: Float>: Sized {
    /// The operation's name.
    fn operation() -> String;

    /// The numbers of a case, beside the kind of its values and their seed.
    fn axes(claims: &Claims) -> Vec<Axis>;

    /// The problem of a case; `None` if its numbers do not go together, or it would take too long.
    fn build(case: &Case, values: &mut Values) -> Option<Self>;

    /// How many values the output has, gaps included.
    fn outputs(&self) -> usize;

    /// What the twin gives, and how far a result may be from it.
    fn expected(&self, claims: &Claims) -> Expected;

    /// The laws of the operation.
    fn laws() -> Vec<Law<Self, T>>;

    /// The operands by name, for a report.
    fn operands(&self) -> Vec<(&'static str, &[T])>;

    /// Whether an output is a gap, which is not written.
    fn is_gap(&self, _at: usize) -> bool {
        false
    }

    /// Rows, columns and channels of an output that is a map.
    fn map(&self) -> Option<[usize; 3]> {
        None
    }

    /// Part of the problem on its own (a row, an image), and which outputs it has.
    fn alone(&self, _number: u64) -> Option<(Self, Range<usize>)> {
        None
    }
}

/// Computes a problem into an output.
pub type Run<P, T> = Box<dyn Fn(&P, &mut [T])>;

/// Computes a region of an output that is a map, into a buffer for the whole map, or from an input that is given on a region.
pub type RunPart<P, T> = Box<dyn Fn(&P, Region, &mut [T])>;

/// Computes the adjoint of a linear problem: for a gradient of its output that of its input.
pub type RunAdjoint<P, T> = Box<dyn Fn(&P, &[T], &mut [T])>;

/// An implementation of the operation that problems `P` are of.
///
/// # Example
/// ```
/// use laws::{Claims, Kernel, operations::Product};
///
/// let matmul = Kernel::new(Claims::plain(), |p: &Product<f64>, c: &mut [f64]| {
///     for (at, c) in c.iter_mut().enumerate() {
///         let (i, j) = (at / p.n, at % p.n);
///         *c = (0..p.k).map(|l| p.a[i * p.k + l] * p.b[l * p.n + j]).sum();
///     }
/// });
/// laws::test(&matmul).unwrap();
/// ```
pub struct Kernel<P, T> {
    pub(crate) name: String,
    pub(crate) claims: Claims,
    pub(crate) takes: fn(&P) -> bool,
    pub(crate) run: Run<P, T>,
    pub(crate) part: Option<RunPart<P, T>>,
    pub(crate) restricted: Option<RunPart<P, T>>,
    pub(crate) adjoint: Option<RunAdjoint<P, T>>,
    pub(crate) variants: Vec<(String, Run<P, T>)>,
}

impl<P: Problem<T>, T: Float> Kernel<P, T> {
    /// An implementation and what it claims: it writes the whole output, which may hold anything before.
    pub fn new(claims: Claims, run: impl Fn(&P, &mut [T]) + 'static) -> Kernel<P, T> {
        let name = "kernel".to_owned();
        let (part, restricted, adjoint) = (None, None, None);
        Kernel { name, claims, takes: |_| true, run: Box::new(run), part, restricted, adjoint, variants: Vec::new() }
    }

    /// With a name for reports.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Kernel<P, T> {
        Kernel { name: name.into(), ..self }
    }

    /// Where it takes some problems alone: others are drawn again, and laws that make a problem of another, such as an image of a
    /// batch, leave out what it does not take.
    #[must_use]
    pub fn only(self, takes: fn(&P) -> bool) -> Kernel<P, T> {
        Kernel { takes, ..self }
    }

    /// With another way to compute the same: a thread count, an instruction set. Where [`Claims::same_bits`] is claimed
    /// it gives the same bits.
    #[must_use]
    pub fn variant(mut self, name: impl Into<String>, run: impl Fn(&P, &mut [T]) + 'static) -> Kernel<P, T> {
        self.variants.push((name.into(), Box::new(run)));
        self
    }

    /// With a way to compute a region of the output alone: the buffer is for the whole map, and nothing else of it is
    /// written.
    #[must_use]
    pub fn part(self, run: impl Fn(&P, Region, &mut [T]) + 'static) -> Kernel<P, T> {
        Kernel { part: Some(Box::new(run)), ..self }
    }

    /// With a way to compute a linear operation of an input that is given on a region of its map alone, and is zero
    /// elsewhere. What stands there is not to be read.
    #[must_use]
    pub fn restricted(self, run: impl Fn(&P, Region, &mut [T]) + 'static) -> Kernel<P, T> {
        Kernel { restricted: Some(Box::new(run)), ..self }
    }

    /// With the adjoint of a linear operation.
    #[must_use]
    pub fn adjoint(self, run: impl Fn(&P, &[T], &mut [T]) + 'static) -> Kernel<P, T> {
        Kernel { adjoint: Some(Box::new(run)), ..self }
    }

    /// Whether it takes a problem ([`Kernel::only`]).
    pub fn takes(&self, problem: &P) -> bool {
        (self.takes)(problem)
    }

    /// What it claims.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The output for a problem, in a buffer of poison.
    ///
    /// # Errors
    /// If it panics, or writes beside the output.
    pub fn output(&self, problem: &P) -> Result<Operand<T>, Finding> {
        self.output_by(&self.run, problem, T::poison())
    }

    /// The same by one of the variants, in a buffer that holds a value.
    pub(crate) fn output_by(&self, run: &Run<P, T>, problem: &P, before: T) -> Result<Operand<T>, Finding> {
        let mut output = Operand::filled(before, problem.outputs());
        into(&mut output, |output| run(problem, output))?;
        Ok(output)
    }

    /// The output for a problem, held to the twin as well.
    pub(crate) fn compared(&self, problem: &P) -> Verdict {
        let expected = self.expected(problem);
        expected.compare(&self.output(problem)?)
    }

    /// What the twin gives; of gaps nothing.
    pub(crate) fn expected(&self, problem: &P) -> Expected {
        let mut expected = problem.expected(&self.claims);
        for (at, bound) in expected.bounds.iter_mut().enumerate() {
            if problem.is_gap(at) {
                *bound = f64::INFINITY;
            }
        }
        expected
    }
}

/// Calls an implementation with an output.
///
/// # Errors
/// If it panics, or writes beside the output.
pub(crate) fn into<T: Float>(output: &mut Operand<T>, run: impl FnOnce(&mut [T])) -> Result<(), Finding> {
    caught(|| run(output)).map_err(|said| Finding::new("no panic", format!("it panics: {said}")))?;
    match output.overrun() {
        None => Ok(()),
        Some(at) => {
            Err(Finding::new("nothing written beside the output", format!("a write {at} places from its ends")))
        }
    }
}

/// Something that is true of every correct implementation, or of every one that claims it.
pub struct Law<P, T> {
    /// Its name.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub about: &'static str,
    /// The kinds of values it is tried on, the simplest first.
    pub fills: &'static [Fill],
    /// Whether it compares an implementation with itself: infinities and NaN are tried then whatever is claimed of them.
    pub itself: bool,
    /// Whether an implementation claims it.
    pub claimed: fn(&Kernel<P, T>) -> bool,
    /// Holds an implementation to it on a problem; the case gives it numbers beside.
    pub check: fn(&Kernel<P, T>, &P, &Case) -> Verdict,
}

impl<P, T> Law<P, T> {
    /// A law that everybody is held to.
    pub fn new(
        name: &'static str,
        about: &'static str,
        fills: &'static [Fill],
        check: fn(&Kernel<P, T>, &P, &Case) -> Verdict,
    ) -> Law<P, T> {
        Law { name, about, fills, itself: false, claimed: |_| true, check }
    }

    /// The same, where an implementation is compared with itself.
    #[must_use]
    pub fn of_itself(self) -> Law<P, T> {
        Law { itself: true, ..self }
    }

    /// The same for those who claim it.
    #[must_use]
    pub fn where_claimed(self, claimed: fn(&Kernel<P, T>) -> bool) -> Law<P, T> {
        Law { claimed, ..self }
    }
}
