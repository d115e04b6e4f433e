//! A real trained backbone, where there is one.

use std::path::{Path, PathBuf};
use std::{env, fs};

use weights::TensorSet;
use zip::CompressionMethod::{Deflated, Stored};

use crate::writing::npz;

/// The folder of real files; `None`, after saying so, where it is missing.
#[expect(clippy::print_stderr, reason = "a skipped test says so in one line")]
pub(crate) fn data() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = root.join(env::var_os("STREAMSCOPE_DATA").unwrap_or_else(|| "../shared".into()));
    // A folder that holds none, too.
    if data.join("data").is_dir() {
        return Some(data);
    }
    eprintln!("skipped: no real weights at {}", data.display());
    None
}

fn backbone() -> Option<PathBuf> {
    Some(data()?.join("data/backbone"))
}

#[test]
fn real_weights_load() {
    let Some(folder) = backbone() else { return };
    let set = TensorSet::load(&folder).unwrap();
    // A weight and a bias for each convolution and for `fc`, batch norm folded, less four 3x3 convolutions of layer4:
    // 2 in the stem, 8 in layer1, 10 in layer2 and in layer3, 4 biases and a downsample of 2 in layer4, 2 in `fc`.
    assert_eq!(set.len(), 2 + 8 + 10 + 10 + 4 + 2 + 2);
    set.require("conv1.weight", &[64, 3, 7, 7]).unwrap();
    set.require("layer2.0.downsample.0.weight", &[128, 64, 1, 1]).unwrap();
    set.require("layer3.1.conv2.weight", &[256, 256, 3, 3]).unwrap();
    set.require("layer4.1.conv2.bias", &[512]).unwrap();
    set.require("fc.weight", &[1000, 512]).unwrap();
    assert!(set.get("layer4.1.conv2.weight").is_none());
}

#[test]
fn real_weights_have_the_same_digest_in_an_archive() {
    let Some(folder) = backbone() else { return };
    let directory = TensorSet::load(&folder).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    for (method, file) in [(Stored, "stored.npz"), (Deflated, "deflated.npz")] {
        let names: Vec<String> = directory.names().map(|name| format!("{name}.npy")).collect();
        let members = names.iter().map(|member| (member.as_str(), fs::read(folder.join(member)).unwrap()));
        let file = scratch.path().join(file);
        fs::write(&file, npz(method, members)).unwrap();
        let archive = TensorSet::load(&file).unwrap();
        assert_eq!(archive.len(), directory.len());
        assert_eq!(archive.digest(), directory.digest());
    }
}
