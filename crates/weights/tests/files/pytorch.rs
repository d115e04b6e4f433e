//! PyTorch's files that are wrong, or hold more than tensors, and the sentence each gets.

use std::fs;

use weights::TensorSet;
use zip::CompressionMethod::{Deflated, Stored};

use crate::malformed::assert_sentence;
use crate::pickling::{Claim, archive, legacy, legacy_head, list, state_dict, text};

const VALUES: [f32; 6] = [0.0, 0.25, 0.5, 0.75, 1.0, 1.25];
const CORRUPT: &str = "net.pth: expected a PyTorch checkpoint, found a corrupt one: ";
const REFUSED: &str = "net.pth: expected a state dict of tensors, found ";
const SAVE: &str = ", which only running code would make: save the tensors alone, torch.save(model.state_dict(), path)";

#[track_caller]
fn refused(bytes: &[u8], expected: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("net.pth");
    fs::write(&file, bytes).unwrap();
    let expected = expected.replace("CORRUPT ", CORRUPT).replace("REFUSED ", REFUSED).replace(" SAVE", SAVE);
    assert_sentence(scratch.path(), &file, &expected);
}

/// A pickle's program in both formats.
#[track_caller]
fn both_refused(pickle: &[u8], expected: &str) {
    refused(&legacy(pickle, &[]), expected);
    refused(&archive(Deflated, pickle, &[]), expected);
}

#[test]
fn a_file_that_is_right_is_read_in_both_formats() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("net.pth");
    let pickle = state_dict(&[Claim::plain()]);
    for bytes in [
        legacy(&pickle, &[("0", &VALUES)]),
        archive(Stored, &pickle, &[("0", &VALUES)]),
        archive(Deflated, &pickle, &[("0", &VALUES)]),
    ] {
        fs::write(&file, bytes).unwrap();
        assert_eq!(TensorSet::load(&file).unwrap().require("a", &[2, 3]).unwrap().values(), VALUES);
    }
}

#[test]
fn what_only_code_could_make_is_refused_by_name() {
    let big = text(&"x".repeat(9_000));
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"cos\nsystem\n(X\x02\0\0\0lstR.".to_vec(), "REFUSED a pickled `os.system` SAVE"),
        (b"\x80\x04\x8c\x05posix\x8c\x06system\x93.".to_vec(), "REFUSED a pickled `posix.system` SAVE"),
        (b"c__builtin__\neval\n.".to_vec(), "REFUSED a pickled `__builtin__.eval` SAVE"),
        (b"cbuiltins\ngetattr\n.".to_vec(), "REFUSED a pickled `builtins.getattr` SAVE"),
        (b"ctorch\nload\n.".to_vec(), "REFUSED a pickled `torch.load` SAVE"),
        (b"cargparse\nNamespace\n.".to_vec(), "REFUSED a pickled `argparse.Namespace` SAVE"),
        // The list is of modules with names, not of either.
        (b"cos\nOrderedDict\n.".to_vec(), "REFUSED a pickled `os.OrderedDict` SAVE"),
        (b"ctorch._utils\n_rebuild_qtensor\n.".to_vec(), "REFUSED a pickled `torch._utils._rebuild_qtensor` SAVE"),
        (b"(ios\nsystem\n.".to_vec(), "REFUSED a pickled object of a class SAVE"),
        (b"(o.".to_vec(), "REFUSED a pickled object of a class SAVE"),
        (b")}\x92.".to_vec(), "REFUSED a pickled object of a class SAVE"),
        (b"\x82\x01.".to_vec(), "REFUSED a pickled object of a registered class SAVE"),
        (b"P1\n.".to_vec(), "REFUSED a pickle that refers to something outside by a text SAVE"),
        (b"\x97.".to_vec(), "REFUSED a pickle with the opcode 0x97 SAVE"),
        (b"K\x01)R.".to_vec(), "REFUSED a call of something without a name SAVE"),
        ([&b"c"[..], b"a\x1b[31m\n", b"b\n."].concat(), "REFUSED a pickled `a\u{fffd}[31m.b` SAVE"),
        ([&big[..], &big, b"\x93."].concat(), "REFUSED a pickled `xxx.."),
        (
            [&b"("[..], &text("module"), b"ctorch\nFloatStorage\nX\x01\0\0\0aNNtQ."].concat(),
            "REFUSED a pickled module with its source SAVE",
        ),
    ];
    for (pickle, expected) in cases {
        both_refused(&pickle, expected);
    }
}

