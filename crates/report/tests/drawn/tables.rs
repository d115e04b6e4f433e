//! Folders as a run leaves them, of numbers that nowhere are equal by chance.

use crate::folder::{
    ROLES, block_row, channel_row, claim_row, images_record, manifest, panel_row, write_likeness,
    write_what_the_network_says,
};
use image::{Rgb, RgbImage};
use report::{
    BlockRow, ChannelRow, ChurnRow, ClaimRow, ConvergenceRow, CurveRow, EnlargementGroupRow, EnlargementRow,
    ExemplarRow, ExtremeRow, HistogramRow, ObjectiveRow, PanelRow, PathLayerRow, PathRow, PictureRecord,
    ScaleTuningRow, SeedRow, StepRow, VariantRow, Verdict, layout, write_table,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// The blocks, with how many channels each has and how many of them were studied; more than a row of figure 2 holds.
pub(crate) const BLOCKS: [(&str, usize, usize); 5] =
    [("1.1", 6, 6), ("2.0", 12, 7), ("2.1", 12, 5), ("3.1", 24, 1), ("4.1", 48, 3)];

/// Multiples of a quarter and what lies between, at both ends and beyond; each block takes some.
const RATIOS: [f64; 12] = [0.0, 0.24, 0.25, 0.6, 0.99, 1.0, 1.3, 1.51, 4.749, 4.75, 5.0, 37.5];

/// What kind of folder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Photographs {
    With,
    Without,
}

