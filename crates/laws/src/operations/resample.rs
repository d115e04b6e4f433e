//! Bilinear resizing of two alignments, and rotation.

use super::magnitudes;
use crate::expected::{Expected, Verdict};
use crate::{Axis, Case, Claims, Fill, Float, Kernel, Law, Linear, Operand, Problem, Values, general, linear};
use reference::{Alignment, Map};

pub(super) fn map<T: Float>(size: [usize; 2], channels: usize, values: &[T]) -> Map {
    Map::new((size[0], size[1], channels), values.iter().map(|v| v.wide()).collect())
}

fn largest<T: Float>(values: &[T]) -> f64 {
    values.iter().map(|v| v.wide().abs()).fold(0.0, f64::max)
}

/// Adds something to every bound.
fn widened(mut expected: Expected, slack: f64) -> Expected {
    expected.bounds.iter_mut().for_each(|bound| *bound += slack);
    expected
}

/// Bilinear resizing without antialiasing (PyTorch's `interpolate`): `[H, W, C] -> [H', W', C]`.
///
/// ```text
/// |error| <= e_6 sum weight |x| + 2 (d_rows + d_columns) max |x|,   d = 4 size (u_c + 2^-53)
/// ```
///
/// Along each axis a weight, a product and an addition round. A coordinate is no larger than the size and takes four
/// operations of unit roundoff u_c ([`Claims::coordinates`]), in the twin too; the picture is continuous, and nowhere
/// steeper than twice its largest value a pixel along each axis.
///
/// Laws beside those of all linear operations:
///
/// - `same-size`: a resize to the same size changes no value.
/// - `constant`: a constant map stays constant, within the bound.
#[derive(Clone, Debug)]
pub struct Resize<T> {
    /// Rows and columns of the input.
    pub from: [usize; 2],
    /// Rows and columns of the output.
    pub to: [usize; 2],
    /// Channels.
    pub channels: usize,
    /// Whether the centers of the corner pixels coincide (`align_corners`), or else their outer corners.
    pub corners: bool,
    /// The map, `[H, W, C]`.
    pub x: Operand<T>,
}

impl<T: Float> Resize<T> {
    fn alignment(&self) -> Alignment {
        if self.corners { Alignment::Corners } else { Alignment::HalfPixel }
    }

    /// How far the coordinates along both axes may be off together.
    fn coordinates(&self, claims: &Claims) -> f64 {
        4.0 * (self.from[0] + self.from[1]) as f64 * (claims.coordinates + f64::UNIT)
    }
}

impl<T: Float> Problem<T> for Resize<T> {
    fn operation() -> String {
        "resize".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        let enlarges = u64::from(claims.enlarges_only);
        let alignments = if claims.enlarges_only { vec!["half-pixel"] } else { vec!["half-pixel", "corners"] };
        let mut axes = vec![Axis::words("alignment", alignments), Axis::number("enlarges", enlarges, enlarges)];
        axes.extend(["from-rows", "from-columns", "to-rows", "to-columns"].map(|name| Axis::number(name, 1, 40)));
        axes.push(Axis::number("channels", 1, 17).near(&claims.tiles));
        axes
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let [alignment, channels, enlarges] = case.numbers(["alignment", "channels", "enlarges"]);
        let from = case.numbers(["from-rows", "from-columns"]);
        let to = case.numbers(["to-rows", "to-columns"]);
        if enlarges == 1 && (to[0] < from[0] || to[1] < from[1]) {
            return None;
        }
        let x = values.take(from[0] * from[1] * channels);
        // The twin asks every pixel for its weight.
        let work = from[0] * to[0] * to[1] * from[1];
        (work <= super::WORK).then_some(Resize { from, to, channels, corners: alignment == 1, x })
    }

    fn outputs(&self) -> usize {
        self.to[0] * self.to[1] * self.channels
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let x = map(self.from, self.channels, &self.x);
        let run = |x: &Map| reference::resize_bilinear(x, self.to.into(), self.alignment()).data;
        let expected = Expected::sums::<T>(run(&x), &run(&x.map(f64::abs)), 6, claims);
        widened(expected, 2.0 * self.coordinates(claims) * largest(&self.x))
    }

    fn laws() -> Vec<Law<Self, T>> {
        let own = [
            Law::new("same-size", "a resize to the same size changes no value", Fill::FINITE, same_size),
            Law::new("constant", "a constant map stays constant", &[Fill::Ones], |kernel, p, _| kernel.compared(p)),
        ];
        general().into_iter().chain(linear()).chain(own).chain([crate::region(), crate::adjoint()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x)]
    }

    fn map(&self) -> Option<[usize; 3]> {
        Some([self.to[0], self.to[1], self.channels])
    }
}

impl<T: Float> Linear<T> for Resize<T> {
    fn input(&self) -> &[T] {
        &self.x
    }

    fn with_input(&self, x: Operand<T>) -> Self {
        Resize { x, ..self.clone() }
    }

