//! Calls that fail at any one place.

use super::commands::{
    ABLATE, ACTIVATIONS, EXPLAIN, FAULTS, REPRODUCE, Small, VISUALIZE, assert_one_sentence, assert_only_finished,
    is_of_a_beginning,
};
use super::trace::{Call, can_trace, traced};
use std::collections::BTreeSet;

/// What fails, as strace calls it, and as [`Call`] does.
const KINDS: [(&str, &str); 4] = [
    ("write,pwrite64", "write"),
    ("fsync,fdatasync", "sync"),
    ("?rename,renameat,renameat2", "rename"),
    ("?mkdir,mkdirat", "make"),
];

/// Some of the numbers, the first and last among them.
fn spread(all: &BTreeSet<usize>, some: usize) -> BTreeSet<usize> {
    let all: Vec<usize> = all.iter().copied().collect();
    let last = all.len().saturating_sub(1);
    let chosen = (0..some).filter_map(|i| all.get(i * last / (some - 1)));
    chosen.copied().collect()
}

/// Lets a call of each kind fail at several places, one at a time, and the command go on after each.
fn fail_everywhere(small: Small, some: usize) {
    if !can_trace() {
        return;
    }
    // What is kept elsewhere from one time to the next is there the second time.
    let undisturbed = small.undisturbed();
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().canonicalize().unwrap();
    let (output, threads) = traced(small, &below, None);
    assert!(output.status.success(), "{output:?}");
    for (kind, name) in KINDS {
        // Calls are counted thread by thread, from one.
        let places = |calls: &Vec<Call>| {
            let calls = calls.iter().filter(|call| call.name == name);
            let here = (1..).zip(calls).filter(|(_, call)| call.is_below(&below));
            here.map(|(at, _)| at).collect::<Vec<usize>>()
        };
        let all: BTreeSet<usize> = threads.iter().flat_map(places).collect();
        assert!(!all.is_empty(), "{name}");
        let mut failed = 0;
        for (at, error) in spread(&all, some).into_iter().zip(["ENOSPC", "EIO"].into_iter().cycle()) {
            let folder = tempfile::tempdir().unwrap();
            let below = folder.path().canonicalize().unwrap();
            let after = format!("{error} at {name} {at} of {}", small.arguments[0]);
            let inject = format!("{kind}:error={error}:when={at}");
            let (output, threads) = traced(small, &below, Some(&inject));
            let calls: Vec<&Call> = threads.iter().flatten().collect();
            // Threads share their work as it comes: the call may be another one this time, such as one that prints.
            let mut injected = calls.iter().filter(|call| call.injected);
            if injected.clone().next().is_some() && injected.all(|call| call.is_below(&below)) {
                let said = assert_one_sentence(&output, &after);
                let named = if error == "ENOSPC" { "free space and run" } else { "Input/output error" };
                assert!(said.contains(named) && said.contains(": cannot write"), "{after}: {said}");
                failed += 1;
            }
            assert_only_finished(&below, &undisturbed, &after);
            for call in calls.iter().filter(|call| call.name == "rename" && call.succeeded) {
                let path = &call.paths[1];
                assert!(path.exists() || is_of_a_beginning(path), "lost after {after}: {}", call.line);
            }
            small.goes_on(&below, &undisturbed, &after);
        }
        assert!(failed > 0, "no {name} of {small:?} failed");
    }
}

#[test]
fn a_reproduction_whose_disk_fails_anywhere_loses_nothing_and_goes_on() {
    fail_everywhere(REPRODUCE, 3);
}

#[test]
fn an_archive_whose_disk_fails_anywhere_loses_nothing_and_goes_on() {
    fail_everywhere(ACTIVATIONS, 5);
}

#[test]
fn an_ablation_whose_disk_fails_anywhere_loses_nothing_and_goes_on() {
    fail_everywhere(ABLATE, 4);
}

#[test]
fn a_picture_whose_disk_fails_anywhere_is_made_again() {
    fail_everywhere(VISUALIZE, 3);
}

#[test]
fn an_explanation_whose_disk_fails_anywhere_is_written_again() {
    fail_everywhere(EXPLAIN, 2);
}

#[test]
fn a_table_of_faults_whose_disk_fails_anywhere_is_written_again() {
    fail_everywhere(FAULTS, 2);
}
