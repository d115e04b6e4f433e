//! What reads files of strangers, and what it must never do.

use crate::mutate::{Random, mend_png, mutated};
use anyhow::Context;
use featviz::{Objective, Recipe};
use runs::{Address, Entry, Store, Unit};
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use weights::TensorSet;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A place where files of strangers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Target {
    /// A folder of one `.npy` file.
    Npy,
    /// An `.npz` archive.
    Npz,
    /// A JPEG.
    Jpeg,
    /// A PNG.
    Png,
    /// An entry of the store.
    Store,
    /// A manifest, and the tables beside it.
    Tables,
}

/// A target with its seeds and a folder to write in.
pub(crate) struct Prepared {
    target: Target,
    seeds: Vec<Vec<u8>>,
    folder: tempfile::TempDir,
}

impl Prepared {
    /// Reads the seeds from the project's own files.
    pub(crate) fn new(target: Target, root: &Path) -> anyhow::Result<Prepared> {
        let folder = tempfile::tempdir()?;
        let seeds = match target {
            Target::Npy => npy_seeds(),
            Target::Npz => npy_seeds().iter().map(|npy| archive(&[npy])).collect(),
            Target::Jpeg => jpegs(root)?,
            Target::Png => pngs()?,
            Target::Store => vec![entry(folder.path())?],
            Target::Tables => tables(root)?,
        };
        Ok(Prepared {
            target,
            seeds,
            folder,
        })
    }

    /// The next input.
    pub(crate) fn input(&self, random: &mut Random) -> Vec<u8> {
        let mut bytes = mutated(random, &self.seeds);
        match self.target {
            Target::Png if random.below(3) > 0 => mend_png(&mut bytes),
            // A whole archive around a broken array.
            Target::Npz if random.below(2) == 0 => {
                let npy = mutated(random, &npy_seeds());
                bytes = archive(&[&npy, &npy_seeds()[0]]);
            }
            _ => {}
        }
        bytes
    }

    /// Reads an input. Whatever it is, this returns, soon and without asking for much memory; what it returns is either an error of
    /// one sentence or sound.
    pub(crate) fn read(&self, bytes: &[u8]) {
        match self.target {
            Target::Npy => self.weights("folder/tensor.npy", "folder", bytes),
            Target::Npz => self.weights("tensors.npz", "tensors.npz", bytes),
            Target::Jpeg | Target::Png => {
                match images::decode_bytes(bytes, "input") {
                    Err(error) => one_sentence(&error.to_string()),
                    Ok(picture) => {
                        assert_eq!(
                            picture.pixels().len(),
                            picture.width() * picture.height() * 3
                        );
                        // What is as thin as a hair and a million pixels long is refused, not made larger.
                        if let Err(error) = images::preprocess(&picture, 64, 56) {
                            one_sentence(&error.to_string());
                        }
                    }
                }
            }
            Target::Store => {
                let store = Store::open(self.folder.path()).ok();
                let (unit, address) = named();
                if let Some(store) = store {
                    let _ = fs::write(store.path(&address), bytes);
                    if let Some(found) = store.get(&address) {
                        assert_eq!(
                            found,
                            whole(),
                            "a changed entry of {unit} was taken for a whole one"
                        );
                    }
                }
            }
            Target::Tables => {
                let path = self.folder.path().join("manifest.json");
                let _ = fs::write(&path, bytes);
                if let Err(error) = report::Manifest::read(self.folder.path()) {
                    one_sentence(&error.to_string());
                }
                if let Err(error) = report::read_table::<report::ChannelRow>(&path) {
                    one_sentence(&error.to_string());
                }
                if let Err(error) = report::read_table::<report::ExemplarRow>(&path) {
                    one_sentence(&error.to_string());
                }
            }
        }
    }

    fn weights(&self, file: &str, read: &str, bytes: &[u8]) {
        let path = self.folder.path().join(file);
        if let Some(parent) = path.parent() {
            let _ = fs::create_dir_all(parent);
        }
        let _ = fs::write(&path, bytes);
        match TensorSet::load(self.folder.path().join(read)) {
            Err(error) => one_sentence(&error.to_string()),
            Ok(tensors) => {
                for tensor in tensors.iter() {
                    let values: usize = tensor.shape().iter().product();
                    assert_eq!(values, tensor.values().len());
                    // Nothing is there that the file does not hold.
                    assert!(values <= bytes.len());
                }
            }
        }
    }
}

