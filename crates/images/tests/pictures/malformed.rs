//! Files of strangers: every way of being wrong has its sentence, and no bytes make the crate panic.

use crate::fixtures::path;
use images::{decode, decode_bytes};
use proptest::prelude::*;
use std::fs;

/// The sentence about these bytes, which must name the file.
fn sentence(bytes: &[u8]) -> String {
    let sentence = decode_bytes(bytes, "class/photo.jpg").unwrap_err().to_string();
    assert!(!sentence.contains('\n'), "{sentence:?} is not one line");
    sentence.strip_prefix("class/photo.jpg: ").expect("a sentence that begins with the file").to_owned()
}

#[test]
fn a_missing_file_is_named() {
    let error = decode("no/such/photo.jpg").unwrap_err().to_string();
    assert!(error.starts_with("no/such/photo.jpg: expected to read it, found that the system refuses: "), "{error}");
}

#[test]
fn other_formats_are_named() {
    for (bytes, found) in [
        (&b""[..], "an empty file"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a file of the format HEIC"),
        (b"P6\n1 1\n255\n", "a file of the format Netpbm"),
        (b"<html>", "the first bytes of none of them"),
    ] {
        assert_eq!(sentence(bytes), format!("expected a JPEG, PNG, WebP, GIF, BMP or TIFF, found {found}"));
    }
}

#[test]
fn the_name_does_not_decide_the_format() {
    let png = fs::read(path("source_3x5.png")).unwrap();
    assert_eq!(decode_bytes(&png, "photo.JPEG").unwrap(), decode(path("source_3x5.png")).unwrap());
}

#[test]
fn a_jpeg_cut_anywhere_is_an_error() {
    for name in ["rgb_420.jpg", "progressive_420.jpg", "grey.jpg"] {
        let whole = fs::read(path(name)).unwrap();
        for length in 3..whole.len() {
            let sentence = sentence(&whole[..length]);
            assert!(sentence.starts_with("expected a whole JPEG, found a damaged one: it "), "{length}: {sentence}");
        }
    }
}

#[test]
fn a_png_cut_before_the_end_of_its_pixels_is_an_error() {
    let whole = fs::read(path("source_31x37.png")).unwrap();
    // The end chunk, the sum of the one before, and the sum of what it holds.
    let end = 12 + 4 + 4;
    for length in 8..whole.len() - end {
        let sentence = sentence(&whole[..length]);
        assert!(sentence.starts_with("expected a whole PNG, found a damaged one: "), "{length}: {sentence}");
    }
}

#[test]
fn other_formats_cut_before_the_end_of_their_pixels_are_errors() {
    for (name, format) in [
        ("lossless_13x5.webp", "WebP"),
        ("lossy_13x5_q75.webp", "WebP"),
        ("own_palette.gif", "GIF"),
        ("palette_4.bmp", "BMP"),
        ("top_24.bmp", "BMP"),
        ("planes.tif", "TIFF"),
    ] {
        let whole = fs::read(path(&format!("formats/{name}"))).unwrap();
        // A GIF's last bytes are the end of its picture's blocks, and of the file.
        let end = if format == "GIF" { 5 } else { 1 };
        for length in 32..whole.len() - end {
            let sentence = sentence(&whole[..length]);
            let begin = format!("expected a whole {format}, found a damaged one: ");
            let other = format!("expected a {format} of a common kind, found ");
            assert!(sentence.starts_with(&begin) || sentence.starts_with(&other), "{name}, {length}: {sentence}");
        }
    }
}

#[test]
fn a_claimed_size_of_other_formats_allocates_nothing() {
    let claimed = |name: &str, at: &[usize], side: &[u8]| {
        let mut bytes = fs::read(path(&format!("formats/{name}"))).unwrap();
        for &at in at {
            bytes[at..at + side.len()].copy_from_slice(side);
        }
        sentence(&bytes)
    };
    let limit = "expected at most 178956970 pixels, found a ";
    assert_eq!(claimed("no_end.gif", &[6, 8], &[0xff, 0xff]), format!("{limit}GIF of 65535x65535"));
    assert_eq!(claimed("plain_32.bmp", &[18, 22], &[0xff, 0x3f, 0, 0]), format!("{limit}BMP of 16383x16383"));
    // Of tags 256 and 257, the first two entries behind the number of entries: no strips for so many rows.
    let sentence = claimed("planes.tif", &[18, 30], &[0xff, 0xff]);
    assert!(sentence.starts_with("expected a whole TIFF, found a damaged one: "), "{sentence}");
    assert_eq!(
        claimed("planes.tif", &[18], &[0xff, 0xff]),
        "expected a whole TIFF, found a damaged one: it ends before its pixels do"
    );
    // 14 bits each, less one, behind the signature of a lossless picture.
    assert_eq!(claimed("lossless_13x5.webp", &[21], &[0xfe, 0xbf, 0xff, 0x0f]), format!("{limit}WebP of 16383x16383"));
}

#[test]
fn a_size_of_zero_is_said() {
    let mut png = fs::read(path("source_3x5.png")).unwrap();
    png[20..24].fill(0);
    assert_eq!(sentence(&png), "expected at least one pixel, found a PNG of 3x0");
    let mut jpeg = fs::read(path("grey.jpg")).unwrap();
    let frame = frame_header(&jpeg);
    jpeg[frame + 7..frame + 9].fill(0);
    assert_eq!(sentence(&jpeg), "expected at least one pixel, found a JPEG of 0x47");
}

#[test]
fn a_claimed_size_allocates_nothing() {
    // 2^32 - 1 squared is below 2^64, three times as much is not.
    let mut png = fs::read(path("source_3x5.png")).unwrap();
    png[16..24].fill(0xff);
    assert_eq!(sentence(&png), "expected at most 178956970 pixels, found a PNG of 4294967295x4294967295");
    let mut jpeg = fs::read(path("grey.jpg")).unwrap();
    let frame = frame_header(&jpeg);
    jpeg[frame + 5..frame + 9].fill(0xff);
    assert_eq!(sentence(&jpeg), "expected at most 178956970 pixels, found a JPEG of 65535x65535");
}

/// The header alone says how many bytes a pixel takes, and so how many all of them do; what follows is not read.
#[test]
fn a_picture_that_needs_a_gigabyte_to_decode_is_refused_before_it_is() {
    let png = |side: u32, bit_depth: u8, color_type: u8| {
        let mut header = b"IHDR".to_vec();
        header.extend([side.to_be_bytes(), side.to_be_bytes()].concat());
        header.extend([bit_depth, color_type, 0, 0, 0]);
        let chunk = |body: &[u8]| {
            let length = u32::try_from(body.len() - 4).unwrap().to_be_bytes();
            [&length[..], body, &crc32fast::hash(body).to_be_bytes()].concat()
        };
        let parts = [chunk(&header), chunk(b"IDATnothing"), chunk(b"IEND")];
        [&b"\x89PNG\r\n\x1a\n"[..], &parts.concat()].concat()
    };
    assert_eq!(
        sentence(&png(13370, 16, 6)),
        "expected to decode it in at most 939524096 bytes of memory, found a PNG of 13370x13370 that needs 1430055200"
    );
    // As many pixels of the others are fine: what is wrong with them is found where they are decoded.
    for (bit_depth, color_type) in [(8, 0), (8, 2), (8, 4), (8, 6), (16, 0), (16, 4)] {
        let sentence = sentence(&png(13370, bit_depth, color_type));
        assert!(sentence.contains("damaged"), "{color_type}: {sentence}");
    }
    // A progressive JPEG keeps its coefficients: 6 bytes for each pixel of three components, beside 3 of samples and 3
    // of colours.
    let mut jpeg = fs::read(path("progressive_420.jpg")).unwrap();
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc2]);
    let frame = frame.unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x34, 0x3a, 0x34, 0x3a]);
    jpeg[frame + 11] = 0x11;
    let needed = 9 * 13376 * 13376_u64 + 3 * 13370 * 13370;
    assert_eq!(
        sentence(&jpeg),
        format!(
            "expected to decode it in at most 939524096 bytes of memory, found a JPEG of 13370x13370 that needs {needed}"
        )
    );
}

