//! Paper against ours: what the papers claim, and what a run's tables say of it.
//!
//! A verdict is given only on the papers' own network, and only where a source states something that a table can
//! decide. The papers' numbers of figures 2 to 5 stand in pictures that were not at hand: there our numbers are listed
//! beside an empty cell.

mod evidence;
mod scale;

use crate::findings::paper;
pub(crate) use evidence::Evidence;
use evidence::{Finding, not_checked};
use report::ClaimRow;

const PAPER_1: &str = "arXiv 2407.05340";
const PAPER_2: &str = "arXiv 2504.16290";
/// The blocks that the papers study.
const STUDIED: [&str; 7] = ["1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1"];
/// Those of them that figures 3 and 4 show.
const SECOND: [&str; 3] = ["1.1", "2.1", "3.1"];
/// Paper 2: the ablated block, then top-1 accuracy in percent on images enlarged by 1, 1.1 and so on to 1.5.
const ABLATIONS: [(&str, &str); 2] = [
    ("2.1", "63.75, 61.394, 59.39, 56.222, 51.686, 44.292"),
    ("3.1", "63.493, 61.712, 60.194, 57.424, 53.358, 46.704"),
];

/// Every claim, in the order of the papers.
pub(crate) fn rows(evidence: &Evidence<'_>) -> Vec<ClaimRow> {
    let mut claims = Vec::new();
    let mut add = |id: String, claim: String, source: String, paper: &str, finding: Finding| {
        let finding = match evidence.papers_network {
            true => finding,
            false => not_checked("", "another network: the papers study torchvision's ResNet18 at 224 pixels"),
        };
        claims.push(ClaimRow {
            id,
            claim,
            source,
            paper: paper.to_owned(),
            ours: finding.ours,
            verdict: finding.verdict,
            reason: finding.reason,
        });
    };
    for (block, channel, called) in paper::NAMED {
        add(
            format!("{called}-{block}-{channel}"),
            format!("Channel {channel} of block {block} is an example of: {called}"),
            format!("{PAPER_1}, figure 1"),
            called,
            evidence.named(block, channel, called),
        );
    }
    for block in STUDIED {
        add(
            format!("spectrum-{block}"),
            format!("Channels of block {block} range from overwritten through mixed to skipped"),
            format!("{PAPER_1}, abstract and figure 2"),
            "all three, for a given block",
            evidence.spectrum(block),
        );
    }
    for (measure, words) in [("bn2_weight_abs", "|bn2.weight|"), ("conv2_weight_mean_abs", "mean |conv2.weight|")] {
        for block in SECOND {
            add(
                format!("{}-{block}", measure.replace('_', "-")),
                format!("{words} of block {block} goes with the mix ratio"),
                format!("{PAPER_1}, figure 3"),
                "",
                evidence.correlation(block, measure),
            );
        }
    }
    for (measure, words) in [("bn2_weight_abs", "|bn2.weight|"), ("conv2_weight_mean_abs", "mean |conv2.weight|")] {
        for block in SECOND {
            add(
                format!("{}-falls-{block}", measure.replace('_', "-")),
                format!("{words} of block {block} is smaller for channels that bypass it: it falls with the mix ratio"),
                format!("{PAPER_1}, figure 3, in the words of a public summary of it"),
                "ρ < 0",
                evidence.direction(block, measure),
            );
        }
    }
    for (measure, words) in [
        ("block_on_input", "Block's activation on the Input picture"),
        ("tuning_curve_rho", "The correlation of Input and Block over images"),
    ] {
        for block in SECOND {
            add(
                format!("{}-{block}", measure.replace('_', "-")),
                format!("{words} differs between the overwrite and the skip group of block {block}"),
                format!("{PAPER_1}, figure 4"),
                "",
                evidence.groups(block, measure),
            );
        }
    }
    for block in STUDIED {
        add(
            format!("scale-invariant-percent-{block}"),
            format!(
                "Percent of channels of block {block} that are scale-invariant, with and without the mix criterion"
            ),
            format!("{PAPER_1}, figure 5"),
            "",
            evidence.percent(block),
        );
    }
    for block in STUDIED {
        add(
            format!("scale-invariant-by-block-percent-{block}"),
            format!("Percent of channels of block {block} with dB > 0 and the mix ratio of a mix"),
            format!("{PAPER_2}, its criterion"),
            "",
            evidence.percent_by_block(block),
        );
    }
    for (block, listed) in paper::SCALE_INVARIANT {
        let names: Vec<String> = listed.iter().map(usize::to_string).collect();
        add(
            format!("scale-invariant-listed-{block}"),
            format!(
                "The published code ablates these channels of block {block} as scale-invariant: {}",
                names.join(", ")
            ),
            format!("{PAPER_2}, its published code"),
            "9 of 9",
            evidence.listed(block, &listed),
        );
    }
    add(
        "scale-invariant-many".to_owned(),
        "Many channels of intermediate blocks are scale-invariant".to_owned(),
        format!("{PAPER_1} and {PAPER_2}, abstracts"),
        "many",
        evidence.many(),
    );
    for (block, accuracies) in ABLATIONS {
        add(
            format!("ablation-{block}"),
            format!(
                "Top-1 accuracy after ablating the scale-invariant channels of {block}, on images enlarged by 1 to 1.5"
            ),
            format!("{PAPER_2}, ablation"),
            accuracies,
            evidence.needs_validation_set(),
        );
    }
    add(
        "intact-accuracy".to_owned(),
        "Top-1 accuracy of the intact network".to_owned(),
        format!("{PAPER_2}, ablation"),
        "69.758",
        evidence.needs_validation_set(),
    );
    claims
}
