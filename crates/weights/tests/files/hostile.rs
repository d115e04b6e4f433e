//! Bytes from strangers: whatever they are, an answer or an error, never a panic.

use std::fs;

use proptest::prelude::*;
use weights::TensorSet;
use zip::CompressionMethod::{Deflated, Stored};

use crate::writing::{dictionary, npy, npz, singles};

/// A change to a file.
#[derive(Clone, Debug)]
enum Damage {
    Overwrite(u8),
    Insert(u8),
    Remove(usize),
    Truncate,
}

/// Where, as a fraction of the file in units of 1/65536, and what.
fn damages() -> impl Strategy<Value = Vec<(u16, Damage)>> {
    let damage = prop_oneof![
        8 => any::<u8>().prop_map(Damage::Overwrite),
        2 => any::<u8>().prop_map(Damage::Insert),
        // Characters that mean something in a header.
        4 => prop::sample::select(b"(){}[],:'\"<>|0123456789 fTiL\\".to_vec()).prop_map(Damage::Overwrite),
        2 => (1..9_usize).prop_map(Damage::Remove),
        1 => Just(Damage::Truncate),
    ];
    prop::collection::vec((any::<u16>(), damage), 0..6)
}

fn damaged(mut bytes: Vec<u8>, damages: &[(u16, Damage)]) -> Vec<u8> {
    for (place, damage) in damages {
        let at = (bytes.len() * usize::from(*place)) >> 16;
        match damage {
            Damage::Insert(byte) => bytes.insert(at, *byte),
            _ if bytes.is_empty() => {}
            Damage::Overwrite(byte) => bytes[at] = *byte,
            Damage::Remove(count) => drop(bytes.drain(at..(at + count).min(bytes.len()))),
            Damage::Truncate => bytes.truncate(at),
        }
    }
    bytes
}

/// Loads bytes as a file of that name, and checks what every loaded set promises.
fn load(name: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join(name);
    fs::write(&file, bytes)?;
    let path = if name.ends_with(".npy") { folder.path() } else { &file };
    match TensorSet::load(path) {
        Ok(set) => {
            for tensor in set.iter() {
                prop_assert_eq!(tensor.shape().iter().product::<usize>(), tensor.values().len());
                prop_assert!(tensor.values().iter().all(|value| value.is_finite()));
            }
        }
        Err(error) => {
            let error = error.to_string();
            prop_assert!(error.starts_with(&*folder.path().to_string_lossy()));
            prop_assert!(!error.contains('\n'), "{:?} is not one line", error);
        }
    }
    Ok(())
}

fn arrays() -> [Vec<u8>; 3] {
    let doubles: Vec<u8> = (0..12_i16).flat_map(|i| f64::from(i).to_be_bytes()).collect();
    [
        singles(&[2, 3], &[0.0, 0.25, 0.5, 0.75, 1.0, 1.25]),
        npy(&dictionary(">f8", true, &[3, 2, 2]), &doubles),
        npy(&dictionary("<f2", true, &[]), &[0, 0x3c]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn damaged_arrays_never_panic(which in 0..3_usize, damages in damages()) {
        load("a.npy", &damaged(arrays()[which].clone(), &damages))?;
    }

    #[test]
    fn damaged_archives_never_panic(deflate: bool, damages in damages()) {
        let members = ["a.npy", "b.npy", "c.npy"].into_iter().zip(arrays());
        load("a.npz", &damaged(npz(if deflate { Deflated } else { Stored }, members), &damages))?;
    }

    #[test]
    fn damaged_headers_in_sound_archives_never_panic(which in 0..3_usize, damages in damages()) {
        let array = damaged(arrays()[which].clone(), &damages);
        load("a.npz", &npz(Stored, [("a.npy", array)]))?;
    }

    #[test]
    fn any_dictionary_never_panics(dictionary in "[{}()\\[\\],:'\"<>|a-z0-9é \\\\]{0,60}", data: [u8; 4]) {
        load("a.npy", &npy(&dictionary, &data))?;
        let with_keys = format!("{{'descr': '<f4', 'fortran_order': True, 'shape': ({dictionary})}}");
        load("a.npy", &npy(&with_keys, &data))?;
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), version in 0..4_u8) {
        load("a.npy", &bytes)?;
        load("a.npy", &[b"\x93NUMPY", &[version, 0][..], &bytes].concat())?;
        load("a.npz", &bytes)?;
        load("a.npz", &[b"PK\x05\x06", &bytes[..]].concat())?;
    }
}

/// Files that PyTorch and safetensors wrote, small ones.
fn written() -> Vec<Vec<u8>> {
    let files = ["layouts.th", "layouts_protocol4.th", "layouts.pth", "layouts_deflated.pth", "half.safetensors"];
    files.map(|file| fs::read(crate::written::folder().join(file)).unwrap()).to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn damaged_files_of_pytorch_and_safetensors_never_panic(which in 0..5_usize, damages in damages()) {
        load("net", &damaged(written()[which].clone(), &damages))?;
    }

    #[test]
    fn damaged_pickles_in_sound_archives_never_panic(damages in damages()) {
        let pickle = crate::pickling::state_dict(&[crate::pickling::Claim::plain()]);
        let values = [1.0; 6];
        load("net", &crate::pickling::archive(Deflated, &damaged(pickle, &damages), &[("0", &values)]))?;
    }

    #[test]
    fn any_pickle_never_panics(program in prop::collection::vec(any::<u8>(), 0..60)) {
        load("net", &crate::pickling::legacy(&program, &[]))?;
        // More of those that do something.
        let opcodes = b"()0122KN]lt}dasuebqhcRQ.\x85\x86\x87\x88\x93\x94\x81XG";
        let chosen: Vec<u8> = program.iter().map(|byte| opcodes[usize::from(*byte) % opcodes.len()]).collect();
        load("net", &crate::pickling::legacy(&chosen, &[]))?;
    }

    #[test]
    fn damaged_headers_of_safetensors_never_panic(damages in damages()) {
        let header = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[],"data_offsets":[8,10]}}"#;
        let header = damaged(header.as_bytes().to_vec(), &damages);
        load("net", &[&(header.len() as u64).to_le_bytes()[..], &header, &[0; 10]].concat())?;
    }
}

