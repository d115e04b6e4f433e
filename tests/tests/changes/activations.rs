//! `activations` written to the same archive after one input has changed.

use super::world::{World, copy};
use std::fs;
use streamscope_tests::harness::root;

const BASE: [&str; 9] = [
    "activations",
    "--weights",
    "weights.npz",
    "--images",
    "images",
    "--sites",
    "layer1.1,layer2.0.bn2",
    "--input-size",
    "32",
];

/// Flags, and what is changed before.
type Change = (&'static str, Vec<&'static str>, fn(&World));

fn with(flag: &'static str, value: &'static str) -> Vec<&'static str> {
    let mut arguments = BASE.to_vec();
    match arguments.iter().position(|a| *a == flag) {
        Some(at) => arguments[at + 1] = value,
        None => arguments.extend([flag, value]),
    }
    arguments
}

#[test]
fn the_archive_is_that_of_a_new_path() {
    let base = || BASE.to_vec();
    let changes: [Change; 12] = [
        ("sites", with("--sites", "layer1.1"), |_| ()),
        ("other sites", with("--sites", "layer1.1.pre,layer2.0"), |_| ()),
        ("sites' order", with("--sites", "layer2.0.bn2,layer1.1"), |_| ()),
        ("size", with("--input-size", "36"), |_| ()),
        ("whole maps", [&BASE[..], &["--full"]].concat(), |_| ()),
        ("convolutions", with("--convolutions", "winograd"), |_| ()),
        ("weights", base(), |world| {
            world.touch_tensor("layer1.1.conv2.weight");
        }),
        ("a photograph", base(), |world| world.touch_photograph("b.jpg")),
        ("one more", base(), |world| {
            let spiral = root().join("fixtures/images/spiral/spiral_02.jpg");
            copy(&spiral, &world.path("images/bb.jpg"));
        }),
        ("one fewer", base(), |world| {
            fs::remove_file(world.path("images/c.jpg")).unwrap();
        }),
        ("renamed", base(), |world| {
            let [from, to] = ["images/a.jpg", "images/e.jpg"].map(|name| world.path(name));
            fs::rename(from, to).unwrap();
        }),
        ("order", with("--images", "images/c.jpg,images/a.jpg"), |_| ()),
    ];
    for (what, command, change) in changes {
        let world = World::new();
        world.succeed(&[&BASE[..], &["--out", "used.npz"]].concat());
        let first = fs::read(world.path("used.npz")).unwrap();
        change(&world);
        for out in ["used.npz", "new.npz"] {
            let mut command = command.clone();
            if what == "order" {
                // The flag takes one path at a time.
                let at = command.iter().position(|a| a.contains(',') && a.contains("images/"));
                let at = at.unwrap();
                command.splice(at..=at, ["images/c.jpg", "--images", "images/a.jpg"]);
            }
            world.succeed(&[&command[..], &["--out", out]].concat());
        }
        let [used, new] = ["used.npz", "new.npz"].map(|name| fs::read(world.path(name)).unwrap());
        assert!(used == new, "{what}");
        assert!(new != first, "{what}");
        let left = fs::read_dir(world.path("")).unwrap();
        let left = left.filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().ends_with(".part")
        });
        assert_eq!(left.count(), 0, "{what}");
    }
}
