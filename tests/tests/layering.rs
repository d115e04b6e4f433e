//! Who may call whom: the edges between the workspace's crates are those of the table in `crates/README.md`, no others.
//! And what stands at the top level.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// A crate and the crates of ours that it may depend on.
const ALLOWED: [(&str, &[&str]); 20] = [
    ("kernels", &[]),
    ("reference", &[]),
    ("bounds", &[]),
    ("weights", &[]),
    ("jpeg", &[]),
    ("images", &["jpeg"]),
    ("analysis", &[]),
    ("report", &[]),
    ("testkit", &["bounds"]),
    ("autodiff", &["kernels"]),
    ("resnet", &["weights", "autodiff"]),
    ("featviz", &["resnet", "autodiff", "kernels"]),
    ("runs", &["weights", "resnet", "images", "featviz", "analysis", "report"]),
    // It compares what the others compute with what anybody else does.
    ("audit", ALL_BUT_TESTKIT),
    ("laws", &["reference", "bounds"]),
    ("subjects", &["laws", "kernels"]),
    ("xtask", &["runs", "audit", "bounds", "laws", "subjects"]),
    // Packages of tests and benchmarks look at everything.
    ("streamscope-tests", EVERYTHING),
    ("streamscope-benches", ALL_BUT_TESTKIT),
    ("streamscope-fuzz", ALL_BUT_TESTKIT),
];

const EVERYTHING: &[&str] = &[
    "testkit",
    "kernels",
    "reference",
    "bounds",
    "weights",
    "jpeg",
    "images",
    "analysis",
    "report",
    "autodiff",
    "resnet",
    "featviz",
    "runs",
    "audit",
    "laws",
    "subjects",
];

/// What is no test uses nothing that fails one.
const ALL_BUT_TESTKIT: &[&str] = EVERYTHING.split_first().unwrap().1;

/// What anybody's tests may use beside.
const IN_TESTS: [&str; 4] = ["testkit", "reference", "bounds", "laws"];

/// What examples use beside: they read weights and photographs, and write pictures.
const IN_EXAMPLES: [(&str, &str); 3] = [("resnet", "images"), ("featviz", "images"), ("featviz", "weights")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Every edge between crates of ours: from, to, and whether it is for tests alone.
fn edges() -> Vec<(String, String, bool)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    // A crate goes by its folder: the packages of those that are published have longer names.
    let crate_of = |package: &Value| {
        let folder = text(&package["manifest_path"]).replace('\\', "/");
        let folder =
            folder.trim_end_matches("/Cargo.toml").rsplit_once("/crates/").map(|(_, folder)| folder.to_owned());
        folder.unwrap_or_else(|| text(&package["name"]))
    };
    let ours: BTreeMap<String, String> = packages.iter().map(|p| (text(&p["name"]), crate_of(p))).collect();
    let mut edges = Vec::new();
    for package in packages {
        for dependency in package["dependencies"].as_array().unwrap() {
            if let Some(to) = ours.get(&text(&dependency["name"])) {
                edges.push((crate_of(package), to.clone(), dependency["kind"] == "dev"));
            }
        }
    }
    edges
}

/// The edges that the table does not allow.
fn forbidden(edges: &[(String, String, bool)]) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.into_iter().collect();
    let wrong = edges.iter().filter(|(from, to, test)| {
        let listed = allowed.get(from.as_str()).is_some_and(|targets| targets.contains(&to.as_str()));
        let beside = IN_TESTS.contains(&to.as_str()) || IN_EXAMPLES.contains(&(from.as_str(), to.as_str()));
        !(listed || *test && beside)
    });
    wrong.map(|(from, to, test)| format!("{from} -> {to}{}", if *test { " (tests)" } else { "" })).collect()
}

#[test]
fn crates_depend_on_what_the_table_allows() {
    let edges = edges();
    assert!(edges.len() > 15, "the edges were not read: {edges:?}");
    assert_eq!(forbidden(&edges), Vec::<String>::new());
}

#[test]
fn a_forbidden_edge_is_found() {
    let edge = |from: &str, to: &str, test| (from.to_owned(), to.to_owned(), test);
    let wrong = [
        edge("kernels", "reference", false),
        edge("report", "analysis", false),
        edge("reference", "kernels", true),
        edge("newcomer", "kernels", false),
        edge("audit", "testkit", false),
        edge("resnet", "images", false),
    ];
    assert_eq!(forbidden(&wrong).len(), 6);
    assert!(forbidden(&[edge("kernels", "reference", true), edge("xtask", "runs", false)]).is_empty());
}

#[test]
fn the_readme_of_the_crates_shows_the_same_table() {
    let readme = std::fs::read_to_string(root().join("crates/README.md")).unwrap();
    for (name, targets) in ALLOWED.into_iter().filter(|(_, targets)| targets.len() < ALL_BUT_TESTKIT.len()) {
        let line = readme.lines().find(|l| l.starts_with(&format!("| `{name}` |")));
        let line = line.unwrap_or_else(|| panic!("crates/README.md has no row for {name}"));
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let listed: BTreeSet<&str> = cells[2].split('`').filter(|w| EVERYTHING.contains(w)).collect();
        assert_eq!(listed, targets.iter().copied().collect(), "the row of {name}");
    }
}

