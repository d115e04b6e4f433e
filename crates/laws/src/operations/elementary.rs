//! Elementary functions: exponential, logarithm, sigmoid, sine, cosine.

use crate::expected::{Expected, Finding, Verdict};
use crate::{Address, Axis, Case, Claims, Fill, Float, Kernel, Law, Operand, Problem, Values, general};
use std::marker::PhantomData;
use std::ops::Range;

/// A function of one real number.
pub trait Function: Clone + 'static {
    /// Its name.
    const NAME: &'static str;
    /// The range of its values.
    const RANGE: (f64, f64);
    /// Whether it never falls.
    const RISES: bool;
    /// The function itself, in double precision, within a unit in the last place.
    fn exact(x: f64) -> f64;
}

macro_rules! function {
    ($(#[$meta:meta])* $name:ident, $word:literal, $range:expr, rises: $rises:literal, $exact:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name;

        impl Function for $name {
            const NAME: &'static str = $word;
            const RANGE: (f64, f64) = $range;
            const RISES: bool = $rises;

            fn exact(x: f64) -> f64 {
                $exact(x)
            }
        }
    };
}

function!(/// `e^x`.
    Exp, "exp", (0.0, f64::INFINITY), rises: true, f64::exp);
function!(/// `ln x`.
    Log, "log", (f64::NEG_INFINITY, f64::INFINITY), rises: true, f64::ln);
function!(/// `1 / (1 + e^-x)`.
    Sigmoid, "sigmoid", (0.0, 1.0), rises: true, sigmoid);
function!(/// `sin x`.
    Sin, "sin", (-1.0, 1.0), rises: false, f64::sin);
function!(/// `cos x`.
    Cos, "cos", (-1.0, 1.0), rises: false, f64::cos);

/// Written so that small results keep their digits.
fn sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    if x >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}

/// Values of a block.
const BLOCK: u64 = 1024;

/// A block of neighbouring arguments and a function of them, value by value: `[n] -> [n]`.
///
/// `|error| <= claims.ulps` units in the last place of the exact value, and the twin's own unit of double precision; a
/// unit is `2^(e - p + 1)` for a value of exponent e and p digits, no smaller than the smallest number. Where the exact
/// value is beyond the largest number infinity is expected, and beside it either.
///
/// Case number i takes block i of the 2^22 of single precision in an order that jumps about, so 4,194,304 cases are all
/// arguments there are, each with as many neighbours of an ordinary number beside. In double precision they are a sample of neighbours at equal distances.
///
/// Laws beside the general ones:
///
/// - `range`: no value is outside of the function's range, not by a rounding.
/// - `monotone`: where it is claimed and the function rises, a larger argument has no smaller value.
#[derive(Clone, Debug)]
pub struct Elementary<F, T> {
    /// The arguments.
    pub x: Operand<T>,
    function: PhantomData<F>,
}

impl<F: Function, T: Float> Elementary<F, T> {
    fn of(x: Operand<T>) -> Elementary<F, T> {
        Elementary { x, function: PhantomData }
    }
}

/// A unit in the last place of a value of type T.
fn unit<T: Float>(value: f64) -> f64 {
    let magnitude = value.abs().max(T::NORMAL);
    // The exponent's bits alone: a power of two.
    let power = f64::from_bits(magnitude.to_bits() & (0x7ff << 52));
    (power * 2.0 * T::UNIT).max(T::SMALLEST)
}

impl<F: Function, T: Float> Problem<T> for Elementary<F, T> {
    fn operation() -> String {
        F::NAME.to_owned()
    }

