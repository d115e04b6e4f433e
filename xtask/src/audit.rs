//! `cargo xtask audit`.

use crate::flags::Audit;
use crate::progress::duration;
use crate::{FAILED, print, say, threads};
use audit::{Line, Options, Report};
use runs::{ChannelRange, Isa, Preset, Silent, Source};
use std::path::{Path, PathBuf};
use std::process::exit;
use std::time::Instant;

/// Steps of the pictures that are made where no run is given.
const STEPS: usize = 32;

/// Prints a line for each comparison, and writes the page; exit code 1 if one is beyond its bound.
pub(crate) fn run(root: &Path, flags: Audit) -> anyhow::Result<()> {
    let started = Instant::now();
    let embedded = flags.weights.weights.is_none();
    let source = Source::new(root, flags.weights.weights, flags.weights.input_size);
    let fixtures = root.join("fixtures");
    let (golden, golden_images) = if embedded {
        (Some(fixtures.join("golden")), fixtures.join("images"))
    } else {
        reference_values(&source.path).unwrap_or((None, fixtures.join("images")))
    };
    let threads = threads(flags.threads);
    let isa = Isa::from_environment()?;
    let images = flags.images.unwrap_or(golden_images);
    let run = match flags.run {
        Some(run) => run,
        None => small_run(&source, &images, &flags.out, flags.channels, (threads, isa))?,
    };
    let options = Options {
        source,
        golden,
        images,
        run: Some(run),
        channels: flags.channels,
        threads,
        isa,
    };
    print(HEADING);
    let report = audit::audit(&options, &mut |line| print(&row(line)))?;
    let page = audit::write(&report, &flags.out)?;
    summary(&report);
    say(&format!(
        "{} in {}",
        page.display(),
        duration(started.elapsed().as_secs_f64())
    ));
    if !report.passed() {
        exit(FAILED.into());
    }
    Ok(())
}

/// The reference values for these weights in the data from outside, and their images, if it is them.
fn reference_values(weights: &Path) -> Option<(Option<PathBuf>, PathBuf)> {
    let data = testkit::golden::data_dir()?;
    let theirs = data.join("data").join("backbone").canonicalize().ok()?;
    let same = weights.canonicalize().is_ok_and(|w| w == theirs);
    same.then(|| (Some(data.join("golden")), data.join("data").join("images")))
}

/// A few channels of each block, a few steps each: enough to see what rounding does to mix ratios.
fn small_run(
    source: &Source,
    images: &Path,
    out: &Path,
    channels: usize,
    (threads, isa): (std::num::NonZero<usize>, Isa),
) -> anyhow::Result<PathBuf> {
    say("making pictures of a few channels: --run names a finished run instead");
    let folder = out.join("run");
    let options = runs::Options {
        source: source.clone(),
        images: Some(images.to_owned()),
        blocks: Vec::new(),
        channels: vec![ChannelRange::first(channels)],
        preset: Preset::Smoke,
        steps: STEPS,
        seed: 0,
        threads,
        isa,
        out: folder.clone(),
    };
    runs::reproduce(&options, &Silent)?;
    Ok(folder)
}

const HEADING: &str = "step                what                                                     compared with         values        ULP   relative  of bound";

fn row(line: &Line) -> String {
    let short = |value: Option<f64>| match value {
        None => String::new(),
        Some(0.0) => "0".to_owned(),
        Some(v) if v.abs() >= 0.01 && v.abs() < 1e4 => format!("{v:.2}"),
        Some(v) => format!("{v:.1e}"),
    };
    let mut what: String = line.what.chars().take(55).collect();
    if what.len() < line.what.len() {
        what.push('\u{2026}');
    }
    format!(
        "{:<18}  {what:<56} {:<19} {:>8}  {:>9}  {:>9}  {:>8}  {}",
        line.step,
        line.witness.to_string(),
        line.values,
        short(line.ulps),
        short(line.relative),
        short(Some(line.used)),
        if line.passed { "pass" } else { "FAIL" }
    )
}

fn summary(report: &Report) {
    let failed = report.lines.iter().filter(|l| !l.passed).count();
    let values: usize = report.lines.iter().map(|l| l.values).sum();
    print(&format!(
        "{} comparisons of {values} values, {failed} beyond their bound; digest {}",
        report.lines.len(),
        report.digest
    ));
    if !report.skipped.is_empty() {
        let skipped = report.skipped.join(", ");
        print(&format!(
            "skipped, for this processor lacks them: {skipped}"
        ));
    }
}
