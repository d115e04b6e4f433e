//! Running tests and the audit in the copy, and what comes of it.

use super::bounded;
use super::list::{Check, Fault};
use anyhow::anyhow;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

/// How long a build may take, and a check of which nothing is known.
pub(super) const LONGEST: Duration = Duration::from_secs(30 * 60);

/// Where tests run.
#[derive(Debug)]
pub(super) struct Trial {
    /// The copy of the source.
    pub(super) tree: PathBuf,
    /// Where cargo builds it.
    pub(super) target: PathBuf,
    /// Where the audit writes.
    pub(super) audit: PathBuf,
    /// An empty folder in place of external data: the tests have to do with what the project embeds.
    pub(super) data: PathBuf,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing wrong.
    Nothing,
    /// The first test that failed.
    Test(String),
    /// The steps of the audit's lines that are beyond their bound.
    Lines(Vec<String>),
    /// It ended otherwise, with these last words.
    Ended(String),
    /// It did not end within the limit.
    NoEnd,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::Nothing => f.write_str("nothing fails"),
            Found::Test(test) => write!(f, "{test} fails"),
            Found::Lines(steps) => write!(f, "lines of the audit fail: {}", steps.join(", ")),
            Found::Ended(words) => write!(f, "the audit ended early: {words}"),
            Found::NoEnd => f.write_str("it never ends"),
        }
    }
}

/// What came of a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// What noticed it.
    Caught(String),
    /// Nothing did.
    Survived,
    /// It does not compile, never ends, or is noticed by something else than is said: no fault for what is named with
    /// it.
    Broken(String),
}

impl Outcome {
    pub(super) fn is_caught(&self) -> bool {
        matches!(self, Outcome::Caught(_))
    }

    /// What a check of the fault found means for it.
    fn of(fault: &Fault, found: Found) -> Outcome {
        match (found, &fault.line) {
            (Found::Nothing, _) => Outcome::Survived,
            (Found::Test(test), _) => Outcome::Caught(test),
            (Found::Lines(steps), Some(step)) if steps.contains(step) => {
                Outcome::Caught(format!("the audit's line `{step}`"))
            }
            (Found::Lines(steps), _) => {
                Outcome::Broken(format!("the audit notices it elsewhere: {}", steps.join(", ")))
            }
            (Found::Ended(words), _) => Outcome::Broken(format!("the audit ended early: {words}")),
            (Found::NoEnd, _) if fault.hangs => Outcome::Caught("a hang".to_owned()),
            (Found::NoEnd, _) => Outcome::Broken("it never ends".to_owned()),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Caught(what) => write!(f, "caught by {what}"),
            Outcome::Survived => f.write_str("SURVIVED"),
            Outcome::Broken(error) => write!(f, "BROKEN: {error}"),
        }
    }
}

impl Trial {
    /// Builds what checks a fault that is in the copy, then runs it for at most so long.
    pub(super) fn run(&self, fault: &Fault, limit: Duration) -> anyhow::Result<Outcome> {
        if let Some(error) = self.build(&fault.check)? {
            return Ok(Outcome::Broken(error));
        }
        Ok(Outcome::of(fault, self.check(&fault.check, limit)?))
    }

    /// Builds what a check runs; the compiler's first error, if there is one.
    pub(super) fn build(&self, check: &Check) -> anyhow::Result<Option<String>> {
        let mut command = match check {
            Check::Tests(arguments) => self.cargo(&["test", "--no-run"], arguments),
            Check::Audit => self.cargo(&["build", "--package", "xtask"], &[]),
        };
        Ok(match bounded(&mut command, LONGEST)? {
            None => Some("building it never ends".to_owned()),
            Some(built) if built.status.success() => None,
            Some(built) => Some(first_error(&String::from_utf8_lossy(&built.stderr))),
        })
    }

    /// Runs a check that is built, for at most so long.
    pub(super) fn check(&self, check: &Check, limit: Duration) -> anyhow::Result<Found> {
        let mut command = match check {
            Check::Tests(arguments) => self.cargo(&["test"], arguments),
            Check::Audit => {
                // Pictures of another fault are no pictures of this one.
                if self.audit.exists() {
                    fs::remove_dir_all(&self.audit)?;
                }
                let mut command = self.cargo(&["run", "--quiet", "--package", "xtask", "--"], &[]);
                command.args(["audit", "--out"]).arg(&self.audit);
                command
            }
        };
        let Some(ended) = bounded(&mut command, limit)? else {
            return Ok(Found::NoEnd);
        };
        let stdout = String::from_utf8_lossy(&ended.stdout);
        Ok(match (ended.status.code(), check) {
            (Some(0), _) => Found::Nothing,
            (_, Check::Tests(_)) => Found::Test(first_failure(&stdout)),
            (Some(code), Check::Audit) if code == i32::from(crate::FAILED) => Found::Lines(failed_steps(&stdout)),
            (_, Check::Audit) => {
                let stderr = String::from_utf8_lossy(&ended.stderr);
                Found::Ended(stderr.lines().last().unwrap_or_default().to_owned())
            }
        })
    }

