//! The flags of `bench`, which it passes on to the benchmarks, and what stands in for cargo there.

use crate::Tested;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use streamscope_tests::harness::{program, root};
use tempfile::TempDir;

pub(crate) const FLAGS: &[Tested] = &[
    ("<SUBJECTS>", subjects_are_passed_on_in_their_order),
    ("--weights", weights_are_passed_on),
    ("--images", images_are_passed_on),
    ("--threads", threads_are_passed_on_as_a_list),
    ("--json", the_file_to_write_is_passed_on),
    ("--against", the_file_to_compare_with_is_passed_on),
    ("--page", the_page_is_passed_on),
    ("--roofline", the_roofline_is_passed_on),
];

/// A cargo that does what a test says.
pub(crate) struct Cargo(TempDir);

impl Cargo {
    /// One that runs this in a shell; `root` is the project's folder there.
    pub(crate) fn that(does: &str) -> Cargo {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("behaves"), does).unwrap();
        fs::write(folder.path().join("calls"), "").unwrap();
        Cargo(folder)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    /// The program, with this cargo.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = program(arguments);
        // In the project, and not written by the test: nobody can start a file that is still open for writing.
        let script: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flags/cargo.sh");
        command
            .env("CARGO", script)
            .env("CALLS", self.folder().join("calls"))
            .env("BEHAVES", self.folder().join("behaves"))
            .env("root", root());
        command
    }

    /// The arguments of every call, a line each.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.folder().join("calls")).unwrap();
        calls.lines().map(str::to_owned).collect()
    }
}

/// What `bench` hands to the benchmarks behind their name.
#[track_caller]
fn passed_on(arguments: &[&str]) -> String {
    let cargo = Cargo::that("exit 0");
    let output = cargo.program(&[&["bench"][..], arguments].concat()).output();
    let output = output.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.as_str()), (Some(0), ""));
    let manifest = root().join("Cargo.toml");
    let start = format!(
        "run --release --quiet --package streamscope-benches --bin streamscope-bench --manifest-path {} --",
        manifest.display()
    );
    let calls = cargo.calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    calls[0].strip_prefix(&start).expect(&calls[0]).trim_start().to_owned()
}

#[test]
fn subjects_are_passed_on_in_their_order() {
    assert_eq!(passed_on(&[]), "");
    let all = ["scan", "kernels", "featviz", "forward"];
    assert_eq!(passed_on(&all), all.join(" "));
}

#[test]
fn weights_are_passed_on() {
    assert_eq!(passed_on(&["--weights", "a b"]), "--weights a b");
}

#[test]
fn images_are_passed_on() {
    assert_eq!(passed_on(&["--images", "c", "scan"]), "scan --images c");
}

#[test]
fn threads_are_passed_on_as_a_list() {
    assert_eq!(passed_on(&["--threads", "3"]), "--threads 3");
    assert_eq!(passed_on(&["--threads", "4,1,2"]), "--threads 4,1,2");
}

#[test]
fn the_file_to_write_is_passed_on() {
    assert_eq!(passed_on(&["--json", "d"]), "--json d");
}

#[test]
fn the_file_to_compare_with_is_passed_on() {
    assert_eq!(passed_on(&["--against", "e"]), "--against e");
}

#[test]
fn the_page_is_passed_on() {
    assert_eq!(passed_on(&["--page", "f"]), "--page f");
}

#[test]
fn the_roofline_is_passed_on() {
    assert_eq!(passed_on(&["--roofline", "g", "kernels"]), "kernels --roofline g");
}

#[test]
fn all_flags_at_once_are_passed_on_each_with_its_own_value() {
    let given = [
        "forward",
        "--roofline",
        "r",
        "--page",
        "p",
        "--against",
        "a",
        "--json",
        "j",
        "--images",
        "i",
        "--weights",
        "w",
        "--threads",
        "1,2",
    ];
    let expected = "forward --threads 1,2 --weights w --images i --json j --against a --page p --roofline r";
    assert_eq!(passed_on(&given), expected);
}

fn ended(does: &str) -> Output {
    Cargo::that(does).program(&["bench"]).output().unwrap()
}

#[test]
fn how_the_benchmarks_end_is_how_the_command_ends() {
    let output = ended("echo printed; echo wrong >&2; exit 7");
    assert_eq!(output.status.code(), Some(7));
    // What they say goes through, and nothing is added.
    assert_eq!((&*output.stdout, &*output.stderr), (&b"printed\n"[..], &b"wrong\n"[..]));
    let killed = ended("kill -s KILL $$");
    let said = String::from_utf8(killed.stderr).unwrap();
    assert_eq!(killed.status.code(), Some(2), "{said}");
    assert_eq!(said, "error: bench: the benchmarks were killed\n");
}

#[test]
fn a_cargo_that_is_not_there_is_said_by_what_needs_it() {
    for (arguments, what) in [(&["bench"][..], "bench"), (&["test"], "format")] {
        let output = program(arguments).env("CARGO", "/no/such/cargo").output();
        let output = output.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let code = if what == "bench" { 2 } else { 1 };
        assert_eq!(output.status.code(), Some(code), "{said}");
        let expected = format!("error: {what}: cannot start /no/such/cargo: ");
        assert!(said.lines().last().unwrap().starts_with(&expected), "{said}");
    }
}
