//! Values, gradients and steps through whole chains, against those of PyTorch, torch-lucent and kornia.
//!
//! What float32 determines is less than what float64 computes. The gradient jumps where a ReLU's input changes sign or
//! two values under a pooling change order, and Adam's first steps follow the signs of the gradient alone, however
//! small a number of it is. So a gradient is asked to be the exact one of a spectrum within 1e-5 of the given one, and
//! a path of Adam's that is not within 1e-3 of PyTorch's to be as near to it as our own paths are to each other whose
//! gradients differ by 1e-5.

use crate::comparison::{Comparison, Held, Step, Tally, Witness};
use crate::error::AuditError;
use crate::rounding::{single, singles};
use crate::steps::operations::{Built, Chain, one};
use autodiff::ops::{Draw, Input, Jitter, ReflectPad, Rotate, SpectralImage};
use autodiff::{Graph, GraphError, Isa, NodeId, Plan, Shape, Wanted, Workspace};
use bounds::{Archive, Array, ReferenceError, pseudo_random, relative_l2};
use featviz::{Augmentation, StepDraws};
use kernels::adam::{Adam, Direction, Moments};
use resnet::{Network, Site, View};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// How many spectra near the given one are tried.
const NEARBY: u64 = 32;
/// Steps of Adam in the reference values.
const STEPS: usize = 16;

/// All comparisons for which a folder holds reference values.
///
/// # Errors
/// If the network or a reference value cannot be read.
pub(crate) fn comparisons(
    network: &Network,
    size: usize,
    folder: &Path,
    isa: Isa,
) -> Result<Vec<Comparison>, AuditError> {
    let open = |name: &str| {
        let path = folder.join(name);
        path.is_file().then(|| Archive::open(path)).transpose()
    };
    let transforms = open("transforms.npz")?;
    let mut comparisons = match &transforms {
        Some(archive) => transformed(archive, isa)?,
        None => Vec::new(),
    };
    let Some(steps) = open("featviz_steps.npz")? else {
        return Ok(comparisons);
    };
    let text = std::fs::read_to_string(folder.join("featviz_steps.json")).unwrap_or_default();
    let units: Value = serde_json::from_str(&text).unwrap_or_default();
    let archives = [Some(&steps), transforms.as_ref()];
    let Some(source) = Archive::first_with(archives.into_iter().flatten(), "spectrum")? else {
        return Ok(comparisons);
    };
    let spectrum = source.f32("spectrum")?;
    source.expect_shape("spectrum", &spectrum, &[3, size, size / 2 + 1, 2])?;
    let spectrum = spectrum.values;
    for (unit, chain) in units["chains"].as_object().into_iter().flatten() {
        let (site, channel) = unit.split_once(':').unwrap_or_default();
        let (Ok(site), Ok(channel)) = (site.parse::<Site>(), channel.parse::<usize>()) else {
            continue;
        };
        let new = |chain: &Chain<'_>| Objective::new(network, (size, site, channel), chain, isa);
        let Some(chain) = augmentation(chain) else {
            continue;
        };
        comparisons.extend(through(&mut new(&chain)?, unit, &steps, &spectrum)?);
        let plain: Chain<'_> = Box::new(|_, image| Ok(Built::fixed(image)));
        comparisons.push(climb(&mut new(&plain)?, unit, &steps, &spectrum)?);
    }
    Ok(comparisons)
}

