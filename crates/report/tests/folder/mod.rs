//! Output folders as a run leaves them before anything is drawn.
#![allow(dead_code, reason = "each test file uses a part of this")]

use image::{Rgb, RgbImage};
use report::{
    ActivationBinRow, AlikeRow, BlockRow, BuildRecord, ChannelRow, ClaimRow, CurveRow, EnlargementGroupRow,
    EnlargementRow, ExemplarRow, ExtremeRow, HiddenWeightRow, HistogramRow, ImagesRecord, Manifest, NetworkRecord,
    NotComputed, ObjectiveRow, PanelRow, PathLayerRow, PathRow, PhotographContributionRow, PictureRecord,
    ReceptiveFieldRow, ScaleTuningRow, SeedRow, Verdict, layout, write_table,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

pub(crate) const ROLES: [&str; 3] = ["input", "block", "output"];
pub(crate) const ALL_BLOCKS: [&str; 7] = ["1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1"];

pub(crate) fn channel_row(block: &str, channel: usize) -> ChannelRow {
    ChannelRow {
        block: block.to_owned(),
        channel,
        o_o: 9.0,
        i_o: 1.5,
        b_o: 4.0,
        o_i: 3.0,
        i_i: 5.0,
        b_i: 1.0,
        o_b: 6.0,
        i_b: 2.0,
        b_b: 8.0,
        mix_ratio: Some(0.5),
        category: Some("overwrite".to_owned()),
        block_delta: Some(0.25),
        input_delta: Some(-0.5),
        scale_metric: Some(-0.25),
        scale_invariant: false,
        scale_invariant_no_mix: true,
        scale_invariant_by_block: false,
        bn2_weight_abs: None,
        conv2_weight_mean_abs: Some(0.125),
        tuning_curve_rho: None,
        photo_o_o: None,
        photo_i_o: None,
        photo_b_o: None,
        photo_o_i: None,
        photo_i_i: None,
        photo_b_i: None,
        photo_o_b: None,
        photo_i_b: None,
        photo_b_b: None,
        photo_mix_ratio: None,
        photo_block_delta: None,
        photo_input_delta: None,
        photo_scale_metric: None,
        photo_scale_invariant: None,
        photo_input_share: None,
        photo_block_share: None,
        photo_inhibited_percent: None,
        photo_silenced_percent: None,
        seeds: 1,
        ..ChannelRow::default()
    }
}

pub(crate) fn block_row(block: &str, studied: usize, channels: usize) -> BlockRow {
    let percent = (studied > 0).then_some(0.0);
    BlockRow {
        block: block.to_owned(),
        channels,
        studied,
        failed: 0,
        overwrite: studied,
        mix: 0,
        skip: 0,
        never_from_input: 0,
        never_from_block: 0,
        median_mix_ratio: (studied > 0).then_some(0.5),
        mean_scale_metric: (studied > 0).then_some(-0.25),
        scale_invariant: 0,
        percent_scale_invariant: percent,
        scale_invariant_no_mix: studied,
        percent_scale_invariant_no_mix: percent.map(|_| 100.0),
        no_mix_by_denominator: 0,
        scale_invariant_by_block: 0,
        percent_scale_invariant_by_block: percent,
        photo_channels: None,
        photo_median_mix_ratio: None,
        photo_scale_invariant: None,
        photo_percent_scale_invariant: None,
        photo_mean_input_share: None,
        photo_mean_inhibited_percent: None,
        seeds: 1,
        percent_scale_invariant_over_seeds: percent,
        percent_scale_invariant_no_mix_over_seeds: percent.map(|_| 100.0),
        ..BlockRow::default()
    }
}

pub(crate) fn manifest(weights: &str) -> Manifest {
    Manifest {
        program: "streamscope 0.1.0".to_owned(),
        numerics_version: 1,
        build: BuildRecord {
            source_digest: "cd".repeat(32),
            compiler: "rustc 1.89.0".to_owned(),
            cpu_features: vec!["portable".to_owned()],
        },
        network: NetworkRecord {
            weights: weights.to_owned(),
            weights_digest: "ab".repeat(32),
            architecture: Some("resnet18".to_owned()),
            convolutions: None,
            widths: vec![64, 128, 256, 512],
            input_size: 224,
            preprocessing: None,
            shuffled: false,
            classes: None,
            batch_norm: "folded".to_owned(),
        },
        images: None,
        preset: "smoke".to_owned(),
        // 0.1 + 0.2 and the smallest positive number: decimal texts that a careless reader rounds.
        recipe: serde_json::json!({ "steps": 32, "learning_rate": 0.1 + 0.2, "eps": 5e-324 }),
        jitter: BTreeMap::from([("layer1.0".to_owned(), 0), ("layer2.1.bn2".to_owned(), 4)]),
        seed: u64::MAX,
        seeds: Vec::new(),
        variants: Vec::new(),
        convergence: Vec::new(),
        whole_channels: false,
        blocks: BTreeMap::new(),
        channels: Vec::new(),
        pictures: BTreeMap::new(),
        not_computed: vec![NotComputed {
            what: "block 4.0".to_owned(),
            missing_tensors: vec!["layer4.0.conv1.weight".to_owned()],
        }],
        retried: Vec::new(),
        failed: Vec::new(),
        instruction_set: "portable".to_owned(),
        threads: 2,
        seconds: BTreeMap::from([("load".to_owned(), 0.1 + 0.2)]),
        made_from: BTreeMap::new(),
        files: BTreeMap::new(),
        digest: String::new(),
    }
}

/// A small picture that differs from channel to channel.
pub(crate) fn write_picture(path: &Path, channel: usize) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let byte = |value| u8::try_from(value % 256).unwrap();
    let shade = byte(u32::try_from(channel).unwrap() * 37);
    let picture = RgbImage::from_fn(16, 16, |x, y| Rgb([shade, byte(x * 16), byte(y * 16)]));
    picture.save(path).unwrap();
}

