//! One picture.

mod kept;

use crate::error::RunError;
use crate::pictures::{MAX_RETRIES, pixels};
use crate::progress::{Event, Observer};
use crate::source::{Loaded, Source};
use crate::store::{Address, Entry, Unit};
use featviz::{Objective, Recipe, Studio, Visualization, Visualizer};
use images::Rgb8;
use kept::Kept;
use resnet::ndarray::Axis;
use resnet::{Architecture, Extent, Isa, Reader, Reading, Site, SiteName, UnknownSite, View};
use std::path::PathBuf;
use std::sync::Arc;

/// What to visualize.
#[derive(Clone, Debug)]
pub struct Visualize {
    /// The network.
    pub source: Source,
    /// Where the neuron is.
    pub site: SiteName,
    /// Its channel.
    pub channel: usize,
    /// What is maximised.
    pub objective: Objective,
    /// Steps of gradient ascent.
    pub steps: usize,
    /// The seed of every draw.
    pub seed: u64,
    /// The instruction set to use.
    pub isa: Isa,
    /// The picture to write.
    pub out: PathBuf,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Visualized {
    /// The site that was asked for.
    pub site: Site,
    /// The objective before each step, through that step's augmentation.
    pub trajectory: Vec<f32>,
    /// The objective on the 8-bit picture as it was written, without augmentation.
    pub on_picture: f64,
    /// The seed that the picture was made from.
    pub seed: u64,
    /// Whether the neuron is positive on it; a whole channel's mean need not be.
    pub succeeded: bool,
}

/// Makes a picture and writes it. Where a neuron is not positive on its picture the visualization failed, and is made
/// again from the next seed; the last one is written whatever it is. The mean of a whole channel may rightly be
/// negative, as most of a picture's places have something else: its picture is the first one, as in
/// [`crate::reproduce()`]. A neuron behind a ReLU is optimised before it: where it is zero it has no gradient, and its
/// picture would stay noise. Until it is written, attempts are kept beside it in `<picture>.<key>.part`: an interrupted command
/// goes on there.
///
/// # Errors
/// If the network, site or channel is unusable, or the picture cannot be written.
pub fn visualize(request: &Visualize, observer: &dyn Observer) -> Result<Visualized, RunError> {
    let loaded = request.source.clone().load()?;
    loaded.tell(observer);
    let unknown = |e: UnknownSite| RunError::Site { sentence: format!("--site: {e}") };
    let asked = loaded.architecture().site(&request.site).map_err(unknown)?;
    let site = before_relu(loaded.architecture(), asked, request.objective);
    let recipe = Recipe::new(loaded.size(), request.steps);
    let visualizer = Visualizer::new(&loaded.network, site, request.objective, recipe.clone());
    let visualizer = Arc::new(visualizer.map_err(|e| loaded.because_of_featviz(e))?);
    if request.channel >= visualizer.channels() {
        return Err(RunError::Channel {
            found: request.channel.to_string(),
            last: visualizer.channels().saturating_sub(1),
            place: format!("site {asked}"),
            plural: false,
        });
    }
    let write = RunError::write(&request.out);
    report::check_writable(&request.out).map_err(write)?;
    if asked != site {
        observer.event(Event::Notice(format!(
            "{asked} is behind a ReLU: optimised at {site}, which is the same number where it is positive"
        )));
    }
    let address = |unit: &Unit| Address::of(unit, &recipe, &loaded.identity());
    let mut kept = Kept::open(&request.out, &address(&unit_of(request, site, 0)), &recipe)?;
    if kept.len() > 0 {
        let path = request.out.display();
        observer.event(Event::Notice(format!(
            "{path}: goes on after {} that an earlier command made",
            attempts(kept.len())
        )));
    }
    let mut studio = None;
    let (mut retries, mut succeeded);
    retries = 0;
    let (entry, on_picture) = loop {
        let unit = unit_of(request, site, retries);
        let entry = match kept.get(&address(&unit)) {
            Some(entry) => entry,
            None => {
                kept.reserve()?;
                let studio = match &mut studio {
                    Some(studio) => studio,
                    none => none.insert(Studio::new(Arc::clone(&visualizer), request.isa).map_err(RunError::Featviz)?),
                };
                let entry = made(run(studio, request, unit.seed, observer), recipe.size)?;
                kept.keep(&address(&unit), &unit, &entry)?;
                entry
            }
        };
        let on_picture = objective_on(&loaded, (request, site), &pixels(&entry.png, &request.out, recipe.size)?)?;
        succeeded = request.objective == Objective::Channel || on_picture > 0.0;
        if !succeeded && retries == MAX_RETRIES {
            observer.event(Event::Notice(given_up(&unit, on_picture)));
        }
        if succeeded || retries == MAX_RETRIES {
            break (entry, on_picture);
        }
        retries += 1;
        observer.event(Event::Retried(unit_of(request, site, retries)));
    };
    report::write_atomically(&request.out, &entry.png).map_err(write)?;
    kept.end()?;
    let seed = request.seed.wrapping_add(retries);
    Ok(Visualized { site: asked, trajectory: entry.trajectory, on_picture, seed, succeeded })
}

/// The same neuron before its ReLU, if it is behind one.
fn before_relu(architecture: &Architecture, asked: Site, objective: Objective) -> Site {
    match objective {
        Objective::Neuron => architecture.before_relu(asked),
        // Its mean is another one before the ReLU, and is seldom zero everywhere behind it.
        Objective::Channel => asked,
    }
}

/// The unit of an attempt.
fn unit_of(request: &Visualize, site: Site, retries: u64) -> Unit {
    let Visualize { objective, channel, seed, .. } = *request;
    Unit { site, objective, channel, seed: seed.wrapping_add(retries) }
}

fn attempts(count: usize) -> String {
    if count == 1 { "one attempt".to_owned() } else { format!("{count} attempts") }
}

/// A visualization as the store has it.
fn made(made: Visualization, size: usize) -> Result<Entry, RunError> {
    let picture = Rgb8::from_pixels(size, size, made.pixels.into_iter().collect())?;
    Ok(Entry { png: images::encode_png(&picture)?, trajectory: made.trajectory, floats: made.floats })
}

/// What it means that all attempts failed, as one sentence.
fn given_up(unit: &Unit, on_picture: f64) -> String {
    let (attempts, unit) = (MAX_RETRIES + 1, format!("{}:{}", unit.site, unit.channel));
    match on_picture.is_finite() {
        true => format!("{unit}: none of {attempts} attempts made the neuron positive"),
        false => format!(
            "{unit}: at each of {attempts} attempts activations are not finite, beyond what single precision holds"
        ),
    }
}

fn run(studio: &mut Studio, request: &Visualize, seed: u64, observer: &dyn Observer) -> Visualization {
    observer.event(Event::Phase { name: "steps".into(), total: request.steps, done: 0 });
    let made = studio.run_watched(request.channel, seed, &mut || observer.event(Event::Advanced));
    observer.event(Event::PhaseEnded);
    made
}

/// The objective on an 8-bit picture: the center neuron, or the mean of the whole channel.
fn objective_on(loaded: &Loaded, (request, site): (&Visualize, Site), pixels: &[u8]) -> Result<f64, RunError> {
    let extent = match request.objective {
        Objective::Neuron => Extent::Center,
        Objective::Channel => Extent::Whole,
    };
    let size = loaded.size();
    let reading = Reading { size, view: View::Plain, sites: &[site], extent };
    let reader = Reader::new(&loaded.network, reading, request.isa);
    let mut reader = reader.map_err(|e| loaded.because(e))?;
    reader.read(pixels);
    match extent {
        Extent::Center => Ok(f64::from(reader.center(site)[request.channel])),
        Extent::Whole => {
            let map = reader.whole(site);
            let of_channel: Vec<f64> = map.index_axis(Axis(2), request.channel).iter().map(|&v| f64::from(v)).collect();
            Ok(analysis::statistics::mean(&of_channel).unwrap_or(f64::NAN))
        }
    }
}

#[cfg(test)]
mod tests;
