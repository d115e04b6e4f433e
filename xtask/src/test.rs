//! `cargo xtask test`: what the project's CI runs.

use crate::flags::Test;
use anyhow::{anyhow, bail};
use runs::Isa;
use std::path::Path;
use std::process::Command;

/// A step: its name, the arguments of cargo, and an environment variable to set.
type Step = (&'static str, &'static [&'static str], Option<(&'static str, &'static str)>);

const STEPS: [Step; 4] = [
    ("format", &["fmt", "--all", "--check"], None),
    ("lints", &["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"], None),
    ("tests", &["test", "--workspace"], None),
    ("documentation", &["doc", "--workspace", "--no-deps", "--quiet"], Some(("RUSTDOCFLAGS", "--deny warnings"))),
];

/// Whether the tests of the page can open it: they look for the same programs.
fn has_chromium() -> bool {
    let there = |name: &str| Command::new(name).arg("--version").output().is_ok_and(|said| said.status.success());
    ["chromium", "chromium-browser", "google-chrome"].into_iter().any(there) && there("chromedriver")
}

/// Runs every step in order and stops at the first that fails. Kernels are tested on every instruction set that the
/// processor has; those that it lacks are said, and are an error if they were asked for.
pub(crate) fn run(root: &Path, flags: &Test) -> anyhow::Result<()> {
    let lacks = |name: &str| Isa::named(name).is_err();
    if let Some(name) = flags.isa.iter().find(|name| lacks(name)) {
        bail!("--isa {name}: expected a processor that has it, found one that lacks it");
    }
    let lacking: Vec<&str> = Isa::all_names().into_iter().filter(|name| lacks(name)).collect();
    let tested: Vec<&str> = Isa::supported().into_iter().map(Isa::name).collect();
    crate::say(&format!("instruction sets: {}", tested.join(", ")));
    if !lacking.is_empty() {
        crate::say(&format!("skipped, because this processor lacks them: {}", lacking.join(", ")));
    }
    if !has_chromium() {
        crate::say("skipped, because there is no chromium with its chromedriver: tests of the page in a browser");
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for (name, arguments, variable) in STEPS {
        crate::say(&format!("{name}: cargo {}", arguments.join(" ")));
        let mut command = Command::new(&cargo);
        command.current_dir(root).args(arguments).envs(variable);
        let status = command.status().map_err(|e| anyhow!("{name}: cannot start {}: {e}", cargo.display()))?;
        if !status.success() {
            bail!("{name}: cargo {} failed", arguments.join(" "));
        }
    }
    Ok(())
}
