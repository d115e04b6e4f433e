//! The flags of `audit`.

use crate::small::{embedded, json, other_weights, plain, reproduce, said, star, text};
use crate::{Tested, threads};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use streamscope_tests::harness::{Shared, program, root, succeed};

pub(crate) const FLAGS: &[Tested] = &[
    ("--weights", weights_that_are_not_the_runs_are_refused),
    ("--input-size", a_size_that_is_not_the_runs_is_refused),
    ("--mean", a_mean_that_is_not_the_runs_is_refused),
    ("--std", a_deviation_that_is_not_the_runs_is_refused),
    ("--resize", the_image_is_resized_as_is_said),
    ("--images", the_first_image_of_the_folder_is_walked),
    ("--run", the_runs_channels_are_given_budgets),
    ("--channels", so_many_channels_of_each_block_are_given_budgets),
    ("--threads", threads::of_audit),
    ("--out", the_page_is_where_it_is_named),
];

/// The audit of the smallest run.
fn command(more: &[&str]) -> Command {
    let run = text(plain());
    let mut command = program(&["audit", "--run", &run]);
    if !more.contains(&"--input-size") {
        command.args(["--input-size", "32"]);
    }
    command.args(more);
    // Nothing from outside, and no word on what there is not.
    command.env("STREAMSCOPE_DATA", root().join("fixtures"));
    command
}

/// An audit of the smallest run, of one channel, with every flag written out, and an image of its own.
pub(crate) fn audited() -> &'static Path {
    static AUDIT: Shared = Shared::new();
    AUDIT
        .get(|out| {
            let (path, images) = (text(&embedded()), text(&star()));
            let mut command = command(&["--weights", &path, "--images", &images]);
            let printed = succeed(command.arg("--threads").arg("3").arg("--out").arg(out));
            fs::write(out.join("printed"), printed).unwrap();
        })
        .path()
}

fn provenance(out: &Path, field: &str) -> String {
    let of = json(&out.join("audit.json"))["provenance"][field].clone();
    of.as_str().map_or_else(|| of.to_string(), str::to_owned)
}

#[test]
fn weights_that_are_not_the_runs_are_refused() {
    let out = tempfile::tempdir().unwrap();
    let other = text(other_weights());
    let mut command = command(&["--weights", &other]);
    let (code, said) = said(command.arg("--out").arg(out.path()));
    assert_eq!(code, Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(&text(plain())), "{said}");
    assert_eq!(provenance(audited(), "weights"), text(&embedded()));
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn a_size_that_is_not_the_runs_is_refused() {
    let run = text(plain());
    // 128 is what the embedded network reads where nothing is said.
    for (more, size) in [(&[][..], "at 128 pixels"), (&["--input-size", "36"][..], "at 36 pixels")] {
        let mut command = program(&[&["audit", "--run", &run][..], more].concat());
        let (code, said) = said(&mut command);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(size) && said.contains("at 32 pixels"), "{said}");
    }
}

/// What is said of other colors than the run's.
fn refused(flag: &str, value: &str) -> String {
    let out = tempfile::tempdir().unwrap();
    let (code, said) = said(command(&[flag, value]).arg("--out").arg(out.path()));
    assert_eq!((code, said.lines().count()), (Some(2), 1), "{said}");
    said
}

#[test]
pub(crate) fn a_mean_that_is_not_the_runs_is_refused() {
    let said = refused("--mean", "0.5,0.5,0.5");
    assert!(
        said.contains("expected a run of images with mean [0.5, 0.5, 0.5] and std [0.229, 0.224, 0.225]"),
        "{said}"
    );
    assert!(said.contains("found one with [0.485, 0.456, 0.406]"), "{said}");
}

#[test]
pub(crate) fn a_deviation_that_is_not_the_runs_is_refused() {
    let said = refused("--std", "0.5,0.5,0.5");
    assert!(
        said.contains("expected a run of images with mean [0.485, 0.456, 0.406] and std [0.5, 0.5, 0.5]"),
        "{said}"
    );
}

#[test]
fn the_image_is_resized_as_is_said() {
    let out = tempfile::tempdir().unwrap();
    let images = text(&star());
    let mut command = command(&["--images", &images, "--resize", "64", "--channels", "1"]);
    succeed(command.arg("--out").arg(out.path()));
    let digest = |out| provenance(out, "image_digest");
    assert!(digest(audited()) != digest(out.path()));
}