/// Errors are for people: one line, not empty, not endless.
fn one_sentence(error: &str) {
    assert!(
        !error.is_empty() && !error.contains('\n') && error.len() < 4000,
        "no sentence: {error}"
    );
}

/// Arrays of several types, orders and shapes.
fn npy_seeds() -> Vec<Vec<u8>> {
    let array = |descr: &str, order: &str, shape: &str, data: &[u8]| {
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
        let padded = format!("{header:<117}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend(u16::try_from(padded.len()).unwrap_or(0).to_le_bytes());
        bytes.extend(padded.as_bytes());
        bytes.extend(data);
        bytes
    };
    let floats: Vec<u8> = (0..24_u8)
        .flat_map(|i| f32::from(i).to_le_bytes())
        .collect();
    let doubles: Vec<u8> = (0..6_u8).flat_map(|i| f64::from(i).to_be_bytes()).collect();
    vec![
        array("<f4", "False", "(2, 3, 4)", &floats),
        array("<f4", "True", "(24,)", &floats),
        array(">f8", "False", "(2, 3)", &doubles),
        array("<f2", "False", "(48,)", &floats),
        array("<f4", "False", "()", &floats[..4]),
    ]
}

fn archive(arrays: &[&Vec<u8>]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (i, array) in arrays.iter().enumerate() {
        // Writing to memory cannot fail.
        let _ = zip.start_file(format!("tensor{i}.npy"), SimpleFileOptions::default());
        let _ = zip.write_all(array);
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}

fn jpegs(root: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    // Photographs, and every kind of JPEG: progressive, sampled by any factor, in scans of one component, with restarts.
    for folder in ["fixtures/images/star", "crates/images/tests/data/exact"] {
        let folder = root.join(folder);
        let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
        for entry in entries {
            paths.push(entry?.path());
        }
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    paths.sort();
    Ok(paths.iter().map(fs::read).collect::<std::io::Result<_>>()?)
}

fn pngs() -> anyhow::Result<Vec<Vec<u8>>> {
    let mut seeds = Vec::new();
    for (width, height) in [(1, 1), (7, 5), (64, 48)] {
        let pixels = (0..width * height * 3).map(|i| u8::try_from(i * 37 % 256).unwrap_or(0));
        let picture = images::Rgb8::from_pixels(width, height, pixels.collect())?;
        seeds.push(images::encode_png(&picture)?);
    }
    Ok(seeds)
}

fn named() -> (Unit, Address) {
    let unit = Unit {
        site: runs::Site::MaxPool,
        objective: Objective::Neuron,
        channel: 2,
        seed: 9,
    };
    let address = Address::of(&unit, &Recipe::new(64, 3), "w");
    (unit, address)
}

fn whole() -> Entry {
    Entry {
        png: (0..200).collect(),
        trajectory: vec![0.5, f32::MIN_POSITIVE, -3.0],
    }
}

fn entry(folder: &Path) -> anyhow::Result<Vec<u8>> {
    let store = Store::open(folder)?;
    let (unit, address) = named();
    store.put(&address, &unit, &whole())?;
    Ok(fs::read(store.path(&address))?)
}

/// The tables of statistics that come with the project stand for any table; a manifest is JSON.
fn tables(root: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let csv = "block,channel,figure,example_of,mix_ratio,scale_metric\n1.1,3,1,mix,1.01,\n2.0,7,6,scale,0.5,0.25\n";
    let accuracy = fs::read(root.join("fixtures/accuracy.json"))?;
    let manifest = serde_json::json!({ "program": "streamscope", "numerics_version": 2, "seed": 0, "files": { "a": "b" } });
    Ok(vec![
        csv.as_bytes().to_vec(),
        accuracy,
        manifest.to_string().into_bytes(),
    ])
}
