//! Seeds of the formats that PyTorch, safetensors and transformers write.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use anyhow::Context;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Where an input is put: beside the files that the seeds lead to.
pub(crate) const INDEX: &str = "shards/model.safetensors.index.json";

/// Storages that pickles refer to, `0` and so on, all of this size.
const STORAGES: usize = 4;
const STORAGE: [u8; 240] = [0x3f; 240];

fn read(root: &Path, files: &[&str]) -> anyhow::Result<Vec<Vec<u8>>> {
    let folder = root.join("fixtures/formats");
    let read = |file: &&str| fs::read(folder.join(file)).with_context(|| format!("{}", folder.join(file).display()));
    files.iter().map(read).collect()
}

/// One of transformers, and one of two dtypes and no metadata.
pub(crate) fn safetensors(root: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut seeds = read(root, &["transformers/one/model.safetensors"])?;
    let header = concat!(
        r#"{"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"#,
        r#""b":{"dtype":"BF16","shape":[],"data_offsets":[8,10]},"c":{"dtype":"F64","shape":[0],"data_offsets":[10,10]}}"#
    );
    seeds.push([&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 10]].concat());
    Ok(seeds)
}

/// That of transformers, whose files are put where the input is read.
pub(crate) fn indices(root: &Path, folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let shards = ["1", "2", "3"].map(|i| format!("model-0000{i}-of-00003.safetensors"));
    fs::create_dir_all(folder.join("shards"))?;
    for shard in shards {
        fs::copy(root.join("fixtures/formats/transformers/shards").join(&shard), folder.join("shards").join(&shard))?;
    }
    let short = r#"{"weight_map":{"classifier.1.bias":"model-00003-of-00003.safetensors"}}"#;
    let mut seeds = read(root, &["transformers/shards/model.safetensors.index.json"])?;
    seeds.push(short.into());
    Ok(seeds)
}

/// Tensors in every layout, and a module, which is refused.
pub(crate) fn legacy(root: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    read(root, &["layouts.th", "layouts_protocol4.th", "whole_module.th"])
}

/// The same, stored and deflated, with the other order of bytes, and a checkpoint of a training.
pub(crate) fn archives(root: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    read(root, &["layouts.pth", "layouts_deflated.pth", "layouts_without_sums.pth", "big_endian.pth", "training.pt"])
}

/// The pickles in some archives.
pub(crate) fn pickles(archives: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let pickle = |bytes: &Vec<u8>| {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
        let names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
        let mut pickle = Vec::new();
        let name = names.iter().find(|name| name.ends_with("data.pkl"))?;
        archive.by_name(name).ok()?.read_to_end(&mut pickle).ok()?;
        Some(pickle)
    };
    archives.iter().filter_map(pickle).collect()
}

/// An archive around a pickle, whose sums are right.
pub(crate) fn archive(pickle: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let names = (0..STORAGES).map(|i| format!("net/data/{i}"));
    let storages = names.map(|name| (name, &STORAGE[..]));
    for (name, bytes) in std::iter::once(("net/data.pkl".to_owned(), pickle)).chain(storages) {
        // Writing to memory cannot fail.
        let _ = zip.start_file(name, SimpleFileOptions::default());
        let _ = zip.write_all(bytes);
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}
