//! Runs whose inputs tell things apart.

use crate::csv::Table;
use crate::measures::clamped;
use crate::network::Block;
use crate::run::{Photographs, Run};
use crate::weights::Weights;
use crate::whole;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use streamscope_tests::harness::{program, root, succeed};

/// The embedded network.
fn embedded() -> Weights {
    Weights::read(&root().join("fixtures/resnet18-16.npz"))
}

/// Photographs of unlike classes, three of them twice under other names, one directly in the folder, and two files that
/// are none.
fn photographs(folder: &Path) {
    let from = root().join("fixtures/images");
    let copy = |class: &str, number: usize, to: &str| {
        let to = folder.join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from.join(format!("{class}/{class}_{number:02}.jpg")), to).unwrap();
    };
    let classes = ["annulus", "bricks", "cross", "dots", "flower", "rings", "star", "waves", "spiral"];
    for (at, class) in classes.iter().enumerate() {
        for number in [at, (at + 3) % 10] {
            copy(class, number, &format!("{class}/{number}.jpg"));
        }
    }
    copy("bricks", 1, "a_copy/bricks.jpg");
    copy("star", 6, "zz_copy/star.JPEG");
    copy("dots", 3, "dots/a_copy.jpg");
    copy("mesh", 4, "mesh.jpg");
    copy("grating", 5, "Grating/B.jpg");
    fs::write(folder.join("cross/broken.png"), "no image").unwrap();
    fs::write(folder.join("notes.txt"), "no image either").unwrap();
}

fn reproduce(weights: &Path, out: &Path, size: usize, arguments: &[&str]) {
    let mut command = program(&["reproduce", "--input-size", &size.to_string()]);
    command.arg("--weights").arg(weights).arg("--out").arg(out).args(arguments);
    succeed(&mut command);
}

/// Changes to the embedded network by which a channel of a block is lost, or hangs by a thread. A bias behind a branch
/// moves a channel's answers and not the gradient, so its pictures stay what they are.
const CHANGES: [(&str, usize, f32); 9] = [
    // Never positive: given up.
    ("layer1.1.bn2.bias", 2, -100.0),
    ("layer2.0.bn2.bias", 1, -100.0),
    // Its Input is zero everywhere.
    ("layer1.0.bn2.bias", 3, -100.0),
    // Positive on one of two pictures: 10, 10 with a B(B) below zero, and 0.
    ("layer1.1.bn2.bias", 5, -0.7),
    ("layer2.0.bn2.bias", 6, -0.27),
    ("layer1.1.bn2.bias", 1, -2.45),
    // Positive on neither picture of the first seed.
    ("layer2.0.bn2.bias", 5, -0.78),
    // An Input that is below zero on its own picture.
    ("layer2.0.downsample.1.bias", 7, -1.2),
    ("layer2.0.bn2.bias", 7, 1.3),
];

fn altered() -> Weights {
    let mut weights = embedded();
    for (name, channel, by) in CHANGES {
        weights.add(name, channel, by);
    }
    weights
}

#[test]
fn every_table_of_a_run_with_photographs_is_recomputed() {
    let folder = tempfile::tempdir().unwrap();
    let [weights, images, out] = ["weights", "images", "out"].map(|name| folder.path().join(name));
    photographs(&images);
    altered().write(&weights);
    let images = images.display().to_string();
    let arguments = ["--blocks", "2.0,1.1", "--channels", "9,0..8", "--steps", "2", "--seed", "5"];
    reproduce(&weights, &out, 32, &[&arguments[..], &["--images", &images]].concat());
    let run = whole(&out);
    tells_things_apart(&run);
    crate::pictures::are_of_the_first_sound_attempts(&run, (&weights, 2, 5));
}

