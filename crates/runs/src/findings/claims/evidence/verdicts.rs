//! Every verdict on both of its sides, and every reason why there is none.

use super::tests::{channel_row, evidence};
use super::*;

fn channel(category: &str, mix_ratio: f64) -> ChannelRow {
    ChannelRow { category: Some(category.to_owned()), mix_ratio: Some(mix_ratio), ..channel_row(7) }
}

/// What is found, in one piece.
fn said(found: &Finding) -> (&str, Verdict, &str) {
    (&found.ours, found.verdict, &found.reason)
}

fn panel_of(measure: &str, channels: usize) -> PanelRow {
    let row = serde_json::json!({
        "figure": 3, "block": "layer3.1", "measure": measure, "channels": channels, "left_out": 0, "overwrite": 5, "skip": 6
    });
    serde_json::from_value(row).unwrap()
}

#[test]
fn a_channel_that_figure_1_names_is_decided_by_its_category_and_told_which_side_of_1_it_is_on() {
    let overwrite = "on the overwrite side of 1, but within the band of mixes from 1/1.5 to 1.5";
    let skip = "on the skip side of 1, but within the band of mixes from 1/1.5 to 1.5";
    for (category, ratio, called, verdict, reason) in [
        ("overwrite", 0.5, "overwrite", Verdict::Holds, ""),
        ("overwrite", 0.5, "mix", Verdict::DoesNotHold, ""),
        ("overwrite", 0.5, "skip", Verdict::DoesNotHold, ""),
        ("mix", 0.99, "overwrite", Verdict::DoesNotHold, overwrite),
        ("mix", 1.0, "overwrite", Verdict::DoesNotHold, ""),
        ("mix", 0.99, "mix", Verdict::Holds, ""),
        ("mix", 1.2, "mix", Verdict::Holds, ""),
        ("mix", 0.99, "skip", Verdict::DoesNotHold, ""),
        ("mix", 1.0, "skip", Verdict::DoesNotHold, skip),
        ("skip", 2.5, "skip", Verdict::Holds, ""),
        ("skip", 2.5, "overwrite", Verdict::DoesNotHold, ""),
    ] {
        let rows = [channel_row(6), channel(category, ratio)];
        let found = evidence(&rows, &[], 2560).named("3.1", 7, called);
        let ours = format!("{category}, mix ratio {ratio:.2}");
        assert_eq!(said(&found), (&*ours, verdict, reason), "{called}");
    }
}

#[test]
fn a_channel_that_is_called_scale_invariant_is_decided_by_its_criteria() {
    for (is, verdict, words) in [
        (true, Verdict::Holds, "scale-invariant: mix ratio 1.26, dB 0.125, dI not defined"),
        (false, Verdict::DoesNotHold, "not scale-invariant: mix ratio 1.26, dB 0.125, dI not defined"),
    ] {
        let row = ChannelRow { scale_invariant: is, block_delta: Some(0.125), ..channel("mix", 1.2551) };
        let rows = [row];
        let found = evidence(&rows, &[], 2560).named("3.1", 7, "scale-invariant");
        assert_eq!(said(&found), (words, verdict, ""));
    }
}

#[test]
fn what_was_not_studied_or_has_failed_is_not_checked_and_says_why() {
    let rows = [channel_row(7)];
    let found = evidence(&rows, &[], 2560).named("3.1", 7, "mix");
    let failed = "its pictures failed, so it has no mix ratio";
    assert_eq!(said(&found), ("", Verdict::NotChecked, failed));
    let found = evidence(&rows, &[], 2560).named("3.1", 8, "mix");
    let absent = "channel 8 of block 3.1 was not studied in this run";
    assert_eq!(said(&found), ("", Verdict::NotChecked, absent));
    let if_missing = Evidence {
        unusable: vec!["4.1".to_owned()],
        missing: Some("4.1 lacks tensors".to_owned()),
        ..evidence(&rows, &[], 2560)
    };
    for (block, reason) in [("4.0", "block 4.0 was not studied in this run"), ("4.1", "4.1 lacks tensors")] {
        let all = [
            if_missing.named(block, 7, "mix"),
            if_missing.spectrum(block),
            if_missing.correlation(block, "bn2_weight_abs"),
            if_missing.direction(block, "bn2_weight_abs"),
            if_missing.groups(block, "block_on_input"),
            if_missing.percent(block),
            if_missing.percent_by_block(block),
            if_missing.listed(block, &[7]),
        ];
        for found in all {
            assert_eq!(said(&found), ("", Verdict::NotChecked, reason));
        }
    }
}

