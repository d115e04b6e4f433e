//! PNGs of every kind against Pillow, and written ones against themselves.

use crate::fixtures::{assert_same, cases, picture};
use images::{Rgb8, decode_bytes, encode_png};
use proptest::prelude::*;

#[test]
fn every_color_type_and_bit_depth_gives_pillows_pixels() {
    let cases = cases("png");
    assert_eq!(cases.len(), 26);
    for case in cases {
        assert_same(&picture(&case["source"]), &case["expected"]);
    }
}

#[test]
fn the_bytes_of_a_written_picture_never_change() {
    let picture = Rgb8::from_pixels(2, 1, vec![255, 0, 0, 0, 0, 255]).unwrap();
    let bytes = encode_png(&picture).unwrap();
    // Signature, header, one row stored as it is (no filter, red, blue), end: nothing that names a program or a time.
    let expected = b"\x89PNG\r\n\x1a\n\
        \0\0\0\x0dIHDR\0\0\0\x02\0\0\0\x01\x08\x02\0\0\0\x7b\x40\xe8\xdd\
        \0\0\0\x12IDAT\x78\x01\x01\x07\0\xf8\xff\0\xff\0\0\0\0\xff\x07\0\x01\xff\x55\x36\xba\xc7\
        \0\0\0\0IEND\xae\x42\x60\x82";
    assert_eq!(bytes, expected);
}

proptest! {
    #[test]
    fn a_written_picture_reads_back_as_it_was((width, height) in (1_usize..40, 1_usize..40), seed in any::<u64>()) {
        let pixels = (0_u64..).map(|i| (seed.rotate_left(7).wrapping_mul(i | 1) >> 16).to_le_bytes()[0]);
        let pixels = pixels.take(3 * width * height).collect();
        let picture = Rgb8::from_pixels(width, height, pixels).unwrap();
        let bytes = encode_png(&picture).unwrap();
        prop_assert_eq!(&encode_png(&picture).unwrap(), &bytes);
        prop_assert_eq!(decode_bytes(&bytes, "memory").unwrap(), picture);
    }
}
