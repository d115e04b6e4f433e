//! What the numbers are worth: `seeds.csv`, and the columns of the other tables that are over seeds, resamples and
//! permutations, by draws of its own from the published addresses.

use crate::channels::NINE;
use crate::csv::Table;
use crate::ledger::{Expected, Ledger, Row, exactly, text, within};
use crate::measures::{category, clamped, gain, mix_ratio, mixes};
use crate::network::{Block, Seen};
use crate::run::{ROLES, Run, each};
use crate::statistics::{Bounded, mean, median, ranks};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const EPSILON: f64 = f64::EPSILON;
const RESAMPLES: usize = 10_000;
pub(crate) const PERMUTATIONS: usize = 1_000;

/// The numbers that an address gives: stream 0 of the generator whose key is the digest of seed and name.
pub(crate) struct Drawn(ChaCha8Rng);

impl Drawn {
    pub(crate) fn at(seed: u64, name: &str) -> Drawn {
        let mut key = blake3::Hasher::new_derive_key("streamscope 2026 draws");
        key.update(&seed.to_le_bytes());
        key.update(name.as_bytes());
        Drawn(ChaCha8Rng::from_seed(*key.finalize().as_bytes()))
    }

    /// Below n: a word modulo n, and words of the last, incomplete round are passed over.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        if n < 2 {
            return 0;
        }
        let word = std::iter::repeat_with(|| self.0.next_u64()).find(|word| *word < u64::MAX - u64::MAX % n);
        usize::try_from(word.unwrap() % n).unwrap()
    }
}

/// The seeds of a run.
pub(crate) fn seeds(run: &Run) -> Vec<u64> {
    run.manifest["seeds"].as_array().unwrap().iter().map(|s| s.as_u64().unwrap()).collect()
}

/// The name of a picture.
pub(crate) fn picture(run: &Run, (block, channel): (Block, usize), role: &str, seed: u64) -> String {
    match run.manifest["seed"].as_u64() == Some(seed) {
        true => format!("features/{block}/{role}/{channel}.png"),
        false => format!("features/{block}/{role}/{channel}.seed{seed}.png"),
    }
}

/// Compares `seeds.csv`: answers from the f64 network, what follows of them from the table's own.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    let table = run.table("seeds.csv");
    let seeds = seeds(run);
    let mut jobs = Vec::new();
    for of in run.studied() {
        jobs.extend(seeds.iter().map(|&seed| (of, seed)));
    }
    let read = each(&jobs, |&(of, seed)| {
        let see = |role: usize, how| {
            let picture = images::decode(run.folder.join(picture(run, of, ROLES[role], seed))).unwrap();
            run.network.roles(of.0, run.size, picture.pixels(), how).map(|channels| channels[of.1])
        };
        let plain = [0, 1, 2].map(|role| see(role, Seen::Plain));
        (plain, see(0, Seen::Enlarged(run.size / 2))[1], see(1, Seen::Shrunk(run.size / 2))[0])
    });
    let mut rows = Vec::new();
    for (row, (((block, channel), seed), (plain, enlarged, shrunk))) in jobs.iter().zip(read).enumerate() {
        if row >= table.rows.len() {
            break;
        }
        let mut cells: Row = vec![("block", text(block)), ("channel", text(channel)), ("seed", text(seed))];
        for (column, _, of_role, seen) in NINE {
            cells.push((column, within(Some(plain[seen][of_role]))));
        }
        cells.push(("block_on_enlarged_input", within(Some(enlarged))));
        cells.push(("input_on_shrunk_block", within(Some(shrunk))));
        cells.extend(measures(&table, row));
        let made = run.manifest["pictures"][&picture(run, (*block, *channel), "input", *seed)]["seed"].as_u64();
        cells.push(("retries", text(made.unwrap() - seed)));
        rows.push(cells);
    }
    ledger.table("seeds.csv", &table, &rows);
}