#[test]
fn a_verdict_on_pictures_of_other_steps_than_the_papers_says_so_before_anything_else() {
    let of = |steps, note| evidence(&[], &[], steps).decided("x".to_owned(), true, note);
    let other = "pictures of 2559 steps, the paper's of 2560";
    assert_eq!(said(&of(2560, "")), ("x", Verdict::Holds, ""));
    assert_eq!(said(&of(2560, "a note")), ("x", Verdict::Holds, "a note"));
    assert_eq!(said(&of(2559, "")), ("x", Verdict::Holds, other));
    let both = format!("{other}; a note");
    assert_eq!(said(&of(2559, "a note")), ("x", Verdict::Holds, &*both));
}

#[test]
fn a_block_has_a_spectrum_where_it_has_all_three_kinds_and_all_its_channels_were_studied() {
    let found = |[overwrite, mix, skip]: [usize; 3], studied, failed| {
        let of = evidence(&[], &[], 2560);
        let row = BlockRow { overwrite, mix, skip, studied, failed, ..of.blocks[0].clone() };
        let of = Evidence { blocks: &[row], ..of }.spectrum("3.1");
        (of.ours, of.verdict, of.reason)
    };
    let all = |counts| found(counts, 64, 0).1;
    assert_eq!(all([1, 1, 1]), Verdict::Holds);
    for counts in [[0, 5, 6], [5, 0, 6], [5, 6, 0]] {
        assert_eq!(all(counts), Verdict::DoesNotHold);
    }
    // One that failed was studied.
    assert_eq!(found([2, 3, 4], 62, 2).1, Verdict::Holds);
    assert_eq!(
        found([2, 3, 4], 60, 3),
        (
            "2 overwrite, 3 mix, 4 skip".to_owned(),
            Verdict::NotChecked,
            "63 of 64 channels were studied in this run".to_owned()
        )
    );
}

#[test]
fn a_panel_that_no_channel_has_says_why() {
    for (measure, folded, reason) in [
        ("bn2_weight_abs", true, "batch norm is folded into the convolution: |bn2.weight| cannot be recovered"),
        ("bn2_weight_abs", false, "no channel has this measure"),
        ("tuning_curve_rho", true, "no images, or no correlation is defined over them"),
        ("conv2_weight_mean_abs", true, "no channel has this measure"),
    ] {
        let panels = [panel_of("block_on_input", 9), panel_of(measure, 0)];
        let of = Evidence { folded, ..evidence(&[], &panels, 2560) };
        for found in [of.correlation("3.1", measure), of.direction("3.1", measure), of.groups("3.1", measure)] {
            assert_eq!(said(&found), ("", Verdict::NotChecked, reason));
        }
    }
}

#[test]
fn the_papers_correlations_and_groups_were_not_at_hand_so_ours_are_listed_alone() {
    let mut panels = [PanelRow {
        spearman_rho: Some(-0.256),
        spearman_p: Some(4e-5),
        overwrite_mean: Some(1.23456),
        anova_f: Some(7.891),
        anova_p: Some(0.0123),
        ..panel_of("bn2_weight_abs", 11)
    }];
    let plain = "the paper's ρ and p were not available";
    let folded =
        "the paper's ρ and p were not available, and these weights are folded with batch norm, the paper's are not";
    for (is, reason) in [(false, plain), (true, folded)] {
        let of = Evidence { folded: is, ..evidence(&[], &panels, 2560) };
        let found = of.correlation("3.1", "bn2_weight_abs");
        let ours = "ρ = -0.26, p = 4e-5, n = 11";
        assert_eq!(said(&found), (ours, Verdict::NotChecked, reason));
        let found = of.groups("3.1", "bn2_weight_abs");
        let ours = "overwrite 1.235, skip not defined, F = 7.89, p = 0.012";
        let reason = "the paper's means, F and p were not available";
        assert_eq!(said(&found), (ours, Verdict::NotChecked, reason));
    }
    (panels[0].spearman_rho, panels[0].anova_p) = (None, None);
    let of = evidence(&[], &panels, 2560);
    assert_eq!(of.correlation("3.1", "bn2_weight_abs").ours, "ρ not defined, n = 11");
    assert!(of.groups("3.1", "bn2_weight_abs").ours.ends_with("F = 7.89, p not defined"));
    let found = of.direction("3.1", "bn2_weight_abs");
    let why = "no correlation is defined";
    assert_eq!(said(&found), ("ρ not defined", Verdict::NotChecked, why));
}

