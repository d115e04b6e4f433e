//! What was changed by a hand that made every digest fit is found by deriving and making it again.

use super::*;

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
    change_cell(&finished.out().join(layout::CHANNELS), 2, "mix_ratio", "9.75");
    change_cell(&finished.out().join(layout::BLOCKS), 1, "studied", "3");
    finished.manifest().write(&finished.out(), |name| name != layout::PAGE_AUDIT).unwrap();
    assert_eq!(finished.verify(&["--digests-only"]).0, 0);
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 1, "{said}");
    for expected in [
        "tables/channels.csv: block layer1.1, channel 1: mix_ratio is 9.75, derived again it is ",
        "tables/blocks.csv: block layer1.1: studied is 3, derived again it is 2",
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
    manifest.write(&finished.out(), |name| name != layout::PAGE_AUDIT).unwrap();
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 1, "{said}");
    for expected in [
        "figures/fig2_mix_ratios.svg: derived again it differs, first at byte ",
        "activations/layer1.0.npy: derived again it differs, first at byte ",
        "manifest.json: failed is [\"block 1.1, channel 0\"], derived again it is []",
        // It tells of the failed channels.
        "page/data/run.js: derived again it differs",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn a_shown_picture_that_is_not_the_stored_one_is_found_even_where_every_digest_was_made_to_fit() {
    let finished = Finished::new(SMALL);
    let [shown, other] = [0, 1].map(|c| finished.out().join(format!("features/1.1/input/{c}.png")));
    fs::copy(other, shown).unwrap();
    finished.manifest().write(&finished.out(), |name| name != layout::PAGE_AUDIT).unwrap();
    let (code, said) = finished.verify(&["--digests-only"]);
    assert_eq!(code, 1, "{said}");
    let expected = "features/1.1/input/0.png: it is not the picture of layer1.0.pre:0 (neuron, seed 0) in store/";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_manifest_that_asks_for_pictures_nobody_made_does_not_get_them() {
    let finished = Finished::new(SMALL);
    let mut manifest = finished.manifest();
    manifest.blocks.get_mut("1.1").unwrap().push(9);
    manifest.write(&finished.out(), |name| name != layout::PAGE_AUDIT).unwrap();
    let before = finished.files();
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("not checked, because they need the picture of "), "{said}");
    assert!(finished.files() == before);
}

#[test]
fn a_picture_forged_before_the_tables_were_made_is_found_by_making_all_again() {
    let finished = Finished::new(SMALL);
    let manifest = finished.manifest();
    let recipe = Recipe::new(64, 3);
    let store = Store::open(&finished.out().join(layout::STORE)).unwrap();
    let unit = |channel| Unit { site: "layer1.1.bn2".parse().unwrap(), objective: Objective::Neuron, channel, seed: 0 };
    let address = |channel| Address::of(&unit(channel), &recipe, &manifest.network.weights_digest);
    // The picture of another channel, as whole as any entry can be; everything else is made to fit by the program
    // itself.
    let forged = store.get(&address(0)).unwrap();
    store.put(&address(1), &unit(1), &forged).unwrap();
    finished.reproduce();
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = finished.verify(&["--all"]);
    assert_eq!(code, 1, "{said}");
    let expected =
        "features/1.1/block/1.png: the picture of layer1.1.bn2:1 (neuron, seed 0), made again, is not that of store/";
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
    assert!(said.contains(&format!("{kept}: ")) && said.contains(name), "{said}");
    assert!(said.contains("not checked, because the store does not hold"), "{said}");
    assert!(!finished.out().join(kept).exists());
}

#[test]
fn a_picture_that_failed_before_the_one_that_is_shown_is_checked_too() {
    let finished = Finished::new(FAILING);
    let manifest = finished.manifest();
    assert_eq!(manifest.retried, ["block 2.0, channel 1 (1)", "block 2.0, channel 7 (2)"]);
    let (code, said) = finished.verify(&["--all"]);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("already done") && !said.contains("failed"), "{said}");
    let shown = &manifest.pictures["features/2.0/block/7.png"];
    assert_eq!(shown.seed, 2);
    let before = Unit { site: shown.site.parse().unwrap(), objective: Objective::Neuron, channel: 7, seed: 1 };
    let address = Address::of(&before, &Recipe::new(32, 1), &manifest.network.weights_digest);
    let store = Store::open(&finished.out().join(layout::STORE)).unwrap();
    let good = store.get(&address).unwrap();
    let forged = Entry { trajectory: vec![0.0], ..good };
    store.put(&address, &before, &forged).unwrap();
    let (code, said) = finished.verify(&["--all"]);
    assert_eq!(code, 1, "{said}");
    let expected =
        "features/2.0/block/7.png: the objective on the way of layer2.0.bn2:7 (neuron, seed 1), made again, is not";
    assert!(said.contains(expected), "{said}");
    fs::remove_file(store.path(&address)).unwrap();
    let (code, said) = finished.verify(&["--digests-only"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("layer2.0.bn2:7 (neuron, seed 1) of features/2.0/block/7.png is missing"), "{said}");
}

/// Makes every value of a journal's first image half as large again, as whole as any record can be: the image's digest (32 bytes),
/// the values as little-endian float32, the first eight bytes of the digest of both.
fn change_first_record(journal: &Path, images: usize) {
    let mut bytes = fs::read(journal).unwrap();
    let record = bytes.len() / images;
    assert_eq!(record * images, bytes.len());
    let (body, check) = bytes[..record].split_at_mut(record - 8);
    assert_eq!(blake3::hash(body).as_bytes()[..8], *check);
    for value in body[32..].as_chunks_mut::<4>().0 {
        *value = (f32::from_le_bytes(*value) * 1.5).to_le_bytes();
    }
    check.copy_from_slice(&blake3::hash(body).as_bytes()[..8]);
    fs::write(journal, bytes).unwrap();
}

#[test]
fn activations_forged_before_the_tables_were_made_are_found_by_reading_all_photographs_again() {
    let finished = Finished::new(SMALL);
    let images = finished.manifest().images.unwrap().read;
    let journals: Vec<PathBuf> = fs::read_dir(finished.out().join(layout::STORE).join("scans"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(!journals.is_empty());
    let before = finished.files();
    for journal in &journals {
        change_first_record(journal, images);
    }
    // Nothing would be made where every file is as it was written.
    fs::remove_file(finished.out().join(layout::INDEX)).unwrap();
    finished.reproduce();
    assert!(finished.files()["activations/layer1.0.npy"] != before["activations/layer1.0.npy"]);
    // What is kept of the photographs is believed, unless all is asked for.
    let (code, said) = finished.verify(&["--sample", "0"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = finished.verify(&["--all"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("activations/layer1.0.npy: derived again it differs, first at byte "), "{said}");
}