/// A folder with everything that can be drawn.
pub(crate) fn write(photographs: Photographs) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let below = |name: &str| folder.path().join(name);
    let with = photographs == Photographs::With;
    let (mut channels, mut blocks, mut bins, mut panels) = (vec![], vec![], vec![], vec![]);
    for (b, (block, all, studied)) in BLOCKS.into_iter().enumerate() {
        let of_block: Vec<ChannelRow> = (0..studied).map(|c| channel((b, block), c, with)).collect();
        bins.extend(histogram(block, &of_block));
        blocks.push(block_of((b, block), all, studied, with));
        channels.extend(of_block);
        for (figure, measure) in MEASURES {
            // As a run does, of second blocks, and on photographs of all. Where there are none, no figure is drawn of
            // what the table has.
            if figure == 9 || block.ends_with(".1") {
                panels.push(panel((b, block), figure, measure));
            }
        }
    }
    let exemplars = exemplars();
    write_table(&below(layout::CHANNELS), &channels).unwrap();
    write_table(&below(layout::SEEDS), &channels.iter().map(at_its_seed).collect::<Vec<_>>()).unwrap();
    write_table(&below(layout::BLOCKS), &blocks).unwrap();
    write_table(&below(layout::HISTOGRAM), &bins).unwrap();
    write_table(&below(layout::EXEMPLARS), &exemplars).unwrap();
    write_table(&below(layout::PANELS), &panels).unwrap();
    write_table(&below(layout::SCALE_TUNING), &curves(&exemplars, with)).unwrap();
    write_table(&below(layout::CLAIMS), &claims()).unwrap();
    write_table(&below(layout::CURVES), &criteria()).unwrap();
    write_table(&below(layout::OBJECTIVES), &objectives()).unwrap();
    let enlarged_row = EnlargementRow { block: "1.1".to_owned(), ..EnlargementRow::default() };
    write_table(&below("tables/enlargement.csv"), &[enlarged_row]).unwrap();
    write_table(&below("tables/enlargement_groups.csv"), &enlarged()).unwrap();
    let names = BLOCKS.map(|(block, ..)| block);
    write_what_the_network_says(folder.path(), &names);
    let mut manifest = manifest("some/where/else/weights.npz");
    manifest.seed = 71;
    manifest.threads = 3;
    manifest.network.widths = vec![6, 12, 24, 48];
    manifest.network.input_size = 36;
    manifest.network.batch_norm = if with { "separate" } else { "folded" }.to_owned();
    manifest.failed = vec!["block 2.0, channel 4".to_owned(), "block 4.1, channel 2".to_owned()];
    manifest.blocks = BLOCKS.map(|(block, _, studied)| (block.to_owned(), (0..studied).collect())).into();
    manifest.retried = vec!["block 2.0, channel 4 (9)".to_owned(), "block 1.1, channel 3 (2)".to_owned()];
    let sites =
        [("layer1.0.pre", 0), ("layer1.1.bn2", 0), ("layer2.1.bn2", 4), ("layer2.0.pre", 4), ("layer4.1.pre", 16)];
    manifest.jitter = BTreeMap::from(sites.map(|(site, pixels)| (site.to_owned(), pixels)));
    for (i, e) in exemplars.iter().enumerate() {
        for (r, role) in ROLES.into_iter().enumerate() {
            let shade = 40 * r + 3 * i;
            picture(&below(layout::feature(&e.block, role, e.channel).to_str().unwrap()), shade);
            let name = layout::feature(&e.block, role, e.channel);
            let of_center = record(e.channel, format!("{i}{r}ab").repeat(8));
            let name = name.to_str().unwrap().to_owned();
            manifest.pictures.entry(name).or_insert(of_center);
            // One block's exemplars have pictures of whole channels.
            let name = layout::channel_feature(&e.block, role, e.channel);
            picture(&folder.path().join(&name), shade + 1);
            if e.block == "1.1" {
                let record = record(e.channel, format!("{i}{r}").repeat(16));
                manifest.pictures.insert(name.to_str().unwrap().to_owned(), record);
            }
            if with || e.block == "2.1" {
                picture(&folder.path().join(layout::top_images(&e.block, role, e.channel)), shade + 2);
                picture(&folder.path().join(layout::inhibition(&e.block, role, e.channel)), shade + 119);
            }
        }
    }
    if with {
        manifest.variants = vec!["post-relu".to_owned()];
        manifest.convergence = vec![8, 64, 2560];
        write_table(&below("tables/steps.csv"), &[StepRow { block: "1.1".to_owned(), ..StepRow::default() }]).unwrap();
        write_table(&below("tables/convergence.csv"), &converging()).unwrap();
        let of_unit = PathRow { block: "1.1".to_owned(), layer: "1.1".to_owned(), ..PathRow::default() };
        write_table(&below("tables/paths.csv"), &[of_unit]).unwrap();
        write_table(&below("tables/path_layers.csv"), &ways()).unwrap();
        let varied: Vec<VariantRow> = channels.iter().map(varied).collect();
        write_table(&below("tables/variants.csv"), &varied).unwrap();
        write_table(&below("tables/churn.csv"), &churn()).unwrap();
        manifest.images = Some(images_record());
        write_table(&below(layout::EXTREMES), &extremes(&exemplars)).unwrap();
        write_likeness(folder.path(), &names);
        fs::create_dir_all(below("activations")).unwrap();
        fs::write(below(layout::IMAGES), "a.png\n").unwrap();
    }
    manifest.write(folder.path(), |_| true).unwrap();
    folder
}

/// Percents by other criteria: of one block without a null, of one without a band of seeds, and of one of nothing at all.
fn criteria() -> Vec<CurveRow> {
    let mut rows = Vec::new();
    for (b, (block, ..)) in BLOCKS.into_iter().enumerate() {
        for (k, (curve, grid)) in
            [("mix tolerance", [1.05, 1.5, 3.0]), ("scale factor", [1.25, 2.0, 4.0])].into_iter().enumerate()
        {
            for (i, at) in grid.into_iter().enumerate() {
                let percent = 7.1 * (1 + i) as f64 + 3.3 * b as f64 + 11.7 * k as f64;
                let (of_run, of_null) = ((b != 4).then_some(percent), (b < 3).then_some(percent / 2.0 + i as f64));
                rows.push(CurveRow {
                    block: block.to_owned(),
                    curve: curve.to_owned(),
                    at,
                    side: (k == 1).then_some(8),
                    channels: 5 + b,
                    percent: of_run,
                    percent_of_first: of_run,
                    smallest: of_run.map(|p| if b == 1 { p } else { p - 2.9 }),
                    largest: of_run.map(|p| if b == 1 { p } else { p + 4.7 }),
                    chance: of_null,
                    chance_low: of_null.map(|p| p - 3.7),
                    chance_high: of_null.map(|p| p + 5.3),
                    p: of_null.map(|_| 0.3),
                    q: of_null.map(|_| 0.6),
                });
            }
        }
    }
    rows
}

