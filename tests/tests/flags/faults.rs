//! The flags of `faults`, and what it says of faults that are caught, that survive, and that are none.

use crate::Tested;
use crate::cargo::Cargo;
use std::fs;
use std::path::Path;
use std::process::Output;
use streamscope_tests::harness::{program, root, succeed};

pub(crate) const FLAGS: &[Tested] = &[
    ("<NAME>", those_that_are_named_are_tried_or_all),
    ("--list", a_list_tries_nothing),
    ("--markdown", the_table_is_written_where_it_is_named),
];

/// A fault of the list: its name, its file, and what has to notice it.
#[derive(Clone)]
struct Fault {
    name: String,
    file: String,
    noticed_by: String,
}

const NAMES: [&str; 3] = ["conv-strides-swapped", "matmul-transposed-when-packed", "winograd-taps-transposed"];

/// A line of the list.
fn listed(line: &str) -> Fault {
    let (name, rest) = line.split_once(": ").unwrap();
    let (file, noticed_by) = rest.split_once(" (").unwrap();
    Fault { name: name.to_owned(), file: file.to_owned(), noticed_by: noticed_by.strip_suffix(')').unwrap().to_owned() }
}

/// Two faults that tests notice, in different files, and one that the audit does. They are named, so that these tests
/// run in a copy of the source that has another fault, too, whose text is not found there.
fn three() -> [Fault; 3] {
    let printed = succeed(&mut program(&["faults", "--list", NAMES[0], NAMES[1], NAMES[2]]));
    let faults: Vec<Fault> = printed.lines().map(listed).collect();
    let [first, second, third] = <[Fault; 3]>::try_from(faults).ok().unwrap();
    assert!(first.noticed_by.starts_with("cargo test "));
    assert!(second.noticed_by.starts_with("cargo test "));
    assert!(third.noticed_by.starts_with("cargo xtask audit: "));
    assert!(first.file != second.file && second.file != third.file && first.file != third.file);
    assert!(first.noticed_by != second.noticed_by);
    [first, second, third]
}

/// A condition of the shell: in the copy, the file of a fault is not the project's.
fn is_in(fault: &Fault) -> String {
    format!("! cmp -s {0} \"$root/{0}\"", fault.file)
}

fn run(cargo: &Cargo, arguments: &[&str]) -> (Option<i32>, Vec<String>, Vec<String>) {
    let target = cargo.folder().join("target");
    let mut command = cargo.program(&[&["faults"][..], arguments].concat());
    let Output { status, stdout, stderr } = command.env("CARGO_TARGET_DIR", target).output().unwrap();
    let lines = |bytes| -> Vec<String> {
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(str::to_owned).collect()
    };
    (status.code(), lines(stdout), lines(stderr))
}

#[test]
fn a_list_tries_nothing() {
    let cargo = Cargo::that("exit 1");
    let (code, printed, said) = run(&cargo, &["--list"]);
    let in_a_copy = said.first().is_some_and(|l| l.contains(": expected '") && l.contains("' once in "));
    if in_a_copy {
        // The text of a fault is gone where it is tried: that is for the list's own test to say, and for no other.
        return;
    }
    assert_eq!((code, said.len(), cargo.calls().len()), (Some(0), 0, 0));
    let toml = fs::read_to_string(root().join("tests/faults/faults.toml")).unwrap();
    assert_eq!(printed.len(), toml.matches("[[fault]]").count());
    assert!(!cargo.folder().join("target").exists());
    let [first, _, third] = three();
    let (code, one, _) = run(&cargo, &["--list", &third.name, &first.name]);
    let line = |f: &Fault| format!("{}: {} ({})", f.name, f.file, f.noticed_by);
    assert_eq!((code, one), (Some(0), vec![line(&third), line(&first)]));
}

/// Which files of the copy differ from the project's.
fn changed(cargo: &Cargo, faults: &[Fault]) -> Vec<String> {
    let tree = cargo.folder().join("target/faults/tree");
    let differs = |f: &&Fault| fs::read(tree.join(&f.file)).unwrap() != fs::read(root().join(&f.file)).unwrap();
    faults.iter().filter(differs).map(|f| f.file.clone()).collect()
}

