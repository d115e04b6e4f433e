//! TIFF, its first picture, by the crate `tiff`.

use std::borrow::Cow;
use std::io::Cursor;

use tiff::decoder::{BufferLayoutPreference, Decoder, DecodingResult, Limits};
use tiff::tags::Tag;
use tiff::{TiffError, TiffResult};

use super::orient;
use super::samples::{colors, cut, expand};
use super::source::{MAX_ASIDE, Source};
use crate::error::ImageError;
use crate::rgb8::Rgb8;

/// What samples mean (TIFF 6.0, section 8, PhotometricInterpretation).
const WHITE_IS_ZERO: u16 = 0;
const BLACK_IS_ZERO: u16 = 1;
const RGB: u16 = 2;
const PALETTE: u16 = 3;
const CMYK: u16 = 5;

/// No compression, LZW, Deflate by either number, PackBits.
const COMPRESSIONS: [u16; 5] = [1, 5, 8, 32946, 32773];

/// What the tags say of the samples.
#[derive(Debug)]
struct Samples {
    meaning: u16,
    /// Of every sample.
    bits: u16,
    /// Samples of a pixel.
    count: usize,
    /// What the first sample beside the colors is, if there is one: 0 unsaid, 1 alpha that the colors are multiplied
    /// with, 2 alpha.
    extra: Option<u16>,
    /// Whether they are in rows of differences.
    predicted: bool,
    /// Whether each has a plane of its own: Pillow reads no wide ones of those.
    in_planes: bool,
    compression: u16,
    /// Whether they are whole numbers from 0, the highest bit first.
    is_plain: bool,
    orientation: u16,
}

pub(super) fn decode(source: &Source<'_>) -> Result<Rgb8, ImageError> {
    let refused = |error: TiffError| match error {
        TiffError::UnsupportedError(kind) => source.unsupported(kind),
        TiffError::LimitsExceeded => source.unsupported("one that says too much beside its pixels"),
        TiffError::IoError(_) => source.damaged("it ends before its pixels do"),
        error => source.damaged(error),
    };
    let bytes = without_palette(source.bytes);
    let mut decoder = Decoder::new(Cursor::new(bytes.as_ref())).map_err(refused)?;
    let samples = Samples::of(&mut decoder, photometric(source.bytes).map(|(_, meaning)| meaning)).map_err(refused)?;
    if let Some(kind) = samples.unread() {
        return Err(source.unsupported(kind));
    }
    let (width, height) = decoder.dimensions().map_err(refused)?;
    let size = (width as usize, height as usize);
    let per_pixel = samples.count as u64 * u64::from(samples.bits.div_ceil(8));
    // Bits are expanded to levels first, and the picture may be turned.
    source.check(size, per_pixel + 3)?;
    let palette = match samples.meaning {
        PALETTE => palette(&mut decoder, samples.bits).map_err(refused)?,
        _ => Vec::new(),
    };
    decoder = decoder.with_limits(limits(source.bytes.len(), per_pixel * u64::from(width) * u64::from(height)));
    let mut read = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut read).map_err(refused)?;
    let pixels = match read {
        DecodingResult::U8(levels) => samples.rgb(&interleaved(levels, &layout), size.0, &palette),
        DecodingResult::U16(levels) => samples.rgb_of_wide(&interleaved(levels, &layout)),
        _ => Vec::new(),
    };
    orient::shown(Rgb8::from_pixels(size.0, size.1, pixels)?, samples.orientation)
}

/// Room for the samples, for a strip of the file, and for a list of places in it.
fn limits(file: usize, samples: u64) -> Limits {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::try_from(samples).unwrap_or(usize::MAX);
    limits.intermediate_buffer_size = file;
    limits.ifd_value_size = MAX_ASIDE;
    limits
}

