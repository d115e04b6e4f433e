//! Which folder the data from outside is taken from.

use std::process::Command;
use testkit::golden::{DATA_VARIABLE, data_dir};

/// Run once more below as a process of its own, with the variable set.
#[test]
fn a_folder_that_was_named_is_the_only_one_that_is_looked_at() {
    if let Some(named) = std::env::var_os("A_FOLDER_THAT_IS_NOT_THERE") {
        assert_eq!(std::env::var_os(DATA_VARIABLE), Some(named));
        assert_eq!(data_dir(), None);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mistyped = folder.path().join("mistyped");
    let this = "a_folder_that_was_named_is_the_only_one_that_is_looked_at";
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "--nocapture"]).arg(this);
    let output = again.env(DATA_VARIABLE, &mistyped).env("A_FOLDER_THAT_IS_NOT_THERE", &mistyped).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("1 passed"));
    assert!(said.contains(&format!("skipped: no reference data in {} ", mistyped.display())), "{said}");
}
