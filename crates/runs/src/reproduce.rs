//! The whole reproduction: pictures, measurements, tables, figures, report.

use crate::channels::ChannelRange;
use crate::error::RunError;
use crate::exemplars;
use crate::files::Output;
use crate::leftovers;
use crate::measure::{self, BlockReader, Measured};
use crate::paper;
use crate::parallel::in_order;
use crate::photographs::Photographs;
use crate::plan::{self, Study};
use crate::progress::{Event, Observer};
use crate::queue::{Lacking, Workshop};
use crate::scale_tuning::{ScaleCurve, ScaleReader};
use crate::scan;
use crate::source::{Loaded, Source};
use crate::store::Store;
use crate::tables::{self, Findings};
use crate::unit::Unit;
use featviz::{Objective, Preset, Recipe};
use report::{Manifest, PictureRecord, layout};
use resnet::{Block, Isa, Role};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How often a channel's failed pictures are made again before it is given up.
pub const MAX_RETRIES: u64 = 4;

/// What to reproduce.
#[derive(Clone, Debug)]
pub struct Options {
    /// The network.
    pub source: Source,
    /// The folder of images that tuning curves are measured on, if any.
    pub images: Option<PathBuf>,
    /// Blocks to study; none stands for all that the weights allow.
    pub blocks: Vec<Block>,
    /// Channels to study in each block; none stands for all.
    pub channels: Vec<ChannelRange>,
    /// The preset that was named.
    pub preset: Preset,
    /// Steps for each picture.
    pub steps: usize,
    /// The seed of every draw.
    pub seed: u64,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// The instruction set to use.
    pub isa: Isa,
    /// The folder to write to.
    pub out: PathBuf,
}

/// A channel of a block after its pictures were made and measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// The block.
    pub block: Block,
    /// The channel.
    pub channel: usize,
    /// What was measured on its pictures.
    pub measured: Measured,
    /// How often its pictures were made again.
    pub retries: u64,
}

/// What a run found.
#[derive(Debug)]
pub struct Summary {
    /// One row a block.
    pub blocks: Vec<report::BlockRow>,
    /// What could not be computed, as one sentence.
    pub missing: Option<String>,
    /// The report.
    pub index: PathBuf,
}

/// Runs everything. What an earlier run in the same folder finished is not computed again.
///
/// # Errors
/// If the input is bad, with nothing written, or a file cannot be written, with every finished picture kept.
pub fn reproduce(options: &Options, observer: &dyn Observer) -> Result<Summary, RunError> {
    let store = options.out.join(layout::STORE);
    run(options, (&store, Lacking::Make), observer)
}

