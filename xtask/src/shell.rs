//! What a shell and `man` are told of the program: completions of its commands and flags, and pages of its manual.

use crate::flags::{Completions, Flags, Man};
use anyhow::anyhow;
use clap::CommandFactory;
use std::io::{self, ErrorKind, Write};

/// The name that the program is installed under.
const NAME: &str = "streamscope";

fn command() -> clap::Command {
    Flags::command().name(NAME).bin_name(NAME).disable_help_subcommand(true)
}

/// Prints the script that completes commands and flags in a shell.
pub(crate) fn completions(flags: &Completions) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(flags.shell, &mut command(), NAME, &mut script);
    whole(&script)
}

/// Prints the manual's first page, or writes all pages to a folder.
pub(crate) fn man(flags: &Man) -> anyhow::Result<()> {
    let Some(out) = &flags.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command()).render(&mut page)?;
        return whole(&page);
    };
    let write = |error: io::Error| anyhow!("{}: cannot write: {error}", out.display());
    std::fs::create_dir_all(out).map_err(write)?;
    clap_mangen::generate_to(command(), out).map_err(write)?;
    Ok(())
}

/// Prints it; nobody reading to the end is no error.
fn whole(bytes: &[u8]) -> anyhow::Result<()> {
    match io::stdout().write_all(bytes) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(anyhow!("stdout: cannot write: {error}")),
        _ => Ok(()),
    }
}
