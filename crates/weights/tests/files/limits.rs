//! Both sides of each limit, and what only shows at it.

use std::fs;
use std::path::Path;

use weights::{Tensor, TensorSet, WeightsError};

use crate::writing::{dictionary, npy, singles};

fn loaded(folder: &Path) -> Result<TensorSet, String> {
    TensorSet::load(folder).map_err(|error| error.to_string())
}

/// A file of version 2 whose dictionary is filled up with blanks to a length.
fn padded(length: usize, shape: &[usize], data: &[u8]) -> Vec<u8> {
    let text = dictionary("<f4", false, shape);
    let mut bytes = b"\x93NUMPY\x02\x00".to_vec();
    bytes.extend(u32::try_from(length).unwrap().to_le_bytes());
    bytes.extend(text.trim_end().bytes());
    bytes.resize(12 + length - 1, b' ');
    bytes.push(b'\n');
    bytes.extend(data);
    bytes
}

#[test]
fn a_dictionary_of_65535_bytes_is_read_and_one_of_65536_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.npy");
    let data: Vec<u8> = [1.0_f32, -2.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    fs::write(&file, padded(65_535, &[2], &data)).unwrap();
    assert_eq!(loaded(folder.path()).unwrap().get("a").unwrap().values(), [1.0, -2.0]);
    // Nothing behind the longest header is needed for an array without elements.
    fs::write(&file, padded(65_535, &[0], &[])).unwrap();
    assert_eq!(loaded(folder.path()).unwrap().get("a").unwrap().shape(), [0]);
    fs::write(&file, padded(65_536, &[2], &data)).unwrap();
    let said = loaded(folder.path()).unwrap_err();
    assert!(said.ends_with("found that it claims 65536 bytes, more than 65535"), "{said}");
    // What is missing or left over behind the longest header is said as of any other.
    for (bytes, expected) in [
        (&data[..7], "expected 8 bytes of data after the header, found it truncated to 7"),
        (
            &[data.as_slice(), &[0]].concat(),
            "expected 8 bytes of data after the header, found trailing bytes: 9 in all",
        ),
    ] {
        fs::write(&file, padded(65_535, &[2], bytes)).unwrap();
        let said = loaded(folder.path()).unwrap_err();
        assert!(said.ends_with(expected), "{said}");
    }
}

#[test]
fn sixty_four_dimensions_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let shape = [1; 64];
    fs::write(folder.path().join("a.npy"), singles(&shape, &[4.0])).unwrap();
    let set = loaded(folder.path()).unwrap();
    assert_eq!((set.get("a").unwrap().shape(), set.get("a").unwrap().values()), (&shape[..], &[4.0][..]));
}

#[test]
fn numbers_up_to_the_largest_single_are_read_and_what_would_round_beyond_is_refused_at_its_index() {
    let folder = tempfile::tempdir().unwrap();
    let double = |fortran: bool, values: [f64; 6]| {
        let data: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        fs::write(folder.path().join("a.npy"), npy(&dictionary("<f8", fortran, &[2, 3]), &data)).unwrap();
        loaded(folder.path()).map(|set| set.get("a").unwrap().values().to_vec())
    };
    let largest = f64::from(f32::MAX);
    // Half a unit beyond rounds to even, which is beyond single precision.
    let beyond = largest + 2_f64.powi(103);
    assert_eq!(
        double(false, [0.0, largest, -largest, beyond.next_down(), 1.0, 2.0]).unwrap()[1..4],
        [f32::MAX, f32::MIN, f32::MAX]
    );
    let said = double(false, [0.0, 1.0, 2.0, 3.0, 4.0, beyond]).unwrap_err();
    assert!(said.ends_with("expected values within single precision, found 3.4028235677973366e38 at [1, 2]"), "{said}");
    // In Fortran order the fourth of the file is in the second row and column; the first in C order is what is named.
    let said = double(true, [0.0, 1.0, 2.0, -beyond, f64::NAN, 5.0]).unwrap_err();
    assert!(said.ends_with("expected finite values, found NaN at [0, 2]"), "{said}");
    let said = double(true, [0.0, 1.0, 2.0, -beyond, 4.0, 5.0]).unwrap_err();
    assert!(said.ends_with("found -3.4028235677973366e38 at [1, 1]"), "{said}");
}

