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
            assert!(said.contains("the same bytes") && said.contains("n2 died") && said.contains("requeued"), "{said}");
        }
        Some(SKIPPED) => println!("{}", said.trim_end()),
        _ => panic!("{said}{}", String::from_utf8_lossy(&output.stderr)),
    }
}
