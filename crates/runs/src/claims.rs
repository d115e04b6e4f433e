//! Paper against ours: what the papers claim, and what a run's tables say of it.
//!
//! A verdict is given only on the papers' own network, and only where a source states something that a table can decide.
//! The papers' numbers of figures 2 to 5 stand in pictures that were not at hand: there our numbers are listed beside an empty cell.

mod scale;

use crate::paper;
use crate::source::Loaded;
use analysis::{Category, is_overwrite_group};
use report::{BlockRow, ChannelRow, ClaimRow, PanelRow, Verdict, probability};
use resnet::BatchNormState;

/// What the claims are checked against.
#[derive(Clone, Debug)]
pub(crate) struct Evidence<'a> {
    /// Whether the network is the papers'.
    papers_network: bool,
    /// Whether batch norm is folded into the convolutions.
    folded: bool,
    /// Steps a picture.
    steps: usize,
    /// Blocks that the weights do not suffice for.
    unusable: Vec<String>,
    /// What the weights lack, as one sentence.
    missing: Option<String>,
    channels: &'a [ChannelRow],
    blocks: &'a [BlockRow],
    panels: &'a [PanelRow],
}

/// Our value, a verdict, and why it could not be checked or what limits it.
struct Finding {
    ours: String,
    verdict: Verdict,
    reason: String,
}

