//! The same bits on every instruction set, for any number of threads, and for any region, forward and backward.

use crate::comparison::{Comparison, Step, Witness};
use crate::error::AuditError;
use crate::steps::operations::of_map;
use crate::whole_network::on_image::OnImage;
use autodiff::ops::Input;
use autodiff::{Graph, Isa, Plan, Shape, ThreadPoolBuilder, Wanted, Workspace};
use featviz::{Objective, Recipe, Studio, Visualizer};
use rayon::prelude::*;
use resnet::{Algorithm, Extent, Network, Role, Site};
use std::sync::Arc;
use weights::TensorSet;

/// Steps of the visualization whose pictures are compared.
const STEPS: usize = 4;
/// Units that are made side by side.
const UNITS: usize = 6;

/// What was compared, and the digest of everything that was the same: two people with different machines compare it by
/// eye.
pub(crate) struct SameBits {
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) digest: String,
}

/// Everything that must be the same, on every instruction set, for one thread and several.
///
/// # Errors
/// If the network cannot be read.
pub(crate) fn compare(seen: OnImage<'_>, tensors: &TensorSet) -> Result<SameBits, AuditError> {
    let mut digest = blake3::Hasher::new();
    let network = seen.network;
    let sites = network.sites();
    let whole = maps(seen, &sites, Run { isa: Isa::best(), threads: 1 })?;
    for values in &whole {
        update(&mut digest, values);
    }
    let mut comparisons = vec![residual_sums(network, &sites, &whole)];
    comparisons.extend(every_site(seen, &sites, &whole, Algorithm::Direct)?);
    let winograd = Network::computed(tensors, Algorithm::Winograd)?.normalised_by(network.colors());
    let transformed = OnImage { network: &winograd, ..seen };
    let whole = maps(transformed, &sites, Run { isa: Isa::best(), threads: 1 })?;
    comparisons.extend(every_site(transformed, &sites, &whole, Algorithm::Winograd)?);
    let site = visualized(&sites);
    comparisons.extend(gradients(seen, site)?);
    comparisons.extend(visualizations(network, site, seen.size, &mut digest)?);
    Ok(SameBits { comparisons, digest: digest.finalize().to_hex()[..16].to_owned() })
}

/// Input + Block = Output in every block, of the `maps` of these sites.
fn residual_sums(network: &Network, sites: &[Site], maps: &[Vec<f32>]) -> Comparison {
    let at = |site: Site| sites.iter().position(|&s| s == site).map(|i| &maps[i]);
    let (mut count, mut differ) = (0, 0);
    for &block in network.architecture().blocks() {
        let roles = Role::ALL.map(|role| at(network.architecture().read_site(block, role)));
        if let [Some(input), Some(added), Some(output)] = roles {
            count += output.len();
            let sums = input.iter().zip(added).map(|(i, b)| i + b);
            differ += sums.zip(output).filter(|(sum, o)| sum.to_bits() != o.to_bits()).count();
        }
    }
    Step::ResidualSum.against(Witness::Identity, "Input + Block = Output, every block").equal(count, differ)
}

/// Every site, whole and at its center, against its whole map; `algorithm` is how it is computed.
fn every_site(
    seen: OnImage<'_>,
    sites: &[Site],
    whole: &[Vec<f32>],
    algorithm: Algorithm,
) -> Result<Vec<Comparison>, AuditError> {
    let how = match algorithm {
        Algorithm::Direct => "",
        Algorithm::Winograd => ", Winograd",
    };
    let mut comparisons = Vec::new();
    for isa in Isa::supported() {
        for threads in [1, 2, 3] {
            // Winograd's own part is the transforms: instruction sets and threads one by one.
            if algorithm == Algorithm::Winograd && isa != Isa::best() && threads > 1 {
                continue;
            }
            let found = maps(seen, sites, Run { isa, threads })?;
            comparisons.push(same(format!("every site, {isa}, {threads} threads{how}"), &found, whole));
        }
    }
    for isa in Isa::supported() {
        let Centers { cones, centers } = Centers::new(seen, sites, whole, isa)?;
        comparisons.push(same(format!("cones of the centers, and whole maps, {isa}{how}"), &cones, &centers));
    }
    Ok(comparisons)
}

/// The gradient of a site's center by plans of either extent.
fn gradients(seen: OnImage<'_>, site: Site) -> Result<Vec<Comparison>, AuditError> {
    let mut comparisons = Vec::new();
    let whole = gradient(seen, site, Extent::Whole, Isa::best())?;
    for isa in Isa::supported() {
        for (extent, name) in [(Extent::Center, "a cone's plan"), (Extent::Whole, "a whole plan")] {
            let found = gradient(seen, site, extent, isa)?;
            comparisons.push(same(format!("gradient of the center of {site}, {name}, {isa}"), &found, &whole));
        }
    }
    Ok(comparisons)
}

