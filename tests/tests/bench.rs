//! What `cargo xtask bench` measures, writes and compares: its own program, on a scan of three images.

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use streamscope_tests::harness::{benchmarks, root};
use tempfile::TempDir;

fn bench(images: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(benchmarks());
    command.args(["scan", "--threads", "1", "--images"]).arg(images).args(more);
    command.env_remove("STREAMSCOPE_ISA").output().unwrap()
}

/// What it printed, of a run that must succeed.
#[track_caller]
fn printed(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect()
}

fn images() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["star_00.jpg", "star_01.jpg", "star_02.jpg"] {
        fs::copy(root().join("fixtures/images/star").join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The printed line of a row of the file.
fn line<'a>(lines: &'a [String], row: &Value) -> &'a str {
    let name = format!("{}: {} ", row["subject"].as_str().unwrap(), row["name"].as_str().unwrap());
    let of_row: Vec<&String> = lines.iter().filter(|line| line.starts_with(&name)).collect();
    assert_eq!(of_row.len(), 1, "{name}: {lines:#?}");
    of_row[0]
}

#[test]
fn what_is_printed_is_what_is_written_and_ratios_are_before_through_now() {
    let (images, folder) = (images(), tempfile::tempdir().unwrap());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (first, second, page) = (path("first.json"), path("second.json"), path("page.md"));
    fs::write(&page, "before\n<!-- bench: scan -->\nold\n<!-- end -->\nafter\n").unwrap();
    let lines = printed(&bench(images.path(), &["--json", &first, "--page", &page]));
    let mut record = read(Path::new(&first));
    let rows = record["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 2);
    let filled = fs::read_to_string(&page).unwrap();
    assert!(filled.starts_with("before\n<!-- bench: scan -->\n") && filled.ends_with("<!-- end -->\nafter\n"));
    for row in &rows {
        let said = line(&lines, row);
        let words: Vec<&str> = said.split_whitespace().collect();
        let milliseconds = format!("{:.3}", row["milliseconds"].as_f64().unwrap());
        assert!(words.contains(&milliseconds.as_str()) && !said.contains(" - "), "{said}");
        assert!(said.ends_with("   3 images, 21 sites"), "{said}");
        assert!(filled.contains(&format!("| {} | 1 | ", row["name"].as_str().unwrap())), "{filled}");
    }
    // An earlier run: a row four times as slow, none of the other, and one of something that is not timed now.
    let slow = rows[0]["milliseconds"].as_f64().unwrap() * 4.0;
    record["rows"][0]["milliseconds"] = json!(slow);
    record["rows"][1]["name"] = json!("something else");
    fs::write(&first, record.to_string()).unwrap();
    let lines = printed(&bench(images.path(), &["--against", &first, "--json", &second]));
    let now = read(Path::new(&second));
    assert_eq!(now["rows"].as_array().unwrap().len(), 2);
    let ratio = slow / now["rows"][0]["milliseconds"].as_f64().unwrap();
    let compared = |row: &Value| {
        let said = line(&lines, row).strip_suffix("   3 images, 21 sites").unwrap();
        said.split_whitespace().next_back().unwrap().to_owned()
    };
    assert_eq!(compared(&now["rows"][0]), format!("{ratio:.3}"));
    assert_eq!(compared(&now["rows"][1]), "-");
    assert!(lines.iter().any(|line| line.ends_with("   before / now")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("something else")), "{lines:#?}");
}

#[test]
fn a_file_that_holds_no_earlier_run_is_refused_before_anything_is_timed() {
    let (images, folder) = (images(), tempfile::tempdir().unwrap());
    let file = folder.path().join("numbers.json");
    let path = file.display().to_string();
    let said = |output: &Output| {
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        String::from_utf8(output.stderr.clone()).unwrap()
    };
    let absent = said(&bench(images.path(), &["--against", &path]));
    assert_eq!(absent, format!("error: --against {path}: expected a file, found none\n"));
    for text in ["", "{}", "[1]", "{\"rows\": []}"] {
        fs::write(&file, text).unwrap();
        let wrong = said(&bench(images.path(), &["--against", &path]));
        let expected = format!("error: {path}: expected the numbers of an earlier run: ");
        assert!(wrong.starts_with(&expected) && wrong.lines().count() == 1, "{wrong}");
    }
}
