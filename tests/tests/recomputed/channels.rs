//! `channels.csv`: answers from the f64 network and the photographs' activations, everything else from the table's own
//! answers.

use crate::ledger::{Expected, Ledger, Row, exactly, text, within};
use crate::measures::{category, gain, mix_ratio, mixes};
use crate::network::{Block, Seen, sizes};
use crate::run::{Photographs, ROLES, Run};
use crate::scale_tuning::OnPictures;
use crate::statistics::{Bounded, mean, spearman};
use crate::worth;

/// The nine answers: columns, role that is read, picture that is seen.
pub(crate) const NINE: [(&str, &str, usize, usize); 9] = [
    ("o_o", "photo_o_o", 2, 2),
    ("i_o", "photo_i_o", 0, 2),
    ("b_o", "photo_b_o", 1, 2),
    ("o_i", "photo_o_i", 2, 0),
    ("i_i", "photo_i_i", 0, 0),
    ("b_i", "photo_b_i", 1, 0),
    ("o_b", "photo_o_b", 2, 1),
    ("i_b", "photo_i_b", 0, 1),
    ("b_b", "photo_b_b", 1, 1),
];

/// Compares the table.
pub(crate) fn check(run: &Run, pictures: &OnPictures, ledger: &mut Ledger) {
    let plain = sizes(run.size).iter().position(|(how, _)| *how == Seen::Plain).unwrap();
    let mut rows = Vec::new();
    for (row, (block, channel)) in run.studied().enumerate() {
        if row >= run.channels.rows.len() {
            ledger.wrong(format!("channels.csv: no row of {block}, {channel}"));
            break;
        }
        let mut cells: Row = vec![("block", text(block)), ("channel", text(channel))];
        for (column, _, read, seen) in NINE {
            let of_seen = pictures[&(block, channel, ROLES[seen], plain)];
            cells.push((column, within(Some(of_seen[read]))));
        }
        cells.extend(on_pictures(run, row, (block, channel)));
        cells.extend(of_weights(run, block, channel));
        cells.extend(on_photographs(run, row, (block, channel)));
        cells.push(("retries", text(retries(run, block, channel))));
        cells.push(("not_finite", text(not_finite(run, row, (block, channel)))));
        cells.extend(worth::over_seeds(run, (block, channel)));
        rows.push(cells);
    }
    ledger.table("channels.csv", &run.channels, &rows);
}

/// The columns of a row that hold no finite number, and `scale_tuning` where that table has such rows of the channel.
fn not_finite(run: &Run, row: usize, (block, channel): (Block, usize)) -> String {
    let is_not = |cell: &str| cell.parse::<f64>().is_ok_and(|value| !value.is_finite());
    let table = &run.channels;
    let mut names: Vec<String> = table
        .header
        .iter()
        .zip(&table.rows[row])
        .filter(|(_, cell)| is_not(cell))
        .map(|(name, _)| name.clone())
        .collect();
    let key = [block.to_string(), channel.to_string()];
    if run.scale_tuning.rows.iter().any(|cells| cells[..2] == key && cells.iter().any(|cell| is_not(cell))) {
        names.push("scale_tuning".to_owned());
    }
    names.join(" ")
}

/// What follows of the answers on pictures, to the last bit.
fn on_pictures(run: &Run, row: usize, of: (Block, usize)) -> Row {
    let cell = |column| run.channels.number(row, column).unwrap();
    let at_size = |seen, scale, column| {
        let row = run.scale_row(of, "picture", seen, scale);
        run.scale_tuning.number(row, column).unwrap()
    };
    let ratio = mix_ratio(cell("o_i"), cell("o_b"));
    let sound = |value: f64| ratio.map(|_| value);
    let enlarged = at_size("input", 2.0, "block_activation");
    let shrunk = at_size("block", 0.5, "input_activation");
    let block_delta = sound(gain(enlarged, cell("b_i"), cell("b_b")));
    let input_delta = sound(gain(shrunk, cell("i_b"), cell("i_i")));
    let metric = block_delta.zip(input_delta).map(|(b, i)| b + i);
    let finite = |value: Option<f64>| exactly(value.filter(|v| v.is_finite()));
    let gains = |value: Option<f64>| value.is_some_and(|v| v > 0.0);
    let (of_block, both) = (gains(block_delta), gains(block_delta) && gains(input_delta));
    let mixed = ratio.is_some_and(mixes);
    vec![
        ("mix_ratio", exactly(ratio)),
        ("category", text(ratio.map_or("", category))),
        ("block_delta", finite(block_delta)),
        ("input_delta", finite(input_delta)),
        ("scale_metric", finite(metric)),
        ("scale_invariant", text(both && mixed)),
        ("scale_invariant_no_mix", text(both)),
        ("scale_invariant_by_block", text(of_block && mixed)),
    ]
}

fn of_weights(run: &Run, block: Block, channel: usize) -> Row {
    let norm = run.weights.values(&format!("layer{block}.bn2.weight"));
    let conv = run.weights.values(&format!("layer{block}.conv2.weight")).unwrap();
    let each = conv.len() / run.width(block);
    let of_channel = &conv[channel * each..(channel + 1) * each];
    let magnitudes: Vec<f64> = of_channel.iter().map(|w| w.abs()).collect();
    vec![
        ("bn2_weight_abs", exactly(norm.map(|w| w[channel].abs()))),
        ("conv2_weight_mean_abs", within(mean(&magnitudes))),
    ]
}