#[test]
fn a_direction_is_told_below_the_threshold_alone_and_of_all_channels_alone() {
    let found = |rho, p, studied| {
        let panels = [PanelRow { spearman_rho: Some(rho), spearman_p: Some(p), ..panel_of("bn2_weight_abs", 11) }];
        let of = evidence(&[], &panels, 2560);
        let row = BlockRow { studied, ..of.blocks[0].clone() };
        let of = Evidence { blocks: &[row], ..of };
        let found = of.direction("3.1", "bn2_weight_abs");
        (found.verdict, found.reason)
    };
    assert_eq!(found(-0.1, 0.0499, 64), (Verdict::Holds, String::new()));
    assert_eq!(found(0.0, 0.0499, 64), (Verdict::DoesNotHold, String::new()));
    let reason = "p is not below 0.05: no direction can be told".to_owned();
    assert_eq!(found(-0.1, 0.05, 64), (Verdict::NotChecked, reason));
    let reason = "63 of 64 channels were studied in this run".to_owned();
    assert_eq!(found(-0.1, 0.01, 63), (Verdict::NotChecked, reason));
}

#[test]
fn ablation_needs_images_and_says_what_the_weights_lack_too() {
    let of = evidence(&[], &[], 2560);
    let needs = "needs the 50,000 images of ImageNet's validation set; ablate asks the same of labelled images at hand";
    let found = of.needs_validation_set();
    assert_eq!(said(&found), ("", Verdict::NotChecked, needs));
    let of = Evidence { missing: Some("fc lacks a tensor".to_owned()), ..of };
    let reason = format!("{needs}; also, fc lacks a tensor");
    assert_eq!(said(&of.needs_validation_set()).2, reason);
}

#[test]
fn percents_are_of_all_criteria_then_without_the_mix_and_by_the_block_alone() {
    let of = evidence(&[], &[], 2560);
    let mut row = BlockRow {
        percent_scale_invariant: Some(1.52),
        percent_scale_invariant_no_mix: None,
        no_mix_by_denominator: 0,
        ..of.blocks[0].clone()
    };
    let plain = "the heights of the paper's bars were not available";
    let found = |row: &BlockRow| {
        let of = Evidence { blocks: std::slice::from_ref(row), ..evidence(&[], &[], 2560) };
        let found = [of.percent("3.1"), of.percent_by_block("3.1"), of.many()];
        found.map(|f| (f.ours, f.verdict, f.reason))
    };
    let [percent, by_block, many] = found(&row);
    let open = |ours: &str, why: &str| (ours.to_owned(), Verdict::NotChecked, why.to_owned());
    assert_eq!(percent, open("1.5 and not defined", plain));
    let why = "the paper's percent was not available";
    assert_eq!(by_block, open("25.0 (16 of 64)", why));
    let why = "“many” is no number to compare with";
    assert_eq!(many, open("4 of 64 studied channels", why));
    (row.percent_scale_invariant_no_mix, row.no_mix_by_denominator) = (Some(12.5), 1);
    let [percent, ..] = found(&row);
    let why = format!(
        "{plain}; 1 of the 8 channels without the mix criterion count only because B(B) or I(I) is not positive"
    );
    assert_eq!(percent, open("1.5 and 12.5", &why));
}
