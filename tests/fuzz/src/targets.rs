//! What reads files of strangers, and what it must never do.

use crate::checkpoints;
use crate::mutate::{Random, mend_png, mutated};
use anyhow::Context;
use featviz::{Objective, Recipe};
use report::{BuildRecord, ChannelRow, ExemplarRow, ImagesRecord, Manifest, NetworkRecord, PreprocessingRecord};
use runs::{Address, Entry, ImageDigest, Journal, Store, Unit};
use std::collections::BTreeMap;
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
    /// A `.safetensors` file.
    Safetensors,
    /// An index of such files.
    Index,
    /// PyTorch's format of before 2020: pickles, then storages.
    Legacy,
    /// PyTorch's archive: a pickle, and a member for each storage.
    Archive,
    /// A `config.json` beside weights.
    Config,
    /// A JPEG.
    Jpeg,
    /// A PNG.
    Png,
    /// A WebP.
    Webp,
    /// A GIF.
    Gif,
    /// A BMP.
    Bmp,
    /// A TIFF.
    Tiff,
    /// An entry of the store.
    Store,
    /// A journal of what was read of images.
    Journal,
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
            Target::Npz => npz_seeds(),
            Target::Safetensors => checkpoints::safetensors(root)?,
            Target::Index => checkpoints::indices(root, folder.path())?,
            Target::Legacy => checkpoints::legacy(root)?,
            Target::Archive => checkpoints::archives(root)?,
            Target::Config => configurations(root, folder.path())?,
            Target::Jpeg => jpegs(root)?,
            Target::Png => pngs(root)?,
            Target::Webp => of_every_kind(root, "webp")?,
            Target::Gif => of_every_kind(root, "gif")?,
            Target::Bmp => of_every_kind(root, "bmp")?,
            Target::Tiff => of_every_kind(root, "tif")?,
            Target::Store => entries(folder.path())?,
            Target::Journal => journals(folder.path())?,
            Target::Tables => tables(root, folder.path())?,
        };
        Ok(Prepared { target, seeds, folder })
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
            // A sound archive around a broken pickle.
            Target::Archive if random.below(3) > 0 => {
                let pickle = mutated(random, &checkpoints::pickles(&self.seeds));
                bytes = checkpoints::archive(&pickle);
            }
            _ => {}
        }
        bytes
    }

    /// Reads an input. Whatever it is, this returns, soon and without asking for much memory; what it returns is either
    /// an error of one sentence or sound.
    pub(crate) fn read(&self, bytes: &[u8]) {
        match self.target {
            Target::Npy => self.weights("folder/tensor.npy", "folder", bytes),
            Target::Npz => self.weights("tensors.npz", "tensors.npz", bytes),
            Target::Safetensors | Target::Legacy | Target::Archive => self.weights("net", "net", bytes),
            Target::Index => self.weights(checkpoints::INDEX, "shards", bytes),
            Target::Config => self.configuration(bytes),
            Target::Jpeg | Target::Png | Target::Webp | Target::Gif | Target::Bmp | Target::Tiff => {
                match images::decode_bytes(bytes, "input") {
                    Err(error) => one_sentence(&error.to_string()),
                    Ok(picture) => {
                        assert_eq!(picture.pixels().len(), picture.width() * picture.height() * 3);
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
                        assert_eq!(found, whole(), "a changed entry of {unit} was taken for a whole one");
                    }
                }
            }
            Target::Journal => {
                let path = self.folder.path().join("journal");
                let _ = fs::write(&path, bytes);
                let _ = runs::images_held(bytes);
                let Ok((_, known)) = Journal::open(&path, WIDTH) else {
                    return;
                };
                let kept = (0..IMAGES).filter_map(|i| Some((i, known.get(&image(i)).ok()??)));
                let kept: Vec<_> = kept.collect();
                for (i, values) in &kept {
                    assert_eq!(values[..], values_of(*i), "changed values of image {i}");
                }
                assert_eq!(kept.len(), known.len(), "an image that nobody read");
                // What is left of it is whole.
                let left = fs::read(&path).unwrap_or_default();
                assert_eq!(runs::images_held(&left), Some(known.len()));
            }
            Target::Tables => {
                let path = self.folder.path().join("manifest.json");
                let _ = fs::write(&path, bytes);
                match Manifest::read(self.folder.path()) {
                    Err(error) => one_sentence(&error.to_string()),
                    // Whoever is sealed is what was written.
                    Ok(manifest) => {
                        let sealed = manifest.is_sealed(self.folder.path());
                        let whole = sealed.is_ok_and(|sealed| sealed);
                        assert!(!whole || bytes == manifest.text().as_bytes());
                    }
                }
                if let Err(error) = report::read_table::<ChannelRow>(&path) {
                    one_sentence(&error.to_string());
                }
                if let Err(error) = report::read_table::<ExemplarRow>(&path) {
                    one_sentence(&error.to_string());
                }
            }
        }
    }

    /// What is read beside weights is refused in one sentence, or within what networks read.
    fn configuration(&self, bytes: &[u8]) {
        let _ = fs::write(self.folder.path().join("config.json"), bytes);
        let found = runs::inspect(&self.folder.path().join(WEIGHTS)).map(|found| (found.network, found.refused));
        match found {
            Err(error) => one_sentence(&error.to_string()),
            Ok((None, refused)) => one_sentence(&refused.unwrap_or_default()),
            Ok((Some(network), _)) => {
                let read = network.preprocessing;
                assert!(read.input_size.is_multiple_of(4) && (read.input_size..=8192).contains(&read.resize));
                let sound = |v: &f32| v.is_finite();
                assert!(read.mean.iter().all(sound) && read.std.iter().all(|v| sound(v) && *v > 0.0));
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
                    // Nothing is there that the file does not hold. Zeros may be packed, one value stand for many, and an
                    // index leads to other files.
                    let most = match self.target {
                        Target::Npz | Target::Archive | Target::Legacy => ((256 << 20) + 2 * bytes.len()) / 4,
                        Target::Index => 1 << 16,
                        _ => bytes.len() / 2,
                    };
                    assert!(values <= most);
                }
            }
        }
    }
}

