//! The flags of `laws`, and what it prints.

use crate::Tested;
use crate::small::{json, said};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use streamscope_tests::harness::{program, succeed};

pub(crate) const FLAGS: &[Tested] = &[
    ("<OPERATION>", those_operations_are_tried_or_all),
    ("--law", those_laws_are_tried_or_all),
    ("--cases", so_many_cases_are_tried),
    ("--seed", another_seed_means_other_cases),
    ("--isa", those_instruction_sets_are_tried_or_the_fastest),
    ("--json", every_law_is_in_the_file),
];

/// The rows that are printed: an operation on an instruction set, and its cells.
fn rows(more: &[&str]) -> Vec<(String, Vec<String>)> {
    let printed = succeed(program(&["laws", "--cases", "1"]).args(more));
    let row = |line: &str| {
        let (name, cells) = line.split_once("  ").unwrap();
        (name.to_owned(), cells.trim().split(", ").map(str::to_owned).collect())
    };
    printed.lines().map(row).collect()
}

/// What is written to a file, and the lines of it.
fn report(folder: &Path, more: &[&str]) -> (Value, Vec<Value>) {
    let path = folder.join("deep/laws.json");
    let path = path.display().to_string();
    succeed(program(&["laws", "--json", &path]).args(more));
    let report = json(Path::new(&path));
    let laws = report["laws"].as_array().unwrap().clone();
    (report, laws)
}

#[test]
pub(crate) fn those_operations_are_tried_or_all() {
    let of = |more: &[&str]| rows(more).into_iter().map(|(name, _)| name.split(" on ").next().unwrap().to_owned());
    let all: Vec<String> = of(&[]).collect();
    assert!(all.len() > 25 && all.iter().collect::<BTreeSet<_>>().len() == all.len(), "{all:?}");
    let some: Vec<String> = of(&["relu", "matmul"]).collect();
    assert_eq!(some, ["matmul", "relu"]);
    // An unknown one lists those that there are.
    let (code, said) = said(&mut program(&["laws", "matmull"]));
    assert_eq!(code, Some(2));
    assert_eq!(said, format!("error: no operation is called 'matmull': expected some of {}\n", all.join(", ")));
}

#[test]
pub(crate) fn those_laws_are_tried_or_all() {
    let laws = |more: &[&str]| -> Vec<String> {
        let cells = rows(more).remove(0).1;
        cells.iter().map(|cell| cell.split(' ').next().unwrap().to_owned()).collect()
    };
    let all = laws(&["matmul"]);
    assert!(all.len() >= 12 && all.contains(&"chain".to_owned()), "{all:?}");
    assert_eq!(laws(&["matmul", "--law", "chain,twin"]), ["twin", "chain"]);
    // A law that only other operations have is none of this one's.
    let (code, said) = said(&mut program(&["laws", "matmul", "--law", "crop"]));
    assert_eq!(code, Some(2));
    let sentence = "error: --law crop: no law of these operations is called so: expected some of ";
    assert_eq!(said, format!("{sentence}{}\n", all.join(", ")));
}

#[test]
pub(crate) fn so_many_cases_are_tried() {
    let folder = tempfile::tempdir().unwrap();
    for (more, cases) in [(&["--cases", "7"][..], 7), (&[], 100)] {
        let (report, laws) = report(folder.path(), &[&["relu"], more].concat());
        assert_eq!(report["cases"], cases);
        assert!(laws.iter().all(|law| law["cases"] == cases || law["result"] == "not claimed"), "{laws:?}");
    }
    let (code, said) = said(&mut program(&["laws", "--cases", "0"]));
    assert!(code == Some(2) && said.contains("--cases") && said.contains("1 or more"), "{said}");
}

#[test]
pub(crate) fn another_seed_means_other_cases() {
    let folder = tempfile::tempdir().unwrap();
    let worst = |more: &[&str]| {
        let (report, laws) = report(folder.path(), &[&["matmul", "--law", "twin", "--cases", "20"], more].concat());
        (report["seed"].as_u64().unwrap(), laws[0]["worst"].as_f64().unwrap())
    };
    let (default, zero, one) = (worst(&[]), worst(&["--seed", "0"]), worst(&["--seed", "1"]));
    assert_eq!(default, zero);
    assert_eq!((zero.0, one.0), (0, 1));
    assert_ne!(zero.1, one.1);
}

#[test]
pub(crate) fn those_instruction_sets_are_tried_or_the_fastest() {
    let of = |more: &[&str]| -> Vec<String> {
        let named = rows(&[&["matmul"], more].concat()).into_iter();
        named.map(|(name, _)| name.strip_prefix("matmul on ").unwrap().to_owned()).collect()
    };
    assert_eq!(of(&["--isa", "portable"]), ["portable"]);
    let fastest = of(&[]);
    assert_eq!(fastest.len(), 1);
    assert_eq!(of(&["--isa", &format!("portable,{}", fastest[0])]), ["portable", &fastest[0]]);
    let (code, said) = said(&mut program(&["laws", "--isa", "sse9"]));
    assert!(code == Some(2) && said.contains("sse9") && said.contains("portable"), "{said}");
}

#[test]
fn every_law_is_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (_, laws) = report(folder.path(), &["max-pool", "convolution-gradient", "--cases", "5", "--isa", "portable"]);
    let texts = |key: &str| laws.iter().map(|law| law[key].as_str().unwrap()).collect::<BTreeSet<_>>();
    assert_eq!(texts("operation"), BTreeSet::from(["convolution-gradient", "max-pool"]));
    assert_eq!(texts("isa"), BTreeSet::from(["portable"]));
    assert_eq!(texts("result"), BTreeSet::from(["held", "not claimed"]));
    assert!(texts("law").contains("monotone") && texts("about").iter().all(|about| about.len() > 10));
    // What rounds uses some of its bound; what is exact nothing.
    let worst = |of: &str, law: &str| {
        let line = laws.iter().find(|line| line["operation"] == of && line["law"] == law);
        line.unwrap()["worst"].as_f64().unwrap()
    };
    assert_eq!(worst("max-pool", "twin"), 0.0);
    assert!(worst("convolution-gradient", "linearity") < 1.0);
    let nowhere = folder.path().join("deep/laws.json/below.json").display().to_string();
    let (code, said) = said(&mut program(&["laws", "relu", "--cases", "1", "--json", &nowhere]));
    assert_eq!(code, Some(2));
    assert!(
        said.lines().next_back().unwrap().starts_with(&format!("error: {nowhere}: cannot write the report: ")),
        "{said}"
    );
}