#[test]
fn pickles_that_are_no_state_dict_say_what_they_hold() {
    let one = {
        let whole = state_dict(&[Claim::plain()]);
        // Without the dictionary and the name: from behind `}(` and the text.
        let tensor = &whole[4 + 6..whole.len() - 2];
        [tensor, b"."].concat()
    };
    both_refused(b"}.", "REFUSED none: it holds an empty dictionary");
    both_refused(b"].", "REFUSED none: it holds a list");
    both_refused(b"K\x01.", "REFUSED none: it holds a single value");
    both_refused(
        &[&b"}("[..], &text("epoch"), b"K\x03", &text("lr"), b"G????????u."].concat(),
        "REFUSED none: it holds a dictionary of epoch, lr",
    );
    refused(&legacy(&one, &[("0", &VALUES)]), "REFUSED none: it holds one tensor without a name");
    let long = ["x".repeat(90), "y".repeat(90)].map(|name| [text(&name), b"N".to_vec()].concat()).concat();
    let sentence = format!("REFUSED none: it holds a dictionary of {}, {}...", "x".repeat(90), "y".repeat(28));
    both_refused(&[&b"}("[..], &long, b"u."].concat(), &sentence);
    // A dictionary that holds itself, and one that is held in very many ways.
    both_refused(&[&b"}q\0"[..], &text("self"), b"h\0s."].concat(), "REFUSED none: it holds a dictionary of self");
    let mut many = b"}q\0".to_vec();
    for i in 1..200_u8 {
        many.extend(
            [&b"}"[..], &text("left"), b"h", &[i - 1], b"s", &text("right"), b"h", &[i - 1], b"sq", &[i]].concat(),
        );
    }
    both_refused(&[&many[..], b"."].concat(), "REFUSED none: it holds a dictionary of left, right");
}

#[test]
fn damaged_pickles_say_what_is_wrong() {
    let copies = {
        // A list of 1,000 pairs, from which dictionaries are made again and again.
        let pairs = b"K\x01K\x02\x86".repeat(1_000);
        let made = b"ccollections\nOrderedDict\nh\0\x85R0".repeat(1_000);
        [&b"]("[..], &pairs, b"eq\0", &made, b"."].concat()
    };
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b".".to_vec(), "CORRUPT its pickle takes more from the stack than there is"),
        (b"(0.".to_vec(), "CORRUPT its pickle takes more from the stack than there is"),
        (b"K\x01(.".to_vec(), "CORRUPT its pickle takes more from the stack than there is"),
        (b"2.".to_vec(), "CORRUPT its pickle looks at a stack that is empty"),
        (b"K\x01(2.".to_vec(), "CORRUPT its pickle looks at a stack that is empty"),
        (b"t.".to_vec(), "CORRUPT its pickle goes back to a mark that was not set"),
        (b"h\x07.".to_vec(), "CORRUPT its pickle recalls 7, which it did not keep"),
        (b"gx\n.".to_vec(), "CORRUPT a place of its pickle's memory is no number"),
        (b"}(K\x01u.".to_vec(), "CORRUPT its pickle fills a dictionary with a key that has no value"),
        (b"K\x01K\x02a.".to_vec(), "CORRUPT its pickle fills something that is no container of that kind"),
        (b"]K\x01K\x02s.".to_vec(), "CORRUPT its pickle fills something that is no container of that kind"),
        (b"K\x01K\x02\x93.".to_vec(), "CORRUPT its pickle names something by what is no text"),
        (b"ctorch\nSize\nK\x01R.".to_vec(), "CORRUPT its pickle calls something with what is no tuple"),
        (b"ctorch\nFloatStorage\n)R.".to_vec(), "CORRUPT its pickle calls a type of elements"),
        (
            b"ccollections\nOrderedDict\nK\x01\x85R.".to_vec(),
            "CORRUPT its pickle makes a dictionary of what are no pairs",
        ),
        (
            b"ccollections\nOrderedDict\n]K\x01a\x85R.".to_vec(),
            "CORRUPT its pickle makes a dictionary of what are no pairs",
        ),
        (b"K\x01Q.".to_vec(), "CORRUPT its pickle refers to something outside that is no storage"),
        (b"(NNNNNtQ.".to_vec(), "CORRUPT its pickle refers to something outside that is no storage"),
        (
            b"ctorch._utils\n_rebuild_tensor_v2\n)R.".to_vec(),
            "CORRUPT its pickle makes a tensor of what is no storage, offset, shape and strides",
        ),
        (b"X\x01\0\0\0\xff.".to_vec(), "CORRUPT a string in its pickle is no UTF-8"),
        (b"c\xff\n\n.".to_vec(), "CORRUPT a line in it is no text"),
        (b"I".iter().chain(&[b'9'; 70_000]).copied().collect(), "CORRUPT a line in it has more than 65536 bytes"),
        // What is claimed is compared with what is there before anything is allocated.
        (b"\x8b\xff\xff\xff\x7f\0.".to_vec(), "CORRUPT its pickle ends early, within what begins at its byte .."),
        (b"X\xff\xff\xff\xff.".to_vec(), "CORRUPT its pickle ends early, within what begins at its byte .."),
        (
            b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff.".to_vec(),
            "CORRUPT its pickle ends early, within what begins at its byte ..",
        ),
        // What makes much of little: objects, nesting, a memory of many places, recalls, copies.
        (vec![b')'; 1 << 21], "CORRUPT its pickle makes more than 1048576 objects"),
        ([&b")"[..], &vec![0x85; 1 << 21]].concat(), "CORRUPT its pickle makes more than 1048576 objects"),
        (vec![b'('; 1 << 21], "CORRUPT its pickle makes more than 1048576 objects"),
        ([&b")"[..], &vec![0x94; 1 << 21]].concat(), "CORRUPT its pickle makes more than 1048576 objects"),
        ([&b")q\0"[..], &b"h\0".repeat(1 << 20)].concat(), "CORRUPT its pickle makes more than 1048576 objects"),
        ([&b")"[..], &vec![b'2'; 1 << 21]].concat(), "CORRUPT its pickle makes more than 1048576 objects"),
        (copies, "CORRUPT its pickle makes more than 1048576 objects"),
    ];
    for (pickle, expected) in cases {
        both_refused(&pickle, expected);
    }
    // A nest that is deep and allowed, and an integer of 255 bytes.
    both_refused(&[&b")"[..], &vec![0x85; 1 << 19], b"."].concat(), "REFUSED none: it holds a list");
    both_refused(&[&b"\x8a\xff"[..], &[7; 255], b"."].concat(), "REFUSED none: it holds a single value");
}