/// The weights beside a configuration.
const WEIGHTS: &str = "net.safetensors";

/// What transformers, timm and other programs write beside weights, which are put into a folder.
fn configurations(root: &Path, folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let made = root.join("fixtures/formats/transformers/one/model.safetensors");
    fs::copy(&made, folder.join(WEIGHTS)).with_context(|| format!("{}: cannot read", made.display()))?;
    let texts = [
        r#"{"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "size": {"shortest_edge": 224},
            "crop_pct": 0.875, "resample": 3, "do_resize": true}"#,
        r#"{"architecture": "resnet18", "pretrained_cfg": {"input_size": [3, 224, 224], "interpolation": "bicubic",
            "crop_pct": 0.95, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}"#,
        r#"{"model_type": "resnet", "layer_type": "basic", "hidden_act": "relu", "downsample_in_bottleneck": false}"#,
        r#"{"size": 64, "mean": [0, 0, 0], "std": [1, 1, 1]}"#,
    ];
    Ok(texts.map(|text| text.as_bytes().to_vec()).into())
}

/// Errors are for people: one line, not empty, not endless.
fn one_sentence(error: &str) {
    assert!(!error.is_empty() && !error.contains('\n') && error.len() < 4000, "no sentence: {error}");
}

/// The bytes of an `.npy` file.
fn array(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
    let padded = format!("{header:<117}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(padded.len()).unwrap_or(0).to_le_bytes());
    bytes.extend(padded.as_bytes());
    bytes.extend(data);
    bytes
}

/// Arrays of several types, orders and shapes.
fn npy_seeds() -> Vec<Vec<u8>> {
    let floats: Vec<u8> = (0..24_u8).flat_map(|i| f32::from(i).to_le_bytes()).collect();
    let doubles: Vec<u8> = (0..6_u8).flat_map(|i| f64::from(i).to_be_bytes()).collect();
    vec![
        array("<f4", "False", "(2, 3, 4)", &floats),
        array("<f4", "True", "(24,)", &floats),
        array(">f8", "False", "(2, 3)", &doubles),
        array("<f2", "False", "(48,)", &floats),
        array("<f4", "False", "()", &floats[..4]),
    ]
}

/// Each array alone, and one of 2^60 elements over four million bytes of zeros.
fn npz_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<_> = npy_seeds().iter().map(|npy| archive(&[npy])).collect();
    let shape = "(1048576, 1048576, 1048576)";
    seeds.push(archive(&[&array("<f4", "False", shape, &vec![0; 4 << 20])]));
    seeds
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
    let mut seeds = of_every_kind(root, "jpg")?;
    // Photographs, and every kind of JPEG: progressive, sampled by any factor, in scans of one component, with
    // restarts.
    for folder in ["fixtures/images/star", "crates/images/tests/data/exact"] {
        let mut paths = listed(&root.join(folder))?;
        paths.retain(|path| path.extension().is_some_and(|e| e == "jpg"));
        for path in paths {
            seeds.push(fs::read(path)?);
        }
    }
    Ok(seeds)
}

