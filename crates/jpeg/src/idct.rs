//! The inverse cosine transform of 8 x 8 coefficients, in the integers of libjpeg's "accurate" one (`jidctint.c`).
//!
//! It is the algorithm of Loeffler, Ligtenberg and Moschytz (ICASSP 1989): twelve products a line. The definition
//! (ITU-T T.81, A.3.3) leaves the rounding open, so which one is taken decides the pixels. Here: constants in units of
//! 2^-13, columns first, their results rounded to units of 2^-2, then rows, rounded to whole levels; a half is rounded
//! up.
//!
//! Widths are those of libjpeg-turbo's vector code, which is what runs wherever Pillow does (`jidctint-sse2.asm` and
//! its kin): 16-bit sums wrap, 32-bit sums become 16-bit ones by saturation. No photograph comes near either: only
//! crafted bytes do.

/// Units of a constant: 2^-13.
const CONST_BITS: u32 = 13;
/// Units of what passes from columns to rows: 2^-2.
const PASS1_BITS: u32 = 2;

/// A constant in its units, rounded.
#[expect(clippy::cast_possible_truncation, reason = "all are below 3.08 * 2^13 < 2^15")]
const fn fix(constant: f64) -> i16 {
    (constant * (1 << CONST_BITS) as f64 + 0.5) as i16
}

const F_0_298: i16 = fix(0.298_631_336);
const F_0_390: i16 = fix(0.390_180_644);
const F_0_541: i16 = fix(0.541_196_100);
const F_0_765: i16 = fix(0.765_366_865);
const F_0_899: i16 = fix(0.899_976_223);
const F_1_175: i16 = fix(1.175_875_602);
const F_1_501: i16 = fix(1.501_321_110);
const F_1_847: i16 = fix(1.847_759_065);
const F_1_961: i16 = fix(1.961_570_560);
const F_2_053: i16 = fix(2.053_119_869);
const F_2_562: i16 = fix(2.562_915_447);
const F_3_072: i16 = fix(3.072_711_026);

/// Coefficients after dequantisation, `[row, column]`, to an 8 x 8 square of samples at the start of `out`, whose rows
/// are `stride` apart.
///
/// `places` has the bits of the place, 8 row + column, of every coefficient that is not zero: below 8 there are none
/// but in the first row, and then every column is constant, which the transform of columns would say as well: 4 x.
pub(crate) fn inverse(block: &[i16; 64], places: usize, out: &mut [u8], stride: usize) {
    if places == 0 {
        return inverse_constant(block[0], out, stride);
    }
    let (mut columns, mut rows) = ([[0; 8]; 8], [[0; 8]; 8]);
    if places < 8 {
        for (column, &x) in columns.iter_mut().zip(block) {
            *column = [x.wrapping_shl(PASS1_BITS); 8];
        }
    } else if let Some(from) = block.as_chunks::<8>().0.first_chunk::<8>() {
        lines::<{ CONST_BITS - PASS1_BITS }>(from, &mut columns);
    }
    lines::<{ CONST_BITS + PASS1_BITS + 3 }>(&columns, &mut rows);
    let mut levels = [0; 64];
    for (level, &value) in levels.iter_mut().zip(rows.as_flattened()) {
        *level = level_of(value);
    }
    for (out, row) in out.chunks_mut(stride).zip(levels.as_chunks::<8>().0) {
        out[..8].copy_from_slice(row);
    }
}

/// The same for a block whose only coefficient is the first: with x that coefficient, the columns give 4 x and the rows
/// (4 x + 16) >> 5.
fn inverse_constant(first: i16, out: &mut [u8], stride: usize) {
    let passed = first.wrapping_shl(PASS1_BITS);
    let half = 1 << (PASS1_BITS + 2);
    let value = (i32::from(passed) + half) >> (PASS1_BITS + 3);
    for out in out.chunks_mut(stride).take(8) {
        out[..8].fill(level_of(saturated(value)));
    }
}

/// Eight transforms side by side: element u of line i is `from[u][i]`, element x of its result becomes `to[i][x]`.
///
/// So the second call undoes the first one's turning. Kept apart from its callers, for then the loop over the lines
/// becomes vector instructions, turning included; spread out among them it does not.
#[inline(never)]
fn lines<const SHIFT: u32>(from: &[[i16; 8]; 8], to: &mut [[i16; 8]; 8]) {
    for i in 0..8 {
        to[i] = line::<SHIFT>(std::array::from_fn(|u| from[u][i]));
    }
}

