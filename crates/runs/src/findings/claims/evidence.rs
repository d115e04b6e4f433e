//! What the tables of a run say of a claim, and with what verdict.

use crate::findings::paper;
use crate::source::Loaded;
use analysis::{Category, is_overwrite_group};
use report::{BlockRow, ChannelRow, ChurnRow, ConvergenceRow, PanelRow, SeedRow, Verdict, probability};
use resnet::BatchNormState;

/// What the run has beside its first seed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Worth<'a> {
    pub(crate) seeds: &'a [SeedRow],
    pub(crate) churn: &'a [ChurnRow],
    pub(crate) convergence: &'a [ConvergenceRow],
}

/// What the claims are checked against.
#[derive(Clone, Debug)]
pub(crate) struct Evidence<'a> {
    /// Whether the network is the papers'.
    pub(super) papers_network: bool,
    /// Whether batch norm is folded into the convolutions.
    pub(super) folded: bool,
    /// Steps a picture.
    pub(super) steps: usize,
    /// The network's blocks, in order.
    pub(super) order: Vec<String>,
    /// Blocks that the weights do not suffice for.
    pub(super) unusable: Vec<String>,
    /// What the weights lack, as one sentence.
    pub(super) missing: Option<String>,
    pub(super) channels: &'a [ChannelRow],
    pub(super) blocks: &'a [BlockRow],
    pub(super) panels: &'a [PanelRow],
    /// What there is beside the first seed.
    pub(super) worth: Worth<'a>,
}

/// Our value, a verdict, and why it could not be checked or what limits it.
pub(super) struct Finding {
    pub(super) ours: String,
    pub(super) verdict: Verdict,
    pub(super) reason: String,
}

/// A correlation whose p is not below this has no direction: the usual threshold.
pub(super) const SIGNIFICANT: f64 = 0.05;

pub(super) fn not_checked(ours: &str, reason: &str) -> Finding {
    Finding { ours: ours.to_owned(), verdict: Verdict::NotChecked, reason: reason.to_owned() }
}

fn p_value(value: Option<f64>) -> String {
    value.map_or_else(|| "p not defined".to_owned(), probability)
}

pub(super) fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "not defined".to_owned(), |v| format!("{v:.digits$}"))
}

impl<'a> Evidence<'a> {
    /// What a network's tables say, made of pictures of so many steps.
    pub(crate) fn new(
        loaded: &Loaded,
        steps: usize,
        (channels, blocks, panels): (&'a [ChannelRow], &'a [BlockRow], &'a [PanelRow]),
        worth: Worth<'a>,
    ) -> Evidence<'a> {
        let architecture = loaded.network.architecture();
        let missing = architecture.missing().iter();
        Evidence {
            papers_network: paper::is_papers(loaded),
            folded: architecture.batch_norm() == BatchNormState::Folded,
            steps,
            order: architecture.all_blocks().map(|layout| layout.block.to_string()).collect(),
            unusable: missing.filter_map(|m| Some(m.block?.to_string())).collect(),
            missing: architecture.missing_sentence(),
            channels,
            blocks,
            panels,
            worth,
        }
    }
}

