//! Central differences in double precision: the twins' gradients, and the gradient of the whole network.

use crate::error::AuditError;
use crate::line::{Line, Witness};
use crate::twin::{Bounded, DOUBLE, TwinNetwork};
use autodiff::ops::Input;
use autodiff::{Graph, Isa, Plan, Shape, Wanted, Workspace};
use reference::{Map, Padding, Sliding};
use resnet::{Block, Network, Role};
use std::sync::Arc;
use testkit::pseudo_random;

/// All lines about gradients as limits of differences.
///
/// # Errors
/// If the network cannot be read.
pub(crate) fn lines(
    network: &Network,
    twin: &TwinNetwork,
    image: &Bounded,
    isa: Isa,
) -> Result<Vec<Line>, AuditError> {
    let mut lines = vec![sigmoid(), relu(), max_pool()];
    lines.extend(whole_network(network, twin, image, isa)?);
    Ok(lines)
}

/// `(f(x + h) - f(x - h)) / 2h` against the derivative.
fn sigmoid() -> Line {
    let step = 2_f64.powi(-17);
    // The third derivative is at most 1/8, and each sigmoid is within 2^-52.
    let bound = step * step / 48.0 + 2_f64.powi(-52) / step;
    let mut worst: f64 = 0.0;
    let points: Vec<f64> = (-80..=80_i16).map(|i| f64::from(i) / 10.0).collect();
    for &x in &points {
        let difference =
            (reference::sigmoid(x + step) - reference::sigmoid(x - step)) / (2.0 * step);
        worst = worst.max((reference::sigmoid_gradient(x, 1.0) - difference).abs());
    }
    let words = "h^2 / 48 + 2^-52 / h";
    Line::number(
        "differences",
        "sigmoid",
        Witness::Differences,
        points.len(),
        (worst, bound),
        words,
    )
}

fn random(seed: u64, shape: (usize, usize, usize)) -> Map {
    Map::from_f32(shape, &pseudo_random(seed, shape.0 * shape.1 * shape.2))
}

fn dot(a: &Map, b: &Map) -> f64 {
    a.data.iter().zip(&b.data).map(|(a, b)| a * b).sum()
}

/// A piecewise linear operation along a direction, so little of it that no value changes sides: exact but for rounding.
fn piecewise_linear(
    what: &str,
    f: impl Fn(&Map) -> Map,
    gradient: impl Fn(&Map, &Map) -> Map,
) -> Line {
    let shape = (9, 8, 5);
    let (x, direction) = (random(41, shape), random(42, shape));
    let step = 2_f64.powi(-30);
    let moved = |sign: f64| {
        Map::from_fn(shape, |i, j, c| {
            x.at(i, j, c) + sign * step * direction.at(i, j, c)
        })
    };
    let (after, before) = (f(&moved(1.0)), f(&moved(-1.0)));
    let dy = random(43, after.shape());
    let difference = (dot(&after, &dy) - dot(&before, &dy)) / (2.0 * step);
    let error = (difference - dot(&gradient(&x, &dy), &direction)).abs();
    // Sums of some hundred products of numbers below one, each rounded at 2^-53, divided by twice the step.
    let bound = 2.0 * dy.data.len() as f64 * dy.data.len() as f64 * DOUBLE / step;
    Line::number(
        "differences",
        what,
        Witness::Differences,
        dy.data.len(),
        (error, bound),
        "n^2 2^-52 / h",
    )
}

fn relu() -> Line {
    piecewise_linear("ReLU", reference::relu, reference::relu_gradient)
}

fn max_pool() -> Line {
    let sliding = Sliding {
        kernel: (3, 3),
        stride: (2, 2),
        padding: Padding::all(1),
    };
    piecewise_linear(
        "max pool",
        |x| reference::max_pool(x, sliding),
        |x, dy| reference::max_pool_gradient(x, dy, sliding),
    )
}

/// The gradient of center neurons by the normalised image, along random directions.
fn whole_network(
    network: &Network,
    twin: &TwinNetwork,
    image: &Bounded,
    isa: Isa,
) -> Result<Vec<Line>, AuditError> {
    let mut lines = Vec::new();
    let blocks = twin.blocks.iter().map(|(block, ..)| *block);
    for block in blocks.filter(|b| b.index() == 1) {
        let (error, bound) = along_a_direction(network, twin, image, block, isa)?;
        lines.push(Line::number(
            "differences",
            format!(
                "center of {} by the image, along a direction",
                block.read_site(Role::Output)
            ),
            Witness::Differences,
            1,
            (error, bound),
            "1e-5 ||gradient|| ||direction||",
        ));
    }
    Ok(lines)
}

fn along_a_direction(
    network: &Network,
    twin: &TwinNetwork,
    image: &Bounded,
    block: Block,
    isa: Isa,
) -> Result<(f64, f64), AuditError> {
    let shape = image.value.shape();
    let mut graph = Graph::new();
    let input = graph.add(
        Input {
            shape: Shape::new(shape.0, shape.1, shape.2),
        },
        &[],
    )?;
    let sites = network.add_to(&mut graph, input)?;
    let site = block.read_site(Role::Output);
    let Some(node) = sites.get(site) else {
        return Ok((0.0, 0.0));
    };
    let wanted = Wanted::center(&graph, node);
    let plan = Plan::with_gradients(&graph, wanted, &[input])?;
    let inside = plan.region_inside(input);
    let mut workspace = Workspace::new(Arc::new(plan), isa);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the image as the network reads it"
    )]
    let single: Vec<f32> = image.value.data.iter().map(|&v| v as f32).collect();
    workspace.set_input(input, &single);
    workspace.seed().data_mut()[0] = 1.0;
    workspace.forward();
    workspace.backward();
    let x = Map::from_f32(shape, &single);
    let direction = random(44, shape);
    let (mut along, mut norm) = (0.0, 0.0);
    for y in inside.top..inside.bottom() {
        for column in inside.left..inside.right() {
            let gradient = workspace.gradient(input);
            for (c, &g) in gradient.pixel(y, column).iter().enumerate() {
                let d = direction.at(y.unsigned_abs(), column.unsigned_abs(), c);
                along += f64::from(g) * d;
                norm += f64::from(g) * f64::from(g);
            }
        }
    }
    // So little that hardly a ReLU changes sides, and far above double precision's rounding.
    let step = 1e-7;
    let value = |sign: f64| {
        let moved = Map::from_fn(shape, |i, j, c| {
            x.at(i, j, c) + sign * step * direction.at(i, j, c)
        });
        let sites = twin.run(&Bounded::exact(moved), block, DOUBLE, &mut |_, _| ());
        sites.get(&site).map_or(f64::NAN, |map| map.center(0).0)
    };
    let difference = (value(1.0) - value(-1.0)) / (2.0 * step);
    let length = dot(&direction, &direction).sqrt();
    Ok(((difference - along).abs(), 1e-5 * norm.sqrt() * length))
}
