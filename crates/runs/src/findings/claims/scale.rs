//! What the tables say of the claims about scale invariance.

use super::evidence::{Evidence, Finding, not_checked, number};
use analysis::Category;
use report::ChannelRow;

impl Evidence<'_> {
    pub(super) fn percent(&self, block: &str) -> Finding {
        let Some(row) = self.block(block) else {
            return self.absent(block);
        };
        let ours =
            format!("{} and {}", number(row.percent_scale_invariant, 1), number(row.percent_scale_invariant_no_mix, 1));
        let mut reason = "the heights of the paper's bars were not available".to_owned();
        if row.no_mix_by_denominator > 0 {
            reason.push_str(&format!(
                "; {} of the {} channels without the mix criterion count only because B(B) or I(I) is not positive",
                row.no_mix_by_denominator, row.scale_invariant_no_mix
            ));
        }
        not_checked(&ours, &reason)
    }

    /// Paper 2's criterion.
    pub(super) fn percent_by_block(&self, block: &str) -> Finding {
        let Some(row) = self.block(block) else {
            return self.absent(block);
        };
        let ours = format!(
            "{} ({} of {})",
            number(row.percent_scale_invariant_by_block, 1),
            row.scale_invariant_by_block,
            row.studied
        );
        not_checked(&ours, "the paper's percent was not available")
    }

    /// Channels that the published code lists meet the criteria here too. The verdict is paper 2's criterion on
    /// pictures: the photographs of the papers were ImageNet's validation set.
    pub(super) fn listed(&self, block: &str, listed: &[usize]) -> Finding {
        if self.block(block).is_none() {
            return self.absent(block);
        }
        let of_block = self.channels.iter().filter(|c| c.block == block);
        let rows: Vec<&ChannelRow> = of_block.filter(|c| listed.contains(&c.channel)).collect();
        let count = |is: fn(&ChannelRow) -> bool| rows.iter().filter(|c| is(c)).count();
        let (first, second) = (count(|c| c.scale_invariant), count(|c| c.scale_invariant_by_block));
        let all = listed.len();
        let mut ours = format!("on pictures {second} of {} by paper 2's criterion, {first} by paper 1's", rows.len());
        if rows.iter().any(|c| c.photo_scale_invariant.is_some()) {
            let by_block = count(|c| {
                let is_mix = |m: f64| Category::of(m) == Category::Mix;
                c.photo_block_delta.is_some_and(|d| d > 0.0) && c.photo_mix_ratio.is_some_and(is_mix)
            });
            let first = count(|c| c.photo_scale_invariant == Some(true));
            ours.push_str(&format!("; on these photographs {by_block} and {first}"));
        }
        if rows.len() < all {
            let reason = format!("{} of {all} were studied in this run", rows.len());
            return not_checked(if rows.is_empty() { "" } else { &ours }, &reason);
        }
        let note = "the list also rests on ImageNet's validation set";
        self.decided(ours, second == all, note)
    }

    pub(super) fn many(&self) -> Finding {
        let (found, of) = self.blocks.iter().fold((0, 0), |(n, all), b| (n + b.scale_invariant, all + b.studied));
        let ours = format!("{found} of {of} studied channels");
        not_checked(&ours, "“many” is no number to compare with")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::claims::evidence::tests::{channel_row, evidence};
    use report::Verdict;

    const LISTED: [usize; 2] = [5, 9];

    #[test]
    fn listed_channels_are_counted_by_both_criteria_and_decided_by_paper_2s() {
        let both = |invariant: bool, by_block: bool| -> Vec<ChannelRow> {
            let of = |channel, scale_invariant, scale_invariant_by_block| ChannelRow {
                scale_invariant,
                scale_invariant_by_block,
                ..channel_row(channel)
            };
            // A channel that nobody lists counts for nothing.
            vec![of(5, true, true), of(9, invariant, by_block), of(7, true, true)]
        };
        for (rows, verdict, ours) in [
            (both(false, true), Verdict::Holds, "on pictures 2 of 2 by paper 2's criterion, 1 by paper 1's"),
            (both(false, false), Verdict::DoesNotHold, "on pictures 1 of 2 by paper 2's criterion, 1 by paper 1's"),
        ] {
            let found = evidence(&rows, &[], 2560).listed("3.1", &LISTED);
            assert_eq!((found.verdict, found.ours.as_str()), (verdict, ours));
        }
        let found = evidence(&both(true, true)[..1], &[], 2560).listed("3.1", &LISTED);
        assert_eq!(found.verdict, Verdict::NotChecked);
        assert_eq!(found.reason, "1 of 2 were studied in this run");
    }

    #[test]
    fn on_photographs_listed_channels_are_counted_by_their_own_measures() {
        let of = |channel, ratio, delta, invariant| ChannelRow {
            photo_mix_ratio: Some(ratio),
            photo_block_delta: Some(delta),
            photo_scale_invariant: Some(invariant),
            ..channel_row(channel)
        };
        let rows = [of(5, 1.0, 0.5, false), of(9, 2.0, 0.5, false)];
        let found = evidence(&rows, &[], 2560).listed("3.1", &LISTED);
        assert!(found.ours.ends_with("; on these photographs 1 and 0"), "{}", found.ours);
    }

    #[test]
    fn channels_that_count_by_a_denominator_are_said_to() {
        let evidence = evidence(&[], &[], 2560);
        let found = evidence.percent("3.1");
        assert!(found.reason.contains("3 of the 8 channels without the mix criterion count only"), "{}", found.reason);
        assert_eq!(evidence.percent_by_block("3.1").ours, "25.0 (16 of 64)");
    }
}
