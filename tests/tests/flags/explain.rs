//! The flags of `explain`, and what is said of a run that was changed.

use crate::Tested;
use crate::small::{embedded, json, other_weights, reproduce, said, text};
use std::fs;
use std::path::Path;
use std::process::Command;
use streamscope_tests::harness::{Shared, program, succeed};

pub(crate) const FLAGS: &[Tested] = &[
    ("<BLOCK>", the_block_is_the_one_that_is_named),
    ("<CHANNEL>", the_channel_is_the_one_that_is_named),
    ("--weights", the_network_is_the_one_that_is_named),
    ("--input-size", the_size_is_that_of_the_run),
    ("--run", the_run_is_the_one_that_is_named),
];

/// Where reproduce leaves a run of the embedded network by default.
const RUN: &str = "out/resnet18-16/quick-seed0";

/// A run of two blocks and two channels.
fn finished() -> &'static Path {
    static MADE: Shared = Shared::new();
    MADE.get(|folder| {
        let path = text(&embedded());
        let of = ["--weights", &path, "--blocks", "1.1,2.0", "--channels", "0,3"];
        // Where the command looks where no run is named.
        succeed(&mut reproduce(&folder.join(RUN), &of));
    })
    .path()
}

/// The command, where the run is the one that it finds by itself.
fn command(more: &[&str]) -> Command {
    let mut command = program(&["explain"]);
    command.args(more).current_dir(finished());
    command
}

/// A cell of the run's table.
fn cell(block: &str, channel: &str, column: &str) -> String {
    let path = finished().join(RUN).join("tables/channels.csv");
    let table = fs::read_to_string(path).unwrap();
    let header: Vec<&str> = table.lines().next().unwrap().split(',').collect();
    let start = format!("layer{block},{channel},");
    let row = table.lines().find(|l| l.starts_with(&start)).unwrap();
    let at = header.iter().position(|c| *c == column).unwrap();
    row.split(',').nth(at).unwrap().to_owned()
}

/// Explains a channel, whose mix ratio must be the table's; where the page is.
#[track_caller]
fn explains(block: &str, channel: &str) -> String {
    let output = command(&[block, channel]).output().unwrap();
    let (printed, page) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "{page}");
    let ratio: f64 = cell(block, channel, "mix_ratio").parse().unwrap();
    assert!(printed.contains(&format!("So M = {ratio:.6}: ")), "{printed}");
    assert!(!printed.ends_with("\n\n") && printed.ends_with('\n'));
    page
}

#[test]
fn the_block_is_the_one_that_is_named() {
    assert_eq!(explains("1.1", "0"), format!("{RUN}/explain/1.1_0.html\n"));
    assert_eq!(explains("2.0", "0"), format!("{RUN}/explain/2.0_0.html\n"));
    assert_ne!(cell("1.1", "0", "mix_ratio"), cell("2.0", "0", "mix_ratio"));
    for page in ["1.1_0", "2.0_0"] {
        let path = format!("{RUN}/explain/{page}.html");
        assert!(finished().join(path).is_file());
    }
}

#[test]
fn the_channel_is_the_one_that_is_named() {
    assert_eq!(explains("2.0", "3"), format!("{RUN}/explain/2.0_3.html\n"));
    assert_ne!(cell("2.0", "0", "mix_ratio"), cell("2.0", "3", "mix_ratio"));
    let (code, said) = said(&mut command(&["2.0", "1"]));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("channel 1 of block 2.0"), "{said}");
}

#[test]
pub(crate) fn the_network_is_the_one_that_is_named() {
    let (path, other) = (text(&embedded()), text(other_weights()));
    let (code, same) = said(&mut command(&["1.1", "3", "--weights", &path, "--run", RUN]));
    let bare = said(&mut command(&["1.1", "3"]));
    assert_eq!((code, same), (Some(0), bare.1));
    let (code, said) = said(&mut command(&["1.1", "3", "--weights", &other, "--run", RUN]));
    assert_eq!(code, Some(2), "{said}");
    let name = other_weights().file_name().unwrap().to_string_lossy();
    let both =
        format!("error: {RUN}: expected the weights of the run, resnet18-16.npz, found {name}; --weights says which\n");
    assert_eq!(said, both);
}

#[test]
fn the_size_is_that_of_the_run() {
    let of = |size: &str| said(&mut command(&["1.1", "0", "--input-size", size, "--run", RUN]));
    assert_eq!(of("32"), said(&mut command(&["1.1", "0"])));
    let (code, said) = of("128");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("expected a run at 128 pixels, found one at 32"), "{said}");
}

#[test]
pub(crate) fn the_run_is_the_one_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let path = text(&embedded());
    succeed(&mut reproduce(&copy, &["--weights", &path]));
    let path = text(&copy);
    let explain = |more: &[&str]| {
        let mut command = program(&["explain", "1.1", "0"]);
        said(command.args(more).current_dir(folder.path()))
    };
    let (code, found) = explain(&["--run", &path]);
    assert_eq!(code, Some(0), "{found}");
    assert!(found.ends_with(&format!("{path}/explain/1.1_0.html\n")));
    let (code, nowhere) = explain(&[]);
    assert_eq!(code, Some(2), "{nowhere}");
    assert!(nowhere.starts_with(&format!("error: {RUN}: expected the folder of a run")), "{nowhere}");

    // What differs is said, a sentence a line, after the page is written.
    let table = copy.join("tables/channels.csv");
    let rows = fs::read_to_string(&table).unwrap();
    fs::write(&table, rows.replace(",skip,", ",mix,")).unwrap();
    assert!(rows.contains(",skip,"), "{rows}");
    let mut command = program(&["explain", "1.1", "0", "--input-size", "32", "--run", &path]);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let mut lines = said.lines();
    assert_eq!(lines.next().unwrap(), format!("{path}/explain/1.1_0.html"));
    let differences: Vec<&str> = lines.collect();
    assert_eq!(differences.len(), 2, "{said}");
    let cell = "error: tables/channels.csv: category of channel 0 of block 1.1 is ";
    assert!(differences.iter().all(|l| l.starts_with("error: ")), "{said}");
    assert!(differences.iter().any(|l| l.starts_with(cell)), "{said}");
    assert!(json(&copy.join("manifest.json")).is_object());
}
