//! Two processes on one store, killed at random: no damaged entry is ever trusted.
#![cfg(unix)]

use std::process::Command;
use streamscope_tests::harness::{executable, root};

/// A few seconds of what `tests/stores/run` does for five minutes.
#[test]
fn two_processes_that_fill_one_store_and_are_killed_leave_no_damaged_entry_that_is_trusted() {
    let output = Command::new(root().join("tests/stores/run")).arg(executable()).arg("12").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let number = |unit: &str| {
        let before = said.split(unit).next().unwrap().trim_end();
        before.rsplit(' ').next().unwrap().parse::<usize>().unwrap()
    };
    assert!(number(" kills") > 0, "{said}");
    assert!(said.contains("the same bytes"), "{said}");
}
