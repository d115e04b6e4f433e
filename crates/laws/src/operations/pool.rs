//! Pooling: the maximum under a window, and the mean of a map; and their gradients.

use super::WORK;
use crate::expected::{Expected, Finding, Verdict, exceeds};
use crate::{Axis, Case, Claims, Fill, Float, Kernel, Law, Linear, Operand, Problem, Values, general, linear};
use reference::{Map, Padding};

/// The shape of a max pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows and columns of the map.
    pub size: [usize; 2],
    /// Channels.
    pub channels: usize,
    /// Rows and columns of the window.
    pub kernel: [usize; 2],
    /// Rows and columns from one position to the next.
    pub stride: [usize; 2],
    /// Padding above and below, and left and right: minus infinity.
    pub padding: [usize; 2],
}

impl Window {
    /// Rows and columns of the output; `None` where the window is larger than the padded map.
    pub fn output(&self) -> Option<[usize; 2]> {
        let along =
            |i: usize| Some((self.size[i] + 2 * self.padding[i]).checked_sub(self.kernel[i])? / self.stride[i] + 1);
        Some([along(0)?, along(1)?])
    }

    fn outputs(&self) -> usize {
        self.output().map_or(0, |[rows, columns]| rows * columns * self.channels)
    }

    fn sliding(&self) -> reference::Sliding {
        let [rows, columns] = self.padding;
        let padding = Padding { top: rows, bottom: rows, left: columns, right: columns };
        reference::Sliding { kernel: self.kernel.into(), stride: self.stride.into(), padding }
    }

    fn map<T: Float>(&self, x: &[T]) -> Map {
        Map::new((self.size[0], self.size[1], self.channels), x.iter().map(|v| v.wide()).collect())
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        let size = |name| Axis::number(name, 1, 13);
        let mut axes = vec![size("height"), size("width"), Axis::number("channels", 1, 130).near(&claims.tiles)];
        axes.extend(["kernel-rows", "kernel-columns"].map(|name| Axis::number(name, 1, 5)));
        axes.extend(["stride-down", "stride-right"].map(|name| Axis::number(name, 1, 4)));
        axes.extend(["padding-rows", "padding-columns"].map(|name| Axis::number(name, 0, 4)));
        axes
    }

    fn of(case: &Case) -> Option<Window> {
        let [height, width, channels] = case.numbers(["height", "width", "channels"]);
        let window = Window {
            size: [height, width],
            channels,
            kernel: case.numbers(["kernel-rows", "kernel-columns"]),
            stride: case.numbers(["stride-down", "stride-right"]),
            padding: case.numbers(["padding-rows", "padding-columns"]),
        };
        window.output()?;
        (window.outputs() * window.kernel[0] * window.kernel[1] <= WORK).then_some(window)
    }
}

/// `y[i, j, c] = max over ky, kx of x[i s + ky - p, j s + kx - p, c]`, minus infinity outside the map:
/// `[H, W, C] -> [H', W', C]`. A NaN is greater than every number. Nothing rounds: results are exact.
///
/// Laws beside the general ones:
///
/// - `monotone`: where no value of the map is smaller, none of the output is.
#[derive(Clone, Debug)]
pub struct MaxPool<T> {
    /// Its shape.
    pub window: Window,
    /// The map, `[H, W, C]`.
    pub x: Operand<T>,
}

impl<T: Float> Problem<T> for MaxPool<T> {
    fn operation() -> String {
        "max-pool".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        Window::axes(claims)
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let window = Window::of(case)?;
        Some(MaxPool { window, x: values.take(window.size[0] * window.size[1] * window.channels) })
    }

    fn outputs(&self) -> usize {
        self.window.outputs()
    }

    fn expected(&self, _: &Claims) -> Expected {
        Expected::exact(reference::max_pool(&self.window.map(&self.x), self.window.sliding()).data)
    }

