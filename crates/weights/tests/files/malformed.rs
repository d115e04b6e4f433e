//! Every way in which an array or a path is wrong, and the sentence it gets.

use std::fs;
use std::path::Path;

use weights::TensorSet;
use zip::CompressionMethod::Deflated;

use crate::writing::{dictionary, npy, npz, singles};

/// The sentence about a path, with the folder that the test made cut out; the table's `..` stands for any ending.
#[track_caller]
pub(crate) fn assert_sentence(folder: &Path, path: &Path, expected: &str) {
    let error = TensorSet::load(path).expect_err(expected).to_string();
    let sentence = error.replace(&format!("{}/", folder.display()), "");
    assert!(!sentence.contains('\n'), "{sentence}");
    match expected.strip_suffix("..") {
        Some(beginning) => assert!(sentence.starts_with(beginning), "expected {expected}\n   found {sentence}"),
        None => assert_eq!(sentence, expected),
    }
}

/// Arrays that are wrong, and what is said after the file and the tensor.
fn wrong_arrays() -> Vec<(Vec<u8>, &'static str)> {
    let header = |descr, shape: &[usize]| dictionary(descr, false, shape);
    let quad = 2_f32.to_le_bytes().repeat(4);
    let singles_of = |dictionary: &str| npy(dictionary, &quad);
    let version = |major| [&b"\x93NUMPY"[..], &[major, 0]].concat();
    let double = |value: f64| npy(&header("<f8", &[]), &value.to_le_bytes());
    let unordered: Vec<u8> = [0.0, 1.0, 1e300, f64::NAN].iter().flat_map(|v| v.to_be_bytes()).collect();
    vec![
        (vec![], r"expected NumPy's \x93NUMPY at its beginning, found no bytes"),
        (b"\x93NUM".to_vec(), r"expected NumPy's \x93NUMPY at its beginning, found \x93NUM"),
        (b"PK\x03\x04 and more".to_vec(), r"expected NumPy's \x93NUMPY at its beginning, found PK\x03\x04 a"),
        // The header's frame.
        (b"\x93NUMPY".to_vec(), "HEADER it ends early"),
        (version(1), "HEADER it ends early"),
        ([version(2), vec![9, 0, 0]].concat(), "HEADER it ends early"),
        ([version(1), vec![9, 0], b"{'descr".to_vec()].concat(), "HEADER it ends early"),
        (version(4), "HEADER its version is 4.0"),
        ([version(2), vec![0xff; 4]].concat(), "HEADER it claims 4294967295 bytes, more than 65535"),
        ([version(1), vec![2, 0, 0xff, 0xfe]].concat(), "HEADER it is not text"),
        // The dictionary.
        (singles_of(""), "HEADER it ends where `{` should be"),
        (singles_of("[]"), "HEADER '[' stands where `{` should"),
        (singles_of("{}"), "HEADER its descr is neither a string nor a list"),
        (singles_of("{'descr': '<f4', 'shape': (4,)}"), "HEADER its fortran_order is neither True nor False"),
        (singles_of("{'descr': '<f4', 'fortran_order': False}"), "HEADER its shape is not a tuple of integers"),
        (singles_of("{'descr': '<f4', 'descr': '<f4'}"), "HEADER it has the key \"descr\" twice"),
        (singles_of("{'color': '<f4'}"), "HEADER it has a key \"color\""),
        (singles_of("{'descr': <f4}"), "HEADER '<' stands where a string, a truth value, a tuple or a list should"),
        (singles_of("{'descr': '<f4}"), "HEADER a string in it does not end"),
        (singles_of(r"{'descr': '<f\x34'}"), r#"HEADER the string "<f\\x34" in it has an escape"#),
        (singles_of("{'descr': [('a', '<f4')"), "HEADER a list in it does not end"),
        // A reader of any Python literal takes for ever over one of these and overflows on the other: CONTRIBUTING.md.
        (singles_of("{'descr': [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["), "HEADER a list in it does not end"),
        (singles_of("{'shape': (0x100000000, 4294967296)}"), "HEADER 'x' stands where a comma should"),
        (singles_of("{'shape': (4)}"), "HEADER ')' stands where a comma should"),
        (singles_of("{'shape': (-4,)}"), "HEADER '-' stands where a dimension should"),
        (singles_of("{'shape': (99999999999999999999,)}"), "HEADER the dimension 99999999999999999999 is too large"),
        (singles_of("{'shape': (4,)} more"), "HEADER 'm' stands where the end of the header should"),
        (singles_of(&header("<f4", &[1; 65])), "HEADER it has 65 dimensions, more than 64"),
        // The dtype.
        (singles_of(&header("<i4", &[4])), "DTYPE \"<i4\""),
        (singles_of(&header("|u1", &[16])), "DTYPE \"|u1\""),
        (singles_of(&header("|b1", &[16])), "DTYPE \"|b1\""),
        (singles_of(&header("<c8", &[2])), "DTYPE \"<c8\""),
        (
            singles_of(&header("|O", &[4])),
            "expected an array of numbers, found one pickled object: save with numpy.savez(path, **state)",
        ),
        (singles_of(&header("|V4", &[4])), "DTYPE \"|V4\""),
        (singles_of(&header(">V2", &[8])), "DTYPE \">V2\""),
        (singles_of(&header("<f16", &[1])), "DTYPE \"<f16\""),
        (singles_of(&header("é4", &[4])), "DTYPE \"é4\""),
        (
            singles_of("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,)}"),
            "DTYPE the structured type [('a', '<f4')]",
        ),
        // The data.
        (singles_of(&header("<f4", &[5])), "expected 20 bytes of data after the header, found it truncated to 16"),
        (
            singles_of(&header("<f4", &[3])),
            "expected 12 bytes of data after the header, found trailing bytes: 16 in all",
        ),
        (
            singles_of(&header("<f4", &[0])),
            "expected 0 bytes of data after the header, found trailing bytes: 16 in all",
        ),
        (
            singles_of(&header("<f4", &[1 << 30, 1 << 30])),
            "expected 4611686018427387904 bytes of data after the header, found it truncated to 16",
        ),
        (
            singles_of(&header("<f4", &[1 << 40, 1 << 40])),
            "HEADER the shape [1099511627776, 1099511627776] is larger than any file",
        ),
        (singles(&[2, 2], &[1.0, 2.0, f32::NAN, f32::NAN]), "expected finite values, found NaN at [1, 0]"),
        (singles(&[1, 2], &[1.0, f32::NEG_INFINITY]), "expected finite values, found -inf at [0, 1]"),
        (npy(&header("<f2", &[]), &[0x00, 0x7c]), "expected finite values, found inf at []"),
        (double(f64::NAN), "expected finite values, found NaN at []"),
        (double(-1e39), "expected values within single precision, found -1e39 at []"),
        // The file holds (0, 0), (1, 0), (0, 1), (1, 1): the number too large comes before the NaN in C order too.
        (
            npy(&dictionary(">f8", true, &[2, 2]), &unordered),
            "expected values within single precision, found 1e300 at [0, 1]",
        ),
    ]
}

#[test]
fn every_wrong_array_names_its_file_and_tensor_and_what_is_wrong() {
    let scratch = tempfile::tempdir().unwrap();
    for (bytes, expected) in wrong_arrays() {
        let fault = expected
            .replace("HEADER", "expected a NumPy header with descr, fortran_order and shape, found that")
            .replace("DTYPE", "expected the dtype float16, bfloat16, float32 or float64, found");
        let folder = scratch.path().join("net");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("fc.bias.npy"), &bytes).unwrap();
        assert_sentence(scratch.path(), &folder, &format!("net/fc.bias.npy: tensor `fc.bias`: {fault}"));
        fs::remove_dir_all(&folder).unwrap();

        let archive = scratch.path().join("net.npz");
        fs::write(&archive, npz(Deflated, [("fc.bias.npy", bytes)])).unwrap();
        assert_sentence(scratch.path(), &archive, &format!("net.npz: tensor `fc.bias`: {fault}"));
    }
}

