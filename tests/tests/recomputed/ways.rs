//! `paths.csv`, `path_layers.csv`, `enlargement.csv` and `enlargement_groups.csv`: pictures beside photographs, and enlarged.

use crate::ledger::{Ledger, Row, exactly, text, within};
use crate::network::{Block, Seen};
use crate::run::{Photographs, ROLES, Run, each};
use crate::statistics::{Bounded, mean, median, standard_error};
use crate::worth::{Drawn, adjusted};

/// Compares all of them.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    enlargement(run, ledger);
    if let Some(photographs) = &run.photographs {
        paths(run, photographs, ledger);
        layers(run, ledger);
    }
}

fn enlargement(run: &Run, ledger: &mut Ledger) {
    let table = run.table("enlargement.csv");
    let grid = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5];
    // As Python's int(): what is behind the point is dropped.
    let side = |s: f64| (1..=run.size).rev().find(|k| *k as f64 <= run.size as f64 * (2.0 - s)).unwrap();
    let studied: Vec<(Block, usize)> = run.studied().collect();
    let read = each(&studied, |&(block, channel)| {
        let picture = run.picture(block, "output", channel);
        grid.map(|s| {
            let how = if s == 1.0 { Seen::Plain } else { Seen::Enlarged(side(s)) };
            run.network.roles(block, run.size, &picture, how)[2][channel]
        })
    });
    let mut rows: Vec<Row> = Vec::new();
    for (&(block, channel), answers) in studied.iter().zip(read) {
        // The parts are of the table's own answers.
        let first = rows.len();
        let own: Vec<f64> =
            (first..first + 6).filter_map(|row| table.number(row, "output_activation")).map(|v| v.max(0.0)).collect();
        let largest = own.iter().copied().fold(0.0, f64::max);
        for (at, (s, answer)) in grid.into_iter().zip(answers).enumerate() {
            let part = own.get(at).filter(|_| largest > 0.0).map(|v| v / largest);
            rows.push(vec![
                ("block", text(block)),
                ("channel", text(channel)),
                ("enlargement", exactly(Some(s))),
                ("side", text(side(s))),
                ("output_activation", within(Some(answer))),
                ("normalised", exactly(part)),
            ]);
        }
    }
    ledger.table("enlargement.csv", &table, &rows);
    let mut groups: Vec<Row> = Vec::new();
    for (block, _) in &run.blocks {
        for (group, invariant) in [("scale-invariant", "true"), ("other", "false")] {
            for s in grid {
                let is_of = |&row: &usize| {
                    let number = |column| table.number(row, column);
                    let channel = run.channel_rows(*block).into_iter().find(|&of| {
                        run.channels.text(of, "channel") == table.text(row, "channel")
                            && !run.channels.text(of, "mix_ratio").is_empty()
                            && run.channels.text(of, "scale_invariant") == invariant
                    });
                    table.text(row, "block") == block.to_string()
                        && number("enlargement") == Some(s)
                        && channel.is_some()
                };
                let values: Vec<f64> =
                    (0..table.rows.len()).filter(is_of).filter_map(|row| table.number(row, "normalised")).collect();
                groups.push(vec![
                    ("block", text(block)),
                    ("group", text(group)),
                    ("enlargement", exactly(Some(s))),
                    ("channels", text(values.len())),
                    ("mean", within(mean(&values))),
                    ("standard_error", within(standard_error(&values))),
                ]);
            }
        }
    }
    ledger.table("enlargement_groups.csv", &run.table("enlargement_groups.csv"), &groups);
}

/// The cosine of a pattern that is known to bounds and one that is known exactly; negative answers count as zero.
fn cosine(a: &[Bounded], b: &[f64]) -> Bounded {
    let clipped: Vec<Bounded> = a.iter().map(|&(v, e)| (v.max(0.0), if v + e > 0.0 { e } else { 0.0 })).collect();
    let b: Vec<f64> = b.iter().map(|v| v.max(0.0)).collect();
    let length = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let (of_a, of_b) = (length(&mut clipped.iter().map(|v| v.0)), length(&mut b.iter().copied()));
    let off = length(&mut clipped.iter().map(|v| v.1));
    if of_a == 0.0 || of_b == 0.0 {
        return (0.0, if of_b == 0.0 || off == 0.0 { 0.0 } else { 1.0 });
    }
    let product: f64 = clipped.iter().zip(&b).map(|((v, _), w)| v * w).sum();
    // A vector that moves by a part of its length turns by no more than that part and a bit.
    let bound = 2.0 * off / of_a + 4.0 * (b.len() as f64 + 4.0) * f64::EPSILON;
    (product / (of_a * of_b), bound)
}

