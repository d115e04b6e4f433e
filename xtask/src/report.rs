//! `cargo xtask report`.

use crate::flags::Report;
use crate::progress::Progress;
use crate::say;

/// Makes the page of a run again and says where it is.
pub(crate) fn run(flags: Report) -> anyhow::Result<()> {
    let index = runs::report(&flags.out, &Progress::new())?;
    if let Some(file) = &flags.single_file {
        runs::report_single_file(&flags.out, file)?;
        say(&file.display().to_string());
    }
    say(&index.display().to_string());
    Ok(())
}