/// Each augmentation and scale operator on its own.
fn transformed(archive: &Archive, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let mut cases: Vec<(String, &str, Chain<'_>)> = Vec::new();
    let input = "transform/input";
    for degrees in [-5, -1, 3] {
        let rotated = one(Rotate::within(5), Draw::Degrees(degrees));
        cases.push((format!("transform/rotate_{degrees}deg"), input, rotated));
    }
    cases.push(("transform/pad_4_reflect".to_owned(), input, one(ReflectPad::new(4), Draw::None)));
    let shifted = one(Jitter::below(8), Draw::Shift(7, 3));
    cases.push(("transform/jitter_dx3_dy7".to_owned(), input, shifted));
    for (scale, name) in [(950, "0.95"), (975, "0.975"), (1025, "1.025"), (1050, "1.05")] {
        let augmentation = Augmentation { jitter: 0, scale, degrees: 0, centered: false };
        let scaled: Chain<'_> =
            Box::new(move |graph, image| Ok(Built::fixed(augmentation.add_to(graph, image)?.image)));
        cases.push((format!("transform/scale_{name}"), input, scaled));
    }
    for (view, name) in [(View::Enlarged, "up_crop112_resize224"), (View::Shrunk, "down_resize112_pad56_reflect")] {
        let viewed: Chain<'_> = Box::new(move |graph, image| Ok(Built::fixed(view.add_to(graph, image)?)));
        cases.push((format!("scale_op/{name}"), "scale_op/input", viewed));
    }
    let names = archive.names()?;
    let mut comparisons = Vec::new();
    for (name, input, chain) in cases {
        if !names.contains(&name) || !names.iter().any(|n| n == input) {
            continue;
        }
        let (given, expected) = (archive.f64(input)?, archive.f64(&name)?);
        let &[_, height, width] = given.shape.as_slice() else {
            archive.expect_shape(input, &given, &[3, 0, 0])?;
            continue;
        };
        archive.expect_shape(input, &given, &[3, height, width])?;
        let mut graph = Graph::new();
        let shape = Shape::new(height, width, 3);
        let image = graph.add(Input { shape }, &[])?;
        let Built { node, draw } = chain(&mut graph, image)?;
        let plan = Plan::forward(&graph, &[Wanted::whole(&graph, node)])?;
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        workspace.set_input(image, &singles(&channels_last(&given.values)));
        draw(&mut workspace);
        workspace.forward();
        let exact = channels_last(&expected.values);
        let mut tally = Tally::default();
        // Colors lie between 0 and 1, and a level of the picture is 4e-3. Kornia's own coordinates are single
        // precision's.
        if graph.shape(node).len() == exact.len() {
            tally.add_all(workspace.value(node).data(), &exact, &vec![1e-6; exact.len()]);
        }
        comparisons.push(tally.comparison(Step::Augmentation.against(Witness::PyTorch, name), "1e-6"));
    }
    Ok(comparisons)
}

/// The chain that the reference values name, with its draws.
fn augmentation(steps: &Value) -> Option<Chain<'static>> {
    let argument = |name: &str, nth: usize| {
        let mut found = steps.as_array()?.iter().filter(|s| s[0] == name);
        found.nth(nth).map(|s| s[1].clone())
    };
    let shift = |nth| {
        let drawn = argument("jitter", nth).unwrap_or_else(|| Value::from(vec![0, 0]));
        let part = |i: usize| usize::try_from(drawn[i].as_u64()?).ok();
        // The reference values name the shift to the right first.
        Some((part(1)?, part(0)?))
    };
    let jitter = match argument("pad_reflect", 0) {
        Some(pad) => usize::try_from(pad.as_u64()?).ok()?,
        None => 0,
    };
    let thousandths = (argument("scale", 0)?.as_f64()? * 1000.0).round();
    let scale = [950_u32, 975, 1000, 1025, 1050];
    let scale = scale.into_iter().find(|&s| f64::from(s) == thousandths)?;
    let degrees = i32::try_from(argument("rotate", 0)?.as_i64()?).ok()?;
    let augmentation = Augmentation { jitter, scale, degrees: 5, centered: false };
    let drawn = StepDraws { scale: 0, degrees, first: shift(0)?, second: shift(1)? };
    Some(Box::new(move |graph: &mut Graph, image| -> Result<Built, GraphError> {
        let added = augmentation.add_to(graph, image)?;
        Ok(Built {
            node: added.image,
            draw: Box::new(move |workspace: &mut Workspace| added.set_draws(workspace, &drawn)),
        })
    }))
}

/// Spectrum, image, a chain, normalisation, network up to a center neuron.
struct Objective {
    workspace: Workspace,
    spectrum: NodeId,
    wanted: Wanted,
    channel: usize,
    /// Rows and columns of the picture.
    size: usize,
    /// Rows and columns that the network sees.
    seen: [usize; 2],
    isa: Isa,
}

