//! `variants.csv`, `churn.csv`, `steps.csv`, `convergence.csv` and `objectives.csv`: channels under other conditions than the
//! published ones, through the f64 network, and what that changes.

use crate::csv::Table;
use crate::ledger::{Ledger, Row, exactly, text, within};
use crate::measures::{category, clamped, gain, mix_ratio, mixes};
use crate::network::{Block, Seen};
use crate::run::{ROLES, Run, each};
use crate::statistics::{Bounded, mean, median, spearman};
use serde_json::Value;
use std::fs;

const VARIANTS: [&str; 6] =
    ["no-augmentation", "float-picture", "post-relu", "aliased-block", "centered-jitter", "antialias"];
/// Those that make pictures of their own.
pub(crate) const MADE: [&str; 4] = ["no-augmentation", "float-picture", "post-relu", "centered-jitter"];

/// The columns of the nine activations: whose picture, and who answers.
const NINE: [(&str, usize, usize); 9] = [
    ("o_o", 2, 2),
    ("i_o", 2, 0),
    ("b_o", 2, 1),
    ("o_i", 0, 2),
    ("i_i", 0, 0),
    ("b_i", 0, 1),
    ("o_b", 1, 2),
    ("i_b", 1, 0),
    ("b_b", 1, 1),
];

/// The variants of a run, in order.
pub(crate) fn variants(run: &Run) -> Vec<&'static str> {
    let all = run.manifest["variants"].as_array().cloned().unwrap_or_default();
    VARIANTS.into_iter().filter(|name| all.contains(&Value::from(*name))).collect()
}

/// The numbers of steps of a run after which channels were looked at.
pub(crate) fn checkpoints(run: &Run) -> Vec<usize> {
    let all = run.manifest["convergence"].as_array().cloned().unwrap_or_default();
    all.iter().map(|steps| usize::try_from(steps.as_u64().unwrap()).unwrap()).collect()
}

/// Sixteen of a block's channels: the first, and then each that is a sixteenth of them further, cut to whole ones.
pub(crate) fn sample(channels: &[usize]) -> Vec<usize> {
    let parts = channels.len().min(16);
    (0..parts).map(|part| channels[(part * channels.len()).div_euclid(parts)]).collect()
}

