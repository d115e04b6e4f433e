//! Files that PyTorch, safetensors, transformers and NumPy wrote themselves (`fixtures/make/formats.py`), against what was in
//! their memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use weights::{Checkpoint, Dtype, TensorSet};

use crate::malformed::{EXPECTED, assert_sentence};

/// Shapes, and the CRC-32 of values as little-endian singles, by name.
type Sums = BTreeMap<String, (Vec<usize>, u32)>;

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/formats")
}

fn expected(table: &str) -> Sums {
    let text = fs::read_to_string(folder().join("expected.json")).unwrap();
    let mut tables: serde_json::Value = serde_json::from_str(&text).unwrap();
    serde_json::from_value(tables[table].take()).unwrap()
}

fn is_counter(name: &str) -> bool {
    name.ends_with("num_batches_tracked")
}

/// All but counters, with a prefix stripped that every name has.
fn load(file: &str, prefix: &str) -> TensorSet {
    let checkpoint = Checkpoint::open(folder().join(file)).unwrap();
    assert!(checkpoint.names().all(|name| name.starts_with(prefix)), "{file}");
    let tensors = checkpoint.read(|name| (!is_counter(name)).then(|| name.strip_prefix(prefix).unwrap().to_owned()));
    tensors.unwrap_or_else(|error| panic!("{error}"))
}

fn sums(set: &TensorSet) -> Sums {
    let sum = |values: &[f32]| {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        crc32fast::hash(&bytes)
    };
    set.iter().map(|t| (t.name().to_owned(), (t.shape().to_vec(), sum(t.values())))).collect()
}

#[test]
fn a_network_is_the_same_in_every_format_dtype_and_under_every_prefix() {
    let expected = expected("network");
    assert_eq!(expected.len(), 102);
    let mut digests = Vec::new();
    for (file, prefix, dtype) in [
        ("archive.pth", "", Dtype::Float32),
        ("legacy.th", "module.", Dtype::Float32),
        ("half.safetensors", "", Dtype::Float16),
        ("bfloat16.safetensors", "model.backbone.", Dtype::BFloat16),
        ("bfloat16.npz", "", Dtype::BFloat16),
    ] {
        let set = load(file, prefix);
        assert_eq!(sums(&set), expected, "{file}");
        assert!(set.iter().all(|tensor| tensor.dtype() == dtype), "{file}");
        digests.push(set.digest());
    }
    assert!(digests.iter().all(|digest| digest == &digests[0]), "{digests:?}");
}

#[test]
fn strides_offsets_and_shared_storages_give_what_pytorch_has_in_memory() {
    let expected = expected("layouts");
    assert_eq!(expected.len(), 18);
    for file in
        ["layouts.pth", "layouts.th", "layouts_protocol4.th", "layouts_without_sums.pth", "layouts_deflated.pth"]
    {
        assert_eq!(sums(&load(file, "")), expected, "{file}");
    }
    let swapped = sums(&load("big_endian.pth", ""));
    assert_eq!(swapped.len(), 3);
    assert!(swapped.iter().all(|(name, sum)| expected[name] == *sum), "{swapped:?}");
}

#[test]
fn a_checkpoint_of_a_training_gives_its_network_and_says_what_is_left() {
    let checkpoint = Checkpoint::open(folder().join("training.pt")).unwrap();
    let count = checkpoint.names().count();
    let note =
        format!("the {count} tensors of `model` are read, where the {count} tensors of `model_ema` would fit too");
    assert_eq!(checkpoint.notes(), [note]);
    let left = ["1 tensor at the top", &format!("the {count} tensors of `model_ema`"), "the 3 tensors of `optimizer`"];
    assert_eq!(checkpoint.beside(), left);
    assert_eq!(sums(&load("training.pt", "")), expected("training"));
}

#[test]
fn a_folder_of_transformers_is_read_whole_or_in_shards() {
    let expected = expected("transformers");
    assert!(expected.len() > 20);
    for part in ["one", "shards"] {
        assert_eq!(sums(&load(&format!("transformers/{part}"), "")), expected, "{part}");
    }
    assert!(folder().join("transformers/shards/model-00003-of-00003.safetensors").is_file());
    assert_eq!(sums(&load("transformers/one/model.safetensors", "")), expected);
}

#[test]
fn what_holds_more_than_tensors_is_refused_by_name_and_never_run() {
    let save = "torch.save(model.state_dict(), path)";
    let module = format!(
        "expected a state dict of tensors, found a pickled `torch.nn.modules.linear.Linear`, which only running code would make: \
         save the tensors alone, {save}"
    );
    for (file, sentence) in [
        ("whole_module.pth", module.clone()),
        ("whole_module.th", module),
        (
            "torchscript.pt",
            format!(
                "{EXPECTED} a TorchScript archive, which holds code: save the tensors alone, \
                 torch.save(torch.jit.load(path).state_dict(), other)"
            ),
        ),
    ] {
        assert_sentence(&folder(), &folder().join(file), &format!("{file}: {sentence}"));
    }
}

/// ResNet20 and ResNet56 as their author saved them with PyTorch of 2018. PyTorch 2.15 reads the same: the digests are those of
/// the tensors that it gave, written with `numpy.savez`.
#[test]
fn real_files_of_2018_hold_what_pytorch_reads_of_them() {
    let Some(data) = crate::backbone::data() else { return };
    for (file, count, digest) in [
        ("resnet20-12fca82f.th", 97, "7587f69a21774e4450fb5941dd10f3cb3c56c7f73894ff296ba19ba431e22f3e"),
        ("resnet56-4bfd9763.th", 277, "d75b4f87db393be3dabfc053a73b7b2b91d39b4033468f62aff9824a0a34a7e4"),
    ] {
        let set = TensorSet::load(data.join("data/cifar").join(file)).unwrap();
        assert_eq!((set.len(), set.digest().to_string().as_str()), (count, digest), "{file}");
        set.require("module.conv1.weight", &[16, 3, 3, 3]).unwrap();
        set.require("module.linear.weight", &[10, 64]).unwrap();
    }
}
