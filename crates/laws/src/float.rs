//! The element types of kernels: float32 and float64.

use std::fmt::{Debug, LowerExp};

/// A type of floating-point numbers, and the constants of its rounding.
pub trait Float: Copy + PartialOrd + Debug + LowerExp + Default + Send + Sync + 'static {
    /// Its name: `f32` or `f64`.
    const NAME: &'static str;
    /// Digits of the significand, the implicit one included.
    const DIGITS: u32;
    /// Unit roundoff, `2^-DIGITS`: the relative error of one rounding to nearest.
    const UNIT: f64;
    /// The smallest number above zero.
    const SMALLEST: f64;
    /// The smallest normal number.
    const NORMAL: f64;
    /// The largest finite number.
    const LARGEST: f64;
    /// The exponent of [`Float::NORMAL`].
    const LEAST_EXPONENT: i32;

    /// The same value in double precision.
    fn wide(self) -> f64;
    /// The nearest number of this type.
    fn nearest(value: f64) -> Self;
    /// Its bits.
    fn bits(self) -> u64;
    /// The number of these bits.
    fn from_bits(bits: u64) -> Self;
    /// `self * factor + addend`, rounded once.
    fn fused(self, factor: Self, addend: Self) -> Self;
    /// A NaN that no computation makes: what was never written, or should never be read.
    fn poison() -> Self;

    /// Whether it is [`Float::poison`].
    fn is_poison(self) -> bool {
        self.bits() == Self::poison().bits()
    }

    /// Whether both have the same bits; NaN equals NaN of any payload.
    fn same_bits(self, other: Self) -> bool {
        self.bits() == other.bits() || self.wide().is_nan() && other.wide().is_nan()
    }
}

impl Float for f32 {
    const NAME: &'static str = "f32";
    const DIGITS: u32 = f32::MANTISSA_DIGITS;
    const UNIT: f64 = 1.0 / (1_u32 << 24) as f64;
    const SMALLEST: f64 = f32::from_bits(1) as f64;
    const NORMAL: f64 = f32::MIN_POSITIVE as f64;
    const LARGEST: f64 = f32::MAX as f64;
    const LEAST_EXPONENT: i32 = -126;

    fn wide(self) -> f64 {
        f64::from(self)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the rounding is what is asked for")]
    fn nearest(value: f64) -> f32 {
        value as f32
    }

    fn bits(self) -> u64 {
        u64::from(self.to_bits())
    }

    #[expect(clippy::cast_possible_truncation, reason = "the bits of a single are the low 32")]
    fn from_bits(bits: u64) -> f32 {
        f32::from_bits(bits as u32)
    }

    fn fused(self, factor: f32, addend: f32) -> f32 {
        self.mul_add(factor, addend)
    }

    fn poison() -> f32 {
        f32::from_bits(0x7fed_cafe)
    }
}

impl Float for f64 {
    const NAME: &'static str = "f64";
    const DIGITS: u32 = f64::MANTISSA_DIGITS;
    const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
    const SMALLEST: f64 = f64::from_bits(1);
    const NORMAL: f64 = f64::MIN_POSITIVE;
    const LARGEST: f64 = f64::MAX;
    const LEAST_EXPONENT: i32 = -1022;

    fn wide(self) -> f64 {
        self
    }

    fn nearest(value: f64) -> f64 {
        value
    }

    fn bits(self) -> u64 {
        self.to_bits()
    }

    fn from_bits(bits: u64) -> f64 {
        f64::from_bits(bits)
    }

    fn fused(self, factor: f64, addend: f64) -> f64 {
        self.mul_add(factor, addend)
    }

    fn poison() -> f64 {
        f64::from_bits(0x7ff8_dead_cafe_beef)
    }
}
