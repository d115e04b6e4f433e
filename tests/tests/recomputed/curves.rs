//! `curves.csv`: what would be scale-invariant by other criteria, through the f64 network, and by chance. Where it cannot tell
//! a sign, both are tried, and what lies between them is the bound.

use crate::ledger::{Ledger, Row, exactly, text, within};
use crate::measures::mix_ratio;
use crate::network::{Block, Seen, nearest};
use crate::run::{Run, each};
use crate::statistics::Bounded;
use crate::worth::{Drawn, PERMUTATIONS, adjusted, and, gains, picture, seeds, sound_rows};

const TOLERANCES: [f64; 10] = [1.05, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0, 2.5, 3.0];
const FACTORS: [f64; 6] = [1.25, 1.5, 2.0, 2.5, 3.0, 4.0];

/// What a channel's pictures of a seed give to all channels: as they are, and at every factor.
struct Answers {
    b_i: Vec<Bounded>,
    b_enlarged_i: Vec<Vec<Bounded>>,
    i_b: Vec<Bounded>,
    i_shrunk_b: Vec<Vec<Bounded>>,
    b_b: f64,
    i_i: f64,
    ratio: Option<f64>,
}

/// At each seed, of channels of a block.
fn answers(run: &Run, block: Block, channels: &[usize]) -> Vec<Vec<Answers>> {
    let table = run.table("seeds.csv");
    let seeds = seeds(run);
    let jobs: Vec<(u64, usize)> =
        seeds.iter().flat_map(|&seed| channels.iter().map(move |&channel| (seed, channel))).collect();
    let found = each(&jobs, |&(seed, channel)| {
        let key = [block.to_string(), channel.to_string(), seed.to_string()];
        let is = |row: &usize| ["block", "channel", "seed"].iter().zip(&key).all(|(c, k)| table.text(*row, c) == k);
        let row = (0..table.rows.len()).find(is).unwrap();
        let number = |column| table.number(row, column).unwrap();
        let of = |role: &str| images::decode(run.folder.join(picture(run, (block, channel), role, seed))).unwrap();
        let (input, added) = (of("input"), of("block"));
        let see = |pixels: &[u8], how, read: usize| run.network.roles(block, run.size, pixels, how)[read].clone();
        let side = |factor: f64| nearest(run.size as f64 / factor, run.size);
        Answers {
            b_i: see(input.pixels(), Seen::Plain, 1),
            b_enlarged_i: FACTORS.map(|factor| see(input.pixels(), Seen::Enlarged(side(factor)), 1)).into(),
            i_b: see(added.pixels(), Seen::Plain, 0),
            i_shrunk_b: FACTORS.map(|factor| see(added.pixels(), Seen::Shrunk(side(factor)), 0)).into(),
            b_b: number("b_b"),
            i_i: number("i_i"),
            ratio: mix_ratio(number("o_i"), number("o_b")),
        }
    });
    let mut found = found.into_iter();
    seeds.iter().map(|_| found.by_ref().take(channels.len()).collect()).collect()
}

/// The two ends of a percent.
type Ends = [f64; 2];

/// What lies between the ends, and beside it what a sum of so many shares rounds.
fn between([low, high]: Ends, rounding: f64) -> crate::ledger::Expected {
    within(Some((f64::midpoint(low, high), (high - low) / 2.0 + rounding)))
}

/// Compares the table.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    let table = run.table("curves.csv");
    let q = adjusted(&(0..table.rows.len()).map(|row| table.number(row, "p")).collect::<Vec<_>>());
    let mut rows = Vec::new();
    for (block, channels) in &run.blocks {
        let seeds = run.table("seeds.csv");
        let sound: Vec<usize> =
            channels.iter().copied().filter(|&channel| !sound_rows(&seeds, (*block, channel)).is_empty()).collect();
        let at_seeds = answers(run, *block, &sound);
        let papers = FACTORS.iter().position(|f| *f == 2.0).unwrap();
        for tolerance in TOLERANCES {
            let key = vec![("curve", text("mix tolerance")), ("at", exactly(Some(tolerance))), ("side", text(""))];
            rows.push((*block, key, point(run, *block, (&sound, &at_seeds), (papers, tolerance))));
        }
        for (at, factor) in FACTORS.into_iter().enumerate() {
            let side = nearest(run.size as f64 / factor, run.size);
            let key = vec![("curve", text("scale factor")), ("at", exactly(Some(factor))), ("side", text(side))];
            rows.push((*block, key, point(run, *block, (&sound, &at_seeds), (at, 1.5))));
        }
    }
    let rows: Vec<Row> = rows
        .into_iter()
        .zip(q)
        .map(|((block, key, cells), q)| {
            let mut row: Row = vec![("block", text(block))];
            row.extend(key);
            row.extend(cells);
            row.push(("q", q));
            row
        })
        .collect();
    ledger.table("curves.csv", &table, &rows);
}

