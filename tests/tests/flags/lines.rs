//! The lines of an audit, pinned: what each compares, how many values, and the numbers that come of it.
//!
//! `audit_lines.json` is the report of the smallest run with what depends on the machine left out: `same bits`, whose
//! lines are of the processor's instruction sets, and the numbers of the second opinion, which another crate computes.
//! Everything else is made by operations that give the same bits on every machine, but for the logarithms and sines of
//! the f64 twins: those are some 1e-16 of a value whose error is some 1e-8 of it, so an error is the same to 1e-7 of
//! itself. It is held to 1e-5.

use crate::audit::audited;
use crate::small::json;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What of a report is the same on every machine.
fn portable(report: &Value) -> Value {
    let lines = report["lines"].as_array().unwrap().iter();
    let lines = lines.filter(|line| line["step"] != "same bits");
    let lines: Vec<Value> = lines
        .cloned()
        .map(|mut line| {
            if line["step"] == "second opinion" {
                for number in ["ulps", "relative", "l2", "error", "used"] {
                    line[number] = Value::Null;
                }
            }
            line
        })
        .collect();
    json!({ "digest": report["digest"], "lines": lines, "budgets": report["budgets"] })
}

/// A document with a row for each line and each budget.
fn text(report: &Value) -> String {
    let rows = |name: &str| -> String {
        let rows = report[name].as_array().unwrap().iter();
        rows.map(Value::to_string).collect::<Vec<_>>().join(",\n")
    };
    let (lines, budgets) = (rows("lines"), rows("budgets"));
    format!("{{\"digest\": {},\n\"lines\": [\n{lines}\n],\n\"budgets\": [\n{budgets}\n]}}\n", report["digest"])
}

/// Where two documents differ, numbers beyond 1e-5 of themselves.
fn differences(at: &str, found: &Value, expected: &Value) -> Vec<String> {
    match (found, expected) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.flat_map(|(i, (a, b))| differences(&format!("{at}[{i}]"), a, b)).collect()
        }
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            let keys = a.keys();
            keys.flat_map(|key| differences(&format!("{at}.{key}"), &a[key], &b[key])).collect()
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            let same = (a - b).abs() <= 1e-5 * b.abs();
            (!same).then(|| format!("{at}: expected {b}, found {a}")).into_iter().collect()
        }
        (a, b) if a == b => Vec::new(),
        (a, b) => vec![format!("{at}: expected {b}, found {a}")],
    }
}

#[test]
fn every_line_and_budget_is_what_it_was() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flags/audit_lines.json");
    let found = portable(&json(&audited().join("audit.json")));
    let expected = if path.exists() { json(&path) } else { Value::Null };
    let differ = differences("", &found, &expected);
    if !differ.is_empty() {
        let actual = audited().join("audit_lines.json");
        fs::write(&actual, text(&found)).unwrap();
        panic!(
            "{} differences, the first: {:#?}; what was found is in {}",
            differ.len(),
            &differ[..differ.len().min(5)],
            actual.display()
        );
    }
}

#[test]
fn documents_that_differ_in_a_number_a_word_or_a_line_differ() {
    let document = json!({"a": [1.0, {"b": "x", "c": null}], "d": 3});
    assert!(differences("", &document, &document).is_empty());
    for other in [
        json!({"a": [1.0 + 2e-5, {"b": "x", "c": null}], "d": 3}),
        json!({"a": [1.0, {"b": "y", "c": null}], "d": 3}),
        json!({"a": [1.0, {"b": "x", "c": 0}], "d": 3}),
        json!({"a": [1.0], "d": 3}),
        json!({"a": [1.0, {"b": "x", "c": null}], "d": 4}),
        json!({"a": [1.0, {"b": "x", "c": null}]}),
        Value::Null,
    ] {
        assert!(!differences("", &other, &document).is_empty(), "{other}");
        assert!(!differences("", &document, &other).is_empty(), "{other}");
    }
}
