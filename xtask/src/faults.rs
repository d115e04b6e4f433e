//! `cargo xtask faults`: do the tests notice a mistake?
//!
//! Every fault of `tests/faults/faults.toml` is put into a copy of the source, alone, and the tests named with it are
//! run there, or the audit. One of the tests has to fail, or the line of the audit that is named: a fault that nothing
//! notices survives, and says where the tests have a hole. Nothing is waited for without end: what never ends is
//! killed.

mod bounded;
mod list;
mod tree;
mod trial;

use crate::flags;
use anyhow::anyhow;
use list::{Check, Fault};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::time::{Duration, Instant};
use tree::Tree;
use trial::{Found, Outcome, Trial};

/// Lists the faults, or tries them: a table to stdout, and exit code 1 if any is not caught.
pub(crate) fn run(root: &Path, flags: &flags::Faults) -> anyhow::Result<()> {
    let all = list::read(&root.join("tests/faults/faults.toml"))?;
    let faults = list::chosen(&all, &flags.names)?;
    for fault in &faults {
        fault.applied(root)?;
    }
    if flags.list {
        let line = |f: &&Fault| format!("{}: {} ({})", f.name, f.file, f.noticed_by());
        let lines: Vec<String> = faults.iter().map(line).collect();
        // All at once, so that a reader who wants the first few lines does not close the pipe in between.
        crate::print(&lines.join("\n"));
        return Ok(());
    }
    let (tree, trial) = copy(root)?;
    let without = without_fault(&trial, &faults)?;
    let mut outcomes = Vec::new();
    for (fault, number) in faults.iter().zip(1..) {
        let faulty = fault.applied(tree.root())?;
        let outcome = match &without[&fault.check] {
            Ok(took) => tree.with(&fault.file, &faulty, || trial.run(fault, limit(*took)))??,
            Err(words) => Outcome::Broken(format!("without it, {words}")),
        };
        let count = faults.len();
        crate::say(&format!("{number} of {count}: {}: {outcome}", fault.name));
        outcomes.push(outcome);
    }
    let rows: Vec<(&Fault, &Outcome)> = faults.iter().copied().zip(&outcomes).collect();
    let width = faults.iter().map(|f| f.name.len()).max().unwrap_or(0);
    for (fault, outcome) in &rows {
        crate::print(&format!("{:width$}  {outcome}", fault.name));
    }
    if let Some(path) = &flags.markdown {
        let write = |e| anyhow!("{}: cannot write the table: {e}{}", path.display(), runs::way_on(&e));
        runs::write_atomically(path, markdown(&rows).as_bytes()).map_err(write)?;
    }
    let left = rows.iter().filter(|(_, o)| !o.is_caught()).count();
    if left > 0 {
        crate::say(&format!("error: {left} of {} faults not caught", rows.len()));
        exit(crate::FAILED.into());
    }
    Ok(())
}

/// The copy of the source, and how tests are run in it.
fn copy(root: &Path) -> anyhow::Result<(Tree, Trial)> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let place = std::path::absolute(target)?.join("faults");
    let data = place.join("no-data");
    fs::create_dir_all(&data)?;
    let tree = Tree::copy(root, &place.join("tree"))?;
    let trial = Trial { tree: tree.root().to_owned(), target: place.join("target"), audit: place.join("audit"), data };
    Ok((tree, trial))
}

/// How long a check may take on a fault, where it takes some time without: a test that fails shrinks what it failed on,
/// which takes some runs more.
fn limit(without: Duration) -> Duration {
    Duration::from_secs(60) + 5 * without
}

/// Runs the checks of `faults` on the source as it is, and gives the time that each took, or what is wrong with it: what
/// fails there would catch anything.
fn without_fault<'a>(
    trial: &Trial,
    faults: &[&'a Fault],
) -> anyhow::Result<BTreeMap<&'a Check, Result<Duration, String>>> {
    let checks: BTreeSet<&Check> = faults.iter().map(|f| &f.check).collect();
    let (mut found, count) = (BTreeMap::new(), checks.len());
    for (check, number) in checks.into_iter().zip(1..) {
        crate::say(&format!("without a fault, {number} of {count}: {check}"));
        let result = match trial.build(check)? {
            Some(error) => Err(format!("it does not build: {error}")),
            None => {
                let started = Instant::now();
                match trial.check(check, trial::LONGEST)? {
                    Found::Nothing => Ok(started.elapsed()),
                    found => Err(found.to_string()),
                }
            }
        };
        if let Err(words) = &result {
            crate::say(&format!("{check}: without a fault, {words}"));
        }
        found.insert(check, result);
    }
    Ok(found)
}

fn markdown(rows: &[(&Fault, &Outcome)]) -> String {
    let mut text = "| fault | in | result |\n| --- | --- | --- |\n".to_owned();
    for (fault, outcome) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} | `{}` | {outcome} |", fault.name, fault.file);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::limit;
    use std::time::Duration;

    #[test]
    fn a_check_may_take_a_minute_and_five_times_as_long_as_without_a_fault() {
        let seconds = |without| limit(Duration::from_secs(without)).as_secs();
        assert_eq!([0, 1, 60].map(seconds), [60, 65, 360]);
    }
}
