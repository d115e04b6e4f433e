//! The same bits on every instruction set, for any number of threads, and for any region.

use crate::error::AuditError;
use crate::line::{Line, Witness};
use autodiff::{Isa, ThreadPoolBuilder};
use featviz::{Objective, Recipe, Studio, Visualizer};
use resnet::{Algorithm, Extent, Network, Reader, Role, Site, View};
use std::sync::Arc;
use weights::TensorSet;

/// Steps of the visualization whose pictures are compared.
const STEPS: usize = 4;

/// The lines, and the digest of everything that was the same: two people with different machines compare it by eye.
///
/// # Errors
/// If the network cannot be read.
pub(crate) fn lines(
    network: &Network,
    tensors: &TensorSet,
    pixels: &[u8],
    size: usize,
) -> Result<(Vec<Line>, String), AuditError> {
    let sites = network.sites();
    let mut lines = Vec::new();
    let mut digest = blake3::Hasher::new();
    let best = Isa::best();
    let expected = maps(network, (&sites, size), pixels, best, 1)?;
    for values in &expected {
        update(&mut digest, values);
    }
    let at = |site: Site| sites.iter().position(|&s| s == site).map(|i| &expected[i]);
    let (mut count, mut differ) = (0, 0);
    for &block in network.architecture().blocks() {
        let roles = Role::ALL.map(|role| at(block.read_site(role)));
        if let [Some(input), Some(added), Some(output)] = roles {
            count += output.len();
            let sums = input.iter().zip(added).map(|(i, b)| i + b);
            differ += sums
                .zip(output)
                .filter(|(sum, o)| sum.to_bits() != o.to_bits())
                .count();
        }
    }
    lines.push(Line::equal(
        "residual sum",
        "Input + Block = Output, every block",
        Witness::Identity,
        count,
        differ,
    ));
    let mut compare = |what: String, found: &[Vec<f32>], expected: &[Vec<f32>]| {
        let pairs = found.iter().flatten().zip(expected.iter().flatten());
        let (mut count, mut differ) = (0, 0);
        for (a, b) in pairs {
            count += 1;
            differ += usize::from(a.to_bits() != b.to_bits());
        }
        let lengths = found.iter().map(Vec::len).ne(expected.iter().map(Vec::len));
        let differ = differ + usize::from(lengths);
        lines.push(Line::equal(
            "same bits",
            what,
            Witness::Identity,
            count,
            differ,
        ));
    };
    let winograd = Network::computed(tensors, Algorithm::Winograd)?;
    let transformed = maps(&winograd, (&sites, size), pixels, best, 1)?;
    for (network, expected, how) in [
        (network, &expected, ""),
        (&winograd, &transformed, ", Winograd"),
    ] {
        for isa in Isa::supported() {
            for threads in [1, 2, 3] {
                // Winograd's own part is the transforms: instruction sets and threads one by one.
                if !how.is_empty() && isa != best && threads > 1 {
                    continue;
                }
                let found = maps(network, (&sites, size), pixels, isa, threads)?;
                let what = format!("every site, {isa}, {threads} threads{how}");
                compare(what, &found, expected);
            }
        }
        let (cones, centers) = centers(network, (&sites, size), pixels, expected)?;
        let what = format!("cones of the centers, and whole maps{how}");
        compare(what, &cones, &centers);
    }

    let site = visualized(&sites);
    let picture = |isa| -> Result<Vec<Vec<f32>>, AuditError> {
        let recipe = Recipe::new(size, STEPS);
        let visualizer = Visualizer::new(network, site, Objective::Neuron, recipe)?;
        let made = Studio::new(Arc::new(visualizer), isa)?.run(1, 0);
        let bytes = made.pixels.iter().map(|&byte| f32::from(byte));
        Ok(vec![made.trajectory, bytes.collect()])
    };
    let expected = picture(best)?;
    for values in &expected {
        update(&mut digest, values);
    }
    for isa in Isa::supported() {
        let what = format!("{STEPS} steps of visualization at {site}, {isa}");
        compare(what, &picture(isa)?, &expected);
    }
    Ok((lines, digest.finalize().to_hex()[..16].to_owned()))
}

/// A site whose recipe has jitter and a crop, if the network has it.
fn visualized(sites: &[Site]) -> Site {
    let wanted = sites.iter().find(|s| s.to_string() == "layer2.1.pre");
    *wanted.or(sites.last()).unwrap_or(&Site::StemRelu)
}

fn update(digest: &mut blake3::Hasher, values: &[f32]) {
    for value in values {
        digest.update(&value.to_le_bytes());
    }
}

/// Region and whole: cones computed for nothing but the center, and the centers of `whole` maps.
#[expect(
    clippy::type_complexity,
    reason = "two lists of the same kind, to be compared"
)]
fn centers(
    network: &Network,
    (sites, size): (&[Site], usize),
    pixels: &[u8],
    whole: &[Vec<f32>],
) -> Result<(Vec<Vec<f32>>, Vec<Vec<f32>>), AuditError> {
    let sites = (sites, Extent::Center);
    let mut reader = Reader::new(network, size, View::Plain, sites, Isa::best())?;
    reader.read(pixels);
    let (mut cones, mut centers) = (Vec::new(), Vec::new());
    for (&(site, shape), whole) in reader.shapes().iter().zip(whole) {
        let from = (shape.height / 2 * shape.width + shape.width / 2) * shape.channels;
        cones.push(reader.center(site).to_vec());
        centers.push(whole[from..from + shape.channels].to_vec());
    }
    Ok((cones, centers))
}

/// The whole map of every site.
fn maps(
    network: &Network,
    (sites, size): (&[Site], usize),
    pixels: &[u8],
    isa: Isa,
    threads: usize,
) -> Result<Vec<Vec<f32>>, AuditError> {
    let mut reader = Reader::new(network, size, View::Plain, (sites, Extent::Whole), isa)?;
    if threads == 1 {
        reader.read(pixels);
    } else {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| AuditError::Threads(e.to_string()))?;
        reader.read_on(pixels, &pool);
    }
    Ok(sites.iter().map(|&site| reader.whole(site)).collect())
}
