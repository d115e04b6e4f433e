//! What each flag takes and what it refuses: the last value on either side of each limit.

use crate::cargo::Cargo;
use streamscope_tests::harness::{root, run};

/// A command, a flag, values it takes and values it refuses.
type Values = (&'static [&'static str], &'static str, &'static [&'static str], &'static [&'static str]);

const STEPS: (&[&str], &[&str]) =
    (&["1", "2", "250000"], &["0", "250001", "-1", "1.5", "", "x", "18446744073709551616"]);
const SEEDS: (&[&str], &[&str]) = (&["0", "18446744073709551615"], &["18446744073709551616", "-1", "0.5", "", "x"]);
const COUNTS: (&[&str], &[&str]) =
    (&["1", "18446744073709551615"], &["0", "18446744073709551616", "-1", "1.5", "", "x"]);
const WHOLE: (&[&str], &[&str]) = (&["0", "18446744073709551615"], &["18446744073709551616", "-1", "1.5", "", "x"]);
const SITES: (&[&str], &[&str]) = (
    &[
        "relu",
        "maxpool",
        "avgpool",
        "fc",
        "layer1.0",
        "layer4.1",
        "layer1.0.bn2",
        "layer4.1.pre",
        "layer2.0.downsample.1",
        "layer4.0.downsample.1",
        "relu.pre",
        "maxpool.pre",
        "3.1",
        "layer3.1.input",
        "2.0.output",
        "layer3.17.shortcut",
        "linear",
    ],
    // Which sites there are, the network says.
    &[""],
);
/// What the embedded network has none of.
const OTHER_SITES: [&str; 13] = [
    "conv1",
    "layer0.0",
    "layer5.0",
    "layer1.2",
    "layer1.1.bn1",
    "layer1.1.bn3",
    "layer1.0.downsample.1",
    "layer2.1.downsample.1",
    "layer2.0.downsample.0",
    "layer2.0.shortcut",
    "Layer1.1",
    "layer1.1.",
    "linear",
];
const MEANS: (&[&str], &[&str]) =
    (&["0,0,0", "0.5,0.25,1e-3", "-1, 0, 1"], &["", "1", "1,2", "1,2,3,4", "a,b,c", "nan,0,0", "inf,0,0", "1,,3"]);
const DEVIATIONS: (&[&str], &[&str]) =
    (&["1,1,1", "0.5,1e-3,2"], &["", "1", "1,1", "1,1,1,1", "x,1,1", "0,1,1", "1,-1,1", "1,1,nan", "inf,1,1"]);
const SIZES: (&[&str], &[&str]) =
    (&["8", "12", "224", "4096"], &["0", "4", "7", "9", "10", "11", "4095", "4097", "4100", "-8"]);

/// Each ends, where its value is taken, at something that is not there.
const ABSENT: &str = "no-such-thing";
const REPRODUCE: &[&str] = &["reproduce", "--weights", ABSENT];
const ACTIVATIONS: &[&str] = &["activations", "--weights", ABSENT, "--images", "x", "--out", "x"];
const VISUALIZE: &[&str] = &["visualize", "--weights", ABSENT, "--out", "x"];
const AUDIT: &[&str] = &["audit", "--run", ABSENT];
const EXPLAIN: &[&str] = &["explain", "--run", ABSENT];
const VERIFY: &[&str] = &["verify", ABSENT];

const FIGURES: &[&str] = &["figures", ABSENT];

const VALUES: [Values; 31] = [
    (REPRODUCE, "--steps", STEPS.0, STEPS.1),
    (REPRODUCE, "--seed", SEEDS.0, SEEDS.1),
    (
        REPRODUCE,
        "--seeds",
        &["1", "5", "3..8", "3,7", "0..2,9", "1000", "18446744073709551615,0"],
        &["", "0", "-1", "x", "8..3", "3..3", "3,", "..4", "1001", "0..1001"],
    ),
    (REPRODUCE, "--threads", COUNTS.0, COUNTS.1),
    (REPRODUCE, "--input-size", SIZES.0, SIZES.1),
    (REPRODUCE, "--preset", &["paper", "quick", "smoke"], &["", "Paper", "fast"]),
    (
        REPRODUCE,
        "--blocks",
        &["1.0", "1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1", "4.1,1.0", "layer1.1", "layer3.0,2.0"],
        &["", "0.0", "0.1", "1", "1.1.1", "layer1.-1", "1.1,", "1.01"],
    ),
    (
        REPRODUCE,
        "--channels",
        &["0", "0..1", "7,3..5", "18446744073709551614"],
        &["", "1..1", "2..1", "..3", "3..", "0...2", "18446744073709551615", "1,x", "1.5"],
    ),
    (
        REPRODUCE,
        "--variant",
        &["antialias", "no-augmentation,float-picture,post-relu,aliased-block,centered-jitter,antialias"],
        &["", "none", "Antialias", "antialias,", "post_relu"],
    ),
    (
        REPRODUCE,
        "--convergence",
        &["1", "64,128,256,512,1024,2560", "250000,1"],
        &["", "0", "-1", "64,", "x", "1.5", "250001"],
    ),
    (ACTIVATIONS, "--sites", SITES.0, SITES.1),
    (VISUALIZE, "--site", SITES.0, SITES.1),
    (VISUALIZE, "--steps", STEPS.0, STEPS.1),
    (VISUALIZE, "--seed", SEEDS.0, SEEDS.1),
    (VISUALIZE, "--channel", WHOLE.0, WHOLE.1),
    (VISUALIZE, "--objective", &["neuron", "channel"], &["", "Neuron", "both"]),
    (ACTIVATIONS, "--convolutions", &["direct", "winograd"], &["", "Direct", "fft"]),
    (ACTIVATIONS, "--threads", COUNTS.0, COUNTS.1),
    (AUDIT, "--channels", COUNTS.0, COUNTS.1),
    (AUDIT, "--threads", COUNTS.0, COUNTS.1),
    (VERIFY, "--sample", WHOLE.0, WHOLE.1),
    (VERIFY, "--threads", COUNTS.0, COUNTS.1),
    (FIGURES, "--figures", &["1", "6", "9,10", "14"], &["", "0", "7", "8", "15", "1,x"]),
    (
        FIGURES,
        "--channels",
        &["3.1:178", "layer3.1:0,18446744073709551615"],
        &["", "3.1", "3.1:", ":1", "3.1:x", "3.1:1,", "../1:1"],
    ),
    (FIGURES, "--format", &["svg", "pdf", "png"], &["", "PDF", "eps"]),
    (
        FIGURES,
        "--width",
        &["1in", "40in", "72pt", "2880pt", "25.4mm", "2.54cm"],
        &["", "0.99in", "40.01in", "3.3", "in", "x", "NaNin", "infin", "25.3mm"],
    ),
    (EXPLAIN, "<CHANNEL>", WHOLE.0, WHOLE.1),
    (EXPLAIN, "<BLOCK>", &["1.0", "1.1", "4.1", "layer3.0", "3.35"], &["", "0.1", "5", "1.x"]),
    (VISUALIZE, "--mean", MEANS.0, MEANS.1),
    (VISUALIZE, "--std", DEVIATIONS.0, DEVIATIONS.1),
    (REPRODUCE, "--resize", WHOLE.0, WHOLE.1),
];

/// The command with the value, and what else it cannot do without.
fn arguments<'a>(command: &[&'a str], flag: &'a str, value: &'a str) -> Vec<&'a str> {
    let mut arguments = command.to_vec();
    match flag {
        "<CHANNEL>" => arguments.extend(["1.1", value]),
        "<BLOCK>" => arguments.extend([value, "0"]),
        flag => arguments.extend([flag, value]),
    }
    let needed: &[(&str, &str)] = match command[0] {
        "visualize" => &[("--site", "layer1.1"), ("--channel", "0")],
        "activations" => &[("--sites", "layer1.1")],
        _ => &[],
    };
    for (other, usual) in needed.iter().filter(|(other, _)| *other != flag) {
        arguments.extend([*other, *usual]);
    }
    arguments
}

