//! `verify`: what is as it was written passes, and whatever is not is found and named.

mod forged;
mod made_from;

use report::{Manifest, layout};
use runs::{Address, Entry, Objective, Recipe, Store, Unit};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use streamscope_tests::harness::{program, root, run, succeed};
use tempfile::TempDir;

/// A finished run of the embedded network, on a few images.
struct Finished {
    folder: TempDir,
    studied: &'static [&'static str],
}

/// Two blocks, a few channels and steps.
const SMALL: &[&str] = &["--blocks", "1.1,2.0", "--channels", "0..2", "--steps", "3", "--input-size", "64"];
/// Two channels that fail with so few steps, once and twice.
const FAILING: &[&str] = &["--blocks", "2.0", "--channels", "1,7", "--steps", "1", "--input-size", "32"];

impl Finished {
    fn new(studied: &'static [&'static str]) -> Finished {
        let folder = tempfile::tempdir().unwrap();
        let images = folder.path().join("images");
        fs::create_dir(&images).unwrap();
        for class in ["star", "rings"] {
            for file in fs::read_dir(root().join("fixtures/images").join(class)).unwrap() {
                let file = file.unwrap();
                fs::copy(file.path(), images.join(file.file_name())).unwrap();
            }
        }
        let weights = root().join("fixtures/resnet18-16.npz");
        fs::copy(weights, folder.path().join("weights.npz")).unwrap();
        let finished = Finished { folder, studied };
        finished.reproduce();
        finished
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn out(&self) -> PathBuf {
        self.path("out")
    }

    fn reproduce(&self) {
        let [weights, images, out] = ["weights.npz", "images", "out"].map(|name| self.path(name).display().to_string());
        let places = ["--weights", &weights, "--images", &images, "--out", &out];
        let arguments = [&["reproduce"], self.studied, &places].concat();
        succeed(&mut program(&arguments));
    }

    /// The exit code, and what was said of the results and on the way.
    fn verify(&self, more: &[&str]) -> (i32, String) {
        let out = self.out().display().to_string();
        let output = run(&[&["verify", &out], more].concat());
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(said).unwrap())
    }

    /// Every file of the output folder, the store's and the manifest included.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let (mut files, mut folders) = (BTreeMap::new(), vec![self.out()]);
        while let Some(here) = folders.pop() {
            for entry in fs::read_dir(here).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.out()).unwrap();
                    let name = name.to_string_lossy().into_owned();
                    files.insert(name, fs::read(path).unwrap());
                }
            }
        }
        files
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.out().join(name), bytes).unwrap();
    }

    fn manifest(&self) -> Manifest {
        Manifest::read(&self.out()).unwrap()
    }
}

#[test]
fn a_finished_run_verifies_and_verifying_changes_nothing() {
    let finished = Finished::new(SMALL);
    let before = finished.files();
    for more in [&[][..], &["--all", "--threads", "1"], &["--sample", "0"], &["--digests-only"]] {
        let (code, said) = finished.verify(more);
        assert_eq!(code, 0, "{more:?}: {said}");
        assert!(said.contains("verified"), "{said}");
    }
    assert!(finished.files() == before);
}

#[test]
fn the_manifest_says_of_every_file_what_it_was_made_from() {
    let finished = Finished::new(SMALL);
    let manifest = finished.manifest();
    for name in manifest.files.keys() {
        let known = manifest.made_from.contains_key(name) || manifest.pictures.contains_key(name);
        assert!(known, "{name} has no origin");
    }
    for (name, sources) in &manifest.made_from {
        for source in sources {
            let known = manifest.files.contains_key(source)
                || ["pictures", "images", "weights", layout::MANIFEST].contains(&source.as_str())
                || manifest.pictures.values().any(|p| p.stored() == *source);
            assert!(known, "{name} is made from {source}");
        }
    }
    let store = finished.files();
    for (name, picture) in &manifest.pictures {
        let kept = format!("store/{}/{}", &picture.address[..2], picture.address);
        assert!(store.contains_key(&kept), "{name}");
    }
    let build = &manifest.build;
    assert!(build.compiler.starts_with("rustc "), "{}", build.compiler);
    assert_eq!(build.source_digest.len(), 64);
    assert_eq!(build.cpu_features.last().unwrap(), "portable");
}

#[test]
fn one_changed_byte_in_any_file_is_found_and_named() {
    let finished = Finished::new(SMALL);
    let files = finished.files();
    let kinds = ["manifest.json", "index.html", "figures/", "tables/", "features/", "activations/", "store/scans/"];
    for kind in kinds {
        assert!(files.keys().any(|name| name.starts_with(kind)), "{kind}");
    }
    for (name, good) in &files {
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        finished.write(name, &bad);
        let (code, said) = finished.verify(&["--digests-only"]);
        assert!(code == 1 && said.contains(name), "{name}: {code}, {said}");
        finished.write(name, good);
    }
    assert_eq!(finished.verify(&["--digests-only"]).0, 0);
}