const PAPER_1: &str = "arXiv 2407.05340";
const PAPER_2: &str = "arXiv 2504.16290";
/// A correlation whose p is not below this has no direction: the usual threshold.
const SIGNIFICANT: f64 = 0.05;
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
            false => not_checked(
                "",
                "another network: the papers study torchvision's ResNet18 at 224 pixels",
            ),
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
    for (measure, words) in [
        ("bn2_weight_abs", "|bn2.weight|"),
        ("conv2_weight_mean_abs", "mean |conv2.weight|"),
    ] {
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
    for (measure, words) in [
        ("bn2_weight_abs", "|bn2.weight|"),
        ("conv2_weight_mean_abs", "mean |conv2.weight|"),
    ] {
        for block in SECOND {
            add(
                format!("{}-falls-{block}", measure.replace('_', "-")),
                format!(
                    "{words} of block {block} is smaller for channels that bypass it: it falls with the mix ratio"
                ),
                format!("{PAPER_1}, figure 3, in the words of a public summary of it"),
                "ρ < 0",
                evidence.direction(block, measure),
            );
        }
    }
    for (measure, words) in [
        ("block_on_input", "Block's activation on the Input picture"),
        (
            "tuning_curve_rho",
            "The correlation of Input and Block over images",
        ),
    ] {
        for block in SECOND {
            add(
                format!("{}-{block}", measure.replace('_', "-")),
                format!(
                    "{words} differs between the overwrite and the skip group of block {block}"
                ),
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

fn not_checked(ours: &str, reason: &str) -> Finding {
    Finding {
        ours: ours.to_owned(),
        verdict: Verdict::NotChecked,
        reason: reason.to_owned(),
    }
}

fn p_value(value: Option<f64>) -> String {
    value.map_or_else(|| "p not defined".to_owned(), probability)
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "not defined".to_owned(), |v| format!("{v:.digits$}"))
}

impl<'a> Evidence<'a> {
    /// What a network's tables say, made of pictures of so many steps.
    pub(crate) fn new(
        loaded: &Loaded,
        steps: usize,
        (channels, blocks, panels): (&'a [ChannelRow], &'a [BlockRow], &'a [PanelRow]),
    ) -> Evidence<'a> {
        let architecture = loaded.network.architecture();
        let missing = architecture.missing().iter();
        Evidence {
            papers_network: paper::is_papers(loaded),
            folded: architecture.batch_norm() == BatchNormState::Folded,
            steps,
            unusable: missing.filter_map(|m| Some(m.block?.to_string())).collect(),
            missing: architecture.missing_sentence(),
            channels,
            blocks,
            panels,
        }
    }
}

impl Evidence<'_> {
    /// A verdict, with what limits it: pictures of other steps than the papers', and what `note` says.
    fn decided(&self, ours: String, holds: bool, note: &str) -> Finding {
        let steps = (self.steps != paper::STEPS).then(|| {
            format!(
                "pictures of {} steps, the paper's of {}",
                self.steps,
                paper::STEPS
            )
        });
        let notes: Vec<&str> = steps
            .iter()
            .map(String::as_str)
            .chain(Some(note).filter(|n| !n.is_empty()))
            .collect();
        Finding {
            ours,
            verdict: match holds {
                true => Verdict::Holds,
                false => Verdict::DoesNotHold,
            },
            reason: notes.join("; "),
        }
    }

    /// Why nothing is known of a block.
    fn absent(&self, block: &str) -> Finding {
        match self
            .missing
            .as_deref()
            .filter(|_| self.unusable.iter().any(|b| b == block))
        {
            Some(sentence) => not_checked("", sentence),
            None => not_checked("", &format!("block {block} was not studied in this run")),
        }
    }

    fn block(&self, block: &str) -> Option<&BlockRow> {
        self.blocks.iter().find(|b| b.block == block)
    }

    /// A channel is what figure 1 calls it.
    fn named(&self, block: &str, channel: usize, called: &str) -> Finding {
        if self.block(block).is_none() {
            return self.absent(block);
        }
        let of_channel = |c: &&ChannelRow| c.block == block && c.channel == channel;
        let Some(row) = self.channels.iter().find(of_channel) else {
            let reason = format!("channel {channel} of block {block} was not studied in this run");
            return not_checked("", &reason);
        };
        let (Some(mix_ratio), Some(category)) = (row.mix_ratio, row.category.as_deref()) else {
            return not_checked("", "its pictures failed, so it has no mix ratio");
        };
        let ours = format!("{category}, mix ratio {mix_ratio:.2}");
        if called == "scale-invariant" {
            let (db, di) = (number(row.block_delta, 3), number(row.input_delta, 3));
            let yes = if row.scale_invariant { "" } else { "not " };
            let ours = format!("{yes}scale-invariant: mix ratio {mix_ratio:.2}, dB {db}, dI {di}");
            return self.decided(ours, row.scale_invariant, "");
        }
        // The papers split overwrite and skip at 1; the band of mixes around it is their criterion of scale invariance.
        let side = match (category, called) {
            ("mix", "skip") => !is_overwrite_group(mix_ratio),
            ("mix", "overwrite") => is_overwrite_group(mix_ratio),
            _ => false,
        };
        let note = match side {
            true => {
                format!("on the {called} side of 1, but within the band of mixes from 1/1.5 to 1.5")
            }
            false => String::new(),
        };
        self.decided(ours, category == called, &note)
    }

    /// A block has channels of every category.
    fn spectrum(&self, block: &str) -> Finding {
        let Some(row) = self.block(block) else {
            return self.absent(block);
        };
        let counts = [
            (Category::Overwrite, row.overwrite),
            (Category::Mix, row.mix),
            (Category::Skip, row.skip),
        ];
        let ours = counts
            .map(|(category, n)| format!("{n} {category}"))
            .join(", ");
        if let Some(reason) = self.partial(block) {
            return not_checked(&ours, &reason);
        }
        self.decided(ours, counts.iter().all(|(_, n)| *n > 0), "")
    }

    /// A panel's row, or why there is none.
    fn panel(&self, block: &str, measure: &str) -> Result<&PanelRow, Finding> {
        let of = |p: &&PanelRow| p.block == block && p.measure == measure;
        match self.panels.iter().find(of) {
            None => Err(self.absent(block)),
            Some(row) if row.channels > 0 => Ok(row),
            Some(_) if measure == "bn2_weight_abs" && self.folded => Err(not_checked(
                "",
                "batch norm is folded into the convolution: |bn2.weight| cannot be recovered",
            )),
            Some(_) if measure == "tuning_curve_rho" => Err(not_checked(
                "",
                "no images, or no correlation is defined over them",
            )),
            Some(_) => Err(not_checked("", "no channel has this measure")),
        }
    }

    fn correlation(&self, block: &str, measure: &str) -> Finding {
        let row = match self.panel(block, measure) {
            Ok(row) => row,
            Err(why) => return why,
        };
        let ours = match row.spearman_rho {
            Some(rho) => format!(
                "ρ = {rho:.2}, {}, n = {}",
                p_value(row.spearman_p),
                row.channels
            ),
            None => format!("ρ not defined, n = {}", row.channels),
        };
        let reason = match self.folded {
            true => {
                "the paper's ρ and p were not at hand, and these weights are folded with batch norm, the paper's are not"
            }
            false => "the paper's ρ and p were not at hand",
        };
        not_checked(&ours, reason)
    }

    fn groups(&self, block: &str, measure: &str) -> Finding {
        let row = match self.panel(block, measure) {
            Ok(row) => row,
            Err(why) => return why,
        };
        let ours = format!(
            "overwrite {}, skip {}, F = {}, {}",
            number(row.overwrite_mean, 3),
            number(row.skip_mean, 3),
            number(row.anova_f, 2),
            p_value(row.anova_p)
        );
        not_checked(&ours, "the paper's means, F and p were not at hand")
    }

    /// A weight falls with the mix ratio, of so many channels that chance is no explanation.
    fn direction(&self, block: &str, measure: &str) -> Finding {
        let panel = match self.panel(block, measure) {
            Ok(panel) => panel,
            Err(why) => return why,
        };
        let (Some(rho), Some(p)) = (panel.spearman_rho, panel.spearman_p) else {
            return not_checked("ρ not defined", "no correlation is defined");
        };
        let ours = format!("ρ = {rho:.2}, {}, n = {}", probability(p), panel.channels);
        if self.folded {
            let reason = "these weights are folded with batch norm, the paper's are not";
            return not_checked(&ours, reason);
        }
        if let Some(reason) = self.partial(block) {
            return not_checked(&ours, &reason);
        }
        if p >= SIGNIFICANT {
            let reason = format!("p is not below {SIGNIFICANT}: no direction can be told");
            return not_checked(&ours, &reason);
        }
        self.decided(ours, rho < 0.0, "")
    }

    /// Why a block's numbers are not those of all its channels.
    fn partial(&self, block: &str) -> Option<String> {
        let row = self.block(block)?;
        (row.studied + row.failed < row.channels).then(|| {
            format!(
                "{} of {} channels were studied in this run",
                row.studied + row.failed,
                row.channels
            )
        })
    }

    fn needs_validation_set(&self) -> Finding {
        let reason = "needs the 50,000 images of ImageNet's validation set, and ablation is no part of this program";
        match &self.missing {
            Some(sentence) => not_checked("", &format!("{reason}; also, {sentence}")),
            None => not_checked("", reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A channel of block 3.1 of which nothing is known.
    pub(super) fn channel_row(channel: usize) -> ChannelRow {
        let mut row = serde_json::json!({ "block": "3.1", "channel": channel, "retries": 0 });
        for name in [
            "o_o", "i_o", "b_o", "o_i", "i_i", "b_i", "o_b", "i_b", "b_b",
        ] {
            row[name] = 1.0.into();
        }
        for name in ["", "_no_mix", "_by_block"] {
            row[format!("scale_invariant{name}")] = false.into();
        }
        serde_json::from_value(row).unwrap()
    }

    /// Block 3.1, with all of its 64 channels studied.
    fn block_row() -> BlockRow {
        let mut row = serde_json::json!({ "block": "3.1", "channels": 64, "studied": 64 });
        for (name, count) in [
            ("failed", 0),
            ("overwrite", 1),
            ("mix", 62),
            ("skip", 1),
            ("never_from_input", 0),
            ("never_from_block", 0),
            ("scale_invariant", 4),
            ("scale_invariant_no_mix", 8),
            ("no_mix_by_denominator", 3),
            ("scale_invariant_by_block", 16),
        ] {
            row[name] = count.into();
        }
        row["percent_scale_invariant_by_block"] = 25.0.into();
        serde_json::from_value(row).unwrap()
    }

    pub(super) fn evidence<'a>(
        channels: &'a [ChannelRow],
        panels: &'a [PanelRow],
        steps: usize,
    ) -> Evidence<'a> {
        Evidence {
            papers_network: true,
            folded: false,
            steps,
            unusable: Vec::new(),
            missing: None,
            channels,
            blocks: Box::leak(Box::new([block_row()])),
            panels,
        }
    }

    fn panel(rho: f64, p: f64) -> [PanelRow; 1] {
        let row = serde_json::json!({
            "figure": 3, "block": "3.1", "measure": "bn2_weight_abs", "channels": 64, "left_out": 0,
            "spearman_rho": rho, "spearman_p": p, "overwrite": 32, "skip": 32
        });
        [serde_json::from_value(row).unwrap()]
    }

    #[test]
    fn a_direction_holds_only_where_chance_is_no_explanation() {
        for (rho, p, verdict) in [
            (-0.5, 0.001, Verdict::Holds),
            (0.5, 0.001, Verdict::DoesNotHold),
            (-0.1, 0.3, Verdict::NotChecked),
            (0.1, 0.3, Verdict::NotChecked),
        ] {
            let panels = panel(rho, p);
            let evidence = evidence(&[], &panels, 2560);
            let found = evidence.direction("3.1", "bn2_weight_abs");
            assert_eq!(found.verdict, verdict, "{rho}, {p}");
            let folded = Evidence {
                folded: true,
                ..evidence
            };
            let found = folded.direction("3.1", "bn2_weight_abs");
            assert_eq!(found.verdict, Verdict::NotChecked);
        }
    }
}