/// As [`reproduce()`], with the pictures of a store anywhere.
pub(crate) fn run(
    options: &Options,
    (store, lacking): (&Path, Lacking),
    observer: &dyn Observer,
) -> Result<Summary, RunError> {
    let started = Instant::now();
    let loaded = options.source.clone().load()?;
    let studies = plan::studies(&loaded, &options.blocks, &options.channels)?;
    let missing = loaded.network.architecture().missing_sentence();
    if let Some(sentence) = &missing {
        observer.event(Event::Notice(sentence.clone()));
    }
    if let Some(folder) = &options.images {
        // A wrong folder should be noticed now, not after hours.
        scan::require_readable(folder, options.source.input_size)?;
    }
    let output = Output::new(&options.out)?;
    let before = Manifest::read(output.folder()).ok();
    let store = Store::open(store)?;
    let recipe = Recipe::new(options.source.input_size, options.steps);
    let workshop = Workshop {
        network: &loaded.network,
        weights: &loaded.digest,
        recipe: &recipe,
        store: &store,
        isa: options.isa,
        threads: options.threads,
        lacking,
    };
    let mut durations = BTreeMap::from([("load".to_owned(), started.elapsed().as_secs_f64())]);
    let mut timed = |name: &str, since: Instant| {
        durations.insert(name.to_owned(), since.elapsed().as_secs_f64());
    };

    let since = Instant::now();
    let units = neuron_units(&studies, options.seed);
    workshop.make("center-neuron pictures", &units, observer)?;
    timed("center-neuron pictures", since);

    let since = Instant::now();
    let run = Run {
        options,
        loaded: &loaded,
        workshop: &workshop,
        observer,
    };
    let channels = run.measure_until_sound(&studies)?;
    timed("measurements", since);

    let since = Instant::now();
    let mut findings = Findings {
        channels: &channels,
        curves: run.scale_tuning(&channels)?,
        ..Findings::default()
    };
    timed("scale tuning", since);

    let since = Instant::now();
    let how = (options.threads, options.isa);
    let photographs = match &options.images {
        None => None,
        Some(folder) => {
            let journals = output.scans();
            let mut read =
                Photographs::read(&loaded, &studies, (folder, &journals), how, observer)?;
            findings.tuning = read.tuning_curves(&studies);
            findings.on_photographs = read.measure(&loaded, &studies, &journals, how, observer)?;
            Some(read)
        }
    };
    findings.photographs = photographs.as_ref();
    timed("photographs", since);

    let since = Instant::now();
    let exemplars = exemplars::choose(
        paper::is_papers(&loaded),
        &studies,
        &channels,
        options.channels.is_empty(),
    );
    let mut units: Vec<Unit> = Vec::new();
    for e in &exemplars {
        let of_exemplar = roles(e.block, e.channel, Objective::Channel, options.seed);
        // One channel may be shown twice, and the Input of a block is the Output of the one before.
        units.extend(
            of_exemplar
                .iter()
                .filter(|u| !units.contains(u))
                .copied()
                .collect::<Vec<_>>(),
        );
    }
    workshop.make("whole-channel pictures of exemplars", &units, observer)?;
    timed("whole-channel pictures", since);

    let since = Instant::now();
    let shown = run.shown(&channels, &exemplars);
    run.write_pictures(&output, &shown)?;
    let blocks = tables::write(
        &output,
        &loaded,
        &studies,
        &exemplars,
        &findings,
        options.steps,
    )?;
    let mut manifest = tables::manifest(options, &loaded, &recipe, &studies, &channels);
    if let Some(photographs) = photographs {
        photographs.write(&output, &loaded, &studies, &exemplars, options.isa)?;
        manifest.images = Some(photographs.record);
    }
    manifest.pictures = run.records(&shown);
    manifest.write(output.folder())?;
    for path in report::render_all(output.folder())? {
        output.note(&path);
    }
    if let Some(before) = before {
        leftovers::delete(&output, &before, observer)?;
    }
    timed("tables and figures", since);
    manifest.seconds = durations;
    manifest.write(output.folder())?;
    Ok(Summary {
        blocks,
        missing,
        index: output.path(layout::INDEX),
    })
}

/// The center-neuron pictures of every channel, from one seed.
fn neuron_units(studies: &[Study], seed: u64) -> Vec<Unit> {
    let of_study = |s: &Study| {
        let block = s.block;
        s.channels
            .clone()
            .into_iter()
            .flat_map(move |c| roles(block, c, Objective::Neuron, seed))
    };
    studies.iter().flat_map(of_study).collect()
}

fn roles(block: Block, channel: usize, objective: Objective, seed: u64) -> [Unit; 3] {
    Role::ALL.map(|role| plan::unit(block, role, channel, objective, seed))
}

struct Run<'a> {
    options: &'a Options,
    loaded: &'a Loaded,
    workshop: &'a Workshop<'a>,
    observer: &'a dyn Observer,
}