/// Objectives of two numbers of steps, of which the larger is shown; of one block none is defined at the end.
fn objectives() -> Vec<ObjectiveRow> {
    let mut rows = Vec::new();
    for (b, (block, ..)) in BLOCKS.into_iter().enumerate() {
        for (r, role) in ROLES.into_iter().enumerate() {
            for (of_steps, steps) in [(64, 64), (512, 8), (512, 100), (512, 512)] {
                let share = (b != 3).then(|| 0.13 + 0.07 * b as f64 + 0.11 * r as f64 + steps as f64 / 700.0);
                rows.push(ObjectiveRow {
                    block: block.to_owned(),
                    role: role.to_owned(),
                    of_steps,
                    steps,
                    site: "layer1.1.pre".to_owned(),
                    pictures: 3 + b,
                    left_out: r,
                    dead: 1,
                    median: share,
                    lower: share.map(|s| s - 0.31),
                    upper: share.map(|s| if b == 2 { s - 0.31 } else { s + 0.17 }),
                });
            }
        }
    }
    rows
}

/// Of one block nothing was looked at.
fn converging() -> Vec<ConvergenceRow> {
    let mut rows = Vec::new();
    for (b, (block, ..)) in BLOCKS.into_iter().enumerate().filter(|(b, _)| *b != 1) {
        for steps in [8, 64, 2560] {
            let ratio = (steps != 64 || b != 2).then(|| 0.3 + 0.19 * b as f64 + steps as f64 / 3000.0);
            rows.push(ConvergenceRow {
                block: block.to_owned(),
                steps,
                of_steps: 2560,
                median_mix_ratio: ratio,
                lower_mix_ratio: ratio.map(|m| m - 0.23),
                upper_mix_ratio: ratio.map(|m| m + 0.41),
                ..ConvergenceRow::default()
            });
        }
    }
    rows
}

/// Of one block no channel is scale-invariant, and of one there is one alone, without an error.
fn enlarged() -> Vec<EnlargementGroupRow> {
    let mut rows = Vec::new();
    for (b, (block, ..)) in BLOCKS.into_iter().enumerate() {
        for (g, group) in ["scale-invariant", "other"].into_iter().enumerate() {
            for (i, enlargement) in [1.0, 1.1, 1.2, 1.3, 1.4, 1.5].into_iter().enumerate() {
                let mean = (b != 1 || g == 1).then(|| 0.97 - 0.05 * (1 + i + g) as f64 - 0.031 * b as f64);
                rows.push(EnlargementGroupRow {
                    block: block.to_owned(),
                    group: group.to_owned(),
                    enlargement,
                    channels: 2 + 3 * b + g,
                    mean,
                    standard_error: mean.filter(|_| b != 2).map(|m| m / 19.0),
                });
            }
        }
    }
    rows
}

/// Layers up to each block; of one, no photographs are random.
fn ways() -> Vec<PathLayerRow> {
    let mut rows = Vec::new();
    for (b, (block, ..)) in BLOCKS.into_iter().enumerate() {
        for (r, role) in ROLES.into_iter().enumerate() {
            for (l, (layer, ..)) in BLOCKS.into_iter().enumerate().take(b + 1) {
                let top = 0.91 - 0.07 * l as f64 - 0.03 * r as f64 - 0.011 * b as f64;
                rows.push(PathLayerRow {
                    block: block.to_owned(),
                    role: role.to_owned(),
                    layer: layer.to_owned(),
                    units: 4,
                    median_top: Some(top),
                    lower_top: Some(top - 0.13),
                    upper_top: Some(top + 0.04),
                    median_random: (b != 1).then_some(top / 2.0),
                    told: 4 + b,
                    another_way: r + l,
                    percent_another_way: Some(25.0 * l as f64),
                });
            }
        }
    }
    rows
}

