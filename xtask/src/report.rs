//! `cargo xtask report`.

use crate::flags::Report;
use crate::progress::Progress;
use crate::{say, serve};

/// Makes the page of a run again and says where it is.
pub(crate) fn run(flags: Report) -> anyhow::Result<()> {
    let mut index = runs::report(&flags.out, &Progress::new())?;
    if !flags.against.is_empty() {
        index = runs::report_against(&flags.out, &flags.against)?;
    }
    if let Some(file) = &flags.single_file {
        runs::report_single_file(&flags.out, file)?;
        say(&file.display().to_string());
    }
    say(&index.display().to_string());
    match flags.serve {
        true => serve::run(&flags.out, index.strip_prefix(&flags.out).unwrap_or(&index)),
        false => Ok(()),
    }
}
