//! The flags of `activations`.

use crate::small::{embedded, other_weights, star, text};
use crate::{Tested, shards, threads};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use streamscope_tests::harness::{program, root, succeed};
use testkit::golden::{Archive, Array};

pub(crate) const FLAGS: &[Tested] = &[
    ("--weights", the_network_is_the_one_that_is_named),
    ("--input-size", the_size_is_that_of_the_network),
    ("--mean", the_mean_is_the_one_that_is_named),
    ("--std", the_deviation_is_the_one_that_is_named),
    ("--resize", photographs_are_resized_as_is_said),
    ("--images", images_and_folders_are_read_in_the_order_they_are_named),
    ("--sites", the_archive_holds_the_sites_that_are_named),
    ("--full", whole_maps_have_rows_and_columns),
    ("--convolutions", another_algorithm_gives_other_values),
    ("--threads", threads::of_activations),
    ("--out", the_archive_is_where_it_is_named),
    ("--shard", shards::only_a_part_of_the_images_is_read),
];

/// The command on ten images, with what stands in `more` instead of the usual.
fn command(out: &Path, more: &[&str]) -> Command {
    let mut command = program(&["activations"]);
    for (flag, value) in [("--input-size", "32"), ("--sites", "layer1.1.bn2")] {
        if !more.contains(&flag) {
            command.args([flag, value]);
        }
    }
    if !more.contains(&"--images") {
        command.arg("--images").arg(star());
    }
    command.args(more).arg("--out").arg(out);
    command
}

fn values(more: &[&str]) -> Array<f32> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a.npz");
    succeed(&mut command(&out, more));
    Archive::open(&out).f32("layer1.1.bn2")
}

#[test]
fn the_network_is_the_one_that_is_named() {
    let (path, other) = (text(&embedded()), text(other_weights()));
    assert_eq!(values(&["--weights", &path]), values(&[]));
    let (ours, theirs) = (values(&[]), values(&["--weights", &other]));
    assert!(ours.shape == theirs.shape && ours.values != theirs.values);
}

#[test]
pub(crate) fn the_size_is_that_of_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let one = text(&star().join("star_00.jpg"));
    let shape = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let mut command = program(&["activations", "--full", "--sites", "relu"]);
        command.args(["--images", &one]).args(more);
        let printed = succeed(command.arg("--out").arg(&out));
        let shape = Archive::open(&out).f32("relu").shape;
        assert!(printed.starts_with(&format!("relu: {shape:?}\n")), "{printed}");
        shape
    };
    let path = text(&embedded());
    // The stem halves.
    assert_eq!(shape("a", &[]), [1, 16, 64, 64]);
    assert_eq!(shape("b", &["--weights", &path]), [1, 16, 112, 112]);
    assert_eq!(shape("c", &["--input-size", "48"]), [1, 16, 24, 24]);
}

#[test]
pub(crate) fn the_mean_is_the_one_that_is_named() {
    assert_eq!(values(&["--mean", "0.485,0.456,0.406"]), values(&[]));
    assert!(values(&["--mean", "0.485,0.456,0.5"]).values != values(&[]).values);
}

#[test]
pub(crate) fn the_deviation_is_the_one_that_is_named() {
    assert_eq!(values(&["--std", "0.229,0.224,0.225"]), values(&[]));
    assert!(values(&["--std", "0.5,0.224,0.225"]).values != values(&[]).values);
}

#[test]
pub(crate) fn photographs_are_resized_as_is_said() {
    // 32 of 37 pixels, as 224 of 256.
    assert_eq!(values(&["--resize", "37"]), values(&[]));
    assert!(values(&["--resize", "32"]).values != values(&[]).values);
    let folder = tempfile::tempdir().unwrap();
    let output = command(&folder.path().join("a.npz"), &["--resize", "31"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("--resize 31: expected a number of pixels from the input size, 32, to 8192"), "{said}");
}

#[test]
fn images_and_folders_are_read_in_the_order_they_are_named() {
    let rings = root().join("fixtures/images/rings");
    let of = |paths: &[PathBuf]| {
        let paths: Vec<String> = paths.iter().map(|p| text(p)).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        values(&[&["--images"], &paths[..]].concat())
    };
    let (stars, two) = (of(&[star()]), of(&[rings.join("rings_07.jpg"), star()]));
    assert_eq!((&stars.shape[..], &two.shape[..]), (&[10, 16][..], &[11, 16][..]));
    assert_eq!(two.values[16..], stars.values);
    let seventh = of(&[rings]).values[7 * 16..8 * 16].to_vec();
    assert_eq!(two.values[..16], seventh);
    let one = values(&["--images", &text(&star().join("star_04.jpg"))]);
    assert_eq!(one.values, stars.values[4 * 16..5 * 16]);
}

#[test]
fn the_archive_holds_the_sites_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a.npz");
    let printed = succeed(&mut command(&out, &["--sites", "layer1.1.bn2,avgpool,fc"]));
    let archive = Archive::open(&out);
    let mut names = archive.names();
    names.sort();
    assert_eq!(names, ["avgpool", "fc", "images", "layer1.1.bn2"]);
    assert_eq!(archive.f32("layer1.1.bn2"), values(&[]));
    assert_eq!(archive.f32("avgpool").shape, [10, 128]);
    assert_eq!(archive.f32("fc").shape, [10, 20]);
    let sites: Vec<&str> = printed.lines().take(3).collect();
    assert_eq!(sites, ["layer1.1.bn2: [10, 16]", "avgpool: [10, 128]", "fc: [10, 20]"]);
    let last = format!("{}: 10 images", out.display());
    assert_eq!(printed.lines().last(), Some(last.as_str()));
}

#[test]
fn whole_maps_have_rows_and_columns() {
    let (centers, whole) = (values(&[]), values(&["--full"]));
    assert_eq!((&centers.shape[..], &whole.shape[..]), (&[10, 16][..], &[10, 16, 8, 8][..]));
    let of_maps: Vec<f32> = whole.values.chunks(64).map(|map| map[4 * 8 + 4]).collect();
    assert_eq!(centers.values, of_maps);
}

#[test]
fn another_algorithm_gives_other_values() {
    let (direct, winograd) = (values(&[]), values(&["--convolutions", "winograd"]));
    assert!(direct.shape == winograd.shape && direct.values != winograd.values);
}

#[test]
fn the_archive_is_where_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/er/name.npz");
    succeed(&mut command(&out, &[]));
    assert_eq!(Archive::open(&out).f32("layer1.1.bn2"), values(&[]));
    let beside: Vec<_> = fs::read_dir(out.parent().unwrap()).unwrap().collect();
    assert_eq!(beside.len(), 1, "{beside:?}");
}

#[test]
pub(crate) fn what_is_not_given_is_what_the_help_says() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let one = text(&star().join("star_00.jpg"));
        let mut command = program(&["activations", "--sites", "layer2.1.pre"]);
        command.args(["--images", &one]).args(more);
        succeed(command.arg("--out").arg(&out));
        fs::read(out).unwrap()
    };
    let path = text(&embedded());
    let cores = std::thread::available_parallelism().unwrap().to_string();
    let full = ["--weights", &path, "--input-size", "128", "--convolutions", "direct", "--threads", &cores];
    assert!(written("bare", &[]) == written("full", &full));
}
