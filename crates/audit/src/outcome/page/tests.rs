//! Every number of `audit.html` stands below the heading that names it.

use super::*;
use crate::budget::{ChannelBudget, Verdict};
use crate::comparison::{Absolute, Comparison, Kind, Pass, Step, Witness};
use crate::laws::KeptLaw;
use crate::outcome::Provenance;
use crate::twin::interval::Interval;
use report::BuildRecord;
use std::collections::BTreeMap;

/// The text between two marks, each time it is there, and what the opening one says beside its name.
fn between<'a>(text: &'a str, tag: &str) -> Vec<(&'a str, &'a str)> {
    let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
    let mut found = Vec::new();
    for piece in text.split(&open).skip(1) {
        // `th` is not `thead`.
        if piece.starts_with([' ', '>']) {
            let (attributes, rest) = piece.split_once('>').unwrap();
            found.push((attributes, rest.split(&close).next().unwrap()));
        }
    }
    found
}

/// The tables of a page: of each row whether it is marked as failed, and its cells by heading, or by their number where
/// there is no line of headings.
fn tables(page: &str) -> Vec<Vec<(bool, BTreeMap<String, String>)>> {
    let tables = between(page, "table").into_iter().map(|(_, table)| {
        let headings: Vec<&str> =
            between(table, "thead").iter().flat_map(|(_, head)| between(head, "th")).map(|(_, text)| text).collect();
        let (_, body) = between(table, "tbody")[0];
        let rows = between(body, "tr").into_iter().map(|(attributes, row)| {
            let cells: Vec<&str> =
                ["th", "td"].iter().flat_map(|tag| between(row, tag)).map(|(_, text)| text).collect();
            assert!(headings.is_empty() || headings.len() == cells.len(), "{headings:?} {cells:?}");
            let heading = |at: usize| headings.get(at).map_or_else(|| at.to_string(), |h| (*h).to_owned());
            let cells = cells.iter().enumerate().map(|(at, cell)| (heading(at), (*cell).to_owned()));
            (attributes.contains("failed"), cells.collect())
        });
        rows.collect()
    });
    tables.collect()
}

/// A row's cells under the headings that stand in front of each.
fn row(cells: &[(&str, &str)]) -> BTreeMap<String, String> {
    cells.iter().map(|(heading, cell)| ((*heading).to_owned(), (*cell).to_owned())).collect()
}

/// A comparison in which no two columns are the same by chance.
fn comparison() -> Comparison {
    Comparison {
        step: Step::Layer,
        what: ("1.0.conv1", Pass::Backward).into(),
        witness: Witness::Pillow,
        kind: Kind::Checked,
        values: 11,
        ulps: Some(12.5),
        relative: Some(13.5),
        l2: Some(14.5),
        error: Some(Absolute { value: 15.5, unit: "levels" }),
        bound: "a < b".to_owned(),
        used: Some(0.25),
        passed: true,
    }
}

fn budget() -> ChannelBudget {
    ChannelBudget {
        block: "2.1".to_owned(),
        channel: 21,
        mix_ratio: 22.5,
        exact: Some(Interval { least: 20.0, largest: 24.0 }),
        least: 18.5,
        largest: 25.5,
        used: 0.5,
        open: false,
        category: Verdict { table: "skip".to_owned(), exact: Some("skip".to_owned()) },
        scale_invariant_no_mix: Verdict { table: true, exact: Some(true) },
        scale_invariant: Verdict { table: false, exact: Some(false) },
    }
}

fn report(comparisons: Vec<Comparison>, budgets: Vec<ChannelBudget>) -> Report {
    let text = |text: &str| text.to_owned();
    Report {
        provenance: Provenance {
            program: text("a program"),
            numerics_version: 31,
            build: BuildRecord {
                source_digest: text("a source"),
                compiler: text("a compiler"),
                cpu_features: vec![text("one"), text("two")],
            },
            weights: text("some weights"),
            weights_digest: text("digest of weights"),
            image: text("an image"),
            image_digest: text("digest of an image"),
            images_digest: Some(text("digest of images")),
            run_digest: None,
            instruction_set: text("two"),
            threads: 32,
        },
        digest: text("digest of all"),
        comparisons,
        budgets,
        laws: Vec::new(),
        signature: text("a signature"),
    }
}

