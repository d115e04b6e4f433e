//! `cargo xtask inspect`.

use crate::flags::Inspect;
use crate::print;
use anyhow::bail;

/// Prints what a file holds; an error if it cannot be studied.
pub(crate) fn run(flags: &Inspect) -> anyhow::Result<()> {
    let found = runs::inspect(&flags.path)?;
    match flags.json {
        true => print(&serde_json::to_string_pretty(&found)?),
        false => print(&found.text()),
    }
    match found.refused {
        Some(sentence) => bail!(sentence),
        None => Ok(()),
    }
}
