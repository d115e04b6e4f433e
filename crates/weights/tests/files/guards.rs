//! Both sides of what keeps an archive from unpacking to more than it may, counted from what its directory claims.

use std::fs;

use weights::TensorSet;
use zip::CompressionMethod::{Deflated, Stored};

use crate::writing::{npz, singles};

/// The entry of the archive's directory for the first member.
fn entry(archive: &[u8]) -> usize {
    archive.windows(4).position(|four| four == b"PK\x01\x02").unwrap()
}

/// A number of four bytes at an offset from there.
fn number(archive: &[u8], offset: usize) -> u64 {
    let at = entry(archive) + offset;
    u32::from_le_bytes(archive[at..at + 4].try_into().unwrap()).into()
}

/// The same, but its directory claims that the first member unpacks to so many bytes; what is said of it.
fn claiming(archive: &[u8], unpacked: u64) -> String {
    let mut archive = archive.to_vec();
    let at = entry(&archive) + 24;
    archive[at..at + 4].copy_from_slice(&u32::try_from(unpacked).unwrap().to_le_bytes());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("net.npz");
    fs::write(&file, &archive).unwrap();
    let error = TensorSet::load(&file).unwrap_err().to_string();
    assert!(error.contains("net.npz: ") && error.contains("tensor `a`") && !error.contains('\n'), "{error}");
    error
}

const BEYOND_DEFLATE: &str = "it claims to unpack to ";

#[test]
fn a_deflated_byte_may_claim_1032_bytes_and_not_one_more() {
    let archive = npz(Deflated, [("a.npy", singles(&[100], &[1.0; 100]))]);
    let packed = number(&archive, 20);
    let (most, beyond) = (claiming(&archive, 1032 * packed), claiming(&archive, 1032 * packed + 1));
    assert!(beyond.contains(&format!("{BEYOND_DEFLATE}{} bytes, from {packed}", 1032 * packed + 1)), "{beyond}");
    // It is not there, which is another matter.
    assert!(!most.contains(BEYOND_DEFLATE), "{most}");
}

#[test]
fn a_member_unpacks_to_what_its_directory_claims_and_to_no_byte_less_or_more() {
    for method in [Stored, Deflated] {
        let archive = npz(method, [("a.npy", singles(&[100], &[1.0; 100]))]);
        let size = number(&archive, 24);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("net.npz");
        fs::write(&file, &archive).unwrap();
        assert_eq!(TensorSet::load(&file).unwrap().get("a").unwrap().values(), [1.0; 100]);
        for other in [size - 1, size + 1, size - 4, size + 4] {
            claiming(&archive, other);
        }
    }
}