impl Samples {
    fn of(decoder: &mut Decoder<Cursor<&[u8]>>, meaning: Option<u16>) -> TiffResult<Self> {
        let one = |decoder: &mut Decoder<_>, tag, otherwise: u16| -> TiffResult<u16> {
            Ok(decoder.find_tag_unsigned(tag)?.unwrap_or(otherwise))
        };
        let bits: Vec<u16> = decoder.find_tag_unsigned_vec(Tag::BitsPerSample)?.unwrap_or_else(|| vec![1]);
        let formats: Vec<u16> = decoder.find_tag_unsigned_vec(Tag::SampleFormat)?.unwrap_or_default();
        let extra: Vec<u16> = decoder.find_tag_unsigned_vec(Tag::ExtraSamples)?.unwrap_or_default();
        let first = bits.first().copied().unwrap_or(1);
        let is_plain = one(decoder, Tag::FillOrder, 1)? == 1
            && formats.iter().all(|&format| format == 1)
            && bits.iter().all(|&bits| bits == first);
        Ok(Self {
            meaning: meaning.unwrap_or(WHITE_IS_ZERO),
            bits: first,
            count: one(decoder, Tag::SamplesPerPixel, 1)?.into(),
            extra: extra.first().copied(),
            predicted: one(decoder, Tag::Predictor, 1)? != 1,
            in_planes: one(decoder, Tag::PlanarConfiguration, 1)? != 1,
            compression: one(decoder, Tag::Compression, 1)?,
            is_plain,
            orientation: one(decoder, Tag::Orientation, 1)?,
        })
    }

    /// The kind that they are of, if it is not read.
    fn unread(&self) -> Option<String> {
        let Self { meaning, bits, count, extra, .. } = *self;
        if !COMPRESSIONS.contains(&self.compression) {
            let name = match self.compression {
                2..=4 => "by a fax's codes",
                6 | 7 => "as a JPEG",
                50000 => "by Zstandard",
                50001 => "as a WebP",
                _ => "in a way of its own",
            };
            return Some(format!("one that is compressed {name}"));
        }
        let is_read = self.is_plain
            && match (meaning, count, extra) {
                (WHITE_IS_ZERO, 1, None) | (PALETTE, 1, None) => matches!(bits, 1 | 2 | 4 | 8),
                (BLACK_IS_ZERO, 1, None) => matches!(bits, 1 | 2 | 4 | 8 | 16),
                (BLACK_IS_ZERO, 2, Some(0 | 2)) | (CMYK, 4, None) => bits == 8,
                (RGB, 3, None) | (RGB, 4, None | Some(2)) => bits == 8 || (bits == 16 && !self.in_planes),
                (RGB, 4, Some(1)) => bits == 8 && !self.in_planes,
                // The library would add differences up over three samples instead of four.
                (RGB, 4, Some(0)) => matches!(bits, 8 | 16) && !self.in_planes && !self.predicted,
                _ => false,
            };
        let of = if self.is_plain { "" } else { " in an unusual order or number format" };
        (!is_read).then(|| {
            format!("one with {count} samples of {bits} bits a pixel{of} (photometric interpretation {meaning})")
        })
    }

    /// 8-bit RGB of samples of up to 8 bits, in rows of whole bytes.
    fn rgb(&self, levels: &[u8], width: usize, palette: &[[u8; 3]]) -> Vec<u8> {
        let levels = match self.bits {
            8 => Cow::Borrowed(levels),
            bits => Cow::Owned(unpacked(levels, width, bits.into())),
        };
        // The library hands on as many samples as have a meaning to it.
        match (self.meaning, self.count) {
            (PALETTE, _) => colors(&levels, palette),
            (CMYK, _) => levels.as_chunks().0.iter().flat_map(|&inks| rgb_of_inks(inks)).collect(),
            (RGB, 4) if self.extra == Some(1) => levels.as_chunks().0.iter().flat_map(|&rgba| divided(rgba)).collect(),
            (RGB, 4) if self.extra != Some(0) => {
                levels.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect()
            }
            (RGB, _) => levels.into_owned(),
            (_, 2) => expand(&levels, |[level, _]| level),
            _ => {
                // 255 for the highest level of 1, 2, 4 and 8 bits.
                let factor = u8::MAX / (u8::MAX >> (8 - self.bits));
                expand(&levels, |[level]| level * factor)
            }
        }
    }

    /// 8-bit RGB of samples of 16 bits: the high byte of colors, the value of grey cut at 255.
    fn rgb_of_wide(&self, levels: &[u16]) -> Vec<u8> {
        let high = |level: u16| level.to_be_bytes()[0];
        match (self.meaning, self.count) {
            (RGB, 4) if self.extra != Some(0) => {
                levels.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, _]| [r, g, b].map(high)).collect()
            }
            (RGB, _) => levels.iter().map(|&level| high(level)).collect(),
            _ => levels.iter().flat_map(|&level| [cut(level); 3]).collect(),
        }
    }
}

