//! `verify`: what is as it was written passes, and whatever is not is found and named.

use crate::harness::{program, root, run, succeed};
use report::{Manifest, layout};
use runs::{Address, Entry, Objective, Recipe, Store, Unit};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A finished run of the embedded network, on a few images.
struct Finished {
    folder: TempDir,
    studied: &'static [&'static str],
}

/// Two blocks, a few channels and steps.
const SMALL: &[&str] = &[
    "--blocks",
    "1.1,2.0",
    "--channels",
    "0..2",
    "--steps",
    "3",
    "--input-size",
    "64",
];
/// Two channels that fail with so few steps, once and twice.
const FAILING: &[&str] = &[
    "--blocks",
    "2.0",
    "--channels",
    "1,7",
    "--steps",
    "1",
    "--input-size",
    "32",
];

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
        let [weights, images, out] =
            ["weights.npz", "images", "out"].map(|name| self.path(name).display().to_string());
        let places = ["--weights", &weights, "--images", &images, "--out", &out];
        let arguments = [&["reproduce"], self.studied, &places].concat();
        succeed(&mut program(&arguments));
    }

    /// The exit code, and what was said of the results and on the way.
    fn verify(&self, more: &[&str]) -> (i32, String) {
        let out = self.out().display().to_string();
        let output = run(&[&["verify", &out], more].concat());
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(said).unwrap(),
        )
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
    for more in [
        &[][..],
        &["--all", "--threads", "1"],
        &["--sample", "0"],
        &["--digests-only"],
    ] {
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
                || ["pictures", "images", "weights", layout::MANIFEST].contains(&source.as_str());
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
    let kinds = [
        "manifest.json",
        "index.html",
        "figures/",
        "tables/",
        "features/",
        "activations/",
        "store/scans/",
    ];
    for kind in kinds {
        assert!(files.keys().any(|name| name.starts_with(kind)), "{kind}");
    }
    for (name, good) in &files {
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        finished.write(name, &bad);
        let (code, said) = finished.verify(&["--digests-only"]);
        // A manifest that is none any more is bad input.
        let expected = code == 1 || (code == 2 && name == layout::MANIFEST);
        assert!(expected && said.contains(name), "{name}: {code}, {said}");
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
            assert!(code != 0 && said.contains(&name), "{name} at {at}: {said}");
        }
        finished.write(&name, good);
    }
}

#[test]
fn missing_and_extra_files_are_named() {
    let finished = Finished::new(SMALL);
    fs::remove_file(finished.out().join(layout::HISTOGRAM)).unwrap();
    finished.write("tables/notes.csv", b"a\n");
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 1);
    for expected in [
        "tables/mix_histogram.csv: the manifest lists it, and it is missing",
        "tables/notes.csv: the manifest does not list it",
    ] {
        assert!(said.contains(expected), "{said}");
    }
}

/// Replaces a cell of a table.
fn change_cell(path: &Path, row: usize, column: &str, value: &str) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines: Vec<Vec<&str>> = text.lines().map(|l| l.split(',').collect()).collect();
    let at = lines[0].iter().position(|c| *c == column).unwrap();
    lines[row][at] = value;
    let lines: Vec<String> = lines.iter().map(|l| l.join(",") + "\n").collect();
    fs::write(path, lines.concat()).unwrap();
}

#[test]
fn a_changed_cell_is_found_by_derivation_even_where_every_digest_was_made_to_fit() {
    let finished = Finished::new(SMALL);
    change_cell(
        &finished.out().join(layout::CHANNELS),
        2,
        "mix_ratio",
        "9.75",
    );
    change_cell(&finished.out().join(layout::BLOCKS), 1, "studied", "3");
    finished.manifest().write(&finished.out()).unwrap();
    assert_eq!(finished.verify(&["--digests-only"]).0, 0);
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 1, "{said}");
    for expected in [
        "tables/channels.csv: block 1.1, channel 1: mix_ratio is 9.75, derived again it is ",
        "tables/blocks.csv: block 1.1: studied is 3, derived again it is 2",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    let named = said.lines().filter(|l| l.contains("derived again it"));
    assert_eq!(named.count(), 2, "{said}");
}