/// A folder with `studied` channels in each block, of which the first is the exemplar.
pub(crate) fn write_folder(weights: &str, blocks: &[&str], studied: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let below = |path: &str| folder.path().join(path);
    let mut channels = Vec::new();
    let mut bins = Vec::new();
    let (mut exemplars, mut panels) = (Vec::new(), Vec::new());
    for block in blocks {
        for channel in 0..studied {
            channels.push(channel_row(block, channel));
            for role in ROLES {
                write_picture(&folder.path().join(layout::feature(block, role, channel)), channel);
            }
        }
        panels.extend(MEASURES.map(|(figure, measure)| panel_row(figure, block, measure)));
        for bin in 0..20 {
            bins.push(HistogramRow {
                block: (*block).to_owned(),
                from: f64::from(bin) * 0.25,
                to: f64::from(bin + 1) * 0.25,
                count: if bin == 2 { studied } else { 0 },
                ..HistogramRow::default()
            });
        }
        if studied > 0 {
            for (figure, example_of) in [(1, "overwrite"), (6, "scale-invariant but for the mix")] {
                exemplars.push(ExemplarRow {
                    block: (*block).to_owned(),
                    channel: 0,
                    figure,
                    example_of: example_of.to_owned(),
                    in_paper: false,
                    mix_ratio: Some(0.5),
                    sentinel: false,
                    scale_metric: Some(0.25),
                });
            }
        }
    }
    let rows: Vec<BlockRow> = blocks.iter().map(|b| block_row(b, studied, 64)).collect();
    write_table(&below(layout::CHANNELS), &channels).unwrap();
    write_table(&below(layout::BLOCKS), &rows).unwrap();
    write_table::<SeedRow>(&below(layout::SEEDS), &[]).unwrap();
    write_table::<CurveRow>(&below(layout::CURVES), &[]).unwrap();
    write_table::<ObjectiveRow>(&below(layout::OBJECTIVES), &[]).unwrap();
    write_table::<EnlargementRow>(&below("tables/enlargement.csv"), &[]).unwrap();
    write_table::<EnlargementGroupRow>(&below("tables/enlargement_groups.csv"), &[]).unwrap();
    write_table(&below(layout::HISTOGRAM), &bins).unwrap();
    write_table(&below(layout::EXEMPLARS), &exemplars).unwrap();
    write_table(&below(layout::PANELS), &panels).unwrap();
    write_table(&below(layout::SCALE_TUNING), &scale_rows(blocks)).unwrap();
    write_what_the_network_says(folder.path(), blocks);
    let claims = [claim_row("first", Verdict::Holds), claim_row("second", Verdict::NotChecked)];
    write_table(&below(layout::CLAIMS), &claims).unwrap();
    let studied = (0..studied).collect::<Vec<usize>>();
    let blocks = blocks.iter().map(|block| ((*block).to_owned(), studied.clone())).collect();
    Manifest { blocks, ..manifest(weights) }.write(folder.path(), |_| true).unwrap();
    folder
}

