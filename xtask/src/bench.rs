//! `cargo xtask bench`: builds the benchmarks, which the other tasks do not need, and runs them.

use crate::bench_flags::Bench;
use anyhow::{anyhow, bail};
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, exit};

/// Passes the flags on.
pub(crate) fn run(root: &Path, flags: Bench) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    let manifest = root.join("Cargo.toml");
    command.args(["run", "--release", "--quiet", "--package", "streamscope-benches", "--bin", "streamscope-bench"]);
    command.arg("--manifest-path").arg(manifest).arg("--").args(arguments(flags));
    let status = command.status().map_err(|e| anyhow!("bench: cannot start {}: {e}", cargo.display()))?;
    match status.code() {
        Some(0) => Ok(()),
        // It has said why.
        Some(code) => exit(code),
        None => bail!("bench: the benchmarks were killed"),
    }
}

fn arguments(flags: Bench) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    let names = flags.subjects.iter().map(|s| s.name().into());
    arguments.extend(names);
    let threads: Vec<String> = flags.threads.iter().map(ToString::to_string).collect();
    if !threads.is_empty() {
        arguments.extend(["--threads".into(), threads.join(",").into()]);
    }
    let files = [
        ("--weights", flags.weights),
        ("--images", flags.images),
        ("--json", flags.json),
        ("--against", flags.against),
        ("--page", flags.page),
        ("--roofline", flags.roofline),
    ];
    for (flag, file) in files {
        if let Some(file) = file {
            arguments.extend([flag.into(), file.into_os_string()]);
        }
    }
    arguments
}
