//! One Rust runtime, driven line by line: `streamscope-peers rten|tract MODEL.onnx INPUT.f32 BATCH THREADS`.
//!
//! Prints the first image's scores, then for each line `run N` on stdin the seconds of N passes, as JSON.

use anyhow::{Context, Result, bail};
use rten::{Model, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Instant;
use tract_onnx::prelude::*;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, runtime, model, input, batch, threads] = arguments.as_slice() else {
        bail!("usage: streamscope-peers rten|tract MODEL.onnx INPUT.f32 BATCH THREADS");
    };
    let (batch, threads): (usize, usize) = (batch.parse()?, threads.parse()?);
    let bytes = std::fs::read(input).with_context(|| input.clone())?;
    let values: Vec<f32> = bytes
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect();
    let shape = [batch, 3, 224, 224];
    match runtime.as_str() {
        "rten" => {
            let model = Model::load_file(model)?;
            let (from, to) = (model.input_ids()[0], model.output_ids()[0]);
            let pool = Arc::new(ThreadPool::with_num_threads(threads));
            let input = NdTensor::from_data(shape, values);
            serve(|| {
                let mut options = RunOptions::default();
                options.thread_pool = Some(Arc::clone(&pool));
                let outputs = model.run(vec![(from, input.view().into())], &[to], Some(options))?;
                let Some(scores) = outputs.into_iter().next() else {
                    bail!("no output");
                };
                let scores: NdTensor<f32, 2> = scores.try_into()?;
                Ok(scores.iter().take(1000).copied().collect())
            })
        }
        "tract" => {
            if threads != 1 {
                bail!("tract runs on one thread");
            }
            let model = tract_onnx::onnx()
                .model_for_path(model)?
                .with_input_fact(0, f32::fact(shape).into())?
                .into_optimized()?
                .into_runnable()?;
            let input = Tensor::from_shape(&shape, &values)?;
            serve(|| {
                let outputs = model.run(tvec!(input.clone().into()))?;
                let scores = outputs[0].to_plain_array_view::<f32>()?;
                Ok(scores.iter().take(1000).copied().collect())
            })
        }
        other => bail!("unknown runtime '{other}': expected rten or tract"),
    }
}

/// Answers the driver.
fn serve(mut pass: impl FnMut() -> Result<Vec<f32>>) -> Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{:?}", pass()?)?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let runs: usize = line.strip_prefix("run ").context("expected 'run N'")?.parse()?;
        let mut seconds = Vec::new();
        for _ in 0..runs {
            let start = Instant::now();
            pass()?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        writeln!(out, "{seconds:?}")?;
        out.flush()?;
    }
    Ok(())
}
