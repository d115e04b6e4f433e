//! The flags of `ablate`.

use crate::Tested;
use crate::small::{embedded, json, other_weights, reproduce, star, text};
use crate::threads;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use streamscope_tests::harness::{program, root, succeed};

pub(crate) const FLAGS: &[Tested] = &[
    ("--weights", the_network_is_the_one_that_is_named),
    ("--input-size", the_size_is_that_of_the_network),
    ("--mean", the_mean_is_the_one_that_is_named),
    ("--std", the_deviation_is_the_one_that_is_named),
    ("--images", images_are_those_of_the_folder),
    ("--labels", a_file_says_which_class_is_whose),
    ("--block", the_block_is_the_one_that_is_named),
    ("--channels", the_channels_are_those_that_are_named),
    ("--from", channels_are_those_that_a_run_calls_scale_invariant),
    ("--random-sets", there_are_as_many_random_sets_as_are_asked_for),
    ("--zooms", images_are_enlarged_as_is_asked_for),
    ("--by", channels_hold_their_mean_or_zero),
    ("--threads", threads::of_ablate),
    ("--out", everything_is_in_the_folder_that_is_named),
    ("--shard", a_shard_measures_its_part_of_the_images),
];

/// A small ablation with more said; its report and the rows of its table.
pub(crate) fn ablate(more: &[&str]) -> (Value, Vec<Vec<String>>) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(&["ablate"]);
    let has = |flag: &str| more.contains(&flag);
    for (flag, value) in
        [("--block", "1.1"), ("--channels", "2,14"), ("--input-size", "32"), ("--random-sets", "1"), ("--zooms", "1.5")]
    {
        let otherwise = flag == "--channels" && has("--from");
        if !(has(flag) || otherwise) {
            command.args([flag, value]);
        }
    }
    succeed(command.args(more).arg("--out").arg(folder.path()));
    read(folder.path())
}

fn read(folder: &Path) -> (Value, Vec<Vec<String>>) {
    let table = fs::read_to_string(folder.join("ablation.csv")).unwrap();
    let rows = table.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect());
    (json(&folder.join("ablation.json")), rows.collect())
}

fn of(rows: &[Vec<String>], set: &str, column: usize) -> Vec<String> {
    rows.iter().filter(|row| row[0] == set).map(|row| row[column].clone()).collect()
}

#[test]
fn the_network_is_the_one_that_is_named() {
    let images = text(&root().join("fixtures/images"));
    let (ours, rows) = ablate(&[]);
    let path = text(&embedded());
    let (named, same) = ablate(&["--weights", &path, "--images", &images]);
    assert_eq!((rows, &ours["described"]["weights_digest"]), (same, &named["described"]["weights_digest"]));
    let others = text(other_weights());
    let (theirs, _) = ablate(&["--weights", &others, "--images", &images]);
    assert_eq!(theirs["described"]["weights"], others);
    assert_ne!(ours["described"]["weights_digest"], theirs["described"]["weights_digest"]);
}

/// The means of channels, which an ablation sets them to.
fn means(more: &[&str]) -> Value {
    ablate(more).0["described"]["means"].clone()
}

#[test]
pub(crate) fn the_mean_is_the_one_that_is_named() {
    assert_eq!(means(&["--mean", "0.485,0.456,0.406"]), means(&[]));
    assert_ne!(means(&["--mean", "0.485,0.456,0.5"]), means(&[]));
}

#[test]
pub(crate) fn the_deviation_is_the_one_that_is_named() {
    assert_eq!(means(&["--std", "0.229,0.224,0.225"]), means(&[]));
    assert_ne!(means(&["--std", "0.5,0.224,0.225"]), means(&[]));
}

#[test]
pub(crate) fn the_size_is_that_of_the_network() {
    let (small, rows) = ablate(&[]);
    let (larger, others) = ablate(&["--input-size", "64"]);
    assert_eq!((&small["described"]["input_size"], &larger["described"]["input_size"]), (&json!(32), &json!(64)));
    assert_ne!(of(&rows, "intact", 4), of(&others, "intact", 4));
}

fn some_images(classes: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for class in fs::read_dir(root().join("fixtures/images")).unwrap().flatten().take(classes) {
        let to = folder.path().join(class.file_name());
        fs::create_dir(&to).unwrap();
        for image in fs::read_dir(class.path()).unwrap().flatten().take(2) {
            fs::copy(image.path(), to.join(image.file_name())).unwrap();
        }
    }
    folder
}

