//! How much memory decoding takes: in a process that does nothing else, since the system tells only the peak of a whole
//! process.
#![cfg(target_os = "linux")]

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use std::fs;
use std::process::Command;

/// Names the file that a child is to decode.
const FILE: &str = "STREAMSCOPE_TEST_PICTURE";

/// What the tests' program, its libraries and a decoder's rows and tables take beside.
const BESIDE: u64 = 24 << 20;

/// The most memory that this process ever held, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kib = line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap() * 1024
}

/// Asserts that a process which decodes this does not hold more. The test of this name is called again, in a child that
/// finds the file.
fn assert_peak(test: &str, allowed: u64, png: impl FnOnce(PngEncoder<&mut Vec<u8>>)) {
    if let Some(file) = std::env::var_os(FILE) {
        let picture = images::decode(file).unwrap();
        assert_eq!(picture.pixel(0, picture.height() - 1), [0; 3]);
        assert!(peak() <= allowed, "{} of {allowed} bytes", peak());
        return;
    }
    let mut bytes = Vec::new();
    png(PngEncoder::new(&mut bytes));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("picture.png");
    fs::write(&file, &bytes).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    let output = child.args([test, "--exact"]).env(FILE, &file).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    // A child that finds no test of this name succeeds too.
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn wide_samples_become_bytes_in_the_memory_they_are_in() {
    let side = 4096_u32;
    let samples = 8 * u64::from(side * side);
    let test = "wide_samples_become_bytes_in_the_memory_they_are_in";
    assert_peak(test, samples + BESIDE, |encoder| {
        let wide = vec![0; usize::try_from(samples).unwrap()];
        let color = ExtendedColorType::Rgba16;
        encoder.write_image(&wide, side, side, color).unwrap();
    });
}

/// Zeros deflate to a thousandth, in a colour profile too, which nobody looks at.
#[test]
fn a_colour_profile_is_not_unpacked_to_more_than_a_few_megabytes() {
    let test = "a_colour_profile_is_not_unpacked_to_more_than_a_few_megabytes";
    // Twice the 32 MiB that may be unpacked: memory grows by doubling.
    assert_peak(test, (64 << 20) + BESIDE, |mut encoder| {
        encoder.set_icc_profile(vec![0; 256 << 20]).unwrap();
        let color = ExtendedColorType::Rgb8;
        encoder.write_image(&[0; 3], 1, 1, color).unwrap();
    });
}