/// A zip archive of stored members, whose directory has bytes of its own behind each name: an extra field and a
/// comment.
fn archive(members: &[(&str, &[u8], usize, usize)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    let half = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
    let word = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    for (name, data, extra, comment) in members {
        let start = bytes.len();
        let sizes = [&crc32fast::hash(data).to_le_bytes()[..], &word(data.len()), &word(data.len())].concat();
        bytes.extend([&b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0"[..], &sizes, &half(name.len()), &[0; 2]].concat());
        bytes.extend([name.as_bytes(), data].concat());
        directory.extend([&b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0"[..], &sizes, &half(name.len())].concat());
        directory.extend([&half(*extra)[..], &half(*comment), &[0; 8], &word(start), name.as_bytes()].concat());
        // An extra field says its kind, which is nobody's, and the length of what it holds.
        if *extra > 0 {
            directory.extend([&b"\xfe\xca"[..], &half(extra - 4), &vec![b'e'; extra - 4]].concat());
        }
        directory.extend(vec![b'c'; *comment]);
    }
    let count = half(members.len());
    let end =
        [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &word(directory.len()), &word(bytes.len()), &[0; 2]].concat();
    [bytes, directory, end].concat()
}

#[test]
fn the_name_that_an_archive_has_twice_is_found_behind_extra_fields_comments_and_long_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("net.npz");
    let data = singles(&[], &[1.0]);
    // A name whose length takes more than one byte.
    let long = format!("{}.npy", "layer".repeat(100));
    fs::write(&file, archive(&[(&long, &data, 9, 7), ("b.npy", &data, 0, 3), ("a.npy", &data, 6, 0)])).unwrap();
    let names: Vec<String> = TensorSet::load(&file).unwrap().names().map(str::to_owned).collect();
    assert_eq!(names, ["a", "b", long.strip_suffix(".npy").unwrap()]);
    for (extra, comment) in [(9, 7), (0, 300), (300, 0), (0, 0)] {
        let twice =
            [(long.as_str(), &data[..], extra, comment), ("b.npy", &data, extra, comment), ("b.npy", &data, 0, 0)];
        fs::write(&file, archive(&twice)).unwrap();
        let error = TensorSet::load(&file).unwrap_err();
        assert!(matches!(&error, WeightsError::Duplicate { tensor, .. } if tensor == "b"), "{error}");
    }
}

#[test]
fn a_set_is_looked_up_by_name_in_the_order_of_names() {
    let tensor = |name: &str, value: f32| Tensor::new("net", name, vec![1], vec![value]).unwrap();
    let set =
        TensorSet::new("net", [tensor("b", 2.0), tensor("a.b", 1.0), tensor("a-b", 0.0), tensor("B", 3.0)]).unwrap();
    // By bytes: upper case first, '-' before '.'.
    assert_eq!(set.names().collect::<Vec<_>>(), ["B", "a-b", "a.b", "b"]);
    let values: Vec<f32> = set.iter().map(|t| t.values()[0]).collect();
    assert_eq!(values, [3.0, 0.0, 1.0, 2.0]);
    assert_eq!((set.len(), set.is_empty(), set.source()), (4, false, Path::new("net")));
    assert_eq!(set.get("a.b").unwrap().values(), [1.0]);
    assert_eq!(set.find("b").unwrap().file(), Path::new("net"));
    assert!(set.get("a").is_none() && set.find("a").is_err());
    assert_eq!(set.unexpected(|name| name.starts_with('a')), ["B", "b"]);
    let empty = TensorSet::new("net", []).unwrap();
    assert!(empty.is_empty() && empty.names().next().is_none());
}

/// A regular file that opens, and whose first bytes nobody may read.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_opens_and_cannot_be_read_is_the_systems_fault() {
    let error = TensorSet::load("/proc/self/mem").unwrap_err();
    assert!(matches!(error, WeightsError::Io { .. }), "{error}");
}
