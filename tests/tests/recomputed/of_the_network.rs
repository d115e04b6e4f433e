//! `receptive_fields.csv` and `hidden_weights.csv`: from the network's windows and the weights.

use crate::ledger::{Ledger, Row, exactly, text, within};
use crate::network::Block;
use crate::run::{ROLES, Run};

/// Compares both tables.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    let mut fields: Vec<Row> = Vec::new();
    for (block, _) in &run.blocks {
        for (role, (first, last)) in ROLES.iter().zip(seen(*block, i64::try_from(run.size).unwrap())) {
            let length = last - first + 1;
            fields.push(vec![
                ("block", text(block)),
                ("role", text(role)),
                ("top", text(first)),
                ("left", text(first)),
                ("height", text(length)),
                ("width", text(length)),
            ]);
        }
    }
    ledger.table("receptive_fields.csv", &run.table("receptive_fields.csv"), &fields);
    let mut rows: Vec<Row> = Vec::new();
    for (block, channel) in run.studied() {
        rows.extend(strongest(run, block, channel));
    }
    ledger.table("hidden_weights.csv", &run.table("hidden_weights.csv"), &rows);
}

/// The first and last row (or column: all is square) that the center neurons of Input, Block and Output see of an image of so
/// many rows; what is padding inside the network is not followed further.
fn seen(block: Block, size: i64) -> [(i64, i64); 3] {
    let halved = |n: i64, times: usize| (0..times).fold(n, |n, _| (n + 1) / 2);
    let side = |stage: usize| halved(size, stage + 1);
    let center = side(block.0) / 2;
    let at = (center, center);
    let stride = if block.0 > 1 && block.1 == 0 { 2 } else { 1 };
    let own = side(block.0);
    let before = if stride == 2 { side(block.0 - 1) } else { own };
    let shortcut = before_block(block, through(at, (1, stride, 0), own), before, size);
    let inner = through(at, (3, 1, 1), own);
    let branch = before_block(block, through(inner, (3, stride, 1), own), before, size);
    let both = (shortcut.0.min(branch.0), shortcut.1.max(branch.1));
    [shortcut, branch, both]
}

/// What a window of (size, step, padding) reads for some rows of its output, of which there are so many.
fn through((first, last): (i64, i64), (window, step, padding): (i64, i64, i64), rows: i64) -> (i64, i64) {
    let (first, last) = (first.max(0), last.min(rows - 1));
    (first * step - padding, last * step - padding + window - 1)
}

/// What some rows of what enters a block see of the image.
fn before_block(block: Block, rows: (i64, i64), count: i64, size: i64) -> (i64, i64) {
    let Some(previous) = block.previous() else {
        // The pooling and the first convolution.
        let pooled = through(rows, (3, 2, 1), count);
        return through(pooled, (7, 2, 3), (size + 1) / 2);
    };
    let stride = if previous.0 > 1 && previous.1 == 0 { 2 } else { 1 };
    let side = |stage: usize| (0..=stage).fold(size, |n, _| (n + 1) / 2);
    let before = if stride == 2 { side(previous.0 - 1) } else { count };
    let shortcut = before_block(previous, through(rows, (1, stride, 0), count), before, size);
    let inner = through(rows, (3, 1, 1), count);
    let branch = before_block(previous, through(inner, (3, stride, 1), count), before, size);
    (shortcut.0.min(branch.0), shortcut.1.max(branch.1))
}

/// The eight hidden channels with the largest weight into a channel.
fn strongest(run: &Run, block: Block, channel: usize) -> Vec<Row> {
    let (shape, values) = &run.weights.0[&format!("layer{block}.conv2.weight")];
    let (hidden, window) = (shape[1], shape[2] * shape[3]);
    let kernel = |from: usize| &values[(channel * hidden + from) * window..][..window];
    let largest = |from: usize| kernel(from).iter().map(|w| w.abs()).reduce(f32::max).unwrap();
    let mut order: Vec<usize> = (0..hidden).collect();
    order.sort_by(|&a, &b| largest(b).partial_cmp(&largest(a)).unwrap());
    let row = |(rank, from): (usize, usize)| {
        let weight = kernel(from).iter().find(|w| w.abs() == largest(from)).unwrap();
        let sum: f64 = kernel(from).iter().map(|w| f64::from(w.abs())).sum();
        vec![
            ("block", text(block)),
            ("channel", text(channel)),
            ("rank", text(rank)),
            ("hidden", text(from)),
            ("weight", exactly(Some((*weight).into()))),
            ("sum_abs", within(Some((sum, window as f64 * f64::EPSILON * sum)))),
        ]
    };
    (1..).zip(order.into_iter().take(8)).map(row).collect()
}
