//! The product of two matrices.

use super::{WORK, magnitudes};
use crate::expected::{Expected, Verdict, same_bits};
use crate::{
    Axis, Case, Claims, Fill, Float, Kernel, Law, Linear, Operand, Problem, Values, general, integers, linear,
};
use std::ops::Range;

/// `C[i, j] = sum over l of A[i, l] B[l, j]`: `[m, k]` times `[k, n]` gives `[m, n]`, row-major.
///
/// `|error| <= e_k sum |A| |B|`, with `e_k` of [`Claims::error`]: k roundings at the most lie on the way of a term
/// (Higham, section 3.5).
///
/// Laws beside those of all linear operations, A being the input:
///
/// - `integers`: whole numbers give exact sums.
/// - `identity`: the identity on either side changes no value.
/// - `permutation`: a permutation on the right permutes columns.
/// - `chain`: where it is claimed, every element is `s = 0; s = fma(A[i, l], B[l, j], s)` over l ascending, bit for
///   bit.
#[derive(Clone, Debug)]
pub struct Product<T> {
    /// Rows of A and C.
    pub m: usize,
    /// Columns of A, rows of B.
    pub k: usize,
    /// Columns of B and C.
    pub n: usize,
    /// A.
    pub a: Operand<T>,
    /// B.
    pub b: Operand<T>,
    /// From a row of C to the next one: n, or more where [`Claims::gaps`] is claimed.
    pub step: usize,
}

impl<T: Float> Product<T> {
    /// The outputs in the order of memory, with a value for gaps.
    fn placed(&self, values: &[f64]) -> Vec<f64> {
        let mut placed = vec![0.0; self.outputs()];
        for (at, &value) in values.iter().enumerate() {
            placed[at / self.n * self.step + at % self.n] = value;
        }
        placed
    }

    fn element(&self, i: usize, j: usize) -> T {
        (0..self.k).fold(T::default(), |sum, l| self.a[i * self.k + l].fused(self.b[l * self.n + j], sum))
    }
}

impl<T: Float> Problem<T> for Product<T> {
    fn operation() -> String {
        "matmul".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        let size = |name| Axis::number(name, 0, 100).near(&claims.tiles);
        let gap = Axis::number("gap", 0, if claims.gaps { 3 } else { 0 });
        vec![size("m"), size("k").seldom(claims.pieces.iter().copied()), size("n"), gap]
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let [m, k, n, gap] = case.numbers(["m", "k", "n", "gap"]);
        let (a, b) = (values.take(m * k), values.take(k * n));
        (m * k * n <= WORK).then_some(Product { m, k, n, a, b, step: n + gap })
    }

    fn outputs(&self) -> usize {
        self.m.checked_sub(1).map_or(0, |rows| rows * self.step + self.n)
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let (a, b, dims) = (self.a.wide(), self.b.wide(), (self.m, self.k, self.n));
        let values = self.placed(&reference::matmul(&a, &b, dims));
        let sums = self.placed(&reference::matmul(&magnitudes(&a), &magnitudes(&b), dims));
        Expected::sums::<T>(values, &sums, claims.roundings(self.k), claims)
    }

    fn laws() -> Vec<Law<Self, T>> {
        let own = [
            integers(),
            Law::new("identity", "the identity on either side changes no value", Fill::FINITE, identity),
            Law::new("permutation", "a permutation on the right permutes columns", Fill::FINITE, permutation),
            Law::new("chain", "each element is one chain of fused multiply-adds over k", Fill::ANY, chain)
                .where_claimed(|kernel| kernel.claims().is_chain()),
        ];
        general().into_iter().chain(linear()).chain(own).chain([crate::alone(), crate::adjoint()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("a", &self.a), ("b", &self.b)]
    }

    fn is_gap(&self, at: usize) -> bool {
        at % self.step.max(1) >= self.n
    }

    fn alone(&self, number: u64) -> Option<(Self, Range<usize>)> {
        let row = usize::try_from(number).ok()?.checked_rem(self.m)?;
        let a = self.a[row * self.k..][..self.k].iter().copied().collect();
        let alone = Product { m: 1, a, step: self.n, ..self.clone() };
        Some((alone, row * self.step..row * self.step + self.n))
    }
}

impl<T: Float> Linear<T> for Product<T> {
    fn input(&self) -> &[T] {
        &self.a
    }

    fn with_input(&self, a: Operand<T>) -> Self {
        Product { a, ..self.clone() }
    }

    fn expected_adjoint(&self, gradient: &[T], claims: &Claims) -> Expected {
        let (m, k, n) = (self.m, self.k, self.n);
        let dy: Vec<f64> = (0..m * n).map(|at| gradient[at / n * self.step + at % n].wide()).collect();
        let transposed: Vec<f64> = (0..n * k).map(|at| self.b[at % k * n + at / k].wide()).collect();
        let values = reference::matmul(&dy, &transposed, (m, n, k));
        let sums = reference::matmul(&magnitudes(&dy), &magnitudes(&transposed), (m, n, k));
        Expected::sums::<T>(values, &sums, claims.roundings(n), claims)
    }
}

/// A `[size, size]` matrix whose column j has its one in row `(j + shift) mod size`.
fn shifted_identity<T: Float>(size: usize, shift: usize) -> Operand<T> {
    let one = |at: usize| at / size == (at % size + shift) % size;
    (0..size * size).map(|at| T::nearest(f64::from(u8::from(one(at))))).collect()
}

fn identity<T: Float>(kernel: &Kernel<Product<T>, T>, p: &Product<T>, _: &Case) -> Verdict {
    let right = Product { n: p.k, step: p.k, b: shifted_identity(p.k, 0), ..p.clone() };
    let left = Product { m: p.k, step: p.n, a: shifted_identity(p.k, 0), ..p.clone() };
    if !kernel.takes(&right) || !kernel.takes(&left) {
        return Ok(0.0);
    }
    Expected::exact(p.a.wide()).compare(&kernel.output(&right)?)?;
    Expected::exact(p.b.wide()).compare(&kernel.output(&left)?)
}

fn permutation<T: Float>(kernel: &Kernel<Product<T>, T>, p: &Product<T>, case: &Case) -> Verdict {
    let shift = case.get("part").checked_rem(p.k).unwrap_or(0);
    let right = Product { n: p.k, step: p.k, b: shifted_identity(p.k, shift), ..p.clone() };
    if !kernel.takes(&right) {
        return Ok(0.0);
    }
    let moved = |at: usize| p.a[at / p.k * p.k + (at % p.k + shift) % p.k].wide();
    Expected::exact((0..p.a.len()).map(moved).collect()).compare(&kernel.output(&right)?)
}

fn chain<T: Float>(kernel: &Kernel<Product<T>, T>, p: &Product<T>, _: &Case) -> Verdict {
    let whole = kernel.output(p)?;
    for i in 0..p.m {
        let expected: Vec<T> = (0..p.n).map(|j| p.element(i, j)).collect();
        same_bits(&whole[i * p.step..][..p.n], &expected, "the chain")
            .map_err(|finding| finding.of_output(i * p.step))?;
    }
    Ok(0.0)
}
