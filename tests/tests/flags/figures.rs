//! The flags of `figures`.

use crate::Tested;
use crate::small::{plain, said, size, text};
use std::fs;
use std::path::{Path, PathBuf};
use streamscope_tests::harness::program;

pub(crate) const FLAGS: &[Tested] = &[
    ("<RUN>", the_run_is_the_one_that_is_named),
    ("--figures", those_figures_are_drawn),
    ("--channels", those_channels_are_shown),
    ("--format", each_format_is_what_it_is_called),
    ("--width", a_figure_is_as_wide_as_it_is_asked_to_be),
    ("--titles", titles_are_written_where_they_are_asked_for),
    ("--out", figures_are_in_the_folder_that_is_named),
];

/// Draws figures of the smallest run; the folder, and what was said.
fn drawn(out: &Path, more: &[&str]) -> (Option<i32>, String) {
    said(program(&["figures", &text(plain()), "--out", &text(out)]).args(more))
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// An SVG as it was drawn, and the size of its smallest type: outlines have none, so it is measured by its letters.
fn svg(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn the_run_is_the_one_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (code, words) = drawn(folder.path(), &[]);
    assert_eq!(code, Some(0), "{words}");
    let table = fs::read_to_string(folder.path().join("fig2.csv")).unwrap();
    let of_run = fs::read_to_string(plain().join("tables/mix_histogram.csv")).unwrap();
    // The bins of the run, with the block as people call it.
    assert_eq!(table.replace("1.1,", "layer1.1,").lines().skip(1).count(), of_run.lines().skip(1).count());
    let (code, words) = said(&mut program(&["figures", &text(folder.path())]));
    assert!(code == Some(2) && words.contains("expected the folder of a run"), "{words}");
}

/// The numbers of some columns of a table, row after row.
fn columns_of(table: &Path, columns: &[&str]) -> Vec<f64> {
    let text = fs::read_to_string(table).unwrap();
    let mut lines = text.lines().map(|line| {
        // Only names hold commas, and these are in quotes.
        let outside = line.split('"').step_by(2).collect::<Vec<_>>().join("-");
        outside.split(',').map(str::to_owned).collect::<Vec<_>>()
    });
    let head = lines.next().unwrap();
    let places: Vec<usize> = columns.iter().map(|c| head.iter().position(|h| h == c).unwrap()).collect();
    lines.flat_map(|cells| places.iter().filter_map(|&at| cells[at].parse().ok()).collect::<Vec<f64>>()).collect()
}

#[test]
pub(crate) fn those_figures_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let all = "1,2,3,4,5,6,9,10,11,12,13,14";
    let (code, words) = drawn(folder.path(), &["--figures", all, "--format", "svg"]);
    assert_eq!(code, Some(0), "{words}");
    let mut expected: Vec<String> =
        all.split(',').flat_map(|n| ["svg", "csv"].map(|kind| format!("fig{n}.{kind}"))).collect();
    expected.sort();
    assert_eq!(names(folder.path()), expected);
    let (code, words) = drawn(folder.path(), &["--figures", "7"]);
    assert!(code == Some(2) && words.contains("expected one of 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14"), "{words}");
    // What the lines show is what the run's tables say.
    for (number, table, columns) in [
        (11, "curves", &["at", "percent", "chance"][..]),
        (12, "objectives", &["median"]),
        (13, "path_layers", &["median_top", "median_random"]),
        (14, "enlargement_groups", &["enlargement", "mean"]),
    ] {
        let shown = columns_of(&folder.path().join(format!("fig{number}.csv")), &["x", "y"]);
        let of_run = columns_of(&plain().join(format!("tables/{table}.csv")), columns);
        assert!(!shown.is_empty());
        // Steps are shown by their logarithm, and layers by their place.
        let both = number == 11 || number == 14;
        for point in shown.chunks(2).map(|point| if both { point } else { &point[1..] }) {
            assert!(point.iter().all(|value| of_run.contains(value)), "figure {number}: {point:?}");
        }
    }
    let second = tempfile::tempdir().unwrap();
    drawn(second.path(), &["--format", "svg"]);
    assert_eq!(names(second.path()), ["fig2.csv", "fig2.svg"]);
}