/// Found by fuzzing: the name of an archive's member may be anything.
#[test]
fn a_line_break_in_a_members_name_does_not_reach_the_sentence() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("ten\nsor.npy", options).unwrap();
    std::io::Write::write_all(&mut zip, b"no array").unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    load("tensors.npz", &bytes).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tensors.npz");
    fs::write(&file, bytes).unwrap();
    let error = TensorSet::load(&file).unwrap_err().to_string();
    assert!(error.contains("ten\u{fffd}sor"), "{error}");
}

/// An archive's only member, deflated, with the shape that its header claims and as many bytes of zeros as are there.
fn deflated(shape: &[usize], bytes: usize) -> Vec<u8> {
    let claim = npy(&dictionary("<f4", false, shape), &vec![0; bytes]);
    npz(Deflated, [("a.npy", claim)])
}

fn refusal(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("net.npz");
    fs::write(&file, bytes).unwrap();
    TensorSet::load(&file).unwrap_err().to_string()
}

/// 2^60 elements and a few million bytes: were they unpacked before the header is understood, the damage among them
/// would be found.
#[test]
fn a_claim_beyond_the_bytes_that_are_there_unpacks_nothing_behind_the_header() {
    let zeros = 4 << 20;
    let mut bytes = deflated(&[1 << 20, 1 << 20, 1 << 20], zeros);
    let packed = bytes.len();
    bytes[packed / 2..packed / 2 + 8].fill(0xff);
    let error = refusal(&bytes);
    let expected = format!(
        "net.npz: tensor `a`: expected {} bytes of data after the header, found it truncated to {zeros}",
        1_u64 << 62
    );
    assert!(error.ends_with(&expected), "{error}");
    // The damage is there: with a claim that the bytes meet, it is found.
    let mut bytes = deflated(&[1 << 20], zeros);
    bytes[packed / 2..packed / 2 + 8].fill(0xff);
    let error = refusal(&bytes);
    assert!(error.contains("found a corrupt archive member"), "{error}");
}

/// A file of no size at all behind its header has the size that its length says, not the one that its shape says.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so in one line")]
fn a_claim_beyond_a_files_length_reads_nothing_behind_the_header() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::File::create(folder.path().join("a.npy")).unwrap();
    let header = npy(&dictionary("<f4", false, &[1 << 30, 1 << 30]), &[]);
    std::io::Write::write_all(&mut { &file }, &header).unwrap();
    // A hole: nobody has room to read it.
    if file.set_len(1 << 43).is_err() {
        eprintln!("skipped: this file system has no files of 8 TiB");
        return;
    }
    let error = TensorSet::load(folder.path()).unwrap_err().to_string();
    let behind = (1_u64 << 43) - header.len() as u64;
    let expected = format!("expected {} bytes of data after the header, found it truncated to {behind}", 1_u64 << 62);
    assert!(error.ends_with(&expected), "{error}");
}

/// Zeros deflate to a thousandth. What an archive may hold of them is bounded by its own size, whatever its headers
/// say.
#[test]
fn members_that_unpack_to_far_more_than_their_archive_are_refused() {
    let singles = |count: usize| npy(&dictionary("<f4", false, &[count]), &vec![0; 4 * count]);
    let quarter = singles(16 << 20);
    let four = ["a.npy", "b.npy", "c.npy", "d.npy"].map(|name| (name, quarter.clone()));
    let bytes = npz(Deflated, four);
    let file = bytes.len() as u64;
    assert!(file < 400_000, "zeros should deflate: {file} bytes");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.npz");
    // A network of 256 MiB of zeros may be that small: twice the file is allowed beside.
    fs::write(&path, bytes).unwrap();
    assert_eq!(TensorSet::load(&path).unwrap().len(), 4);
    let fifth = singles(1 << 20);
    let five = [("a.npy", &quarter), ("b.npy", &quarter), ("c.npy", &quarter), ("d.npy", &quarter), ("e.npy", &fifth)];
    let bytes = npz(Deflated, five.map(|(name, array)| (name, array.clone())));
    let left = 2 * bytes.len() as u64;
    let error = refusal(&bytes);
    let expected = format!(
        "tensor `e`: expected no more than {left} bytes, which are left to a file of this size, found that it would unpack to {}",
        4 << 20
    );
    assert!(error.ends_with(&expected), "{error}");
}
