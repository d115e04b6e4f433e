//! Steps of feature visualization by the full recipe, all threads busy with different units, and what the whole paper
//! would take.

use crate::measure::{Row, Samples};
use crate::network::network;
use crate::progress;
use anyhow::Context;
use featviz::{Objective, Recipe, Studio, Visualizer};
use kernels::Isa;
use resnet::{Algorithm, Network, Role, Site};
use std::iter;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use weights::TensorSet;

/// Units of a site that a round takes.
const UNITS: usize = 8;
/// Steps of each: enough that every scale is drawn, and of a quick site so many that a unit takes a fifth of a second.
/// A picture of the paper takes 2,560, beside which drawing its spectrum and turning it into bytes is nothing.
const STEPS: usize = 24;
const UNIT_SECONDS: f64 = 0.2;
const ROUNDS: usize = 5;
/// Steps of a picture in the paper.
const PAPER: f64 = 2560.0;

pub(crate) fn run(isa: Isa, threads: &[usize], weights: Option<&Path>, row: &mut dyn FnMut(Row)) -> anyhow::Result<()> {
    if let Some(path) = weights {
        row(start(isa, path)?);
    }
    let network = match weights {
        Some(path) => load(path)?,
        None => network([64, 128, 256, 512], 1000, Algorithm::Direct)?,
    };
    let sites = sites(&network);
    let mut hours = vec![0.0; threads.len()];
    for &(site, last) in &sites {
        progress(&format!("featviz: {site}"));
        let visualizer = |steps| {
            let recipe = Recipe::new(224, steps);
            Visualizer::new(&network, site, Objective::Neuron, recipe).map(Arc::new)
        };
        let first = visualizer(STEPS)?;
        let memory = first.studio_bytes();
        let mut studio = Studio::new(Arc::clone(&first), isa)?;
        studio.run(0, 0);
        let start = Instant::now();
        studio.run(0, 0);
        let unit = start.elapsed().as_secs_f64();
        let more = (UNIT_SECONDS / unit).max(1.0);
        let visualizer = visualizer(whole(STEPS as f64 * more))?;
        let rows = times(isa, &visualizer, threads)?;
        for ((seconds, &threads), hours) in rows.iter().zip(threads).zip(&mut hours) {
            if last {
                *hours += seconds.quantile(0.5) * visualizer.channels() as f64 * PAPER / 3600.0;
            }
            let note = format!("{:.1} MiB a worker", memory as f64 / f64::from(1 << 20));
            row(Row::new("featviz", format!("step at {site}"), threads, seconds).noting(note));
        }
    }
    let pictures: usize = sites.iter().filter(|(_, last)| *last).count();
    for (&threads, hours) in threads.iter().zip(hours) {
        let name = format!("all pictures of {pictures} sites, blocks 1.1 to 3.1, projected");
        let whole = Samples::new(vec![hours * 3600.0]);
        let note = format!("{hours:.2} hours at {PAPER} steps a picture");
        row(Row::new("featviz", name, threads, &whole).noting(note));
    }
    Ok(())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of steps")]
fn whole(steps: f64) -> usize {
    steps.round() as usize
}

fn load(path: &Path) -> anyhow::Result<Network> {
    let tensors = TensorSet::load_except(path, |name| name.ends_with(".num_batches_tracked"))?;
    Network::new(&tensors).with_context(|| path.display().to_string())
}

/// From a file of weights to the end of the first step of a unit of the deepest site.
fn start(isa: Isa, path: &Path) -> anyhow::Result<Row> {
    let mut seconds = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let network = load(path)?;
        let Some(&(site, _)) = sites(&network).last() else {
            anyhow::bail!("{} allows no block to be studied", path.display());
        };
        let recipe = Recipe::new(224, 1);
        let visualizer = Arc::new(Visualizer::new(&network, site, Objective::Neuron, recipe)?);
        Studio::new(visualizer, isa)?.run(0, 0);
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(Row::new("featviz", "start, from weights to the first step", 1, &Samples::new(seconds)))
}

/// The sites whose units the paper's blocks 1.1 to 3.1 need, each once, in order; `false` for those beyond.
fn sites(network: &Network) -> Vec<(Site, bool)> {
    let mut sites = Vec::new();
    for &block in network.architecture().studied() {
        for role in Role::ALL {
            let site = network.architecture().optimised_site(block, role);
            let known = sites.iter().any(|(s, _)| *s == site);
            if !known && network.require(site).is_ok() {
                sites.push((site, block.stage() <= 3));
            }
        }
    }
    sites
}

/// Seconds for each unit and step, over [`ROUNDS`] rounds by each number of threads, in turn. As in a run, a thread
/// that is done with a unit takes the next one.
fn times(isa: Isa, visualizer: &Arc<Visualizer>, threads: &[usize]) -> anyhow::Result<Vec<Samples>> {
    let most = threads.iter().copied().max().unwrap_or(1);
    let mut studios = (0..most).map(|_| Studio::new(Arc::clone(visualizer), isa)).collect::<Result<Vec<_>, _>>()?;
    let channels = visualizer.channels();
    let mut round = |threads: usize, units: usize| {
        let next = AtomicUsize::new(0);
        let start = Instant::now();
        std::thread::scope(|scope| {
            for studio in &mut studios[..threads] {
                scope.spawn(|| {
                    let taken = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
                    for unit in taken.take_while(|&unit| unit < units) {
                        studio.run(unit % channels, 0);
                    }
                });
            }
        });
        start.elapsed().as_secs_f64() / (units * visualizer.recipe().steps) as f64
    };
    round(most, most);
    let mut seconds = vec![Vec::new(); threads.len()];
    for _ in 0..ROUNDS {
        for (seconds, &threads) in seconds.iter_mut().zip(threads) {
            // A multiple of the threads, or some would wait for the last ones.
            seconds.push(round(threads, UNITS.next_multiple_of(threads)));
        }
    }
    Ok(seconds.into_iter().map(Samples::new).collect())
}
