//! `visualize`: one picture.

use std::fs;
use streamscope_tests::harness::{program, succeed};

#[test]
fn the_picture_is_the_one_that_reproduce_makes_of_the_same_unit() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("deep/er/picture.png").display().to_string();
    let arguments =
        ["visualize", "--site", "layer2.1.pre", "--channel", "4", "--steps", "3", "--seed", "5", "--out", &picture];
    let printed = succeed(&mut program(&arguments));
    assert!(printed.contains("layer2.1.pre:4"), "{printed}");
    let out = folder.path().join("out").display().to_string();
    let arguments = ["reproduce", "--blocks", "2.1", "--channels", "4", "--steps", "3", "--seed", "5", "--out", &out];
    succeed(&mut program(&arguments));
    let theirs = fs::read(folder.path().join("out/features/2.1/output/4.png")).unwrap();
    assert!(fs::read(&picture).unwrap() == theirs);
    let decoded = image::load_from_memory(&theirs).unwrap();
    assert_eq!((decoded.width(), decoded.height()), (128, 128));
}

#[test]
fn the_channel_objective_makes_another_picture() {
    let folder = tempfile::tempdir().unwrap();
    let make = |objective| {
        let picture = folder.path().join(objective);
        let path = picture.display().to_string();
        succeed(&mut program(&[
            "visualize",
            "--site",
            "layer1.1.bn2",
            "--channel",
            "2",
            "--steps",
            "2",
            "--objective",
            objective,
            "--out",
            &path,
        ]));
        fs::read(picture).unwrap()
    };
    assert!(make("neuron") != make("channel"));
}

#[test]
fn a_neuron_that_no_seed_excites_is_said_to_be_given_up_and_its_last_picture_kept() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("silent.png");
    // After its ReLU it is zero from the start, and so is its gradient.
    let of = ["--site", "layer1.1", "--channel", "0", "--steps", "4"];
    let mut command = program(&[&["visualize", "--input-size", "8"][..], &of].concat());
    let output = command.arg("--out").arg(&out).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && out.exists(), "{said}");
    assert_eq!(said.matches("made again").count(), 4, "{said}");
    assert!(said.contains("layer1.1:0: none of 5 attempts made"), "{said}");
}