/// What the manifest says of the pictures of the exemplars' whole channels, of one block.
pub(crate) fn add_whole_channels(folder: &Path, block: &str) {
    let mut manifest = Manifest::read(folder).unwrap();
    for role in ROLES {
        let name = layout::channel_feature(block, role, 0);
        write_picture(&folder.join(&name), 9);
        let record = PictureRecord {
            site: "layer1.0.pre".to_owned(),
            objective: "channel".to_owned(),
            channel: 0,
            seed: 0,
            from_seed: None,
            variant: None,
            steps: None,
            address: "ef".repeat(32),
        };
        let name = name.to_str().unwrap().to_owned();
        manifest.pictures.insert(name, record);
    }
    manifest.write(folder, |_| true).unwrap();
}

/// Adds images to a folder: photographs of the first channel of each block, as a run with images leaves them.
pub(crate) fn add_images(folder: &Path, blocks: &[&str], images: ImagesRecord) {
    let mut extremes = Vec::new();
    for block in blocks {
        for role in ROLES {
            write_picture(&folder.join(layout::top_images(block, role, 0)), 3);
            write_picture(&folder.join(layout::inhibition(block, role, 0)), 4);
            for (end, sign) in [("top", 1.0), ("bottom", -1.0)] {
                extremes.extend((1..=9_u8).map(|rank| ExtremeRow {
                    block: (*block).to_owned(),
                    channel: 0,
                    role: role.to_owned(),
                    end: end.to_owned(),
                    rank: rank.into(),
                    image: format!("{role}-{end}-{rank}.png"),
                    activation: sign * f64::from(10 - rank),
                }));
            }
        }
    }
    write_table(&folder.join(layout::EXTREMES), &extremes).unwrap();
    write_likeness(folder, blocks);
    let names = folder.join(layout::IMAGES);
    fs::create_dir_all(names.parent().unwrap()).unwrap();
    fs::write(names, "a.png\n").unwrap();
    let mut manifest = Manifest::read(folder).unwrap();
    manifest.images = Some(images);
    manifest.write(folder, |_| true).unwrap();
}

/// Images that could be read and one that could not.
pub(crate) fn images_record() -> ImagesRecord {
    ImagesRecord {
        folder: "photos & more".to_owned(),
        read: 198,
        skipped: vec!["photos/<x>.png: not a picture".to_owned()],
        flawed: Vec::new(),
        passed_over: BTreeMap::new(),
        names_digest: "cd".repeat(32),
        digest: "ef".repeat(32),
        files: [("a.png".to_owned(), [1; 32])].into(),
        journals: BTreeMap::from([("23".repeat(32), 3)]),
    }
}

/// What center neurons see, and the strongest weights, of each block's first channel.
pub(crate) fn write_what_the_network_says(folder: &Path, blocks: &[&str]) {
    let (mut fields, mut weights) = (Vec::new(), Vec::new());
    for (b, block) in (1_usize..).zip(blocks) {
        let name = (*block).to_owned();
        fields.extend(ROLES.map(|role| ReceptiveFieldRow {
            block: name.clone(),
            role: role.to_owned(),
            top: -3,
            left: 2,
            height: 11 * b,
            width: 11 * b + 1,
        }));
        let weight = |rank: usize| 0.5 / (rank * b) as f64;
        weights.extend((1..=3).map(|rank| HiddenWeightRow {
            block: name.clone(),
            channel: 0,
            rank,
            hidden: 9 - rank,
            weight: -weight(rank),
            sum_abs: 3.0 * weight(rank),
        }));
    }
    write_table(&folder.join(layout::RECEPTIVE_FIELDS), &fields).unwrap();
    write_table(&folder.join(layout::HIDDEN_WEIGHTS), &weights).unwrap();
}

