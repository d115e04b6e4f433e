//! Claims of the papers that can be asked of any residual network, whatever its blocks are called.

use super::evidence::{Evidence, Finding, SIGNIFICANT, not_checked};
use super::{Claim, PAPER_1, PAPER_2, WEIGHTS};
use report::{BlockRow, PanelRow};

/// So many blocks are named in a sentence, the others counted.
const NAMED: usize = 8;

/// All of them, in the order of the paper.
pub(super) fn claims(evidence: &Evidence<'_>) -> Vec<Claim> {
    let mut claims = vec![Claim {
        id: "any-spectrum".to_owned(),
        claim: "In every block some channels are overwritten, some mixed and some skipped".to_owned(),
        source: format!("{PAPER_1}, abstract and figure 2"),
        paper: "all three, for a given block",
        finding: evidence.spectra(),
    }];
    let words = ["its last batch norm", "its last convolution"];
    claims.extend(WEIGHTS.iter().zip(words).map(|((measure, _), words)| Claim {
        id: format!("any-{}-falls", super::slug(measure)),
        claim: format!(
            "Where a channel bypasses a block, the weights of {words} are small: they fall with the mix ratio"
        ),
        source: format!("{PAPER_1}, figure 3, in the words of a public summary of it"),
        paper: "ρ < 0",
        finding: evidence.directions(measure),
    }));
    claims.push(Claim {
        id: "any-scale-invariant-early-and-middle".to_owned(),
        claim: "Channels are scale-invariant in early blocks and in blocks in the middle".to_owned(),
        source: format!("{PAPER_1} and {PAPER_2}, abstracts"),
        paper: "some",
        finding: evidence.thirds(),
    });
    claims
}

impl Evidence<'_> {
    /// Whether every studied block has channels of all three kinds.
    fn spectra(&self) -> Finding {
        if let Some(reason) = self.nothing_or_partial() {
            return not_checked("", &reason);
        }
        let has_all = |row: &&BlockRow| row.overwrite > 0 && row.mix > 0 && row.skip > 0;
        let (with, without): (Vec<&BlockRow>, Vec<&BlockRow>) = self.blocks.iter().partition(has_all);
        let ours = format!("all three kinds in {} of {} studied blocks", with.len(), self.blocks.len());
        let lacking = |row: &&BlockRow| {
            format!("{} ({} overwrite, {} mix, {} skip)", row.block, row.overwrite, row.mix, row.skip)
        };
        let note = match without.is_empty() {
            true => String::new(),
            false => format!("not in {}", listed(&without.iter().map(lacking).collect::<Vec<_>>())),
        };
        self.decided(ours, without.is_empty(), &note)
    }

    /// Whether a weight falls with the mix ratio wherever that can be told.
    fn directions(&self, measure: &str) -> Finding {
        if let Some(reason) = self.nothing_or_partial() {
            return not_checked("", &reason);
        }
        let panels = self.panels.iter().filter(|panel| panel.measure == measure && panel.channels > 0);
        let told: Vec<(&PanelRow, f64, f64)> =
            panels.filter_map(|panel| Some((panel, panel.spearman_rho?, panel.spearman_p?))).collect();
        if told.is_empty() {
            let reason = match self.folded() {
                true => "batch norm is folded into the convolutions: its weights cannot be recovered",
                false => "no correlation is defined",
            };
            return not_checked("", reason);
        }
        let significant: Vec<_> = told.iter().filter(|(.., p)| *p < SIGNIFICANT).collect();
        let falling = significant.iter().filter(|(_, rho, _)| *rho < 0.0).count();
        let each = |(panel, rho, _): &(&PanelRow, f64, f64)| format!("{rho:.2} in {}", panel.block);
        let ours = format!("ρ = {}", listed(&told.iter().map(each).collect::<Vec<_>>()));
        if significant.is_empty() {
            let reason = format!("p is not below {SIGNIFICANT} in any block: no direction can be told");
            return not_checked(&ours, &reason);
        }
        let mut note = format!(
            "p is below {SIGNIFICANT} in {} of {} blocks, and ρ negative in {falling} of these",
            significant.len(),
            told.len()
        );
        if self.folded() {
            note.push_str("; batch norm is folded into these weights");
        }
        self.decided(ours, falling == significant.len(), &note)
    }

    /// Whether there are scale-invariant channels in the first third of the network's blocks and in the second.
    fn thirds(&self) -> Finding {
        let names = ["early", "in the middle", "late"];
        let third = |block: &str| {
            let at = self.order.iter().position(|name| name == block)?;
            Some(3 * at / self.order.len())
        };
        let mut counts = [(0, 0, false); 3];
        for row in self.blocks {
            if let Some(third) = third(&row.block) {
                let (found, studied, partial) = &mut counts[third];
                *found += row.scale_invariant;
                *studied += row.studied;
                *partial |= self.partial(&row.block).is_some();
            }
        }
        let each = counts.iter().zip(names).map(|((found, studied, _), name)| format!("{found} of {studied} {name}"));
        let ours = each.collect::<Vec<_>>().join(", ");
        let asked = &counts[..2];
        if asked.iter().any(|(found, studied, partial)| *found == 0 && (*studied == 0 || *partial)) {
            return not_checked(&ours, "not all blocks and channels that this is asked of were studied in this run");
        }
        let note = "thirds of the network's blocks, paper 1's criteria";
        self.decided(ours, asked.iter().all(|(found, ..)| *found > 0), note)
    }

    /// Why nothing can be said of all channels of the studied blocks.
    fn nothing_or_partial(&self) -> Option<String> {
        let partial =
            || self.blocks.iter().find_map(|row| Some(format!("block {}: {}", row.block, self.partial(&row.block)?)));
        if self.blocks.is_empty() { Some("no block was studied".to_owned()) } else { partial() }
    }
}