#[test]
fn images_are_those_of_the_folder() {
    let folder = some_images(20);
    let (said, rows) = ablate(&["--images", &text(folder.path())]);
    assert_eq!(said["described"]["images_read"], 40);
    assert!(rows.iter().all(|row| row[3] == "40"), "{rows:?}");
    assert_eq!(ablate(&[]).0["described"]["images_read"], 200);
}

#[test]
fn a_file_says_which_class_is_whose() {
    let folder = tempfile::tempdir().unwrap();
    let labels = folder.path().join("labels.txt");
    let images = text(&star());
    let names: Vec<String> =
        fs::read_dir(star()).unwrap().flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    let right = |class: usize| {
        let lines: Vec<String> = names.iter().map(|name| format!("{name},{class}")).collect();
        fs::write(&labels, lines.join("\n")).unwrap();
        let (said, rows) = ablate(&["--images", &images, "--labels", &text(&labels), "--input-size", "128"]);
        assert_eq!(said["described"]["classes"], json!({ (class.to_string()): class.to_string() }));
        of(&rows, "intact", 4)[0].parse::<usize>().unwrap()
    };
    // Of stars, whose class in the order of names is the seventeenth of twenty, nearly all are named so and none otherwise.
    let classes = fs::read_dir(root().join("fixtures/images")).unwrap().flatten();
    let mut classes: Vec<String> = classes.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    classes.sort();
    let own = classes.iter().position(|class| class == "star").unwrap();
    assert!(right(own) >= 9 && right((own + 1) % 20) <= 1);
}

#[test]
fn the_block_is_the_one_that_is_named() {
    let (one, rows) = ablate(&[]);
    let (other, others) = ablate(&["--block", "3.1"]);
    let site = |said: &Value| said["described"]["site"].clone();
    assert_eq!((site(&one), site(&other)), (json!("layer1.1.pre"), json!("layer3.1.pre")));
    assert_eq!(of(&rows, "intact", 4), of(&others, "intact", 4));
    assert_ne!(rows, others);
}

#[test]
fn the_channels_are_those_that_are_named() {
    let (_, rows) = ablate(&["--channels", "0..2,9,1"]);
    assert_eq!(of(&rows, "studied", 1), ["0 1 9"; 2]);
    assert_eq!(of(&ablate(&[]).1, "studied", 1), ["2 14"; 2]);
    let random = &of(&rows, "random-00", 1)[0];
    assert!(random.split(' ').count() == 3 && random.split(' ').all(|c| !["0", "1", "9"].contains(&c)), "{random}");
}

#[test]
fn channels_are_those_that_a_run_calls_scale_invariant() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    succeed(&mut reproduce(&out, &["--channels", "0..16", "--blocks", "1.1"]));
    let table = fs::read_to_string(out.join("tables/channels.csv")).unwrap();
    let at = table.lines().next().unwrap().split(',').position(|c| c == "scale_invariant_by_block").unwrap();
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let met = table.lines().skip(1).map(cells).filter(|cells| cells[at] == "true").map(|cells| cells[1].clone());
    let met: Vec<String> = met.collect();
    assert!(!met.is_empty() && met.len() < 16);
    let (_, rows) = ablate(&["--from", &text(&out), "--random-sets", "0"]);
    assert_eq!(of(&rows, "studied", 1), vec![met.join(" "); 2]);
}

#[test]
fn there_are_as_many_random_sets_as_are_asked_for() {
    let sets = |count: &str| {
        let (said, rows) = ablate(&["--random-sets", count, "--channels", "2"]);
        let random = rows.iter().filter(|row| row[0].starts_with("random-") && row[2] == "1.0").count();
        assert_eq!(said["curve"][0]["random_sets"], random);
        (random, said["notes"].as_array().unwrap().len())
    };
    assert_eq!((sets("0"), sets("3")), ((0, 0), (3, 0)));
}

#[test]
fn images_are_enlarged_as_is_asked_for() {
    let (said, rows) = ablate(&["--zooms", "1.25,1.1"]);
    assert_eq!(said["described"]["zooms"], json!([1.0, 1.1, 1.25]));
    assert_eq!(of(&rows, "intact", 2), ["1.0", "1.1", "1.25"]);
}

