//! The flag of `test`, and its steps.

use crate::Tested;
use crate::cargo::Cargo;
use streamscope_tests::harness::run;

pub(crate) const FLAGS: &[Tested] = &[("--isa", an_instruction_set_that_is_lacking_is_an_error)];

/// The steps as cargo is called for them.
const STEPS: [(&str, &str); 4] = [
    ("format", "fmt --all --check"),
    ("lints", "clippy --workspace --all-targets --quiet -- --deny warnings"),
    ("tests", "test --workspace"),
    ("documentation", "doc --workspace --no-deps --quiet"),
];

/// Runs `test` with a cargo that does something: the exit code, what was said, and cargo's calls.
fn test(does: &str, arguments: &[&str]) -> (Option<i32>, String, Vec<String>) {
    let cargo = Cargo::that(does);
    let output = cargo.program(&[&["test"][..], arguments].concat()).output();
    let output = output.unwrap();
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said, cargo.calls())
}

/// The instruction sets of this processor and those that it lacks, by what it says of itself.
fn detected() -> (Vec<&'static str>, Vec<&'static str>) {
    let has = |name: &&str| match *name {
        #[cfg(target_arch = "x86_64")]
        "avx512" => std::is_x86_feature_detected!("avx512f"),
        #[cfg(target_arch = "x86_64")]
        "avx2" => std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma"),
        name => name == "portable",
    };
    ["avx512", "avx2", "portable"].into_iter().partition(has)
}

#[test]
fn every_step_is_run_once_in_its_order_and_said_before() {
    let does = "echo \"$1 in $(pwd) with '$RUSTDOCFLAGS'\" >&2";
    let (code, said, calls) = test(does, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(calls, STEPS.map(|(_, call)| call));
    let project = streamscope_tests::harness::root().display().to_string();
    let (has, lacks) = detected();
    let mut expected = vec![format!("instruction sets: {}", has.join(", "))];
    if !lacks.is_empty() {
        let lacks = lacks.join(", ");
        expected.push(format!("skipped, because this processor lacks them: {lacks}"));
    }
    let there = |name: &str| std::process::Command::new(name).arg("--version").output().is_ok();
    if !["chromium", "chromium-browser", "google-chrome"].into_iter().any(there) || !there("chromedriver") {
        let skipped = "skipped, because there is no chromium with its chromedriver: tests of the page in a browser";
        expected.push(skipped.to_owned());
    }
    for (name, call) in STEPS {
        let word = call.split(' ').next().unwrap();
        // Warnings of the documentation are errors; nothing else is told how to document.
        let flags = if word == "doc" { "--deny warnings" } else { "" };
        expected.push(format!("{name}: cargo {call}"));
        expected.push(format!("{word} in {project} with '{flags}'"));
    }
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn the_first_step_that_fails_is_the_last() {
    for (at, (name, call)) in STEPS.into_iter().enumerate() {
        let word = call.split(' ').next().unwrap();
        let (code, said, calls) = test(&format!("[ \"$1\" != {word} ] || exit 101"), &[]);
        assert_eq!(code, Some(1), "{said}");
        assert_eq!(calls.len(), at + 1, "{name}: {calls:?}");
        let last = format!("error: {name}: cargo {call} failed");
        assert_eq!(said.lines().last(), Some(last.as_str()));
    }
}

#[test]
fn an_instruction_set_that_is_lacking_is_an_error() {
    let (has, lacks) = detected();
    let all = has.join(",");
    for list in [all.as_str(), "portable"] {
        let (code, said, calls) = test("exit 0", &["--isa", list]);
        assert_eq!((code, calls.len()), (Some(0), 4), "{said}");
    }
    for name in lacks {
        let (code, said, calls) = test("exit 0", &["--isa", &format!("portable,{name}")]);
        let expected = format!("error: --isa {name}: expected a processor that has it, found one that lacks it\n");
        assert_eq!((code, said, calls.len()), (Some(1), expected, 0));
    }
    let output = run(&["test", "--isa", "portable,sse9"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("'sse9' for '--isa <LIST>'"), "{said}");
}
