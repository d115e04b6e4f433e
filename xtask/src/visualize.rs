//! `cargo xtask visualize`.

use crate::flags;
use crate::progress::{Progress, more_steps};
use crate::{FAILED, interrupt, print};
use runs::{Isa, Source, Visualize};
use std::path::Path;
use std::process::exit;

/// Runs it and prints what the picture does; exit code 1 if the neuron is positive on none.
pub(crate) fn run(root: &Path, flags: flags::Visualize) -> anyhow::Result<()> {
    let by_preset = flags.ascent.steps.is_none();
    let request = Visualize {
        source: Source::new(root, flags.weights.weights.clone(), flags.weights.asked(None)),
        site: flags.site,
        channel: flags.channel,
        objective: flags.objective,
        steps: flags.ascent.steps(),
        seed: flags.seed,
        isa: Isa::from_environment()?,
        out: flags.out,
    };
    interrupt::says(format!(
        "{} was not written; attempts that were finished are kept beside it, and the same command goes on there",
        request.out.display()
    ))?;
    let made = runs::visualize(&request, &Progress::new())?;
    let first = made.trajectory.first().copied().unwrap_or(f32::NAN);
    print(&format!(
        "{}: {} of {}:{} is {:.3} on the picture ({first:.3} at the first step), seed {}",
        request.out.display(),
        request.objective,
        made.site,
        request.channel,
        made.on_picture,
        made.seed
    ));
    if by_preset {
        more_steps(request.steps);
    }
    if !made.succeeded {
        exit(FAILED.into());
    }
    Ok(())
}