    /// Along each axis a weight rounds, and at most two fused additions for each output; a weight that is off by the
    /// coordinates' error meets each gradient of its channel.
    fn expected_adjoint(&self, gradient: &[T], claims: &Claims) -> Expected {
        let dy = map(self.to, self.channels, gradient);
        let run = |dy: &Map| reference::resize_bilinear_adjoint(dy, self.from.into(), self.alignment()).data;
        let n = 2 + 2 * (self.to[0] + self.to[1]);
        let expected = Expected::sums::<T>(run(&dy), &run(&dy.map(f64::abs)), n, claims);
        widened(expected, self.coordinates(claims) * magnitudes(&dy.data).iter().sum::<f64>())
    }
}

fn same_size<T: Float>(kernel: &Kernel<Resize<T>, T>, p: &Resize<T>, _: &Case) -> Verdict {
    let same = Resize { to: p.from, ..p.clone() };
    if !kernel.takes(&same) {
        return Ok(0.0);
    }
    Expected::exact(p.x.wide()).compare(&kernel.output(&same)?)
}

/// Rotation about the center by whole degrees, counter-clockwise, bilinear, zeros outside: `[H, W, 3] -> [H, W, 3]`.
///
/// ```text
/// |error| <= e_5 sum weight |x| + 256 (H + W) (u_c + 2^-53) max |x|
/// ```
///
/// A weight and four additions round. A coordinate is off by at most `32 (H + W) u_c`, as cosines are within 2 units and each
/// product and sum rounds, in the twin too; the picture is continuous, and nowhere steeper than twice its largest value a
/// pixel along each of two axes.
///
/// Laws beside those of all linear operations:
///
/// - `whole-turn`: a turn by 360 degrees changes no value.
#[derive(Clone, Debug)]
pub struct Rotation<T> {
    /// Rows and columns of the map.
    pub size: [usize; 2],
    /// The angle.
    pub degrees: i32,
    /// The map, `[H, W, 3]`.
    pub x: Operand<T>,
}

impl<T: Float> Rotation<T> {
    fn slack(&self, claims: &Claims, largest: f64) -> f64 {
        256.0 * (self.size[0] + self.size[1]) as f64 * (claims.coordinates + f64::UNIT) * largest
    }
}

impl<T: Float> Problem<T> for Rotation<T> {
    fn operation() -> String {
        "rotation".to_owned()
    }

    fn axes(_: &Claims) -> Vec<Axis> {
        let size = |name| Axis::number(name, 1, 40);
        vec![size("height"), size("width"), Axis::number("degrees", 0, 800).near(&[0, 10, 90, 180, 360])]
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let [height, width] = case.numbers(["height", "width"]);
        let degrees = i32::try_from(signed(case.get("degrees"))).ok()?;
        let x = values.take(height * width * 3);
        (height * width * height <= super::WORK / 8).then_some(Rotation { size: [height, width], degrees, x })
    }

    fn outputs(&self) -> usize {
        self.x.len()
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let x = map(self.size, 3, &self.x);
        let run = |x: &Map| reference::rotate(x, f64::from(self.degrees)).data;
        let expected = Expected::sums::<T>(run(&x), &run(&x.map(f64::abs)), 5, claims);
        widened(expected, self.slack(claims, largest(&self.x)))
    }

    fn laws() -> Vec<Law<Self, T>> {
        let whole = Law::new("whole-turn", "a turn by 360 degrees changes no value", Fill::FINITE, whole_turn);
        general().into_iter().chain(linear()).chain([whole]).chain([crate::region(), crate::adjoint()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x)]
    }

    fn map(&self) -> Option<[usize; 3]> {
        Some([self.size[0], self.size[1], 3])
    }
}

impl<T: Float> Linear<T> for Rotation<T> {
    fn input(&self) -> &[T] {
        &self.x
    }

    fn with_input(&self, x: Operand<T>) -> Self {
        Rotation { x, ..self.clone() }
    }

    /// The outputs that read a pixel lie in a square of side two turned by the angle, whose diagonal is less than three:
    /// at most nine of them. A weight, and an addition for each.
    fn expected_adjoint(&self, gradient: &[T], claims: &Claims) -> Expected {
        let dy = map(self.size, 3, gradient);
        let run = |dy: &Map| reference::rotate_adjoint(dy, f64::from(self.degrees)).data;
        let expected = Expected::sums::<T>(run(&dy), &run(&dy.map(f64::abs)), 10, claims);
        widened(expected, 9.0 * self.slack(claims, largest(gradient)))
    }
}

fn whole_turn<T: Float>(kernel: &Kernel<Rotation<T>, T>, p: &Rotation<T>, _: &Case) -> Verdict {
    let whole = Rotation { degrees: 360, ..p.clone() };
    if !kernel.takes(&whole) {
        return Ok(0.0);
    }
    Expected::exact(p.x.wide()).compare(&kernel.output(&whole)?)
}

/// 0, -1, 1, -2, 2 and so on.
pub(super) fn signed(number: usize) -> isize {
    let half = number.div_ceil(2).cast_signed();
    if number.is_multiple_of(2) { half } else { -half }
}
