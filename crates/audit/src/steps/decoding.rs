//! PNG, against the picture that was written into it: every filter, without compression, byte by byte as the standard
//! has it.

use crate::comparison::{Comparison, Step, Witness};
use crate::error::AuditError;
use bounds::pseudo_random;
use images::{Rgb8, decode_bytes, encode_png};

/// Rows and columns: each of the five filters in four rows or more, and bytes on both sides of every row's middle.
const SIZE: (usize, usize) = (23, 17);

/// Comparisons of reading PNG files.
///
/// # Errors
/// If a file is refused.
pub(crate) fn comparisons() -> Result<Vec<Comparison>, AuditError> {
    let (height, width) = SIZE;
    let noise = pseudo_random(61, height * width * 3);
    let pixels: Vec<u8> = noise.iter().map(|v| v.to_bits().to_le_bytes()[1]).collect();
    let picture = Rgb8::from_pixels(width, height, pixels.clone())?;
    let compare = |what: &str, file: &[u8]| -> Result<Comparison, AuditError> {
        let found = decode_bytes(file, "a picture of the audit.png")?;
        let same_size = (found.width(), found.height()) == (width, height);
        let pairs = found.pixels().iter().zip(&pixels);
        let differ = pairs.filter(|(a, b)| a != b).count() + usize::from(!same_size);
        Ok(Step::Decode.against(Witness::Identity, what).equal(pixels.len(), differ))
    };
    Ok(vec![
        compare("PNG of all five filters, written by the audit", &png(&pixels))?,
        compare("PNG as pictures are kept, written and read", &encode_png(&picture)?)?,
    ])
}

/// A PNG (ISO/IEC 15948) of 8-bit RGB: row y with filter y mod 5, in one stored block of DEFLATE (RFC 1951, 3.2.4).
fn png(pixels: &[u8]) -> Vec<u8> {
    let (height, width) = SIZE;
    let line = width * 3;
    let mut filtered = Vec::new();
    for y in 0..height {
        filtered.push(u8::try_from(y % 5).unwrap_or(0));
        for i in 0..line {
            let at = |y: Option<usize>, i: Option<usize>| match (y, i) {
                (Some(y), Some(i)) => pixels[y * line + i],
                _ => 0,
            };
            let (up, left) = (y.checked_sub(1), i.checked_sub(3));
            let (a, b, c) = (at(Some(y), left), at(up, Some(i)), at(up, left));
            let predicted = match y % 5 {
                0 => 0,
                1 => a,
                2 => b,
                3 => a.midpoint(b),
                _ => paeth(a, b, c),
            };
            filtered.push(pixels[y * line + i].wrapping_sub(predicted));
        }
    }
    let mut stream = vec![0x78, 0x01, 0x01];
    let length = u16::try_from(filtered.len()).unwrap_or(0);
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(&filtered);
    stream.extend(adler32(&filtered).to_be_bytes());
    let size = |n: usize| u32::try_from(n).unwrap_or(0).to_be_bytes();
    let header = [&size(width)[..], &size(height), &[8, 2, 0, 0, 0]].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", stream), (b"IEND", Vec::new())] {
        file.extend(size(data.len()));
        let checked = [&kind[..], &data].concat();
        file.extend(&checked);
        file.extend(crc32(&checked).to_be_bytes());
    }
    file
}

/// Of left, above and above left the one nearest to `a + b - c`; of equally near ones the first.
fn paeth(a: u8, b: u8, c: u8) -> u8 {
    let p = i32::from(a) + i32::from(b) - i32::from(c);
    let near = [a, b, c].into_iter().min_by_key(|&v| (p - i32::from(v)).abs());
    near.unwrap_or(a)
}

/// The checksum of a zlib stream (RFC 1950).
fn adler32(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in bytes {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    b << 16 | a
}

/// The checksum of a chunk, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        // The check values of CRC-32 and Adler-32.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn pictures_are_read_as_they_were_written() {
        let comparisons = comparisons().unwrap();
        assert!(comparisons.iter().all(|line| line.passed && line.values == 1173));
    }

    #[test]
    fn filters_predict_from_the_left_and_from_above() {
        assert_eq!(paeth(10, 20, 10), 20);
        assert_eq!(paeth(20, 10, 10), 20);
        assert_eq!(paeth(10, 10, 10), 10);
        // Equally near: left before above before above left.
        assert_eq!(paeth(1, 3, 2), 2);
        let (a, b) = (vec![7; 1173], png(&[7; 1173]));
        let found = decode_bytes(&b, "p.png").unwrap();
        assert_eq!(found.pixels(), a);
    }
}
