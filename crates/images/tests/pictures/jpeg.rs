//! JPEGs against Pillow: equal but for what the standard leaves to the decoder.

use crate::fixtures::{Difference, cases, path, picture};
use images::decode_bytes;
use std::fs;

/// How far a sample may be from Pillow's, in levels, if the inverse cosine transforms agree within one level.
///
/// Grey, and colour kept as RGB: that level. With U and V the chroma of blue and red, B = Y + 1.772 U, R = Y + 1.402 V and
/// G = Y - 0.344 U - 0.714 V, so three samples that are one off move blue most: by 2.772, and by less than another level
/// through the two roundings. Chroma that is enlarged is rounded once more (twice by our decoder, once by libjpeg) and so
/// two off: 1 + 2 * 1.772 and the roundings are below 6. CMYK becomes C K / 255: both one off move it by at most 2, and below 3
/// with the roundings; YCCK, whose colour is 3 off, by 3 + 1 and the roundings, below 5.
const BOUNDS: [(&str, u8); 11] = [
    ("grey.jpg", 1),
    ("kept_as_rgb.jpg", 1),
    ("rgb_444.jpg", 3),
    ("orientation_6.jpg", 3),
    ("rgb_422.jpg", 5),
    ("rgb_420.jpg", 5),
    ("progressive_420.jpg", 5),
    ("restarts_420.jpg", 5),
    ("photograph_420.jpg", 5),
    ("cmyk.jpg", 2),
    ("ycck.jpg", 4),
];

#[test]
fn a_jpeg_differs_from_pillows_by_rounding_alone() {
    let cases = cases("jpeg");
    assert_eq!(cases.len(), BOUNDS.len());
    for case in cases {
        let (ours, pillows) = (picture(&case["source"]), picture(&case["expected"]));
        // Not turned, whatever the orientation tag says.
        assert_eq!(
            (ours.width(), ours.height()),
            (pillows.width(), pillows.height())
        );
        let difference = Difference::of(ours.pixels(), pillows.pixels());
        let (_, bound) = BOUNDS
            .iter()
            .find(|(name, _)| *name == &case["source"])
            .unwrap();
        assert!(
            difference.largest <= *bound,
            "{}: {difference:?}",
            &case["source"]
        );
    }
}

#[test]
fn restarts_and_scans_change_nothing() {
    // The same coefficients, once in one scan, once in several, once with restart markers: the same pixels.
    assert_eq!(picture("progressive_420.jpg"), picture("restarts_420.jpg"));
}

#[test]
fn bytes_after_the_end_are_ignored() {
    let mut bytes = fs::read(path("rgb_420.jpg")).unwrap();
    bytes.extend_from_slice(b"\xff\xd8 what a camera adds");
    assert_eq!(
        decode_bytes(&bytes, "memory").unwrap(),
        picture("rgb_420.jpg")
    );
}

#[test]
fn cmyk_without_adobes_marker_is_read_like_adobes() {
    // Pillow inverts CMYK whoever wrote it.
    let mut bytes = fs::read(path("cmyk.jpg")).unwrap();
    let name = bytes
        .windows(5)
        .position(|window| window == b"Adobe")
        .unwrap();
    // The marker, its length of 14 and the name that follows them.
    bytes.drain(name - 4..name - 2 + 14);
    assert_eq!(decode_bytes(&bytes, "memory").unwrap(), picture("cmyk.jpg"));
}