/// The cells of a point: of channels, by what each gives at each seed, at a factor and with a tolerance.
fn point(
    run: &Run,
    block: Block,
    (channels, seeds): (&[usize], &[Vec<Answers>]),
    (factor, tolerance): (usize, f64),
) -> Row {
    let n = channels.len();
    let meet = |at: &[Answers], c: usize, d: usize| -> Option<[bool; 2]> {
        let (input, added) = (&at[c], &at[d]);
        let ratio = input.ratio.filter(|_| added.ratio.is_some())?;
        let of_block = gains(input.b_enlarged_i[factor][channels[d]], input.b_i[channels[d]], added.b_b);
        let of_input = gains(added.i_shrunk_b[factor][channels[c]], added.i_b[channels[c]], input.i_i);
        Some(and(and(of_block, of_input), [ratio > 1.0 / tolerance && ratio < tolerance; 2]))
    };
    // Surely, and possibly: a part of those that are known.
    let part = |met: &[[bool; 2]]| -> Option<Ends> {
        let count = |end: usize| met.iter().filter(|met| met[end]).count() as f64;
        (!met.is_empty()).then(|| [0, 1].map(|end| count(end) / met.len() as f64))
    };
    let share = |c: usize, d: usize| part(&seeds.iter().filter_map(|at| meet(at, c, d)).collect::<Vec<_>>());
    let of_seed = |at: &Vec<Answers>| part(&(0..n).filter_map(|c| meet(at, c, c)).collect::<Vec<_>>());
    let percents: Vec<Ends> = seeds.iter().filter_map(of_seed).map(|part| part.map(|p| 100.0 * p)).collect();
    let rounding = 100.0 * (n as f64 + 4.0) * f64::EPSILON;
    let extreme = |pick: fn(f64, f64) -> f64| {
        let ends = [0, 1].map(|end| percents.iter().map(|p| p[end]).reduce(pick));
        match ends {
            [Some(low), Some(high)] => between([low, high], rounding),
            _ => text(""),
        }
    };
    let shares: Vec<Vec<Ends>> = (0..n).map(|c| (0..n).map(|d| share(c, d).unwrap_or([0.0, 0.0])).collect()).collect();
    let percent = |order: &[usize]| -> Ends {
        [0, 1].map(|end| 100.0 * order.iter().enumerate().map(|(c, &d)| shares[c][d][end]).sum::<f64>() / n as f64)
    };
    let own: Vec<usize> = (0..n).collect();
    let observed = (n > 0).then(|| percent(&own));
    let first = seeds.first().and_then(of_seed).map(|part| part.map(|p| 100.0 * p));
    let mut cells: Row = vec![
        ("channels", text(n)),
        ("percent", observed.map_or(text(""), |ends| between(ends, rounding))),
        ("percent_of_first", first.map_or(text(""), |ends| between(ends, rounding))),
        ("smallest", extreme(f64::min)),
        ("largest", extreme(f64::max)),
    ];
    let names = ["chance", "chance_low", "chance_high", "p"];
    let Some(observed) = observed.filter(|_| n > 1) else {
        cells.extend(names.map(|name| (name, text(""))));
        return cells;
    };
    let mut drawn = Drawn::at(run.manifest["seed"].as_u64().unwrap(), &format!("pairing:{block}"));
    let permuted: Vec<Ends> = (0..PERMUTATIONS)
        .map(|_| {
            let mut order: Vec<usize> = (0..n).collect();
            for last in (1..n).rev() {
                order.swap(last, drawn.below(last + 1));
            }
            percent(&order)
        })
        .collect();
    // A percent is kept to 100 / (n 2^30), and a mean of a thousand rounds each sum.
    let kept = 100.0 * 2.0_f64.powi(-30) + 2000.0 * f64::EPSILON * 100.0;
    let mean = [0, 1].map(|end| permuted.iter().map(|p| p[end]).sum::<f64>() / PERMUTATIONS as f64);
    let percentile = |part: f64| {
        [0, 1].map(|end| {
            let mut sorted: Vec<f64> = permuted.iter().map(|p| p[end]).collect();
            sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
            let place = part * (PERMUTATIONS - 1) as f64;
            let below = (0..PERMUTATIONS - 1).rev().find(|&k| k as f64 <= place).unwrap();
            sorted[below] + (sorted[below + 1] - sorted[below]) * (place - below as f64)
        })
    };
    // Sums of shares that are equal may round apart, by far less than two that are not.
    let tie = 1e-7;
    let p = [0, 1].map(|end| {
        let at_least = permuted.iter().filter(|p| p[end] >= observed[1 - end] - tie).count();
        (1.0 + at_least as f64) / (1.0 + PERMUTATIONS as f64)
    });
    let found = [between(mean, kept), between(percentile(0.025), kept), between(percentile(0.975), kept)];
    cells.extend(names.into_iter().zip(found));
    cells.push(("p", between(p, 0.0)));
    cells
}
