//! `cargo xtask explain`.

use crate::flags::Explain;
use crate::{FAILED, print, say};
use runs::{Isa, Source};
use std::path::Path;
use std::process::exit;

/// Prints the derivation and writes it as a page; exit code 1 if the run's files are not what its pictures and weights
/// give.
pub(crate) fn run(root: &Path, flags: Explain) -> anyhow::Result<()> {
    let source = Source::new(root, flags.weights.weights, flags.weights.input_size);
    let isa = Isa::from_environment()?;
    let of = (flags.block, flags.channel);
    let explanation = audit::explain(&source, &flags.run, of, isa)?;
    print(explanation.text().trim_end());
    let page = explanation.write(&flags.run, flags.block, flags.channel)?;
    say(&page.display().to_string());
    let differences = explanation.differences();
    if differences.is_empty() {
        return Ok(());
    }
    for difference in differences {
        say(&format!("error: {difference}"));
    }
    exit(FAILED.into());
}
