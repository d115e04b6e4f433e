//! `cargo xtask verify`.

use crate::flags::Verify;
use crate::progress::{Progress, duration};
use crate::{FAILED, interrupt, print, say, threads};
use runs::{Depth, Isa};
use std::process::exit;
use std::time::Instant;

/// Prints a line for each check and one for each difference; exit code 1 if there is any, or something could not be
/// checked.
pub(crate) fn run(flags: Verify) -> anyhow::Result<()> {
    let started = Instant::now();
    let depth = if flags.all {
        Depth::All
    } else if flags.digests_only {
        Depth::Digests
    } else {
        Depth::Sample(flags.sample)
    };
    let options = runs::Verify {
        folder: flags.out,
        depth,
        weights: flags.weights,
        images: flags.images,
        threads: threads(flags.threads),
        isa: Isa::from_environment()?,
    };
    interrupt::says("verifying changes nothing, and keeps nothing either".to_owned())?;
    let verified = runs::verify(&options, &Progress::new())?;
    for check in &verified.checks {
        let result = match (&check.not_checked, check.differences.len()) {
            (Some(why), _) => format!("not checked, because {why}"),
            (None, 0) => "no difference".to_owned(),
            (None, 1) => "1 difference".to_owned(),
            (None, count) => format!("{count} differences"),
        };
        print(&format!("{}, {result}", check.compared));
    }
    for difference in verified.checks.iter().flat_map(|c| &c.differences) {
        print(difference);
    }
    let took = duration(started.elapsed().as_secs_f64());
    let folder = options.folder.display();
    if verified.passed() {
        say(&format!("{folder}: verified in {took}"));
        return Ok(());
    }
    say(&format!("error: {folder}: not verified, in {took}"));
    exit(FAILED.into());
}