#[test]
fn channels_hold_their_mean_or_zero() {
    let (mean, rows) = ablate(&["--by", "mean", "--block", "2.1"]);
    let (zero, others) = ablate(&["--by", "zero", "--block", "2.1"]);
    assert_eq!((&mean["described"]["by"], &zero["described"]["by"]), (&json!("mean"), &json!("zero")));
    assert_eq!(of(&rows, "intact", 4), of(&others, "intact", 4));
    assert_eq!(mean["described"]["means"], zero["described"]["means"]);
    assert_ne!(
        (of(&rows, "studied", 4), of(&rows, "studied", 5)),
        (of(&others, "studied", 4), of(&others, "studied", 5))
    );
}

#[test]
fn everything_is_in_the_folder_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/er");
    let mut command = program(&["ablate", "--block", "1.1", "--channels", "2", "--input-size", "32"]);
    command.args(["--random-sets", "0", "--zooms", "1.5"]).arg("--out").arg(&out);
    succeed(&mut command);
    assert_eq!(files(&out), ["ablation.csv", "ablation.json", "ablation.png", "ablation.svg"]);
}

/// The names of the files of a folder, in order.
fn files(folder: &Path) -> Vec<String> {
    let there = fs::read_dir(folder).unwrap().flatten();
    let mut there: Vec<String> = there.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    there.sort();
    there
}

#[test]
fn a_shard_measures_its_part_of_the_images() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, parts, alone] = ["whole", "parts", "alone"].map(|name| folder.path().join(name));
    let command = |out: &Path, more: &[&str]| {
        let mut command = program(&["ablate", "--block", "2.1", "--channels", "2,14", "--input-size", "64"]);
        command.args(["--random-sets", "2", "--zooms", "1.5"]).args(more).arg("--out").arg(out);
        command
    };
    succeed(&mut command(&whole, &[]));
    let written = ["ablation.csv", "ablation.json", "ablation.png", "ablation.svg"];
    assert_eq!(files(&whole), written);
    let shard = |out: &Path, shard| succeed(&mut command(out, &["--shard", shard]));
    let is_done = |said: &str| said.contains("every image is measured");
    // Means, plain accuracy, random sets perhaps more than once, enlarged images: each follows from what is before it.
    let mut rounds = 0;
    loop {
        let first = shard(&parts, "1/2");
        assert!(is_done(&first) || rounds < 12, "{first}");
        let second = shard(&parts, "2/2");
        rounds += 1;
        assert!(files(&parts).iter().all(|name| !written.contains(&name.as_str())));
        if is_done(&first) {
            assert!(is_done(&second));
            break;
        }
    }
    assert!(rounds >= 3, "{rounds}");
    let said = command(&parts, &[]).output().unwrap();
    assert!(said.status.success() && !String::from_utf8(said.stderr).unwrap().contains("shard "));
    // One that nobody began is made good, and named.
    shard(&alone, "1/2");
    let status = |out: &Path| succeed(program(&["status"]).arg(out));
    let told = status(&alone);
    let begun: Vec<&str> = told.lines().find(|line| line.starts_with("1/2")).unwrap().split_whitespace().collect();
    assert_eq!(begun[1..3], ["ended", "100"], "{told}");
    assert!(told.contains("2/2       not begun") && !told.contains("pictures"), "{told}");
    assert_eq!(status(&parts), format!("{}: finished\n", parts.display()));
    let said = command(&alone, &[]).output().unwrap();
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(said.contains("shard 2/2 was not begun") && !said.contains("shard 1/2"), "{said}");
    for out in [&parts, &alone] {
        assert_eq!(files(out), written);
        for name in written {
            assert!(fs::read(out.join(name)).unwrap() == fs::read(whole.join(name)).unwrap(), "{name}");
        }
    }
}

#[test]
pub(crate) fn what_is_not_given_is_what_the_help_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut bare = program(&["ablate", "--block", "1.1", "--channels", "2", "--input-size", "32"]);
    succeed(bare.current_dir(folder.path()));
    let (bare, rows) = read(&folder.path().join("out/ablation"));
    let images = text(&root().join("fixtures/images"));
    let path = text(&embedded());
    let full = ["--weights", &path, "--images", &images, "--channels", "2", "--random-sets", "10"];
    let (full, same) = ablate(&[&full[..], &["--zooms", "1.1,1.2,1.3,1.4,1.5", "--by", "mean"]].concat());
    assert_eq!(rows, same);
    for field in ["weights_digest", "means", "zooms", "by", "images_read"] {
        assert_eq!(bare["described"][field], full["described"][field], "{field}");
    }
}
