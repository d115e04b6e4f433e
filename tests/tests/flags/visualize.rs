//! The flags of `visualize`.

use crate::Tested;
use crate::small::{embedded, other_weights, plain, size, text};
use std::fs;
use std::path::Path;
use std::process::Command;
use streamscope_tests::harness::{program, succeed};

pub(crate) const FLAGS: &[Tested] = &[
    ("--weights", the_network_is_the_one_that_is_named),
    ("--input-size", the_size_is_that_of_the_network),
    ("--mean", the_mean_is_the_one_that_is_named),
    ("--std", the_deviation_is_the_one_that_is_named),
    ("--site", the_site_is_the_one_that_is_named),
    ("--channel", the_channel_is_the_one_that_is_named),
    ("--objective", a_whole_channel_is_another_objective),
    ("--preset", the_preset_is_the_steps_where_none_are_named),
    ("--steps", steps_are_those_named_whatever_the_preset),
    ("--seed", the_seed_is_the_one_that_is_named),
    ("--out", the_picture_is_where_it_is_named),
];

/// The command with what stands in `more` instead of the usual.
fn command(out: &Path, more: &[&str]) -> Command {
    let mut command = program(&["visualize"]);
    for (flag, value) in [("--input-size", "32"), ("--site", "layer1.1.pre"), ("--channel", "0"), ("--steps", "1")] {
        if !more.contains(&flag) {
            command.args([flag, value]);
        }
    }
    command.args(more).arg("--out").arg(out);
    command
}

/// The picture, and what is printed of it.
fn made(more: &[&str]) -> (Vec<u8>, String) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("p.png");
    let printed = succeed(&mut command(&out, more));
    let printed = printed.strip_prefix(&text(&out)).unwrap().to_owned();
    (fs::read(out).unwrap(), printed)
}

/// A picture of the smallest run.
fn of_the_run(role: &str) -> Vec<u8> {
    fs::read(plain().join(format!("features/1.1/{role}.png"))).unwrap()
}

#[test]
fn the_network_is_the_one_that_is_named() {
    let (path, other) = (text(&embedded()), text(other_weights()));
    assert_eq!(made(&["--weights", &path]), made(&[]));
    assert!(made(&["--weights", &other]).0 != made(&[]).0);
}

#[test]
pub(crate) fn the_size_is_that_of_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let path = text(&embedded());
    for (more, expected) in [(&[][..], 128), (&["--weights", &path][..], 224), (&["--input-size", "8"][..], 8)] {
        let out = folder.path().join("p.png");
        let mut command = program(&["visualize", "--site", "layer1.1.pre", "--channel", "1"]);
        succeed(command.args(["--steps", "1"]).args(more).arg("--out").arg(&out));
        assert_eq!(size(&out), (expected, expected));
    }
}

#[test]
pub(crate) fn the_mean_is_the_one_that_is_named() {
    assert_eq!(made(&["--mean", "0.485,0.456,0.406"]), made(&[]));
    assert!(made(&["--mean", "0.485,0.456,0.5"]).0 != made(&[]).0);
}

#[test]
pub(crate) fn the_deviation_is_the_one_that_is_named() {
    assert_eq!(made(&["--std", "0.229,0.224,0.225"]), made(&[]));
    assert!(made(&["--std", "0.5,0.224,0.225"]).0 != made(&[]).0);
}

#[test]
fn the_site_is_the_one_that_is_named() {
    let (picture, printed) = made(&["--site", "layer1.1.bn2"]);
    assert!(printed.contains(" of layer1.1.bn2:0 is "), "{printed}");
    assert!(picture == of_the_run("block/0"));
    assert!(made(&[]).0 == of_the_run("output/0") && picture != made(&[]).0);
}

#[test]
fn the_channel_is_the_one_that_is_named() {
    let ((zero, of_zero), (three, of_three)) = (made(&[]), made(&["--channel", "3"]));
    assert!(zero != three);
    assert!(of_zero.contains("layer1.1.pre:0 ") && of_three.contains("layer1.1.pre:3 "));
}

#[test]
fn a_whole_channel_is_another_objective() {
    let (neuron, channel) = (made(&[]), made(&["--objective", "channel"]));
    assert!(channel.0 != neuron.0 && channel.0 == of_the_run("output/0.channel"));
    assert!(neuron.1.starts_with(": neuron of ") && channel.1.starts_with(": channel of "));
}

/// A picture of the smallest size, and what was said of it.
fn small(more: &[&str]) -> (Vec<u8>, String) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("p.png");
    let mut command = program(&["visualize", "--site", "layer1.1.pre", "--channel", "1", "--input-size", "8"]);
    let output = command.args(more).arg("--out").arg(&out).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    (fs::read(out).unwrap(), said)
}

#[test]
pub(crate) fn the_preset_is_the_steps_where_none_are_named() {
    let of = |preset| small(&["--preset", preset]);
    for (preset, steps, times) in [("smoke", "4", "640"), ("quick", "64", "40"), ("paper", "2560", "")] {
        let (picture, said) = of(preset);
        let (same, silent) = small(&["--steps", steps]);
        assert!(picture == same && !silent.contains("times as long"), "{preset}: {silent}");
        // What the paper's steps would cost is said where there are fewer.
        let words =
            format!("pictures of {steps} steps; the paper's 2560 (--preset paper) take about {times} times as long");
        assert_eq!(said.contains(&words), preset != "paper", "{said}");
        assert_eq!(said.contains("times as long"), preset != "paper", "{said}");
    }
    assert!(small(&[]).0 == of("quick").0 && of("smoke").0 != of("quick").0);
}

#[test]
fn steps_are_those_named_whatever_the_preset() {
    let three = small(&["--steps", "3"]).0;
    assert!(three == small(&["--preset", "paper", "--steps", "3"]).0 && three != small(&["--steps", "4"]).0);
}

#[test]
fn the_first_step_is_the_same_however_many_follow() {
    let first =
        |printed: &str| printed.split_once('(').unwrap().1.split_once(" at the first step)").unwrap().0.to_owned();
    let [(_, one), (_, twenty)] = ["1", "20"].map(|steps| made(&["--steps", steps]));
    assert_eq!(first(&one), first(&twenty));
    // The picture became another one on the way.
    let on_picture = |printed: &str| printed.split_once(" is ").unwrap().1.split_once(' ').unwrap().0.to_owned();
    assert!(on_picture(&twenty).parse::<f64>().unwrap() > first(&twenty).parse::<f64>().unwrap(), "{twenty}");
}

#[test]
fn the_seed_is_the_one_that_is_named() {
    let ((zero, of_zero), (one, of_one)) = (made(&[]), made(&["--seed", "6"]));
    assert!(zero != one);
    assert!(of_zero.ends_with(", seed 0\n") && of_one.ends_with(", seed 6\n"), "{of_one}");
}

#[test]
fn the_picture_is_where_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/er/name.png");
    let printed = succeed(&mut command(&out, &[]));
    assert!(printed.starts_with(&format!("{}: neuron of ", out.display())));
    assert!(fs::read(out).unwrap() == of_the_run("output/0"));
}

#[test]
pub(crate) fn what_is_not_given_is_what_the_help_says() {
    let path = text(&embedded());
    let written = ["--weights", &path, "--objective", "neuron", "--seed", "0", "--preset", "quick"];
    assert_eq!(made(&[]), made(&written));
}