#[test]
fn the_first_image_of_the_folder_is_walked() {
    assert_eq!(provenance(audited(), "image"), text(&star().join("star_00.jpg")));
    let theirs = provenance(many(), "image");
    let first = root().join("fixtures/images/annulus/annulus_00.jpg");
    assert_eq!(theirs, text(&first));
    let digest = |out| provenance(out, "image_digest");
    assert!(digest(audited()) != digest(many()));
}

/// A run of eight channels, in a folder with its audit, where nothing is said of how many are given budgets.
fn many() -> &'static Path {
    static AUDIT: Shared = Shared::new();
    AUDIT
        .get(|out| {
            let run = out.join("run");
            let path = text(&embedded());
            let eight = ["--weights", &path, "--channels", "0..8"];
            succeed(&mut reproduce(&run, &eight));
            let run = text(&run);
            let mut command = program(&["audit", "--run", &run, "--input-size", "32"]);
            fs::write(out.join("printed"), succeed(command.arg("--out").arg(out.join(".")))).unwrap();
        })
        .path()
}

fn budgets(out: &Path) -> Vec<Value> {
    let report = json(&out.join("audit.json"));
    report["budgets"].as_array().unwrap().clone()
}

/// The channels of all budgets, in order.
fn channels(out: &Path) -> Vec<u64> {
    let of = budgets(out);
    let mut channels: Vec<u64> = of.iter().map(|b| b["channel"].as_u64().unwrap()).collect();
    channels.sort_unstable();
    channels
}

#[test]
pub(crate) fn so_many_channels_of_each_block_are_given_budgets() {
    // At most so many, evenly over the block.
    assert_eq!(channels(many()), [0, 2, 4, 6]);
    let out = tempfile::tempdir().unwrap();
    let run = text(&many().join("run"));
    for (asked, given) in [("3", vec![0, 3, 6]), ("8", (0..8).collect())] {
        let mut command = program(&["audit", "--run", &run, "--input-size", "32"]);
        command.args(["--channels", asked]);
        succeed(command.arg("--out").arg(out.path()));
        assert_eq!(channels(out.path()), given);
    }
    // The largest budgets are of channels of the table, each once, and what the table says of each.
    let table = fs::read_to_string(many().join("run/tables/channels.csv")).unwrap();
    let header: Vec<&str> = table.lines().next().unwrap().split(',').collect();
    let column = |row: &str, name: &str| -> String {
        let at = header.iter().position(|c| *c == name).unwrap();
        row.split(',').nth(at).unwrap().to_owned()
    };
    for budget in budgets(out.path()) {
        let channel = budget["channel"].to_string();
        let start = format!("layer1.1,{channel},");
        let row = table.lines().find(|l| l.starts_with(&start)).unwrap();
        let ratio: f64 = column(row, "mix_ratio").parse().unwrap();
        assert_eq!(budget["mix_ratio"].as_f64(), Some(ratio), "{budget}");
        assert_eq!(budget["block"], "1.1");
    }
}

#[test]
fn the_runs_channels_are_given_budgets() {
    let digest = json(&plain().join("manifest.json"))["digest"].clone();
    assert_eq!(provenance(audited(), "run_digest"), digest.as_str().unwrap());
    let of = budgets(audited());
    assert_eq!((of.len(), &of[0]["channel"]), (1, &Value::from(0)));
    assert!(!audited().join("run").exists());
}

#[test]
fn the_page_is_where_it_is_named() {
    for name in ["audit.json", "audit.html"] {
        assert!(audited().join(name).is_file(), "{name}");
    }
}

