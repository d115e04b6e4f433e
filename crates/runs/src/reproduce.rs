//! The whole reproduction: pictures, measurements, tables, figures, report.

use crate::channels::ChannelRange;
use crate::error::RunError;
use crate::files::Output;
use crate::measure::{self, BlockReader, Measured};
use crate::photographs::{Photographs, TuningCurves};
use crate::plan::{self, Study};
use crate::progress::{Event, Observer};
use crate::queue::Workshop;
use crate::scan;
use crate::source::{Loaded, Source};
use crate::store::Store;
use crate::tables;
use crate::unit::Unit;
use featviz::{Objective, Preset, Recipe};
use resnet::{Block, Isa, Role};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
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
    let started = Instant::now();
    let loaded = options.source.clone().load()?;
    let studies = plan::studies(&loaded, &options.blocks, &options.channels)?;
    let missing = loaded.network.architecture().missing_sentence();
    if let Some(sentence) = &missing {
        observer.event(Event::Notice(sentence.clone()));
    }
    if let Some(folder) = &options.images {
        // A wrong folder should be noticed now, not after hours.
        scan::entries(std::slice::from_ref(folder))?;
    }
    let output = Output::new(&options.out)?;
    let store = Store::open(&output.store())?;
    let recipe = Recipe::new(options.source.input_size, options.steps);
    let workshop = Workshop {
        network: &loaded.network,
        weights: &loaded.digest,
        recipe: &recipe,
        store: &store,
        isa: options.isa,
        threads: options.threads,
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
    let photographs = match &options.images {
        None => None,
        Some(folder) => {
            let how = (options.threads, options.isa);
            Some(Photographs::read(&loaded, &studies, folder, how, observer)?)
        }
    };
    let tuning = photographs
        .as_ref()
        .map_or_else(TuningCurves::new, |p| p.tuning_curves(&studies));
    timed("photographs", since);

    let since = Instant::now();
    let exemplars = tables::exemplars(&studies, &channels, options.channels.is_empty());
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
    run.write_pictures(&output, &channels, &exemplars)?;
    let blocks = tables::write(&output, &loaded, &studies, &channels, &exemplars, &tuning)?;
    let mut manifest = tables::manifest(options, &loaded, &recipe, &studies, &channels);
    if let Some(photographs) = photographs {
        photographs.write(&output, &studies, &exemplars, loaded.source.input_size)?;
        manifest.images = Some(photographs.record);
    }
    manifest.write(output.folder())?;
    report::render(output.folder())?;
    timed("tables and figures", since);
    manifest.seconds = durations;
    manifest.write(output.folder())?;
    Ok(Summary {
        blocks,
        missing,
        index: output.path(report::layout::INDEX),
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
        let (name, total) = ("measurements", attempts.len());
        self.observer.event(Event::Phase {
            name,
            total,
            done: 0,
        });
        let next = AtomicUsize::new(0);
        let results: Mutex<Vec<(usize, Result<Channel, RunError>)>> = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..self.options.threads.get().min(total) {
                scope.spawn(|| {
                    let mut reader = None;
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(attempt) = attempts.get(at) else {
                            break;
                        };
                        let measured = self.measure_one(attempt, &mut reader);
                        results
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push((at, measured));
                        self.observer.event(Event::Advanced);
                    }
                });
            }
        });
        self.observer.event(Event::PhaseEnded);
        let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.sort_unstable_by_key(|(at, _)| *at);
        results.into_iter().map(|(_, result)| result).collect()
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
        let reader = match reader {
            Some((at, reader)) if *at == block => reader,
            _ => {
                &mut reader
                    .insert((
                        block,
                        BlockReader::new(self.loaded, block, self.options.isa)?,
                    ))
                    .1
            }
        };
        let mut pictures = Vec::new();
        for unit in self.units(attempt) {
            let path = self.workshop.store.path(&self.workshop.address(&unit));
            pictures.push(measure::pixels(&self.workshop.entry(&unit)?.png, &path)?);
        }
        let measured = reader.measure(channel, &pictures[0], &pictures[1], &pictures[2]);
        Ok(Channel {
            block,
            channel,
            measured,
            retries,
        })
    }

    /// Copies the pictures that were measured, and those of whole channels, to where people look for them.
    fn write_pictures(
        &self,
        output: &Output,
        channels: &[Channel],
        exemplars: &[tables::Exemplar],
    ) -> Result<(), RunError> {
        for channel in channels {
            let attempt = Attempt {
                block: channel.block,
                channel: channel.channel,
                retries: channel.retries,
            };
            for (role, unit) in Role::ALL.into_iter().zip(self.units(&attempt)) {
                output.write_picture(
                    channel.block,
                    role,
                    channel.channel,
                    &self.workshop.entry(&unit)?.png,
                )?;
            }
        }
        for e in exemplars {
            let units = roles(e.block, e.channel, Objective::Channel, self.options.seed);
            for (role, unit) in Role::ALL.into_iter().zip(units) {
                output.write_channel_picture(
                    e.block,
                    role,
                    e.channel,
                    &self.workshop.entry(&unit)?.png,
                )?;
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
struct Attempt {
    block: Block,
    channel: usize,
    retries: u64,
}