/// What a checkout holds at its top level.
const TOP_LEVEL: [&str; 18] = [
    ".cargo",
    ".ci",
    ".git-blame-ignore-revs",
    ".github",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "crates",
    "fixtures",
    "rustfmt.toml",
    "tests",
    "xtask",
];

/// What git, cargo and the program leave there, and is no part of the project.
const LEFT_BY_TOOLS: [&str; 3] = [".git", "out", "target"];

/// The entries that are not listed, or are listed and missing.
fn misplaced_at_the_top(entries: &BTreeSet<String>) -> Vec<String> {
    let listed: BTreeSet<String> = TOP_LEVEL.into_iter().map(str::to_owned).collect();
    let here = entries.iter().filter(|entry| !LEFT_BY_TOOLS.contains(&entry.as_str()));
    let unlisted = here.filter(|entry| !listed.contains(*entry)).map(|entry| format!("{entry} is not listed"));
    unlisted.chain(listed.difference(entries).map(|entry| format!("{entry} is missing"))).collect()
}

#[test]
fn the_top_level_holds_what_is_listed_and_nothing_else() {
    let entries = std::fs::read_dir(root()).unwrap();
    let entries = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(misplaced_at_the_top(&entries), Vec::<String>::new());
}

#[test]
fn an_unlisted_and_a_missing_entry_of_the_top_level_are_found() {
    let mut entries: BTreeSet<String> = TOP_LEVEL.into_iter().chain(["target"]).map(str::to_owned).collect();
    assert!(misplaced_at_the_top(&entries).is_empty());
    entries.insert("docs".to_owned());
    entries.remove("tests");
    assert_eq!(misplaced_at_the_top(&entries), ["docs is not listed", "tests is missing"]);
}

/// `unsafe` lives in the micro-kernels alone: every other crate forbids it in its root, so that no attribute below can
/// allow it.
#[test]
fn every_crate_but_the_kernels_forbids_unsafe_code() {
    let mut roots: Vec<_> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|folder| folder.unwrap().path().join("src/lib.rs"))
        .filter(|path| path.is_file() && !path.ends_with("kernels/src/lib.rs"))
        .collect();
    assert!(roots.len() >= 13);
    for program in ["xtask", "benches", "tests/fuzz"] {
        roots.push(root().join(program).join("src/main.rs"));
    }
    roots.push(root().join("benches/src/bin/contender.rs"));
    for path in roots {
        let text = std::fs::read_to_string(&path).unwrap();
        let forbids = text.lines().any(|line| line == "#![forbid(unsafe_code)]");
        assert!(forbids, "{} does not forbid unsafe code", path.display());
    }
}

/// The one place beside the micro-kernels: the macro that calls what was compiled for an instruction set.
const DISPATCH: (&str, &str) = ("isa.rs", "macro_rules! per_isa {");

/// The lines with `unsafe` code outside of the micro-kernels and of the body of [`DISPATCH`], by file and number.
/// Comments and the names of lints do not count.
fn misplaced_unsafe(files: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in files {
        let mut dispatches = false;
        for (number, line) in (1..).zip(text.lines()) {
            if *name == DISPATCH.0 && line == DISPATCH.1 {
                dispatches = true;
            } else if line == "}" {
                dispatches = false;
            }
            let code = line.split("//").next().unwrap_or_default();
            let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
            let allowed = dispatches || name.starts_with("matmul/micro/");
            if words.any(|word| word == "unsafe") && !allowed {
                found.push(format!("{name}:{number}"));
            }
        }
    }
    found
}

/// Every source file below a folder, by its name there.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(here) = folders.pop() {
        for entry in std::fs::read_dir(here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy();
                files.push((name.replace('\\', "/"), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

#[test]
fn within_the_kernels_unsafe_code_is_in_the_micro_kernels_and_in_the_dispatch_to_them() {
    let files = sources(&root().join("crates/kernels/src"));
    assert!(files.len() > 30, "{} files", files.len());
    assert_eq!(misplaced_unsafe(&files), Vec::<String>::new());
    // The macro is where this test looks for it, and holds what it is for: a call for AVX-512 and one for AVX2.
    let file = |name: &str| files.iter().find(|(n, _)| n == name).cloned().unwrap();
    let (name, text) = file(DISPATCH.0);
    let renamed = vec![(format!("other_{name}"), text)];
    assert_eq!(misplaced_unsafe(&renamed).len(), 2);
    let (_, micro) = file("matmul/micro/mod.rs");
    assert!(!misplaced_unsafe(&[("matmul/mod.rs".to_owned(), micro)]).is_empty());
}

#[test]
fn misplaced_unsafe_code_is_found() {
    let found = |name: &str, text: &str| misplaced_unsafe(&[(name.to_owned(), text.to_owned())]);
    let block = "fn f() {\n    unsafe { g() }\n}\n";
    assert_eq!(found("dft/rows.rs", block), ["dft/rows.rs:2"]);
    assert_eq!(found("isa.rs", block), ["isa.rs:2"]);
    assert_eq!(found("matmul/pack.rs", "unsafe impl Sync for A {}"), ["matmul/pack.rs:1"]);
    let after = format!("{}\n    unsafe\n}}\n{block}", DISPATCH.1);
    assert_eq!(found("isa.rs", &after), ["isa.rs:5"]);
    assert!(found("matmul/micro/x86.rs", block).is_empty());
    assert!(found("norm.rs", "// unsafe\n#![allow(unsafe_code)]\n").is_empty());
}