/// What a picture's file in the store holds: its bytes are those below the folder, behind them stand numbers.
pub(crate) fn behind(run: &Run, name: &str) -> Vec<f32> {
    let shown = fs::read(run.folder.join(name)).unwrap();
    let address = run.manifest["pictures"][name]["address"].as_str().unwrap();
    let stored = fs::read(run.folder.join("store").join(&address[..2]).join(address)).unwrap();
    let at = stored.windows(shown.len()).position(|part| part == shown).unwrap();
    let numbers = stored[at + shown.len()..].chunks_exact(4);
    numbers.map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

/// The colors of a picture, from 0 to 1.
fn colors(run: &Run, name: &str, floats: bool) -> Vec<f64> {
    if floats {
        let all = behind(run, name);
        let from = all.len() - 3 * run.size * run.size;
        return all[from..].iter().map(|&v| f64::from(v)).collect();
    }
    let picture = images::decode(run.folder.join(name)).unwrap();
    picture.pixels().iter().map(|&byte| f64::from(byte) / 255.0).collect()
}

/// Answers by their columns.
type Answers = Vec<(&'static str, Bounded)>;

/// The nine answers and the two of the scale, of a channel on pictures of these names, read as a variant says.
fn answers(run: &Run, (block, channel): (Block, usize), names: [String; 3], variant: &str) -> Answers {
    let pictures = names.map(|name| colors(run, &name, variant == "float-picture"));
    let aliased = variant == "aliased-block";
    let see = |picture: usize, how, role: usize| -> Bounded {
        let of = |role: usize| run.network.roles_of_colors(block, run.size, &pictures[picture], how)[role][channel];
        match (aliased, role) {
            // The Block is the Output behind its ReLU, which enlarges no error.
            (true, 1) => {
                let (value, bound) = of(2);
                (value.max(0.0), if value + bound > 0.0 { bound } else { 0.0 })
            }
            _ => of(role),
        }
    };
    let half = run.size / 2;
    let shrunk = if variant == "antialias" { Seen::ShrunkSmoothly } else { Seen::Shrunk(half) };
    let mut found: Answers =
        NINE.into_iter().map(|(column, picture, role)| (column, see(picture, Seen::Plain, role))).collect();
    found.push(("block_on_enlarged_input", see(0, Seen::Enlarged(half), 1)));
    found.push(("input_on_shrunk_block", see(1, shrunk, 0)));
    found
}

/// What follows of a row's own answers, to the last bit.
fn follows(table: &Table, row: usize) -> Row {
    let cell = |column| table.number(row, column).unwrap();
    let ratio = mix_ratio(cell("o_i"), cell("o_b"));
    let block = ratio.map(|_| gain(cell("block_on_enlarged_input"), cell("b_i"), cell("b_b")));
    let input = ratio.map(|_| gain(cell("input_on_shrunk_block"), cell("i_b"), cell("i_i")));
    let gains = |value: Option<f64>| value.is_some_and(|v| v > 0.0);
    let finite = |value: Option<f64>| exactly(value.filter(|v| v.is_finite()));
    vec![
        ("mix_ratio", exactly(ratio)),
        ("category", text(ratio.map_or("", category))),
        ("block_delta", finite(block)),
        ("input_delta", finite(input)),
        ("scale_invariant", text(gains(block) && gains(input) && ratio.is_some_and(mixes))),
    ]
}

/// How often a channel's pictures were made again, by the record of the one that is shown.
fn retries(run: &Run, name: &str) -> u64 {
    run.manifest["pictures"][name]["seed"].as_u64().unwrap() - run.manifest["seed"].as_u64().unwrap()
}

/// The rows of a table that has one for each channel under each condition.
fn measured(
    run: &Run,
    table: &Table,
    (column, conditions): (&'static str, &[String]),
    jobs: &[(Block, usize, usize)],
    name: impl Fn((Block, usize), usize, &str) -> String + Sync,
) -> Vec<Row> {
    let read = each(jobs, |&(block, channel, at)| {
        let names = [0, 1, 2].map(|role| name((block, channel), role, &conditions[at]));
        let again = retries(run, &names[0]);
        (answers(run, (block, channel), names, &conditions[at]), again)
    });
    let mut rows = Vec::new();
    for (row, (&(block, channel, at), (answers, again))) in jobs.iter().zip(read).enumerate() {
        let mut cells: Row = vec![("block", text(block)), ("channel", text(channel)), (column, text(&conditions[at]))];
        cells.extend(answers.into_iter().map(|(column, answer)| (column, within(Some(answer)))));
        if row < table.rows.len() {
            cells.extend(follows(table, row));
        }
        cells.push(("retries", text(again)));
        rows.push(cells);
    }
    rows
}

/// Compares all of them.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    objectives(run, ledger);
    let variants: Vec<String> = variants(run).into_iter().map(str::to_owned).collect();
    if !variants.is_empty() {
        let table = run.table("variants.csv");
        let mut jobs = Vec::new();
        for (block, channel) in run.studied() {
            jobs.extend((0..variants.len()).map(|at| (block, channel, at)));
        }
        let name = |(block, channel): (Block, usize), role: usize, variant: &str| {
            // One that reads published pictures has a picture of its own where that was made again.
            let own = format!("features/{block}/{}/{channel}.{variant}.png", ROLES[role]);
            if MADE.contains(&variant) || !run.manifest["pictures"][&own].is_null() {
                return own;
            }
            let role = if variant == "aliased-block" && role == 1 { 2 } else { role };
            format!("features/{block}/{}/{channel}.png", ROLES[role])
        };
        let rows = measured(run, &table, ("variant", &variants), &jobs, name);
        ledger.table("variants.csv", &table, &rows);
        churn(run, (&table, &variants), ledger);
    }
    let steps = checkpoints(run);
    if !steps.is_empty() {
        let (table, own) = (run.table("steps.csv"), run.manifest["recipe"]["steps"].as_u64().unwrap());
        let names: Vec<String> = steps.iter().map(usize::to_string).collect();
        let mut jobs = Vec::new();
        for (block, channels) in &run.blocks {
            for channel in sample(channels) {
                jobs.extend((0..names.len()).map(|at| (*block, channel, at)));
            }
        }
        let name = |(block, channel): (Block, usize), role: usize, steps: &str| {
            let made = if steps == own.to_string() { String::new() } else { format!(".steps{steps}") };
            format!("features/{block}/{}/{channel}{made}.png", ROLES[role])
        };
        let rows = measured(run, &table, ("steps", &names), &jobs, name);
        ledger.table("steps.csv", &table, &rows);
        convergence(run, (&table, &names), ledger);
    }
}

/// The mix ratio of a channel, and whether it is scale-invariant; nothing where it has none.
type State = Option<(f64, bool)>;

/// The state of each channel of a block in the rows of a condition.
fn states(table: &Table, block: Block, (column, condition): (&str, &str)) -> Vec<State> {
    let rows = table.rows_where(column, condition).into_iter();
    let of_block = rows.filter(|&row| table.text(row, "block") == block.to_string());
    let state = |row| Some((table.number(row, "mix_ratio")?, table.text(row, "scale_invariant") == "true"));
    of_block.map(state).collect()
}

/// Of how many, in how many the category and the scale invariance differ.
fn changed(one: &[State], other: &[State]) -> [usize; 3] {
    let both: Vec<_> = one.iter().zip(other).filter_map(|(a, b)| a.zip(*b)).collect();
    let differ = both.iter().filter(|((a, _), (b, _))| category(*a) != category(*b)).count();
    [both.len(), differ, both.iter().filter(|((_, a), (_, b))| a != b).count()]
}

fn churn(run: &Run, (table, variants): (&Table, &[String]), ledger: &mut Ledger) {
    let seeds_table = run.table("seeds.csv");
    let seeds: Vec<String> = crate::worth::seeds(run).iter().map(u64::to_string).collect();
    let mut rows = Vec::new();
    for (block, _) in &run.blocks {
        let at_seed = |seed: &String| states(&seeds_table, *block, ("seed", seed));
        let first = at_seed(&seeds[0]);
        let of_seeds: Vec<[usize; 3]> = seeds[1..].iter().map(|seed| changed(&first, &at_seed(seed))).collect();
        let percent = |count: usize, of: usize| exactly((of > 0).then(|| 100.0 * count as f64 / of as f64));
        let over_seeds = |which: usize| {
            let of = of_seeds.iter().filter(|c| c[0] > 0).map(|c| 100.0 * c[which] as f64 / c[0] as f64);
            within(mean(&of.collect::<Vec<f64>>()))
        };
        for variant in variants {
            let there = states(table, *block, ("variant", variant));
            let [count, categories, invariances] = changed(&first, &there);
            let sound: Vec<(f64, bool)> = there.iter().flatten().copied().collect();
            let invariant = sound.iter().filter(|(_, is)| *is).count();
            let ratios: Vec<f64> = sound.iter().map(|(m, _)| clamped(*m)).collect();
            rows.push(vec![
                ("block", text(block)),
                ("variant", text(variant)),
                ("channels", text(count)),
                ("category_changed", text(categories)),
                ("percent_category_changed", percent(categories, count)),
                ("seeds_percent_category_changed", over_seeds(1)),
                ("scale_invariance_changed", text(invariances)),
                ("percent_scale_invariance_changed", percent(invariances, count)),
                ("seeds_percent_scale_invariance_changed", over_seeds(2)),
                ("percent_scale_invariant", percent(invariant, sound.len())),
                ("median_mix_ratio", within(median(&ratios))),
            ]);
        }
    }
    ledger.table("churn.csv", &run.table("churn.csv"), &rows);
}

/// A percentile, straight between the nearest two.
pub(crate) fn quartile(values: &[f64], part: f64) -> Option<Bounded> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let place = part * (sorted.len().checked_sub(1)?) as f64;
    let below = place.floor();
    let at = |k: f64| sorted.iter().enumerate().find(|(n, _)| *n as f64 == k).map(|(_, v)| *v);
    let (a, b) = (at(below)?, at(below + 1.0).or(at(below))?);
    Some((a + (b - a) * (place - below), 8.0 * f64::EPSILON * (a.abs() + b.abs())))
}

fn convergence(run: &Run, (table, steps): (&Table, &[String]), ledger: &mut Ledger) {
    let last = &steps[steps.len() - 1];
    let mut rows = Vec::new();
    for (block, _) in &run.blocks {
        let end = states(table, *block, ("steps", last));
        for at in steps {
            let here = states(table, *block, ("steps", at));
            let sound: Vec<(f64, bool)> = here.iter().flatten().copied().collect();
            let ratios: Vec<f64> = sound.iter().map(|(m, _)| clamped(*m)).collect();
            let [compared, categories, invariances] = changed(&here, &end);
            let both: Vec<(f64, f64)> =
                here.iter().zip(&end).filter_map(|(a, b)| Some((clamped((*a)?.0), clamped((*b)?.0)))).collect();
            let moved: Vec<f64> = both.iter().map(|(a, b)| (a - b).abs()).collect();
            let (these, those): (Vec<f64>, Vec<f64>) = both.into_iter().unzip();
            let count = |of: &str| text(sound.iter().filter(|(m, _)| category(*m) == of).count());
            let of_block = table.rows_where("steps", at).into_iter();
            let of_block: Vec<usize> = of_block.filter(|&row| table.text(row, "block") == block.to_string()).collect();
            let delta = |column: &str| {
                within(median(&of_block.iter().filter_map(|&row| table.number(row, column)).collect::<Vec<f64>>()))
            };
            rows.push(vec![
                ("block", text(block)),
                ("steps", text(at)),
                ("of_steps", text(last)),
                ("channels", text(sound.len())),
                ("failed", text(here.len() - sound.len())),
                ("retried", text(of_block.iter().filter(|&&row| table.text(row, "retries") != "0").count())),
                ("overwrite", count("overwrite")),
                ("mix", count("mix")),
                ("skip", count("skip")),
                ("median_mix_ratio", within(median(&ratios))),
                ("lower_mix_ratio", within(quartile(&ratios, 0.25))),
                ("upper_mix_ratio", within(quartile(&ratios, 0.75))),
                ("compared", text(compared)),
                ("median_moved", within(median(&moved))),
                ("spearman_rho", within(spearman(&these, &those).map(|(rho, _)| rho))),
                ("category_changed", text(categories)),
                ("median_block_delta", delta("block_delta")),
                ("median_input_delta", delta("input_delta")),
                ("scale_invariant", text(sound.iter().filter(|(_, is)| *is).count())),
                ("scale_invariance_changed", text(invariances)),
            ]);
        }
    }
    ledger.table("convergence.csv", &run.table("convergence.csv"), &rows);
}

/// The mean of the last sixteenth of the first k values, and how far another order of the sum may be from it.
fn after(values: &[f32], steps: usize) -> Bounded {
    let window = if steps < 32 { 1 } else { steps / 16 };
    let last: Vec<f64> = values[steps - window..steps].iter().map(|&v| f64::from(v)).collect();
    mean(&last).unwrap()
}

/// How far objectives have come: of all channels' pictures, and of those of the most steps that were looked at.
fn objectives(run: &Run, ledger: &mut Ledger) {
    let own = usize::try_from(run.manifest["recipe"]["steps"].as_u64().unwrap()).unwrap();
    let mut rows: Vec<Row> = Vec::new();
    for (block, channels) in &run.blocks {
        let mut kinds = vec![(own, channels.clone(), String::new())];
        if let Some(&most) = checkpoints(run).last().filter(|steps| **steps != own) {
            kinds.push((most, sample(channels), format!(".steps{most}")));
        }
        for (role, site) in ROLES.iter().zip(block.optimised_sites()) {
            for (of_steps, channels, made) in &kinds {
                let of = |c: &usize| behind(run, &format!("features/{block}/{role}/{c}{made}.png"));
                let all: Vec<Vec<f32>> = channels.iter().map(of).collect();
                let points = [64, 128, 256, 512, 1024, 2560].into_iter().filter(|p| p < of_steps);
                for steps in points.chain([*of_steps]) {
                    let pairs: Vec<(Bounded, Bounded)> =
                        all.iter().map(|values| (after(values, steps), after(values, *of_steps))).collect();
                    let positive: Vec<_> = pairs.iter().filter(|(_, (last, _))| *last > 0.0).collect();
                    let shares: Vec<f64> = positive.iter().map(|((a, _), (b, _))| a / b).collect();
                    let bound = |((a, e), (b, f)): &&(Bounded, Bounded)| {
                        e / b + a.abs() * f / (b * b) + f64::EPSILON * (a / b).abs()
                    };
                    let bound = positive.iter().map(bound).fold(0.0, f64::max);
                    let part = |part| within(quartile(&shares, part).map(|(v, b)| (v, b + 2.0 * bound)));
                    rows.push(vec![
                        ("block", text(block)),
                        ("role", text(role)),
                        ("of_steps", text(of_steps)),
                        ("steps", text(steps)),
                        ("site", text(&site)),
                        ("pictures", text(shares.len())),
                        ("left_out", text(pairs.len() - shares.len())),
                        ("dead", text(pairs.iter().filter(|((a, _), _)| *a <= 0.0).count())),
                        ("median", part(0.5)),
                        ("lower", part(0.25)),
                        ("upper", part(0.75)),
                    ]);
                }
            }
        }
    }
    ledger.table("objectives.csv", &run.table("objectives.csv"), &rows);
}
