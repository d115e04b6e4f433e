//! BMP, by the crate `image`.

use std::borrow::Cow;
use std::io::Cursor;
use std::ops::Range;

use image::codecs::bmp::BmpDecoder;
use image::{ColorType, ImageDecoder, ImageError as Foreign};

use super::samples::{colors, narrow};
use super::source::Source;
use crate::error::ImageError;
use crate::rgb8::Rgb8;

/// What a header says that the library does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    size: usize,
    bits: u16,
    /// How pixels are coded: 0 as they are, 1 and 2 by the lengths of runs, 3 as they are, with masks.
    coding: u32,
    /// Colors of the palette, or 0 where it has as many as the bits can tell apart.
    colors: usize,
    /// Whether masks say where red, green and blue are in a pixel, and those of a header of 40 bytes or more.
    masks: Option<[u32; 3]>,
}

/// The size of a header that the library does not read.
const OS2: usize = 64;
/// Where masks of 8 bits a color are.
const BYTES: [u32; 4] = [0xff, 0xff00, 0xff_0000, 0xff00_0000];
/// Red, green and blue of 5, 6 and 5 bits.
const OF_565: [u32; 3] = [0xf800, 0x7e0, 0x1f];
/// Of 5 bits each.
const OF_555: [u32; 3] = [0x7c00, 0x3e0, 0x1f];

pub(super) fn decode(source: &Source<'_>) -> Result<Rgb8, ImageError> {
    let refused = |error: Foreign| match error {
        Foreign::IoError(_) => source.damaged("it ends before its pixels do"),
        Foreign::Unsupported(error) => source.unsupported(error),
        error => source.damaged(error),
    };
    let header = Header::read(source.bytes).ok_or_else(|| source.damaged("it ends within its header"))?;
    if header.size == OS2 {
        return Err(source.unsupported("one with a header of OS/2 2"));
    }
    match header.coding {
        0..=3 | 6 => {}
        4 => return Err(source.unsupported("one that holds a JPEG")),
        5 => return Err(source.unsupported("one that holds a PNG")),
        way => return Err(source.unsupported(format!("one whose pixels are coded in way {way}"))),
    }
    let bytes = header.with_numbered_palette(source.bytes);
    let decoder = BmpDecoder::new(Cursor::new(bytes.as_ref())).map_err(refused)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    let color = decoder.color_type();
    source.check((width, height), color.bytes_per_pixel().into())?;
    let length = usize::try_from(decoder.total_bytes()).unwrap_or(usize::MAX);
    let mut samples = vec![0; length];
    decoder.read_image(&mut samples).map_err(refused)?;
    let rgb = match color {
        ColorType::Rgba8 => narrow(samples, |[r, g, b, _]| [r, g, b]),
        _ => samples,
    };
    let pixels = match (header.bits, header.masks) {
        (..=8, _) if header.is_run_length_coded() => numbered(rgb, &header.palette(source.bytes)),
        (..=8, _) => rgb,
        (16, None | Some(OF_555)) => levels_of(rgb, [31, 31, 31]),
        (16, Some(OF_565)) => levels_of(rgb, [31, 63, 31]),
        (32, Some(masks)) if masks.iter().all(|mask| BYTES.contains(mask)) => rgb,
        (_, Some(_)) => return Err(source.unsupported("one whose pixels are cut into odd parts")),
        _ => rgb,
    };
    Rgb8::from_pixels(width, height, pixels)
}

/// Levels of a few bits, which the library has rounded to bytes, as Pillow has them: rounded down.
fn levels_of(mut rgb: Vec<u8>, highest: [u16; 3]) -> Vec<u8> {
    for pixel in rgb.as_chunks_mut::<3>().0 {
        for (level, highest) in pixel.iter_mut().zip(highest) {
            let few = (u16::from(*level) * highest + 127) / 255;
            // At most 255.
            [*level, _] = (few * 255 / highest).to_le_bytes();
        }
    }
    rgb
}

impl Header {
    /// The header behind the file's own of 14 bytes.
    fn read(bytes: &[u8]) -> Option<Self> {
        let short = |at: usize| bytes.get(at..at + 2).map(|two| u16::from_le_bytes([two[0], two[1]]));
        let long = |at: usize| Some(u32::from(short(at)?) | u32::from(short(at + 2)?) << 16);
        let size = usize::try_from(long(14)?).ok()?;
        if size == 12 {
            return Some(Self { size, bits: short(24)?, coding: 0, colors: 0, masks: None });
        }
        let coding = long(30)?;
        let masks = if coding == 3 { Some([long(54)?, long(58)?, long(62)?]) } else { None };
        let colors = usize::try_from(long(46)?).ok()?;
        Some(Self { size, bits: short(28)?, coding, colors, masks })
    }

    fn is_run_length_coded(&self) -> bool {
        matches!(self.coding, 1 | 2)
    }

    /// Where the colors of the palette stand, four bytes each.
    fn palette_at(&self, bytes: &[u8]) -> Range<usize> {
        let colors = if self.colors == 0 { 1 << self.bits.min(8) } else { self.colors.min(256) };
        let from = (14 + self.size).min(bytes.len());
        from..from.saturating_add(4 * colors).min(bytes.len())
    }

    fn palette(&self, bytes: &[u8]) -> Vec<[u8; 3]> {
        let palette = &bytes[self.palette_at(bytes)];
        palette.as_chunks::<4>().0.iter().map(|&[b, g, r, _]| [r, g, b]).collect()
    }

    /// Codes of runs may leave pixels out. Pillow gives them the first color, the library black: told that the colors
    /// are their numbers, as reds, it gives them the number of the first.
    fn with_numbered_palette<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if !self.is_run_length_coded() {
            return Cow::Borrowed(bytes);
        }
        let mut changed = bytes.to_vec();
        for (color, number) in changed[self.palette_at(bytes)].as_chunks_mut::<4>().0.iter_mut().zip(0..=u8::MAX) {
            *color = [0, 0, number, 0];
        }
        Cow::Owned(changed)
    }
}

/// The colors of pixels whose reds are numbers.
fn numbered(rgb: Vec<u8>, palette: &[[u8; 3]]) -> Vec<u8> {
    let numbers = rgb.as_chunks::<3>().0.iter().map(|&[number, _, _]| number);
    colors(&numbers.collect::<Vec<_>>(), palette)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 3 of 31 is 24.7 of 255: a library may round it, Pillow says 24.
    #[test]
    fn levels_of_five_and_six_bits_are_rounded_down() {
        let rounded = |few: u16, highest: u16| u8::try_from((2 * few * 255 + highest) / (2 * highest)).unwrap();
        for few in 0..=63 {
            let (five, six) = (few.min(31), few);
            let found = levels_of(vec![rounded(five, 31), rounded(six, 63), rounded(five, 31)], [31, 63, 31]);
            let expected = [five * 255 / 31, six * 255 / 63, five * 255 / 31].map(|level| u8::try_from(level).unwrap());
            assert_eq!(found, expected);
        }
    }
}
