//! The bits of every draw, every kernel and of whole pictures, pinned under the numerics version that they belong to.
//!
//! Stored pictures and what was read of images are found by keys that hold `runs::NUMERICS_VERSION`, so whoever changes
//! a bit and does not raise it gets pictures of before for pictures of now. These digests are the same on every
//! machine.

mod draws;
mod operations;
mod pictures;
mod pinned;
mod products;

use kernels::Isa;
use std::collections::BTreeMap;

/// What was computed, by name: the first 16 digits of the digest of its bits.
#[derive(Default)]
struct Found(BTreeMap<String, String>);

impl Found {
    /// Takes note of values by their bits.
    fn add(&mut self, name: impl Into<String>, bits: &[u64]) {
        assert!(!bits.is_empty());
        let mut digest = blake3::Hasher::new();
        for value in bits {
            digest.update(&value.to_le_bytes());
        }
        let digest = digest.finalize().to_hex()[..16].to_owned();
        let name = name.into();
        let before = self.0.insert(name.clone(), digest);
        assert_eq!(before, None, "{name} is there twice");
    }

    /// Takes note of what every instruction set computes alike.
    fn add_of_all(&mut self, name: impl Into<String>, compute: impl Fn(Isa) -> Vec<f32>) {
        let name = name.into();
        let portable = bits(&compute(Isa::named("portable").unwrap()));
        for isa in Isa::supported() {
            assert!(bits(&compute(isa)) == portable, "{name} on {isa}");
        }
        self.add(name, &portable);
    }
}

fn bits(values: &[f32]) -> Vec<u64> {
    values.iter().map(|v| v.to_bits().into()).collect()
}

/// Everything that is pinned.
fn found() -> Found {
    let mut found = Found::default();
    draws::add_to(&mut found);
    operations::add_to(&mut found);
    products::add_to(&mut found);
    pictures::add_to(&mut found);
    found
}

/// What is wrong with the digests that were found, by a table of versions, as sentences.
fn complaints(found: &BTreeMap<String, String>, version: u32, table: &[(u32, &[(&str, &str)])]) -> Vec<String> {
    let Some((_, pinned)) = table.iter().find(|(of, _)| *of == version) else {
        let lines: String = found.iter().map(|(name, digest)| format!("\n    (\"{name}\", \"{digest}\"),")).collect();
        return vec![format!(
            "numerics version {version} has no digests in numerics/pinned.rs: add them under it, and leave those of earlier versions{lines}"
        )];
    };
    let pinned: BTreeMap<&str, &str> = pinned.iter().copied().collect();
    let mut complaints = Vec::new();
    for (name, digest) in found {
        match pinned.get(name.as_str()) {
            Some(pin) if pin == digest => {}
            Some(pin) => complaints.push(format!(
                "{name}: its bits have the digest {digest}, and those of numerics version {version} have {pin}: raise NUMERICS_VERSION, \
                 and pin the new digests under the new version"
            )),
            None => complaints.push(format!(
                "{name}: not pinned under numerics version {version}: (\"{name}\", \"{digest}\"),"
            )),
        }
    }
    let gone = pinned.keys().filter(|name| !found.contains_key(**name));
    complaints.extend(gone.map(|name| format!("{name}: pinned, and nothing computes it")));
    complaints
}

#[test]
fn no_bit_changes_without_a_new_numerics_version() {
    let complaints = complaints(&found().0, runs::NUMERICS_VERSION, pinned::TABLE);
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn a_digest_that_moved_a_name_that_is_new_and_one_that_is_gone_are_complained_of() {
    let found = [("a", "1"), ("b", "2")];
    let found = found.map(|(name, digest)| (name.to_owned(), digest.to_owned()));
    let found = BTreeMap::from(found);
    let first: &[(&str, &str)] = &[("a", "1"), ("b", "2")];
    let moved: &[(&str, &str)] = &[("a", "1"), ("b", "3"), ("c", "4")];
    let table = [(1, first), (2, moved), (3, &first[..1])];
    let said = |version| complaints(&found, version, &table);
    assert_eq!(said(1), Vec::<String>::new());
    let of_two = said(2);
    assert_eq!(of_two.len(), 2, "{of_two:?}");
    assert!(of_two[0].starts_with("b: ") && of_two[0].contains("raise NUMERICS_VERSION"));
    assert!(of_two[1].starts_with("c: pinned"));
    assert!(said(3).len() == 1 && said(3)[0].starts_with("b: not pinned"));
    assert!(said(4)[0].contains("numerics version 4 has no digests"));
}

#[test]
fn every_operation_of_the_kernels_is_pinned() {
    let source = streamscope_tests::harness::root().join("crates/kernels/src");
    let (mut operations, mut folders) = (Vec::new(), vec![source.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(&source).unwrap().with_extension("");
            let below: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            let room = below.join("/").replace("/mod", "");
            let text = std::fs::read_to_string(&path).unwrap();
            // How fast a processor is at best: no result.
            if room == "peak" {
                continue;
            }
            for declared in text.split("\n    pub fn ").chain(text.split("\npub fn ")) {
                // The first piece is what stands before any function.
                let signature = declared.split(" {").next().unwrap();
                let name = signature.split(['(', '<']).next().unwrap();
                if signature.contains("isa: Isa") && !signature.starts_with("//") {
                    operations.push(format!("{room}::{name}"));
                }
            }
        }
    }
    operations.sort();
    operations.dedup();
    // `elementwise` alone has nine.
    assert!(operations.len() > 30, "{operations:?}");
    let (_, pinned) = pinned::TABLE.last().unwrap();
    for operation in operations {
        let is_of = |(name, _): &&(&str, &str)| name.split(' ').next() == Some(&operation);
        assert!(pinned.iter().any(|pin| is_of(&pin)), "{operation}");
    }
}
