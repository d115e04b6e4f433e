//! `cargo xtask merge`.

use crate::flags::Merge;
use crate::progress::Progress;
use crate::{FAILED, interrupt, print, say};
use std::process::exit;

/// Runs it and prints what came in, what is damaged and what differs; exit code 1 if anything differs.
pub(crate) fn run(flags: &Merge) -> anyhow::Result<()> {
    interrupt::says("what was taken stays, and the same command goes on".to_owned())?;
    let merged = runs::merge(&flags.stores, &flags.into, &Progress::new())?;
    let into = flags.into.join("store");
    print(&format!(
        "{}: {} and what was read of {} came in; {} there before",
        into.display(),
        runs::counted(merged.pictures, "picture"),
        runs::counted(merged.images, "image"),
        runs::counted(merged.same, "picture")
    ));
    if merged.others > 0 {
        print(&format!("files that do not belong to a store, left alone: {}", merged.others));
    }
    for sentence in merged.damaged.iter().chain(&merged.differ) {
        print(sentence);
    }
    if merged.differ.is_empty() {
        return Ok(());
    }
    say(&format!("error: {}: results with other bytes than those there: {}", into.display(), merged.differ.len()));
    exit(FAILED.into());
}
