//! `activation_histogram.csv`, `alike.csv` and `photograph_contributions.csv`: from the activations' own files.

use crate::ledger::{Ledger, Row, exactly, text, within};
use crate::run::{Photographs, ROLES, Run};
use std::collections::BTreeSet;

/// Compares the tables; without photographs there must be none.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    let names = ["activation_histogram.csv", "alike.csv", "photograph_contributions.csv"];
    let Some(photographs) = &run.photographs else {
        for name in names {
            ledger.same(&format!("{name}: exists"), &run.folder.join("tables").join(name).exists(), &false);
        }
        return;
    };
    ledger.table(names[0], &run.table(names[0]), &bins(run, photographs));
    ledger.table(names[1], &run.table(names[1]), &alike(run, photographs));
    ledger.table(names[2], &run.table(names[2]), &contributions(run, photographs));
}

/// Twenty bins from the smallest to the largest value, or one of all where they are the same.
fn bins(run: &Run, photographs: &Photographs) -> Vec<Row> {
    let mut rows = Vec::new();
    for (block, channel) in run.studied() {
        for (role, values) in ROLES.iter().zip(photographs.roles(block, channel)) {
            let low = values.iter().copied().reduce(f64::min).unwrap();
            let high = values.iter().copied().reduce(f64::max).unwrap();
            let count = if low == high { 1 } else { 20 };
            let edge = |k: usize| if k == count { high } else { low + (high - low) * (k as f64 / count as f64) };
            for bin in 0..count {
                let (from, to, is_last) = (edge(bin), edge(bin + 1), bin + 1 == count);
                let inside = values.iter().filter(|v| from <= **v && (**v < to || is_last && **v == to)).count();
                rows.push(vec![
                    ("block", text(block)),
                    ("channel", text(channel)),
                    ("role", text(role)),
                    ("from", exactly(Some(from))),
                    ("to", exactly(Some(to))),
                    ("count", text(inside)),
                ]);
            }
        }
    }
    rows
}

/// The eight channels whose Output correlates most with each channel's.
fn alike(run: &Run, photographs: &Photographs) -> Vec<Row> {
    let all: Vec<_> = run.studied().map(|(b, c)| ((b, c), photographs.roles(b, c)[2].clone())).collect();
    // Of those that vary.
    let all: Vec<_> = all.into_iter().filter(|(_, values)| values.iter().any(|v| *v != values[0])).collect();
    let mut rows = Vec::new();
    for (at, ((block, channel), values)) in all.iter().enumerate() {
        let others = all.iter().enumerate().filter(|(other, _)| *other != at);
        let mut others: Vec<_> = others.map(|(_, (of, theirs))| (*of, correlation(values, theirs))).collect();
        others.sort_by(|a, b| b.1.partial_cmp(&a.1).unwrap());
        for (rank, ((other, other_channel), r)) in (1_usize..).zip(others.into_iter().take(8)) {
            // Means, lengths and the product are sums of n terms each, of magnitudes that are at most 1 together.
            let bound = 8.0 * (values.len() as f64 + 8.0) * f64::EPSILON;
            rows.push(vec![
                ("block", text(block)),
                ("channel", text(channel)),
                ("rank", text(rank)),
                ("other_block", text(format!("layer{other}"))),
                ("other_channel", text(other_channel)),
                ("correlation", within(Some((r, bound)))),
            ]);
        }
    }
    rows
}

/// Pearson's, from covariance and variances.
fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let product = |a: &[f64], ma: f64, b: &[f64], mb: f64| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum::<f64>()
    };
    product(x, mx, y, my) / (product(x, mx, x, mx) * product(y, my, y, my)).sqrt()
}

/// Means over all channels of a block, studied or not, of every photograph at an end of a studied one.
fn contributions(run: &Run, photographs: &Photographs) -> Vec<Row> {
    let mut shown = BTreeSet::new();
    for (block, channel) in run.studied() {
        for values in photographs.roles(block, channel) {
            shown.extend(Photographs::ends(&values).into_iter().flatten());
        }
    }
    let mut rows = Vec::new();
    for (block, _) in &run.blocks {
        let width = run.width(*block);
        let roles: Vec<[Vec<f64>; 3]> = (0..width).map(|channel| photographs.roles(*block, channel)).collect();
        for &image in &shown {
            // A sum of so many positive terms, in any order.
            let mean = |of: fn(f64, f64, f64) -> f64| {
                let sum: f64 = roles.iter().map(|[i, b, o]| of(i[image], b[image], o[image])).sum();
                Some((sum / width as f64, (width as f64 + 2.0) * f64::EPSILON * sum / width as f64))
            };
            rows.push(vec![
                ("block", text(block)),
                ("image", text(&photographs.names[image])),
                ("input_mean", within(mean(|i, _, _| i.max(0.0)))),
                ("added_mean", within(mean(|_, b, _| b.max(0.0)))),
                ("taken_mean", within(mean(|i, b, _| if i > 0.0 && b < 0.0 { i.min(-b) } else { 0.0 }))),
                ("output_mean", within(mean(|_, _, o| o.max(0.0)))),
            ]);
        }
    }
    rows
}