/// What a channel's row says of the first seed.
fn at_its_seed(channel: &ChannelRow) -> SeedRow {
    SeedRow { block: channel.block.clone(), channel: channel.channel, seed: 71, ..SeedRow::default() }
}

fn varied(channel: &ChannelRow) -> VariantRow {
    let variant = "post-relu".to_owned();
    VariantRow { block: channel.block.clone(), channel: channel.channel, variant, ..VariantRow::default() }
}

/// What two changes do, one of which is not defined and has no seeds beside it.
fn churn() -> Vec<ChurnRow> {
    let row = |block: &str, variant: &str, by: f64| ChurnRow {
        block: block.to_owned(),
        variant: variant.to_owned(),
        channels: 17,
        category_changed: 5,
        percent_category_changed: Some(29.41 + by),
        seeds_percent_category_changed: Some(11.76 + by),
        scale_invariance_changed: 3,
        percent_scale_invariance_changed: Some(17.65 + by),
        seeds_percent_scale_invariance_changed: Some(5.88 + by),
        percent_scale_invariant: Some(23.53 + by),
        median_mix_ratio: Some(1.234 + by),
    };
    let none = ChurnRow { block: "2.0".to_owned(), variant: "antialias".to_owned(), ..ChurnRow::default() };
    vec![row("1.1", "post-relu", 0.0), none, row("2.1", "float-picture", 1.11)]
}

fn record(channel: usize, address: String) -> PictureRecord {
    PictureRecord {
        site: "layer1.1.pre".to_owned(),
        objective: "channel".to_owned(),
        channel,
        seed: 71,
        from_seed: None,
        variant: None,
        steps: None,
        address,
    }
}

/// A number that no other place has.
fn own(block: usize, channel: usize, place: usize) -> f64 {
    let (block, channel, place) = (block as f64, channel as f64, place as f64);
    (place * 1.37 + block * 0.211 + channel * 0.0173) * if place % 2.0 == 0.0 { 1.0 } else { -1.0 }
}

/// B(I), from single digits to tens.
fn block_on_input(b: usize, c: usize) -> f64 {
    own(b, c, 6) * 37.0 - 300.0
}

fn channel((b, block): (usize, &str), c: usize, with: bool) -> ChannelRow {
    let own = |place| own(b, c, place);
    let given_up = (block, c) == ("2.0", 4) || (block, c) == ("4.1", 2);
    let ratio = (!given_up).then(|| RATIOS[(5 * c + 3 * b) % RATIOS.len()]);
    // Of some channels nothing is defined on photographs, and of some a denominator is zero.
    let photo = |place: usize| (with && c != 2).then(|| own(place));
    ChannelRow {
        o_o: own(1),
        i_o: own(2),
        b_o: own(3),
        o_i: own(4),
        i_i: own(5),
        b_i: block_on_input(b, c),
        o_b: own(7),
        i_b: own(8),
        b_b: own(9),
        mix_ratio: ratio,
        category: ratio.map(|m| {
            let name = if m <= 1.0 / 1.5 {
                "overwrite"
            } else if m < 1.5 {
                "mix"
            } else {
                "skip"
            };
            name.to_owned()
        }),
        block_delta: (c != 1).then(|| own(10)),
        input_delta: (c != 3).then(|| own(11)),
        scale_metric: (c != 1 && c != 3).then(|| own(12)),
        scale_invariant: c.is_multiple_of(2),
        scale_invariant_no_mix: c.is_multiple_of(3),
        scale_invariant_by_block: c % 3 == 1,
        bn2_weight_abs: with.then_some(0.002 + 0.004 * c as f64 + 0.03 * b as f64),
        conv2_weight_mean_abs: Some(0.01 + 0.0007 * (c * c) as f64),
        tuning_curve_rho: (with && c != 1).then_some(0.31 * c as f64 - 0.77),
        photo_o_o: photo(13),
        photo_i_o: photo(14),
        photo_b_o: photo(15),
        photo_o_i: photo(16),
        photo_i_i: photo(17),
        photo_b_i: photo(18),
        photo_o_b: photo(19),
        photo_i_b: photo(20),
        photo_b_b: photo(21),
        photo_mix_ratio: photo(22).map(f64::abs),
        photo_block_delta: photo(23),
        photo_input_delta: photo(24),
        photo_scale_metric: photo(25),
        photo_scale_invariant: photo(26).map(|_| c % 2 == 1),
        photo_input_share: photo(27).map(|s| s / 20.0 + 3.0),
        photo_block_share: photo(28),
        photo_inhibited_percent: photo(29).map(|p| p.abs() + 31.0 * c as f64),
        photo_silenced_percent: photo(30),
        retries: c as u64,
        ..channel_row(block, c)
    }
}

