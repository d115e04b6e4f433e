//! What a file is, by its content and whatever it is called.

use std::fs;
use std::path::Path;

use weights::{Checkpoint, TensorSet};
use zip::CompressionMethod::{Deflated, Stored};

use crate::malformed::{EXPECTED, assert_sentence};
use crate::writing::{dictionary, npy, npz, singles};
use crate::written;

#[track_caller]
fn named(bytes: &[u8], expected: &str) {
    let scratch = tempfile::tempdir().unwrap();
    // Named as what it is not.
    for name in ["net.npz", "net.pth", "net.safetensors", "net"] {
        let file = scratch.path().join(name);
        fs::write(&file, bytes).unwrap();
        assert_sentence(scratch.path(), &file, &format!("{name}: {EXPECTED} {expected}"));
    }
}

#[test]
fn what_is_not_read_is_named_for_what_it_is_with_the_way_on() {
    let save = "load it where it was made, and save the arrays with numpy.savez(path, **{name: array})";
    let elsewhere = |found: &str| format!("{found}: {save}");
    let tar = |name: &[u8], magic: &[u8]| [name, &vec![0; 257 - name.len()], magic, &[0; 300]].concat();
    let cases: Vec<(Vec<u8>, String)> = vec![
        (b"".to_vec(), "an empty file: download the file itself".to_owned()),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 46830571\n".to_vec(),
            "a Git LFS pointer: git lfs pull brings the file that it stands for".to_owned(),
        ),
        (b"<!DOCTYPE html><html>".to_vec(), "an HTML page: download the file itself".to_owned()),
        (b"\n <HTML lang=en>".to_vec(), "an HTML page: download the file itself".to_owned()),
        (b"\x89HDF\r\n\x1a\n\0\0".to_vec(), elsewhere("an HDF5 file, as Keras and MATLAB write them")),
        (b"\x08\x07\x12\x07pytorch".to_vec(), elsewhere("an ONNX model")),
        (b"\x08\x01\x12\xf0\x9c".to_vec(), elsewhere("a TensorFlow SavedModel")),
        (b"\x1c\0\0\0TFL3\0\0".to_vec(), elsewhere("a TensorFlow Lite model")),
        (b"GGUF\x03\0\0\0".to_vec(), elsewhere("a GGUF file")),
        (b"\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1".to_vec(), elsewhere("a Torch7 file, of Lua")),
        (b"\x1f\x8b\x08\0".to_vec(), "a gzip file: unpack it first".to_owned()),
        (b"BZh91AY".to_vec(), "a bzip2 file: unpack it first".to_owned()),
        (b"\xfd7zXZ\0\0".to_vec(), "an xz file: unpack it first".to_owned()),
        (b"\x28\xb5\x2f\xfd\x04".to_vec(), "a Zstandard file: unpack it first".to_owned()),
        (b"7z\xbc\xaf\x27\x1c\0".to_vec(), "a 7z archive: unpack it first".to_owned()),
        (b"Rar!\x1a\x07\x01".to_vec(), "a RAR archive: unpack it first".to_owned()),
        (tar(b"conv1.weight.npy", b"ustar\0"), "a tar archive: unpack it first".to_owned()),
        (
            tar(b"sys_info", b"\0\0\0\0\0"),
            "a PyTorch checkpoint of before 2017, which is a tar archive: load it with PyTorch, and save it again"
                .to_owned(),
        ),
        (b"\xff\xd8\xff\xe0".to_vec(), "a picture: give it with --images".to_owned()),
        (
            b"\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94.".to_vec(),
            "a pickled object that PyTorch did not save: load it where it was made, and save with torch.save(state, path) \
             or numpy.savez(path, **state)"
                .to_owned(),
        ),
        (
            singles(&[2], &[1.0, 2.0]),
            "one NumPy array: give the folder of all .npy files, or save with numpy.savez(path, **state)".to_owned(),
        ),
        (
            npy(&dictionary("|O", false, &[]), b"\x80\x04}."),
            "one NumPy array: give the folder of all .npy files, or save with numpy.savez(path, **state)".to_owned(),
        ),
        (b"{\"weight_map\": {}}".to_vec(), "a text in JSON: give the file of the tensors, or its folder".to_owned()),
        ("gewöhnlicher Text".into(), "a text: give the file of the tensors".to_owned()),
        (
            npz(Stored, [("m/code/__torch__.py", vec![0]), ("m/data.pkl", vec![b'.']), ("m/constants.pkl", vec![])]),
            "a TorchScript archive, which holds code: save the tensors alone, \
             torch.save(torch.jit.load(path).state_dict(), other)"
                .to_owned(),
        ),
        (npz(Stored, [("config.json", vec![]), ("model.weights.h5", vec![])]), elsewhere("a Keras model")),
        (
            npz(Stored, [("m/archive_format", vec![])]),
            "an exported PyTorch program: save the tensors alone, torch.save(model.state_dict(), path)".to_owned(),
        ),
        (
            b"\x13\x37\x00\"\nnothing".to_vec(),
            r#"a file of no kind that is known, which begins with \x137\x00\"\nnot"#.to_owned(),
        ),
    ];
    for (bytes, expected) in cases {
        named(&bytes, &expected);
    }
}

