//! Memory stays within twice the file's size and a constant, for files that are right and for those that would take more.

use std::fs;
use std::path::Path;

use half::f16;
use weights::TensorSet;
use zip::CompressionMethod::{Deflated, Stored};

use crate::pickling::{Claim, archive, legacy, legacy_head, list, state_dict};
use crate::safetensors::file as safetensors;
use crate::writing::{dictionary, npy, npz};

/// Beside the values: a buffer of 64 KiB, the longest `.npy` header, what a zip reader and a deflater hold, and names.
const OF_A_READER: u64 = 1 << 20;

/// What a file may unpack to whatever its size is, then objects of pickles and a zip archive's directory.
const OF_A_BOMB: u64 = (256 + 96) << 20;

/// The most bytes that loading a path holds at once.
fn peak(path: &Path, succeeds: bool) -> u64 {
    let mut loaded = None;
    let counted = allocation_counter::measure(|| loaded = Some(TensorSet::load(path)));
    let loaded = loaded.unwrap();
    assert_eq!(loaded.is_ok(), succeeds, "{:?}", loaded.map(|set| set.len()));
    counted.bytes_max
}

#[track_caller]
fn held_to(constant: u64, bytes: &[u8], succeeds: bool) {
    held_to_length(constant, bytes, (bytes.len() as u64, succeeds));
}

/// The same, of a file that is packed and has another length unpacked.
#[track_caller]
fn held_to_length(constant: u64, bytes: &[u8], (length, succeeds): (u64, bool)) {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("net");
    fs::write(&file, bytes).unwrap();
    let peak = peak(&file, succeeds);
    assert!(peak <= 2 * length + constant, "{peak} bytes for a file of {length}");
    // What is measured is what is meant: the values at least.
    assert!(!succeeds || peak >= length / 2, "{peak} bytes for a file of {length}");
}

/// Halves that deflate to little less.
fn halves(count: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f16::from_f32(((state >> 16) as f32) / 65_536.0).to_le_bytes()
    };
    (0..count).flat_map(next).collect()
}

const COUNT: usize = 2 << 20;

#[test]
fn of_half_precision_in_every_format_and_layout_nothing_is_held_but_the_values() {
    let data = halves(COUNT);
    let side = COUNT as u64 / 1024;
    for fortran in [false, true] {
        let array = npy(&dictionary("<f2", fortran, &[1024, COUNT / 1024]), &data);
        for method in [Stored, Deflated] {
            let length = array.len() as u64;
            held_to_length(OF_A_READER, &npz(method, [("a.npy", array.clone())]), (length, true));
        }
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("a.npy"), &array).unwrap();
        assert!(peak(scratch.path(), true) <= 2 * array.len() as u64 + OF_A_READER);
    }
    let header = format!(r#"{{"a":{{"dtype":"F16","shape":[{COUNT}],"data_offsets":[0,{}]}}}}"#, data.len());
    held_to(OF_A_READER, &safetensors(&header, &data), true);
    let claim = |name, strides: [u64; 2]| Claim {
        name,
        storage: ("HalfStorage", "0", u32::try_from(COUNT).unwrap()),
        offset: 0,
        shape: vec![1024, side.cast_signed()],
        strides: strides.map(u64::cast_signed).to_vec(),
    };
    for strides in [[side, 1], [1, 1024]] {
        let pickle = state_dict(&[claim("a", strides)]);
        let count = (COUNT as u64).to_le_bytes();
        held_to(OF_A_READER, &[&legacy_head(), &pickle, &list(&["0"]), &count[..], &data].concat(), true);
        for method in [Stored, Deflated] {
            let members = [("net/data.pkl", pickle.clone()), ("net/data/0", data.clone())];
            held_to_length(OF_A_READER, &npz(method, members), (data.len() as u64, true));
        }
    }
}

#[test]
fn many_tensors_of_one_storage_are_bounded_by_the_file() {
    let values = vec![0.5; 1 << 20];
    let count = 1 << 20;
    let whole = |name| Claim {
        name,
        storage: ("FloatStorage", "0", count),
        offset: 0,
        shape: vec![count.into()],
        strides: vec![1],
    };
    let names: Vec<&'static str> = (0..100).map(|i| &*Box::leak(format!("t{i}").into_boxed_str())).collect();
    let claims: Vec<Claim> = names.into_iter().map(whole).collect();
    held_to(OF_A_BOMB, &legacy(&state_dict(&claims), &[("0", &values)]), false);
    held_to(OF_A_BOMB, &archive(Stored, &state_dict(&claims), &[("0", &values)]), false);
    held_to(OF_A_BOMB, &archive(Deflated, &state_dict(&claims), &[("0", &values)]), false);
    // Windows over each other: what they share is held too.
    let windows = Claim { shape: vec![1 << 10, 1 << 19], strides: vec![1, 1], ..whole("w") };
    held_to(OF_A_BOMB, &legacy(&state_dict(&[windows]), &[("0", &values)]), false);
}

#[test]
fn what_makes_much_of_little_is_bounded() {
    let empty = [&b")"[..], &vec![0x94; 1 << 23]].concat();
    for pickle in
        [vec![b')'; 1 << 23], vec![b'('; 1 << 23], vec![b'}'; 1 << 23], [&b")"[..], &[0x85; 1 << 20]].concat(), empty]
    {
        held_to(OF_A_BOMB, &legacy(&pickle, &[]), false);
        held_to(OF_A_BOMB, &archive(Deflated, &pickle, &[]), false);
    }
    let zeros = npy(&dictionary("<f4", false, &[66 << 20]), &vec![0; 264 << 20]);
    held_to(OF_A_BOMB, &npz(Deflated, [("a.npy", zeros)]), false);
    let tensors: Vec<String> =
        (0..150_000).map(|i| format!(r#""{i}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#)).collect();
    held_to(OF_A_BOMB, &safetensors(&format!("{{{}}}", tensors.join(",")), &[]), true);
}

#[test]
fn an_archive_of_very_many_members_is_bounded() {
    // The most that an archive of the plain kind can have, and more than that.
    let names: Vec<String> = (0..150_000).map(|i| i.to_string()).collect();
    for count in [60_000, 150_000] {
        let members = names[..count].iter().map(|name| (name.as_str(), Vec::new()));
        held_to(OF_A_BOMB, &npz(Stored, members), false);
    }
}