/// Claims of one tensor, and what is said of it.
fn wrong_claims() -> Vec<(Claim, String)> {
    let plain = Claim::plain;
    let ends = |bytes: u64| {
        format!(
            "TENSOR expected elements within its storage, found that they end after {bytes} bytes of storage `0`, which has 24"
        )
    };
    let beyond = |shape: &[i64], strides: &[i64]| {
        format!(
            "CORRUPT the shape {shape:?}, the strides {strides:?} and the offset 0 of a tensor lead beyond the integers"
        )
    };
    let no_tensor = || "CORRUPT its pickle makes a tensor of what is no storage, offset, shape and strides".to_owned();
    let whole_numbers = ("LongStorage", "0", 3);
    vec![
        (Claim { offset: 1, ..plain() }, ends(28)),
        (Claim { strides: vec![4, 1], ..plain() }, ends(28)),
        (Claim { shape: vec![9, 2], strides: vec![0, 1 << 40], ..plain() }, ends(4 * ((1 << 40) + 1))),
        (Claim { offset: -1, ..plain() }, no_tensor()),
        (Claim { shape: vec![-2, 3], ..plain() }, no_tensor()),
        (Claim { strides: vec![-3, 1], ..plain() }, no_tensor()),
        (Claim { shape: vec![1; 65], strides: vec![1; 65], ..plain() }, no_tensor()),
        (Claim { storage: ("UntypedStorage", "0", 24), ..plain() }, no_tensor()),
        (Claim { strides: vec![1], ..plain() }, beyond(&[2, 3], &[1])),
        (Claim { shape: vec![1 << 62, 4], ..plain() }, beyond(&[1 << 62, 4], &[3, 1])),
        (Claim { strides: vec![i64::MAX, i64::MAX], shape: vec![3, 3], ..plain() }, beyond(&[3, 3], &[i64::MAX; 2])),
        // One value for very many: nothing of the file's size bounds them.
        (Claim { shape: vec![1 << 40], strides: vec![0], ..plain() }, "TENSOR expected no more than ..".to_owned()),
        (
            Claim { storage: whole_numbers, shape: vec![3], strides: vec![1], ..plain() },
            "TENSOR expected the dtype float16, bfloat16, float32 or float64, found int64".to_owned(),
        ),
    ]
}

#[test]
fn tensors_that_do_not_lie_in_their_storage_are_refused_in_both_formats() {
    for (claim, expected) in wrong_claims() {
        let expected = expected.replace("TENSOR ", "net.pth: tensor `a`: ");
        let pickle = state_dict(std::slice::from_ref(&claim));
        // As many elements as are claimed of what type ever: 24 bytes.
        let count = u64::from(claim.storage.2).to_le_bytes();
        let data: Vec<u8> = VALUES.iter().flat_map(|value| value.to_le_bytes()).collect();
        refused(&[&legacy_head(), &pickle, &list(&["0"]), &count[..], &data].concat(), &expected);
        refused(&archive(Stored, &pickle, &[("0", &VALUES)]), &expected);
        refused(&archive(Deflated, &pickle, &[("0", &VALUES)]), &expected);
    }
}

