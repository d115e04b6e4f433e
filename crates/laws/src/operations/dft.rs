//! The inverse real 2-D discrete Fourier transform of a half spectrum.

use crate::claims::gamma;
use crate::expected::{Expected, Verdict};
use crate::{Axis, Case, Claims, Fill, Float, Kernel, Law, Linear, Operand, Problem, Values, general, linear};
use reference::Map;

/// `y[i, j] = (H W)^-1/2 sum over v < H, u <= W/2 of m(u) Re( S[v, u] exp(2 pi I (v i / H + u j / W)) )`, NumPy's
/// `irfft2(norm="ortho")`: `[H, W/2 + 1, 2] -> [H, W]`, with m = 1 for u = 0 and (W even) u = W/2, else 2.
///
/// ```text
/// |error| <= (4 gamma_n + 2^-48) sum m(u) (|Re S| + |Im S|) (H W)^-1/2,   n = 2 (H + 1) + 2 (W + 1) + 6
/// ```
///
/// Whatever the factors of H and W are, a value passes through no more additions than the plain sums have, both parts of
/// a complex number counted, and six roundings of weights and of the elements of four bases; each of four rotations takes
/// at most `sqrt 2` times a magnitude, four times in all. (Higham, section 24.1, has the like for Cooley and Tukey's algorithm,
/// with far fewer roundings.) The twin's cosines are within some units of double precision.
///
/// Laws beside those of all linear operations:
///
/// - `round-trip`: with the adjoint A', `A (A' y / m) = y` within both bounds.
#[derive(Clone, Debug)]
pub struct InverseDft<T> {
    /// Rows and columns of the image.
    pub size: [usize; 2],
    /// Real and imaginary parts, `[H, W/2 + 1, 2]`.
    pub spectrum: Operand<T>,
}

impl<T: Float> InverseDft<T> {
    /// Columns of the half spectrum.
    pub fn columns(&self) -> usize {
        self.size[1] / 2 + 1
    }

    /// How often a value of the half spectrum stands in the whole one.
    fn multiplicity(&self, at: usize) -> f64 {
        let u = at / 2 % self.columns();
        if u == 0 || 2 * u == self.size[1] { 1.0 } else { 2.0 }
    }

    fn relative(&self) -> f64 {
        4.0 * gamma::<T>(self.roundings()) + 4.0 * gamma::<f64>(self.roundings()) + 2_f64.powi(-48)
    }

    fn roundings(&self) -> usize {
        2 * (self.size[0] + 1) + 2 * (self.size[1] + 1) + 6
    }

    fn root(&self) -> f64 {
        ((self.size[0] * self.size[1]) as f64).sqrt()
    }

    /// A bound of this relative size, where nothing overflows.
    fn bound(&self, sum: f64) -> f64 {
        match sum {
            _ if !sum.is_finite() => 0.0,
            // What is summed before the scale may be larger by it.
            _ if 4.0 * sum * self.root() >= T::LARGEST => f64::INFINITY,
            _ => self.relative() * sum + (self.roundings() * self.spectrum.len()) as f64 * T::SMALLEST,
        }
    }
}

impl<T: Float> Problem<T> for InverseDft<T> {
    fn operation() -> String {
        "inverse-dft".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        let size = |name| Axis::number(name, 1, 48).near(&claims.tiles);
        vec![size("height"), size("width")]
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let [height, width] = case.numbers(["height", "width"]);
        let spectrum = values.take(height * (width / 2 + 1) * 2);
        (height * width <= 900).then_some(InverseDft { size: [height, width], spectrum })
    }

    fn outputs(&self) -> usize {
        self.size[0] * self.size[1]
    }

    fn expected(&self, _: &Claims) -> Expected {
        let [height, width] = self.size;
        let spectrum = self.spectrum.wide();
        let values = reference::irfft2(&spectrum, (height, width), (0..height, 0..width)).data;
        let terms = spectrum.iter().enumerate().map(|(at, s)| self.multiplicity(at) * s.abs());
        let bound = self.bound(terms.sum::<f64>() / self.root());
        Expected { bounds: vec![bound; values.len()], values }
    }

    fn laws() -> Vec<Law<Self, T>> {
        let round = Law::new("round-trip", "A (A' y / m) = y within both bounds", Fill::GRID, round_trip)
            .where_claimed(|kernel: &Kernel<Self, T>| kernel.adjoint.is_some());
        let general = general().into_iter().filter(|law: &Law<Self, T>| law.name != "not-finite");
        general.chain(linear()).chain([round]).chain([crate::region(), crate::adjoint()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("spectrum", &self.spectrum)]
    }

    fn map(&self) -> Option<[usize; 3]> {
        Some([self.size[0], self.size[1], 1])
    }
}

impl<T: Float> Linear<T> for InverseDft<T> {
    fn input(&self) -> &[T] {
        &self.spectrum
    }

    fn with_input(&self, spectrum: Operand<T>) -> Self {
        InverseDft { spectrum, ..self.clone() }
    }

    fn expected_adjoint(&self, gradient: &[T], _: &Claims) -> Expected {
        let [height, width] = self.size;
        let dy = Map::new((height, width, 1), gradient.iter().map(|v| v.wide()).collect());
        let values = reference::irfft2_adjoint(&dy, (height, width), (0, 0));
        let sum = dy.data.iter().map(|v| v.abs()).sum::<f64>() / self.root();
        let bounds = (0..values.len()).map(|at| self.bound(self.multiplicity(at) * sum)).collect();
        Expected { values, bounds }
    }
}

fn round_trip<T: Float>(kernel: &Kernel<InverseDft<T>, T>, p: &InverseDft<T>, case: &Case) -> Verdict {
    let Some(run) = &kernel.adjoint else { return Ok(0.0) };
    let y: Operand<T> = crate::linear::second(case, p.outputs());
    let mut gradient = Operand::filled(T::poison(), p.spectrum.len());
    crate::kernel::into(&mut gradient, |gradient| run(p, &y, gradient))?;
    let halved = |(at, s): (usize, &T)| T::nearest(s.wide() / p.multiplicity(at));
    let spectrum = p.with_input(gradient.iter().enumerate().map(halved).collect());
    // What the spectrum is off reaches the image with the weights of the transform.
    let off = p.expected_adjoint(&y, kernel.claims()).bounds.iter().sum::<f64>() / p.root();
    let bounds = kernel.expected(&spectrum).bounds.iter().map(|bound| bound + off).collect();
    Expected { values: y.wide(), bounds }.compare(&kernel.output(&spectrum)?)
}