fn block_of((b, block): (usize, &str), channels: usize, studied: usize, with: bool) -> BlockRow {
    let failed = usize::from(block == "2.0" || block == "4.1");
    let (studied, percent) = (studied - failed, |p: f64| (b != 3).then_some(p));
    BlockRow {
        failed,
        overwrite: 21 + b,
        mix: 31 + 2 * b,
        skip: 41 + 3 * b,
        never_from_input: 51,
        never_from_block: 61,
        median_mix_ratio: percent(0.517 + b as f64 / 10.0),
        mean_scale_metric: (b != 2).then_some(-0.2347 + b as f64 / 7.0),
        scale_invariant: 71 + b,
        percent_scale_invariant: percent(7.25 + 9.4 * b as f64),
        scale_invariant_no_mix: 81 + b,
        percent_scale_invariant_no_mix: Some(42.0 - 6.3 * b as f64),
        no_mix_by_denominator: 3 + b,
        scale_invariant_by_block: 91 + b,
        percent_scale_invariant_by_block: percent(13.55 + b as f64),
        photo_channels: with.then_some(101 + b),
        photo_median_mix_ratio: (with && b != 1).then_some(1.117 + b as f64 / 9.0),
        photo_scale_invariant: with.then_some(111 + b),
        photo_percent_scale_invariant: with.then_some(57.77 - b as f64),
        photo_mean_input_share: with.then_some(0.7312 + b as f64 / 8.0),
        photo_mean_inhibited_percent: with.then_some(66.66 + b as f64),
        // Of several seeds, and of one block whose intervals and nulls are not defined.
        seeds: 1 + b,
        percent_scale_invariant_over_seeds: percent(8.25 + 9.1 * b as f64),
        percent_scale_invariant_low: percent(5.5 + 8.7 * b as f64),
        percent_scale_invariant_high: percent(11.5 + 9.9 * b as f64),
        percent_scale_invariant_no_mix_over_seeds: Some(41.0 - 6.1 * b as f64),
        percent_scale_invariant_no_mix_low: (b != 1).then_some(33.0 - 6.4 * b as f64),
        percent_scale_invariant_no_mix_high: (b != 1).then_some(49.5 - 5.9 * b as f64),
        median_mix_ratio_over_seeds: percent(0.557 + b as f64 / 11.0),
        median_mix_ratio_low: percent(0.417 + b as f64 / 12.0),
        median_mix_ratio_high: percent(0.667 + b as f64 / 13.0),
        pairing_percent: percent(17.3 - 2.2 * b as f64),
        pairing_p: percent([0.001, 0.000_999, 0.25, 1.0, 0.5][b]),
        pairing_q: percent([0.002, 0.003_996, 0.333, 1.0, 0.6][b]),
        pairing_no_mix_percent: Some(12.6 + 3.1 * b as f64),
        pairing_no_mix_p: Some([0.5, 0.062, 0.0034, 0.77, 0.2][b]),
        pairing_no_mix_q: Some([0.6, 0.124, 0.0136, 0.77, 0.3][b]),
        ..block_row(block, studied, channels)
    }
}

