//! `cargo xtask explain`.

use crate::flags::Explain;
use crate::{FAILED, print, say};
use runs::{DefaultFolder, Isa, Preset, Source, default_folder, source_of};
use std::path::Path;
use std::process::exit;

/// Prints the derivation and writes it as a page; exit code 1 if the run's files are not what its pictures and weights
/// give.
pub(crate) fn run(root: &Path, flags: Explain) -> anyhow::Result<()> {
    let folder = flags.run.unwrap_or_else(|| {
        let embedded = flags.weights.weights.is_none();
        let source = Source::new(root, flags.weights.weights.clone(), flags.weights.input_size);
        let steps = Preset::Quick.steps();
        default_folder(&DefaultFolder { source: &source, embedded, steps, seed: 0, images: None })
    });
    let source = source_of(&folder, flags.weights.weights, flags.weights.input_size)?;
    let isa = Isa::from_environment()?;
    let of = (flags.block, flags.channel);
    let explanation = audit::explain(&source, &folder, of, isa)?;
    print(explanation.text().trim_end());
    let page = explanation.write(&folder, flags.block, flags.channel)?;
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
