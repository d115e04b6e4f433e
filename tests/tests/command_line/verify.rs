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
fn a_shown_picture_that_is_not_the_stored_one_is_found_even_where_every_digest_was_made_to_fit() {
    let finished = Finished::new(SMALL);
    let [shown, other] = [0, 1].map(|c| finished.out().join(format!("features/1.1/input/{c}.png")));
    fs::copy(other, shown).unwrap();
    finished.manifest().write(&finished.out()).unwrap();
    let (code, said) = finished.verify(&["--digests-only"]);
    assert_eq!(code, 1, "{said}");
    let expected = "features/1.1/input/0.png: it is not the picture of layer1.0.pre:0 (neuron, seed 0) in store/";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_manifest_that_asks_for_pictures_nobody_made_does_not_get_them() {
    let finished = Finished::new(SMALL);
    let mut manifest = finished.manifest();
    // Stands for all channels.
    manifest.channels.clear();
    manifest.write(&finished.out()).unwrap();
    let before = finished.files();
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("not checked, because they need the picture of "),
        "{said}"
    );
    assert!(finished.files() == before);
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
}

#[test]
fn a_photograph_that_changed_or_is_missing_is_named_and_what_follows_from_it_is_not() {
    let finished = Finished::new(SMALL);
    let record = finished.manifest().images.unwrap();
    assert_eq!(record.files.len(), record.read);
    let [changed, missing] = [3, 8].map(|at| {
        let name = record.files.keys().nth(at).unwrap();
        finished.path("images").join(name)
    });
    let mut bytes = fs::read(&changed).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&changed, bytes).unwrap();
    fs::remove_file(&missing).unwrap();
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 1, "{said}");
    for (path, what) in [
        (changed, "the digest of the photograph is "),
        (missing, "the run read it, and it is missing"),
    ] {
        let expected = format!("{}: {what}", path.display());
        assert_eq!(said.matches(&expected).count(), 1, "{said}");
    }
    assert!(!said.contains("derived again it"), "{said}");
    assert_eq!(finished.verify(&["--digests-only"]).0, 0);
}

#[test]
fn a_journal_that_is_missing_emptied_or_short_of_an_image_is_named() {
    let finished = Finished::new(SMALL);
    let journals = finished.manifest().images.unwrap().journals;
    // One for the images as they are, and one for each other size.
    assert!(journals.len() > 1, "{journals:?}");
    for (journal, images) in journals {
        let name = format!("store/scans/{journal}");
        let path = finished.out().join(&name);
        let good = fs::read(&path).unwrap();
        let record = good.len() / images;
        let short = format!(
            "it holds what was read of {} images, and the run read {images}",
            images - 1
        );
        for (bytes, expected) in [
            (None, "what was read of images is missing"),
            (
                Some(0),
                "it holds what was read of 0 images, and the run read ",
            ),
            (Some(good.len() - record), short.as_str()),
            (Some(good.len() - 1), "what was read of images is damaged"),
        ] {
            match bytes {
                None => fs::remove_file(&path).unwrap(),
                Some(length) => fs::write(&path, &good[..length]).unwrap(),
            }
            let (code, said) = finished.verify(&["--digests-only"]);
            assert_eq!(code, 1, "{said}");
            assert!(said.contains(&format!("{name}: {expected}")), "{said}");
        }
        fs::write(path, good).unwrap();
    }
    assert_eq!(finished.verify(&["--digests-only"]).0, 0);
}

#[test]
fn what_the_manifest_does_not_know_is_named_and_is_no_difference() {
    let finished = Finished::new(SMALL);
    let (_, said) = finished.verify(&["--digests-only"]);
    assert!(!said.contains("not in the manifest"), "{said}");
    let unit = Unit {
        site: "maxpool".parse().unwrap(),
        objective: Objective::Neuron,
        channel: 2,
        seed: 9,
    };
    let address = Address::of(&unit, &Recipe::new(64, 3), "other weights");
    let store = Store::open(&finished.out().join(layout::STORE)).unwrap();
    let entry = Entry {
        png: vec![1, 2, 3],
        trajectory: vec![0.5],
    };
    store.put(&address, &unit, &entry).unwrap();
    let other = store.path(&address);
    let other = other.strip_prefix(finished.out()).unwrap().display();
    fs::create_dir_all(finished.out().join("explain/1.1")).unwrap();
    let names = [
        "store/notes.txt",
        "store/scans/0123",
        "tables/.hidden",
        "explain/1.1/3.html",
    ];
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
    let rows: Vec<report::ExemplarRow> =
        report::read_table(&finished.out().join(layout::EXEMPLARS)).unwrap();
    let mut shown = 0;
    for (name, sources) in &manifest.made_from {
        let figure = [(1, "figures/fig1_exemplars_"), (6, "figures/fig6_scale_")];
        let of = figure
            .iter()
            .find_map(|(n, begins)| Some((*n, name.strip_prefix(begins)?)));
        let Some((number, block)) = of else {
            continue;
        };
        let block = &block[..3];
        let mine = rows
            .iter()
            .filter(|e| e.figure == number && e.block == block);
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
    refuse(&[&path], "manifest.json: cannot read");
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
        assert!(
            said.contains("not checked, because manifest.json cannot be read"),
            "{said}"
        );
    }
}
