//! One picture.

use crate::error::RunError;
use crate::pictures::MAX_RETRIES;
use crate::progress::{Event, Observer};
use crate::source::{Loaded, Source};
use crate::store::Unit;
use featviz::{Objective, Recipe, Studio, Visualization, Visualizer};
use images::Rgb8;
use resnet::ndarray::Axis;
use resnet::{Extent, Isa, Reader, Reading, Site, View};
use std::path::PathBuf;
use std::sync::Arc;

/// What to visualize.
#[derive(Clone, Debug)]
pub struct Visualize {
    /// The network.
    pub source: Source,
    /// Where the neuron is.
    pub site: Site,
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
    /// The objective before each step, through that step's augmentation.
    pub trajectory: Vec<f32>,
    /// The objective on the 8-bit picture as it was written, without augmentation.
    pub on_picture: f64,
    /// The seed that the picture was made from.
    pub seed: u64,
}

/// Makes a picture and writes it. Where a neuron is not positive on its picture the visualization failed, and is made
/// again from the next seed; the last one is written whatever it is. The mean of a whole channel may rightly be
/// negative, as most of a picture's places have something else: its picture is the first one, as in
/// [`crate::reproduce()`].
///
/// # Errors
/// If the network, site or channel is unusable, or the picture cannot be written.
pub fn visualize(request: &Visualize, observer: &dyn Observer) -> Result<Visualized, RunError> {
    let loaded = request.source.clone().load()?;
    let recipe = Recipe::new(request.source.input_size, request.steps);
    let visualizer = Visualizer::new(&loaded.network, request.site, request.objective, recipe);
    let visualizer = Arc::new(visualizer.map_err(|e| loaded.because_of_featviz(e))?);
    if request.channel >= visualizer.channels() {
        return Err(RunError::Channel {
            found: request.channel.to_string(),
            last: visualizer.channels().saturating_sub(1),
            place: format!("site {}", request.site),
            plural: false,
        });
    }
    let write = RunError::write(&request.out);
    report::check_writable(&request.out).map_err(write)?;
    let mut studio = Studio::new(visualizer, request.isa).map_err(RunError::Featviz)?;
    let mut retries = 0;
    let (seed, trajectory, pixels, on_picture) = loop {
        let seed = request.seed.wrapping_add(retries);
        let Visualization { pixels, trajectory } = run(&mut studio, request, seed, observer);
        let pixels: Vec<u8> = pixels.into_iter().collect();
        let on_picture = objective_on(&loaded, request, &pixels)?;
        let succeeded = request.objective == Objective::Channel || on_picture > 0.0;
        if !succeeded && retries == MAX_RETRIES {
            observer.event(Event::Notice(given_up(request, on_picture)));
        }
        if succeeded || retries == MAX_RETRIES {
            break (seed, trajectory, pixels, on_picture);
        }
        retries += 1;
        let Visualize { site, objective, channel, .. } = *request;
        observer.event(Event::Retried(Unit { site, objective, channel, seed: request.seed.wrapping_add(retries) }));
    };
    let size = request.source.input_size;
    let png = images::encode_png(&Rgb8::from_pixels(size, size, pixels)?)?;
    report::write_atomically(&request.out, &png).map_err(write)?;
    Ok(Visualized { trajectory, on_picture, seed })
}

/// What it means that all attempts failed, as one sentence.
fn given_up(request: &Visualize, on_picture: f64) -> String {
    let why = match on_picture.is_finite() {
        true => "none of which made the neuron positive",
        false => "since activations here are not finite, beyond what single precision holds",
    };
    format!("{}:{}: given up after {} attempts, {why}", request.site, request.channel, MAX_RETRIES + 1)
}

fn run(studio: &mut Studio, request: &Visualize, seed: u64, observer: &dyn Observer) -> Visualization {
    observer.event(Event::Phase { name: "steps".into(), total: request.steps, done: 0 });
    let made = studio.run_watched(request.channel, seed, &mut || observer.event(Event::Advanced));
    observer.event(Event::PhaseEnded);
    made
}

/// The objective on an 8-bit picture: the center neuron, or the mean of the whole channel.
fn objective_on(loaded: &Loaded, request: &Visualize, pixels: &[u8]) -> Result<f64, RunError> {
    let extent = match request.objective {
        Objective::Neuron => Extent::Center,
        Objective::Channel => Extent::Whole,
    };
    let size = request.source.input_size;
    let reading = Reading { size, view: View::Plain, sites: &[request.site], extent };
    let reader = Reader::new(&loaded.network, reading, request.isa);
    let mut reader = reader.map_err(|e| loaded.because(e))?;
    reader.read(pixels);
    match extent {
        Extent::Center => Ok(f64::from(reader.center(request.site)[request.channel])),
        Extent::Whole => {
            let map = reader.whole(request.site);
            let of_channel: Vec<f64> = map.index_axis(Axis(2), request.channel).iter().map(|&v| f64::from(v)).collect();
            Ok(analysis::statistics::mean(&of_channel).unwrap_or(f64::NAN))
        }
    }
}

#[cfg(test)]
mod tests;
