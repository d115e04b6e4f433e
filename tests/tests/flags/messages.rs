//! What the program says when nothing is computed, and when it is done.

use crate::small::{embedded, reproduce, text};
use std::fs;
use streamscope_tests::harness::{run, succeed};

#[test]
fn help_and_version_go_to_stdout_and_are_no_error() {
    for arguments in [&["--help"][..], &["-h"], &["help"], &["reproduce", "--help"], &["--version"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty() && !output.stdout.is_empty(), "{arguments:?}");
    }
    // Under its installed name it says more: `command_line/installed.rs`.
    let version = String::from_utf8(run(&["--version"]).stdout).unwrap();
    assert!(version.starts_with(&format!("streamscope {}, numerics version ", env!("CARGO_PKG_VERSION"))), "{version}");
}

#[test]
fn no_command_is_shown_the_help_and_is_an_error() {
    let output = run(&[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(said.contains("Usage: cargo xtask <COMMAND>") && said.lines().count() > 10);
}

#[test]
fn a_mistake_in_the_arguments_is_one_line_without_the_usage() {
    let output = run(&["reproduce", "--step", "3"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), said.as_str()),
        (Some(2), "error: unexpected argument '--step' found; tip: a similar argument exists: '--steps'\n")
    );
}

#[test]
fn the_summary_is_what_the_table_of_blocks_holds() {
    let folder = tempfile::tempdir().unwrap();
    let weights = text(&embedded());
    let out = folder.path().join("out");
    // Of two blocks some channels, and of the third all; one channel is given up.
    let of = ["--weights", &weights, "--blocks", "1.1,3.0", "--channels", "0..15,54"];
    let refused = reproduce(&out, &of).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let of = ["--weights", &weights, "--blocks", "2.0,3.0", "--channels", "4..9"];
    let printed = succeed(&mut reproduce(&out, &of));
    let table = fs::read_to_string(out.join("tables/blocks.csv")).unwrap();
    let header: Vec<&str> = table.lines().next().unwrap().split(',').collect();
    let rows: Vec<Vec<String>> = printed
        .lines()
        .map(|l| {
            let cells = l.split("  ").map(str::trim).filter(|c| !c.is_empty());
            cells.map(str::to_owned).collect()
        })
        .collect();
    assert_eq!(
        rows[0],
        [
            "block",
            "channels",
            "not measured",
            "overwrite",
            "mix",
            "skip",
            "median mix ratio",
            "scale-invariant",
            "without mix criterion",
            "paper 2's criterion"
        ]
    );
    assert_eq!(rows.len(), 3);
    // The last columns are told apart.
    assert!(rows[1][7] != rows[1][8] && rows[1][8] != rows[1][9] && rows[1][2] != rows[2][2], "{rows:?}");
    for (row, line) in rows[1..].iter().zip(table.lines().skip(1)) {
        let cells: Vec<&str> = line.split(',').collect();
        let cell = |name: &str| cells[header.iter().position(|c| *c == name).expect(name)];
        let number = |name: &str, digits: usize, unit: &str| match cell(name) {
            "" => "not defined".to_owned(),
            text => format!("{:.digits$}{unit}", text.parse::<f64>().unwrap()),
        };
        let channels = match cell("studied") == cell("channels") {
            true => cell("channels").to_owned(),
            false => format!("{}/{}", cell("studied"), cell("channels")),
        };
        let expected = [
            cell("block").strip_prefix("layer").unwrap().to_owned(),
            channels,
            cell("failed").to_owned(),
            cell("overwrite").to_owned(),
            cell("mix").to_owned(),
            cell("skip").to_owned(),
            number("median_mix_ratio", 2, ""),
            number("percent_scale_invariant", 1, " %"),
            number("percent_scale_invariant_no_mix", 1, " %"),
            number("percent_scale_invariant_by_block", 1, " %"),
        ];
        assert_eq!(row[..], expected);
    }
}

#[test]
fn a_run_that_goes_on_says_what_was_done_before() {
    let folder = tempfile::tempdir().unwrap();
    let weights = text(&embedded());
    let out = folder.path().join("out");
    let said = |channels: &str| {
        let of = ["--weights", &weights, "--channels", channels];
        let output = reproduce(&out, &of).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(!said("3").contains("already done"));
    let again = said("3,5");
    let done: Vec<&str> = again.lines().filter(|l| l.contains("already done")).collect();
    // Input, Block and Output of one channel, and as many pictures of it as an exemplar.
    assert_eq!(
        done,
        ["center-neuron pictures: 3 of 6 already done", "whole-channel pictures of exemplars: 3 of 6 already done"]
    );
}
