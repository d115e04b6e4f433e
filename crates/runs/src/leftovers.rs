//! What an earlier run left in the same folder and this one does not write: other channels' pictures, photographs where there are none now.
//!
//! The new manifest would list such files, and nothing would say what they are from. A file is deleted only if the earlier manifest lists it
//! with the digest that it has, and its name is one that a run gives. Whatever else lies in the folder belongs to somebody else,
//! and what the store holds may be of use once more.

use crate::error::RunError;
use crate::files::Output;
use crate::progress::{Event, Observer};
use report::{Manifest, digests, layout};
use resnet::{Block, Role, Site};
use std::fs;

/// The names of all tables.
const TABLES: [&str; 9] = [
    layout::CHANNELS,
    layout::BLOCKS,
    layout::HISTOGRAM,
    layout::EXEMPLARS,
    layout::PANELS,
    layout::EXTREMES,
    layout::SCALE_TUNING,
    layout::CLAIMS,
    layout::CLAIMS_MARKDOWN,
];

/// Deletes the files of the manifest that was there before which this run has not written.
///
/// # Errors
/// If a file cannot be read or deleted.
pub(crate) fn delete(
    output: &Output,
    before: &Manifest,
    observer: &dyn Observer,
) -> Result<(), RunError> {
    let there = digests(output.folder())?;
    let mut deleted = 0_usize;
    for (name, digest) in &before.files {
        if is_of_a_run(name) && !output.wrote(name) && there.get(name) == Some(digest) {
            let path = output.path(name);
            fs::remove_file(&path).map_err(RunError::write(&path))?;
            deleted += 1;
        }
    }
    if deleted > 0 {
        let folder = output.folder().display();
        let files = if deleted == 1 { "file" } else { "files" };
        observer.event(Event::Notice(format!(
            "{folder}: {deleted} {files} of the run before deleted, which are none of this one"
        )));
    }
    Ok(())
}

/// Whether a run gives a file below its folder this name.
fn is_of_a_run(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        ["tables", _] => TABLES.contains(&name),
        ["activations", "images.txt"] => true,
        ["activations", file] => {
            let site = file.strip_suffix(".npy").map(str::parse::<Site>);
            site.is_some_and(|site| site.is_ok())
        }
        ["figures", file] => is_of_a_figure(file),
        ["features", block, role, file] => {
            let of_role = Role::ALL.iter().any(|r| r.name() == *role);
            let channel = file.strip_suffix(".png").map(|stem| {
                let kinds = [".channel", ".top", ".inhibition"];
                kinds
                    .iter()
                    .find_map(|kind| stem.strip_suffix(kind))
                    .unwrap_or(stem)
            });
            let is_number = |c: &str| !c.is_empty() && c.bytes().all(|b| b.is_ascii_digit());
            block.parse::<Block>().is_ok() && of_role && channel.is_some_and(is_number)
        }
        _ => false,
    }
}

/// `fig`, a number, `_`, a name, and one of the two extensions.
fn is_of_a_figure(file: &str) -> bool {
    let stem = file
        .strip_suffix(".svg")
        .or_else(|| file.strip_suffix(".png"));
    let numbered = stem
        .and_then(|stem| stem.strip_prefix("fig"))
        .and_then(|rest| rest.split_once('_'));
    numbered.is_some_and(|(number, name)| number.parse::<u8>().is_ok() && !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_run_are_told_from_those_of_somebody_else() {
        for name in [
            "tables/extremes.csv",
            "activations/images.txt",
            "activations/layer1.1.bn2.npy",
            "figures/fig10_scale_tuning_3.1.svg",
            "features/1.1/block/12.png",
            "features/2.0/input/3.inhibition.png",
        ] {
            assert!(is_of_a_run(name), "{name}");
        }
        for name in [
            "index.html",
            "notes.txt",
            "tables/mine.csv",
            "activations/mine.npy",
            "figures/figure.svg",
            "figures/fig2_mix_ratios.pdf",
            "features/1.1/block/best.png",
            "features/1.1/mine/12.png",
            "features/12.png",
            "store/scans/a",
        ] {
            assert!(!is_of_a_run(name), "{name}");
        }
    }
}