#[test]
fn a_size_that_the_bytes_cannot_pay_for_is_refused() {
    // 100 million pixels are within the limits, but every block of 64 takes at least a bit.
    for name in ["grey.jpg", "rgb_420.jpg", "progressive_420.jpg"] {
        let mut jpeg = fs::read(path(name)).unwrap();
        let frame = frame_header(&jpeg);
        jpeg[frame + 5..frame + 9].copy_from_slice(&[0x27, 0x10, 0x27, 0x10]);
        assert_eq!(sentence(&jpeg), "expected a whole JPEG, found a damaged one: it has fewer bits than blocks");
    }
}

/// What is wrong with a JPEG between its markers, each as a change of a whole one.
#[test]
fn damage_of_a_jpeg_is_named() {
    let find = |bytes: &[u8], marker: u8| bytes.windows(2).position(|pair| pair == [0xff, marker]).unwrap();
    let check = |name: &str, change: &dyn Fn(&mut Vec<u8>), said: &str| {
        let mut bytes = fs::read(path(name)).unwrap();
        change(&mut bytes);
        let said = format!("expected a whole JPEG, found a damaged one: it {said}");
        assert_eq!(sentence(&bytes), said, "{name}");
    };
    let scan = |bytes: &[u8]| find(bytes, 0xda);
    // Taller by a row of blocks: the data end too early.
    check(
        "grey.jpg",
        &|bytes| {
            let frame = frame_header(bytes);
            bytes[frame + 6] += 8;
        },
        "has fewer coefficients than its size needs",
    );
    check(
        "restarts_420.jpg",
        &|bytes| {
            let restart = find(bytes, 0xd1);
            bytes[restart + 1] = 0xd5;
        },
        "lacks a restart marker, or has one too many",
    );
    check(
        "grey.jpg",
        &|bytes| {
            let scan = scan(bytes);
            bytes[scan + 5] = 9;
        },
        "has a scan of components that it does not have",
    );
    check(
        "grey.jpg",
        &|bytes| {
            let scan = scan(bytes);
            // The standard has two tables, not four.
            bytes[scan + 6] = 0x33;
        },
        "has a scan without its Huffman table",
    );
    check(
        "grey.jpg",
        &|bytes| {
            // A code of one bit instead of two, and still five of three bits: one too many.
            let codes = find(bytes, 0xc4);
            assert_eq!(bytes[codes + 5..codes + 8], [0, 1, 5]);
            bytes[codes + 5..codes + 7].copy_from_slice(&[1, 0]);
        },
        "has a Huffman table that is no code",
    );
    check(
        "grey.jpg",
        &|bytes| {
            let steps = find(bytes, 0xdb);
            bytes[steps + 4] = 0x24;
        },
        "has a table of an unknown kind",
    );
    check(
        "progressive_420.jpg",
        &|bytes| {
            // The first scan is of the first coefficients, and says that it goes on to the second.
            let scan = scan(bytes);
            bytes[scan + 12] = 1;
        },
        "has a scan of a band that no scan may have",
    );
    check(
        "exact/coded_scans_420.jpg",
        &|bytes| {
            let scan = scan(bytes);
            bytes.truncate(scan);
            bytes.extend([0xff, 0xd9]);
        },
        "has no scan",
    );
}