/// A one-dimensional transform, divided by 2^`SHIFT` and rounded.
#[inline(always)]
fn line<const SHIFT: u32>(c: [i16; 8]) -> [i16; 8] {
    // Even part: elements 0 and 4 added and subtracted, elements 2 and 6 turned by pi / 8.
    let sum = i32::from(c[0].wrapping_add(c[4])) << CONST_BITS;
    let difference = i32::from(c[0].wrapping_sub(c[4])) << CONST_BITS;
    let turned0 = products(c[2], F_0_541 + F_0_765, c[6], F_0_541);
    let turned1 = products(c[2], F_0_541, c[6], F_0_541 - F_1_847);
    let even = [
        sum.wrapping_add(turned0),
        difference.wrapping_add(turned1),
        difference.wrapping_sub(turned1),
        sum.wrapping_sub(turned0),
    ];
    // Odd part: that of `jidctint.c`, its products with sums of two inputs multiplied out so that every product is of
    // 16 bits.
    let (z3, z4) = (c[7].wrapping_add(c[3]), c[5].wrapping_add(c[1]));
    let w3 = products(z3, F_1_175 - F_1_961, z4, F_1_175);
    let w4 = products(z3, F_1_175, z4, F_1_175 - F_0_390);
    let odd = [
        products(c[7], -F_0_899, c[1], F_1_501 - F_0_899).wrapping_add(w4),
        products(c[5], -F_2_562, c[3], F_3_072 - F_2_562).wrapping_add(w3),
        products(c[5], F_2_053 - F_2_562, c[3], -F_2_562).wrapping_add(w4),
        products(c[7], F_0_298 - F_0_899, c[1], -F_0_899).wrapping_add(w3),
    ];
    let rounded = |sum: i32| saturated(sum.wrapping_add(1 << (SHIFT - 1)) >> SHIFT);
    [
        rounded(even[0].wrapping_add(odd[0])),
        rounded(even[1].wrapping_add(odd[1])),
        rounded(even[2].wrapping_add(odd[2])),
        rounded(even[3].wrapping_add(odd[3])),
        rounded(even[3].wrapping_sub(odd[3])),
        rounded(even[2].wrapping_sub(odd[2])),
        rounded(even[1].wrapping_sub(odd[1])),
        rounded(even[0].wrapping_sub(odd[0])),
    ]
}

/// a `by_a` + b `by_b`; at most 2^15 (20995 + 20995) < 2^31 whatever a and b are, for no constant is above 2.562.
#[inline(always)]
fn products(a: i16, by_a: i16, b: i16, by_b: i16) -> i32 {
    i32::from(a) * i32::from(by_a) + i32::from(b) * i32::from(by_b)
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "clamped first")]
fn saturated(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// Samples are coded around 128.
#[inline(always)]
#[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "between 0 and 255")]
fn level_of(value: i16) -> u8 {
    (value.clamp(-128, 127) + 128) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::PI;

    /// Column and row transforms from the definition (T.81, A.3.3), unrounded.
    fn by_definition(block: &[i16; 64]) -> [f64; 64] {
        let weight = |u: usize| if u == 0 { 0.5_f64.sqrt() } else { 1.0 };
        let wave = |x: usize, u: usize| weight(u) * ((2 * x + 1) as f64 * u as f64 * PI / 16.0).cos();
        std::array::from_fn(|at| {
            let (y, x) = (at / 8, at % 8);
            let terms = (0..64).map(|k| f64::from(block[k]) * wave(y, k / 8) * wave(x, k % 8));
            terms.sum::<f64>() / 4.0
        })
    }

    fn samples(block: &[i16; 64]) -> [u8; 64] {
        let mut out = [0; 64];
        let places = (1..64).filter(|&at| block[at] != 0);
        inverse(block, places.fold(0, |bits, at| bits | at), &mut out, 8);
        out
    }

    proptest! {
        /// A rounded constant is off by 2^-14, and a line has at most five products of it with elements (or sums of two), so for
        /// coefficients that add up to A in magnitude the 32 products of two passes are off by less than
        /// A / 4 * 2 * 5 * 2^-14 * 1.4 < A / 4000. Rounding between the passes is off by 1/8 for each of eight elements, whose
        /// waves are at most 1 (with 1/sqrt 2 for the first) over sqrt 8: below 8 / 8 / 2.82 = 0.36; the last one by 1/2.
        #[test]
        fn it_is_the_cosine_transform_but_for_rounding(
            coefficients in prop::collection::vec((0_usize..64, -200_i16..200), 1..10),
        ) {
            let mut block = [0; 64];
            for (at, value) in coefficients {
                block[at] = value;
            }
            let total: f64 = block.iter().map(|&value| f64::from(value).abs()).sum();
            for (sample, exact) in samples(&block).into_iter().zip(by_definition(&block)) {
                let exact = (exact + 128.0).clamp(0.0, 255.0);
                prop_assert!((f64::from(sample) - exact).abs() <= 0.86 + total / 4000.0);
            }
        }

        #[test]
        fn columns_of_one_coefficient_take_no_transform(row in prop::collection::vec(-2000_i16..2000, 8)) {
            let mut block = [0; 64];
            block[..8].copy_from_slice(&row);
            let mut whole = [0; 64];
            inverse(&block, 63, &mut whole, 8);
            prop_assert_eq!(whole, samples(&block));
        }

        #[test]
        fn a_constant_is_the_whole_transform_of_its_coefficient(first in -8191_i16..8191) {
            let mut block = [0; 64];
            block[0] = first;
            // 63 says that all places may hold something, so nothing is left out.
            let mut whole = [0; 64];
            inverse(&block, 63, &mut whole, 8);
            prop_assert_eq!(whole, samples(&block));
        }
    }

    #[test]
    fn what_is_out_of_range_is_cut() {
        let of = |first: i16| {
            let mut block = [0; 64];
            block[0] = first;
            samples(&block)
        };
        assert_eq!(of(8191), [255; 64]);
        assert_eq!(of(-8191), [0; 64]);
        // 128 + x / 8, a half rounded up.
        assert_eq!([3, 4, 12, -4, -5].map(|x| of(x)[0]), [128, 129, 130, 128, 127]);
    }
}
