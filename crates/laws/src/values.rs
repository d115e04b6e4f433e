//! Values to compute with: kinds of them, each value by its address.

use crate::{Address, Float};
use std::ops::{Deref, DerefMut};

/// A kind of values. The simplest comes first, and a failure is shrunk to the simplest that still fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fill {
    /// All one.
    Ones,
    /// 1, 2, 3 and so on.
    Counting,
    /// Small whole numbers of either sign, whose sums are exact.
    Integers,
    /// Multiples of 2^-10 in [-8, 8): sums of two are exact.
    Moderate,
    /// Large numbers and their negatives in turn, with a small rest: sums lose nearly all.
    Cancelling,
    /// Magnitudes over the whole range, as far as products stay finite.
    Wide,
    /// Numbers so small that the type has fewer digits for them, and zeros of both signs; every other operand is moderate, so
    /// that products do not vanish.
    Subnormal,
    /// Infinities, NaN and zeros of both signs among ordinary numbers.
    Special,
}

impl Fill {
    /// Every kind of finite numbers.
    pub const FINITE: &[Fill] =
        &[Fill::Ones, Fill::Counting, Fill::Integers, Fill::Moderate, Fill::Cancelling, Fill::Wide, Fill::Subnormal];
    /// Small whole numbers.
    pub const WHOLE: &[Fill] = &[Fill::Ones, Fill::Counting, Fill::Integers];
    /// Numbers on a grid, far from both ends of the range.
    pub const GRID: &[Fill] = &[Fill::Ones, Fill::Counting, Fill::Integers, Fill::Moderate];
    /// Everything.
    pub const ANY: &[Fill] = &[
        Fill::Ones,
        Fill::Counting,
        Fill::Integers,
        Fill::Moderate,
        Fill::Cancelling,
        Fill::Wide,
        Fill::Subnormal,
        Fill::Special,
    ];

    /// Its name in a case.
    pub fn name(self) -> &'static str {
        match self {
            Fill::Ones => "ones",
            Fill::Counting => "counting",
            Fill::Integers => "integers",
            Fill::Moderate => "moderate",
            Fill::Cancelling => "cancelling",
            Fill::Wide => "wide",
            Fill::Subnormal => "subnormal",
            Fill::Special => "special",
        }
    }

    /// The value number `i` of an operand that has an address.
    fn value<T: Float>(self, at: Address, i: usize) -> T {
        let here = at.number(i as u64);
        let moderate = || whole(here.number(1), 1 << 13) / 1024.0;
        let value = match self {
            Fill::Ones => 1.0,
            Fill::Counting => (i % 64 + 1) as f64,
            Fill::Integers => whole(here, 4),
            Fill::Moderate => moderate(),
            Fill::Cancelling => {
                let sign = if i.is_multiple_of(2) { 1.0 } else { -1.0 };
                // The pair has one large number, that is lost, and two rests, which are not the same.
                sign * 1e6 * (1.0 + at.number(i as u64 / 2).below(1 << 10) as f64) + moderate()
            }
            Fill::Wide => wide::<T>(here),
            Fill::Subnormal => match here.below(8) {
                0 => 0.0,
                1 => -0.0,
                _ => sign(here) * T::from_bits(1 + here.number(2).below(T::nearest(T::NORMAL).bits())).wide(),
            },
            Fill::Special => match here.below(24) {
                0 => f64::NAN,
                1 => f64::INFINITY,
                2 => f64::NEG_INFINITY,
                3 => 0.0,
                4 => -0.0,
                _ => moderate(),
            },
        };
        T::nearest(value)
    }
}

/// A whole number from `-limit` to `limit - 1`.
fn whole(at: Address, limit: u32) -> f64 {
    at.below(2 * u64::from(limit)) as f64 - f64::from(limit)
}

fn sign(at: Address) -> f64 {
    if at.number(9).below(2) == 0 { 1.0 } else { -1.0 }
}

/// A number whose exponent is anywhere such that neither a product of two nor a sum of many overflows.
fn wide<T: Float>(at: Address) -> f64 {
    let reach = u64::from(T::LEAST_EXPONENT.unsigned_abs()) / 2 - 8;
    let exponent = at.number(3).below(2 * reach);
    let fraction = 1.0 + at.number(4).below(1 << 20) as f64 / f64::from(1 << 20);
    let exponent = i32::try_from(exponent).unwrap_or(0) - i32::try_from(reach).unwrap_or(0);
    sign(at) * fraction * 2_f64.powi(exponent)
}

/// Where the values of a case come from: one operand after the other.
#[derive(Clone, Copy, Debug)]
pub struct Values {
    fill: Fill,
    at: Address,
    operand: u64,
}

impl Values {
    /// Of a kind and a seed.
    pub fn new(fill: Fill, seed: u64) -> Values {
        Values { fill, at: Address::new(seed).word("values"), operand: 0 }
    }

    /// Their kind.
    pub fn fill(&self) -> Fill {
        self.fill
    }

    /// The next operand.
    pub fn take<T: Float>(&mut self, len: usize) -> Operand<T> {
        let moderate = self.fill == Fill::Subnormal && (self.operand + self.at.below(2)) % 2 == 1;
        self.take_of(if moderate { Fill::Moderate } else { self.fill }, len)
    }

    /// The next operand, moderate numbers where the case asks for extreme ones: for what has to be well-behaved.
    pub fn take_tame<T: Float>(&mut self, len: usize) -> Operand<T> {
        self.take_of(self.fill.min(Fill::Moderate), len)
    }