#[test]
fn storages_that_are_not_as_claimed_are_refused() {
    let pickle = state_dict(&[Claim::plain()]);
    let whole = legacy(&pickle, &[("0", &VALUES)]);
    let storage = "net.pth: tensor `a`: expected a storage as its pickle describes it, found that ";
    // The stream.
    refused(&legacy(&pickle, &[("0", &VALUES[..5])]), "CORRUPT storage `0` should have 6 elements, and has 5");
    refused(&legacy(&pickle, &[("1", &VALUES)]), "CORRUPT it lists a storage `1` that its pickle does not refer to");
    refused(&legacy(&pickle, &[("0", &VALUES), ("0", &VALUES)]), "CORRUPT it lists the storage `0` twice");
    refused(&legacy(&pickle, &[]), &format!("{storage}there is no storage `0`"));
    refused(
        &[&whole[..], b"more"].concat(),
        &format!("CORRUPT its storages end after {} bytes of {}", whole.len(), whole.len() + 4),
    );
    let twice = state_dict(&[
        Claim::plain(),
        Claim { name: "b", storage: ("DoubleStorage", "0", 3), shape: vec![3], strides: vec![1], ..Claim::plain() },
    ]);
    let three = [&legacy_head(), &twice, &list(&["0"]), &3_u64.to_le_bytes()[..], &[0; 24]].concat();
    refused(&three, &format!("{storage}storage `0` is described in two ways"));
    for length in legacy_head().len()..whole.len() {
        refused(&whole[..length], "CORRUPT it..");
    }
    let other = [&b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.K\x02."[..], &whole[20..]].concat();
    refused(&other, "CORRUPT it is of another version than 1001");
    refused(&[&legacy_head(), &pickle, &b"K\x01."[..]].concat(), "CORRUPT it has no list of its storages");
    // The archive.
    for method in [Stored, Deflated] {
        let short = &VALUES[..5];
        refused(
            &archive(method, &pickle, &[("0", short)]),
            &format!("{storage}storage `0` should have 24 bytes, and has 20"),
        );
        refused(&archive(method, &pickle, &[]), &format!("{storage}there is no storage `0`"));
    }
    let mut flipped = archive(Stored, &pickle, &[("0", &VALUES)]);
    let at = flipped.windows(4).position(|four| four == 1.25_f32.to_le_bytes()).unwrap();
    flipped[at] ^= 1;
    refused(&flipped, "net.pth: expected to unpack tensor `a`, found a corrupt archive member: Invalid checksum");
    let mut flipped = archive(Stored, &pickle, &[("0", &VALUES)]);
    let at = flipped.windows(7).position(|seven| seven == b"storage").unwrap();
    flipped[at + 20] ^= 1;
    refused(&flipped, "CORRUPT its data.pkl: Invalid checksum");
}

#[test]
fn archives_that_unpack_to_far_more_than_they_are_are_refused() {
    let zeros = vec![0; (64 << 20) + 1];
    refused(&archive(Deflated, &zeros, &[]), "CORRUPT its data.pkl would unpack to 67108865 bytes, more than 67108864");
    // Many tensors over one deflated storage: each would unpack it again.
    let count = 32_u32 << 20;
    let claims: Vec<Claim> = ["a", "b", "c"]
        .map(|name| Claim {
            name,
            storage: ("FloatStorage", "0", count),
            offset: count.cast_signed() - 1,
            shape: vec![1],
            strides: vec![1],
        })
        .into();
    let bytes = archive(Deflated, &state_dict(&claims), &[("0", &vec![0.0; count as usize])]);
    let left = (256 << 20) + 2 * bytes.len() - 2 * (128 << 20);
    refused(
        &bytes,
        &format!(
            "net.pth: tensor `c`: expected no more than {left} bytes, which are left to a file of this size, found that it would unpack to {}",
            128 << 20
        ),
    );
}

#[test]
fn old_views_of_storages_begin_where_they_say() {
    // ("storage", type, "0", "cpu", 6, ("view", 2, 3)), as PyTorch 0.1 wrote it.
    let view = [&b"("[..], &text("view"), b"K\x02K\x03t"].concat();
    let storage =
        [&b"("[..], &text("storage"), b"ctorch\nFloatStorage\n", &text("0"), &text("cpu"), b"K\x06", &view, b"tQ"]
            .concat();
    let tensor = [&b"ctorch._utils\n_rebuild_tensor\n("[..], &storage, b"K\x01K\x02\x85K\x01\x85tR"].concat();
    let pickle = [&b"}"[..], &text("a"), &tensor, b"s."].concat();
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("net.th");
    fs::write(&file, legacy(&pickle, &[("0", &VALUES)])).unwrap();
    assert_eq!(TensorSet::load(&file).unwrap().find("a").unwrap().values(), &VALUES[3..5]);
}