/// Whether the run holds every case that a table may mistake for another.
fn tells_things_apart(run: &Run) {
    let table = &run.channels;
    let rows = || 0..table.rows.len();
    let shown = ["block", "channel", "o_i", "i_i", "o_b", "b_b", "mix_ratio", "retries"];
    let line = |row| shown.map(|column| table.text(row, column)).join(" ");
    let all: Vec<String> = rows().map(line).collect();
    let all = format!("{}\n{}", shown.join(" "), all.join("\n"));
    let seen = |what: &str, is: &dyn Fn(usize) -> bool| {
        for block in ["1.1", "2.0"] {
            let found = rows().filter(|&row| table.text(row, "block") == block && is(row)).count();
            assert!(found > 0, "no channel of {block} {what}:\n{all}");
        }
    };
    let somewhere = |what: &str, is: &dyn Fn(usize) -> bool| assert!(rows().any(is), "no channel {what}:\n{all}");
    let number = |row, column| table.number(row, column).unwrap_or(f64::NAN);
    seen("is given up", &|row| table.text(row, "mix_ratio").is_empty());
    somewhere("has the sentinel 0", &|row| number(row, "mix_ratio") == 0.0);
    seen("has the sentinel 10", &|row| number(row, "mix_ratio") == 10.0);
    somewhere("was made again and is sound", &|row| {
        ["1", "2", "3", "4"].contains(&table.text(row, "retries")) && number(row, "mix_ratio") >= 0.0
    });
    somewhere("has a B(B) below zero", &|row| number(row, "b_b") < 0.0 && number(row, "mix_ratio") >= 0.0);
    somewhere("has an I(I) below zero", &|row| number(row, "i_i") < 0.0 && number(row, "mix_ratio") >= 0.0);
    somewhere("has no dI", &|row| table.text(row, "input_delta").is_empty() && number(row, "mix_ratio") >= 0.0);
    somewhere("has no tuning curve", &|row| {
        table.text(row, "tuning_curve_rho").is_empty() && number(row, "mix_ratio") >= 0.0
    });
    for category in ["overwrite", "mix", "skip"] {
        somewhere(category, &|row| table.text(row, "category") == category);
    }
    for column in ["mix_ratio", "photo_mix_ratio"] {
        let middle = |block| middle_two(run, block, column).is_some_and(|[a, b]| clamped(a) < clamped(b));
        assert!(run.blocks.iter().any(|(block, _)| middle(*block)), "every median of {column} is a value:\n{all}");
    }
    let photographs = run.photographs.as_ref().unwrap();
    let counts = [run.blocks.len(), run.blocks[0].1.len(), 16, table.rows.len(), photographs.names.len(), 32];
    let distinct: BTreeSet<usize> = counts.into_iter().collect();
    assert_eq!(distinct.len(), counts.len(), "{counts:?}");
    for (block, channel) in run.studied().filter(|of| of.1 == 0) {
        let mut tops = photographs.roles(block, channel).map(|values| Photographs::ends(&values)[0].clone());
        tops.iter_mut().for_each(|top| top.sort_unstable());
        assert!(tops[0] != tops[1] && tops[1] != tops[2] && tops[0] != tops[2], "{tops:?}");
    }
    let extremes = run.table("extremes.csv");
    let tied = |row: &usize| {
        extremes.text(*row, "activation") == extremes.text(row + 1, "activation")
            && extremes.text(*row, "activation") != "0.0"
    };
    assert!((0..extremes.rows.len() - 1).filter(tied).count() > 10);
}

/// The middle two of an even number of values of a block.
fn middle_two(run: &Run, block: Block, column: &str) -> Option<[f64; 2]> {
    let rows = run.channel_rows(block).into_iter();
    let mut values: Vec<f64> = rows.filter_map(|row| run.channels.number(row, column)).collect();
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    (half > 0 && values.len().is_multiple_of(2)).then(|| [values[half - 1], values[half]])
}

/// Three mix ratios of four are above 5 and unlike: clamped they are equal, which changes median, ranks and histogram.
#[test]
fn every_table_of_a_block_that_mostly_skips_is_recomputed() {
    let folder = tempfile::tempdir().unwrap();
    let [weights, first, out] = ["weights", "first", "out"].map(|name| folder.path().join(name));
    let mut altered = embedded();
    altered.write(&weights);
    let arguments = ["--blocks", "1.1", "--steps", "1"];
    reproduce(&weights, &first, 16, &arguments);
    let table = Table::read(&first.join("tables/channels.csv"));
    let (mut skipping, mut others) = (Vec::new(), Vec::new());
    for row in 0..table.rows.len() {
        let channel: usize = table.text(row, "channel").parse().unwrap();
        let [o_i, o_b] = ["o_i", "o_b"].map(|column| table.number(row, column).unwrap());
        if o_b > 0.0 && o_i > 1.1 * o_b && skipping.len() < 3 {
            // (O(I) + by) / (O(B) + by) is this; the pictures stay what they are.
            let ratio = 6.0 + 1.5 * skipping.len() as f64;
            #[expect(clippy::cast_possible_truncation, reason = "any ratio near it will do")]
            let by = ((o_i - ratio * o_b) / (ratio - 1.0)) as f32;
            altered.add("layer1.1.bn2.bias", channel, by);
            skipping.push(channel);
        } else if o_i > 0.0 && o_b > o_i {
            others.push(channel);
        }
    }
    altered.write(&weights);
    let channels = skipping.iter().chain(&others[..1]).map(usize::to_string).collect::<Vec<_>>().join(",");
    reproduce(&weights, &out, 16, &[&arguments[..], &["--channels", &channels]].concat());
    let run = whole(&out);
    let ratios: Vec<f64> = (0..4).map(|row| run.channels.number(row, "mix_ratio").unwrap()).collect();
    let above: BTreeSet<u64> = ratios.iter().filter(|m| **m > 5.0 && **m < 10.0).map(|m| m.to_bits()).collect();
    assert_eq!((above.len(), run.channels.rows.len()), (3, 4), "{ratios:?}");
    let [a, b] = middle_two(&run, Block(1, 1), "mix_ratio").unwrap();
    assert!(5.0 < a && a < b, "{ratios:?}");
}