impl Evidence<'_> {
    pub(super) fn folded(&self) -> bool {
        self.folded
    }

    /// A verdict, with what limits it: pictures of other steps than the papers', and what `note` says.
    pub(super) fn decided(&self, ours: String, holds: bool, note: &str) -> Finding {
        let steps = (self.steps != paper::STEPS)
            .then(|| format!("pictures of {} steps, the paper's of {}", self.steps, paper::STEPS));
        let notes: Vec<&str> = steps.iter().map(String::as_str).chain(Some(note).filter(|n| !n.is_empty())).collect();
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
    pub(super) fn absent(&self, block: &str) -> Finding {
        match self.missing.as_deref().filter(|_| self.unusable.iter().any(|b| b == block)) {
            Some(sentence) => not_checked("", sentence),
            None => not_checked("", &format!("block {block} was not studied in this run")),
        }
    }

    pub(super) fn block(&self, block: &str) -> Option<&BlockRow> {
        self.blocks.iter().find(|b| b.block == block)
    }

    /// A channel is what figure 1 calls it.
    pub(super) fn named(&self, block: &str, channel: usize, called: &str) -> Finding {
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
    pub(super) fn spectrum(&self, block: &str) -> Finding {
        let Some(row) = self.block(block) else {
            return self.absent(block);
        };
        let counts = [(Category::Overwrite, row.overwrite), (Category::Mix, row.mix), (Category::Skip, row.skip)];
        let ours = counts.map(|(category, n)| format!("{n} {category}")).join(", ");
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
            Some(_) if measure == "bn2_weight_abs" && self.folded => {
                Err(not_checked("", "batch norm is folded into the convolution: |bn2.weight| cannot be recovered"))
            }
            Some(_) if measure == "tuning_curve_rho" => {
                Err(not_checked("", "no images, or no correlation is defined over them"))
            }
            Some(_) => Err(not_checked("", "no channel has this measure")),
        }
    }

    pub(super) fn correlation(&self, block: &str, measure: &str) -> Finding {
        let row = match self.panel(block, measure) {
            Ok(row) => row,
            Err(why) => return why,
        };
        let ours = match row.spearman_rho {
            Some(rho) => format!("ρ = {rho:.2}, {}, n = {}", p_value(row.spearman_p), row.channels),
            None => format!("ρ not defined, n = {}", row.channels),
        };
        let reason = match self.folded {
            true => {
                "the paper's ρ and p were not available, and these weights are folded with batch norm, the paper's are not"
            }
            false => "the paper's ρ and p were not available",
        };
        not_checked(&ours, reason)
    }

    pub(super) fn groups(&self, block: &str, measure: &str) -> Finding {
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
        not_checked(&ours, "the paper's means, F and p were not available")
    }

    /// A weight falls with the mix ratio, of so many channels that chance is no explanation.
    pub(super) fn direction(&self, block: &str, measure: &str) -> Finding {
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
    pub(super) fn partial(&self, block: &str) -> Option<String> {
        let row = self.block(block)?;
        (row.studied + row.failed < row.channels)
            .then(|| format!("{} of {} channels were studied in this run", row.studied + row.failed, row.channels))
    }

    pub(super) fn needs_validation_set(&self) -> Finding {
        let reason =
            "needs the 50,000 images of ImageNet's validation set; ablate asks the same of labelled images at hand";
        match &self.missing {
            Some(sentence) => not_checked("", &format!("{reason}; also, {sentence}")),
            None => not_checked("", reason),
        }
    }
}

#[cfg(test)]
mod verdicts;

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A channel of block 3.1 of which nothing is known.
    pub(in crate::findings::claims) fn channel_row(channel: usize) -> ChannelRow {
        let mut row = serde_json::json!({ "block": "layer3.1", "channel": channel, "retries": 0 });
        for name in ["o_o", "i_o", "b_o", "o_i", "i_i", "b_i", "o_b", "i_b", "b_b"] {
            row[name] = 1.0.into();
        }
        for name in ["", "_no_mix", "_by_block"] {
            row[format!("scale_invariant{name}")] = false.into();
        }
        serde_json::from_value(row).unwrap()
    }

    /// Block 3.1, with all of its 64 channels studied.
    fn block_row() -> BlockRow {
        let mut row = serde_json::json!({ "block": "layer3.1", "channels": 64, "studied": 64 });
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

    pub(in crate::findings::claims) fn evidence<'a>(
        channels: &'a [ChannelRow],
        panels: &'a [PanelRow],
        steps: usize,
    ) -> Evidence<'a> {
        Evidence {
            papers_network: true,
            folded: false,
            steps,
            order: Vec::new(),
            unusable: Vec::new(),
            missing: None,
            channels,
            blocks: Box::leak(Box::new([block_row()])),
            panels,
            worth: Worth::default(),
        }
    }

    fn panel(rho: f64, p: f64) -> [PanelRow; 1] {
        let row = serde_json::json!({
            "figure": 3, "block": "layer3.1", "measure": "bn2_weight_abs", "channels": 64, "left_out": 0,
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
            let folded = Evidence { folded: true, ..evidence };
            let found = folded.direction("3.1", "bn2_weight_abs");
            assert_eq!(found.verdict, Verdict::NotChecked);
        }
    }
}