#[test]
fn every_value_up_to_the_last_is_taken_and_the_next_one_refused() {
    for (command, flag, taken, refused) in VALUES {
        for (value, is_taken) in
            taken.iter().map(|value| (value, true)).chain(refused.iter().map(|value| (value, false)))
        {
            let output = run(&arguments(command, flag, value));
            let said = String::from_utf8(output.stderr).unwrap();
            let what = format!("{} {flag} '{value}': {said}", command[0]);
            assert_eq!(output.status.code(), Some(2), "{what}");
            assert!(output.stdout.is_empty(), "{what}");
            assert_eq!(said.lines().count(), 1, "{what}");
            // Where a value is taken, what is not there is missed.
            assert_eq!(said.contains(ABSENT), is_taken, "{what}");
            assert!(is_taken || said.contains(flag), "{what}");
        }
    }
}

#[test]
fn every_number_says_what_was_expected() {
    for (command, flag, value, expected) in [
        (REPRODUCE, "--steps", "250001", "expected a whole number from 1 to 250000"),
        (VISUALIZE, "--steps", "0", "expected a whole number from 1 to 250000"),
        (REPRODUCE, "--seed", "-1", "expected a whole number of 0 or more"),
        (REPRODUCE, "--threads", "0", "expected a whole number of 1 or more"),
        (AUDIT, "--channels", "0", "expected a whole number of 1 or more"),
        (VERIFY, "--sample", "x", "expected a whole number of 0 or more"),
        (EXPLAIN, "<CHANNEL>", "x", "expected a whole number of 0 or more"),
    ] {
        let output = run(&arguments(command, flag, value));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("'{value}'")), "{said}");
        assert!(said.trim_end().ends_with(expected), "{said}");
    }
}