/// Samples pixel by pixel, which may stand in a plane for each.
fn interleaved<T: Copy>(samples: Vec<T>, layout: &BufferLayoutPreference) -> Vec<T> {
    let planes = layout.planes;
    if planes < 2 {
        return samples;
    }
    let of_plane = samples.len() / planes;
    (0..of_plane).flat_map(|i| (0..planes).map(move |plane| plane * of_plane + i)).map(|i| samples[i]).collect()
}

/// A byte for each sample of less than eight bits, which stand in rows of whole bytes.
fn unpacked(bytes: &[u8], width: usize, bits: usize) -> Vec<u8> {
    let (row, each) = ((width * bits).div_ceil(8), 8 / bits);
    let sample = |row: &[u8], x: usize| row[x / each] >> (8 - bits - x % each * bits) & (u8::MAX >> (8 - bits));
    bytes.chunks_exact(row).flat_map(|row| (0..width).map(move |x| sample(row, x))).collect()
}

/// The colors of an entry for each value of so many bits: all red ones, then green and blue, of 16 bits (TIFF 6.0,
/// section 5).
fn palette(decoder: &mut Decoder<Cursor<&[u8]>>, bits: u16) -> TiffResult<Vec<[u8; 3]>> {
    let map: Vec<u16> = decoder.get_tag_u16_vec(Tag::ColorMap)?;
    let entries = (map.len() / 3).min(1 << bits);
    let third = map.len() / 3;
    Ok((0..entries).map(|i| [0, 1, 2].map(|color| map[color * third + i].to_be_bytes()[0])).collect())
}

/// Red, green and blue of cyan, magenta, yellow and black, as Pillow has them: what black leaves of white, less each
/// ink's part of it, rounded.
fn rgb_of_inks([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    let white = 255 - u16::from(k);
    [c, m, y].map(|ink| {
        let product = u32::from(ink) * u32::from(white) + 128;
        let part = (product + (product >> 8)) >> 8;
        // At most 255.
        u8::try_from(u32::from(white).saturating_sub(part)).unwrap_or(u8::MAX)
    })
}

/// Colors that were multiplied with their alpha, before that.
fn divided([r, g, b, alpha]: [u8; 4]) -> [u8; 3] {
    [r, g, b].map(|level| match alpha {
        0 => 0,
        alpha => u8::try_from(u16::from(level) * 255 / u16::from(alpha)).unwrap_or(u8::MAX),
    })
}

/// Where the first directory says what samples mean, and what it says.
fn photometric(bytes: &[u8]) -> Option<(usize, u16)> {
    let is_little = bytes.starts_with(b"II");
    let short = |at: usize| -> Option<u16> {
        let two = bytes.get(at..)?.first_chunk::<2>()?;
        Some(if is_little { u16::from_le_bytes(*two) } else { u16::from_be_bytes(*two) })
    };
    let long = |at: usize| -> Option<usize> {
        let four = bytes.get(at..)?.first_chunk::<4>()?;
        let long = if is_little { u32::from_le_bytes(*four) } else { u32::from_be_bytes(*four) };
        usize::try_from(long).ok()
    };
    let directory = long(4)?;
    // An entry is a tag, a type, a count and a value, here a short one.
    let mut entries = (0..usize::from(short(directory)?)).map(|i| directory + 2 + 12 * i);
    let entry = entries.find(|&entry| short(entry) == Some(Tag::PhotometricInterpretation.to_u16()))?;
    Some((entry + 8, short(entry + 8)?))
}

/// The library reads no palettes: told that the indices are grey, it hands them on.
fn without_palette(bytes: &[u8]) -> Cow<'_, [u8]> {
    match photometric(bytes) {
        Some((at, PALETTE)) => {
            let mut grey = bytes.to_vec();
            let one = if bytes.starts_with(b"II") { [1, 0] } else { [0, 1] };
            grey[at..at + 2].copy_from_slice(&one);
            Cow::Owned(grey)
        }
        _ => Cow::Borrowed(bytes),
    }
}