/// The first of some things, and how many more there are.
fn listed(things: &[String]) -> String {
    let named = things.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match things.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::claims::evidence::tests::evidence;
    use report::Verdict;

    /// A block with so many channels of each kind, and so many that are scale-invariant; all of them studied.
    fn block(name: &str, [overwrite, mix, skip]: [usize; 3], invariant: usize) -> BlockRow {
        let studied = overwrite + mix + skip;
        BlockRow {
            block: name.to_owned(),
            channels: studied,
            studied,
            overwrite,
            mix,
            skip,
            scale_invariant: invariant,
            ..evidence(&[], &[], 2560).blocks[0].clone()
        }
    }

    fn of<'a>(blocks: &'a [BlockRow], panels: &'a [PanelRow]) -> Evidence<'a> {
        let order = ["1.0", "1.1", "2.0", "2.1", "3.0", "3.1"].map(str::to_owned).to_vec();
        Evidence { blocks, order, ..evidence(&[], panels, 2560) }
    }

    #[test]
    fn a_block_that_lacks_a_kind_is_named() {
        let all = [block("1.1", [1, 2, 3], 0), block("2.0", [2, 2, 2], 0)];
        let found = of(&all, &[]).spectra();
        assert_eq!((found.verdict, found.ours.as_str()), (Verdict::Holds, "all three kinds in 2 of 2 studied blocks"));
        let lacking = [block("1.1", [1, 2, 3], 0), block("2.0", [6, 0, 0], 0)];
        let found = of(&lacking, &[]).spectra();
        assert_eq!(
            (found.verdict, found.reason.as_str()),
            (Verdict::DoesNotHold, "not in 2.0 (6 overwrite, 0 mix, 0 skip)")
        );
        let partial = [BlockRow { channels: 9, ..block("1.1", [1, 2, 3], 0) }];
        let found = of(&partial, &[]).spectra();
        assert_eq!(
            (found.verdict, found.reason.as_str()),
            (Verdict::NotChecked, "block 1.1: 6 of 9 channels were studied in this run")
        );
        assert_eq!(of(&[], &[]).spectra().reason, "no block was studied");
    }

    #[test]
    fn weights_fall_only_if_they_fall_wherever_it_can_be_told() {
        let panel = |block: &str, rho: f64, p: f64| -> PanelRow {
            let row = serde_json::json!({
                "figure": 3, "block": format!("layer{block}"), "measure": "bn2_weight_abs", "channels": 64, "left_out": 0,
                "spearman_rho": rho, "spearman_p": p, "overwrite": 32, "skip": 32
            });
            serde_json::from_value(row).unwrap()
        };
        let blocks = [block("1.1", [1, 2, 3], 0)];
        for (panels, verdict, reason) in [
            (
                vec![panel("1.1", -0.5, 0.001), panel("2.1", 0.25, 0.5)],
                Verdict::Holds,
                "p is below 0.05 in 1 of 2 blocks, and ρ negative in 1 of these",
            ),
            (
                vec![panel("1.1", -0.5, 0.001), panel("2.1", 0.25, 0.01)],
                Verdict::DoesNotHold,
                "p is below 0.05 in 2 of 2 blocks, and ρ negative in 1 of these",
            ),
            (
                vec![panel("1.1", -0.5, 0.1), panel("2.1", 0.25, 0.5)],
                Verdict::NotChecked,
                "p is not below 0.05 in any block: no direction can be told",
            ),
            (vec![], Verdict::NotChecked, "no correlation is defined"),
        ] {
            let found = of(&blocks, &panels).directions("bn2_weight_abs");
            assert_eq!((found.verdict, found.reason.as_str()), (verdict, reason));
            assert_eq!(found.ours, if panels.is_empty() { "" } else { "ρ = -0.50 in 1.1, 0.25 in 2.1" });
        }
    }

    #[test]
    fn early_and_middle_are_thirds_of_the_network_and_both_count() {
        let three = |early: usize, middle: usize, late: usize| {
            [("1.1", early), ("2.0", middle), ("3.1", late)].map(|(name, found)| block(name, [1, 6, 1], found))
        };
        for (blocks, verdict) in [
            (three(1, 2, 0), Verdict::Holds),
            (three(0, 2, 3), Verdict::DoesNotHold),
            (three(1, 0, 3), Verdict::DoesNotHold),
        ] {
            assert_eq!(of(&blocks, &[]).thirds().verdict, verdict);
        }
        let found = of(&three(1, 2, 0), &[]).thirds();
        assert_eq!(found.ours, "1 of 8 early, 2 of 8 in the middle, 0 of 8 late");
        // Nothing is known of a third that was not studied.
        assert_eq!(of(&three(1, 2, 0)[..1], &[]).thirds().verdict, Verdict::NotChecked);
        // One that was found is found, whatever else there is.
        let mut some = three(1, 2, 0);
        some[0].channels = 100;
        assert_eq!(of(&some, &[]).thirds().verdict, Verdict::Holds);
        some[0].scale_invariant = 0;
        assert_eq!(of(&some, &[]).thirds().verdict, Verdict::NotChecked);
    }
}