    fn cargo(&self, task: &[&str], arguments: &[String]) -> Command {
        let mut command = Command::new(cargo());
        command
            .args(task)
            .args(arguments)
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", &self.target)
            // Nobody debugs these.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("STREAMSCOPE_DATA", &self.data)
            // Otherwise each failure would be remembered as a regression of the copy.
            .env("PROPTEST_FAILURE_PERSISTENCE", "off");
        command
    }
}

fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or("cargo".into(), PathBuf::from)
}

fn bounded(command: &mut Command, limit: Duration) -> anyhow::Result<Option<Output>> {
    bounded::output(command, limit).map_err(|e| anyhow!("cannot start {}: {e}", cargo().display()))
}

/// The name of the first test that libtest reports as failed.
fn first_failure(stdout: &str) -> String {
    let failed = stdout.lines().find_map(|line| {
        let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        Some(name.trim_end_matches(" - should panic").to_owned())
    });
    failed.unwrap_or_else(|| "the end of the test program before its time".to_owned())
}

/// The first column of the audit's lines that end in FAIL, each once.
fn failed_steps(stdout: &str) -> Vec<String> {
    let failed = stdout.lines().filter(|line| line.ends_with("FAIL"));
    let mut steps: Vec<String> = failed.filter_map(|line| line.split("  ").next()).map(str::to_owned).collect();
    steps.dedup();
    steps
}

fn first_error(stderr: &str) -> String {
    let error = stderr.lines().find(|line| line.starts_with("error"));
    error.unwrap_or("cargo did not say why").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_named() {
        let stdout = "running 3 tests\ntest a::b ... ok\ntest a::c - should panic ... FAILED\ntest d ... FAILED\n";
        assert_eq!(first_failure(stdout), "a::c");
        assert!(first_failure("running 1 test\n").contains("end of the test program"));
    }

    #[test]
    fn the_first_error_of_the_compiler_is_repeated() {
        let stderr = "   Compiling a\nwarning: w\nerror[E0308]: mismatched types\nerror: aborting\n";
        assert_eq!(first_error(stderr), "error[E0308]: mismatched types");
    }

    #[test]
    fn the_steps_that_fail_are_named_once_each() {
        let stdout = "step   what\n\
            layer               1.0.conv1     twin   4  1  1  2.0  FAIL\n\
            layer               1.0.conv2     twin   4  1  1  2.0  FAIL\n\
            center activations  32 pictures   twin   4  1  1  0.5  pass\n\
            center gradients    32 pictures   twin   4  1  1  inf  FAIL\n";
        assert_eq!(failed_steps(stdout), ["layer", "center gradients"]);
    }

    #[test]
    fn only_what_is_named_with_a_fault_catches_it() {
        let fault = |line: Option<&str>, hangs| Fault { line: line.map(str::to_owned), hangs, ..Fault::example() };
        let (plain, layer) = (fault(None, false), fault(Some("layer"), false));
        let caught = |fault: &Fault, found: Found| Outcome::of(fault, found).is_caught();
        let lines = |steps: &[&str]| Found::Lines(steps.iter().map(|&s| s.to_owned()).collect());
        assert!(caught(&plain, Found::Test("a".to_owned())));
        assert!(caught(&layer, lines(&["DFT", "layer"])));
        assert!(!caught(&layer, lines(&["DFT"])) && !caught(&layer, lines(&[])));
        assert!(!caught(&layer, Found::Ended("panicked".to_owned())));
        assert_eq!(Outcome::of(&plain, Found::Nothing), Outcome::Survived);
        assert!(!caught(&plain, Found::NoEnd) && caught(&fault(None, true), Found::NoEnd));
    }

    #[test]
    fn every_outcome_is_said_in_words_of_its_own() {
        let fault = |line: Option<&str>, hangs| Fault { line: line.map(str::to_owned), hangs, ..Fault::example() };
        let said = |line, hangs, found| Outcome::of(&fault(line, hangs), found).to_string();
        let lines = |steps: &[&str]| Found::Lines(steps.iter().map(|&s| s.to_owned()).collect());
        let layer = Some("layer");
        assert_eq!(said(None, false, Found::Nothing), "SURVIVED");
        assert_eq!(said(None, false, Found::Test("a".into())), "caught by a");
        assert_eq!(said(layer, false, lines(&["DFT", "layer"])), "caught by the audit's line `layer`");
        assert_eq!(said(layer, false, lines(&["DFT", "Adam"])), "BROKEN: the audit notices it elsewhere: DFT, Adam");
        assert_eq!(said(layer, false, Found::Ended("no weights".into())), "BROKEN: the audit ended early: no weights");
        assert_eq!(said(None, true, Found::NoEnd), "caught by a hang");
        assert_eq!(said(None, false, Found::NoEnd), "BROKEN: it never ends");
    }

    #[test]
    fn an_error_that_cargo_does_not_name_is_said_to_be_unknown() {
        assert_eq!(first_error("warning: w\n"), "cargo did not say why");
    }
}
