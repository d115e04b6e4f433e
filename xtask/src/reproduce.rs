//! `cargo xtask reproduce`.

use crate::flags::Reproduce;
use crate::progress::{Progress, duration, more_steps};
use crate::{interrupt, print, say, threads};
use runs::{DefaultFolder, Filled, Isa, Options, Seeds, Shard, Source, Summary, counted, default_folder};
use std::path::Path;
use std::time::Instant;

/// Runs it and prints a summary table.
pub(crate) fn run(root: &Path, flags: Reproduce) -> anyhow::Result<()> {
    let started = Instant::now();
    let (by_preset, shard) = (flags.ascent.steps.is_none(), flags.shard);
    let options = options(root, flags)?;
    interrupt::says(format!(
        "finished pictures and images are kept in {}, and the same command goes on there",
        options.out.join("store").display()
    ))?;
    if let Some(shard) = shard {
        let filled = runs::fill(&options, shard, &Progress::new())?;
        fills(shard, &filled, &options, started.elapsed().as_secs_f64());
        return Ok(());
    }
    let summary = runs::reproduce(&options, &Progress::new())?;
    table(&summary);
    if by_preset {
        more_steps(options.steps);
    }
    say(&format!("{} in {}", summary.index.display(), duration(started.elapsed().as_secs_f64())));
    Ok(())
}

/// Says what a shard did, and what comes next.
fn fills(shard: Shard, filled: &Filled, options: &Options, seconds: f64) {
    let Filled { pictures, made, images, others } = *filled;
    let folder = options.out.display();
    print(&format!(
        "shard {shard}: {}, {made} of them made now, and {}",
        counted(pictures, "picture"),
        counted(images, "image")
    ));
    print(&match others {
        0 => format!("{folder}: every picture is there; the same command without --shard writes everything"),
        n => format!(
            "{folder}: {} of other shards not there yet; once all are, the same command makes this shard's part \
             of those that failed and of whole channels, or the one without --shard makes them all",
            counted(n, "picture")
        ),
    });
    say(&format!("shard {shard} in {}", duration(seconds)));
}

/// What the flags ask for.
pub(crate) fn options(root: &Path, flags: Reproduce) -> anyhow::Result<Options> {
    let embedded = flags.weights.weights.is_none();
    let images = embedded.then(|| root.join("fixtures").join("images"));
    let steps = flags.ascent.steps();
    let asked = flags.weights.asked(flags.photographs.resize);
    let source = Source::new(root, flags.weights.weights.clone(), asked).shuffled(flags.shuffled);
    let seeds = flags.seeds.unwrap_or(Seeds::one(flags.seed));
    let seed = seeds.first();
    let named = DefaultFolder { source: &source, embedded, steps, seed, images: flags.images.as_deref() };
    let out = flags.out.unwrap_or_else(|| default_folder(&named));
    Ok(Options {
        images: flags.images.or(images),
        source,
        blocks: flags.blocks,
        channels: flags.channels,
        preset: flags.ascent.preset,
        steps,
        seeds,
        variants: flags.variant,
        convergence: flags.convergence,
        whole_channels: flags.whole_channels,
        threads: threads(flags.threads),
        isa: Isa::from_environment()?,
        out,
        replace: flags.replace,
    })
}

/// The blocks in a few numbers each.
fn table(summary: &Summary) {
    print(
        "block  channels  not measured  overwrite  mix  skip  median mix ratio  scale-invariant  without mix criterion  paper 2's criterion",
    );
    for b in &summary.blocks {
        let studied =
            if b.studied == b.channels { b.studied.to_string() } else { format!("{}/{}", b.studied, b.channels) };
        let or = |shown: Option<String>| shown.unwrap_or_else(|| "not defined".to_owned());
        let median = or(b.median_mix_ratio.map(|m| format!("{m:.2}")));
        let percent = |value: Option<f64>| or(value.map(|p| format!("{p:.1} %")));
        print(&format!(
            "{:<5}  {studied:>8}  {:>12}  {:>9}  {:>3}  {:>4}  {median:>16}  {:>15}  {:>21}  {:>19}",
            b.block,
            b.failed,
            b.overwrite,
            b.mix,
            b.skip,
            percent(b.percent_scale_invariant),
            percent(b.percent_scale_invariant_no_mix),
            percent(b.percent_scale_invariant_by_block),
        ));
    }
    for sentence in &summary.not_finite {
        print(sentence);
    }
    if let Some(missing) = &summary.missing {
        print(missing);
    }
}
