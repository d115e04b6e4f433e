//! Small runs, and what is seen of them.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use streamscope_tests::harness::{Shared, program, root, succeed};

/// A path as an argument.
pub(crate) fn text(path: &Path) -> String {
    path.display().to_string()
}

/// The smallest run there is: one channel of one block, one step, and few pixels. What is in `more` stands for what it
/// would say.
pub(crate) fn reproduce(out: &Path, more: &[&str]) -> Command {
    let mut command = program(&["reproduce"]);
    let usual = [("--input-size", "32"), ("--blocks", "1.1"), ("--channels", "0"), ("--steps", "1")];
    for (flag, value) in usual {
        let instead = if flag == "--steps" { "--preset" } else { flag };
        if !more.contains(&flag) && !more.contains(&instead) {
            command.args([flag, value]);
        }
    }
    if !more.contains(&"--images") && !more.contains(&"--weights") {
        command.arg("--images").arg(star());
    }
    command.args(more).arg("--out").arg(out);
    command
}

/// Ten of the embedded images.
pub(crate) fn star() -> PathBuf {
    root().join("fixtures/images/star")
}

/// The embedded network's file.
pub(crate) fn embedded() -> PathBuf {
    root().join("fixtures/resnet18-16.npz")
}

/// The smallest run as it is, which nobody changes.
pub(crate) fn plain() -> &'static Path {
    static RUN: Shared = Shared::new();
    RUN.get(|out| {
        succeed(&mut reproduce(out, &[]));
    })
    .path()
}

/// The embedded network's tensors with the signs of one of them turned: other weights of the same shapes.
pub(crate) fn other_weights() -> &'static Path {
    static WEIGHTS: Shared = Shared::new();
    WEIGHTS
        .get(|folder| {
            let file = fs::File::open(embedded()).unwrap();
            zip::ZipArchive::new(file).unwrap().extract(folder).unwrap();
            let path = folder.join("layer1.0.conv1.weight.npy");
            let mut bytes = fs::read(&path).unwrap();
            let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
            for value in bytes[header..].chunks_mut(4) {
                value[3] ^= 0x80;
            }
            fs::write(path, bytes).unwrap();
        })
        .path()
}

/// A run's manifest.
pub(crate) fn manifest(out: &Path) -> Value {
    json(&out.join("manifest.json"))
}

/// A file of JSON.
pub(crate) fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).unwrap()
}

/// The pictures that a run measured and showed, by name.
pub(crate) fn pictures(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let manifest = manifest(out);
    let names = manifest["pictures"].as_object().unwrap().keys();
    names.map(|name| (name.clone(), fs::read(out.join(name)).unwrap())).collect()
}

/// How many values of the objective stand in each entry of a run's store: read from the bytes behind the picture.
pub(crate) fn trajectories(out: &Path) -> Vec<usize> {
    let manifest = manifest(out);
    let mut addresses: Vec<&str> =
        manifest["pictures"].as_object().unwrap().values().map(|p| p["address"].as_str().unwrap()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    let lengths = addresses.iter().map(|address| {
        let bytes = fs::read(out.join("store").join(&address[..2]).join(address)).unwrap();
        let end = bytes.windows(4).rposition(|w| w == b"IEND").unwrap();
        // The chunk's name and its check.
        let rest = bytes.len() - (end + 8);
        assert_eq!(rest % 4, 0);
        rest / 4
    });
    lengths.collect()
}

/// Rows and columns of a picture.
pub(crate) fn size(picture: &Path) -> (u32, u32) {
    image::image_dimensions(picture).map_or_else(
        |_| {
            // A picture without its extension.
            let picture = image::load_from_memory(&fs::read(picture).unwrap()).unwrap();
            (picture.height(), picture.width())
        },
        |(width, height)| (height, width),
    )
}

/// What a finished command said on both of its outputs.
pub(crate) fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let all = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(all).unwrap())
}
