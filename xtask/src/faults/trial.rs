//! Running tests in the copy, and what comes of it.

use anyhow::anyhow;
use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Output};

/// Where tests run.
#[derive(Debug)]
pub(super) struct Trial {
    /// The copy of the source.
    pub(super) tree: PathBuf,
    /// Where cargo builds it.
    pub(super) target: PathBuf,
    /// An empty folder in place of external data: the tests have to do with what the project embeds.
    pub(super) data: PathBuf,
}

/// What the tests made of a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The first test that failed.
    Caught(String),
    /// Every test passed.
    Survived,
    /// It does not compile, with the compiler's first error: that is no fault for tests to find.
    Broken(String),
}

impl Outcome {
    pub(super) fn is_caught(&self) -> bool {
        matches!(self, Outcome::Caught(_))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Caught(test) => write!(f, "caught by {test}"),
            Outcome::Survived => f.write_str("SURVIVED"),
            Outcome::Broken(error) => write!(f, "BROKEN: {error}"),
        }
    }
}

impl Trial {
    /// Builds the tests, then runs them.
    pub(super) fn run(&self, arguments: &[String]) -> anyhow::Result<Outcome> {
        let built = self.cargo(&["--no-run"], arguments)?;
        if !built.status.success() {
            let text = String::from_utf8_lossy(&built.stderr);
            return Ok(Outcome::Broken(first_error(&text)));
        }
        let tested = self.cargo(&[], arguments)?;
        if tested.status.success() {
            return Ok(Outcome::Survived);
        }
        let text = String::from_utf8_lossy(&tested.stdout);
        Ok(Outcome::Caught(first_failure(&text)))
    }

    fn cargo(&self, before: &[&str], arguments: &[String]) -> anyhow::Result<Output> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(&cargo);
        command
            .arg("test")
            .args(before)
            .args(arguments)
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", &self.target)
            // Nobody debugs these.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("STREAMSCOPE_DATA", &self.data)
            // Otherwise each failure would be remembered as a regression of the copy.
            .env("PROPTEST_FAILURE_PERSISTENCE", "off");
        command
            .output()
            .map_err(|e| anyhow!("cannot start {}: {e}", cargo.display()))
    }
}

/// The name of the first test that libtest reports as failed.
fn first_failure(stdout: &str) -> String {
    let failed = stdout.lines().find_map(|line| {
        let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        Some(name.trim_end_matches(" - should panic").to_owned())
    });
    failed.unwrap_or_else(|| "the end of the test program before its time".to_owned())
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
        let stderr =
            "   Compiling a\nwarning: w\nerror[E0308]: mismatched types\nerror: aborting\n";
        assert_eq!(first_error(stderr), "error[E0308]: mismatched types");
    }
}
