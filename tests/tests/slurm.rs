//! A run spread over two nodes of a real Slurm leaves the bytes of a run without it, whatever happens to a node and to tasks.

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::process::Command;
use streamscope_tests::harness::{executable, root};

/// What the script says where there is no Slurm, or no right to start one.
const SKIPPED: i32 = 77;

#[test]
fn a_run_over_two_nodes_of_which_one_dies_has_the_bytes_of_a_run_on_one_machine() {
    let output = Command::new(root().join("tests/slurm/run")).arg(executable()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    match output.status.code() {
        Some(0) => {
            for happened in
                ["the same bytes", "n2 died", "requeued", "ended by its time limit", "No space left on device"]
            {
                assert!(said.contains(happened), "{happened}: {said}");
            }
            // What was lost and made again is said.
            let named = said.lines().filter(|line| line.starts_with("named by the job that finishes: shard "));
            let named: Vec<&str> = named.collect();
            assert!(named.iter().any(|line| line.contains("shard 3/4") && line.contains("failed (")), "{said}");
        }
        Some(SKIPPED) => println!("{}", said.trim_end()),
        _ => panic!("{said}{}", String::from_utf8_lossy(&output.stderr)),
    }
}
