//! A folder with one photograph that cannot be read, in each place of the order: the others give what they give without
//! it.

use super::world::{BASE, World, base, outputs};
use serde_json::Value;
use std::fs;

/// Names before, among and behind the others.
const PLACES: [&str; 3] = ["0.jpg", "bb.jpg", "z.jpg"];

/// What may be wrong with it.
#[derive(Clone, Copy, Debug)]
enum Bad {
    Empty,
    Cut,
    Text,
    Dangling,
    Folder,
}

fn add(world: &World, name: &str, bad: Bad) {
    let path = world.path("images").join(name);
    let good = fs::read(world.path("images/a.jpg")).unwrap();
    match bad {
        Bad::Empty => fs::write(path, b"").unwrap(),
        Bad::Cut => fs::write(path, &good[..good.len() / 2]).unwrap(),
        Bad::Text => fs::write(path, "no photograph").unwrap(),
        Bad::Folder => fs::create_dir(path).unwrap(),
        #[cfg(unix)]
        Bad::Dangling => std::os::unix::fs::symlink("nowhere.jpg", path).unwrap(),
        #[cfg(not(unix))]
        Bad::Dangling => fs::write(path, b"").unwrap(),
    }
}

#[test]
fn activations_are_those_of_the_readable_ones() {
    let command = |out| {
        [
            "activations",
            "--weights",
            "weights.npz",
            "--images",
            "images",
            "--sites",
            "layer1.1,layer2.0.bn2",
            "--input-size",
            "32",
            "--out",
            out,
        ]
    };
    let world = World::new();
    world.succeed(&command("without.npz"));
    let without = fs::read(world.path("without.npz")).unwrap();
    for place in PLACES {
        for bad in [Bad::Empty, Bad::Cut, Bad::Text, Bad::Dangling, Bad::Folder] {
            add(&world, place, bad);
            let said = world.succeed(&command("with.npz"));
            let with = fs::read(world.path("with.npz")).unwrap();
            assert!(with == without, "{place}, {bad:?}: {said}");
            let path = world.path("images").join(place);
            match bad {
                // A folder is a class, and this one has no image.
                Bad::Folder => {
                    assert!(!said.contains("skipped"), "{said}");
                    fs::remove_dir(path).unwrap();
                }
                _ => {
                    let skipped = format!("images/{place}: ");
                    assert_eq!(said.matches(&skipped).count(), 1, "{bad:?}: {said}");
                    assert!(said.contains("4 images, 1 skipped"), "{said}");
                    fs::remove_file(path).unwrap();
                }
            }
        }
    }
}

#[test]
fn a_run_has_the_results_of_the_readable_ones_and_names_what_it_skipped() {
    for (place, bad) in PLACES.into_iter().zip([Bad::Cut, Bad::Text, Bad::Dangling]) {
        let world = World::new();
        add(&world, place, bad);
        let said = world.succeed(&[&BASE[..], &["--out", "new"]].concat());
        assert!(said.contains(&format!("skipped: images/{place}: ")), "{said}");
        let (mut with, mut without) = (outputs(&world.path("new")), outputs(&base().join("used")));
        let [with_manifest, without_manifest] = [&mut with, &mut without].map(|files| {
            files.remove("page/data/run.js").unwrap();
            let manifest = files.remove("manifest.json").unwrap();
            let mut manifest: Value = serde_json::from_slice(&manifest).unwrap();
            manifest["files"].as_object_mut().unwrap().remove("page/data/run.js").unwrap();
            manifest
        });
        assert!(with == without, "{place}, {bad:?}");
        // Of the images as they lie there: which were skipped, and the digests and names that hold all of them.
        let bare = |mut manifest: Value| {
            let images = manifest["images"].as_object_mut().unwrap();
            let skipped = images.remove("skipped").unwrap();
            assert!(images.remove("digest").is_some());
            let journals = images.remove("journals").unwrap();
            let held: Vec<u64> = journals.as_object().unwrap().values().map(|held| held.as_u64().unwrap()).collect();
            (manifest, skipped.as_array().unwrap().clone(), held)
        };
        let (with, skipped, held) = bare(with_manifest);
        let (without, none, held_without) = bare(without_manifest);
        assert_eq!(with, without, "{place}, {bad:?}");
        assert!(skipped.len() == 1 && none.is_empty(), "{skipped:?}");
        assert!(skipped[0].as_str().unwrap().starts_with(&format!("images/{place}: ")));
        assert_eq!(held, held_without);
        let page = fs::read_to_string(world.path("new/page/data/run.js")).unwrap();
        let of_base = fs::read_to_string(base().join("used/page/data/run.js")).unwrap();
        assert_ne!(page, of_base, "{place}: the page does not say that one was skipped");
        let said = world.succeed(&["verify", "new", "--digests-only"]);
        assert!(said.contains("verified"), "{said}");
    }
}
