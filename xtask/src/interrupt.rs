//! What Ctrl-C does.

use crate::say;
use std::io::{IsTerminal, stderr};
use std::process;

/// What shells call a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// Lets Ctrl-C end the program with a sentence: what is kept, and how to go on. Files are whole at any moment, or not
/// there.
///
/// # Errors
/// If the system does not let us.
pub(crate) fn says(kept: String) -> anyhow::Result<()> {
    ctrlc::set_handler(move || {
        if stderr().is_terminal() {
            // Below the bar.
            say("");
        }
        say(&format!("interrupted: {kept}"));
        process::exit(INTERRUPTED);
    })?;
    Ok(())
}
