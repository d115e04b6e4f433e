//! What can be read, and that it reads as the same values.

use std::fs;
use std::path::{Path, PathBuf};

use half::f16;
use proptest::prelude::*;
use weights::{Tensor, TensorSet};
use zip::CompressionMethod::{Deflated, Stored};

use crate::writing::{dictionary, npy, npz, singles};

fn from_numpy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/numpy").join(name)
}

fn is_counter(name: &str) -> bool {
    name.ends_with(".num_batches_tracked")
}

#[test]
fn everything_numpy_wrote_reads_as_quarters() {
    for container in ["", "stored.npz", "deflated.npz"] {
        let set = TensorSet::load_except(from_numpy(container), is_counter).unwrap();
        assert_eq!(set.len(), 11, "{container}");
        for tensor in set.iter() {
            let expected: Vec<f32> = (-5_i16..).take(tensor.values().len()).map(|i| f32::from(i) / 4.0).collect();
            assert_eq!(tensor.values(), expected, "{} of {container}", tensor.name());
        }
        let shape = |name| set.find(name).unwrap().shape();
        assert_eq!(shape("half_big_endian"), [2, 3, 4]);
        assert_eq!(shape("double_fortran_big_endian"), [3, 1, 5, 2]);
        assert_eq!((shape("scalar"), shape("vector"), shape("empty")), (&[][..], &[7][..], &[3, 0, 2][..]));
    }
}

#[test]
fn same_values_in_a_directory_and_in_archives_have_the_same_digest() {
    let digest = |container| TensorSet::load_except(from_numpy(container), is_counter).unwrap().digest();
    assert_eq!(digest(""), digest("stored.npz"));
    assert_eq!(digest(""), digest("deflated.npz"));
}

#[test]
fn the_order_of_members_is_no_part_of_the_digest() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (("a.npy", singles(&[1], &[1.0])), ("b.npy", singles(&[1], &[2.0])));
    let digests = [[a.clone(), b.clone()], [b, a]].map(|members| {
        let file = folder.path().join("weights.npz");
        fs::write(&file, npz(Stored, members)).unwrap();
        TensorSet::load(&file).unwrap().digest()
    });
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn the_digest_tells_names_shapes_and_values_apart() {
    let digest = |name: &str, shape: &[usize], values: &[f32]| {
        Tensor::new("", name, shape.to_vec(), values.to_vec()).unwrap().digest()
    };
    let digests = [
        digest("a", &[2, 1], &[0.0, 1.0]),
        digest("b", &[2, 1], &[0.0, 1.0]),
        digest("a", &[1, 2], &[0.0, 1.0]),
        digest("a", &[2], &[0.0, 1.0]),
        digest("a", &[2, 1], &[1.0, 0.0]),
        digest("a", &[2, 1], &[-0.0, 1.0]),
    ];
    for (i, one) in digests.iter().enumerate() {
        assert!(digests[..i].iter().all(|other| other != one), "digest {i} is not new");
    }
}

#[test]
fn the_digest_is_that_of_the_documented_encoding() {
    // Longer than one block of the conversion, so that its seams are covered.
    let values: Vec<f32> = (0..10_000_i16).map(f32::from).collect();
    let tensor = Tensor::new("", "fc", vec![100, 100], values.clone()).unwrap();
    let mut encoding = Vec::new();
    encoding.extend(2_u64.to_le_bytes());
    encoding.extend(b"fc");
    encoding.extend([2_u64, 100, 100].iter().flat_map(|n| n.to_le_bytes()));
    encoding.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    let expected = blake3::derive_key("streamscope weights: tensor, version 1", &encoding);
    assert_eq!(tensor.digest().as_bytes(), &expected);
    let expected = blake3::derive_key("streamscope weights: set of tensors, version 1", &expected);
    assert_eq!(TensorSet::new("", [tensor]).unwrap().digest().as_bytes(), &expected);
}

#[test]
fn other_files_subdirectories_and_ignored_tensors_are_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("a.npy", &singles(&[1], &[1.0]));
    write("bn1.num_batches_tracked.npy", b"no array at all");
    write("SHA256SUMS", b"no array either");
    fs::create_dir(folder.path().join("b.npy")).unwrap();
    let set = TensorSet::load_except(folder.path(), is_counter).unwrap();
    assert_eq!(set.names().collect::<Vec<_>>(), ["a"]);
    assert_eq!(set.find("a").unwrap().file(), folder.path().join("a.npy"));

    let file = folder.path().join("weights.npz");
    let members = [("a.npy", singles(&[1], &[1.0])), ("x.num_batches_tracked.npy", vec![]), ("README", vec![0])];
    fs::write(&file, npz(Deflated, members)).unwrap();
    let set = TensorSet::load_except(&file, is_counter).unwrap();
    assert_eq!((set.names().collect::<Vec<_>>(), set.find("a").unwrap().file()), (vec!["a"], &*file));
}

#[test]
fn an_archive_is_known_by_how_it_begins_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("weights.zip");
    fs::write(&file, npz(Stored, [("a.npy", singles(&[], &[1.0]))])).unwrap();
    assert_eq!(TensorSet::load(&file).unwrap().require("a", &[]).unwrap().values(), [1.0]);
}