#[test]
fn what_is_printed_is_what_the_file_holds() {
    let report = json(&audited().join("audit.json"));
    let lines = report["lines"].as_array().unwrap();
    let printed = fs::read_to_string(audited().join("printed")).unwrap();
    let values: u64 = lines.iter().map(|l| l["values"].as_u64().unwrap()).sum();
    let skipped = lines.iter().filter(|l| l["kind"] == "skipped").count();
    // No reference values are of 32 pixels.
    assert_eq!(skipped, 1 + lines.iter().filter(|l| l["step"] == "same bits" && l["kind"] == "skipped").count());
    let last = format!(
        "{} comparisons of {values} values, 0 beyond their bound, {skipped} skipped; digest {}",
        lines.len(),
        report["digest"].as_str().unwrap()
    );
    assert_eq!(printed.lines().last(), Some(last.as_str()));
    // The first line of each row begins with its step and ends with its verdict, in the file's order.
    let verdicts = ["pass", "FAIL", "skipped", "info"];
    let rows: Vec<&str> =
        printed.lines().skip(1).filter(|l| !l.starts_with(' ') && verdicts.iter().any(|v| l.ends_with(v))).collect();
    assert_eq!(rows.len(), lines.len());
    for (row, line) in rows.iter().zip(lines) {
        let verdict = match line["kind"].as_str().unwrap() {
            "checked" => "pass",
            "information" => "info",
            kind => kind,
        };
        let step = line["step"].as_str().unwrap();
        assert!(row.starts_with(&format!("{step:<18}  ")), "{row}");
        assert!(row.ends_with(verdict), "{row}: {line}");
        let columns: Vec<&str> = row.split_whitespace().collect();
        let count = line["values"].to_string();
        assert!(columns.contains(&count.as_str()), "{row}: {line}");
        assert_eq!(line["passed"] == true, verdict == "pass", "{line}");
    }
    let heading = printed.lines().next().unwrap();
    assert!(heading.starts_with("step  ") && heading.ends_with(" of bound"));
    assert_eq!(provenance(audited(), "threads"), "3");
}

#[test]
pub(crate) fn what_is_not_given_is_what_the_help_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut bare = program(&["audit", "--input-size", "20", "--channels", "1"]);
    let (code, printed) = said(bare.current_dir(folder.path()));
    assert_eq!(code, Some(0), "{printed}");
    let out = folder.path().join("out/audit");
    assert!(printed.contains("making pictures of a few channels: --run names a finished run instead\n"));
    // A small run is made below: one channel of every block, 32 steps, the reference values' images.
    let made = json(&out.join("run/manifest.json"));
    assert_eq!(made["recipe"]["steps"], 32);
    assert_eq!(made["images"]["read"], 200);
    assert_eq!(made["channels"], serde_json::json!(["0"]));
    assert_eq!(made["blocks"].as_object().unwrap().len(), 7);
    assert!(!budgets(&out).is_empty() && budgets(&out).len() <= 7);
    assert_eq!(provenance(&out, "run_digest"), made["digest"].as_str().unwrap());
    assert_eq!(provenance(&out, "weights"), text(&embedded()));
}

/// Why a finished audit held nothing to the network's reference values.
fn why_skipped(out: &Path) -> String {
    let report = json(&out.join("audit.json"));
    let mut lines = report["lines"].as_array().unwrap().iter();
    let line = lines.find(|l| l["step"] == "network").unwrap();
    assert_eq!((&line["kind"], &line["passed"]), (&"skipped".into(), &false.into()));
    line["bound"].as_str().unwrap().to_owned()
}

#[test]
fn reference_values_are_those_of_the_weights_at_hand_however_they_are_named() {
    let others = "the reference values are of images of 128 by 128 pixels";
    // The embedded network's file and nothing named are the same.
    assert_eq!(why_skipped(audited()), others);
    assert_eq!(why_skipped(many()), others);
    // The same tensors in another place, where nobody has values for them; and where the data from outside has.
    let data = tempfile::tempdir().unwrap();
    let tensors = data.path().join("data/backbone");
    fs::create_dir_all(&tensors).unwrap();
    let file = fs::File::open(embedded()).unwrap();
    zip::ZipArchive::new(file).unwrap().extract(&tensors).unwrap();
    let golden = data.path().join("golden");
    let (path, out) = (text(&tensors), tempfile::tempdir().unwrap());
    let audit = || {
        let mut command = command(&["--weights", &path]);
        command.env("STREAMSCOPE_DATA", data.path());
        succeed(command.arg("--out").arg(out.path()));
        why_skipped(out.path())
    };
    fs::create_dir(&golden).unwrap();
    let empty = audit();
    for file in fs::read_dir(root().join("fixtures/golden")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), golden.join(file.file_name())).unwrap();
    }
    assert_eq!((empty.as_str(), audit().as_str()), ("no reference values for these weights", others));
}