/// Pictures of a site on every instruction set, beside others and after others.
fn visualizations(
    network: &Network,
    site: Site,
    size: usize,
    digest: &mut blake3::Hasher,
) -> Result<Vec<Comparison>, AuditError> {
    let (best, mut comparisons) = (Isa::best(), Vec::new());
    let recipe = Recipe::new(size, STEPS);
    let visualizer = Arc::new(Visualizer::new(network, site, Objective::Neuron, recipe)?);
    let expected = made(&mut Studio::new(Arc::clone(&visualizer), best)?, 1);
    for values in &expected {
        update(digest, values);
    }
    for isa in Isa::supported() {
        let found = made(&mut Studio::new(Arc::clone(&visualizer), isa)?, 1);
        comparisons.push(same(format!("{STEPS} steps of visualization at {site}, {isa}"), &found, &expected));
    }
    // One studio makes them one after another; then each thread in a studio of its own, other units before it or none.
    let channels: Vec<usize> = (0..visualizer.channels().min(UNITS)).collect();
    let mut studio = Studio::new(Arc::clone(&visualizer), best)?;
    let alone: Vec<Vec<f32>> = channels.iter().flat_map(|&c| made(&mut studio, c)).collect();
    for threads in [1, 2, 3] {
        let beside = side_by_side(&visualizer, &channels, threads, best)?;
        let what = format!("{} units of {site} side by side, {threads} threads", channels.len());
        comparisons.push(same(what, &beside, &alone));
    }
    let after = alone.get(2..4).unwrap_or_default();
    comparisons.push(same(format!("a unit of {site} after another, and alone"), after, &expected));
    Ok(comparisons)
}

/// How many values of two lists have other bits.
fn same(what: String, found: &[Vec<f32>], expected: &[Vec<f32>]) -> Comparison {
    let pairs = found.iter().flatten().zip(expected.iter().flatten());
    let (mut count, mut differ) = (0, 0);
    for (a, b) in pairs {
        count += 1;
        differ += usize::from(a.to_bits() != b.to_bits());
    }
    let lengths = found.iter().map(Vec::len).ne(expected.iter().map(Vec::len));
    let differ = differ + usize::from(lengths);
    Step::SameBits.against(Witness::Identity, what).equal(count, differ)
}

/// The instruction sets that are known and that this processor lacks: on these nothing was compared.
pub(crate) fn skipped() -> Vec<String> {
    let names = Isa::all_names().into_iter();
    let lacking = names.filter(|name| Isa::named(name).is_err());
    lacking.map(str::to_owned).collect()
}

/// The trajectory and the picture of a unit.
fn made(studio: &mut Studio, channel: usize) -> Vec<Vec<f32>> {
    let made = studio.run(channel, 0);
    let bytes = made.pixels.iter().map(|&byte| f32::from(byte));
    vec![made.trajectory, bytes.collect()]
}

/// Units on several threads, each with a studio of its own that takes the next unit when it is done with one.
fn side_by_side(
    visualizer: &Arc<Visualizer>,
    channels: &[usize],
    threads: usize,
    isa: Isa,
) -> Result<Vec<Vec<f32>>, AuditError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|e| AuditError::Threads(e.to_string()))?;
    let studio = || Studio::new(Arc::clone(visualizer), isa);
    let unit = |studio: &mut Result<Studio, _>, &channel: &usize| match studio {
        Ok(studio) => made(studio, channel),
        // A studio that cannot be built makes nothing, and nothing is not the same.
        Err(_) => Vec::new(),
    };
    let units: Vec<Vec<Vec<f32>>> =
        pool.install(|| channels.par_iter().with_max_len(1).map_init(studio, unit).collect());
    Ok(units.into_iter().flatten().collect())
}

/// The gradient of the center of a site's channel 0 by the image, by a plan for the center alone, or for the whole map
/// whose gradient is zero elsewhere.
fn gradient(seen: OnImage<'_>, site: Site, extent: Extent, isa: Isa) -> Result<Vec<Vec<f32>>, AuditError> {
    let OnImage { network, pixels, size } = seen;
    let mut graph = Graph::new();
    let shape = Shape::new(size, size, 3);
    let image = graph.add(Input { shape }, &[])?;
    let normalised = graph.add(network.normalisation(), &[image])?;
    let sites = network.add_to(&mut graph, normalised)?;
    let node = sites.get(site).ok_or_else(|| AuditError::no_site(site))?;
    let center = Wanted::center(&graph, node);
    let wanted = match extent {
        Extent::Center => center,
        Extent::Whole => Wanted::whole(&graph, node),
    };
    let plan = Plan::with_gradients(&graph, wanted, &[image])?;
    let mut workspace = Workspace::new(Arc::new(plan), isa);
    let values: Vec<f32> = pixels.iter().map(|&byte| f32::from(byte) / 255.0).collect();
    workspace.set_input(image, &values);
    let mut seed = workspace.seed();
    seed.data_mut().fill(0.0);
    let at = seed.offset(center.region.top, center.region.left);
    seed.data_mut()[at] = 1.0;
    workspace.forward();
    workspace.backward();
    let value = workspace.at(node, center.region).to_vec();
    Ok(vec![value, of_map(workspace.gradient(image), shape)])
}