fn histogram(block: &str, channels: &[ChannelRow]) -> Vec<HistogramRow> {
    let row = |bin: u32| {
        let (from, to) = (f64::from(bin) / 4.0, f64::from(bin + 1) / 4.0);
        let within = |m: &f64| *m >= from && (*m < to || bin == 19);
        let count = channels.iter().filter_map(|c| c.mix_ratio).filter(within).count();
        HistogramRow {
            block: block.to_owned(),
            from,
            to,
            // Not one of them is drawn as high as another of its block.
            count: count * (1 + bin as usize),
            count_over_seeds: count as f64 * (f64::from(bin) + 1.25),
            count_smallest: count * bin as usize,
            count_largest: count * (3 + bin as usize),
        }
    };
    (0..20).map(row).collect()
}

const MEASURES: [(u8, &str); 6] = [
    (3, "bn2_weight_abs"),
    (3, "conv2_weight_mean_abs"),
    (4, "block_on_input"),
    (4, "tuning_curve_rho"),
    (9, "photo_input_share"),
    (9, "photo_inhibited_percent"),
];

fn panel((b, block): (usize, &str), figure: u8, measure: &str) -> PanelRow {
    let at = MEASURES.iter().position(|m| m.1 == measure).unwrap();
    let own = |place: usize| own(b, at, place);
    // The statistics of one block are not defined, and one group of another has no member.
    let defined = b != 3;
    // Means within what the panel shows; of the block of one channel it is that channel.
    let first = block_on_input(b, 0);
    let within = match (measure, defined) {
        ("block_on_input", true) => (first + 0.2, first + 0.6),
        ("block_on_input", false) => (first, first),
        // Of 4.1 one channel has a tuning curve.
        _ if b > 2 => (-0.77, -0.77),
        _ => (-0.3, -0.7),
    };
    // Of every order of magnitude, and just below and at a thousandth.
    let p = [0.0, 0.000_999, 0.001, 0.043_21, 3.4e-12, 0.9][(at + b) % 6];
    PanelRow {
        channels: 120 + 10 * b + at,
        left_out: (at + b) % 3,
        spearman_rho: defined.then_some(own(1) / 10.0),
        spearman_p: defined.then_some(p),
        overwrite: 130 + 10 * b + at,
        // Within what the panel shows.
        overwrite_mean: (b != 2).then_some(within.0),
        overwrite_standard_error: Some(own(3)),
        skip: 140 + 10 * b + at,
        skip_mean: (b != 3).then_some(within.1),
        skip_standard_error: Some(own(4)),
        anova_f: defined.then_some([9.994, 10.04, 99.94, 104.6, 0.0312, 5.0][(at + b) % 6]),
        anova_p: defined.then_some([0.9, 0.0, 0.000_999, 0.001, 0.043_21, 3.4e-12][(at + b) % 6]),
        spearman_q: defined.then_some((4.0 * p).min(1.0)),
        anova_q: (b != 1).then_some(0.0123),
        ..panel_row(figure, block, measure)
    }
}

/// More than a line of grids, of one block; one that is named and has a large scale metric too; sentinels of both kinds
/// and numbers like them.
fn exemplars() -> Vec<ExemplarRow> {
    let row = |block: &str, channel, figure, example_of: &str, mix_ratio, sentinel, scale_metric| ExemplarRow {
        block: block.to_owned(),
        channel,
        figure,
        example_of: example_of.to_owned(),
        in_paper: example_of.contains("paper"),
        mix_ratio,
        sentinel,
        scale_metric,
    };
    vec![
        row("1.1", 3, 1, "skip in the paper, mix here", Some(1.214), false, Some(0.377)),
        row("1.1", 0, 1, "overwrite", Some(0.0), true, None),
        row("1.1", 5, 1, "skip", Some(10.0), true, Some(-2.05)),
        row("1.1", 4, 1, "mix", Some(0.806), false, Some(0.118)),
        row("1.1", 3, 6, "scale-invariant", Some(1.214), false, Some(0.377)),
        row("1.1", 1, 6, "not scale-invariant", Some(10.0), false, Some(-0.055)),
        row("2.0", 6, 6, "scale-invariant but for the mix", Some(10.0), true, Some(1.288)),
        row("2.0", 2, 6, "not scale-invariant", Some(0.0), true, Some(-0.31)),
        row("2.0", 1, 6, "not scale-invariant", None, false, None),
        row("2.1", 3, 1, "mix", Some(1.055), false, None),
        row("4.1", 1, 1, "overwrite in the paper and here", Some(0.0), false, Some(0.5)),
    ]
}