#[test]
fn a_changed_figure_array_or_record_is_found_even_where_every_digest_was_made_to_fit() {
    let finished = Finished::new(SMALL);
    for name in ["figures/fig2_mix_ratios.svg", "activations/layer1.0.npy"] {
        let path = finished.out().join(name);
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
    }
    let mut manifest = finished.manifest();
    manifest.failed.push("block 1.1, channel 0".to_owned());
    manifest.write(&finished.out()).unwrap();
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 1, "{said}");
    for expected in [
        "figures/fig2_mix_ratios.svg: derived again it differs, first at byte ",
        "activations/layer1.0.npy: derived again it differs, first at byte ",
        "manifest.json: failed is [\"block 1.1, channel 0\"], derived again it is []",
        // It tells of the failed channels.
        "index.html: derived again it differs",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn a_picture_forged_before_the_tables_were_made_is_found_by_making_all_again() {
    let finished = Finished::new(SMALL);
    let manifest = finished.manifest();
    let recipe = Recipe::new(64, 3);
    let store = Store::open(&finished.out().join(layout::STORE)).unwrap();
    let unit = |channel| Unit {
        site: "layer1.1.bn2".parse().unwrap(),
        objective: Objective::Neuron,
        channel,
        seed: 0,
    };
    let address = |channel| Address::of(&unit(channel), &recipe, &manifest.network.weights_digest);
    // The picture of another channel, as whole as any entry can be; everything else is made to fit by the program itself.
    let forged = store.get(&address(0)).unwrap();
    store.put(&address(1), &unit(1), &forged).unwrap();
    finished.reproduce();
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = finished.verify(&["--all"]);
    assert_eq!(code, 1, "{said}");
    let expected = "features/1.1/block/1.png: the picture of layer1.1.bn2:1 (neuron, seed 0), made again, is not that of store/";
    assert!(said.contains(expected), "{said}");
    assert_eq!(said.matches("made again, is not").count(), 1, "{said}");
}

#[test]
fn a_picture_that_the_store_lost_is_named_and_not_made_again() {
    let finished = Finished::new(SMALL);
    let manifest = finished.manifest();
    let (name, picture) = manifest.pictures.first_key_value().unwrap();
    let kept = format!("store/{}/{}", &picture.address[..2], picture.address);
    fs::remove_file(finished.out().join(&kept)).unwrap();
    let (code, said) = finished.verify(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains(&format!("{kept}: ")) && said.contains(name),
        "{said}"
    );
    assert!(
        said.contains("not checked, because the store does not hold"),
        "{said}"
    );
    assert!(!finished.out().join(kept).exists());
}

#[test]
fn a_picture_that_failed_before_the_one_that_is_shown_is_checked_too() {
    let finished = Finished::new(FAILING);
    let manifest = finished.manifest();
    assert_eq!(
        manifest.retried,
        ["block 2.0, channel 1 (1)", "block 2.0, channel 7 (2)"]
    );
    let (code, said) = finished.verify(&["--all"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        !said.contains("already done") && !said.contains("failed"),
        "{said}"
    );
    let shown = &manifest.pictures["features/2.0/block/7.png"];
    assert_eq!(shown.seed, 2);
    let before = Unit {
        site: shown.site.parse().unwrap(),
        objective: Objective::Neuron,
        channel: 7,
        seed: 1,
    };
    let address = Address::of(
        &before,
        &Recipe::new(32, 1),
        &manifest.network.weights_digest,
    );
    let store = Store::open(&finished.out().join(layout::STORE)).unwrap();
    let good = store.get(&address).unwrap();
    let forged = Entry {
        trajectory: vec![0.0],
        ..good
    };
    store.put(&address, &before, &forged).unwrap();
    let (code, said) = finished.verify(&["--all"]);
    assert_eq!(code, 1, "{said}");
    let expected = "features/2.0/block/7.png: the objective on the way of layer2.0.bn2:7 (neuron, seed 1), made again, is not";
    assert!(said.contains(expected), "{said}");
    fs::remove_file(store.path(&address)).unwrap();
    let (code, said) = finished.verify(&["--digests-only"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("layer2.0.bn2:7 (neuron, seed 1) of features/2.0/block/7.png is missing"),
        "{said}"
    );
}

#[test]
fn weights_and_images_that_moved_are_asked_for_and_others_are_refused() {
    let finished = Finished::new(SMALL);
    for (from, to) in [("weights.npz", "w.npz"), ("images", "i")] {
        fs::rename(finished.path(from), finished.path(to)).unwrap();
    }
    let [weights, images, nowhere] =
        ["w.npz", "i", "nowhere"].map(|name| finished.path(name).display().to_string());
    let (code, said) = finished.verify(&[]);
    assert_eq!(code, 1);
    assert!(
        said.contains("not checked") && said.contains("--weights"),
        "{said}"
    );
    let (code, said) = finished.verify(&["--weights", &weights, "--sample", "0"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("not checked") && said.contains("--images"),
        "{said}"
    );
    assert_eq!(finished.verify(&["--digests-only"]).0, 0);
    let (code, said) = finished.verify(&["--weights", &weights, "--images", &images]);
    assert_eq!(code, 0, "{said}");
    for wrong in [
        ["--weights", &nowhere, "--images", &images],
        ["--weights", &weights, "--images", &nowhere],
    ] {
        let (code, said) = finished.verify(&wrong);
        assert_eq!(code, 2);
        assert!(said.contains(&nowhere), "{said}");
    }
    // One image is another picture now.
    let image = fs::read_dir(&images)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::copy(
        root()
            .join("fixtures/images/checks")
            .read_dir()
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path(),
        image,
    )
    .unwrap();
    let (code, said) =
        finished.verify(&["--weights", &weights, "--images", &images, "--sample", "0"]);
    assert_eq!(code, 1);
    assert!(said.contains("manifest.json: images.digest is "), "{said}");
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
    refuse(&[&path], "manifest.json: cannot read");
    fs::write(folder.path().join("manifest.json"), "{}").unwrap();
    refuse(&[&path], "expected a manifest of Streamscope");
    refuse(&[&path, "--all", "--sample", "2"], "cannot be used with");
    refuse(&[&path, "--all", "--digests-only"], "cannot be used with");
    refuse(&[], "<OUT>");
}
