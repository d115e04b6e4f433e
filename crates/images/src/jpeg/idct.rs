//! The inverse cosine transform of 8 x 8 coefficients, in the integers of libjpeg's "accurate" one (`jidctint.c`).
//!
//! It is the algorithm of Loeffler, Ligtenberg and Moschytz (ICASSP 1989): twelve products a line. The definition
//! (ITU-T T.81, A.3.3) leaves the rounding open, so which one is taken decides the pixels. Here: constants in units of 2^-13,
//! columns first, their results rounded to units of 2^-2, then rows, rounded to whole levels; a half is rounded up.
//!
//! Widths are those of libjpeg-turbo's vector code, which is what runs wherever Pillow does (`jidctint-sse2.asm` and its kin):
//! 16-bit sums wrap, 32-bit sums become 16-bit ones by saturation. No photograph comes near either: only crafted bytes do.

/// Units of a constant: 2^-13.
const CONST_BITS: u32 = 13;
/// Units of what passes from columns to rows: 2^-2.
const PASS1_BITS: u32 = 2;

/// A constant in its units, rounded.
#[expect(
    clippy::cast_possible_truncation,
    reason = "all are below 3.08 * 2^13 < 2^15"
)]
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

/// Eight lines side by side: the same element of each.
type Lanes = [i16; 8];
type Wide = [i32; 8];

/// Coefficients after dequantisation, `[row, column]`, to an 8 x 8 square of samples at the start of `out`, whose rows are `stride` apart.
pub(super) fn inverse(block: &[i16; 64], out: &mut [u8], stride: usize) {
    let rows = block.as_chunks::<8>().0;
    let mut lines = [[0; 8]; 8];
    lines.copy_from_slice(rows);
    let columns = lines_of::<{ CONST_BITS - PASS1_BITS }>(&lines);
    let rows = lines_of::<{ CONST_BITS + PASS1_BITS + 3 }>(&transposed(&columns));
    let levels = transposed(&rows);
    for (row, levels) in out.chunks_mut(stride).zip(levels) {
        if let Some(row) = row.first_chunk_mut::<8>() {
            *row = levels.map(level);
        }
    }
}

/// The same for a block whose only coefficient is the first: a constant.
///
/// With x the coefficient, the columns give 4 x and the rows (4 x + 16) >> 5.
pub(super) fn inverse_constant(first: i16, out: &mut [u8], stride: usize) {
    let passed = first.wrapping_shl(PASS1_BITS);
    let half = 1 << (PASS1_BITS + 2);
    let value = (i32::from(passed) + half) >> (PASS1_BITS + 3);
    let level = level(saturated(value));
    for row in out.chunks_mut(stride).take(8) {
        if let Some(row) = row.first_chunk_mut::<8>() {
            *row = [level; 8];
        }
    }
}

/// Eight one-dimensional transforms: element u of each line in, element x of each out, divided by 2^`SHIFT` and rounded.
#[inline(always)]
fn lines_of<const SHIFT: u32>(from: &[Lanes; 8]) -> [Lanes; 8] {
    // Even part: a rotation of elements 2 and 6 by pi / 8, and elements 0 and 4 added and subtracted.
    let tmp2 = products(&from[2], F_0_541, &from[6], F_0_541 - F_1_847);
    let tmp3 = products(&from[2], F_0_541 + F_0_765, &from[6], F_0_541);
    let tmp0 = scaled(&zip(&from[0], &from[4], i16::wrapping_add));
    let tmp1 = scaled(&zip(&from[0], &from[4], i16::wrapping_sub));
    let (even0, even3) = (sum(&tmp0, &tmp3), difference(&tmp0, &tmp3));
    let (even1, even2) = (sum(&tmp1, &tmp2), difference(&tmp1, &tmp2));
    // Odd part: the four products of `jidctint.c` with sums of two inputs, multiplied out so that every product is of 16 bits.
    let z3 = zip(&from[7], &from[3], i16::wrapping_add);
    let z4 = zip(&from[5], &from[1], i16::wrapping_add);
    let w3 = products(&z3, F_1_175 - F_1_961, &z4, F_1_175);
    let w4 = products(&z3, F_1_175, &z4, F_1_175 - F_0_390);
    let odd3 = sum(
        &products(&from[7], F_0_298 - F_0_899, &from[1], -F_0_899),
        &w3,
    );
    let odd0 = sum(
        &products(&from[7], -F_0_899, &from[1], F_1_501 - F_0_899),
        &w4,
    );
    let odd2 = sum(
        &products(&from[5], F_2_053 - F_2_562, &from[3], -F_2_562),
        &w4,
    );
    let odd1 = sum(
        &products(&from[5], -F_2_562, &from[3], F_3_072 - F_2_562),
        &w3,
    );
    [
        descaled::<SHIFT>(&sum(&even0, &odd0)),
        descaled::<SHIFT>(&sum(&even1, &odd1)),
        descaled::<SHIFT>(&sum(&even2, &odd2)),
        descaled::<SHIFT>(&sum(&even3, &odd3)),
        descaled::<SHIFT>(&difference(&even3, &odd3)),
        descaled::<SHIFT>(&difference(&even2, &odd2)),
        descaled::<SHIFT>(&difference(&even1, &odd1)),
        descaled::<SHIFT>(&difference(&even0, &odd0)),
    ]
}

/// a `by_a` + b `by_b`; below 2^15 * 2 * 20995 < 2^31 for any a and b, the largest pair of constants being 2.562 and 0.51.
#[inline(always)]
fn products(a: &Lanes, by_a: i16, b: &Lanes, by_b: i16) -> Wide {
    std::array::from_fn(|i| i32::from(a[i]) * i32::from(by_a) + i32::from(b[i]) * i32::from(by_b))
}

#[inline(always)]
fn zip(a: &Lanes, b: &Lanes, of: fn(i16, i16) -> i16) -> Lanes {
    std::array::from_fn(|i| of(a[i], b[i]))
}

#[inline(always)]
fn sum(a: &Wide, b: &Wide) -> Wide {
    std::array::from_fn(|i| a[i].wrapping_add(b[i]))
}

#[inline(always)]
fn difference(a: &Wide, b: &Wide) -> Wide {
    std::array::from_fn(|i| a[i].wrapping_sub(b[i]))
}

#[inline(always)]
fn scaled(a: &Lanes) -> Wide {
    a.map(|a| i32::from(a) << CONST_BITS)
}

#[inline(always)]
fn descaled<const SHIFT: u32>(a: &Wide) -> Lanes {
    a.map(|a| saturated(a.wrapping_add(1 << (SHIFT - 1)) >> SHIFT))
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "clamped first")]
fn saturated(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// Samples are coded around 128.
#[inline(always)]
#[expect(clippy::cast_sign_loss, reason = "clamped to a byte first")]
fn level(value: i16) -> u8 {
    (value.clamp(-128, 127) + 128) as u8
}

#[inline(always)]
fn transposed(from: &[Lanes; 8]) -> [Lanes; 8] {
    std::array::from_fn(|i| std::array::from_fn(|j| from[j][i]))
}