/// The small pictures that the decoder is tested with.
fn of_every_kind(root: &Path, extension: &str) -> anyhow::Result<Vec<Vec<u8>>> {
    let of_kind = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let result = ["rgb_of_", "resized_", "preprocessed_", "source_"];
        path.extension().is_some_and(|e| e == extension) && !result.iter().any(|begins| name.starts_with(begins))
    };
    let folder = root.join("crates/images/tests/data");
    let paths = [listed(&folder)?, listed(&folder.join("formats"))?].concat();
    let read = paths.iter().filter(|path| of_kind(path)).map(fs::read);
    let seeds: Vec<_> = read.collect::<std::io::Result<_>>()?;
    anyhow::ensure!(seeds.len() > 8, "{} pictures of {extension}", seeds.len());
    Ok(seeds)
}

fn listed(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| folder.display().to_string())?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

/// Files of every color type and bit depth, beside some of our own.
fn pngs(root: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut seeds = of_every_kind(root, "png")?;
    for (width, height) in [(1, 1), (7, 5), (64, 48)] {
        let pixels = (0..width * height * 3).map(|i| u8::try_from(i * 37 % 256).unwrap_or(0));
        let picture = images::Rgb8::from_pixels(width, height, pixels.collect())?;
        seeds.push(images::encode_png(&picture)?);
    }
    Ok(seeds)
}

fn named() -> (Unit, Address) {
    let unit = Unit { site: runs::Site::MaxPool, objective: Objective::Neuron, channel: 2, seed: 9 };
    let address = Address::of(&unit, &Recipe::new(64, 3), "w");
    (unit, address)
}

fn whole() -> Entry {
    Entry { png: (0..200).collect(), floats: Vec::new(), trajectory: vec![0.5, f32::MIN_POSITIVE, -3.0] }
}

/// The entry, and one of another unit that may not be taken for it.
fn entries(folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let store = Store::open(folder)?;
    let (unit, address) = named();
    let other = Unit { channel: 5, ..unit };
    let elsewhere = Address::of(&other, &Recipe::new(64, 3), "w");
    let mut seeds = Vec::new();
    for (unit, address, png) in [(unit, address, whole().png), (other, elsewhere, vec![7; 200])] {
        store.put(&address, &unit, &Entry { png, ..whole() })?;
        seeds.push(fs::read(store.path(&address))?);
    }
    Ok(seeds)
}

/// Values of an image in a journal, and how many images the seeds have.
const WIDTH: usize = 4;
const IMAGES: u8 = 3;

fn image(i: u8) -> ImageDigest {
    *blake3::hash(&[i]).as_bytes()
}

fn values_of(i: u8) -> [f32; WIDTH] {
    [f32::from(i), -0.5, 1e30, f32::MIN_POSITIVE]
}

/// Journals of no image to three.
fn journals(folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let path = folder.join("journal");
    let mut seeds = Vec::new();
    for images in 0..=IMAGES {
        let _ = fs::remove_file(&path);
        let (mut journal, _) = Journal::open(&path, WIDTH)?;
        for i in 0..images {
            journal.keep(&image(i), &values_of(i))?;
        }
        let bytes = fs::read(&path)?;
        anyhow::ensure!(runs::images_held(&bytes) == Some(images.into()), "a seed");
        seeds.push(bytes);
    }
    Ok(seeds)
}

/// A table of exemplars, one of channels, numbers of another program, and a whole manifest. Each seed of ours is read
/// as what it is.
fn tables(root: &Path, folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let path = folder.join("table.csv");
    let exemplars = [exemplar_row(1, None), exemplar_row(6, Some(0.25))];
    report::write_table(&path, &exemplars)?;
    anyhow::ensure!(report::read_table::<ExemplarRow>(&path)? == exemplars, "rows");
    let exemplars = fs::read(&path)?;
    let channels = [channel_row(0)?, channel_row(7)?];
    report::write_table(&path, &channels)?;
    anyhow::ensure!(report::read_table::<ChannelRow>(&path)? == channels, "rows");
    let table = fs::read(&path)?;
    let mut written = manifest();
    written.seal();
    fs::write(folder.join("manifest.json"), written.text())?;
    anyhow::ensure!(Manifest::read(folder)? == written, "a manifest");
    Ok(vec![exemplars, table, fs::read(root.join("fixtures/accuracy.json"))?, written.text().into_bytes()])
}

