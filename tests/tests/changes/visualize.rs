//! `visualize` written to the same picture after one input has changed.

use super::world::World;
use std::fs;

const BASE: [&str; 13] = [
    "visualize",
    "--weights",
    "weights.npz",
    "--site",
    "layer2.1.pre",
    "--channel",
    "2",
    "--steps",
    "2",
    "--seed",
    "5",
    "--input-size",
    "32",
];

#[test]
fn the_picture_is_that_of_a_new_path() {
    let with = |flag: &'static str, value: &'static str| {
        let mut arguments = BASE.to_vec();
        match arguments.iter().position(|a| *a == flag) {
            Some(at) => arguments[at + 1] = value,
            None => arguments.extend([flag, value]),
        }
        arguments
    };
    let world = World::new();
    world.succeed(&[&BASE[..], &["--out", "used.png"]].concat());
    let first = fs::read(world.path("used.png")).unwrap();
    let changes = [
        ("--site", "layer2.1.bn2"),
        ("--channel", "4"),
        ("--objective", "channel"),
        ("--steps", "3"),
        // Far from the first: a picture that fails is made from the next seed.
        ("--seed", "60"),
        ("--input-size", "36"),
        // The weights, below.
        ("--weights", "weights.npz"),
    ];
    for (flag, value) in changes {
        if flag == "--weights" {
            world.touch_tensor("layer1.0.conv1.weight");
        }
        let command = with(flag, value);
        for out in ["used.png", "new.png"] {
            world.succeed(&[&command[..], &["--out", out]].concat());
        }
        let [used, new] = ["used.png", "new.png"].map(|name| fs::read(world.path(name)).unwrap());
        assert!(used == new, "{flag}");
        assert!(new != first, "{flag}");
        fs::remove_file(world.path("new.png")).unwrap();
    }
}
