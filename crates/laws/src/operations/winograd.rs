//! Convolution by Winograd's algorithm, whose rounding errors are larger than those of the definition.

use super::{Convolution, Shape};
use crate::expected::Expected;
use crate::{Axis, Case, Claims, Float, Law, Linear, Operand, Problem, Values, general, linear};
use reference::{Filters, Map, Padding, winograd};

/// A convolution by 3 x 3 kernels of stride 1, computed in tiles of 2 x 2 or 4 x 4 by Winograd's algorithm (Lavin and
/// Gray, *Fast Algorithms for Convolutional Neural Networks*, 2016): `[H, W, C] -> [H', W', O]`.
///
/// With the matrices A, G and B of the algorithm, for points 0, 1, -1 (tiles of two) or 0, +-5/8, +-3/2 (of four),
///
/// ```text
/// |error| <= gamma_n |A^T| [ sum over c of |G g_c G^T| * (|B^T| |d_c| |B|) ] |A|
/// ```
///
/// where n counts the roundings on the way of a term: one for each channel, one for the transformed weight, and those of
/// the transforms, `C + 7` and `C + 11` (Higham, section 3.5, applied to each of the three linear maps).
#[derive(Clone, Debug)]
pub struct Winograd<T> {
    /// The convolution.
    pub of: Convolution<T>,
    /// Rows and columns of a tile: 2 or 4.
    pub tile: usize,
}

impl<T: Float> Problem<T> for Winograd<T> {
    fn operation() -> String {
        "winograd".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        // Channels of whole panels, as the algorithm is used for.
        let panel = claims.tiles.first().copied().unwrap_or(1) as u64;
        let channels = |name| Axis::number(name, 1, 48 / panel);
        let size = |name| Axis::number(name, 1, 23);
        let padding = ["padding-rows", "padding-columns"].map(|name| Axis::number(name, 0, 3));
        let mut axes = vec![Axis::words("tile", vec!["2", "4"]), size("height"), size("width")];
        axes.extend([channels("input-panels"), channels("output-panels"), Axis::number("panel", panel, panel)]);
        axes.extend(padding);
        axes
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let [tile, height, width, inputs, outputs, panel] =
            case.numbers(["tile", "height", "width", "input-panels", "output-panels", "panel"]);
        let shape = Shape {
            images: 1,
            size: [height, width],
            inputs: inputs * panel,
            outputs: outputs * panel,
            groups: 1,
            kernel: [3, 3],
            stride: [1, 1],
            padding: case.numbers(["padding-rows", "padding-columns"]),
        };
        shape.output()?;
        // The twin transforms every tile in six loops: it takes longer than others.
        if shape.image_output() * shape.terms() > 5 * super::WORK {
            return None;
        }
        let (x, weights) = (values.take(shape.image()), values.take(shape.outputs * shape.terms()));
        Some(Winograd { of: Convolution { shape, x, weights }, tile: 2 * tile + 2 })
    }

    fn outputs(&self) -> usize {
        self.of.shape.image_output()
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let Shape { size: [height, width], inputs, outputs, padding: [rows, columns], .. } = self.of.shape;
        let x = Map::new((height, width, inputs), self.of.x.wide());
        let values = self.of.weights.wide();
        let filters = Filters { outputs, inputs, groups: 1, kernel: (3, 3), values: &values };
        let padding = Padding { top: rows, bottom: rows, left: columns, right: columns };
        let sliding = reference::Sliding { kernel: (3, 3), stride: (1, 1), padding };
        let magnitude = winograd(&x, filters, sliding, self.tile).magnitude.data;
        let n = inputs + if self.tile == 2 { 7 } else { 11 };
        // Every product and sum of the transforms may underflow by itself: thousands of them.
        let underflow = f64::from(1 << 20) * T::SMALLEST;
        let expected = self.of.expected(claims);
        let fused = Claims { products: crate::Products::Either, ..claims.clone() };
        let mut bounded = Expected::sums::<T>(expected.values, &magnitude, n, &fused);
        bounded.bounds.iter_mut().for_each(|bound| *bound += underflow);
        bounded
    }

    fn laws() -> Vec<Law<Self, T>> {
        let general = general().into_iter().filter(|law: &Law<Self, T>| law.name != "not-finite");
        general.chain(linear()).chain([crate::region()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        self.of.operands()
    }

    fn map(&self) -> Option<[usize; 3]> {
        self.of.map()
    }
}

impl<T: Float> Linear<T> for Winograd<T> {
    fn input(&self) -> &[T] {
        self.of.input()
    }

    fn with_input(&self, x: Operand<T>) -> Self {
        Winograd { of: self.of.with_input(x), ..*self }
    }

    fn expected_adjoint(&self, gradient: &[T], claims: &Claims) -> Expected {
        self.of.expected_adjoint(gradient, claims)
    }
}