/// What is said where there is nothing that is read, after the path.
pub(crate) const EXPECTED: &str =
    "expected a folder of .npy files, an .npz archive, a .safetensors file or a PyTorch checkpoint, found";

#[test]
fn a_path_without_weights_says_so() {
    let scratch = tempfile::tempdir().unwrap();
    let path = |name| scratch.path().join(name);
    assert_sentence(scratch.path(), &path("no"), &format!("no: {EXPECTED} nothing at this path"));
    fs::create_dir(path("empty")).unwrap();
    fs::write(path("empty/README"), "nothing else").unwrap();
    let empty = "empty: expected at least one .npy file inside, found none";
    assert_sentence(scratch.path(), &path("empty"), empty);
    fs::write(path("empty/net.pth"), "something").unwrap();
    assert_sentence(scratch.path(), &path("empty"), &format!("{empty}, but net.pth: give that file itself"));
}

#[cfg(unix)]
#[test]
fn what_the_system_refuses_is_passed_on() {
    let scratch = tempfile::tempdir().unwrap();
    let path = |name| scratch.path().join(name);
    let rest = "expected to read it, found that the system refuses:";
    fs::write(path("file"), "").unwrap();
    assert_sentence(scratch.path(), &path("file/net"), &format!("file/net: {rest} Not a directory.."));
    fs::create_dir(path("dangling")).unwrap();
    std::os::unix::fs::symlink("nowhere", path("dangling/a.npy")).unwrap();
    assert_sentence(scratch.path(), &path("dangling"), &format!("dangling/a.npy: {rest} No such file.."));
    fs::create_dir(path("sockets")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(path("sockets/a.npy")).unwrap();
    assert_sentence(scratch.path(), &path("sockets"), &format!("sockets/a.npy: {rest} not a regular file"));
    let found = format!("sockets/a.npy: {EXPECTED} something that is neither a file nor a folder");
    assert_sentence(scratch.path(), &path("sockets/a.npy"), &found);
}