    fn laws() -> Vec<Law<Self, T>> {
        let monotone = Law::new("monotone", "larger values of the map give no smaller maxima", Fill::FINITE, monotone);
        general().into_iter().chain([monotone]).chain([crate::region()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x)]
    }

    fn map(&self) -> Option<[usize; 3]> {
        let [rows, columns] = self.window.output()?;
        Some([rows, columns, self.window.channels])
    }
}

fn monotone<T: Float>(kernel: &Kernel<MaxPool<T>, T>, p: &MaxPool<T>, case: &Case) -> Verdict {
    let other: Operand<T> = crate::linear::second(case, p.x.len());
    let larger = p.x.iter().zip(other.iter()).map(|(&x, &y)| if y > x { y } else { x }).collect();
    let (below, above) = (kernel.output(p)?, kernel.output(&MaxPool { x: larger, ..p.clone() })?);
    match (0..below.len()).find(|&at| exceeds(below[at].wide(), above[at].wide())) {
        None => Ok(0.0),
        Some(at) => Err(Finding::new(format!("at least {:e}", below[at]), format!("{:e}", above[at])).of_output(at)),
    }
}

/// The gradient of [`MaxPool`]: each `dy` is added where the first maximum of its window in row-major order is, and where
/// there are NaNs at the last of them; a window of padding alone gives nothing. `[H', W', C] -> [H, W, C]`.
///
/// It is linear in `dy`. `|error| <= e_n sum |dy|` over the windows whose maximum an input is, at most n of them, the
/// positions of a window.
#[derive(Clone, Debug)]
pub struct MaxPoolGradient<T> {
    /// Its shape.
    pub window: Window,
    /// The map, `[H, W, C]`.
    pub x: Operand<T>,
    /// The gradient of the maxima, `[H', W', C]`.
    pub dy: Operand<T>,
}

impl<T: Float> MaxPoolGradient<T> {
    fn gradient(&self, dy: &[f64]) -> Vec<f64> {
        let [rows, columns] = self.window.output().unwrap_or([0, 0]);
        let dy = Map::new((rows, columns, self.window.channels), dy.to_vec());
        reference::max_pool_gradient(&self.window.map(&self.x), &dy, self.window.sliding()).data
    }

    fn roundings(&self) -> usize {
        self.window.kernel[0] * self.window.kernel[1]
    }
}

impl<T: Float> Problem<T> for MaxPoolGradient<T> {
    fn operation() -> String {
        "max-pool-gradient".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        Window::axes(claims)
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let window = Window::of(case)?;
        let x = values.take(window.size[0] * window.size[1] * window.channels);
        Some(MaxPoolGradient { window, x, dy: values.take(window.outputs()) })
    }

    fn outputs(&self) -> usize {
        self.x.len()
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let dy = self.dy.wide();
        let sums = self.gradient(&super::magnitudes(&dy));
        Expected::sums::<T>(self.gradient(&dy), &sums, claims.roundings(self.roundings()), claims)
    }

    fn laws() -> Vec<Law<Self, T>> {
        general().into_iter().chain(linear()).chain([crate::integers(), crate::restricted()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("dy", &self.dy), ("x", &self.x)]
    }
}

impl<T: Float> Linear<T> for MaxPoolGradient<T> {
    fn input(&self) -> &[T] {
        &self.dy
    }

    fn with_input(&self, dy: Operand<T>) -> Self {
        MaxPoolGradient { dy, ..self.clone() }
    }

    fn input_map(&self) -> Option<[usize; 3]> {
        let [rows, columns] = self.window.output()?;
        Some([rows, columns, self.window.channels])
    }

