//! `exemplars.csv`: chosen again from `channels.csv`.

use crate::ledger::{Ledger, Row, exactly, text};
use crate::run::Run;

/// What the paper calls channels of torchvision's ResNet18.
const NAMED: [(&str, usize, &str); 6] = [
    ("1.1", 38, "overwrite"),
    ("1.1", 19, "mix"),
    ("1.1", 25, "skip"),
    ("3.1", 178, "scale-invariant"),
    ("3.1", 215, "scale-invariant"),
    ("3.1", 25, "scale-invariant"),
];

/// Compares the table.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    let papers = is_papers(run);
    let table = &run.channels;
    let mut expected: Vec<Row> = Vec::new();
    for (block, studied) in &run.blocks {
        let all = studied.len() == run.width(*block);
        let ratio = |row: usize| table.number(row, "mix_ratio").unwrap();
        let metric = |row: usize| table.number(row, "scale_metric");
        let is = |row: usize, column: &str| table.text(row, column) == "true";
        let positive = |row: usize, column: &str| table.number(row, column).unwrap() > 0.0;
        let sentinel = |row: usize| !positive(row, "o_i") || !positive(row, "o_b");
        let channel = |row: usize| -> usize { table.text(row, "channel").parse().unwrap() };
        let rows = run.channel_rows(*block).into_iter();
        let sound: Vec<usize> = rows.filter(|&row| !table.text(row, "mix_ratio").is_empty()).collect();
        let mut row_of = |row: usize, figure: u8, example: String, in_paper: bool| {
            expected.push(vec![
                ("block", text(block)),
                ("channel", text(channel(row))),
                ("figure", text(figure)),
                ("example_of", text(example)),
                ("in_paper", text(in_paper)),
                ("mix_ratio", exactly(Some(ratio(row)))),
                ("sentinel", text(sentinel(row))),
                ("scale_metric", exactly(metric(row))),
            ]);
        };
        let mut shown = Vec::new();
        for (_, named, called) in NAMED.iter().filter(|(b, ..)| papers && *b == block.to_string()) {
            let Some(&row) = sound.iter().find(|&&row| channel(row) == *named) else {
                continue;
            };
            let here = match (*called, table.text(row, "category")) {
                ("scale-invariant", _) if is(row, "scale_invariant") => "and here".to_owned(),
                ("scale-invariant", _) => "not here".to_owned(),
                (called, category) if called == category => "and here".to_owned(),
                (_, category) => format!("{category} here"),
            };
            let comma = if here == "and here" { "" } else { "," };
            row_of(row, 1, format!("{called} in the paper{comma} {here}"), true);
            shown.push(row);
        }
        let ours: Vec<usize> = if all {
            // The smallest ratio, the one nearest 1, the largest; a sentinel only where there is nothing else, and the
            // first of equals.
            let clearest = |category: &str, distance: &dyn Fn(f64) -> f64| {
                let of_category = sound.iter().copied().filter(|&row| table.text(row, "category") == category);
                let key = |row: usize| (sentinel(row), distance(ratio(row)));
                of_category.reduce(|best, row| if key(row) < key(best) { row } else { best })
            };
            let kinds =
                [clearest("overwrite", &|m| m), clearest("mix", &|m| (m - 1.0).abs()), clearest("skip", &|m| -m)];
            kinds.into_iter().flatten().collect()
        } else {
            sound.iter().copied().take(6).collect()
        };
        for row in ours.into_iter().filter(|row| !shown.contains(row)) {
            row_of(row, 1, table.text(row, "category").to_owned(), false);
        }
        // Where both denominators are positive: those that meet most of the criteria, the largest metrics first.
        let criteria = |row: usize| match (is(row, "scale_invariant"), is(row, "scale_invariant_no_mix")) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        };
        let mut ranked: Vec<usize> = sound.clone();
        ranked.retain(|&row| positive(row, "b_b") && positive(row, "i_i") && metric(row).is_some());
        ranked.sort_by(|&a, &b| {
            let by_metric = || metric(b).partial_cmp(&metric(a)).unwrap();
            criteria(a).cmp(&criteria(b)).then_with(by_metric)
        });
        for &row in ranked.iter().take(3) {
            let meets = ["scale-invariant", "scale-invariant but for the mix", "not scale-invariant"];
            row_of(row, 6, meets[criteria(row)].to_owned(), false);
        }
    }
    ledger.table("exemplars.csv", &run.table("exemplars.csv"), &expected);
}

/// Whether it is the network that the paper names channels of: its shapes at 224 pixels. No other network of these is
/// given to these tests.
fn is_papers(run: &Run) -> bool {
    let shape = |name: &str| run.weights.0.get(name).map_or(&[][..], |(shape, _)| shape);
    run.size == 224 && shape("fc.weight") == [1000, 512] && shape("conv1.weight") == [64, 3, 7, 7]
}