#[test]
fn a_damaged_checksum_is_an_error() {
    let mut png = fs::read(path("source_3x5.png")).unwrap();
    // The last byte of the checksum of the header, which ends at 33.
    png[32] ^= 1;
    assert!(sentence(&png).starts_with("expected a whole PNG, found a damaged one: "));
}

#[test]
fn a_palette_that_ends_within_a_color_is_an_error() {
    // Found by fuzzing: a palette of 50 bytes. Every check sum is right.
    assert_eq!(
        sentence(&fs::read(path("palette_of_50_bytes.png")).unwrap()),
        "expected a whole PNG, found a damaged one: its palette ends within a color"
    );
}

fn frame_header(jpeg: &[u8]) -> usize {
    jpeg.windows(2).position(|pair| matches!(pair, [0xff, 0xc0 | 0xc2])).unwrap()
}

proptest! {
    #[test]
    fn changed_bytes_never_panic(
        name in prop::sample::select(vec![
            "rgb_420.jpg", "rgb_422.jpg", "progressive_420.jpg", "restarts_420.jpg", "ycck.jpg", "grey.jpg",
            "exact/coded_mixed.jpg", "exact/coded_scans_restarts.jpg", "exact/progressive_restarts.jpg", "exact/coded_440.jpg",
            "palette_4_trns.png", "grey_1.png", "rgba_16.png", "grey_16_trns.png",
            "formats/unfinished_grey_factors_2.jpg", "formats/no_tables_420.jpg", "formats/flaw_unknown.png",
            "formats/lossy_33x17_q75.webp", "formats/lossless_alpha.webp", "formats/animated.webp",
            "formats/around_transparent.gif", "formats/interlaced.gif", "formats/no_palette.gif",
            "formats/runs_8.bmp", "formats/palette_4.bmp", "formats/masks_565.bmp", "formats/core_1.bmp",
            "formats/rgb_tiff_lzw.tif", "formats/palette_2_be.tif", "formats/planes.tif", "formats/predicted.tif",
            "formats/extra.tif", "formats/1_packbits.tif", "formats/rgb_tiff_adobe_deflate.tif",
        ]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = fs::read(path(name)).unwrap();
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        // Huge claims within the limit are honest ones to a decoder; they only cost time here.
        if let Ok(picture) = decode_bytes(&bytes, name) {
            prop_assert_eq!(picture.pixels().len(), 3 * picture.width() * picture.height());
        }
    }

    #[test]
    fn any_bytes_never_panic(
        start in prop::sample::select(vec![
            &b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"", b"GIF89a", b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
            b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"RIFF\x24\0\0\0WEBPVP8 ", b"RIFF\x24\0\0\0WEBPVP8L",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let bytes = [start, &rest].concat();
        if let Err(error) = decode_bytes(&bytes, "photo.jpg") {
            prop_assert!(error.to_string().starts_with("photo.jpg: "));
        }
    }
}
