//! `cargo xtask test`: what the project's CI runs.

use anyhow::{anyhow, bail};
use std::path::Path;
use std::process::Command;

/// A step: its name, the arguments of cargo, and an environment variable to set.
type Step = (
    &'static str,
    &'static [&'static str],
    Option<(&'static str, &'static str)>,
);

const STEPS: [Step; 4] = [
    ("format", &["fmt", "--all", "--check"], None),
    (
        "lints",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "--deny",
            "warnings",
        ],
        None,
    ),
    ("tests", &["test", "--workspace"], None),
    (
        "documentation",
        &["doc", "--workspace", "--no-deps", "--quiet"],
        Some(("RUSTDOCFLAGS", "--deny warnings")),
    ),
];

/// Runs every step in order and stops at the first that fails.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for (name, arguments, variable) in STEPS {
        crate::say(&format!("{name}: cargo {}", arguments.join(" ")));
        let mut command = Command::new(&cargo);
        command.current_dir(root).args(arguments).envs(variable);
        let status = command
            .status()
            .map_err(|e| anyhow!("{name}: cannot start {}: {e}", cargo.display()))?;
        if !status.success() {
            bail!("{name}: cargo {} failed", arguments.join(" "));
        }
    }
    Ok(())
}
