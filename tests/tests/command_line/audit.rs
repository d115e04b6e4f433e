//! `audit`: what it says of a run, and that it does not pass over what is wrong.

use crate::harness::{run, small_run};
use std::fs;
use std::path::Path;

fn audit(run_folder: &Path, out: &Path) -> std::process::Output {
    let (run_folder, out) = (run_folder.display().to_string(), out.display().to_string());
    run(&["audit", "--run", &run_folder, "--out", &out])
}

#[test]
fn everything_passes_until_a_mix_ratio_of_the_table_is_not_that_of_its_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let (made, out) = (folder.path().join("run"), folder.path().join("audit"));
    small_run(&made);
    let first = audit(&made, &out);
    let printed = String::from_utf8(first.stdout).unwrap();
    assert!(first.status.success(), "{printed}");
    assert!(
        printed.contains(" 0 beyond their bound; digest "),
        "{printed}"
    );
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("audit.json")).unwrap()).unwrap();
    let lines = json["lines"].as_array().unwrap();
    for step in [
        "decode",
        "resize 8-bit",
        "normalise",
        "layer",
        "DFT",
        "colours",
        "sigmoid",
        "spectrum",
        "resize",
        "rotate",
        "reflect-pad",
        "jitter",
        "crop",
        "adjoints",
        "differences",
        "Adam",
        "mix ratio",
        "scale measures",
        "statistics",
        "center activations",
        "center gradients",
        "same bits",
        "second opinion",
        "error budget",
    ] {
        let of_step: Vec<_> = lines.iter().filter(|l| l["step"] == step).collect();
        assert!(!of_step.is_empty(), "no line about {step}");
        assert!(
            of_step
                .iter()
                .all(|l| l["passed"] == true && l["values"].as_u64() > Some(0))
        );
    }
    // Forward and backward of each of the twenty convolutions of the network.
    let layers = lines.iter().filter(|l| l["step"] == "layer");
    let convolutions = layers.filter(|l| l["what"].as_str().unwrap().contains("batch norm"));
    assert_eq!(convolutions.count(), 2 * 20);
    assert_eq!(json["budgets"].as_array().unwrap().len(), 4);
    assert!(
        fs::read_to_string(out.join("audit.html"))
            .unwrap()
            .contains("pass")
    );

    // A category that the pictures do not give.
    let table = made.join("tables/channels.csv");
    let text = fs::read_to_string(&table).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let column = lines[0].split(',').position(|c| c == "mix_ratio").unwrap();
    let mut cells: Vec<&str> = lines[1].split(',').collect();
    let other = if cells[column].parse::<f64>().unwrap() < 1.0 {
        "4.0"
    } else {
        "0.1"
    };
    cells[column] = other;
    lines[1] = cells.join(",");
    fs::write(&table, lines.join("\n") + "\n").unwrap();
    let second = audit(&made, &out);
    let printed = String::from_utf8(second.stdout).unwrap();
    assert_eq!(second.status.code(), Some(1), "{printed}");
    let failed: Vec<&str> = printed.lines().filter(|l| l.ends_with("FAIL")).collect();
    assert!(
        failed.len() == 1 && failed[0].starts_with("error budget"),
        "{failed:?}"
    );
}

#[test]
fn a_run_that_was_tampered_with_is_refused_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (made, out) = (folder.path().join("run"), folder.path().join("audit"));
    small_run(&made);
    let path = made.display().to_string();
    let picture = made.join("features/3.1/input/1.png");
    let (kept, table) = (
        fs::read(&picture).unwrap(),
        made.join("tables/channels.csv"),
    );
    let refused = |what: &str, words: [&str; 3]| {
        for output in [
            audit(&made, &out),
            run(&["explain", "3.1", "1", "--run", &path]),
        ] {
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{what}: {said}");
            assert_eq!(said.trim_end().lines().count(), 1, "{what}: {said}");
            assert!(words.iter().all(|w| said.contains(w)), "{what}: {said}");
        }
        assert!(!out.exists(), "{what}");
    };
    image::RgbImage::new(50, 40).save(&picture).unwrap();
    refused(
        "a picture of another size",
        ["input/1.png", "128x128", "50x40"],
    );
    fs::remove_file(&picture).unwrap();
    refused("a missing picture", ["input/1.png", "cannot read", ""]);
    fs::write(&picture, kept).unwrap();
    let rows = fs::read_to_string(&table).unwrap();
    fs::write(&table, rows.replace("\n3.1,0,", "\n3.1,9999,")).unwrap();
    let unknown = "channel 9999 of block 3.1";
    refused(
        "a channel nobody has",
        ["channels.csv", unknown, "expected"],
    );
}