    fn axes(_: &Claims) -> Vec<Axis> {
        let blocks = if T::DIGITS == f32::MANTISSA_DIGITS { 1 << 22 } else { 1 << 42 };
        vec![Axis::walk("block", blocks), Axis::pick("only", 2 * BLOCK)]
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let only = case.number("only");
        let picked = |i: u64| only == 0 || only == i + 1;
        if values.fill() == Fill::Special {
            let numbers = [0.0, 1.0, T::SMALLEST, T::NORMAL, T::LARGEST, f64::INFINITY, f64::NAN, 0.5, 100.0];
            let both = numbers.into_iter().flat_map(|v| [v, -v]).map(T::nearest);
            return Some(Elementary::of((0..).zip(both).filter(|(i, _)| picked(*i)).map(|(_, v)| v).collect()));
        }
        // In double precision neighbours are 4097 apart, and blocks 2^22.
        let (block, step) = if T::DIGITS == f32::MANTISSA_DIGITS { (BLOCK, 1) } else { (1 << 22, 4097) };
        let first = case.number("block") * block;
        // As many more at a number of ordinary size, which the block says.
        let at = Address::new(first);
        let power = 2_f64.powi(i32::try_from(at.below(8)).ok()?);
        let size = power * (1.0 + at.number(1).below(1 << 20) as f64 / f64::from(1 << 20));
        let ordinary = T::nearest(if at.number(2).below(2) == 0 { size } else { -size }).bits();
        let number = |i: u64| if i < BLOCK { first + i * step } else { ordinary + (i - BLOCK) * step };
        let chosen = (0..2 * BLOCK).filter(|&i| picked(i));
        Some(Elementary::of(chosen.map(|i| T::from_bits(number(i))).collect()))
    }

    fn outputs(&self) -> usize {
        self.x.len()
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let values: Vec<f64> = self.x.iter().map(|x| F::exact(x.wide())).collect();
        let bound = |value: &f64| {
            let near_the_largest = value.is_finite() && value.abs() > T::LARGEST * (1.0 - 8.0 * T::UNIT);
            match () {
                () if !value.is_finite() => 0.0,
                () if near_the_largest && value.abs() < T::LARGEST * (1.0 + 8.0 * T::UNIT) => f64::INFINITY,
                () => claims.ulps * unit::<T>(*value) + value.abs() * 2.0 * f64::UNIT,
            }
        };
        let bounds = values.iter().map(bound).collect();
        let beyond = |value: f64| if value.abs() > T::LARGEST { value * f64::INFINITY } else { value };
        Expected { values: values.into_iter().map(beyond).collect(), bounds }
    }

    fn laws() -> Vec<Law<Self, T>> {
        let own = [
            Law::new("range", "no value is outside of the function's range", Fill::ANY, range),
            Law::new("monotone", "a larger argument has no smaller value", Fill::GRID, monotone)
                .where_claimed(|kernel: &Kernel<Self, T>| F::RISES && kernel.claims().monotone),
        ];
        general().into_iter().chain(own).chain([crate::alone()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x)]
    }

    fn alone(&self, number: u64) -> Option<(Self, Range<usize>)> {
        let at = usize::try_from(number).ok()?.checked_rem(self.x.len())?;
        Some((Elementary::of([self.x[at]].into_iter().collect()), at..at + 1))
    }
}

fn range<F: Function, T: Float>(kernel: &Kernel<Elementary<F, T>, T>, p: &Elementary<F, T>, _: &Case) -> Verdict {
    let (least, most) = F::RANGE;
    let y = kernel.output(p)?;
    match y.iter().position(|y| !y.wide().is_nan() && !(least..=most).contains(&y.wide())) {
        None => Ok(0.0),
        Some(at) => {
            Err(Finding::new(format!("between {least} and {most}"), format!("{:e} at {:e}", y[at], p.x[at]))
                .of_output(at))
        }
    }
}

fn monotone<F: Function, T: Float>(kernel: &Kernel<Elementary<F, T>, T>, p: &Elementary<F, T>, _: &Case) -> Verdict {
    let y = kernel.output(p)?;
    // The bits of neighbours rise with their magnitudes.
    for at in 1..y.len() {
        let (before, after) = if p.x[at] > p.x[at - 1] { (at - 1, at) } else { (at, at - 1) };
        if y[after] < y[before] {
            let found = format!("{:e} at {:e}", y[after], p.x[after]);
            return Err(Finding::new(format!("at least {:e} at {:e}", y[before], p.x[before]), found).of_output(after));
        }
    }
    Ok(0.0)
}