#[test]
fn folders_of_other_programs_are_named() {
    let save = "load it where it was made, and save the arrays with numpy.savez(path, **{name: array})";
    for (file, expected) in [
        ("saved_model.pb", format!("a TensorFlow SavedModel: {save}")),
        ("model.ckpt.data-00000-of-00001", format!("a TensorFlow checkpoint: {save}")),
        ("data.pkl", "an unpacked PyTorch checkpoint: give the file that it was unpacked from".to_owned()),
        ("_METADATA", format!("an Orbax checkpoint, of JAX: {save}")),
    ] {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("net");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(file), "x").unwrap();
        assert_sentence(scratch.path(), &folder, &format!("net: {EXPECTED} {expected}"));
    }
}

#[test]
fn every_format_is_recognised_under_any_name() {
    let scratch = tempfile::tempdir().unwrap();
    for (file, format) in [
        ("archive.pth", "a PyTorch checkpoint"),
        ("legacy.th", "a PyTorch checkpoint"),
        ("half.safetensors", "a .safetensors file"),
        ("bfloat16.npz", "an .npz archive"),
    ] {
        let copy = scratch.path().join("weights.h5");
        fs::copy(written::folder().join(file), &copy).unwrap();
        assert_eq!(Checkpoint::open(&copy).unwrap().format(), format);
    }
    let folder = scratch.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::copy(written::folder().join("archive.pth"), folder.join("pytorch_model.bin")).unwrap();
    let checkpoint = Checkpoint::open(&folder).unwrap();
    assert_eq!((checkpoint.format(), checkpoint.names().count()), ("a folder with pytorch_model.bin", 122));
    fs::write(folder.join("pytorch_model.bin"), "").unwrap();
    let sentence = format!("folder/pytorch_model.bin: {EXPECTED} an empty file: download the file itself");
    assert_sentence(scratch.path(), &folder, &sentence);
    // Arrays beside it come first, as they always did.
    fs::write(folder.join("a.npy"), singles(&[], &[1.0])).unwrap();
    assert_eq!(Checkpoint::open(&folder).unwrap().format(), "a folder of .npy files");
}

#[test]
fn what_systems_leave_beside_arrays_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let array = singles(&[1], &[1.0]);
    fs::write(folder.path().join("conv1.weight.npy"), &array).unwrap();
    fs::write(folder.path().join("._conv1.weight.npy"), b"\0\x05\x16\x07 no array").unwrap();
    fs::write(folder.path().join(".DS_Store"), b"Bud1").unwrap();
    let names = |path: &Path| TensorSet::load(path).unwrap().names().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names(folder.path()), ["conv1.weight"]);
    let file = folder.path().join("net.zip");
    let beside = [
        ("net/", vec![]),
        ("net/conv1.weight.npy", array),
        ("__MACOSX/net/._conv1.weight.npy", b"\0\x05\x16\x07".to_vec()),
        ("net/._conv1.weight.npy", b"\0\x05\x16\x07".to_vec()),
        ("net/.DS_Store", vec![1]),
        ("net/README", vec![b'x'; 100]),
    ];
    fs::write(&file, npz(Deflated, beside)).unwrap();
    assert_eq!(names(&file), ["conv1.weight"]);
}

#[test]
fn arrays_may_be_in_a_folder_of_the_archive_and_have_no_ending() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("net.npz");
    let array = |value: f32| singles(&[1], &[value]);
    for folder in ["", "state_dict/", "params/", "a/b/"] {
        for ending in ["", ".npy"] {
            let [a, b] = ["a", "b"].map(|name| format!("{folder}{name}{ending}"));
            fs::write(&file, npz(Stored, [(a.as_str(), array(1.0)), (b.as_str(), array(2.0))])).unwrap();
            let set = TensorSet::load(&file).unwrap();
            let values: Vec<(&str, f32)> = set.iter().map(|tensor| (tensor.name(), tensor.values()[0])).collect();
            assert_eq!(values, [("a", 1.0), ("b", 2.0)], "{folder} {ending}");
        }
    }
    let members = ["params/a.npy", "params/b.npy", "optimizer/a.npy", "optimizer/b.npy", "epoch.npy"];
    fs::write(&file, npz(Stored, members.map(|member| (member, array(3.0))))).unwrap();
    let checkpoint = Checkpoint::open(&file).unwrap();
    assert_eq!(checkpoint.names().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(checkpoint.beside(), ["1 tensor at the top", "the 2 tensors of `optimizer`"]);
    // The same name with and without the ending is one tensor twice.
    fs::write(&file, npz(Stored, [("a", array(1.0)), ("a.npy", array(1.0))])).unwrap();
    assert_sentence(scratch.path(), &file, "net.npz: expected every tensor once, found `a` twice");
}

/// As NumPy writes arrays of a dtype that it does not know: two bytes of no meaning.
#[test]
fn two_bytes_of_no_meaning_are_a_bfloat16() {
    let folder = tempfile::tempdir().unwrap();
    // 1, -2.5, the largest and the smallest positive one.
    let data: Vec<u8> = [0x3f80_u16, 0xc020, 0x7f7f, 0x0001].iter().flat_map(|bits| bits.to_le_bytes()).collect();
    fs::write(folder.path().join("a.npy"), npy(&dictionary("|V2", true, &[2, 2]), &data)).unwrap();
    let set = TensorSet::load(folder.path()).unwrap();
    let bits: Vec<u32> = set.find("a").unwrap().values().iter().map(|value| value.to_bits()).collect();
    assert_eq!(bits, [0x3f80_0000, 0x7f7f_0000, 0xc020_0000, 0x0001_0000]);
    assert_eq!(set.find("a").unwrap().dtype().to_string(), "bfloat16");
}
