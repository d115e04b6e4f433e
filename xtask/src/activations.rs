//! `cargo xtask activations`.

use crate::flags;
use crate::progress::Progress;
use crate::{interrupt, print, threads};
use runs::{Activations, Isa, Source};
use std::path::Path;

/// Runs it and prints what was written.
pub(crate) fn run(root: &Path, flags: flags::Activations) -> anyhow::Result<()> {
    let request = Activations {
        source: Source::new(root, flags.weights.weights.clone(), flags.weights.asked(flags.photographs.resize)),
        images: flags.images,
        sites: flags.sites,
        full: flags.full,
        algorithm: flags.convolutions,
        threads: threads(flags.threads),
        isa: Isa::from_environment()?,
        shard: flags.shard,
        out: flags.out,
    };
    interrupt::says(format!(
        "what was read is kept beside {}, and the same command goes on there",
        request.out.display()
    ))?;
    let scanned = runs::activations(&request, &Progress::new())?;
    for (site, shape) in scanned.shapes.iter().filter(|_| request.shard.is_none()) {
        let read = scanned.read;
        print(&match request.full {
            true => format!("{site}: [{read}, {}, {}, {}]", shape.channels, shape.height, shape.width),
            false => format!("{site}: [{read}, {}]", shape.channels),
        });
    }
    for (site, images, first) in &scanned.not_finite {
        print(&format!(
            "{site}: not finite in {images} of {} images, beyond what single precision holds; the first is {}",
            scanned.read,
            runs::one_line(first)
        ));
    }
    let skipped = match scanned.skipped.len() {
        0 => String::new(),
        n => format!(", {n} skipped because they could not be read"),
    };
    let images = if scanned.read == 1 { "image" } else { "images" };
    let (out, read) = (request.out.display(), scanned.read);
    print(&match request.shard {
        None => format!("{out}: {read} {images}{skipped}"),
        Some(shard) => format!("{out}: shard {shard} has read its {read} {images}{skipped}; no archive is written yet"),
    });
    Ok(())
}