#[test]
fn every_cell_of_a_comparison_stands_below_its_own_heading() {
    let beyond = Comparison { passed: false, ..comparison() };
    let bare = Comparison { ulps: None, relative: None, l2: None, error: None, used: None, ..comparison() };
    let skipped = Comparison { kind: Kind::Skipped, passed: false, ..bare.clone() };
    let page = html(&report(vec![comparison(), beyond, bare, skipped], Vec::new()));
    let found = tables(&page);
    // Who computed it, and the comparisons: no budgets, no table of them.
    assert_eq!(found.len(), 2);
    let mut expected = row(&[
        ("step", "layer"),
        ("what", "1.0.conv1, backward"),
        ("compared with", "Pillow"),
        ("values", "11"),
        ("ULP", "12.50"),
        ("relative", "13.50"),
        ("L2", "14.50"),
        ("error", "15.50 levels"),
        ("bound", "a &lt; b"),
        ("used", "0.25"),
        ("", "pass"),
    ]);
    assert_eq!(found[1][0], (false, expected.clone()));
    expected.insert(String::new(), "FAIL".to_owned());
    assert_eq!(found[1][1], (true, expected.clone()));
    for heading in ["ULP", "relative", "L2", "error", "used"] {
        expected.insert(heading.to_owned(), String::new());
    }
    expected.insert(String::new(), "pass".to_owned());
    assert_eq!(found[1][2], (false, expected.clone()));
    expected.insert(String::new(), "skipped".to_owned());
    assert_eq!(found[1][3], (false, expected));
    let words = "4 comparisons, 1 beyond their bound, 1 skipped. ";
    assert!(page.contains(words), "{page}");
}

#[test]
fn every_cell_of_a_budget_stands_below_its_own_heading() {
    let changed = ChannelBudget { category: Verdict { table: "skip".to_owned(), exact: None }, ..budget() };
    let open = ChannelBudget { open: true, ..budget() };
    let flipped =
        ChannelBudget { scale_invariant: Verdict { table: false, exact: Some(true) }, open: true, ..budget() };
    let beyond = ChannelBudget { used: 1.5, ..budget() };
    let unknown = ChannelBudget { exact: None, ..budget() };
    let page = html(&report(vec![comparison()], vec![budget(), changed, open, flipped, beyond, unknown]));
    let found = tables(&page);
    assert_eq!((found.len(), found[2].len()), (3, 6));
    let expected = row(&[
        ("block", "2.1"),
        ("channel", "21"),
        ("mix ratio", "22.500000"),
        ("apart from exact", "0.50"),
        ("width", "4"),
        ("least", "18.500000"),
        ("largest", "25.500000"),
        ("category", "skip"),
        ("scale-invariant", "false"),
        ("", "certain"),
    ]);
    let marks = [
        (false, "certain"),
        (true, "undecided"),
        (false, "certain, open to the first-order bound"),
        (true, "changed by rounding, open to the first-order bound"),
        (true, "certain"),
    ];
    for (found, (failed, words)) in found[2].iter().zip(marks) {
        let expected = BTreeMap::from_iter(expected.clone().into_iter().chain([(String::new(), words.to_owned())]));
        assert_eq!(*found, (failed, expected));
    }
    assert_eq!(found[2][5].1["width"], "");
}

#[test]
fn who_computed_it_is_said_by_name() {
    let page = html(&report(vec![comparison()], Vec::new()));
    let found: Vec<(String, String)> =
        tables(&page)[0].iter().map(|(_, cells)| (cells["0"].clone(), cells["1"].clone())).collect();
    let expected = [
        ("program", "a program, numerics 31"),
        ("source", "a source"),
        ("compiler", "a compiler"),
        ("instruction sets", "one, two; used: two"),
        ("threads", "32"),
        ("weights", "some weights, digest digest of weights"),
        ("image that was walked", "an image, digest digest of an image"),
        ("images of the run", "digest of images"),
        ("manifest of the run", "none"),
        ("signature of audit.json", "a signature"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), format!("<code>{value}</code>")));
    assert_eq!(found, expected);
    assert!(page.contains("<strong>digest of all</strong>"));
}

#[test]
fn a_law_stands_below_its_headings_and_a_broken_one_fails_the_audit_and_shows_its_case() {
    let law = |worst, failure: Option<&str>| KeptLaw {
        operation: "matmul".to_owned(),
        law: "twin",
        about: "what it says of it",
        cases: 24,
        worst,
        failure: failure.map(str::to_owned),
    };
    let mut report = report(vec![comparison()], Vec::new());
    report.laws = vec![law(0.25, None), law(0.0, Some("case m=1 k=1 n=1"))];
    assert!(!report.passed());
    let page = html(&report);
    assert!(
        page.contains("2 laws of the kernels on 48 cases, 1 broken.") && page.contains("<pre>case m=1 k=1 n=1</pre>")
    );
    let cells = |worst, result| {
        row(&[
            ("operation", "matmul"),
            ("law", "twin"),
            ("what it says", "what it says of it"),
            ("cases", "24"),
            ("of bound", worst),
            ("result", result),
        ])
    };
    let found = tables(&page).pop().unwrap();
    assert_eq!(found, [(false, cells("0.25", "held")), (true, cells("0.00", "broken"))]);
    report.laws.pop();
    assert!(report.passed());
}
