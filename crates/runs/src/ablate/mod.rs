//! Paper 2's causal test (METHOD.md, section 5): how many images the network names right while channels of a block hold a
//! constant, against as many other channels, on images that are enlarged more and more.

mod labelled;
mod measure;
mod measuring;
mod pass;
mod sets;

use crate::channels::{self, ChannelRange};
use crate::error::RunError;
use crate::folder::before;
use crate::progress::{Event, Observer};
use crate::shards::{self, Shard, ShardLog};
use crate::source::{Loaded, Source};
use analysis::statistics::{SignTest, mean, sign_test, standard_error};
use labelled::Labelled;
use measuring::Measuring;
use report::{AblationCurve, AblationRow, ChannelRow, Manifest, layout};
use resnet::{Block, Isa, Role};
use serde::Serialize;
use std::fmt;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What ablated channels hold everywhere in their maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AblateBy {
    /// Their mean over the images, as they are, of the center activation clamped at zero.
    Mean,
    /// Zero.
    Zero,
}

/// Which channels are ablated.
#[derive(Clone, Debug)]
pub enum AblatedChannels {
    /// These.
    Listed(Vec<ChannelRange>),
    /// Those that meet paper 2's criterion in a finished run.
    From(PathBuf),
}

/// What to ablate, and on what to measure it.
#[derive(Clone, Debug)]
pub struct Ablate {
    /// The network.
    pub source: Source,
    /// The folder of labelled images.
    pub images: PathBuf,
    /// What says which class each is of, where sub-folders do not.
    pub labels: Option<PathBuf>,
    /// The block, ablated before its ReLU.
    pub block: Block,
    /// The channels.
    pub channels: AblatedChannels,
    /// How many random sets to hold them against.
    pub random_sets: usize,
    /// Enlargements of the images, the first of which is 1.
    pub zooms: Vec<f64>,
    /// What the channels hold.
    pub by: AblateBy,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// The instruction set to use.
    pub isa: Isa,
    /// The folder to write to.
    pub out: PathBuf,
}

/// What ablation did.
#[derive(Debug, Serialize)]
pub struct Ablated {
    /// Program, weights, images, block: what it was measured with.
    pub described: serde_json::Value,
    /// What each set of channels did at each enlargement.
    pub rows: Vec<AblationRow>,
    /// The studied set against the random ones at each enlargement.
    pub curve: Vec<AblationCurve>,
    /// What should be known of it, a sentence each.
    pub notes: Vec<String>,
}

impl FromStr for AblateBy {
    type Err = String;

    fn from_str(text: &str) -> Result<AblateBy, String> {
        match text {
            "mean" => Ok(AblateBy::Mean),
            "zero" => Ok(AblateBy::Zero),
            _ => Err(format!("'{text}': expected mean or zero")),
        }
    }
}

impl fmt::Display for AblateBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == AblateBy::Mean { "mean" } else { "zero" })
    }
}

/// Measures the ablation and writes `ablation.csv`, `ablation.json` and the figure.
///
/// Until these are written, what was found on each image is kept beside them: an interrupted ablation goes on there, and
/// takes what shards ([`ablate_shard`]) left.
///
/// # Errors
/// If the network lacks its last layer or the block, images or labels cannot be read, or a file cannot be written.
#[expect(clippy::expect_used, reason = "without a shard every image is measured")]
pub fn ablate(options: &Ablate, observer: &dyn Observer) -> Result<Ablated, RunError> {
    let ready = prepare(options, observer)?;
    for sentence in shards::unfinished(&options.out)? {
        observer.event(Event::Notice(sentence));
    }
    let measuring = ready.measuring(options, None, observer);
    let studied = ready.studied.clone();
    let found = sets::measure(&measuring, studied)?.expect("every image is measured");
    let curve = curve(&found.rows, &options.zooms);
    let mut notes = ready.labelled.notes.clone();
    notes.extend(found.note.clone());
    for note in &notes {
        observer.event(Event::Notice(note.clone()));
    }
    let described = described(options, &ready.loaded, &ready.labelled, &found.means);
    let ablated = Ablated { described, rows: found.rows, curve, notes };
    write_all(&options.out, &ablated)?;
    pass::forget(options)?;
    shards::forget(&options.out);
    Ok(ablated)
}

/// Measures a shard's part of the images, and leaves what it found for [`ablate`]. Whether every image is measured now:
/// which channels are ablated next follows from what was found on all of them, so that the same shard, once the others are
/// as far, goes on.
///
/// # Errors
/// As [`ablate`].
pub fn ablate_shard(options: &Ablate, shard: Shard, observer: &dyn Observer) -> Result<bool, RunError> {
    let ready = prepare(options, observer)?;
    let log = ShardLog::begin(&options.out, Some(shard), options.threads.get())?;
    let measured = sets::measure(&ready.measuring(options, Some(shard), observer), ready.studied.clone());
    if measured.is_ok() {
        log.images(shard.places(ready.labelled.images.len()).count())?;
    }
    log.end(&measured);
    Ok(measured?.is_some())
}

/// What is measured, and on which images.
struct Ready {
    loaded: Loaded,
    studied: Vec<usize>,
    labelled: Labelled,
}