#[test]
pub(crate) fn those_channels_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (code, words) = drawn(folder.path(), &["--figures", "1,10", "--channels", "1.1:0", "--format", "svg"]);
    assert_eq!(code, Some(0), "{words}");
    for name in ["fig1.csv", "fig10.csv"] {
        let table = fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(table.lines().count() > 1 && table.lines().skip(1).all(|line| line.starts_with("1.1,0,")), "{table}");
    }
    let (code, words) = drawn(folder.path(), &["--figures", "10", "--channels", "1.1:5"]);
    assert!(code == Some(2) && words.contains("nothing that it would show"), "{words}");
    let (code, words) = drawn(folder.path(), &["--channels", "1.1"]);
    assert!(code == Some(2) && words.contains("such as 3.1:178,215"), "{words}");
}

#[test]
pub(crate) fn each_format_is_what_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let made = |format: &str| -> Vec<u8> {
        let (code, words) = drawn(folder.path(), &["--format", format]);
        assert_eq!(code, Some(0), "{words}");
        fs::read(folder.path().join(format!("fig2.{format}"))).unwrap()
    };
    let pdf = made("pdf");
    assert!(pdf.starts_with(b"%PDF-"));
    // Letters are outlines, so no font has to be where it is read.
    assert!(!pdf.windows(5).any(|w| w == b"/Font"));
    let svg = String::from_utf8(made("svg")).unwrap();
    assert!(svg.contains("<path") && !svg.contains("<text") && !svg.contains("font-family"), "outlines alone");
    made("png");
    // 3.3 inches at 600 pixels each.
    assert_eq!(size(&folder.path().join("fig2.png")).1, 1980);
    let default = tempfile::tempdir().unwrap();
    drawn(default.path(), &[]);
    assert_eq!(names(default.path()), ["fig2.csv", "fig2.pdf"]);
}

#[test]
pub(crate) fn a_figure_is_as_wide_as_it_is_asked_to_be() {
    let folder = tempfile::tempdir().unwrap();
    for (width, points) in [(None, 237.6), (Some("84mm"), 238.11), (Some("6.8in"), 489.6), (Some("100pt"), 100.0)] {
        let more: Vec<&str> = width.into_iter().flat_map(|w| ["--width", w]).collect();
        let (code, words) = drawn(folder.path(), &[&more[..], &["--format", "svg"]].concat());
        assert_eq!(code, Some(0), "{words}");
        let svg = svg(folder.path(), "fig2.svg");
        let (_, after) = svg.split_once("width=\"").unwrap();
        let found: f64 = after.split('"').next().unwrap().parse().unwrap();
        // A drawing counts 96 units an inch, a point is three quarters of one, and hundredths of it are rounded.
        assert!((found * 0.75 - points).abs() <= 0.01, "{width:?}: {found}");
    }
    for wrong in ["3.3", "0.5in", "in", "-3in", "99in"] {
        let (code, words) = drawn(folder.path(), &[&format!("--width={wrong}")]);
        assert!(code == Some(2) && words.contains("such as 3.3in, 84mm or 240pt"), "{wrong}: {words}");
    }
}

#[test]
fn titles_are_written_where_they_are_asked_for() {
    let height = |more: &[&str]| -> f64 {
        let folder = tempfile::tempdir().unwrap();
        drawn(folder.path(), &[more, &["--format", "svg"]].concat());
        let svg = svg(folder.path(), "fig2.svg");
        svg.split_once("height=\"").unwrap().1.split('"').next().unwrap().parse().unwrap()
    };
    // Fourteen points.
    assert!((height(&["--titles"]) - height(&[]) - 14.0 / 0.75).abs() < 0.02);
}

#[test]
pub(crate) fn figures_are_in_the_folder_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out: PathBuf = folder.path().join("deep/er");
    let (_, words) = drawn(&out, &["--format", "svg"]);
    let expected = [out.join("fig2.svg"), out.join("fig2.csv")].map(|path| text(&path));
    assert_eq!(words.lines().collect::<Vec<_>>(), expected);
    // Without it they are in the run's folder, and no part of the run.
    let run = folder.path().join("run");
    copy(plain(), &run);
    assert_eq!(said(&mut program(&["figures", &text(&run)])).0, Some(0));
    assert_eq!(names(&run.join("print")), ["fig2.csv", "fig2.pdf"]);
    let (code, words) = said(&mut program(&["verify", &text(&run), "--digests-only"]));
    assert!(code == Some(0) && !words.contains("print/"), "{words}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}