#[test]
pub(crate) fn those_that_are_named_are_tried_or_all() {
    let faults = three();
    let [first, second, third] = &faults;
    // What notices each: a test, nothing, and the audit's own line.
    let (_, step) = third.noticed_by.split_once(": ").unwrap();
    let does = format!(
        "case \"$*\" in *--no-run*) exit 0;; build*) exit 0;; esac
         echo \"$CARGO_TARGET_DIR|$CARGO_PROFILE_DEV_DEBUG|$STREAMSCOPE_DATA|$PROPTEST_FAILURE_PERSISTENCE|$(pwd)\" >> \"$CALLS.env\"
         case \"$*\" in *' --out '*) for last; do :; done
             # What an audit before it wrote would be taken for this one's.
             [ ! -e \"$last\" ] || echo stale >> \"$CALLS.stale\"; mkdir -p \"$last\";; esac
         if {}; then echo 'test a::b ... FAILED'; exit 101; fi
         if {}; then echo '{step}  w  FAIL'; exit 1; fi
         exit 0",
        is_in(first),
        is_in(third)
    );
    let cargo = Cargo::that(&does);
    let names: Vec<&str> = faults.iter().map(|f| f.name.as_str()).collect();
    let (code, printed, said) = run(&cargo, &names);
    assert_eq!(code, Some(1), "{said:#?}");
    let width = names.iter().map(|n| n.len()).max().unwrap();
    let outcomes = ["caught by a::b".to_owned(), "SURVIVED".to_owned(), format!("caught by the audit's line `{step}`")];
    let row = |(name, outcome): (&&str, &String)| format!("{name:width$}  {outcome}");
    let rows: Vec<String> = names.iter().zip(&outcomes).map(row).collect();
    assert_eq!(printed, rows);
    assert_eq!(said.last().unwrap(), "error: 1 of 3 faults not caught");
    for (number, (name, outcome)) in (1..).zip(names.iter().zip(&outcomes)) {
        let line = format!("{number} of 3: {name}: {outcome}");
        assert_eq!(said.iter().filter(|l| **l == line).count(), 1, "{said:#?}");
    }
    let without = said.iter().filter(|l| l.starts_with("without a fault, "));
    assert_eq!(without.count(), 3, "{said:#?}");
    assert_eq!(changed(&cargo, &faults), Vec::<String>::new());

    // Each check is built and run once without a fault, and once with each: that is what cargo was called for.
    let tests = second.noticed_by.strip_prefix("cargo ").unwrap();
    let calls = cargo.calls();
    let count = |call: &str| calls.iter().filter(|c| *c == call).count();
    assert_eq!((calls.len(), count(tests)), (12, 2), "{calls:#?}");
    assert_eq!(count(&tests.replacen("test", "test --no-run", 1)), 2);
    assert_eq!(count("build --package xtask"), 2);
    let place = cargo.folder().join("target/faults");
    let audit = place.join("audit").display().to_string();
    assert_eq!(count(&format!("run --quiet --package xtask -- audit --out {audit}")), 2);
    let (target, data) = (place.join("target"), place.join("no-data"));
    let expected = format!("{}|0|{}|off|", target.display(), data.display());
    let environment = fs::read_to_string(cargo.folder().join("calls.env")).unwrap();
    for line in environment.lines() {
        let tree = line.strip_prefix(&expected).expect(line);
        assert_eq!(fs::canonicalize(tree).unwrap(), fs::canonicalize(place.join("tree")).unwrap());
    }
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
    assert!(place.join("audit").exists() && !cargo.folder().join("calls.stale").exists());

    // One alone, which is caught.
    let (code, printed, said) = run(&cargo, &[&first.name]);
    let row = format!("{}  caught by a::b", first.name);
    assert_eq!((code, printed), (Some(0), vec![row]), "{said:#?}");
    assert_eq!(cargo.calls().len(), 12 + 4);
    let (code, _, said) = run(&cargo, &["no-such-fault"]);
    let sentence = "error: no fault is called 'no-such-fault': see cargo xtask faults --list";
    assert_eq!((code, said), (Some(2), vec![sentence.to_owned()]));
}

/// Tries the first fault where its tests end in some way: the exit code, what was printed, and said.
fn ends(while_building: &str, with_fault: &str) -> (Option<i32>, Vec<String>, Vec<String>) {
    let [first, ..] = three();
    let does = format!(
        "if {}; then case \"$*\" in *--no-run*) {while_building};; esac; {with_fault}; fi; exit 0",
        is_in(&first)
    );
    let cargo = Cargo::that(&does);
    let found = run(&cargo, &[&first.name]);
    assert_eq!(changed(&cargo, &[first]), Vec::<String>::new());
    found
}

#[test]
fn what_is_no_fault_is_broken_and_not_caught() {
    let [first, ..] = three();
    let build = "echo 'error[E1]: no such type' >&2; exit 101";
    let (code, printed, said) = ends(build, "exit 0");
    let row = format!("{}  BROKEN: error[E1]: no such type", first.name);
    assert_eq!((code, printed), (Some(1), vec![row]));
    assert_eq!(said.last().unwrap(), "error: 1 of 1 faults not caught");
}

#[test]
fn what_fails_without_a_fault_catches_none_and_does_not_end_the_others() {
    let [first, second, _] = three();
    for (does, words) in [
        ("case \"$*\" in *--no-run*) echo 'error: broken' >&2; exit 101;; esac", "it does not build: error: broken"),
        ("case \"$*\" in *--no-run*) exit 0;; esac; echo 'test c::d ... FAILED'; exit 101", "c::d fails"),
    ] {
        let own = first.noticed_by.strip_prefix("cargo test ").unwrap();
        let does = format!("case \"$*\" in *'{own}'*) {does};; esac; exit 0");
        let cargo = Cargo::that(&does);
        let (code, printed, said) = run(&cargo, &[&first.name, &second.name]);
        let width = first.name.len().max(second.name.len());
        let rows = [
            format!("{:width$}  BROKEN: without it, {words}", first.name),
            format!("{:width$}  SURVIVED", second.name),
        ];
        assert_eq!((code, &printed[..]), (Some(1), &rows[..]), "{said:#?}");
        assert!(said.contains(&format!("{}: without a fault, {words}", first.noticed_by)), "{said:#?}");
        assert_eq!(said.last().unwrap(), "error: 2 of 2 faults not caught");
        // With the fault it was not tried.
        assert!(!cargo.calls().is_empty());
    }
}

#[test]
fn the_table_is_written_where_it_is_named() {
    let [first, second, _] = three();
    let does = format!("if {}; then echo 'test a::b ... FAILED'; exit 101; fi", is_in(&second));
    // Building fails then, too: with a sentence that nobody gives.
    let cargo = Cargo::that(&format!("case \"$*\" in *--no-run*) exit 0;; esac; {does}"));
    let table = cargo.folder().join("deep/er.md");
    let path = table.display().to_string();
    let (code, ..) = run(&cargo, &["--markdown", &path, &second.name, &first.name]);
    assert_eq!(code, Some(1));
    let expected = format!(
        "| fault | in | result |\n| --- | --- | --- |\n| {} | `{}` | caught by a::b |\n| {} | `{}` | SURVIVED |\n",
        second.name, second.file, first.name, first.file
    );
    assert_eq!(fs::read_to_string(&table).unwrap(), expected);
    let nowhere = format!("{path}/below.md");
    let (code, _, said) = run(&cargo, &["--markdown", &nowhere, &second.name]);
    assert_eq!(code, Some(2));
    let sentence = format!("error: {nowhere}: cannot write the table: ");
    assert!(said.last().unwrap().starts_with(&sentence), "{said:?}");
    assert!(Path::new(&table).is_file());
}
