//! Every digest and key of a finished run, computed again from what it is of, by its definition alone.

use super::world::base;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use streamscope_tests::harness::root;

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn manifest() -> Value {
    serde_json::from_slice(&fs::read(base().join("used/manifest.json")).unwrap()).unwrap()
}

/// Names and bytes of the photographs, in order.
fn photographs() -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = fs::read_dir(base().join("images"))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    found.sort();
    found
}

#[test]
fn the_manifest_has_the_digests_of_its_images() {
    let (manifest, photographs) = (manifest(), photographs());
    let images = &manifest["images"];
    let names: String = photographs.iter().map(|(n, _)| format!("{n}\n")).collect();
    assert_eq!(text(&images["names_digest"]), hash(names.as_bytes()));
    let digests: Vec<u8> = photographs.iter().flat_map(|(_, bytes)| *blake3::hash(bytes).as_bytes()).collect();
    assert_eq!(text(&images["digest"]), hash(&digests));
    let files: BTreeMap<String, String> = photographs.iter().map(|(name, bytes)| (name.clone(), hash(bytes))).collect();
    assert_eq!(images["files"], serde_json::to_value(files).unwrap());
    assert_eq!(images["read"], photographs.len());
}

#[test]
fn journals_are_named_after_the_listing_of_images_and_hold_a_record_for_each() {
    let (manifest, photographs) = (manifest(), photographs());
    let listing: String = photographs.iter().map(|(name, bytes)| format!("{name}\n{}\n", bytes.len())).collect();
    let listing = &hash(listing.as_bytes())[..16];
    let journals = manifest["images"]["journals"].as_object().unwrap();
    // Those of the photographs as they are, and at eight other sizes.
    assert_eq!(journals.len(), 9);
    for (name, held) in journals {
        let (key, images) = name.split_once('-').unwrap();
        assert!(key.len() == 64 && images == listing, "{name}");
        assert_eq!(*held, photographs.len());
        let bytes = fs::read(base().join("used/store/scans").join(name)).unwrap();
        // Three sites of 16 channels, or two of them.
        let length = bytes.len() / photographs.len();
        for (record, (_, image)) in bytes.chunks(length).zip(&photographs) {
            assert_eq!(record[..32], *blake3::hash(image).as_bytes(), "{name}");
            let (body, check) = record.split_at(length - 8);
            assert_eq!(blake3::hash(body).as_bytes()[..8], *check, "{name}");
        }
    }
    let plain = format!(
        "numerics {}\nweights {}\nsize 32\nview Plain\nsites layer1.0,layer1.1.bn2,layer1.1.pre\n",
        manifest["numerics_version"],
        text(&manifest["network"]["weights_digest"])
    );
    let plain = format!("{}-{listing}", hash(plain.as_bytes()));
    assert!(journals.contains_key(&plain), "{plain}: {journals:?}");
}

#[test]
fn the_weights_digest_is_of_every_name_shape_and_value() {
    let path = base().join("weights.npz");
    let mut archive = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut tensors = BTreeMap::new();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        let name = member.name().unwrap().into_owned();
        let name = name.strip_suffix(".npy").unwrap().to_owned();
        if name.ends_with(".num_batches_tracked") {
            continue;
        }
        let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]])) + 10;
        let said = String::from_utf8(bytes[10..header].to_vec()).unwrap();
        let shape = said.split('(').nth(1).unwrap().split(')').next().unwrap();
        let shape: Vec<u64> =
            shape.split(',').map(str::trim).filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()).collect();
        tensors.insert(name, shape);
    }
    let archive = testkit::golden::Archive::open(base().join("weights.npz"));
    let mut all = Vec::new();
    for (name, shape) in &tensors {
        let values = archive.f32(name).values;
        let mut encoding = Vec::new();
        encoding.extend((name.len() as u64).to_le_bytes());
        encoding.extend(name.as_bytes());
        encoding.extend((shape.len() as u64).to_le_bytes());
        encoding.extend(shape.iter().flat_map(|n| n.to_le_bytes()));
        encoding.extend(values.iter().flat_map(|v| v.to_le_bytes()));
        all.extend(blake3::derive_key("streamscope weights: tensor, version 1", &encoding));
    }
    let expected = blake3::derive_key("streamscope weights: set of tensors, version 1", &all);
    let expected = blake3::Hash::from_bytes(expected).to_hex();
    let manifest = manifest();
    let found = text(&manifest["network"]["weights_digest"]);
    assert_eq!(found, expected.as_str());
    // The embedded network has been the same since it was trained.
    assert_eq!(found, "d709f9c4e20228661cb0f2563b493f26ebb7d4332db41ffb13ef1b1f8f060160");
}

