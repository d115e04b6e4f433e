//! JPEGs against Pillow: equal in every byte.

use crate::fixtures::{assert_same, cases, cases_of, fnv, path, picture};
use images::decode_bytes;
use std::fs;

#[test]
fn a_jpeg_gives_pillows_pixels() {
    let cases = cases("jpeg");
    assert_eq!(cases.len(), 11);
    for case in cases {
        // Not turned, whatever the orientation tag says.
        assert_same(&picture(&case["source"]), &case["expected"]);
    }
}

/// All samplings, sequential and progressive, sizes around blocks and units, qualities from 1 to 100, restarts, scans
/// of one component, steps of 16 bits, what Adobe's marker and the names of the components say.
#[test]
fn sizes_samplings_and_scans_give_pillows_digests() {
    let cases = cases_of("exact/cases.json", "jpeg");
    assert_eq!(cases.len(), 45);
    for case in cases {
        let source = format!("exact/{}", &case["source"]);
        let found = picture(&source);
        assert_eq!((found.width(), found.height()), (case.size("width"), case.size("height")), "{source}");
        assert_eq!(fnv(found.pixels()), case["fnv"], "{source}");
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
    assert_eq!(decode_bytes(&bytes, "memory").unwrap(), picture("rgb_420.jpg"));
}

#[test]
fn cmyk_without_adobes_marker_is_read_like_adobes() {
    // Pillow inverts CMYK whoever wrote it.
    let mut bytes = fs::read(path("cmyk.jpg")).unwrap();
    let name = bytes.windows(5).position(|window| window == b"Adobe").unwrap();
    // The marker, its length of 14 and the name that follows them.
    bytes.drain(name - 4..name - 2 + 14);
    assert_eq!(decode_bytes(&bytes, "memory").unwrap(), picture("cmyk.jpg"));
}
