//! Corrupt archives, and files cut anywhere.

use std::fs;

use weights::{TensorSet, WeightsError};
use zip::CompressionMethod::{self, Deflated, Stored};

use crate::malformed::assert_sentence;
use crate::writing::{npz, singles};

/// An archive of one member `a.npy` of a hundred singles.
fn archive(method: CompressionMethod) -> Vec<u8> {
    npz(method, [("a.npy", singles(&[100], &[1.0; 100]))])
}

/// Overwrites bytes at an offset from the beginning of the first entry of the archive's directory.
fn with_entry(mut archive: Vec<u8>, offset: usize, bytes: &[u8]) -> Vec<u8> {
    let entry = archive.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
    archive[entry + offset..][..bytes.len()].copy_from_slice(bytes);
    archive
}

#[test]
fn every_corrupt_archive_names_itself_and_the_tensor() {
    let flipped = |mut archive: Vec<u8>, at: usize| {
        archive[at] ^= 1;
        archive
    };
    let two = npz(Stored, [("a.npy", singles(&[], &[1.0])), ("b.npy", singles(&[], &[1.0]))]);
    let renamed: Vec<u8> = two.iter().map(|&byte| if byte == b'b' { b'a' } else { byte }).collect();
    // The second entry of the directory says that its member begins where the first one does.
    let mut overlapping = two.clone();
    let second = overlapping.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    overlapping[second + 42..][..4].fill(0);
    let archive_wrong = "net.npz: expected an .npz archive, found a corrupt one: ";
    let member_wrong = "net.npz: expected to unpack tensor `a`, found a corrupt archive member: ";
    let cases = [
        (archive(Stored)[..300].to_vec(), format!("{archive_wrong}..")),
        (with_entry(archive(Stored), 0, b"XX"), format!("{archive_wrong}..")),
        (overlapping, format!("{archive_wrong}members share bytes")),
        (npz(Stored, []), "net.npz: expected at least one .npy file inside, found none".to_owned()),
        (
            npz(Stored, [("README", vec![]), (".npy", vec![])]),
            "net.npz: expected at least one .npy file inside, found none".to_owned(),
        ),
        (renamed, "net.npz: expected every tensor once, found `a` twice".to_owned()),
        (flipped(archive(Stored), 300), format!("{member_wrong}Invalid checksum")),
        (with_entry(archive(Deflated), 16, &[0; 4]), format!("{member_wrong}Invalid checksum")),
        // A flag says that it is encrypted, a method that nobody knows, a packed size cut short, other unpacked sizes.
        (with_entry(archive(Stored), 8, &[1]), format!("{member_wrong}..")),
        (with_entry(archive(Stored), 10, &[77]), format!("{member_wrong}..")),
        (with_entry(archive(Deflated), 20, &[20, 0]), format!("{member_wrong}..")),
        (
            with_entry(archive(Deflated), 24, &[0xff, 0xff, 0xff, 0x7f]),
            format!("{member_wrong}it claims to unpack to 2147483647 bytes, from .."),
        ),
        (with_entry(archive(Deflated), 24, &[0xff, 1]), format!("{member_wrong}..")),
        (with_entry(archive(Deflated), 24, &[1, 0]), format!("{member_wrong}..")),
    ];
    let scratch = tempfile::tempdir().unwrap();
    for (bytes, expected) in cases {
        let file = scratch.path().join("net.npz");
        fs::write(&file, bytes).unwrap();
        assert_sentence(scratch.path(), &file, &expected);
    }
}

#[test]
fn truncated_file_names_the_file_wherever_it_is_cut() {
    let scratch = tempfile::tempdir().unwrap();
    let whole = singles(&[2, 3], &[1.0; 6]);
    for length in 0..whole.len() {
        fs::write(scratch.path().join("a.npy"), &whole[..length]).unwrap();
        let error = TensorSet::load(scratch.path()).unwrap_err();
        assert!(
            matches!(&error, WeightsError::Tensor { file, tensor, .. } if file.ends_with("a.npy") && tensor == "a")
        );
    }
    let archive = archive(Deflated);
    let file = scratch.path().join("net.npz");
    // Of fewer bytes nobody can tell what they were.
    for length in 4..archive.len() {
        fs::write(&file, &archive[..length]).unwrap();
        let error = TensorSet::load(&file).unwrap_err();
        assert!(matches!(&error, WeightsError::Corrupt { file: named, .. } if *named == file), "{length}: {error}");
    }
}