/// Some channels fail at some seeds and not at others, and one at all.
#[test]
fn every_table_of_a_run_of_several_seeds_is_recomputed() {
    let folder = tempfile::tempdir().unwrap();
    let [weights, out] = ["weights", "out"].map(|name| folder.path().join(name));
    altered().write(&weights);
    let arguments = ["--blocks", "1.1,2.0", "--channels", "0..8", "--steps", "1"];
    reproduce(&weights, &out, 16, &arguments);
    reproduce(&weights, &out, 16, &[&arguments[..], &["--seeds", "0,4,9"]].concat());
    let run = whole(&out);
    let seeds = run.table("seeds.csv");
    assert_eq!(seeds.rows.len(), 3 * 16);
    let tables = [&run.channels, &run.table("blocks.csv")];
    for column in ["mix_ratio_deviation", "scale_invariant_no_mix_share"] {
        let values: BTreeSet<&str> = (0..16).map(|row| tables[0].text(row, column)).collect();
        assert!(values.len() > 2, "{column}: {values:?}");
    }
    for column in ["percent_scale_invariant_no_mix_high", "median_mix_ratio_low", "pairing_no_mix_percent"] {
        assert!((0..2).any(|row| tables[1].number(row, column).is_some_and(|v| v > 0.0)), "{column}");
    }
    let retried = seeds.rows_where("retries", "0").len();
    assert!(retried < seeds.rows.len(), "no channel was made again");
}

/// Of a network one of whose channels has the sentinel 10.
#[test]
fn every_table_of_a_run_of_variants_and_of_other_numbers_of_steps_is_recomputed() {
    let folder = tempfile::tempdir().unwrap();
    let [weights, out] = ["weights", "out"].map(|name| folder.path().join(name));
    altered().write(&weights);
    let variants = "no-augmentation,float-picture,post-relu,aliased-block,centered-jitter,antialias";
    // Channels 1 and 2 of 1.1 are made again: in a variant without pictures of its own those are in the store alone.
    let arguments = ["--blocks", "2.1,1.1", "--channels", "0,3..8", "--steps", "2", "--seeds", "2"];
    reproduce(&weights, &out, 16, &[&arguments[..], &["--variant", variants, "--convergence", "1,2,5"]].concat());
    let run = whole(&out);
    assert_eq!((run.table("variants.csv").rows.len(), run.table("steps.csv").rows.len()), (6 * 12, 3 * 12));
    let churn = run.table("churn.csv");
    let changed: BTreeSet<&str> = (0..churn.rows.len()).map(|row| churn.text(row, "category_changed")).collect();
    assert!(changed.len() > 1, "{changed:?}");
    let objectives = run.table("objectives.csv");
    assert_eq!(objectives.rows.len(), 2 * 3 * 2);
}

/// With so many photographs that a picture's way can be told from a random one.
#[test]
fn every_table_of_a_run_whose_pictures_take_one_way_or_another_is_recomputed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let (weights, images) = (root().join("fixtures/resnet18-16.npz"), root().join("fixtures/images"));
    let images = images.display().to_string();
    let arguments = ["--blocks", "1.1,2.0", "--channels", "0..3", "--steps", "2", "--images", &images];
    reproduce(&weights, &out, 16, &arguments);
    let paths = whole(&out).table("paths.csv");
    let ways: BTreeSet<&str> = (0..paths.rows.len()).map(|row| paths.text(row, "another_way")).collect();
    assert_eq!(ways, BTreeSet::from(["true", "false"]));
}

#[test]
fn every_table_of_a_folded_network_without_photographs_is_recomputed() {
    let folder = tempfile::tempdir().unwrap();
    let [weights, out] = ["weights", "out"].map(|name| folder.path().join(name));
    altered().folded().write(&weights);
    // All channels: the clearest are shown.
    reproduce(&weights, &out, 16, &["--blocks", "1.1", "--steps", "1"]);
    let run = whole(&out);
    assert_eq!(run.channels.rows.len(), 16);
    assert!(run.channels.rows_where("bn2_weight_abs", "").len() == 16);
}

#[test]
fn every_table_of_blocks_none_of_which_is_a_second_one_is_recomputed() {
    let folder = tempfile::tempdir().unwrap();
    let [weights, out] = ["weights", "out"].map(|name| folder.path().join(name));
    altered().write(&weights);
    reproduce(&weights, &out, 16, &["--blocks", "3.0,2.0", "--channels", "5..8", "--steps", "1"]);
    let run = whole(&out);
    assert_eq!(run.table("panels.csv").rows.len(), 12);
}

#[test]
fn every_table_of_a_block_whose_largest_metrics_do_not_meet_most_criteria_is_recomputed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let weights = root().join("fixtures/resnet18-16.npz");
    reproduce(&weights, &out, 16, &["--blocks", "1.1", "--steps", "1"]);
    whole(&out);
}
