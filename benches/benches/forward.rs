//! The forward pass of a whole ResNet18 at 224 pixels: `cargo bench --package streamscope-benches --bench forward`.
//!
//! The weights are pseudo-random: time does not depend on them. Prints medians, and the fraction of the multiply-add rate
//! that this processor was measured to reach in the same run.
#![expect(clippy::print_stdout, reason = "the table is the result")]

use autodiff::ThreadPoolBuilder;
use kernels::peak::multiply_adds;
use resnet::{Extent, Isa, Network, Reader, Site, View};
use std::hint::black_box;
use std::time::Instant;
use testkit::pseudo_random;
use weights::{Tensor, TensorSet};

/// Multiply-adds of ResNet18 at 224 pixels, convolutions and the last layer, as operations.
const OPERATIONS: f64 = 2.0 * 1_814_073_344.0;
const SIZE: usize = 224;
const RUNS: usize = 40;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let isa = Isa::from_environment()?;
    let network = Network::new(&tensors()?)?;
    let pixels: Vec<u8> = (0..=255).cycle().take(SIZE * SIZE * 3).collect();
    let peak = peak(isa);
    println!(
        "{isa}: one core retires {:.0} GFLOP/s of fused multiply-adds",
        peak / 1e9
    );
    println!("ResNet18 {SIZE}x{SIZE}, one image, medians of {RUNS} runs");
    println!("threads  milliseconds  GFLOP/s  of peak");
    let cores = std::thread::available_parallelism()?.get();
    for threads in [1, cores] {
        let mut reader = Reader::new(
            &network,
            SIZE,
            View::Plain,
            (&[Site::Classes], Extent::Center),
            isa,
        )?;
        let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
        let seconds = median(|| reader.read_on(black_box(&pixels), &pool));
        let rate = OPERATIONS / seconds;
        let share = 100.0 * rate / (peak * threads as f64);
        println!(
            "{threads:>7}  {:>12.2}  {:>7.0}  {share:>5.0} %",
            seconds * 1e3,
            rate / 1e9
        );
    }
    Ok(())
}

/// The median time of a call, after three that do not count.
fn median(mut call: impl FnMut()) -> f64 {
    (0..3).for_each(|_| call());
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    times[RUNS / 2]
}

/// Floating point operations a second of one core at its best.
fn peak(isa: Isa) -> f64 {
    let (mut digest, mut operations) = ([0.0; 16], 0);
    let seconds = median(|| operations = multiply_adds(isa, 1_000_000, black_box(&mut digest)));
    operations as f64 / seconds
}

/// A whole ResNet18 with folded batch norm.
fn tensors() -> Result<TensorSet, weights::WeightsError> {
    const WIDTHS: [usize; 4] = [64, 128, 256, 512];
    let mut shapes = vec![("conv1".to_owned(), vec![64, 3, 7, 7])];
    for stage in 0..4 {
        let (width, before) = (WIDTHS[stage], WIDTHS[stage.max(1) - 1]);
        for block in 0..2 {
            let name = |part: &str| format!("layer{}.{block}.{part}", stage + 1);
            let enters = if block == 0 { before } else { width };
            shapes.push((name("conv1"), vec![width, enters, 3, 3]));
            shapes.push((name("conv2"), vec![width, width, 3, 3]));
            if block == 0 && stage > 0 {
                shapes.push((name("downsample.0"), vec![width, before, 1, 1]));
            }
        }
    }
    shapes.push(("fc".to_owned(), vec![1000, 512]));
    let mut tensors = Vec::new();
    for (name, shape) in shapes {
        // Small enough that no activation overflows.
        let count: usize = shape.iter().product();
        let scale = (count as f32 / shape[0] as f32).sqrt().recip();
        let values = pseudo_random(7, count)
            .into_iter()
            .map(|v| v * scale)
            .collect();
        let bias = Tensor::new(
            "made",
            format!("{name}.bias"),
            vec![shape[0]],
            vec![0.01; shape[0]],
        )?;
        tensors.extend([
            Tensor::new("made", format!("{name}.weight"), shape, values)?,
            bias,
        ]);
    }
    TensorSet::new("made", tensors)
}