#[test]
fn the_manifest_has_the_digest_of_every_file_and_its_own() {
    let manifest = manifest();
    let mut files = super::world::outputs(&base().join("used"));
    files.remove("manifest.json");
    // What an audit found may change later.
    files.remove("page/data/audit.js").unwrap();
    let digests: BTreeMap<&String, String> = files.iter().map(|(name, b)| (name, hash(b))).collect();
    assert_eq!(manifest["files"], serde_json::to_value(digests).unwrap());
    let written = fs::read_to_string(base().join("used/manifest.json")).unwrap();
    let own = text(&manifest["digest"]);
    let bare = written.replace(&format!("\"digest\": \"{own}\""), "\"digest\": \"\"");
    assert_eq!(own, hash(bare.as_bytes()));
}

#[test]
fn a_picture_is_stored_under_the_digest_of_all_that_determines_it() {
    let manifest = manifest();
    let pictures = manifest["pictures"].as_object().unwrap();
    assert_eq!(pictures.len(), 12);
    for (name, picture) in pictures {
        let described = format!(
            "numerics 2\nweights {}\nsite {}\nobjective {}\nchannel {}\nseed {}\nrecipe {}\n",
            text(&manifest["network"]["weights_digest"]),
            text(&picture["site"]),
            text(&picture["objective"]),
            picture["channel"],
            picture["seed"],
            "{\"steps\":2,\"size\":32,\"deviation\":0.01,\"learning_rate\":0.05,\"betas\":[0.9,0.999],\"eps\":1e-8,\
             \"scales\":[1000,975,1025,950,1050],\"degrees\":5}"
        );
        let address = text(&picture["address"]);
        assert_eq!(address, hash(described.as_bytes()), "{name}");
        let entry = base().join("used/store").join(&address[..2]).join(address);
        let entry = fs::read(entry).unwrap();
        let end = entry.iter().position(|&b| b == b'\n').unwrap();
        let header: Value = serde_json::from_slice(&entry[..end]).unwrap();
        let body = &entry[end + 1..];
        assert_eq!(text(&header["blake3"]), hash(body));
        assert_eq!(text(&header["address"]), address);
        let png = fs::read(base().join("used").join(name)).unwrap();
        assert!(header["png_bytes"] == png.len() && body.starts_with(&png));
        assert!(header["trajectory_steps"] == 2 && body.len() == png.len() + 8);
    }
}

/// Files that the crates are built from, by their names below the project.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = folder.join(&name);
        if name.starts_with('.') || ["tests", "examples"].contains(&name.as_str()) || name.ends_with(".md") {
            continue;
        }
        match entry.path().is_dir() {
            true => sources(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn the_source_digest_is_of_the_name_and_bytes_of_every_file_of_the_crates() {
    let mut files = vec![PathBuf::from("Cargo.lock"), PathBuf::from("Cargo.toml")];
    sources(Path::new("crates"), &mut files);
    files.sort();
    assert!(files.len() > 150);
    let mut all = Vec::new();
    for file in files {
        let name: Vec<_> = file.iter().map(|part| part.to_str().unwrap()).collect();
        all.extend(format!("../../{}\n", name.join("/")).into_bytes());
        all.extend(blake3::hash(&fs::read(root().join(&file)).unwrap()).as_bytes());
    }
    assert_eq!(text(&manifest()["build"]["source_digest"]), hash(&all));
}
