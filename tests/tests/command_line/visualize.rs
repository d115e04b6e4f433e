//! `visualize`: one picture.

use std::fs;
use streamscope_tests::harness::{program, root, succeed};

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
fn a_neuron_that_no_seed_excites_is_exit_code_1_and_its_last_picture_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("silent.png");
    // So few steps on so few pixels move it little.
    let of = ["--site", "layer4.1.bn2", "--channel", "3", "--steps", "1", "--input-size", "32"];
    let mut command = program(&[&["visualize"][..], &of].concat());
    let output = command.arg("--out").arg(&out).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), out.exists()), (Some(1), true), "{said}");
    assert_eq!(said.matches("made again").count(), 4, "{said}");
    assert!(said.contains("layer4.1.bn2:3: none of 5 attempts made the neuron positive"), "{said}");
}

/// Nothing answers to a picture on which it is exactly zero, as a channel is whose last scale and shift are.
#[test]
fn a_neuron_of_exactly_zero_has_failed() {
    let folder = tempfile::tempdir().unwrap();
    let [weights, out] = ["weights", "zero.png"].map(|name| folder.path().join(name));
    let file = fs::File::open(root().join("fixtures/resnet18-16.npz")).unwrap();
    zip::ZipArchive::new(file).unwrap().extract(&weights).unwrap();
    for name in ["weight", "bias"] {
        let path = weights.join(format!("layer4.1.bn2.{name}.npy"));
        let mut bytes = fs::read(&path).unwrap();
        let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        bytes[header + 4 * 3..][..4].fill(0);
        fs::write(path, bytes).unwrap();
    }
    let of = ["--site", "layer4.1.bn2", "--channel", "3", "--steps", "1", "--input-size", "32"];
    let mut command = program(&[&["visualize"][..], &of].concat());
    let output = command.arg("--weights").arg(weights).arg("--out").arg(&out).output().unwrap();
    let [printed, said] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!((output.status.code(), out.exists()), (Some(1), true), "{said}");
    assert!(printed.contains("neuron of layer4.1.bn2:3 is 0.000 on the picture"), "{printed}");
    assert!(said.contains("layer4.1.bn2:3: none of 5 attempts made the neuron positive"), "{said}");
}

/// A ReLU has no gradient where its neuron is zero, as most are on noise.
#[test]
fn a_neuron_behind_a_relu_is_optimised_before_it_and_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let picture = |site: &str| {
        let out = folder.path().join(format!("{site}.png"));
        let of = ["--site", site, "--channel", "5", "--steps", "16", "--input-size", "32"];
        let output = program(&[&["visualize"][..], &of].concat()).arg("--out").arg(&out).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{site}: {said}");
        (fs::read(out).unwrap(), said, String::from_utf8(output.stdout).unwrap())
    };
    for (behind, before) in
        [("layer3.1", "layer3.1.pre"), ("3.1", "layer3.1.pre"), ("relu", "relu.pre"), ("maxpool", "maxpool.pre")]
    {
        let ((one, said, printed), (other, silent, _)) = (picture(behind), picture(before));
        assert!(one == other, "{behind}");
        let name = before.trim_end_matches(".pre");
        let words =
            format!("{name} is behind a ReLU: optimised at {before}, which is the same number where it is positive\n");
        assert!(said.contains(&words) && !silent.contains("behind a ReLU"), "{said}");
        assert!(printed.contains(&format!("neuron of {name}:5 is ")), "{printed}");
    }
    // The mean of a whole channel is another number before the ReLU.
    let whole = |site: &str| {
        let out = folder.path().join(format!("{site}.whole.png"));
        let of = ["--site", site, "--channel", "5", "--steps", "2", "--input-size", "32", "--objective", "channel"];
        succeed(program(&[&["visualize"][..], &of].concat()).arg("--out").arg(&out));
        fs::read(out).unwrap()
    };
    assert!(whole("layer3.1") != whole("layer3.1.pre"));
}

/// What pooling makes of the stem is positive where it is so behind the ReLU, and the same number there.
#[test]
fn activations_before_the_stems_relu_are_those_behind_it_where_positive() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a.npz");
    let images = streamscope_tests::harness::root().join("fixtures/images/star");
    let sites = "relu.pre,relu,maxpool.pre,maxpool";
    let mut command = program(&["activations", "--input-size", "32", "--sites", sites]);
    succeed(command.arg("--images").arg(images).arg("--out").arg(&out));
    let archive = testkit::golden::Archive::open(&out);
    let read = |name: &str| archive.f64(name).values;
    for (before, behind) in [("relu.pre", "relu"), ("maxpool.pre", "maxpool")] {
        let (before, behind) = (read(before), read(behind));
        assert!(before.iter().any(|&v| v < 0.0) && before.iter().any(|&v| v > 0.0));
        assert_eq!(before.iter().map(|&v| v.max(0.0)).collect::<Vec<f64>>(), behind);
    }
}