/// Cosine and sine of fractions of a turn, `[n] -> [n, 2]`: `cos` and `sin` of `2 pi numerator / denominator`.
///
/// `|error| <= claims.ulps` units in the last place, and two of double precision for the twin, whose angle is reduced in
/// whole numbers to an eighth of a turn.
///
/// Laws beside the general ones:
///
/// - `quarters`: quarter turns are exact.
#[derive(Clone, Debug)]
pub struct Turns<T> {
    /// Numerators.
    pub numerators: Vec<i64>,
    /// The denominator.
    pub denominator: u64,
    element: PhantomData<T>,
}

/// Cosine and sine of a fraction of a turn.
fn turn(numerator: i64, denominator: u64) -> [f64; 2] {
    let (n, d) = (i128::from(numerator), i128::from(denominator));
    let quarters = 4 * n.rem_euclid(d);
    let (quarter, rest) = (quarters / d, quarters % d);
    let angle = |part: i128| std::f64::consts::FRAC_PI_2 * (part as f64 / d as f64);
    let (cos, sin) = match 2 * rest <= d {
        true => (angle(rest).cos(), angle(rest).sin()),
        false => (angle(d - rest).sin(), angle(d - rest).cos()),
    };
    match quarter {
        0 => [cos, sin],
        1 => [-sin, cos],
        2 => [-cos, -sin],
        _ => [sin, -cos],
    }
}

impl<T: Float> Problem<T> for Turns<T> {
    fn operation() -> String {
        "turns".to_owned()
    }

    fn axes(_: &Claims) -> Vec<Axis> {
        let near = [360, 224, 8, 16];
        vec![
            Axis::number("denominator", 1, 1 << 20).near(&near),
            Axis::number("numerator", 0, 1 << 21).near(&near),
            Axis::pick("only", 64),
        ]
    }

    fn build(case: &Case, _: &mut Values) -> Option<Self> {
        let (first, only) = (i64::try_from(case.number("numerator")).ok()?, case.number("only"));
        let picked = (0..64_u8).filter(|&i| only == 0 || only == u64::from(i) + 1);
        // Both ways round.
        let numerators =
            picked.map(|i| if i % 2 == 0 { first + i64::from(i) } else { -first - i64::from(i) }).collect();
        Some(Turns { numerators, denominator: case.number("denominator"), element: PhantomData })
    }

    fn outputs(&self) -> usize {
        2 * self.numerators.len()
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let values: Vec<f64> = self.numerators.iter().flat_map(|&n| turn(n, self.denominator)).collect();
        let bounds = values.iter().map(|v| claims.ulps * unit::<T>(*v) + 2.0 * unit::<f64>(*v)).collect();
        Expected { values, bounds }
    }

    fn laws() -> Vec<Law<Self, T>> {
        let quarters = Law::new("quarters", "quarter turns are exact", &[Fill::Ones], quarters);
        let general = general().into_iter().filter(|law: &Law<Self, T>| law.name != "not-finite");
        general.chain([quarters]).chain([crate::alone()]).collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        Vec::new()
    }

    fn alone(&self, number: u64) -> Option<(Self, Range<usize>)> {
        let at = usize::try_from(number).ok()?.checked_rem(self.numerators.len())?;
        Some((Turns { numerators: vec![self.numerators[at]], ..self.clone() }, 2 * at..2 * at + 2))
    }
}

fn quarters<T: Float>(kernel: &Kernel<Turns<T>, T>, p: &Turns<T>, _: &Case) -> Verdict {
    let denominator = 4 * p.denominator;
    let quarter = i64::try_from(p.denominator).unwrap_or(1);
    let numerators = (-8..9).map(|n| n * quarter).collect();
    let values = (-8..9_i8)
        .flat_map(|n| [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]][usize::from(n.rem_euclid(4).unsigned_abs())]);
    Expected::exact(values.collect()).compare(&kernel.output(&Turns {
        numerators,
        denominator,
        element: PhantomData,
    })?)
}