fn paths(run: &Run, photographs: &Photographs, ledger: &mut Ledger) {
    let (table, seed) = (run.table("paths.csv"), run.manifest["seed"].as_u64().unwrap());
    let count = photographs.names.len();
    let studied: Vec<(Block, usize)> = run.studied().collect();
    let at_site = |site: &str, image: usize| -> Vec<f64> {
        let (channels, values) = &photographs.sites[site];
        values[image * channels..][..*channels].iter().map(|&v| f64::from(v)).collect()
    };
    let mut rows: Vec<Row> = Vec::new();
    for (block, channel) in studied {
        let blocks: Vec<Block> = run.blocks.iter().map(|(b, _)| *b).filter(|b| *b <= block).collect();
        for (role, name) in ROLES.into_iter().enumerate() {
            let [top, _] = Photographs::ends(&photographs.roles(block, channel)[role]);
            let others: Vec<usize> = (0..count).filter(|image| !top.contains(image)).collect();
            let mut drawn = Drawn::at(seed, &format!("paths:{block}:{name}:{channel}"));
            let mut order: Vec<usize> = (0..others.len()).collect();
            for last in (1..order.len()).rev() {
                order.swap(last, drawn.below(last + 1));
            }
            let sets: Vec<Vec<usize>> = (0..(others.len() / 9).min(99))
                .map(|set| (0..9).map(|k| others[order[9 * set + k]]).collect())
                .collect();
            let picture = run.picture(block, name, channel);
            for layer in &blocks {
                let [_, _, site] = layer.read_sites();
                let [_, _, output] = run.network.roles(*layer, run.size, &picture, Seen::Plain);
                let mean_of = |set: &[usize]| -> Bounded {
                    let all: Vec<Bounded> = set.iter().map(|&image| cosine(&output, &at_site(&site, image))).collect();
                    let (value, rounding) = mean(&all.iter().map(|c| c.0).collect::<Vec<f64>>()).unwrap();
                    (value, rounding + all.iter().map(|c| c.1).fold(0.0, f64::max))
                };
                let of_top = mean_of(&top);
                let random: Vec<Bounded> = sets.iter().map(|set| mean_of(set)).collect();
                let of_random = mean(&random.iter().map(|c| c.0).collect::<Vec<f64>>());
                let loosest = random.iter().map(|c| c.1).fold(0.0, f64::max);
                // Sets that may be as alike, surely and possibly.
                let p = [1.0, -1.0].map(|sign| {
                    let at_least = |c: &&Bounded| c.0 - sign * c.1 >= of_top.0 + sign * of_top.1;
                    (1.0 + random.iter().filter(at_least).count() as f64) / (1.0 + random.len() as f64)
                });
                let told = random.len() >= 19;
                let row = rows.len();
                // Whether p is above a twentieth is asked of the table's own.
                let another = table.number(row.min(table.rows.len() - 1), "p").filter(|_| told).map(|p| p > 0.05);
                rows.push(vec![
                    ("block", text(block)),
                    ("channel", text(channel)),
                    ("role", text(name)),
                    ("layer", text(format!("layer{layer}"))),
                    ("top_similarity", within(Some(of_top))),
                    ("random_similarity", within(of_random.map(|(v, b)| (v, b + loosest)))),
                    ("sets", text(random.len())),
                    ("p", within(told.then(|| (f64::midpoint(p[0], p[1]), (p[1] - p[0]) / 2.0)))),
                    ("q", text("")),
                    ("another_way", text(another.map_or(String::new(), |is| is.to_string()))),
                ]);
            }
        }
    }
    // Adjusted together: the units of a role of a block at a layer.
    let key = |row: usize| ["block", "role", "layer"].map(|column| table.text(row, column).to_owned());
    let keys: Vec<[String; 3]> = (0..table.rows.len()).map(key).collect();
    for (row, cells) in rows.iter_mut().enumerate().take(table.rows.len()) {
        let together: Vec<usize> = (0..keys.len()).filter(|&other| keys[other] == keys[row]).collect();
        let p: Vec<Option<f64>> = together.iter().map(|&other| table.number(other, "p")).collect();
        let at = together.iter().position(|&other| other == row).unwrap();
        cells[8].1 = adjusted(&p).swap_remove(at);
    }
    ledger.table("paths.csv", &table, &rows);
}

fn layers(run: &Run, ledger: &mut Ledger) {
    let table = run.table("paths.csv");
    let mut rows: Vec<Row> = Vec::new();
    for (block, _) in &run.blocks {
        for role in ROLES {
            for (layer, _) in run.blocks.iter().filter(|(layer, _)| layer <= block) {
                let is_of = |&row: &usize| {
                    let cells = ["block", "role", "layer"].map(|column| table.text(row, column));
                    cells == [block.to_string().as_str(), role, format!("layer{layer}").as_str()]
                };
                let of: Vec<usize> = (0..table.rows.len()).filter(is_of).collect();
                let values = |column| of.iter().filter_map(|&row| table.number(row, column)).collect::<Vec<f64>>();
                let (top, told) = (values("top_similarity"), values("p"));
                let another = told.iter().filter(|p| **p > 0.05).count();
                let part = |part| within(crate::conditions::quartile(&top, part));
                rows.push(vec![
                    ("block", text(block)),
                    ("role", text(role)),
                    ("layer", text(format!("layer{layer}"))),
                    ("units", text(of.len())),
                    ("median_top", part(0.5)),
                    ("lower_top", part(0.25)),
                    ("upper_top", part(0.75)),
                    ("median_random", within(median(&values("random_similarity")))),
                    ("told", text(told.len())),
                    ("another_way", text(another)),
                    (
                        "percent_another_way",
                        exactly((!told.is_empty()).then(|| 100.0 * another as f64 / told.len() as f64)),
                    ),
                ]);
            }
        }
    }
    ledger.table("path_layers.csv", &run.table("path_layers.csv"), &rows);
}