#[test]
fn sites_and_blocks_that_a_network_has_none_of_are_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").display().to_string();
    let star = root().join("fixtures/images/star").display().to_string();
    let picture = |site| vec!["visualize", "--site", site, "--channel", "0", "--out", &out];
    let values = |site| vec!["activations", "--images", &star, "--sites", site, "--out", &out];
    let run_of = |block| vec!["reproduce", "--blocks", block, "--out", &out];
    let mut refused = Vec::new();
    for site in OTHER_SITES {
        refused.push((picture(site), format!("--site: unknown site '{site}': ")));
        refused.push((values(site), format!("--sites: unknown site '{site}': ")));
    }
    for block in ["1.2", "4.2", "5.0", "layer1.2"] {
        let name = block.trim_start_matches("layer");
        refused.push((run_of(block), format!("--blocks {name}: expected a block from 1.0 to 4.1 of resnet18: ")));
    }
    for (arguments, words) in refused {
        let output = run(&arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&words) && said.lines().count() == 1, "{words}: {said}");
        assert!(!std::path::Path::new(&out).exists());
    }
}

/// Whoever calls a picture `x.jpg` means a JPEG, and would find a PNG there.
#[test]
fn a_file_is_called_what_it_is_written_as() {
    let activations = ["activations", "--weights", ABSENT, "--images", "x", "--sites", "layer1.1"];
    let visualize = ["visualize", "--weights", ABSENT, "--site", "layer1.1", "--channel", "0"];
    for (command, flag, format) in
        [(&activations[..], "--out", "npz"), (&visualize, "--out", "png"), (&["faults", ABSENT], "--markdown", "md")]
    {
        for (name, is_taken) in [
            (format!("x.{format}"), true),
            (format!("x.{}", format.to_uppercase()), true),
            ("no_ending".to_owned(), true),
            (format!(".{format}"), true),
            ("x.jpg".to_owned(), false),
            ("x.csv".to_owned(), false),
            (format!("x.{format}.gz"), false),
            (format!("x.{format}~"), false),
        ] {
            let output = run(&[command, &[flag, &name]].concat());
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{name}: {said}");
            assert_eq!(said.lines().count(), 1, "{name}: {said}");
            assert_eq!(said.contains(ABSENT), is_taken, "{name}: {said}");
            let expected =
                format!("expected a name that ends in .{format}, as which it is written, found one that ends in .");
            assert_eq!(said.contains(&expected), !is_taken, "{name}: {said}");
        }
    }
    for (flag, taken) in [("--json", "x.json"), ("--page", "x.md"), ("--roofline", "x.svg")] {
        for name in [taken, "x.csv"] {
            let cargo = Cargo::that("exit 0");
            let output = cargo.program(&["bench", flag, name]).output().unwrap();
            let code = if name == taken { 0 } else { 2 };
            assert_eq!(output.status.code(), Some(code), "{flag} {name}");
            assert_eq!(cargo.calls().len(), usize::from(name == taken), "{flag} {name}");
        }
    }
}

#[test]
fn the_benchmarks_take_their_subjects_and_numbers_of_threads() {
    for (arguments, taken) in [
        (&["kernels"][..], true),
        (&["forward"], true),
        (&["featviz"], true),
        (&["scan"], true),
        (&["scans"], false),
        (&["--threads", "1"], true),
        (&["--threads", "1,18446744073709551615"], true),
        (&["--threads", "0"], false),
        (&["--threads", "1,0"], false),
        (&["--threads", "-1"], false),
        (&["--threads", ""], false),
    ] {
        let cargo = Cargo::that("exit 0");
        let arguments = [&["bench"][..], arguments].concat();
        let output = cargo.program(&arguments).output().unwrap();
        let code = if taken { 0 } else { 2 };
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert_eq!(cargo.calls().len(), usize::from(taken), "{arguments:?}");
    }
}

#[test]
fn no_flag_stands_twice_and_none_beside_one_that_it_contradicts() {
    for arguments in [
        &["reproduce", "--weights", ABSENT, "--seed", "1", "--seed", "2"][..],
        &["verify", ABSENT, "--sample", "1", "--all"],
        &["verify", ABSENT, "--sample", "1", "--digests-only"],
        &["verify", ABSENT, "--all", "--digests-only"],
        &["verify", ABSENT, "another"],
        &["verify"],
        &["explain", "--run", ABSENT, "1.1"],
        &["activations", "--weights", ABSENT, "--sites", "relu", "--out", "x"],
        &["activations", "--weights", ABSENT, "--images", "x", "--out", "x"],
        &["activations", "--weights", ABSENT, "--images", "x", "--sites", "relu"],
        &["visualize", "--weights", ABSENT, "--channel", "0", "--out", "x"],
        &["visualize", "--weights", ABSENT, "--site", "fc", "--out", "x"],
        &["visualize", "--weights", ABSENT, "--site", "fc", "--channel", "0"],
    ] {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
        assert!(!said.contains(ABSENT), "{arguments:?}: {said}");
    }
}