impl Run<'_> {
    /// Measures every channel. Where neither the Input nor the Block picture makes the Output positive, the visualization
    /// failed, and both are made again from the next seed (method section 3).
    fn measure_until_sound(&self, studies: &[Study]) -> Result<Vec<Channel>, RunError> {
        let mut channels = self.measure_all(&self.first_attempts(studies))?;
        for retry in 1..=MAX_RETRIES {
            let failed: Vec<Attempt> = channels
                .iter()
                .filter(|c| !c.is_sound())
                .map(|c| Attempt {
                    block: c.block,
                    channel: c.channel,
                    retries: retry,
                })
                .collect();
            if failed.is_empty() {
                break;
            }
            let again: Vec<Unit> = failed.iter().flat_map(|a| self.units(a)).collect();
            for unit in again.iter().filter(|u| u.seed != self.options.seed) {
                self.observer.event(Event::Retried(*unit));
            }
            self.workshop
                .make("pictures made again", &again, self.observer)?;
            for measured in self.measure_all(&failed)? {
                let at = channels
                    .iter()
                    .position(|c| (c.block, c.channel) == (measured.block, measured.channel));
                if let Some(at) = at {
                    channels[at] = measured;
                }
            }
        }
        for given_up in channels.iter().filter(|c| !c.is_sound()) {
            self.observer.event(Event::Notice(given_up.epitaph()));
        }
        Ok(channels)
    }

    fn first_attempts(&self, studies: &[Study]) -> Vec<Attempt> {
        let of = |s: &Study| {
            let block = s.block;
            s.channels.clone().into_iter().map(move |channel| Attempt {
                block,
                channel,
                retries: 0,
            })
        };
        studies.iter().flat_map(of).collect()
    }

    /// The Input, Block and Output pictures of an attempt: retries take new seeds for the first two.
    fn units(&self, attempt: &Attempt) -> [Unit; 3] {
        let seed = |role| {
            if role == Role::Output {
                0
            } else {
                attempt.retries
            }
        };
        let Attempt { block, channel, .. } = *attempt;
        Role::ALL.map(|role| {
            let seed = self.options.seed.wrapping_add(seed(role));
            plan::unit(block, role, channel, Objective::Neuron, seed)
        })
    }

    /// Measures channels on all threads; the result is in the order of the attempts.
    fn measure_all(&self, attempts: &[Attempt]) -> Result<Vec<Channel>, RunError> {
        self.each("measurements", attempts, |reader, attempt| {
            self.measure_one(attempt, reader)
        })
    }

    /// Every channel's answers to its own pictures at every size.
    fn scale_tuning(
        &self,
        channels: &[Channel],
    ) -> Result<BTreeMap<(Block, usize), Vec<ScaleCurve>>, RunError> {
        let attempts: Vec<Attempt> = channels.iter().map(Channel::attempt).collect();
        let curves = self.each("scale tuning", &attempts, |reader, attempt| {
            let Attempt { block, channel, .. } = *attempt;
            let reader = reader_of(reader, block, || {
                ScaleReader::new(self.loaded, block, self.options.isa)
            })?;
            let curves = reader.curves(channel, &self.pictures(attempt)?);
            Ok(((block, channel), curves))
        })?;
        Ok(curves.into_iter().collect())
    }

    /// Does something for each attempt, on all threads, each with a reader of the block it is at; the results are in order.
    fn each<R: Send, S>(
        &self,
        name: &'static str,
        attempts: &[Attempt],
        work: impl Fn(&mut Option<(Block, S)>, &Attempt) -> Result<R, RunError> + Sync,
    ) -> Result<Vec<R>, RunError> {
        self.observer.event(Event::Phase {
            name: name.into(),
            total: attempts.len(),
            done: 0,
        });
        let mut results = Vec::new();
        in_order(
            self.options.threads,
            attempts.len(),
            || None,
            |reader, at| work(reader, &attempts[at]),
            |_, result| {
                results.push(result?);
                self.observer.event(Event::Advanced);
                Ok::<(), RunError>(())
            },
        )?;
        self.observer.event(Event::PhaseEnded);
        Ok(results)
    }

    fn measure_one(
        &self,
        attempt: &Attempt,
        reader: &mut Option<(Block, BlockReader)>,
    ) -> Result<Channel, RunError> {
        let Attempt {
            block,
            channel,
            retries,
        } = *attempt;
        let reader = reader_of(reader, block, || {
            BlockReader::new(self.loaded, block, self.options.isa)
        })?;
        let [input, of_block, output] = self.pictures(attempt)?;
        let measured = reader.measure(channel, &input, &of_block, &output);
        Ok(Channel {
            block,
            channel,
            measured,
            retries,
        })
    }

    /// The pixels of the Input, Block and Output pictures of an attempt.
    fn pictures(&self, attempt: &Attempt) -> Result<[Vec<u8>; 3], RunError> {
        let pixels = |unit: Unit| {
            let path = self.workshop.store.path(&self.workshop.address(&unit));
            measure::pixels(&self.workshop.entry(&unit)?.png, &path)
        };
        let [input, block, output] = self.units(attempt);
        Ok([pixels(input)?, pixels(block)?, pixels(output)?])
    }

    /// The pictures that were measured, and those of whole channels: their names below the folder, and their units.
    fn shown(
        &self,
        channels: &[Channel],
        exemplars: &[exemplars::Exemplar],
    ) -> Vec<(PathBuf, Unit)> {
        let mut shown = Vec::new();
        for c in channels {
            let block = c.block.to_string();
            for (role, unit) in Role::ALL.into_iter().zip(self.units(&c.attempt())) {
                shown.push((layout::feature(&block, role.name(), c.channel), unit));
            }
        }
        for e in exemplars {
            let block = e.block.to_string();
            let units = roles(e.block, e.channel, Objective::Channel, self.options.seed);
            for (role, unit) in Role::ALL.into_iter().zip(units) {
                let name = layout::channel_feature(&block, role.name(), e.channel);
                shown.push((name, unit));
            }
        }
        shown
    }

    /// Copies pictures from the store to where people look for them.
    fn write_pictures(&self, output: &Output, shown: &[(PathBuf, Unit)]) -> Result<(), RunError> {
        for (name, unit) in shown {
            output.write_new(&output.path(name), &self.workshop.entry(unit)?.png)?;
        }
        Ok(())
    }

    /// What the manifest says of pictures.
    fn records(&self, shown: &[(PathBuf, Unit)]) -> BTreeMap<String, PictureRecord> {
        let record = |(name, unit): &(PathBuf, Unit)| {
            let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
            let record = PictureRecord {
                site: unit.site.to_string(),
                objective: unit.objective.to_string(),
                channel: unit.channel,
                seed: unit.seed,
                address: self.workshop.address(unit).hex().to_owned(),
            };
            (parts.join("/"), record)
        };
        shown.iter().map(record).collect()
    }
}

#[derive(Clone, Copy, Debug)]
struct Attempt {
    block: Block,
    channel: usize,
    retries: u64,
}

impl Channel {
    /// What it means that all attempts failed, as one sentence.
    fn epitaph(&self) -> String {
        format!(
            "block {}, channel {}: given up after {} attempts, none of which made the Output positive on the Input or Block picture, so it \
             has no mix ratio and counts in no figure",
            self.block,
            self.channel,
            MAX_RETRIES + 1
        )
    }

    fn attempt(&self) -> Attempt {
        Attempt {
            block: self.block,
            channel: self.channel,
            retries: self.retries,
        }
    }
}

/// The reader of a block: the one at hand, or a new one in its place.
fn reader_of<S>(
    at_hand: &mut Option<(Block, S)>,
    block: Block,
    new: impl FnOnce() -> Result<S, RunError>,
) -> Result<&mut S, RunError> {
    if at_hand.as_ref().is_none_or(|(at, _)| *at != block) {
        // Two at once would take twice the memory.
        *at_hand = None;
    }
    match at_hand {
        Some((_, reader)) => Ok(reader),
        empty => Ok(&mut empty.insert((block, new()?)).1),
    }
}