fn exemplar_row(figure: u8, scale_metric: Option<f64>) -> ExemplarRow {
    ExemplarRow {
        block: "1.1".to_owned(),
        channel: 3,
        figure,
        example_of: "mix".to_owned(),
        in_paper: figure == 1,
        mix_ratio: Some(1.01),
        sentinel: false,
        scale_metric,
    }
}

/// A channel of which some values are not defined.
fn channel_row(channel: usize) -> anyhow::Result<ChannelRow> {
    let answers = ["o_o", "i_o", "b_o", "o_i", "i_i", "b_i", "o_b", "i_b", "b_b"];
    let mut row: serde_json::Map<String, serde_json::Value> =
        answers.iter().map(|name| ((*name).to_owned(), 0.1.into())).collect();
    row.insert("block".to_owned(), "layer1.1".into());
    row.insert("channel".to_owned(), channel.into());
    row.insert("mix_ratio".to_owned(), (channel as f64 / 3.0).into());
    row.insert("category".to_owned(), "mix".into());
    row.insert("scale_invariant".to_owned(), false.into());
    row.insert("scale_invariant_no_mix".to_owned(), true.into());
    row.insert("scale_invariant_by_block".to_owned(), true.into());
    row.insert("retries".to_owned(), 1.into());
    Ok(serde_json::from_value(row.into())?)
}

fn manifest() -> Manifest {
    let text = |words: &str| words.to_owned();
    let digest = "cd".repeat(32);
    let picture = report::PictureRecord {
        site: text("maxpool"),
        objective: text("neuron"),
        channel: 2,
        seed: 9,
        address: digest.clone(),
        from_seed: None,
        variant: None,
        steps: None,
    };
    Manifest {
        seeds: Vec::new(),
        variants: Vec::new(),
        convergence: Vec::new(),
        whole_channels: false,
        program: text("streamscope 0.1.0"),
        numerics_version: 2,
        build: BuildRecord {
            source_digest: digest.clone(),
            compiler: text("rustc 1.89.0"),
            cpu_features: vec![text("portable")],
        },
        network: NetworkRecord {
            shuffled: false,
            weights: text("weights.npz"),
            weights_digest: digest.clone(),
            architecture: Some(text("resnet18")),
            convolutions: None,
            widths: vec![64, 128, 256, 512],
            input_size: 224,
            preprocessing: Some(PreprocessingRecord {
                resize: 256,
                mean: [0.485, 0.456, 0.406],
                std: [0.229, 0.224, 0.225],
            }),
            classes: Some(1000),
            batch_norm: text("separate"),
        },
        jitter: BTreeMap::from([(text("layer2.1.pre"), 4)]),
        images: Some(ImagesRecord {
            folder: text("images"),
            read: 1,
            skipped: vec![text("images/x.png: not a picture")],
            flawed: Vec::new(),
            passed_over: BTreeMap::new(),
            names_digest: digest.clone(),
            digest: digest.clone(),
            files: [(text("a.png"), [0x5a; 32])].into(),
            journals: BTreeMap::from([(digest.clone(), 1)]),
        }),
        preset: text("smoke"),
        recipe: serde_json::json!({ "steps": 32, "learning_rate": 0.1 + 0.2, "eps": 5e-324 }),
        seed: u64::MAX,
        blocks: BTreeMap::from([(text("1.1"), vec![0, 7])]),
        channels: vec![text("0..16")],
        pictures: BTreeMap::from([(text("features/1.1/input/7.png"), picture)]),
        not_computed: vec![report::NotComputed {
            what: text("block 4.0"),
            missing_tensors: vec![text("layer4.0.conv1.weight")],
        }],
        retried: Vec::new(),
        failed: Vec::new(),
        instruction_set: text("portable"),
        threads: 2,
        seconds: BTreeMap::from([(text("load"), 0.1 + 0.2)]),
        made_from: BTreeMap::from([(text("a"), vec![text("b")])]),
        files: BTreeMap::from([(text("a"), digest)]),
        digest: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    /// Seeds that no longer are what the readers read would end the program before its first input.
    #[test]
    fn every_target_has_seeds_and_reads_some_broken_ones() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        for &target in Target::value_variants() {
            let prepared = Prepared::new(target, root).unwrap_or_else(|error| panic!("{target:?}: {error:#}"));
            let mut random = Random::new(5);
            for _ in 0..50 {
                prepared.read(&prepared.input(&mut random));
            }
        }
    }
}