    fn expected_adjoint(&self, gradient: &[T], _: &Claims) -> Expected {
        // It selects: to each window what its maximum's place holds. The gradient of a one in a window says where.
        let mut values = vec![0.0; self.dy.len()];
        for at in 0..self.dy.len() {
            let mut one = vec![0.0; self.dy.len()];
            one[at] = 1.0;
            let place = self.gradient(&one).iter().position(|&v| v == 1.0);
            values[at] = place.map_or(0.0, |place| gradient[place].wide());
        }
        Expected::exact(values)
    }
}

/// `y[c] = (sum over the map of x[i, j, c]) / (H W)`: `[H, W, C] -> [C]`.
///
/// `|error| <= e_n sum |x| / (H W)`, with `n = H W` roundings: the additions, and the division.
///
/// Laws beside those of all linear operations:
///
/// - `range`: a mean is between the smallest and the largest value, within its bound.
#[derive(Clone, Debug)]
pub struct AveragePool<T> {
    /// Rows and columns of the map.
    pub size: [usize; 2],
    /// Channels.
    pub channels: usize,
    /// The map, `[H, W, C]`.
    pub x: Operand<T>,
}

impl<T: Float> AveragePool<T> {
    fn mean(&self, x: &[f64]) -> Vec<f64> {
        reference::global_average_pool(&Map::new((self.size[0], self.size[1], self.channels), x.to_vec()))
    }
}

impl<T: Float> Problem<T> for AveragePool<T> {
    fn operation() -> String {
        "average-pool".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        let size = |name| Axis::number(name, 1, 20);
        vec![size("height"), size("width"), Axis::number("channels", 1, 70).near(&claims.tiles)]
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let [height, width, channels] = case.numbers(["height", "width", "channels"]);
        Some(AveragePool { size: [height, width], channels, x: values.take(height * width * channels) })
    }

    fn outputs(&self) -> usize {
        self.channels
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let x = self.x.wide();
        let sums = self.mean(&super::magnitudes(&x));
        // The sum may overflow where the mean does not.
        let mut expected =
            Expected::sums::<T>(self.mean(&x), &sums, claims.roundings(self.size[0] * self.size[1]), claims);
        for (bound, sum) in expected.bounds.iter_mut().zip(&sums) {
            if sum.is_finite() && sum * (self.size[0] * self.size[1]) as f64 >= T::LARGEST {
                *bound = f64::INFINITY;
            }
        }
        expected
    }

    fn laws() -> Vec<Law<Self, T>> {
        let range = Law::new("range", "a mean is between the extremes of its channel", Fill::FINITE, range);
        general().into_iter().chain(linear()).chain([range]).chain([crate::adjoint()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x)]
    }
}

impl<T: Float> Linear<T> for AveragePool<T> {
    fn input(&self) -> &[T] {
        &self.x
    }

    fn with_input(&self, x: Operand<T>) -> Self {
        AveragePool { x, ..self.clone() }
    }

    fn expected_adjoint(&self, gradient: &[T], claims: &Claims) -> Expected {
        let dy: Vec<f64> = gradient.iter().map(|v| v.wide()).collect();
        let spread = |dy: &[f64]| reference::global_average_pool_gradient(dy, self.size.into()).data;
        // A division; or a reciprocal and a product.
        Expected::sums::<T>(spread(&dy), &spread(&super::magnitudes(&dy)), 2, claims)
    }

    fn adjoint_name() -> String {
        "average-pool-gradient".to_owned()
    }
}

fn range<T: Float>(kernel: &Kernel<AveragePool<T>, T>, p: &AveragePool<T>, _: &Case) -> Verdict {
    let (means, bounds) = (kernel.output(p)?, kernel.expected(p).bounds);
    for (c, mean) in means.iter().enumerate() {
        let of = || p.x[c..].iter().step_by(p.channels).map(|v| v.wide());
        let (least, most) = (of().fold(f64::INFINITY, f64::min), of().fold(f64::NEG_INFINITY, f64::max));
        if !(mean.wide() >= least - bounds[c] && mean.wide() <= most + bounds[c]) {
            return Err(Finding::new(format!("between {least:e} and {most:e}"), format!("{mean:e}")).of_output(c));
        }
    }
    Ok(0.0)
}
