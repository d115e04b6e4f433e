//! `cargo xtask ablate`.

use crate::flags::Ablate;
use crate::progress::Progress;
use crate::{interrupt, print, say, threads};
use runs::{AblatedChannels, Isa, Source};
use std::path::Path;

/// Measures it and prints a summary table.
pub(crate) fn run(root: &Path, flags: Ablate) -> anyhow::Result<()> {
    let embedded = flags.weights.weights.is_none();
    let images = flags.images.or_else(|| embedded.then(|| root.join("fixtures").join("images")));
    let images = images.ok_or_else(|| {
        anyhow::anyhow!(
            "--images: expected a folder of labelled images, found none; only the embedded network has its own"
        )
    })?;
    let mut zooms: Vec<f64> = vec![1.0];
    zooms.extend(flags.zooms.iter().filter(|zoom| **zoom > 1.0));
    zooms.sort_by(f64::total_cmp);
    zooms.dedup();
    let options = runs::Ablate {
        source: Source::new(root, flags.weights.weights.clone(), flags.weights.asked(None)),
        images,
        labels: flags.labels,
        block: flags.block,
        channels: match flags.from {
            Some(run) => AblatedChannels::From(run),
            None => AblatedChannels::Listed(flags.channels),
        },
        random_sets: flags.random_sets,
        zooms,
        by: flags.by,
        threads: threads(flags.threads),
        isa: Isa::from_environment()?,
        out: flags.out,
    };
    let out = options.out.display();
    interrupt::says(format!("what was measured is kept in {out}, and the same command goes on there"))?;
    if let Some(shard) = flags.shard {
        let next = match runs::ablate_shard(&options, shard, &Progress::new())? {
            true => "every image is measured; the same command without --shard writes the table and the figure",
            false => {
                "what is measured next follows from what other shards have not found yet; once they have, the same command goes \
                 on, or the one without --shard measures everything"
            }
        };
        print(&format!("{out}: shard {shard}: {next}"));
        return Ok(());
    }
    let found = runs::ablate(&options, &Progress::new())?;
    print("zoom  intact  studied  random, mean  studied over random  standard error  sign test");
    for at in &found.curve {
        let top1 =
            |set: &str| found.rows.iter().find(|row| row.set == set && row.zoom == at.zoom).map_or(0, |row| row.top1);
        let or = |value: Option<f64>, digits: usize| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.digits$}"));
        print(&format!(
            "{:>4.2}  {:>6}  {:>7}  {:>12}  {:>19}  {:>14}  {:>9}",
            at.zoom,
            top1("intact"),
            top1("studied"),
            or(at.random_mean, 1),
            or(at.ratio, 3),
            or(at.ratio_standard_error, 3),
            or(at.sign_p, 3),
        ));
    }
    say(&options.out.join("ablation.csv").display().to_string());
    Ok(())
}