/// What follows of the photographs' activations, and of the table's own means of them.
fn on_photographs(run: &Run, row: usize, of: (Block, usize)) -> Row {
    let names = [
        "photo_mix_ratio",
        "photo_block_delta",
        "photo_input_delta",
        "photo_scale_metric",
        "photo_scale_invariant",
        "photo_input_share",
        "photo_block_share",
        "photo_inhibited_percent",
        "photo_silenced_percent",
    ];
    let Some(photographs) = &run.photographs else {
        let columns = NINE.iter().map(|(_, column, ..)| column).chain(&names);
        let columns = ["tuning_curve_rho"].iter().chain(columns);
        return columns.map(|column| (*column, text(""))).collect();
    };
    let [input, added, output] = photographs.roles(of.0, of.1);
    let (excited, answers): (Vec<f64>, Vec<f64>) = input.iter().zip(&added).filter(|(i, _)| **i > 0.0).unzip();
    let rho = spearman(&excited, &answers).map(|(rho, _)| rho);
    let mut cells = vec![("tuning_curve_rho", within(rho))];
    let roles = [&input, &added, &output];
    let top = roles.map(|values| Photographs::ends(values)[0].clone());
    let clipped =
        |role: usize, seen: usize| -> Vec<f64> { top[seen].iter().map(|&image| roles[role][image].max(0.0)).collect() };
    let plain = |role: usize, seen: usize| -> Vec<f64> { top[seen].iter().map(|&image| roles[role][image]).collect() };
    for (_, column, read, seen) in NINE {
        // The Output is rectified before the mean.
        let values = if read == 2 { clipped(read, seen) } else { plain(read, seen) };
        cells.push((column, within(mean(&values))));
    }
    let at_size = |seen, scale, column| {
        let row = run.scale_row(of, "photographs", seen, scale);
        run.scale_tuning.number(row, column).unwrap()
    };
    let block_delta =
        quotient(at_size("input", 2.0, "block_activation"), mean(&clipped(1, 0)).unwrap(), mean(&plain(1, 1)).unwrap());
    let input_delta =
        quotient(at_size("block", 0.5, "input_activation"), mean(&clipped(0, 1)).unwrap(), mean(&plain(0, 0)).unwrap());
    let cell = |column| run.channels.number(row, column);
    let ratio = mix_ratio(cell("photo_o_i").unwrap(), cell("photo_o_b").unwrap());
    let (b, i) = (cell("photo_block_delta"), cell("photo_input_delta"));
    let gains = |delta: Option<f64>| delta.is_some_and(|d| d > 0.0);
    let finite = |value: Bounded| within(Some(value).filter(|(v, _)| v.is_finite()));
    let invariant = ratio.map(|m| mixes(m) && gains(b) && gains(i));
    let measures = [
        exactly(ratio),
        finite(block_delta),
        finite(input_delta),
        exactly(b.zip(i).map(|(b, i)| b + i)),
        text(invariant.map_or(String::new(), |is| is.to_string())),
    ];
    let contributions = contributions(&input, &added, &output);
    cells.extend(names.into_iter().zip(measures.into_iter().chain(contributions)));
    cells
}

/// (after - before) / own, where after is the table's own mean: with the bounds of the other two means and three
/// roundings.
fn quotient(after: f64, before: Bounded, own: Bounded) -> Bounded {
    let value = (after - before.0) / own.0;
    let above = before.1 + f64::EPSILON * (after.abs() + before.0.abs());
    let bound = (above + value.abs() * own.1) / (own.0.abs() - own.1);
    (value, bound + 2.0 * f64::EPSILON * value.abs())
}

/// Shares of what is passed on, and how often Block inhibits and silences a positive Input.
fn contributions(input: &[f64], added: &[f64], output: &[f64]) -> [Expected; 4] {
    let images = || input.iter().zip(added).zip(output).map(|((i, b), o)| (*i, *b, *o));
    let passed: Vec<(f64, f64, f64)> = images().filter(|(_, _, o)| *o > 0.0).collect();
    let (of_input, of_block): (f64, f64) = (passed.iter().map(|p| p.0).sum(), passed.iter().map(|p| p.1).sum());
    // A sum of n terms, twice in the quotient.
    let error = passed.len() as f64 * f64::EPSILON;
    let [i, b] = [passed.iter().map(|p| p.0.abs()).sum::<f64>(), passed.iter().map(|p| p.1.abs()).sum()];
    let total = of_input + of_block;
    let share = |of: f64, magnitude: f64| {
        let value = of / total;
        let bound = error * (magnitude + value.abs() * (i + b)) / total.abs();
        (!passed.is_empty()).then_some((value, 2.0 * bound + 4.0 * f64::EPSILON * value.abs()))
    };
    let excited = images().filter(|(i, _, _)| *i > 0.0).count();
    let percent = |is: &dyn Fn(f64, f64) -> bool| {
        let count = images().filter(|&(i, b, o)| i > 0.0 && is(b, o)).count();
        exactly((excited > 0).then(|| 100.0 * count as f64 / excited as f64))
    };
    [within(share(of_input, i)), within(share(of_block, b)), percent(&|b, _| b < 0.0), percent(&|_, o| o <= 0.0)]
}

/// How often pictures were made again, by the seed of the Input's.
pub(crate) fn retries(run: &Run, block: Block, channel: usize) -> u64 {
    let name = format!("features/{block}/input/{channel}.png");
    let seed = run.manifest["pictures"][&name]["seed"].as_u64().unwrap();
    seed - run.manifest["seed"].as_u64().unwrap()
}