/// What every exemplar answers; no two curves are alike, and no two panels span the same.
fn curves(exemplars: &[ExemplarRow], with: bool) -> Vec<ScaleTuningRow> {
    let mut rows: Vec<ScaleTuningRow> = Vec::new();
    for (i, e) in exemplars.iter().enumerate() {
        if rows.iter().any(|r| (&r.block, r.channel) == (&e.block, e.channel)) {
            continue;
        }
        for (s, stimulus) in ["picture", "photographs"].into_iter().enumerate() {
            // Of one block there are pictures alone.
            if s == 1 && (!with || e.block == "2.0") {
                continue;
            }
            for (r, seen) in ROLES.into_iter().enumerate() {
                for at in 0..5 {
                    let size = f64::from(at) / 2.0 - 1.0;
                    let value = |role: f64| {
                        (2.0 + r as f64) * (size * (1.0 + role) + role + s as f64).sin() + 0.3 * i as f64 - role
                    };
                    rows.push(ScaleTuningRow {
                        block: e.block.clone(),
                        channel: e.channel,
                        stimulus: stimulus.to_owned(),
                        seen: seen.to_owned(),
                        scale: size.exp2(),
                        input_activation: value(0.0),
                        block_activation: value(1.0),
                        output_activation: value(2.0),
                    });
                }
            }
        }
    }
    rows
}

fn extremes(exemplars: &[ExemplarRow]) -> Vec<ExtremeRow> {
    let mut rows: Vec<ExtremeRow> = Vec::new();
    for (i, e) in exemplars.iter().enumerate() {
        if rows.iter().any(|r| (&r.block, r.channel) == (&e.block, e.channel)) {
            continue;
        }
        for (r, role) in ROLES.into_iter().enumerate() {
            for (end, sign) in [("top", 1.0), ("bottom", -1.0)] {
                // Fewer images than nine, and of one role fewer than of the others.
                for rank in 1..=(5 - r) {
                    rows.push(ExtremeRow {
                        block: e.block.clone(),
                        channel: e.channel,
                        role: role.to_owned(),
                        end: end.to_owned(),
                        rank,
                        image: format!("{i}<{role}>/{end}&{rank}.png"),
                        activation: sign * (20.0 - rank as f64) + 0.1234 * (3 * i + r) as f64,
                    });
                }
            }
        }
    }
    rows
}

fn claims() -> Vec<ClaimRow> {
    let claim = |id: &str, verdict, reason: &str| ClaimRow {
        source: format!("figure of {id}"),
        paper: format!("the paper's {id} < 1"),
        ours: format!("ours of {id}, \\rho | 2"),
        reason: reason.to_owned(),
        ..claim_row(id, verdict)
    };
    vec![
        claim("one", Verdict::Holds, ""),
        claim("two", Verdict::NotChecked, "no | images\nat all"),
        claim("three", Verdict::DoesNotHold, "pictures of 4 steps"),
        claim("four", Verdict::Holds, "a limit"),
        claim("five", Verdict::NotChecked, "partial"),
        claim("six", Verdict::NotChecked, "folded"),
    ]
}

/// A picture of its own, not square in what it shows.
fn picture(path: &Path, shade: usize) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let byte = |value: u32| u8::try_from(value % 256).unwrap();
    let shade = u32::try_from(shade).unwrap();
    let picture = RgbImage::from_fn(12, 12, |x, y| Rgb([byte(shade * 2), byte(x * 19 + shade), byte(y * 7 + x)]));
    picture.save(path).unwrap();
}
