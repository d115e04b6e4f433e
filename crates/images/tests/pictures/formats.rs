//! Every format against Pillow: equal in every byte of every file that is read.

use crate::fixtures::{cases_of, fnv, path, picture};
use images::{decode_bytes, flaw};
use std::fs;

/// Holds the files of a list, of which there are so many, to Pillow's digests.
#[track_caller]
fn hold(list: &str, count: usize) {
    let cases = cases_of("formats/cases.json", list);
    assert_eq!(cases.len(), count);
    for case in cases {
        let source = format!("formats/{}", &case["source"]);
        let found = picture(&source);
        assert_eq!((found.width(), found.height()), (case.size("width"), case.size("height")), "{source}");
        assert_eq!(fnv(found.pixels()), case["fnv"], "{source}");
    }
}

/// The lossy kind too: the library upsamples and rounds as libwebp does.
#[test]
fn a_webp_gives_pillows_pixels() {
    hold("webp", 22);
}

/// Frames beside their screen, palettes that are short, grey or missing, transparency.
#[test]
fn the_first_frame_of_a_gif_gives_pillows_pixels() {
    hold("gif", 15);
}

/// All headers, depths and masks that Pillow knows, runs that leave pixels out.
#[test]
fn a_bmp_gives_pillows_pixels() {
    hold("bmp", 25);
}

/// All orientations, byte orders, depths, planes, strips; alpha of every kind.
#[test]
fn the_first_page_of_a_tiff_gives_pillows_pixels() {
    hold("tiff", 56);
}

/// After every scan of a progressive file, where libjpeg guesses what is missing; without Huffman tables; without a scan
/// of a component.
#[test]
fn an_unfinished_jpeg_gives_pillows_pixels() {
    hold("jpeg", 76);
}

#[test]
fn a_flawed_png_gives_pillows_pixels() {
    hold("png", 11);
}

#[test]
fn what_is_overlooked_in_a_png_is_said() {
    let said = |name: &str| flaw(&fs::read(path(&format!("formats/flaw_{name}.png"))).unwrap());
    for name in ["first_sum", "last_sum", "all_sums", "end_sum", "text_after_sum"] {
        assert_eq!(said(name), Some("it has a wrong checksum"), "{name}");
    }
    for name in ["no_end", "no_sum_and_no_end", "no_sum_of_zlib", "half_a_sum_of_zlib"] {
        assert_eq!(said(name), Some("its end chunk is missing"), "{name}");
    }
    assert_eq!(said("unknown"), Some("it has a chunk of an unknown kind"));
    // What inflate's own sum says is not the PNG's.
    assert_eq!(said("zlib_without_sum"), None);
    for sound in ["rgb_8.png", "palette_4_trns.png", "rgb_420.jpg", "formats/colors_2.gif"] {
        assert_eq!(flaw(&fs::read(path(sound)).unwrap()), None, "{sound}");
    }
}

/// Where the sum of what is compressed is wrong, Pillow refuses, whatever the chunks' sums say.
#[test]
fn pixels_that_are_not_those_that_were_compressed_are_refused() {
    for name in ["first_sum", "no_end"] {
        let mut png = fs::read(path(&format!("formats/flaw_{name}.png"))).unwrap();
        // In the compressed data of noise, which is stored: another level, and the same rows.
        png[33 + 300] ^= 1;
        let said = decode_bytes(&png, "a.png").unwrap_err().to_string();
        assert!(said.starts_with("a.png: expected a whole PNG, found a damaged one: "), "{said}");
    }
}

#[test]
fn kinds_that_are_not_read_are_named() {
    let said = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(path(name)).unwrap();
        change(&mut bytes);
        let said = decode_bytes(&bytes, "a").unwrap_err().to_string();
        said.strip_prefix("a: expected a ").expect("what was expected").to_owned()
    };
    let frame = |marker: u8| {
        move |bytes: &mut Vec<u8>| {
            let at = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
            bytes[at + 1] = marker;
        }
    };
    let common = |format: &str, kind: &str| format!("{format} of a common kind, found {kind}, which is not read");
    assert_eq!(said("rgb_420.jpg", &frame(0xc9)), common("JPEG", "an arithmetic-coded JPEG"));
    assert_eq!(said("rgb_420.jpg", &frame(0xc3)), common("JPEG", "a lossless JPEG"));
    assert_eq!(said("rgb_420.jpg", &frame(0xc5)), common("JPEG", "a hierarchical JPEG"));
    let deep = |bytes: &mut Vec<u8>| {
        let at = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        bytes[at + 4] = 12;
    };
    assert_eq!(said("rgb_420.jpg", &deep), common("JPEG", "a JPEG of 12 bits a sample"));
    // Compression by JPEG, which has tag 259 and is 7 instead of 1.
    let jpeg = |bytes: &mut Vec<u8>| {
        let at = bytes.windows(8).position(|entry| entry == [3, 1, 3, 0, 1, 0, 0, 0]).unwrap();
        bytes[at + 8] = 7;
    };
    assert_eq!(said("formats/planes.tif", &jpeg), common("TIFF", "one that is compressed as a JPEG"));
    let masks = |bytes: &mut Vec<u8>| bytes[55] = 0xf0;
    assert_eq!(said("formats/masks_565.bmp", &masks), common("BMP", "one whose pixels are cut into odd parts"));
    let os2 = |bytes: &mut Vec<u8>| bytes[14] = 64;
    assert_eq!(said("formats/plain_32.bmp", &os2), common("BMP", "one with a header of OS/2 2"));
    for (way, kind) in
        [(4, "one that holds a JPEG"), (5, "one that holds a PNG"), (11, "one whose pixels are coded in way 11")]
    {
        let coded = |bytes: &mut Vec<u8>| bytes[30] = way;
        assert_eq!(said("formats/plain_32.bmp", &coded), common("BMP", kind));
    }
}
