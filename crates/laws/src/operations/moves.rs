//! Moves of maps that copy values: translation, and padding by zeros or by reflection.

use super::resample::{map, signed};
use crate::expected::{Expected, Verdict};
use crate::{
    Axis, Case, Claims, Fill, Float, Kernel, Law, Linear, Operand, Problem, Values, general, integers, linear,
};
use reference::{Map, Padding};

/// A shift of a map by whole pixels into one of any size, zeros entering: `y[i, j] = x[i - down, j - right]`,
/// `[H, W, C] -> [H', W', C]`. Crops and zero padding are such shifts. Exact.
///
/// Laws beside those of all linear operations:
///
/// - `there-and-back`: what a shift does not lose comes back.
#[derive(Clone, Debug)]
pub struct Translation<T> {
    /// Rows and columns of the map.
    pub size: [usize; 2],
    /// Rows and columns of the output.
    pub to: [usize; 2],
    /// Channels.
    pub channels: usize,
    /// Rows down, columns to the right.
    pub shift: [isize; 2],
    /// The map, `[H, W, C]`.
    pub x: Operand<T>,
}

impl<T: Float> Translation<T> {
    /// The zeros around the map of which the output is a crop, and where the crop begins.
    fn around(&self) -> (Padding, (usize, usize)) {
        let along = |i: usize| {
            let before = usize::try_from(self.shift[i]).unwrap_or(0);
            let lacking = self.to[i].cast_signed() - self.size[i].cast_signed() - self.shift[i];
            (before, usize::try_from(lacking).unwrap_or(0), before.saturating_add_signed(-self.shift[i]))
        };
        let ((top, bottom, row), (left, right, column)) = (along(0), along(1));
        (Padding { top, bottom, left, right }, (row, column))
    }
}

impl<T: Float> Problem<T> for Translation<T> {
    fn operation() -> String {
        "translation".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        let mut axes = vec![Axis::number("height", 1, 12), Axis::number("width", 1, 12)];
        axes.push(Axis::number("channels", 1, 40).near(&claims.tiles));
        axes.extend(["down", "right"].map(|name| Axis::number(name, 0, 28)));
        // So many more than the map has, or fewer.
        axes.extend(["rows", "columns"].map(|name| Axis::number(name, 0, 16).half_least()));
        axes
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let [height, width, channels] = case.numbers(["height", "width", "channels"]);
        let [shift, more] = [["down", "right"], ["rows", "columns"]].map(|names| case.numbers(names).map(signed));
        let along = |size: usize, more: isize| size.checked_add_signed(more).filter(|&to| to > 0);
        let to = [along(height, more[0])?, along(width, more[1])?];
        Some(Translation { size: [height, width], to, channels, shift, x: values.take(height * width * channels) })
    }

    fn outputs(&self) -> usize {
        self.to[0] * self.to[1] * self.channels
    }

    fn expected(&self, _: &Claims) -> Expected {
        let (padding, origin) = self.around();
        let padded = reference::pad_zeros(&map(self.size, self.channels, &self.x), padding);
        Expected::exact(reference::crop(&padded, origin, self.to.into()).data)
    }

    fn laws() -> Vec<Law<Self, T>> {
        let back = Law::new("there-and-back", "what a shift does not lose comes back", Fill::ANY, there_and_back);
        general().into_iter().chain(linear()).chain([back]).chain([crate::region(), crate::adjoint()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x)]
    }

    fn map(&self) -> Option<[usize; 3]> {
        Some([self.to[0], self.to[1], self.channels])
    }
}

impl<T: Float> Linear<T> for Translation<T> {
    fn input(&self) -> &[T] {
        &self.x
    }

    fn with_input(&self, x: Operand<T>) -> Self {
        Translation { x, ..self.clone() }
    }

    fn expected_adjoint(&self, gradient: &[T], _: &Claims) -> Expected {
        let (padding, origin) = self.around();
        let [height, width] = self.size;
        let padded = (padding.top + height + padding.bottom, padding.left + width + padding.right);
        let placed = reference::crop_adjoint(&map(self.to, self.channels, gradient), origin, padded);
        Expected::exact(reference::pad_zeros_adjoint(&placed, padding).data)
    }
}