impl Objective {
    fn new(
        network: &Network,
        (size, site, channel): (usize, Site, usize),
        chain: &Chain<'_>,
        isa: Isa,
    ) -> Result<Objective, AuditError> {
        let mut graph = Graph::new();
        let shape = Shape::new(3 * size, size / 2 + 1, 2);
        let spectrum = graph.add(Input { shape }, &[])?;
        let image = graph.add(SpectralImage::new(size, size), &[spectrum])?;
        let Built { node, draw } = chain(&mut graph, image)?;
        let seen = graph.shape(node);
        let normalised = graph.add(network.normalisation(), &[node])?;
        let sites = network.add_to(&mut graph, normalised)?;
        let node = sites.get(site).filter(|&node| channel < graph.shape(node).channels);
        let node = node.ok_or_else(|| AuditError::no_site(site))?;
        let wanted = Wanted::center(&graph, node);
        let plan = Plan::with_gradients(&graph, wanted, &[spectrum])?;
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        draw(&mut workspace);
        Ok(Objective { workspace, spectrum, wanted, channel, size, seen: [seen.height, seen.width], isa })
    }

    fn evaluate(&mut self, spectrum: &[f32]) -> (f32, Vec<f32>) {
        self.workspace.set_input(self.spectrum, spectrum);
        self.workspace.seed().data_mut().fill(0.0);
        self.workspace.seed().data_mut()[self.channel] = 1.0;
        self.workspace.forward();
        self.workspace.backward();
        let value = self.workspace.at(self.wanted.node, self.wanted.region)[self.channel];
        (value, self.workspace.gradient(self.spectrum).data().to_vec())
    }
}

/// The objective's value and its gradient by the spectrum, through the augmentations.
fn through(
    objective: &mut Objective,
    unit: &str,
    steps: &Archive,
    spectrum: &[f32],
) -> Result<[Comparison; 3], AuditError> {
    let seen = array(steps, unit, "net_input_shape", (Archive::i64, &[4]))?;
    let ours = objective.seen.iter().map(|&n| i64::try_from(n).ok());
    let differ = ours.zip(&seen[2..]).filter(|&(a, &b)| a != Some(b)).count();
    let exact = array(steps, unit, "value", (Archive::f64, &[]))?[0];
    let (value, _) = objective.evaluate(spectrum);
    let error = (f64::from(value) - exact).abs();
    let shape = [3, objective.size, objective.size / 2 + 1, 2];
    let gradient = array(steps, unit, "grad_spectrum", (Archive::f64, &shape))?;
    let mut least = f64::INFINITY;
    let mut tried = 0;
    for sample in 0..NEARBY {
        // The first sample is the spectrum itself.
        let reach = if sample == 0 { 0.0 } else { 1e-5 };
        let directions = pseudo_random(sample, spectrum.len());
        let pairs = spectrum.iter().zip(directions);
        let nearby: Vec<f32> = pairs.map(|(s, d)| s * (1.0 + reach * d)).collect();
        let error = relative_l2(&objective.evaluate(&nearby).1, &gradient);
        (least, tried) = (least.min(error), sample + 1);
        if least <= 1e-4 {
            break;
        }
    }
    let of = |what: &str| format!("{unit} through its augmentations: {what}");
    let near = match tried {
        1 => of("gradient by the spectrum"),
        tried => of(&format!("gradient by a spectrum nearby, the {tried}th tried")),
    };
    let (at, bound) = (1e-5 * exact.abs().max(1.0), 1e-4);
    Ok([
        Step::Chain.against(Witness::PyTorch, of("size that the network sees")).equal(2, differ),
        Step::Chain.against(Witness::PyTorch, of("value")).held(1, Held { error, bound: at }, "1e-5 of it, or of one"),
        Step::Chain.against(Witness::PyTorch, near).held(gradient.len(), Held { error: least, bound }, "1e-4 relative"),
    ])
}

/// How an array of a type is read.
type Read<T> = fn(&Archive, &str) -> Result<Array<T>, ReferenceError>;

/// An array of a unit, of the type and shape that it is compared in.
fn array<T>(steps: &Archive, unit: &str, name: &str, (read, shape): (Read<T>, &[usize])) -> Result<Vec<T>, AuditError> {
    let name = format!("{unit}/{name}");
    let array = read(steps, &name)?;
    steps.expect_shape(&name, &array, shape)?;
    Ok(array.values)
}