#[test]
fn headers_of_versions_two_and_three_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let dictionary = dictionary("<f4", false, &[1]);
    for version in [2, 3] {
        let length = u32::try_from(dictionary.len()).unwrap().to_le_bytes();
        let data = 1.5_f32.to_le_bytes();
        let bytes = [b"\x93NUMPY", &[version, 0][..], &length, dictionary.as_bytes(), &data].concat();
        fs::write(folder.path().join("a.npy"), bytes).unwrap();
        assert_eq!(TensorSet::load(folder.path()).unwrap().find("a").unwrap().values(), [1.5], "version {version}");
    }
}

#[test]
fn an_empty_array_may_be_huge_in_other_dimensions() {
    let folder = tempfile::tempdir().unwrap();
    let shape = [1 << 40, 1 << 40, 0];
    for fortran_order in [false, true] {
        fs::write(folder.path().join("a.npy"), npy(&dictionary("<f4", fortran_order, &shape), &[])).unwrap();
        assert!(TensorSet::load(folder.path()).unwrap().require("a", &shape).unwrap().values().is_empty());
    }
}

/// The bytes of values in an order of the file, each written by `write`.
fn data<T: Copy, const SIZE: usize>(
    values: &[T],
    fortran_order: bool,
    shape: &[usize],
    write: impl Fn(T) -> [u8; SIZE],
) -> Vec<u8> {
    let mut bytes = vec![0; SIZE * values.len()];
    for (i, &value) in values.iter().enumerate() {
        let position = if fortran_order { fortran_position(i, shape) } else { i };
        bytes[SIZE * position..][..SIZE].copy_from_slice(&write(value));
    }
    bytes
}

/// Where element `i` of C order is in Fortran order, from the definition.
fn fortran_position(i: usize, shape: &[usize]) -> usize {
    let (mut rest, mut position) = (i, 0);
    for axis in (0..shape.len()).rev() {
        let stride: usize = shape[..axis].iter().product();
        position += rest % shape[axis] * stride;
        rest /= shape[axis];
    }
    position
}

/// A shape of up to four dimensions and that many finite half-precision values, which every width can hold.
fn arrays() -> impl Strategy<Value = (Vec<usize>, Vec<f16>)> {
    let finite = any::<u16>().prop_map(f16::from_bits).prop_filter("finite", |value| value.is_finite());
    prop::collection::vec(0..5_usize, 0..=4).prop_flat_map(move |shape| {
        let count = shape.iter().product::<usize>();
        (Just(shape), prop::collection::vec(finite.clone(), count))
    })
}

proptest! {
    #[test]
    fn every_dtype_byte_order_and_element_order_reads_back_bit_for_bit(
        (shape, halves) in arrays(), fortran_order: bool, deflate: bool, archived: bool, dtype in 0..6_usize,
    ) {
        let singles: Vec<f32> = halves.iter().map(|value| value.to_f32()).collect();
        let doubles: Vec<f64> = halves.iter().map(|value| value.to_f64()).collect();
        let (descr, data) = match dtype {
            0 => ("<f2", data(&halves, fortran_order, &shape, f16::to_le_bytes)),
            1 => (">f2", data(&halves, fortran_order, &shape, f16::to_be_bytes)),
            2 => ("<f4", data(&singles, fortran_order, &shape, f32::to_le_bytes)),
            3 => (">f4", data(&singles, fortran_order, &shape, f32::to_be_bytes)),
            4 => ("<f8", data(&doubles, fortran_order, &shape, f64::to_le_bytes)),
            _ => (">f8", data(&doubles, fortran_order, &shape, f64::to_be_bytes)),
        };
        let bytes = npy(&dictionary(descr, fortran_order, &shape), &data);
        let folder = tempfile::tempdir().unwrap();
        let path = if archived {
            let file = folder.path().join("weights.npz");
            fs::write(&file, npz(if deflate { Deflated } else { Stored }, [("t.npy", bytes)])).unwrap();
            file
        } else {
            fs::write(folder.path().join("t.npy"), bytes).unwrap();
            folder.path().to_owned()
        };
        let set = TensorSet::load(path).unwrap();
        let tensor = set.require("t", &shape).unwrap();
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(tensor.values()), bits(&singles));
        prop_assert_eq!(tensor.digest(), Tensor::new("", "t", shape, singles).unwrap().digest());
    }

    #[test]
    fn doubles_are_rounded_to_the_nearest_single(value in -1e38..1e38_f64) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("t.npy"), npy(&dictionary("<f8", false, &[]), &value.to_le_bytes())).unwrap();
        let set = TensorSet::load(folder.path()).unwrap();
        let rounded = set.find("t").unwrap().values()[0];
        // The difference of a double and a single this near to each other is exact.
        let distance = |single: f32| (value - f64::from(single)).abs();
        prop_assert!(distance(rounded) <= distance(rounded.next_up()).min(distance(rounded.next_down())));
    }
}