impl Ready {
    fn measuring<'a>(&'a self, options: &'a Ablate, shard: Option<Shard>, observer: &'a dyn Observer) -> Measuring<'a> {
        Measuring { options, loaded: &self.loaded, labelled: &self.labelled, shard, observer }
    }
}

fn prepare(options: &Ablate, observer: &dyn Observer) -> Result<Ready, RunError> {
    let loaded = options.source.clone().load()?;
    loaded.tell(observer);
    require_classes(&loaded, options.block)?;
    let studied = studied(options, &loaded)?;
    let labelled = Labelled::read(options, &loaded)?;
    report::make_folder(&options.out).map_err(RunError::write(&options.out))?;
    Ok(Ready { loaded, studied, labelled })
}

/// Accuracy is that of the whole network.
fn require_classes(loaded: &Loaded, block: Block) -> Result<(), RunError> {
    let architecture = loaded.network.architecture();
    let because = architecture.missing_sentence().unwrap_or_default();
    if architecture.classes().is_none() || !architecture.is_complete() {
        let path = loaded.source.path.display();
        let sentence = format!("{path}: accuracy cannot be computed without the last blocks and fc: {because}");
        return Err(RunError::Site { sentence });
    }
    match architecture.blocks().contains(&block) {
        true => Ok(()),
        false => Err(RunError::Block { block, because }),
    }
}

/// The channels to ablate.
fn studied(options: &Ablate, loaded: &Loaded) -> Result<Vec<usize>, RunError> {
    let count = loaded.network.architecture().channels(options.block);
    let place = format!("block {}", options.block);
    match &options.channels {
        AblatedChannels::Listed(ranges) => channels::select(ranges, count, &place),
        AblatedChannels::From(run) => {
            let manifest = Manifest::read(run)?;
            if manifest.network.weights_digest != loaded.digest {
                let (there, here) = before::names(&manifest.network.weights, &loaded.source.path.display().to_string());
                let sentence = format!("--from {}: expected a run of {here}, found one of {there}", run.display());
                return Err(RunError::Site { sentence });
            }
            let rows: Vec<ChannelRow> = report::read_table(&run.join(layout::CHANNELS))?;
            let name = options.block.to_string();
            let of_block = rows.iter().filter(|row| row.block == name && row.scale_invariant_by_block);
            let channels: Vec<usize> = of_block.map(|row| row.channel).collect();
            match channels.is_empty() {
                false => Ok(channels),
                true => Err(RunError::Site {
                    sentence: format!(
                        "--from {}: expected channels of block {name} that meet paper 2's criterion, found none",
                        run.display()
                    ),
                }),
            }
        }
    }
}

/// Where everything that was measured is, as JSON.
const REPORT: &str = "ablation.json";

/// What the sets were called.
pub(crate) const INTACT: &str = "intact";
pub(crate) const STUDIED: &str = "studied";

/// The studied set against each random one, at each enlargement.
fn curve(rows: &[AblationRow], zooms: &[f64]) -> Vec<AblationCurve> {
    let at = |zoom: f64| {
        let of_zoom = || rows.iter().filter(move |row| row.zoom == zoom);
        let top1 = |row: &AblationRow| row.top1 as f64;
        let studied = of_zoom().find(|row| row.set == STUDIED).map(top1);
        let random: Vec<f64> = of_zoom().filter(|row| row.set != STUDIED && row.set != INTACT).map(top1).collect();
        let ratios: Vec<f64> = random.iter().filter(|r| **r > 0.0).filter_map(|r| Some(studied? / r)).collect();
        let worse: Vec<f64> = random.iter().filter_map(|r| Some(r - studied?)).collect();
        let signs: Option<SignTest> = sign_test(&worse).ok();
        AblationCurve {
            zoom,
            random_sets: random.len(),
            ratio: mean(&ratios).ok(),
            ratio_standard_error: standard_error(&ratios).ok(),
            random_mean: mean(&random).ok(),
            random_standard_error: standard_error(&random).ok(),
            above: signs.map_or(0, |s| s.above),
            below: signs.map_or(0, |s| s.below),
            sign_p: signs.map(|s| s.p),
        }
    };
    zooms.iter().map(|&zoom| at(zoom)).collect()
}

fn described(options: &Ablate, loaded: &Loaded, labelled: &Labelled, means: &[f64]) -> serde_json::Value {
    serde_json::json!({
        "program": crate::program(),
        "build": crate::build_record(),
        "weights": loaded.source.path.display().to_string(),
        "weights_digest": loaded.digest,
        "input_size": loaded.size(),
        "images": options.images.display().to_string(),
        "images_read": labelled.images.len(),
        "classes": labelled.classes,
        "site": loaded.architecture().read_site(options.block, Role::Output).to_string(),
        "by": options.by.to_string(),
        "means": means,
        "zooms": options.zooms,
        "seed": sets::SEED,
    })
}

fn write_all(folder: &Path, ablated: &Ablated) -> Result<(), RunError> {
    report::write_table(&folder.join("ablation.csv"), &ablated.rows)?;
    let mut text = serde_json::to_string_pretty(ablated).unwrap_or_default();
    text.push('\n');
    let path = folder.join(REPORT);
    report::write_atomically(&path, text.as_bytes()).map_err(RunError::write(&path))?;
    Ok(report::draw_ablation(&folder.join("ablation.x"), &ablated.rows, &ablated.curve)?)
}

#[cfg(test)]
mod tests;
