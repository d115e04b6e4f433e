//! From double precision to single.

/// The single-precision number that is nearest, the even one of two: one rounding.
///
/// # Example
/// ```
/// use kernels::elementary::single;
///
/// assert_eq!(single(0.5), 0.5);
/// // 2^24 + 1 lies in the middle of two singles.
/// assert_eq!(single(16_777_217.0), 16_777_216.0);
/// ```
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "rounding to single precision is meant")]
pub fn single(value: f64) -> f32 {
    value as f32
}
