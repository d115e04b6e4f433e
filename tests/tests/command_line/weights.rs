//! The same network from every file that people have: the same picture; and what is said where it is not plain.

use std::fs;
use std::path::{Path, PathBuf};

use streamscope_tests::harness::{root, run};

fn formats() -> PathBuf {
    root().join("fixtures/formats")
}

/// A picture of a unit of a network, and what is said on the way.
#[track_caller]
fn picture(weights: &Path, site: &str) -> (Vec<u8>, String) {
    let folder = tempfile::tempdir().unwrap();
    let (out, weights) = (folder.path().join("p.png").display().to_string(), weights.display().to_string());
    let of = ["--site", site, "--channel", "1", "--steps", "2", "--input-size", "32"];
    let output = run(&[&["visualize", "--weights", &weights, "--out", &out][..], &of].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{weights}: {said}");
    (fs::read(out).unwrap(), said)
}

/// The tensors of a format as a folder of `.npy` files.
fn unpacked(to: &Path) -> PathBuf {
    let file = fs::File::open(formats().join("bfloat16.npz")).unwrap();
    zip::ZipArchive::new(file).unwrap().extract(to).unwrap();
    to.join("state_dict")
}

#[test]
fn the_picture_is_the_same_from_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let (expected, said) = picture(&unpacked(folder.path()), "layer4.1.pre");
    assert!(!said.contains("stripped") && !said.contains("left"), "{said}");
    for (file, prefix) in [
        ("archive.pth", ""),
        ("legacy.th", "module."),
        ("half.safetensors", ""),
        ("bfloat16.safetensors", "model.backbone."),
        ("bfloat16.npz", ""),
        ("transformers/resnet18", ""),
    ] {
        let (found, said) = picture(&formats().join(file), "layer4.1.pre");
        assert!(found == expected, "{file}: {said}");
        let sentence = format!("{file}: the prefix `{prefix}` is stripped from the names of 102 tensors");
        assert_eq!(said.contains(&sentence), !prefix.is_empty(), "{said}");
        assert!(!said.contains("left"), "{said}");
        let renamed = "the names of 102 tensors are transformers', and read as torchvision's";
        assert_eq!(said.contains(renamed), file.starts_with("transformers"), "{said}");
    }
}

#[test]
fn tensors_of_no_residual_network_stop_nothing_and_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let weights = unpacked(folder.path());
    let (expected, _) = picture(&weights, "layer1.1.pre");
    // A head of another program, and whole numbers.
    fs::copy(weights.join("fc.weight.npy"), weights.join("projector.0.weight.npy")).unwrap();
    let header = "{'descr': '<i8', 'fortran_order': False, 'shape': (), }\n";
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    fs::write(weights.join("epoch.npy"), [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), &[9; 8]].concat())
        .unwrap();
    let (found, said) = picture(&weights, "layer1.1.pre");
    assert!(found == expected);
    let sentence = "state_dict: 2 tensors belong to no residual network and are left: epoch, projector.0.weight";
    assert!(said.contains(sentence), "{said}");
}

#[test]
fn of_a_training_it_is_said_what_is_read_and_what_is_left() {
    let (_, said) = picture(&formats().join("training.pt"), "relu");
    for sentence in [
        "training.pt: the 6 tensors of `model` are read, where the 6 tensors of `model_ema` would fit too",
        "training.pt: also in the file, and left: 1 tensor at the top, the 6 tensors of `model_ema`, the 3 tensors of `optimizer`",
    ] {
        assert!(said.contains(sentence), "{said}");
    }
}

#[test]
fn what_is_not_read_is_one_sentence_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (empty, out) = (folder.path().join("empty.pth"), folder.path().join("p.png"));
    fs::write(&empty, "").unwrap();
    for (file, words) in [
        (formats().join("whole_module.pth"), "a pickled `torch.nn.modules.linear.Linear`"),
        (formats().join("whole_module.th"), "torch.save(model.state_dict(), path)"),
        (formats().join("torchscript.pt"), "a TorchScript archive, which holds code"),
        (formats().join("expected.json"), "a text in JSON"),
        (
            formats().join("layouts.pth"),
            "and rectifies the sum; found tensors such as bfloat16, channels_last, double, double_transposed",
        ),
        (empty, "an empty file"),
    ] {
        let (weights, out) = (file.display().to_string(), out.display().to_string());
        let arguments = ["visualize", "--weights", &weights, "--site", "layer1.1", "--channel", "0", "--out", &out];
        let output = run(&arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&weights) && said.contains(words), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
        assert!(!Path::new(&out).exists());
    }
}
