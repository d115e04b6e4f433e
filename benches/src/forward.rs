//! The forward pass of a whole ResNet18, of one image on several threads and of 32 images, and how its cost grows.

use crate::measure::{Row, sample_in_turn};
use crate::network::{network, operations};
use autodiff::{ThreadPool, ThreadPoolBuilder};
use kernels::Isa;
use rayon::prelude::*;
use resnet::{Algorithm, Extent, Network, Reader, Reading, Site, View};
use std::hint::black_box;

const WIDTHS: [usize; 4] = [64, 128, 256, 512];
const CLASSES: usize = 1000;
const RUNS: usize = 40;
const BATCH: usize = 32;

pub(crate) fn run(isa: Isa, threads: &[usize], row: &mut dyn FnMut(Row)) -> anyhow::Result<()> {
    let direct = network(WIDTHS, CLASSES, Algorithm::Direct)?;
    let winograd = network(WIDTHS, CLASSES, Algorithm::Winograd)?;
    let pools = threads.iter().map(|&n| pool(n)).collect::<anyhow::Result<Vec<_>>>()?;
    for (network, how) in [(&direct, ""), (&winograd, ", Winograd")] {
        let name = |what: &str| format!("{what}{how}");
        one_image(isa, network, Case { size: 224, name: &name("one image") }, &pools)?.into_iter().for_each(&mut *row);
        batch(isa, network, &name("image of a batch of 32"), &pools)?.into_iter().for_each(&mut *row);
    }
    for size in [112, 160, 320, 448] {
        let case = Case { size, name: &format!("{size} pixels") };
        one_image(isa, &direct, case, &pools[..1])?.into_iter().for_each(&mut *row);
    }
    for (fraction, widths) in [("1/4", [16, 32, 64, 128]), ("1/2", [32, 64, 128, 256])] {
        let narrow = network(widths, CLASSES, Algorithm::Direct)?;
        let name = format!("{fraction} of the channels");
        let rows = one_image(isa, &narrow, Case { size: 224, name: &name }, &pools[..1])?;
        let operations = operations(widths, CLASSES);
        rows.into_iter().for_each(|r| {
            row(Row { operations: Some(operations), ..r });
        });
    }
    Ok(())
}

fn pool(threads: usize) -> anyhow::Result<ThreadPool> {
    Ok(ThreadPoolBuilder::new().num_threads(threads).build()?)
}

fn reader(isa: Isa, network: &Network, size: usize) -> anyhow::Result<Reader> {
    let classes = Site::Classes(network.architecture().classes_part());
    let reading = Reading { size, view: View::Plain, sites: &[classes], extent: Extent::Center };
    Ok(Reader::new(network, reading, isa)?)
}

fn pixels(size: usize, first: u8) -> Vec<u8> {
    (first..=255).chain(0..first).cycle().take(size * size * 3).collect()
}

/// An image of so many pixels a side, and what its row is called.
#[derive(Clone, Copy)]
struct Case<'a> {
    size: usize,
    name: &'a str,
}

/// One image, split among the threads of each pool; the pools take turns.
fn one_image(isa: Isa, network: &Network, case: Case<'_>, pools: &[ThreadPool]) -> anyhow::Result<Vec<Row>> {
    let Case { size, name } = case;
    let pixels = pixels(size, 0);
    let mut readers = pools.iter().map(|_| reader(isa, network, size)).collect::<anyhow::Result<Vec<_>>>()?;
    let mut calls: Vec<Box<dyn FnMut() + '_>> = Vec::new();
    for (reader, pool) in readers.iter_mut().zip(pools) {
        calls.push(Box::new(|| reader.read_on(black_box(&pixels), pool)));
    }
    let times = sample_in_turn(RUNS, &mut calls);
    let exact = size == 224;
    let rows = times.iter().zip(pools).map(|(times, pool)| {
        let row = Row::new("forward", name, pool.current_num_threads(), times);
        Row { operations: exact.then(|| operations(WIDTHS, CLASSES)), ..row }
    });
    Ok(rows.collect())
}

/// 32 images, each on one thread of a pool; the time of one.
fn batch(isa: Isa, network: &Network, name: &str, pools: &[ThreadPool]) -> anyhow::Result<Vec<Row>> {
    let images: Vec<Vec<u8>> = (0..32).map(|i| pixels(224, i * 7)).collect();
    let mut readers = Vec::new();
    for pool in pools {
        let of_pool: anyhow::Result<Vec<Reader>> =
            (0..pool.current_num_threads()).map(|_| reader(isa, network, 224)).collect();
        readers.push(of_pool?);
    }
    let mut calls: Vec<Box<dyn FnMut() + '_>> = Vec::new();
    for (readers, pool) in readers.iter_mut().zip(pools) {
        let share = BATCH.div_ceil(readers.len());
        let images = &images;
        calls.push(Box::new(move || {
            pool.install(|| {
                readers.par_iter_mut().zip(images.par_chunks(share)).for_each(|(reader, images)| {
                    images.iter().for_each(|image| reader.read(black_box(image)));
                });
            });
        }));
    }
    let times = sample_in_turn(7, &mut calls);
    let rows = times.iter().zip(pools).map(|(times, pool)| {
        let row = Row::new("forward", name, pool.current_num_threads(), times);
        Row {
            milliseconds: row.milliseconds / BATCH as f64,
            quartiles: row.quartiles.map(|q| q / BATCH as f64),
            operations: Some(operations(WIDTHS, CLASSES)),
            ..row
        }
    });
    Ok(rows.collect())
}