/// The values of sixteen steps of Adam; each sample but the first has the rounding errors of its gradients drawn anew.
fn path(objective: &mut Objective, start: &[f32], sample: u64) -> Vec<f64> {
    let mut spectrum = start.to_vec();
    let (mut m, mut v) = (vec![0.0; spectrum.len()], vec![0.0; spectrum.len()]);
    let mut adam = Adam::new(Direction::Ascent, 0.05, (0.9, 0.999), 1e-8);
    let mut values = Vec::new();
    for _ in 0..STEPS {
        let (value, gradient) = objective.evaluate(&spectrum);
        let gradient = nearby_gradient(&gradient, sample);
        adam.step(objective.isa, &mut spectrum, &gradient, Moments { first: &mut m, second: &mut v });
        values.push(f64::from(value));
    }
    values
}

/// A gradient that differs from another by 1e-5 in relative L2, ten times less than gradients may be off.
fn nearby_gradient(gradient: &[f32], sample: u64) -> Vec<f32> {
    if sample == 0 {
        return gradient.to_vec();
    }
    let squares: f64 = gradient.iter().map(|&g| f64::from(g).powi(2)).sum();
    let rms = (squares / gradient.len() as f64).sqrt();
    // Uniform numbers in -1..1 have a root mean square of 1 / sqrt(3).
    let reach = single(1e-5 * 3.0_f64.sqrt() * rms);
    let directions = pseudo_random(sample, gradient.len());
    let pairs = gradient.iter().zip(directions);
    pairs.map(|(g, d)| g + reach * d).collect()
}

/// The largest distance of two paths, relative to the second's values or to one.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    let pairs = a.iter().zip(b);
    let each = pairs.map(|(a, b)| (a - b).abs() / b.abs().max(1.0));
    each.fold(0.0, bounds::worse)
}

fn climb(objective: &mut Objective, unit: &str, steps: &Archive, spectrum: &[f32]) -> Result<Comparison, AuditError> {
    let exact = array(steps, unit, "adam_no_transforms_values", (Archive::f64, &[STEPS]))?;
    let found = path(objective, spectrum, 0);
    let error = distance(&found, &exact);
    let (mut bound, mut words) = (1e-3, "1e-3 of the value, or of one");
    if error > bound {
        let spread = (1..8).map(|sample| distance(&path(objective, spectrum, sample), &found));
        bound = spread.fold(0.0, f64::max);
        words = "how far seven of our paths differ whose gradients differ by 1e-5";
    }
    let what = format!("{unit}: {STEPS} steps without augmentations");
    Ok(Step::Adam.against(Witness::PyTorch, what).held(exact.len(), Held { error, bound }, words))
}

/// `[3, H, W]` to `[H, W, 3]`.
fn channels_last(values: &[f64]) -> Vec<f64> {
    let positions = values.len() / 3;
    let at = |i: usize| values[i % 3 * positions + i / 3];
    (0..values.len()).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bounds::fixtures_dir;
    use weights::TensorSet;

    #[test]
    fn the_chains_of_the_embedded_network_are_pytorchs() {
        let tensors = TensorSet::load(fixtures_dir().join("resnet18-16.npz")).unwrap();
        let network = Network::new(&tensors).unwrap();
        let golden = fixtures_dir().join("golden");
        let comparisons = comparisons(&network, 128, &golden, Isa::best()).unwrap();
        let failed: Vec<_> = comparisons.iter().filter(|line| !line.passed).collect();
        assert!(failed.is_empty() && comparisons.len() == 12, "{failed:?}");
    }

    #[test]
    fn paths_that_part_or_are_no_numbers_are_far() {
        assert_eq!(distance(&[1.0, 4.0], &[1.0, 2.0]), 1.0);
        assert_eq!(distance(&[0.5, 2.0], &[0.0, 2.0]), 0.5);
        assert_eq!(distance(&[f64::NAN, 2.0], &[1.0, 2.0]), f64::INFINITY);
        assert_eq!(distance(&[1.0], &[1.0, 2.0]), f64::INFINITY);
    }

    #[test]
    fn a_chain_without_scale_or_with_another_is_not_taken_for_one() {
        let chain = |text: &str| augmentation(&serde_json::from_str(text).unwrap()).is_some();
        assert!(chain(r#"[["scale", 0.975], ["rotate", -4]]"#));
        assert!(!chain(r#"[["rotate", -4]]"#) && !chain(r#"[["scale", 0.9], ["rotate", -4]]"#));
    }
}
