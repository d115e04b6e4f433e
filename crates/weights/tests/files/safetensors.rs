//! `.safetensors` files and indices that are wrong, and the sentence each gets.

use std::fs;
use std::path::Path;

use weights::TensorSet;

use crate::malformed::assert_sentence;

/// A file of a header and some bytes behind it.
pub(crate) fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

fn tensor(name: &str, dtype: &str, shape: &str, offsets: (u64, u64)) -> String {
    let (begin, end) = offsets;
    format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{begin},{end}]}}"#)
}

#[test]
fn every_wrong_file_names_itself_and_what_is_wrong() {
    let one = |dtype, shape, offsets| format!("{{{}}}", tensor("a", dtype, shape, offsets));
    let two = |offsets: [(u64, u64); 2]| {
        format!("{{{},{}}}", tensor("a", "F32", "[1]", offsets[0]), tensor("b", "F32", "[1]", offsets[1]))
    };
    // Eight tensors of nearly 2^61 bytes: with the header's length they end beyond 64 bits.
    let size = (1_u64 << 61) - 1;
    let huge: Vec<String> =
        (0..8).map(|i| tensor(&i.to_string(), "U8", &format!("[{size}]"), (i * size, (i + 1) * size))).collect();
    let header_of = |length: u64| [&length.to_le_bytes()[..], b"{"].concat();
    let table = "CORRUPT its header is no table: ..";
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (header_of(2), "CORRUPT its header claims 2 bytes, and 1 follow"),
        (header_of(1 << 39), "CORRUPT its header claims 549755813888 bytes, and 1 follow"),
        (
            [&header_of(17 << 20)[..], &vec![b' '; 17 << 20]].concat(),
            "CORRUPT its header claims 17825792 bytes, more than 16777216",
        ),
        (file("{", &[]), table),
        (file("{}", &[]), "CORRUPT it holds no tensor"),
        (file(r#"{"__metadata__":{"format":"pt"}}"#, &[]), "CORRUPT it holds no tensor"),
        (file("{\"a\":1}", &[]), table),
        (file(r#"{"\uD800":1}"#, &[]), table),
        (file(&format!("{{\"a\":{}", "[".repeat(100_000)), &[]), table),
        (file(&one("F33", "[1]", (0, 4)), &[0; 4]), table),
        (file(&one("F32", "[-1]", (0, 4)), &[0; 4]), table),
        (file(&one("F32", "[1]", (0, 4)), &[0; 3]), "CORRUPT its tensors end after 4 bytes, and 3 follow its header"),
        (file(&one("F32", "[1]", (0, 4)), &[0; 5]), "CORRUPT its tensors end after 4 bytes, and 5 follow its header"),
        (file(&one("F32", "[2]", (0, 4)), &[0; 4]), "CORRUPT invalid shape, data type, or offset for tensor"),
        (file(&one("F32", "[1]", (4, 8)), &[0; 8]), "CORRUPT invalid offset for tensor `a`"),
        (file(&one("F32", "[1]", (4, 0)), &[0; 4]), "CORRUPT invalid offset for tensor `a`"),
        (file(&two([(0, 4), (0, 4)]), &[0; 4]), "CORRUPT invalid offset for tensor `b`"),
        (file(&two([(0, 4), (2, 6)]), &[0; 6]), "CORRUPT invalid offset for tensor `b`"),
        (file(&two([(0, 4), (8, 12)]), &[0; 12]), "CORRUPT invalid offset for tensor `b`"),
        (
            file(&one("F32", "[4611686018427387904,4]", (0, 4)), &[0; 4]),
            "CORRUPT overflow computing buffer size from shape and/or element type",
        ),
        (
            file(&format!("{{{}}}", huge.join(",")), &[0; 4]),
            "CORRUPT its tensors end after 18446744073709551608 bytes, and 4 follow its header",
        ),
        (
            file(&format!("{{{},{}}}", tensor("a", "F32", "[1]", (0, 4)), tensor("a", "F32", "[1]", (4, 8))), &[0; 8]),
            "CORRUPT its header has `a` twice",
        ),
        (
            file(&one("I64", "[1]", (0, 8)), &[0; 8]),
            "TENSOR expected the dtype float16, bfloat16, float32 or float64, found I64",
        ),
        (
            file(&one("F8_E4M3", "[1]", (0, 1)), &[0]),
            "TENSOR expected the dtype float16, bfloat16, float32 or float64, found F8_E4M3",
        ),
        (file(&one("F32", "[1]", (0, 4)), &f32::NAN.to_le_bytes()), "TENSOR expected finite values, found NaN at [0]"),
        (file(&one("BF16", "[]", (0, 2)), &[0x80, 0xff]), "TENSOR expected finite values, found -inf at []"),
        (
            file(&one("F64", "[1,1]", (0, 8)), &1e300_f64.to_le_bytes()),
            "TENSOR expected values within single precision, found 1e300 at [0, 0]",
        ),
    ];
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("net.safetensors");
    for (bytes, expected) in cases {
        fs::write(&path, bytes).unwrap();
        let expected = expected
            .replace("CORRUPT ", "net.safetensors: expected a .safetensors file, found a corrupt one: ")
            .replace("TENSOR ", "net.safetensors: tensor `a`: ");
        assert_sentence(scratch.path(), &path, &expected);
    }
}

#[test]
fn all_four_dtypes_are_read_and_what_is_ignored_may_be_of_any() {
    let header = [
        tensor("b", "BF16", "[2]", (0, 4)),
        tensor("h", "F16", "[1]", (4, 6)),
        tensor("s", "F32", "[1]", (6, 10)),
        tensor("d", "F64", "[]", (10, 18)),
        tensor("n", "I64", "[1]", (18, 26)),
        tensor("z", "F32", "[0,3]", (26, 26)),
    ];
    let data =
        [&[0x80, 0x3f, 0, 0xc0][..], &[0, 0x38], &0.25_f32.to_le_bytes(), &(-8_f64).to_le_bytes(), &[7; 8]].concat();
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("net");
    fs::write(&path, file(&format!("{{{}}}", header.join(",")), &data)).unwrap();
    let set = TensorSet::load_except(&path, |name| name == "n").unwrap();
    let of = |name| set.find(name).unwrap().values();
    assert_eq!([of("b"), of("h"), of("s"), of("d"), of("z")], [&[1.0, -2.0][..], &[0.5], &[0.25], &[-8.0], &[]]);
}

#[test]
fn an_index_leads_to_files_of_its_folder_and_to_the_tensors_that_it_names() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("net");
    fs::create_dir(&folder).unwrap();
    let one =
        |name: &str, value: f32| file(&format!("{{{}}}", tensor(name, "F32", "[1]", (0, 4))), &value.to_le_bytes());
    fs::write(folder.join("1.safetensors"), one("a", 1.0)).unwrap();
    fs::write(folder.join("2.safetensors"), one("b", 2.0)).unwrap();
    fs::write(scratch.path().join("outside"), one("c", 3.0)).unwrap();
    let index = |text: &str| fs::write(folder.join("model.safetensors.index.json"), text).unwrap();
    index(r#"{"metadata":{},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#);
    let set = TensorSet::load(&folder).unwrap();
    assert_eq!(set.iter().map(|t| t.values()[0]).collect::<Vec<_>>(), [1.0, 2.0]);
    assert_eq!(set.find("b").unwrap().file(), folder.join("2.safetensors"));
    let said = |text: &str, expected: &str| {
        index(text);
        let corrupt =
            "net/model.safetensors.index.json: expected an index of .safetensors files, found a corrupt one: ";
        assert_sentence(scratch.path(), &folder, &format!("{corrupt}{expected}"));
    };
    said("{}", "missing field `weight_map` ..");
    said("[", "EOF while parsing ..");
    let not_there = |file: &str| format!("it names a file `{file}`, which is not in the folder");
    said(r#"{"weight_map":{"a":"3.safetensors"}}"#, &not_there("3.safetensors"));
    said(r#"{"weight_map":{"c":"../outside"}}"#, &not_there("../outside"));
    let outside = scratch.path().join("outside").display().to_string();
    said(&format!(r#"{{"weight_map":{{"c":"{outside}"}}}}"#), "it names a file `..");
    said(
        r#"{"weight_map":{"b":"1.safetensors"}}"#,
        "it says that `b` is in 1.safetensors, which has none of that name",
    );
    index(r#"{"weight_map":{"a":"1.safetensors"}}"#);
    fs::write(folder.join("1.safetensors"), b"\x02\0\0\0\0\0\0\0{").unwrap();
    let cut =
        "net/1.safetensors: expected a .safetensors file, found a corrupt one: its header claims 2 bytes, and 1 follow";
    assert_sentence(scratch.path(), &folder, cut);
    assert!(Path::new(&outside).is_file());
}