/// What follows of a row's answers, to the last bit.
fn measures(table: &Table, row: usize) -> Row {
    let cell = |column| table.number(row, column).unwrap();
    let ratio = mix_ratio(cell("o_i"), cell("o_b"));
    let sound = |value: f64| ratio.map(|_| value);
    let block = sound(gain(cell("block_on_enlarged_input"), cell("b_i"), cell("b_b")));
    let input = sound(gain(cell("input_on_shrunk_block"), cell("i_b"), cell("i_i")));
    let metric = block.zip(input).map(|(b, i)| b + i);
    let finite = |value: Option<f64>| exactly(value.filter(|v| v.is_finite()));
    let gains = |value: Option<f64>| value.is_some_and(|v| v > 0.0);
    let both = gains(block) && gains(input);
    let mixed = ratio.is_some_and(mixes);
    vec![
        ("mix_ratio", exactly(ratio)),
        ("category", text(ratio.map_or("", category))),
        ("block_delta", finite(block)),
        ("input_delta", finite(input)),
        ("scale_metric", finite(metric)),
        ("scale_invariant", text(both && mixed)),
        ("scale_invariant_no_mix", text(both)),
        ("scale_invariant_by_block", text(gains(block) && mixed)),
    ]
}

/// The rows of `seeds.csv` of a channel that have a mix ratio.
pub(crate) fn sound_rows(table: &Table, (block, channel): (Block, usize)) -> Vec<usize> {
    let key = [block.to_string(), channel.to_string()];
    let of = |row: &usize| table.text(*row, "block") == key[0] && table.text(*row, "channel") == key[1];
    (0..table.rows.len()).filter(of).filter(|&row| table.number(row, "mix_ratio").is_some()).collect()
}