/// A site whose recipe has jitter and a crop, if the network has it.
fn visualized(sites: &[Site]) -> Site {
    let wanted = sites.iter().find(|s| matches!(s, Site::Sum(block) if (block.stage(), block.index()) == (2, 1)));
    *wanted.or(sites.last()).unwrap_or(&Site::StemRelu)
}

fn update(digest: &mut blake3::Hasher, values: &[f32]) {
    for value in values {
        digest.update(&value.to_le_bytes());
    }
}

/// Region and whole: cones computed for nothing but the center, and the centers of whole maps.
struct Centers {
    cones: Vec<Vec<f32>>,
    centers: Vec<Vec<f32>>,
}

impl Centers {
    fn new(seen: OnImage<'_>, sites: &[Site], whole: &[Vec<f32>], isa: Isa) -> Result<Centers, AuditError> {
        let mut reader = seen.reader(sites, Extent::Center, isa)?;
        reader.read(seen.pixels);
        let mut found = Centers { cones: Vec::new(), centers: Vec::new() };
        for (&(site, shape), whole) in reader.shapes().iter().zip(whole) {
            let from = (shape.height / 2 * shape.width + shape.width / 2) * shape.channels;
            found.cones.push(reader.center(site).to_vec());
            found.centers.push(whole[from..from + shape.channels].to_vec());
        }
        Ok(found)
    }
}

/// On what something is computed.
#[derive(Clone, Copy)]
struct Run {
    isa: Isa,
    threads: usize,
}

/// The whole map of every site.
fn maps(seen: OnImage<'_>, sites: &[Site], Run { isa, threads }: Run) -> Result<Vec<Vec<f32>>, AuditError> {
    let mut reader = seen.reader(sites, Extent::Whole, isa)?;
    if threads == 1 {
        reader.read(seen.pixels);
    } else {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| AuditError::Threads(e.to_string()))?;
        reader.read_on(seen.pixels, &pool);
    }
    Ok(sites.iter().map(|&site| reader.whole(site).into_iter().collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_of_two_signs_and_lists_of_other_lengths_are_not_the_same_bits() {
        let passed = |a: &[Vec<f32>], b: &[Vec<f32>]| same(String::new(), a, b).passed;
        let list = vec![vec![0.0, 1.0], vec![f32::NAN]];
        assert!(passed(&list, &list));
        assert!(!passed(&list, &[vec![-0.0, 1.0], vec![f32::NAN]]));
        assert!(!passed(&list, &[vec![0.0, 1.0 + f32::EPSILON], vec![f32::NAN]]));
        assert!(!passed(&[], &[]));
    }

    #[test]
    fn values_that_are_missing_too_many_or_divided_otherwise_are_not_the_same_bits() {
        let of = |lists: &[&[f32]]| lists.iter().map(|list| list.to_vec()).collect::<Vec<_>>();
        let list: &[&[f32]] = &[&[0.0, 1.0], &[2.0]];
        let others: [&[&[f32]]; 8] = [
            &[&[0.0, 1.0]],
            &[&[0.0, 1.0], &[]],
            &[&[0.0], &[2.0]],
            &[&[0.0], &[1.0, 2.0]],
            &[&[0.0, 1.0, 2.0]],
            &[&[0.0, 1.0], &[2.0], &[]],
            &[&[0.0, 1.0], &[2.0, 3.0]],
            &[&[]],
        ];
        for other in others {
            for (found, expected) in [(list, other), (other, list)] {
                let line = same("w".to_owned(), &of(found), &of(expected));
                assert!(line.failed(), "{found:?} {expected:?}");
            }
        }
        let line = same("w".to_owned(), &of(list), &of(list));
        assert_eq!((line.passed, line.values, line.error_in_words().as_str()), (true, 3, "0 differ"));
    }

    #[test]
    fn every_known_instruction_set_is_compared_or_said_to_be_skipped() {
        let compared = Isa::supported().iter().map(ToString::to_string).collect();
        let mut all: Vec<String> = [compared, skipped()].concat();
        all.sort();
        let mut names = Isa::all_names();
        names.sort_unstable();
        assert_eq!(all, names);
    }
}
