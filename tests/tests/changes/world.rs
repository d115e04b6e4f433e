//! A folder with inputs and what was made of them, in which paths are relative: a copy of it is the same run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Output;
use streamscope_tests::harness::{Shared, program, root};
use tempfile::TempDir;

/// Photographs of the base, by their names there.
const PHOTOGRAPHS: [(&str, &str); 4] = [
    ("a.jpg", "star/star_00.jpg"),
    ("b.jpg", "rings/rings_03.jpg"),
    ("c.jpg", "waves/waves_05.jpg"),
    ("d.jpg", "mesh/mesh_07.jpg"),
];

/// What every command begins with.
pub(crate) const BASE: [&str; 13] = [
    "reproduce",
    "--weights",
    "weights.npz",
    "--images",
    "images",
    "--blocks",
    "1.1",
    "--channels",
    "0..2",
    "--steps",
    "2",
    "--input-size",
    "32",
];

/// Weights, photographs, and the base command's output in `used`.
static BASE_RUN: Shared = Shared::new();

/// A world of its own.
pub(crate) struct World(TempDir);

impl World {
    /// Inputs alone.
    pub(crate) fn new() -> World {
        let world = World(tempfile::tempdir().unwrap());
        fill(world.0.path());
        world
    }

    /// Inputs, and what the base command made of them.
    pub(crate) fn after_base() -> World {
        let base = base();
        let world = World(tempfile::tempdir().unwrap());
        copy_below(base, world.0.path());
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs a command here.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        run_in(self.0.path(), arguments)
    }

    /// Runs a command here, which must succeed; what it said.
    #[track_caller]
    pub(crate) fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    /// Changes some bytes of a photograph's colors, and neither its length nor its time.
    pub(crate) fn touch_photograph(&self, name: &str) {
        let path = self.path(&format!("images/{name}"));
        let before = fs::metadata(&path).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let (good, length) = (images::decode_bytes(&bytes, name).unwrap(), bytes.len());
        // A few bytes of the compressed data, so that it is still an image, and another one.
        let changed = (length / 2..length - 2).find(|&at| {
            let mut other = bytes.clone();
            other[at] ^= 0x08;
            images::decode_bytes(&other, name).is_ok_and(|image| image != good)
        });
        bytes[changed.unwrap()] ^= 0x08;
        fs::write(&path, bytes).unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(before.modified().unwrap()).unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!(after.len(), before.len());
        assert_eq!(after.modified().unwrap(), before.modified().unwrap());
    }

    /// Changes the last value of a tensor: it becomes twice or half as large.
    pub(crate) fn touch_tensor(&self, name: &str) {
        // The lowest bit of the exponent.
        self.change_tensor(name, |value| value[2] ^= 0x80);
    }

    /// Changes the last value of a tensor, as its bytes.
    pub(crate) fn change_tensor(&self, name: &str, change: impl Fn(&mut [u8; 4])) {
        let path = self.path("weights.npz");
        let mut archive = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
        let mut members = Vec::new();
        for at in 0..archive.len() {
            let mut member = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            members.push((member.name().unwrap().into_owned(), bytes));
        }
        let member = format!("{name}.npy");
        let changed = members.iter_mut().find(|(name, _)| *name == member);
        change(changed.unwrap().1.last_chunk_mut().unwrap());
        let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, bytes) in members {
            archive.start_file(name, options).unwrap();
            archive.write_all(&bytes).unwrap();
        }
        archive.finish().unwrap();
    }
}

/// The folder of the base run, which nobody changes.
pub(crate) fn base() -> &'static Path {
    let folder = BASE_RUN.get(|folder| {
        fill(folder);
        let output = run_in(folder, &[&BASE[..], &["--out", "used"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    });
    folder.path()
}

fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    program(arguments).current_dir(folder).output().unwrap()
}

fn fill(folder: &Path) {
    let fixtures = root().join("fixtures");
    copy(&fixtures.join("resnet18-16.npz"), &folder.join("weights.npz"));
    fs::create_dir(folder.join("images")).unwrap();
    for (name, from) in PHOTOGRAPHS {
        copy(&fixtures.join("images").join(from), &folder.join("images").join(name));
    }
}

/// Copies a file with its time.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
    let time = fs::metadata(from).unwrap().modified().unwrap();
    let file = File::options().write(true).open(to).unwrap();
    file.set_modified(time).unwrap();
}

fn copy_below(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match from.is_dir() {
            true => copy_below(&from, &to),
            false => copy(&from, &to),
        }
    }
}

/// Every file below a folder with its bytes, the store left out; of the manifest, what does not say how the run went.
pub(crate) fn outputs(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap();
            let name = name.to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "store" {
                    folders.push(path);
                }
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let bytes = match name == "manifest.json" {
                true => without_times(&bytes),
                false => bytes,
            };
            files.insert(name, bytes);
        }
    }
    files
}

fn without_times(manifest: &[u8]) -> Vec<u8> {
    let mut manifest: serde_json::Value = serde_json::from_slice(manifest).unwrap();
    let fields = manifest.as_object_mut().unwrap();
    for field in ["seconds", "digest"] {
        assert!(fields.remove(field).is_some(), "{field}");
    }
    serde_json::to_vec_pretty(&manifest).unwrap()
}

/// Asserts that two output folders hold the same files, and says which differ.
#[track_caller]
pub(crate) fn assert_same_outputs(used: &Path, new: &Path, what: &str) {
    let (used, new) = (outputs(used), outputs(new));
    assert!(new.len() > 30, "{what}: {:?}", new.keys());
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&used), names(&new), "{what}");
    let differ: Vec<&String> =
        new.iter().filter(|(name, bytes)| used[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(differ.is_empty(), "{what}: {differ:?} differ");
}