    fn take_of<T: Float>(&mut self, fill: Fill, len: usize) -> Operand<T> {
        self.operand += 1;
        let at = self.at.number(self.operand);
        (0..len).map(|i| fill.value(at, i)).collect()
    }
}

/// How much poison surrounds a buffer: more than a vector register.
const MARGIN: usize = 16;

/// A buffer with poison on both sides: what reads beyond it reads NaN, what writes beyond it is found.
#[derive(Clone, Debug)]
pub struct Operand<T> {
    all: Vec<T>,
}

impl<T: Float> Operand<T> {
    /// A buffer full of one value.
    pub fn filled(value: T, len: usize) -> Operand<T> {
        (0..len).map(|_| value).collect()
    }

    /// Where something was written beside the buffer: how many places before its start, or behind its end.
    pub fn overrun(&self) -> Option<isize> {
        let end = self.all.len() - MARGIN;
        let beside = (0..MARGIN).chain(end..self.all.len());
        let at = beside.into_iter().find(|&at| !self.all[at].is_poison())?;
        Some(at.cast_signed() - if at < MARGIN { MARGIN } else { end }.cast_signed())
    }

    /// The values in double precision.
    pub fn wide(&self) -> Vec<f64> {
        self.iter().map(|v| v.wide()).collect()
    }
}

impl<T: Float> FromIterator<T> for Operand<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Operand<T> {
        let margin = || std::iter::repeat_n(T::poison(), MARGIN);
        Operand { all: margin().chain(values).chain(margin()).collect() }
    }
}

impl<T> Deref for Operand<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.all[MARGIN..self.all.len() - MARGIN]
    }
}

impl<T> DerefMut for Operand<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        let end = self.all.len() - MARGIN;
        &mut self.all[MARGIN..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<T: Float>(fill: Fill) -> Vec<f64> {
        let mut values = Values::new(fill, 3);
        let (first, second) = (values.take::<T>(2000).wide(), values.take::<T>(2000).wide());
        // Of subnormal operands every other one is moderate.
        if first.iter().any(|v| v.abs() > T::NORMAL) && fill == Fill::Subnormal { second } else { first }
    }

    fn has(values: &[f64], is: fn(f64) -> bool) -> bool {
        values.iter().any(|&v| is(v))
    }

    fn kinds_are_what_they_say<T: Float>() {
        assert!(of::<T>(Fill::Ones).iter().all(|&v| v == 1.0));
        assert_eq!(of::<T>(Fill::Counting)[..3], [1.0, 2.0, 3.0]);
        assert!(of::<T>(Fill::Integers).iter().all(|v| v.fract() == 0.0 && v.abs() <= 4.0));
        assert!(of::<T>(Fill::Moderate).iter().all(|v| (v * 1024.0).fract() == 0.0 && v.abs() <= 8.0));
        let cancelling = of::<T>(Fill::Cancelling);
        let lost = |pair: &[f64]| (pair[0] + pair[1]).abs() < 32.0 && pair[0].abs() > 9e5;
        assert!(cancelling.chunks(2).all(lost));
        let wide = of::<T>(Fill::Wide);
        let (small, large) = wide.iter().fold((f64::MAX, 0.0_f64), |(s, l), v| (s.min(v.abs()), l.max(v.abs())));
        assert!(small * small > 0.0 && large * large * 1e4 < T::LARGEST && large / small > T::LARGEST.sqrt());
        let subnormal = of::<T>(Fill::Subnormal);
        assert!(
            subnormal.iter().all(|v| v.abs() < T::NORMAL) && subnormal.iter().filter(|v| **v != 0.0).count() > 1000
        );
        let zero =
            |values: &[f64], negative: bool| values.iter().any(|v| *v == 0.0 && v.is_sign_negative() == negative);
        for values in [subnormal, of::<T>(Fill::Special)] {
            assert!(zero(&values, true) && zero(&values, false));
        }
        let special = of::<T>(Fill::Special);
        assert!(
            has(&special, f64::is_nan)
                && has(&special, |v| v == f64::INFINITY)
                && has(&special, |v| v == f64::NEG_INFINITY)
        );
        for &fill in Fill::FINITE {
            assert!(of::<T>(fill).iter().all(|v| v.is_finite()), "{fill:?}");
        }
    }

    #[test]
    fn kinds_are_what_they_say_in_single_precision() {
        kinds_are_what_they_say::<f32>();
    }

    #[test]
    fn kinds_are_what_they_say_in_double_precision() {
        kinds_are_what_they_say::<f64>();
    }

    #[test]
    fn operands_differ_and_a_value_does_not_depend_on_how_many_there_are() {
        let mut values = Values::new(Fill::Moderate, 1);
        let (first, second) = (values.take::<f32>(8), values.take::<f32>(8));
        assert_ne!(first[..], second[..]);
        assert_eq!(Values::new(Fill::Moderate, 1).take::<f32>(3)[..], first[..3]);
    }

    #[test]
    fn a_write_beside_a_buffer_is_found_on_either_side() {
        let mut buffer = Operand::filled(1.0_f32, 4);
        assert_eq!((buffer.overrun(), buffer.len()), (None, 4));
        buffer.all[MARGIN - 1] = f32::NAN;
        assert_eq!(buffer.overrun(), Some(-1));
        let mut buffer = Operand::filled(1.0_f32, 4);
        buffer.all[MARGIN + 5] = 0.0;
        assert_eq!(buffer.overrun(), Some(1));
    }
}
