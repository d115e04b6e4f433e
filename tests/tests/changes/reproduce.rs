//! `reproduce` after one input has changed.

use super::world::{BASE, World, assert_same_outputs, base, copy, outputs};
use std::fs;
use std::path::Path;
use streamscope_tests::harness::root;

/// The base command with another value of a flag, or one more flag.
fn with<'a>(flag: &'a str, value: &'a str) -> Vec<&'a str> {
    let mut arguments = BASE.to_vec();
    match arguments.iter().position(|a| *a == flag) {
        Some(at) => arguments[at + 1] = value,
        None => arguments.extend([flag, value]),
    }
    arguments
}

fn without(flag: &str) -> Vec<&'static str> {
    let mut arguments = BASE.to_vec();
    let at = arguments.iter().position(|a| *a == flag).unwrap();
    arguments.drain(at..at + 2);
    arguments
}

/// Runs a command in the folder of the base run, whose place it is told to take, and in a new one, after a change of the inputs; they leave the same,
/// and it is not what the base left.
#[track_caller]
fn changed(what: &str, command: &[&str], change: impl FnOnce(&World)) {
    let world = World::after_base();
    change(&world);
    world.succeed(&[command, &["--out", "used", "--replace"]].concat());
    world.succeed(&[command, &["--out", "new"]].concat());
    let [used, new] = ["used", "new"].map(|name| world.path(name));
    assert_same_outputs(&used, &new, what);
    assert!(outputs(&new) != outputs(&base().join("used")), "{what}");
    let said = world.succeed(&["verify", "used", "--digests-only"]);
    assert!(said.contains("verified"), "{what}: {said}");
}

#[test]
fn with_other_steps_presets_and_seeds() {
    changed("steps", &with("--steps", "3"), |_| ());
    changed("seed", &with("--seed", "1"), |_| ());
    let mut preset = without("--steps");
    preset.extend(["--preset", "smoke"]);
    changed("preset", &preset, |_| ());
}

#[test]
fn with_other_channels_and_back() {
    changed("other channels", &with("--channels", "3,5"), |_| ());
    there_and_back("--channels", "0..3");
}

#[test]
fn with_another_input_size_or_without_images() {
    // The size decides how photographs are resized and cropped, too.
    changed("input size", &with("--input-size", "36"), |_| ());
    changed("no images", &without("--images"), |_| ());
}

#[test]
fn with_other_blocks_and_back() {
    there_and_back("--blocks", "1.1,2.0");
}

/// More in the folder of the base run, as in a new one; then the base again, which is fewer and takes nothing away, unless
/// it is told to.
#[track_caller]
fn there_and_back(flag: &str, more: &str) {
    let world = World::after_base();
    for out in ["used", "new"] {
        world.succeed(&[&with(flag, more)[..], &["--out", out]].concat());
    }
    let [used, new] = ["used", "new"].map(|name| world.path(name));
    assert_same_outputs(&used, &new, more);
    assert!(outputs(&new) != outputs(&base().join("used")), "{more}");
    world.succeed(&[&BASE[..], &["--out", "used"]].concat());
    assert_same_outputs(&used, &new, "fewer");
    world.succeed(&[&BASE[..], &["--out", "used", "--replace"]].concat());
    assert_same_outputs(&used, &base().join("used"), "back");
}

#[test]
fn with_one_value_of_the_weights_changed() {
    changed("a weight of the Block", &BASE, |world| {
        world.touch_tensor("layer1.1.conv2.weight");
    });
}

#[test]
fn with_one_photograph_changed_at_the_same_length_and_time() {
    changed("c.jpg", &BASE, |world| world.touch_photograph("c.jpg"));
}

#[test]
fn with_a_photograph_added_removed_or_renamed_and_in_another_order() {
    let images = |world: &World, name: &str| world.path("images").join(name);
    changed("added", &BASE, |world| {
        let spiral = root().join("fixtures/images/spiral/spiral_02.jpg");
        copy(&spiral, &images(world, "bb.jpg"));
    });
    changed("removed", &BASE, |world| {
        fs::remove_file(images(world, "b.jpg")).unwrap();
    });
    changed("renamed", &BASE, |world| {
        fs::rename(images(world, "c.jpg"), images(world, "cc.jpg")).unwrap();
    });
    changed("in another order", &BASE, |world| {
        let [a, d, other] = ["a.jpg", "d.jpg", "other"].map(|name| images(world, name));
        for (from, to) in [(&a, &other), (&d, &a), (&other, &d)] {
            fs::rename(from, to).unwrap();
        }
    });
    // A path says nothing of what lies there.
    changed("another folder of the same name", &BASE, |world| {
        let folder = world.path("images");
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        for (name, number) in [("a.jpg", 4), ("b.jpg", 5)] {
            let from = format!("fixtures/images/grating/grating_0{number}.jpg");
            copy(&root().join(from), &folder.join(name));
        }
    });
}

#[test]
fn nothing_changed_leaves_every_byte_as_it_was_and_makes_nothing_again() {
    let world = World::after_base();
    let said = world.succeed(&[&BASE[..], &["--out", "used"]].concat());
    assert_same_outputs(&world.path("used"), &base().join("used"), "nothing changed");
    assert!(said.contains("used: nothing to make: the run there has all of this"), "{said}");
    let files = |folder: &Path| {
        let mut names = Vec::new();
        let mut folders = vec![folder.join("store")];
        while let Some(here) = folders.pop() {
            for entry in fs::read_dir(here).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => names.push((path.strip_prefix(folder).unwrap().to_owned(), fs::read(path).unwrap())),
                }
            }
        }
        names.sort();
        names
    };
    assert!(files(&world.path("used")) == files(&base().join("used")));
}

#[test]
fn a_store_of_the_same_pictures_in_any_folder_is_used() {
    // Whatever determines a picture is in its key, so what another run stored is what this one would make.
    let world = World::new();
    let from = base().join("used/store");
    let to = world.path("new/store");
    for entry in fs::read_dir(&from).unwrap() {
        let group = entry.unwrap();
        fs::create_dir_all(to.join(group.file_name())).unwrap();
        for entry in fs::read_dir(group.path()).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(group.file_name()).join(entry.file_name());
            copy(&entry.path(), &to);
        }
    }
    let said = world.succeed(&[&BASE[..], &["--out", "new"]].concat());
    assert!(said.contains("6 of 6 already done"), "{said}");
    assert_same_outputs(&world.path("new"), &base().join("used"), "a copied store");
}