#[test]
fn one_changed_byte_anywhere_in_a_manifest_or_stored_picture_is_found() {
    let finished = Finished::new(SMALL);
    let files = finished.files();
    let is_picture = |name: &&String| name.starts_with("store/") && !name.contains("scans");
    let picture = files.keys().find(is_picture).unwrap().clone();
    for name in [picture, layout::MANIFEST.to_owned()] {
        let good = &files[&name];
        for at in (0..good.len()).step_by(good.len() / 50) {
            let mut bad = good.clone();
            bad[at] ^= 1;
            finished.write(&name, &bad);
            let (code, said) = finished.verify(&["--digests-only"]);
            assert!(code == 1 && said.contains(&name), "{name} at {at}: {said}");
        }
        finished.write(&name, good);
    }
}

#[test]
fn missing_and_extra_files_are_named() {
    let finished = Finished::new(SMALL);
    fs::remove_file(finished.out().join(layout::HISTOGRAM)).unwrap();
    finished.write("tables/notes.csv", b"a\n");
    finished.write("features/1.1/block/99.png", b"a picture");
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 1);
    for expected in [
        "tables/mix_histogram.csv: the manifest lists it, and it is missing",
        "features/1.1/block/99.png: the manifest does not list it",
        "not in the manifest: tables/notes.csv, which no run writes",
    ] {
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn what_the_manifest_does_not_know_is_named_and_is_no_difference() {
    let finished = Finished::new(SMALL);
    let (_, said) = finished.verify(&["--digests-only"]);
    assert!(!said.contains("not in the manifest"), "{said}");
    let unit = Unit { site: "maxpool".parse().unwrap(), objective: Objective::Neuron, channel: 2, seed: 9 };
    let address = Address::of(&unit, &Recipe::new(64, 3), "other weights");
    let store = Store::open(&finished.out().join(layout::STORE)).unwrap();
    let entry = Entry { png: vec![1, 2, 3], trajectory: vec![0.5], floats: Vec::new() };
    store.put(&address, &unit, &entry).unwrap();
    let other = store.path(&address);
    let other = other.strip_prefix(finished.out()).unwrap().display();
    fs::create_dir_all(finished.out().join("explain/1.1")).unwrap();
    let names = ["store/notes.txt", "store/scans/0123", "tables/.hidden", "explain/1.1/3.html"];
    for name in names {
        finished.write(name, b"");
    }
    let (code, said) = finished.verify(&["--digests-only"]);
    assert_eq!(code, 0, "{said}");
    for expected in [
        format!("not in the manifest: {other}, a picture of another run"),
        "not in the manifest: store/notes.txt, which the run does not need".to_owned(),
        "not in the manifest: store/scans/0123, which".to_owned(),
        "not in the manifest: tables/.hidden, a hidden file".to_owned(),
        "not in the manifest: 1 files in explain, which were made after the run".to_owned(),
    ] {
        assert!(said.contains(&expected), "{expected}: {said}");
    }
}

#[test]
fn a_figure_of_exemplars_says_which_pictures_it_shows() {
    let finished = Finished::new(SMALL);
    let manifest = finished.manifest();
    let rows: Vec<report::ExemplarRow> = report::read_table(&finished.out().join(layout::EXEMPLARS)).unwrap();
    let mut shown = 0;
    for (name, sources) in &manifest.made_from {
        let figure = [(1, "figures/fig1_exemplars_"), (6, "figures/fig6_scale_")];
        let of = figure.iter().find_map(|(n, begins)| Some((*n, name.strip_prefix(begins)?)));
        let Some((number, block)) = of else {
            continue;
        };
        let block = &block[..3];
        let mine = rows.iter().filter(|e| e.figure == number && e.block == block);
        let mine: Vec<usize> = mine.map(|e| e.channel).collect();
        for (picture, record) in &manifest.pictures {
            let parts: Vec<&str> = picture.split('/').collect();
            let channel: usize = parts[3].split('.').next().unwrap().parse().unwrap();
            let expected = parts[1] == block && mine.contains(&channel);
            let key = format!("store/{}/{}", &record.address[..2], record.address);
            assert_eq!(sources.contains(picture), expected, "{name}: {picture}");
            assert!(!expected || sources.contains(&key), "{name}: {picture}");
            shown += usize::from(expected);
        }
        assert!(!sources.iter().any(|source| source == "pictures"), "{name}");
    }
    assert!(shown > 0);
}

#[test]
fn what_is_no_finished_run_is_bad_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let refuse = |arguments: &[&str], expected: &str| {
        let output = run(&[&["verify"], arguments].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected), "{said}");
    };
    refuse(&[&path], "with manifest.json, found none in it");
    refuse(&[&path, "--all", "--sample", "2"], "cannot be used with");
    refuse(&[&path, "--all", "--digests-only"], "cannot be used with");
    refuse(&[], "<OUT>");
}

#[test]
fn a_manifest_that_is_none_is_a_difference_in_a_file_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    for broken in ["{}", "{ \"program\": ", "\0\0", ""] {
        fs::write(folder.path().join("manifest.json"), broken).unwrap();
        let output = run(&["verify", &path]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        let expected = "manifest.json: it is no manifest of Streamscope: ";
        assert!(said.contains(expected), "{said}");
        assert!(said.contains("not checked, because manifest.json cannot be read"), "{said}");
    }
}