/// What photographs say beside their extremes, of each block's first channel.
pub(crate) fn write_likeness(folder: &Path, blocks: &[&str]) {
    let (mut bins, mut alike, mut sums) = (Vec::new(), Vec::new(), Vec::new());
    for (b, block) in (1_usize..).zip(blocks) {
        let name = (*block).to_owned();
        for role in ROLES {
            bins.extend([0.0, 0.5, 1.0].map(|from| ActivationBinRow {
                block: name.clone(),
                channel: 0,
                role: role.to_owned(),
                from,
                to: from + 0.5,
                count: 3 * b,
            }));
        }
        alike.push(AlikeRow {
            block: name.clone(),
            channel: 0,
            rank: 1,
            other_block: blocks[0].to_owned(),
            other_channel: 1,
            correlation: 0.25,
        });
        sums.push(PhotographContributionRow {
            block: name,
            image: "<a> & b.png".to_owned(),
            input_mean: 0.5,
            added_mean: 0.25,
            taken_mean: 0.125,
            output_mean: b as f64,
        });
    }
    write_table(&folder.join(layout::ACTIVATION_HISTOGRAM), &bins).unwrap();
    write_table(&folder.join(layout::ALIKE), &alike).unwrap();
    // Not in the place of those of who calls this.
    if !folder.join("tables/paths.csv").exists() {
        write_table::<PathRow>(&folder.join("tables/paths.csv"), &[]).unwrap();
        write_table::<PathLayerRow>(&folder.join("tables/path_layers.csv"), &[]).unwrap();
    }
    write_table(&folder.join(layout::PHOTOGRAPH_CONTRIBUTIONS), &sums).unwrap();
}

/// The curves of each block's first channel on its pictures.
fn scale_rows(blocks: &[&str]) -> Vec<ScaleTuningRow> {
    let mut rows = Vec::new();
    for block in blocks {
        for seen in ROLES {
            for scale in [0.5, 1.0, 2.0] {
                rows.push(ScaleTuningRow {
                    block: (*block).to_owned(),
                    channel: 0,
                    stimulus: "picture".to_owned(),
                    seen: seen.to_owned(),
                    scale,
                    input_activation: scale,
                    block_activation: -scale,
                    output_activation: 1.0,
                });
            }
        }
    }
    rows
}

pub(crate) fn claim_row(id: &str, verdict: Verdict) -> ClaimRow {
    ClaimRow {
        id: id.to_owned(),
        claim: format!("the claim | {id}"),
        source: "figure 1".to_owned(),
        paper: "mix".to_owned(),
        ours: "mix, mix ratio 1.01".to_owned(),
        verdict,
        reason: String::new(),
    }
}

/// The panels of a block: their figures and measures.
const MEASURES: [(u8, &str); 4] =
    [(3, "bn2_weight_abs"), (3, "conv2_weight_mean_abs"), (4, "block_on_input"), (4, "tuning_curve_rho")];

/// Statistics that differ from panel to panel.
pub(crate) fn panel_row(figure: u8, block: &str, measure: &str) -> PanelRow {
    let part = f64::from(figure) / 10.0;
    PanelRow {
        figure,
        block: block.to_owned(),
        measure: measure.to_owned(),
        channels: 3,
        left_out: 1,
        spearman_rho: Some(part),
        spearman_p: Some(part / 1e6),
        overwrite: 1,
        overwrite_mean: Some(part),
        overwrite_standard_error: None,
        skip: 2,
        skip_mean: Some(2.0 * part),
        skip_standard_error: Some(0.1),
        anova_f: Some(100.0 * part),
        anova_p: Some(part / 10.0),
        ..PanelRow::default()
    }
}