fn there_and_back<T: Float>(kernel: &Kernel<Translation<T>, T>, p: &Translation<T>, _: &Case) -> Verdict {
    let moved = kernel.output(p)?;
    let (size, to) = (p.to, p.size);
    let x = moved.iter().copied().collect();
    let back = Translation { size, to, shift: p.shift.map(|by| -by), x, ..p.clone() };
    if !kernel.takes(&back) {
        return Ok(0.0);
    }
    let found = kernel.output(&back)?;
    let kept = |at: usize| {
        let position = at / p.channels;
        let stays = |at: usize, by: isize, size: usize| at.checked_add_signed(by).is_some_and(|at| at < size);
        stays(position / p.size[1], p.shift[0], p.to[0]) && stays(position % p.size[1], p.shift[1], p.to[1])
    };
    let expected = |at: usize| if kept(at) { p.x[at].wide() } else { 0.0 };
    Expected::exact((0..found.len()).map(expected).collect()).compare(&found)
}

/// Padding by zeros, or by reflection without the edge repeated (PyTorch's `reflect`): `[H, W, C] -> [H + 2 m, W + 2 m, C]`.
/// Exact.
///
/// Laws beside those of all linear operations:
///
/// - `crop`: what is inside the margin is the map, bit for bit.
#[derive(Clone, Debug)]
pub struct Pad<T, const REFLECT: bool> {
    /// Rows and columns of the map.
    pub size: [usize; 2],
    /// Channels.
    pub channels: usize,
    /// Rows and columns added on each side; by reflection fewer than the map has.
    pub margin: usize,
    /// The map, `[H, W, C]`.
    pub x: Operand<T>,
}

/// Padding by zeros.
pub type PadZeros<T> = Pad<T, false>;
/// Padding by reflection.
pub type PadReflect<T> = Pad<T, true>;

impl<T: Float, const REFLECT: bool> Pad<T, REFLECT> {
    fn padded(&self) -> [usize; 2] {
        self.size.map(|size| size + 2 * self.margin)
    }
}

impl<T: Float, const REFLECT: bool> Problem<T> for Pad<T, REFLECT> {
    fn operation() -> String {
        if REFLECT { "pad-reflect" } else { "pad-zeros" }.to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        let mut axes = vec![Axis::number("height", 1, 12), Axis::number("width", 1, 12)];
        axes.extend([Axis::number("channels", 1, 40).near(&claims.tiles), Axis::number("margin", 0, 11)]);
        axes
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let [height, width, channels, margin] = case.numbers(["height", "width", "channels", "margin"]);
        let fits = !REFLECT || margin < height.min(width);
        let x = values.take(height * width * channels);
        fits.then_some(Pad { size: [height, width], channels, margin, x })
    }

    fn outputs(&self) -> usize {
        let [rows, columns] = self.padded();
        rows * columns * self.channels
    }

    fn expected(&self, _: &Claims) -> Expected {
        let (x, padding) = (map(self.size, self.channels, &self.x), Padding::all(self.margin));
        let padded = if REFLECT { reference::pad_reflect(&x, padding) } else { reference::pad_zeros(&x, padding) };
        Expected::exact(padded.data)
    }

    fn laws() -> Vec<Law<Self, T>> {
        let crop = Law::new("crop", "what is inside the margin is the map", Fill::ANY, crop);
        general()
            .into_iter()
            .chain(linear())
            .chain([crop, integers()])
            .chain([crate::region(), crate::adjoint()])
            .collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x)]
    }

    fn map(&self) -> Option<[usize; 3]> {
        let [rows, columns] = self.padded();
        Some([rows, columns, self.channels])
    }
}

impl<T: Float, const REFLECT: bool> Linear<T> for Pad<T, REFLECT> {
    fn input(&self) -> &[T] {
        &self.x
    }

    fn with_input(&self, x: Operand<T>) -> Self {
        Pad { x, ..self.clone() }
    }

    /// By reflection nine gradients at the most add up: three along each axis.
    fn expected_adjoint(&self, gradient: &[T], claims: &Claims) -> Expected {
        let (dy, padding) = (map(self.padded(), self.channels, gradient), Padding::all(self.margin));
        if !REFLECT {
            return Expected::exact(reference::pad_zeros_adjoint(&dy, padding).data);
        }
        let run = |dy: &Map| reference::pad_reflect_adjoint(dy, padding).data;
        Expected::sums::<T>(run(&dy), &run(&dy.map(f64::abs)), 9, claims)
    }
}

fn crop<T: Float, const REFLECT: bool>(kernel: &Kernel<Pad<T, REFLECT>, T>, p: &Pad<T, REFLECT>, _: &Case) -> Verdict {
    let [height, width] = p.size;
    let inside = crate::Region { top: p.margin, left: p.margin, height, width };
    let found = inside.values(&kernel.output(p)?, p.padded()[1], p.channels);
    crate::same_bits(&found, &p.x, "the map")
}