/// The columns of `channels.csv` that are over seeds.
pub(crate) fn over_seeds(run: &Run, of: (Block, usize)) -> Row {
    let table = run.table("seeds.csv");
    let rows = sound_rows(&table, of);
    let values = |column: &str| -> Vec<f64> { rows.iter().filter_map(|&row| table.number(row, column)).collect() };
    let share = |column: &str, what: &str| {
        let count = rows.iter().filter(|&&row| table.text(row, column) == what).count();
        exactly((!rows.is_empty()).then(|| count as f64 / rows.len() as f64))
    };
    let mut cells: Row = vec![("seeds", text(rows.len())), ("b_i_mean", within(mean(&values("b_i"))))];
    let names: [(&str, [&'static str; 4]); 4] = [
        ("mix_ratio", ["mix_ratio_mean", "mix_ratio_deviation", "mix_ratio_smallest", "mix_ratio_largest"]),
        ("block_delta", ["block_delta_mean", "block_delta_deviation", "block_delta_smallest", "block_delta_largest"]),
        ("input_delta", ["input_delta_mean", "input_delta_deviation", "input_delta_smallest", "input_delta_largest"]),
        (
            "scale_metric",
            ["scale_metric_mean", "scale_metric_deviation", "scale_metric_smallest", "scale_metric_largest"],
        ),
    ];
    for (column, [mean_name, deviation, smallest, largest]) in names {
        let mut of_column = values(column);
        if of_column.len() < rows.len() {
            // One is not finite: nothing is said of any.
            of_column.clear();
        }
        if column == "mix_ratio" {
            of_column.iter_mut().for_each(|m| *m = clamped(*m));
        }
        let several = (of_column.len() > 1).then(|| deviation_of(&of_column));
        let first = of_column.first().copied();
        cells.push((mean_name, within(mean(&of_column))));
        cells.push((deviation, within(several)));
        cells.push((smallest, exactly(first.map(|f| of_column.iter().copied().fold(f, f64::min)))));
        cells.push((largest, exactly(first.map(|f| of_column.iter().copied().fold(f, f64::max)))));
    }
    cells.extend([
        ("overwrite_share", share("category", "overwrite")),
        ("mix_share", share("category", "mix")),
        ("skip_share", share("category", "skip")),
        ("scale_invariant_share", share("scale_invariant", "true")),
        ("scale_invariant_no_mix_share", share("scale_invariant_no_mix", "true")),
        ("scale_invariant_by_block_share", share("scale_invariant_by_block", "true")),
    ]);
    cells
}

/// The root of the sum of squares about the mean over n - 1: a mean that is off by e moves the root by no more than e
/// and a few roundings.
fn deviation_of(values: &[f64]) -> Bounded {
    let (center, error) = mean(values).unwrap();
    let n = values.len() as f64;
    let sum: f64 = values.iter().map(|v| (v - center) * (v - center)).sum();
    let value = (sum / (n - 1.0)).sqrt();
    let largest = values.iter().map(|v| v.abs()).fold(0.0, f64::max);
    (value, 2.0 * error + (n + 8.0) * EPSILON * (value + largest))
}

/// The 2.5th and 97.5th percentiles of a statistic over the block's resamples.
fn interval(seed: u64, block: Block, n: usize, statistic: impl Fn(&[usize]) -> Option<Bounded>) -> [Expected; 2] {
    let none = || [text(""), text("")];
    if n < 2 {
        return none();
    }
    let mut drawn = Drawn::at(seed, &format!("bootstrap:{block}"));
    let mut found = Vec::new();
    for _ in 0..RESAMPLES {
        let places: Vec<usize> = (0..n).map(|_| drawn.below(n)).collect();
        found.extend(statistic(&places));
    }
    if found.len() < RESAMPLES * 19 / 20 {
        return none();
    }
    found.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap());
    // The k-th smallest of values that are each off by a bound is off by no more than the largest of them.
    let bound = found.iter().map(|v| v.1).fold(0.0, f64::max);
    let last = (found.len() - 1) as f64;
    [0.025, 0.975].map(|part| {
        let place = part * last;
        let below = (0..found.len() - 1).rev().find(|&k| k as f64 <= place).unwrap();
        let (a, b) = (found[below].0, found[below + 1].0);
        let value = a + (b - a) * (place - below as f64);
        // The place is off by two roundings of its size, and so is what lies between its neighbors.
        within(Some((value, bound + 4.0 * EPSILON * (a.abs() + b.abs()) + 4.0 * EPSILON * last * (b - a))))
    })
}

fn interval_of_mean(seed: u64, block: Block, values: &[f64]) -> [Expected; 2] {
    interval(seed, block, values.len(), |at| mean(&at.iter().map(|&k| values[k]).collect::<Vec<f64>>()))
}

fn interval_of_median(seed: u64, block: Block, values: &[f64]) -> [Expected; 2] {
    interval(seed, block, values.len(), |at| median(&at.iter().map(|&k| values[k]).collect::<Vec<f64>>()))
}

/// Adjusted p-values: of the k-th smallest of m, the smallest of p m / k among it and the larger ones.
pub(crate) fn adjusted(p: &[Option<f64>]) -> Vec<Expected> {
    let tests: Vec<f64> = p.iter().flatten().copied().collect();
    let m = tests.len() as f64;
    let q = |p: f64| {
        let rank = |v: f64| tests.iter().filter(|t| **t <= v).count() as f64;
        let larger = tests.iter().filter(|t| **t >= p);
        let smallest = larger.map(|&t| t * m / rank(t)).fold(1.0, f64::min);
        (smallest, 4.0 * EPSILON * smallest)
    };
    p.iter().map(|p| within(p.map(q))).collect()
}

/// The columns of `blocks.csv`, a row for each block.
pub(crate) fn of_blocks(run: &Run) -> Vec<Row> {
    let (table, blocks) = (&run.channels, run.table("blocks.csv"));
    let (seed, count) = (run.manifest["seed"].as_u64().unwrap(), seeds(run).len());
    let p = |column| -> Vec<Option<f64>> { (0..blocks.rows.len()).map(|row| blocks.number(row, column)).collect() };
    let (q, q_no_mix) = (adjusted(&p("pairing_p")), adjusted(&p("pairing_no_mix_p")));
    let mut rows = Vec::new();
    for (((block, channels), q), q_no_mix) in run.blocks.iter().zip(q).zip(q_no_mix) {
        let of_block = run.channel_rows(*block);
        let values = |column: &str, by: f64| -> Vec<f64> {
            of_block.iter().filter_map(|&row| table.number(row, column)).map(|v| v * by).collect()
        };
        let mut cells: Row = vec![("seeds", text(count))];
        for (column, names) in [
            (
                "scale_invariant_share",
                ["percent_scale_invariant_over_seeds", "percent_scale_invariant_low", "percent_scale_invariant_high"],
            ),
            (
                "scale_invariant_no_mix_share",
                [
                    "percent_scale_invariant_no_mix_over_seeds",
                    "percent_scale_invariant_no_mix_low",
                    "percent_scale_invariant_no_mix_high",
                ],
            ),
            (
                "scale_invariant_by_block_share",
                [
                    "percent_scale_invariant_by_block_over_seeds",
                    "percent_scale_invariant_by_block_low",
                    "percent_scale_invariant_by_block_high",
                ],
            ),
        ] {
            let percents = values(column, 100.0);
            let [low, high] = interval_of_mean(seed, *block, &percents);
            cells.extend([(names[0], within(mean(&percents))), (names[1], low), (names[2], high)]);
        }
        let ratios = values("mix_ratio_mean", 1.0);
        let [low, high] = interval_of_median(seed, *block, &ratios);
        cells.push(("median_mix_ratio_over_seeds", within(median(&ratios))));
        cells.extend([("median_mix_ratio_low", low), ("median_mix_ratio_high", high)]);
        let photo: Vec<f64> = values("photo_mix_ratio", 1.0).into_iter().map(clamped).collect();
        let [low, high] = interval_of_median(seed, *block, &photo);
        cells.extend([("photo_median_mix_ratio_low", low), ("photo_median_mix_ratio_high", high)]);
        let measured = of_block.iter().filter(|&&row| table.number(row, "photo_mix_ratio").is_some());
        let invariant = |&row: &usize| if table.text(row, "photo_scale_invariant") == "true" { 100.0 } else { 0.0 };
        let percents: Vec<f64> = measured.map(invariant).collect();
        let [low, high] = interval_of_mean(seed, *block, &percents);
        cells.extend([("photo_percent_scale_invariant_low", low), ("photo_percent_scale_invariant_high", high)]);
        let [all, no_mix] = pairing(run, (*block, channels));
        let names = ["pairing_percent", "pairing_upper", "pairing_p"];
        cells.extend(names.into_iter().zip(all));
        cells.push(("pairing_q", q));
        let names = ["pairing_no_mix_percent", "pairing_no_mix_upper", "pairing_no_mix_p"];
        cells.extend(names.into_iter().zip(no_mix));
        cells.push(("pairing_no_mix_q", q_no_mix));
        rows.push(cells);
    }
    rows
}

/// Whether a number is above zero: surely, and possibly.
fn positive((value, bound): Bounded) -> [bool; 2] {
    [value - bound > 0.0, value + bound > 0.0]
}

/// Both of two.
pub(crate) fn and(a: [bool; 2], b: [bool; 2]) -> [bool; 2] {
    [a[0] && b[0], a[1] && b[1]]
}

/// A gain over a denominator whose sign is known: the difference of two clipped answers is known to their bounds.
pub(crate) fn gains(after: Bounded, before: Bounded, own: f64) -> [bool; 2] {
    let clip = |(v, b): Bounded| [(v - b).max(0.0), (v + b).max(0.0)];
    let (after, before) = (clip(after), clip(before));
    let [low, high] = [after[0] - before[1], after[1] - before[0]];
    match own {
        own if own > 0.0 => [low > 0.0, high > 0.0],
        own if own < 0.0 => [high < 0.0, low < 0.0],
        // Divided by zero, a gain is infinite.
        _ => [low > 0.0, high > 0.0],
    }
}

/// What a channel's pictures of a seed give: all channels' answers, its own denominators and mix ratio.
struct Answers {
    b_i: Vec<Bounded>,
    b_enlarged_i: Vec<Bounded>,
    i_b: Vec<Bounded>,
    i_shrunk_b: Vec<Bounded>,
    b_b: f64,
    i_i: f64,
    ratio: Option<f64>,
}

fn answers(run: &Run, table: &Table, block: Block, channels: &[usize]) -> Vec<Vec<Answers>> {
    let seeds = seeds(run);
    let mut jobs = Vec::new();
    for &seed in &seeds {
        jobs.extend(channels.iter().map(|&channel| (seed, channel)));
    }
    let found = each(&jobs, |&(seed, channel)| {
        let row = (0..table.rows.len())
            .find(|&row| {
                table.text(row, "block") == block.to_string()
                    && table.text(row, "channel") == channel.to_string()
                    && table.text(row, "seed") == seed.to_string()
            })
            .unwrap();
        let see = |role: &str, how, read: usize| {
            let picture = images::decode(run.folder.join(picture(run, (block, channel), role, seed))).unwrap();
            run.network.roles(block, run.size, picture.pixels(), how)[read].clone()
        };
        let half = run.size / 2;
        let number = |column| table.number(row, column).unwrap();
        Answers {
            b_i: see("input", Seen::Plain, 1),
            b_enlarged_i: see("input", Seen::Enlarged(half), 1),
            i_b: see("block", Seen::Plain, 0),
            i_shrunk_b: see("block", Seen::Shrunk(half), 0),
            b_b: number("b_b"),
            i_i: number("i_i"),
            ratio: mix_ratio(number("o_i"), number("o_b")),
        }
    });
    let mut found = found.into_iter();
    seeds.iter().map(|_| found.by_ref().take(channels.len()).collect()).collect()
}

/// The null of the pairing: percent, upper end and p, of all criteria and without the mix ratio. Where the f64 network
/// cannot tell a sign, both are tried, and what lies between them is the bound.
fn pairing(run: &Run, (block, channels): (Block, &[usize])) -> [[Expected; 3]; 2] {
    let table = run.table("seeds.csv");
    let seed = run.manifest["seed"].as_u64().unwrap();
    let sound: Vec<usize> =
        channels.iter().copied().filter(|&channel| !sound_rows(&table, (block, channel)).is_empty()).collect();
    let n = sound.len();
    if n < 2 {
        return [(); 2].map(|()| [(); 3].map(|()| text("")));
    }
    let seeds = answers(run, &table, block, &sound);
    [true, false].map(|with_mix| {
        // The share of the seeds at which a pair meets the criteria, surely and possibly.
        let share = |c: usize, d: usize| {
            let both = seeds.iter().filter(|at| at[c].ratio.is_some() && at[d].ratio.is_some());
            let (mut met, mut of) = ([0.0, 0.0], 0.0);
            for at in both {
                let (input, added) = (&at[c], &at[d]);
                let block = gains(input.b_enlarged_i[sound[d]], input.b_i[sound[d]], added.b_b);
                let entering = gains(added.i_shrunk_b[sound[c]], added.i_b[sound[c]], input.i_i);
                let mixed = !with_mix || input.ratio.is_some_and(mixes);
                let [surely, possibly] = and(and(block, entering), [mixed; 2]);
                met = [met[0] + f64::from(u8::from(surely)), met[1] + f64::from(u8::from(possibly))];
                of += 1.0;
            }
            met.map(|met| if of > 0.0 { met / of } else { 0.0 })
        };
        let shares: Vec<Vec<[f64; 2]>> = (0..n).map(|c| (0..n).map(|d| share(c, d)).collect()).collect();
        let percent = |order: &[usize]| {
            [0, 1].map(|end| 100.0 * order.iter().enumerate().map(|(c, &d)| shares[c][d][end]).sum::<f64>() / n as f64)
        };
        // Each with its own pictures: from the table.
        let column = if with_mix { "scale_invariant_share" } else { "scale_invariant_no_mix_share" };
        let own = run.channel_rows(block).into_iter().filter_map(|row| run.channels.number(row, column));
        let observed = 100.0 * own.sum::<f64>() / n as f64;
        let mut drawn = Drawn::at(seed, &format!("pairing:{block}"));
        let mut permuted = Vec::new();
        for _ in 0..PERMUTATIONS {
            let mut order: Vec<usize> = (0..n).collect();
            for last in (1..n).rev() {
                order.swap(last, drawn.below(last + 1));
            }
            permuted.push(percent(&order));
        }
        let ends = |value: &dyn Fn(usize) -> f64, rounding: f64| {
            let (low, high) = (value(0), value(1));
            within(Some(((low + high) / 2.0, (high - low) / 2.0 + rounding)))
        };
        // Sums of shares that are equal may round apart, by far less than two that are not.
        let tie = 1e-7;
        let at_least = |end: usize| permuted.iter().filter(|p| p[end] >= observed - tie).count() as f64;
        let p = |end: usize| (1.0 + at_least(end)) / (1.0 + PERMUTATIONS as f64);
        let of = |end: usize| permuted.iter().map(|p| p[end]).sum::<f64>() / PERMUTATIONS as f64;
        let upper = |end: usize| {
            let mut sorted: Vec<f64> = permuted.iter().map(|p| p[end]).collect();
            sorted.sort_by(|a, b| b.partial_cmp(a).unwrap());
            sorted[PERMUTATIONS / 20]
        };
        // A percent is kept to 100 / (n 2^30), and a mean of a thousand rounds each sum.
        let kept = 100.0 * 2.0_f64.powi(-30) + 2000.0 * EPSILON * 100.0;
        [ends(&of, kept), ends(&upper, kept), ends(&p, 0.0)]
    })
}

/// The columns of a bin of `mix_histogram.csv`, a row for each bin.
pub(crate) fn of_bins(run: &Run, block: Block) -> Vec<Row> {
    let table = run.table("seeds.csv");
    let name = block.to_string();
    let seeds = seeds(run);
    let count = |seed: &u64, bin: usize| {
        let of = |row: &usize| table.text(*row, "block") == name && table.text(*row, "seed") == seed.to_string();
        let ratios = (0..table.rows.len()).filter(of).filter_map(|row| table.number(row, "mix_ratio"));
        ratios.filter(|m| (clamped(*m) * 4.0).floor().min(19.0) == bin as f64).count()
    };
    let of_bin = |bin| {
        let counts: Vec<usize> = seeds.iter().map(|seed| count(seed, bin)).collect();
        vec![
            ("count_over_seeds", exactly(Some(counts.iter().sum::<usize>() as f64 / counts.len() as f64))),
            ("count_smallest", text(counts.iter().min().unwrap())),
            ("count_largest", text(counts.iter().max().unwrap())),
        ]
    };
    (0..20).map(of_bin).collect()
}

/// The columns of a panel: the p-values of its figure are adjusted, and its statistics computed over the means of seeds.
pub(crate) fn of_panel(run: &Run, (figure, block): (u8, Block), column: &str, row: usize) -> Row {
    let (table, channels) = (run.table("panels.csv"), &run.channels);
    let seed = run.manifest["seed"].as_u64().unwrap();
    let of_figure: Vec<usize> = table.rows_where("figure", &figure.to_string());
    let at = of_figure.iter().position(|&r| r == row).unwrap();
    let q = |column| {
        let p: Vec<Option<f64>> = of_figure.iter().map(|&row| table.number(row, column)).collect();
        adjusted(&p).swap_remove(at)
    };
    let column = if column == "b_i" { "b_i_mean" } else { column };
    let pair = |&row: &usize| Some((channels.number(row, "mix_ratio_mean")?, channels.number(row, column)?));
    let pairs: Vec<(f64, f64)> = run.channel_rows(block).iter().filter_map(pair).collect();
    let all: Vec<usize> = (0..pairs.len()).collect();
    let [rho_low, rho_high] = interval(seed, block, pairs.len(), |at| rho(&pairs, at));
    let [f_low, f_high] = interval(seed, block, pairs.len(), |at| f(&pairs, at).map(|(f, _)| f));
    // Of the first seed alone, as the F beside it.
    let first = |&row: &usize| {
        let measure = if column == "b_i_mean" { "b_i" } else { column };
        Some((channels.number(row, "mix_ratio")?, channels.number(row, measure)?))
    };
    let first: Vec<(f64, f64)> = run.channel_rows(block).iter().filter_map(first).collect();
    let eta = eta_squared(&first);
    vec![
        ("spearman_q", q("spearman_p")),
        ("anova_q", q("anova_p")),
        ("eta_squared", within(eta)),
        ("spearman_rho_over_seeds", within(rho(&pairs, &all))),
        ("spearman_rho_low", rho_low),
        ("spearman_rho_high", rho_high),
        ("anova_f_over_seeds", within(f(&pairs, &all).map(|(f, _)| f))),
        ("anova_f_low", f_low),
        ("anova_f_high", f_high),
    ]
}

/// Spearman's rho of resampled pairs.
fn rho(pairs: &[(f64, f64)], at: &[usize]) -> Option<Bounded> {
    if at.len() < 3 {
        return None;
    }
    let middle = (at.len() as f64 + 1.0) / 2.0;
    let centered = |values: Vec<f64>| -> Vec<f64> { ranks(&values).iter().map(|r| r - middle).collect() };
    let x = centered(at.iter().map(|&k| pairs[k].0).collect());
    let y = centered(at.iter().map(|&k| pairs[k].1).collect());
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (xx, yy, xy) = (dot(&x, &x), dot(&y, &y), dot(&x, &y));
    let rho = xy / (xx.sqrt() * yy.sqrt());
    (xx > 0.0 && yy > 0.0).then_some((rho, 6.0 * EPSILON * rho.abs()))
}

/// F of resampled pairs whose groups part at 1, and eta squared.
fn f(pairs: &[(f64, f64)], at: &[usize]) -> Option<(Bounded, Bounded)> {
    let group = |below: bool| -> Vec<f64> {
        at.iter().map(|&k| pairs[k]).filter(|(m, _)| (*m < 1.0) == below).map(|(_, v)| v).collect()
    };
    let groups = [group(true), group(false)];
    let (f, _) = crate::statistics::anova(&groups[0], &groups[1])?;
    let freedom = at.len() as f64 - 2.0;
    let eta = f.0 / (f.0 + freedom);
    let relative = if f.0 > 0.0 { f.1 / f.0 } else { 0.0 };
    f.0.is_finite().then_some((f, (eta, eta * (relative + 8.0 * EPSILON))))
}

fn eta_squared(pairs: &[(f64, f64)]) -> Option<Bounded> {
    let all: Vec<usize> = (0..pairs.len()).collect();
    f(pairs, &all).map(|(_, eta)| eta)
}

#[test]
fn a_sign_that_is_not_known_is_possible_and_not_sure() {
    assert_eq!(positive((1.0, 0.5)), [true, true]);
    assert_eq!(positive((0.1, 0.5)), [false, true]);
    assert_eq!(gains((2.0, 0.1), (1.0, 0.1), 1.0), [true, true]);
    assert_eq!(gains((1.0, 0.1), (1.0, 0.1), 1.0), [false, true]);
    // Both are clipped: nothing gains.
    assert_eq!(gains((-2.0, 0.1), (-1.0, 0.1), 1.0), [false, false]);
    assert_eq!(gains((1.0, 0.1), (2.0, 0.1), -1.0), [true, true]);
}
