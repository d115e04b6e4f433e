//! From luminance and chroma to red, green and blue (ITU-T T.871, section 7), in the integers of libjpeg (`jdcolor.c`).

/// Pixels computed side by side before they are laid down in threes.
const RUN: usize = 16;

/// Fills a row of pixels from its luminance Y, blue chroma Cb and red chroma Cr.
///
/// With constants in units of 2^-16, b = Cb - 128 and r = Cr - 128, and a half rounded up:
/// R = Y + (91881 r + 2^15) >> 16, G = Y + (-22554 b - 46802 r + 2^15) >> 16, B = Y + (116130 b + 2^15) >> 16,
/// cut at 0 and 255. The whole parts of the constants are taken out below, so that every product is of 16 bits.
pub(crate) fn rgb_of_ycc([luma, blue, red]: [&[u8]; 3], out: &mut [u8]) {
    let (luma, last_luma) = luma.as_chunks::<RUN>();
    let (blue, last_blue) = blue.as_chunks::<RUN>();
    let (red, last_red) = red.as_chunks::<RUN>();
    let (pixels, last) = out.as_chunks_mut::<{ 3 * RUN }>();
    for (((luma, blue), red), pixels) in luma.iter().zip(blue).zip(red).zip(pixels) {
        *pixels = run_of_rgb(luma, blue, red);
    }
    let padded = |last: &[u8]| -> [u8; RUN] {
        let mut run = [0; RUN];
        run[..last.len()].copy_from_slice(last);
        run
    };
    let pixels = run_of_rgb(&padded(last_luma), &padded(last_blue), &padded(last_red));
    let count = last.len();
    last.copy_from_slice(&pixels[..count]);
}

#[inline(always)]
fn run_of_rgb(luma: &[u8; RUN], blue: &[u8; RUN], red: &[u8; RUN]) -> [u8; 3 * RUN] {
    let mut planes = [[0; RUN]; 3];
    for i in 0..RUN {
        let luma = i16::from(luma[i]);
        let (b, r) = (i16::from(blue[i]) - 128, i16::from(red[i]) - 128);
        planes[0][i] = cut(luma + r + product(26345, r, 0, b));
        planes[1][i] = cut(luma - r + product(18734, r, -22554, b));
        planes[2][i] = cut(luma + 2 * b + product(0, r, -14942, b));
    }
    let mut pixels = [0; 3 * RUN];
    for (i, pixel) in pixels.as_chunks_mut::<3>().0.iter_mut().enumerate() {
        *pixel = [planes[0][i], planes[1][i], planes[2][i]];
    }
    pixels
}

/// (`of_r` r + `of_b` b + 2^15) >> 16.
#[inline(always)]
fn product(of_r: i16, r: i16, of_b: i16, b: i16) -> i16 {
    let sum = i32::from(of_r) * i32::from(r) + i32::from(of_b) * i32::from(b);
    ((sum + (1 << 15)) >> 16) as i16
}

#[inline(always)]
#[expect(clippy::cast_sign_loss, reason = "clamped to a byte first")]
fn cut(value: i16) -> u8 {
    value.clamp(0, 255) as u8
}

/// Fills a row of pixels from its red, green and blue.
pub(crate) fn interleave(planes: [&[u8]; 3], out: &mut [u8]) {
    let [red, green, blue] = planes;
    for (((pixel, red), green), blue) in out.as_chunks_mut::<3>().0.iter_mut().zip(red).zip(green).zip(blue) {
        *pixel = [*red, *green, *blue];
    }
}

/// Turns a row of cyan, magenta and yellow, and one of black, into red, green and blue, as Pillow's `cmyk2rgb` does.
///
/// Adobe writes inks inverted, and Pillow takes them so whoever wrote them: a sample k of black is the light that it
/// lets through. With c the ink, 255 less its sample, what is left is k - c k / 255, the quotient rounded.
/// Of inks that are coded as luminance and chroma, libjpeg takes 255 less the colour for the sample: c is the colour.
pub(crate) fn rgb_of_inks(is_ycc: bool, black: &[u8], out: &mut [u8]) {
    for (pixel, &light) in out.as_chunks_mut::<3>().0.iter_mut().zip(black) {
        for sample in pixel {
            let ink = if is_ycc { *sample } else { u8::MAX - *sample };
            *sample = light - quotient(ink, light);
        }
    }
}

/// a b / 255 rounded, by Pillow's `MULDIV255`: at most b.
#[expect(clippy::cast_possible_truncation, reason = "at most b")]
fn quotient(a: u8, b: u8) -> u8 {
    let product = u32::from(a) * u32::from(b) + 128;
    ((product + (product >> 8)) >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quotient_by_255_is_rounded() {
        for (a, b) in (0..=u8::MAX).flat_map(|a| (0..=u8::MAX).map(move |b| (a, b))) {
            let exact = f64::from(a) * f64::from(b) / 255.0;
            assert_eq!(f64::from(quotient(a, b)), exact.round(), "{a} {b}");
        }
    }

    /// libjpeg's tables (`build_ycc_rgb_table`), for every pair of chroma values and a luminance that cuts nothing or
    /// everything.
    #[test]
    fn every_chroma_gives_the_sum_of_libjpegs_tables() {
        // 1.402, 0.34414, 0.71414 and 1.772 in units of 2^-16, rounded.
        let fix = |millionths: i64| (millionths * 65536 + 500_000) / 1_000_000;
        for blue in 0..=255_u8 {
            let reds: Vec<u8> = (0..=255).collect();
            for luma in [0, 128, 255_u8] {
                let mut out = vec![0; 3 * 256];
                rgb_of_ycc([&[luma; 256], &[blue; 256], &reds], &mut out);
                for (&red, pixel) in reds.iter().zip(out.chunks(3)) {
                    let (b, r) = (i64::from(blue) - 128, i64::from(red) - 128);
                    let half = 1 << 15;
                    let expected = [
                        (fix(1_402_000) * r + half) >> 16,
                        (-fix(344_140) * b - fix(714_140) * r + half) >> 16,
                        (fix(1_772_000) * b + half) >> 16,
                    ];
                    let expected = expected.map(|of| (i64::from(luma) + of).clamp(0, 255));
                    assert_eq!(expected, [pixel[0], pixel[1], pixel[2]].map(i64::from));
                }
            }
        }
    }
}
