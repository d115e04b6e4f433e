//! `reproduce` in a folder that was used before, with channels that fail for good, and with images that cannot be read.

use std::fs;
use std::path::Path;
use std::process::Command;
use streamscope_tests::harness::{assert_same_results, program, root, run, succeed};

/// A run of the embedded network, on images or on none.
fn reproduce(out: &Path, channels: &str, steps: &str, images: Option<&Path>) {
    succeed(&mut command(out, channels, steps, images));
}

/// The same, in the place of whatever run is there.
fn replace(out: &Path, channels: &str, steps: &str) {
    succeed(command(out, channels, steps, None).arg("--replace"));
}

fn command(out: &Path, channels: &str, steps: &str, images: Option<&Path>) -> Command {
    let weights = root().join("fixtures/resnet18-16.npz");
    let mut command = program(&["reproduce", "--blocks", "1.1,2.0", "--input-size", "64"]);
    command.args(["--channels", channels, "--steps", steps]);
    command.arg("--weights").arg(weights);
    command.arg("--out").arg(out);
    if let Some(images) = images {
        command.arg("--images").arg(images);
    }
    command
}

#[test]
fn a_run_that_replaces_another_leaves_what_it_would_leave_in_a_new_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (used, new) = (folder.path().join("used"), folder.path().join("new"));
    let images = root().join("fixtures/images/star");
    reproduce(&used, "0..2", "3", Some(&images));
    let top = used.join("features/1.1/input/0.top.png");
    let curves = used.join("activations/layer1.0.npy");
    assert!(top.exists() && curves.exists() && used.join("tables/extremes.csv").exists());
    replace(&used, "1,3", "4");
    reproduce(&new, "1,3", "4", None);
    assert!(!top.exists() && !curves.exists());
    assert_same_results(&new, &used);
    let grids = |out: &Path| fs::read(out.join("figures/fig1_exemplars_1.1.svg")).unwrap();
    assert!(grids(&new) == grids(&used));
    let output = run(&["verify", &used.display().to_string()]);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
}

#[test]
fn a_run_that_replaces_another_deletes_nothing_that_is_not_of_it_or_was_changed_since() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let images = root().join("fixtures/images/star");
    let changed = out.join("features/1.1/block/0.png");
    let mine = ["notes.txt", "activations/mine.npy", "features/1.1/block/best.png"];
    for name in mine {
        let path = out.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "mine").unwrap();
    }
    reproduce(&out, "0..1", "1", Some(&images));
    let output = run(&["verify", &out.display().to_string(), "--sample", "0"]);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for name in mine {
        assert!(said.contains(&format!("not in the manifest: {name}, ")), "{said}");
    }
    fs::write(&changed, "changed").unwrap();
    let stored = |out: &Path| fs::read_dir(out.join("store")).unwrap().count();
    let before = stored(&out);
    replace(&out, "2", "1");
    for name in mine {
        assert_eq!(fs::read_to_string(out.join(name)).unwrap(), "mine", "{name}");
    }
    assert_eq!(fs::read_to_string(&changed).unwrap(), "changed");
    assert!(!out.join("features/1.1/input/0.png").exists());
    assert!(stored(&out) >= before);
}

/// Copies every file below a folder to the same place below another one.
fn copy_below(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_below(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

#[test]
fn the_union_of_two_stores_serves_both_runs() {
    let folder = tempfile::tempdir().unwrap();
    let all = root().join("fixtures/images/star");
    let few = folder.path().join("few");
    fs::create_dir(&few).unwrap();
    for name in ["rings_01.jpg", "rings_07.jpg"] {
        let from = root().join("fixtures/images/rings").join(name);
        fs::copy(from, few.join(name)).unwrap();
    }
    let images = [all, few];
    let outs = ["a", "b"].map(|name| folder.path().join(name));
    for (out, images) in outs.iter().zip(&images) {
        reproduce(out, "0..2", "3", Some(images));
    }
    let [a, b] = outs.each_ref().map(|out| out.join("store"));
    copy_below(&b, &a);
    copy_below(&a, &b);
    for out in &outs {
        let output = run(&["verify", &out.display().to_string(), "--sample", "0"]);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
    }
}

#[test]
fn a_channel_that_is_given_up_is_named_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").display().to_string();
    let size = ["--input-size", "32", "--steps", "1", "--threads", "1"];
    let what = ["reproduce", "--blocks", "3.0", "--channels", "0,54"];
    let output = run(&[&what[..], &size, &["--out", &out]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let notice = "block 3.0, channel 54: not measured: none of 5 attempts made";
    assert_eq!(said.matches(notice).count(), 1, "{said}");
    assert!(!said.contains("channel 0: not measured"), "{said}");
    let table = String::from_utf8(output.stdout).unwrap();
    let cells: Vec<&str> = table.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(cells[..3], ["3.0", "1/64", "1"], "{table}");
}

#[test]
fn a_folder_without_a_readable_image_is_found_out_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let (images, out) = (folder.path().join("images"), folder.path().join("out"));
    fs::create_dir(&images).unwrap();
    fs::write(images.join("a.png"), "no image").unwrap();
    let output = run(&[
        "reproduce",
        "--blocks",
        "1.1",
        "--channels",
        "0",
        "--steps",
        "1",
        "--images",
        &images.display().to_string(),
        "--out",
        &out.display().to_string(),
    ]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("expected at least one readable image, found none among 1"));
    assert!(!out.exists());
}
