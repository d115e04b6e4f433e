//! Streamscope as one of the contenders of `benches/peers`, driven line by line.
//!
//! `contender forward WEIGHTS IMAGES.u8 BATCH THREADS` prints the first image's scores, then for each line `run N` on
//! stdin the seconds of N passes, as JSON; `contender winograd` does the same by Winograd's algorithm. `contender
//! featviz WEIGHTS SITE STEPS THREADS` prints `[]`, then the seconds that a step of one unit took, with as many units
//! at work as threads.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "the driver reads stdout")]

use anyhow::{Context, bail};
use autodiff::ThreadPoolBuilder;
use featviz::{Objective, Recipe, Studio, Visualizer};
use rayon::prelude::*;
use resnet::{Algorithm, Extent, Isa, Network, Reader, Reading, Site, View};
use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use weights::TensorSet;

const SIZE: usize = 224;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, weights, of, count, threads] = arguments.as_slice() else {
        bail!("usage: contender forward|winograd|featviz WEIGHTS IMAGES.u8|SITE BATCH|STEPS THREADS");
    };
    let tensors = TensorSet::load_except(Path::new(weights), |name| name.ends_with(".num_batches_tracked"))?;
    let algorithm = match what.as_str() {
        "winograd" => Algorithm::Winograd,
        _ => Algorithm::Direct,
    };
    let network = Network::computed(&tensors, algorithm)?;
    let (count, threads) = (count.parse()?, threads.parse()?);
    match what.as_str() {
        "forward" | "winograd" => forward(&network, &std::fs::read(of).with_context(|| of.clone())?, count, threads),
        "featviz" => visualize(&network, of.parse()?, count, threads),
        other => bail!("unknown task '{other}': expected forward, winograd or featviz"),
    }
}

/// One image is split among the threads; of several, each is read by one thread.
fn forward(network: &Network, bytes: &[u8], batch: usize, threads: usize) -> anyhow::Result<()> {
    let images: Vec<&[u8]> = bytes.chunks_exact(SIZE * SIZE * 3).take(batch).collect();
    if images.len() < batch {
        bail!("{} images of {SIZE} x {SIZE}, expected {batch}", images.len());
    }
    let isa = Isa::from_environment()?;
    let classes = Site::Classes(network.architecture().classes_part());
    let reading = Reading { size: SIZE, view: View::Plain, sites: &[classes], extent: Extent::Center };
    let reader = |_| Reader::new(network, reading, isa);
    let mut readers = (0..threads.min(batch)).map(reader).collect::<Result<Vec<_>, _>>()?;
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    readers[0].read(images[0]);
    println!("{:?}", readers[0].center(classes).to_vec());
    let share = batch.div_ceil(readers.len());
    serve(|| match (readers.as_mut_slice(), images.as_slice()) {
        ([reader], [image]) => reader.read_on(image, &pool),
        (readers, images) => pool.install(|| {
            let parts = readers.par_iter_mut().zip(images.par_chunks(share));
            parts.for_each(|(reader, images)| images.iter().for_each(|image| reader.read(image)));
        }),
    })
}

fn visualize(network: &Network, site: Site, steps: usize, threads: usize) -> anyhow::Result<()> {
    let recipe = Recipe::new(SIZE, steps);
    let visualizer = Arc::new(Visualizer::new(network, site, Objective::Neuron, recipe)?);
    let isa = Isa::from_environment()?;
    let studio = |_| Studio::new(Arc::clone(&visualizer), isa);
    let mut studios = (0..threads).map(studio).collect::<Result<Vec<_>, _>>()?;
    println!("[]");
    let mut channel = 0;
    // A round gives each thread a unit; what it took is shared by all their steps.
    serve_times(|| {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for studio in &mut studios {
                channel = (channel + 1) % visualizer.channels();
                scope.spawn(move || studio.run(channel, 0));
            }
        });
        start.elapsed().as_secs_f64() / (threads * steps) as f64
    })
}

/// Answers the driver with the seconds of each pass.
fn serve(mut pass: impl FnMut()) -> anyhow::Result<()> {
    serve_times(|| {
        let start = Instant::now();
        pass();
        start.elapsed().as_secs_f64()
    })
}

fn serve_times(mut time: impl FnMut() -> f64) -> anyhow::Result<()> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let runs: usize = line.strip_prefix("run ").context("expected 'run N'")?.parse()?;
        let seconds: Vec<f64> = (0..runs).map(|_| time()).collect();
        println!("{seconds:?}");
    }
    Ok(())
}
