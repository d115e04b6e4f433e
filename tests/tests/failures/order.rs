//! The order of calls that outlives a power cut: write, sync the file, rename, sync the folder.

use super::commands::{
    ABLATE, ACTIVATIONS, AUDIT, BENCH, EXPLAIN, FAULTS, REPRODUCE, Small, VERIFY, VISUALIZE, files, grows,
    is_lost_lightly,
};
use super::trace::{Call, can_trace, traced};
use std::collections::BTreeSet;
use std::path::Path;

/// Asserts the order of all calls of one thread on what is below a folder; how many files were renamed into place.
fn assert_order(calls: &[Call], below: &Path) -> usize {
    let (mut written, mut synced) = (BTreeSet::new(), BTreeSet::new());
    let mut places = 0;
    let told: Vec<&Call> = calls.iter().filter(|c| c.succeeded).collect();
    for (at, call) in told.iter().enumerate() {
        if !call.is_below(below) {
            continue;
        }
        let path = call.paths[0].clone();
        if is_lost_lightly(&path) {
            continue;
        }
        let is_synced_before_the_next = |folder: &Path, next: &str| {
            let rest = &told[at + 1..];
            let rest = rest.iter().take_while(|call| call.name != next);
            rest.clone().any(|call| call.name == "sync" && call.paths[0] == folder)
        };
        match call.name {
            "open" if call.line.contains("O_CREAT") => {
                let temporary = path.extension().is_some_and(|e| e == "tmp");
                assert!(temporary || grows(&path), "made in place: {}", call.line);
                synced.remove(&path);
                if grows(&path) {
                    let folder = path.parent().unwrap();
                    assert!(is_synced_before_the_next(folder, "write"), "{}", call.line);
                }
            }
            "write" | "cut" => {
                synced.remove(&path);
                written.insert(path);
            }
            "sync" => {
                synced.insert(path);
            }
            "make" => {
                let parent = path.parent().unwrap();
                assert!(is_synced_before_the_next(parent, "make"), "{}", call.line);
            }
            "rename" => {
                assert!(synced.contains(&path), "not synced: {}", call.line);
                let folder = call.paths[1].parent().unwrap();
                assert!(is_synced_before_the_next(folder, "rename"), "{}", call.line);
                written.remove(&path);
                places += 1;
            }
            "remove" => {
                written.remove(&path);
                synced.remove(&path);
            }
            _ => {}
        }
    }
    for path in written {
        assert!(synced.contains(&path), "{} is not synced", path.display());
    }
    places
}

#[test]
fn every_file_is_synced_before_it_gets_its_name_and_its_folder_after() {
    if !can_trace() {
        return;
    }
    let order = |small: Small, least: usize| {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().canonicalize().unwrap();
        let (output, threads) = traced(small, &below, None);
        assert!(output.status.success(), "{output:?}");
        let places: usize = threads.iter().map(|t| assert_order(t, &below)).sum();
        // The journals of some and the files of all were seen.
        assert!(places >= least, "{small:?}: {places}");
        let grown = threads.iter().flatten();
        let grown = grown.filter(|c| c.name == "write" && c.is_below(&below) && grows(&c.paths[0]));
        // Of pictures and budgets, too, something grows, where there are any to keep.
        assert!(grown.count() > 0 || !["reproduce", "activations"].contains(&small.arguments[0]));
        let renamed = threads.iter().flatten().filter(|c| c.name == "rename" && c.succeeded);
        assert!(renamed.into_iter().any(|c| c.paths[1].starts_with(below.join(small.out))), "{small:?}");
    };
    order(REPRODUCE, 40);
    order(ACTIVATIONS, 1);
    // The table, the report and the figure.
    order(ABLATE, 4);
    order(VISUALIZE, 1);
    order(EXPLAIN, 1);
    // The page and what it says for programs.
    order(AUDIT, 2);
    order(FAULTS, 1);
    // The numbers, and the page that was there.
    order(BENCH, 2);
}

#[test]
fn verifying_asks_the_system_to_change_nothing_in_the_folder() {
    if !can_trace() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().canonicalize().unwrap();
    VERIFY.prepare(&below);
    let before = files(&below);
    let (output, threads) = traced(VERIFY, &below, None);
    assert!(output.status.success(), "{output:?}");
    let calls = || threads.iter().flatten().filter(|call| call.is_below(&below));
    let changes = |call: &&Call| match call.name {
        "open" => ["O_CREAT", "O_WRONLY", "O_RDWR", "O_TRUNC"].iter().any(|how| call.line.contains(how)),
        "close" => false,
        _ => true,
    };
    let changed: Vec<&String> = calls().filter(changes).map(|call| &call.line).collect();
    assert_eq!(changed, Vec::<&String>::new());
    // It read what it verified, and derived it elsewhere.
    assert!(calls().filter(|call| call.name == "open").count() > before.len());
    assert!(threads.iter().flatten().any(|call| call.name == "rename" && call.succeeded));
    assert!(files(&below) == before);
}
