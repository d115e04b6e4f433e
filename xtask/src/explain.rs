//! `cargo xtask explain`.

use crate::flags::Explain;
use crate::{print, say};
use runs::{Isa, Source};
use std::path::Path;

/// Prints the derivation and writes it as a page.
pub(crate) fn run(root: &Path, flags: Explain) -> anyhow::Result<()> {
    let source = Source::new(root, flags.weights.weights, flags.weights.input_size);
    let isa = Isa::from_environment()?;
    let of = (flags.block, flags.channel);
    let explanation = audit::explain(&source, &flags.run, of, isa)?;
    print(explanation.text().trim_end());
    let page = explanation.write(&flags.run, flags.block, flags.channel)?;
    say(&page.display().to_string());
    Ok(())
}
