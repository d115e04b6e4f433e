//! What becomes of claims at other seeds, in variants and after fewer steps, where the run has them. The papers report one seed,
//! one recipe and one number of steps: where they have no number, none is decided.

use super::evidence::{Evidence, Finding, Worth, not_checked, number};
use super::{Claim, PAPER_1};
use crate::findings::paper;
use report::{ChurnRow, ConvergenceRow, SeedRow};
use std::collections::{BTreeMap, BTreeSet};

const ONE_SEED: &str = "the papers report one seed: no number to compare with";

/// Those that can be asked of any network.
pub(super) fn claims(evidence: &Evidence<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    let Worth { seeds, churn, convergence } = evidence.worth;
    let claim = |id: String, claim: String, finding| Claim {
        id,
        claim,
        source: format!("{PAPER_1}, its method"),
        paper: "",
        finding,
    };
    if several(seeds) {
        claims.push(claim(
            "any-seeds-category".to_owned(),
            "A channel's category does not hang on the seed".to_owned(),
            categories(seeds),
        ));
        claims.push(claim(
            "any-seeds-scale-invariant".to_owned(),
            "A channel that is scale-invariant at one seed is so at all".to_owned(),
            invariances(seeds),
        ));
    }
    let variants: Vec<&str> = churn.iter().map(|row| row.variant.as_str()).collect();
    for variant in unique(&variants) {
        claims.push(claim(
            format!("any-variant-{variant}"),
            format!("The variant {variant} changes no more than another seed does"),
            evidence.variant(variant),
        ));
    }
    let steps: BTreeSet<usize> = convergence.iter().map(|row| row.steps).collect();
    for steps in steps.iter().take(steps.len().saturating_sub(1)) {
        claims.push(claim(
            format!("any-steps-{steps}"),
            format!("Pictures of {steps} steps show what those of more do"),
            after(convergence, *steps),
        ));
    }
    claims
}

/// Of the papers' own channels: at how many seeds each is what they call it.
pub(super) fn named(evidence: &Evidence<'_>) -> Vec<Claim> {
    if !several(evidence.worth.seeds) {
        return Vec::new();
    }
    let of = |(block, channel, called): (&'static str, usize, &'static str)| Claim {
        id: format!("seeds-{called}-{block}-{channel}"),
        claim: format!("Channel {channel} of block {block} is an example of: {called}, whatever the seed"),
        source: format!("{PAPER_1}, figure 1"),
        paper: called,
        finding: evidence.named_at_seeds(block, channel, called),
    };
    paper::NAMED.into_iter().map(of).collect()
}

fn several(seeds: &[SeedRow]) -> bool {
    seeds.iter().any(|row| row.seed != seeds[0].seed)
}

/// Each once, in their order.
fn unique<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for name in names {
        if !found.contains(name) {
            found.push(name);
        }
    }
    found
}

/// The rows of each channel that have a mix ratio; those that have none at any seed are none.
fn by_channel(seeds: &[SeedRow]) -> Vec<Vec<&SeedRow>> {
    let mut all: BTreeMap<(&str, usize), Vec<&SeedRow>> = BTreeMap::new();
    for row in seeds.iter().filter(|row| row.mix_ratio.is_some()) {
        all.entry((&row.block, row.channel)).or_default().push(row);
    }
    all.into_values().collect()
}

fn percent(count: usize, of: usize) -> String {
    number((of > 0).then(|| 100.0 * count as f64 / of as f64), 1)
}

fn categories(seeds: &[SeedRow]) -> Finding {
    let channels = by_channel(seeds);
    let same = channels.iter().filter(|rows| rows.iter().all(|row| row.category == rows[0].category)).count();
    let of = channels.len();
    not_checked(
        &format!("{same} of {of} channels ({} %) are in one category at all seeds", percent(same, of)),
        ONE_SEED,
    )
}

fn invariances(seeds: &[SeedRow]) -> Finding {
    let channels = by_channel(seeds);
    let once = channels.iter().filter(|rows| rows.iter().any(|row| row.scale_invariant));
    let always = channels.iter().filter(|rows| rows.iter().all(|row| row.scale_invariant)).count();
    let of = once.count();
    not_checked(&format!("{always} of {of} that are so at one seed at least ({} %)", percent(always, of)), ONE_SEED)
}

/// What fewer steps make of the channels that were looked at, over all blocks.
fn after(convergence: &[ConvergenceRow], steps: usize) -> Finding {
    let rows: Vec<&ConvergenceRow> = convergence.iter().filter(|row| row.steps == steps).collect();
    let sum = |of: fn(&ConvergenceRow) -> usize| rows.iter().map(|row| of(row)).sum::<usize>();
    let compared = sum(|row| row.compared);
    let (categories, invariances) = (sum(|row| row.category_changed), sum(|row| row.scale_invariance_changed));
    let end = rows.first().map_or(0, |row| row.of_steps);
    let ours = format!(
        "{categories} of {compared} channels are in another category than after {end} steps ({} %), {invariances} scale-invariant in one of the two alone",
        percent(categories, compared)
    );
    not_checked(&ours, "16 channels of each block at most, at the first seed")
}

impl Evidence<'_> {
    /// What a variant changes over all blocks, beside what another seed does: each block counts by its channels.
    fn variant(&self, variant: &str) -> Finding {
        let rows: Vec<&ChurnRow> = self.worth.churn.iter().filter(|row| row.variant == variant).collect();
        let channels: usize = rows.iter().map(|row| row.channels).sum();
        let of_variant = |changed: fn(&ChurnRow) -> usize| {
            let changed: usize = rows.iter().map(|row| changed(row)).sum();
            (channels > 0).then(|| 100.0 * changed as f64 / channels as f64)
        };
        let of_seeds = |percent: fn(&ChurnRow) -> Option<f64>| {
            let sum: Option<f64> = rows.iter().map(|row| Some(percent(row)? * row.channels as f64)).sum();
            sum.filter(|_| channels > 0).map(|sum| sum / channels as f64)
        };
        let category = (of_variant(|row| row.category_changed), of_seeds(|row| row.seeds_percent_category_changed));
        let invariance = (
            of_variant(|row| row.scale_invariance_changed),
            of_seeds(|row| row.seeds_percent_scale_invariance_changed),
        );
        let ours = format!(
            "category changed of {} % of channels, scale invariance of {} %; by another seed of {} % and {} %",
            number(category.0, 1),
            number(invariance.0, 1),
            number(category.1, 1),
            number(invariance.1, 1)
        );
        let no_more = |(variant, seeds): (Option<f64>, Option<f64>)| Some(variant? <= seeds?);
        match no_more(category).zip(no_more(invariance)) {
            None => not_checked(&ours, "one seed: nothing to hold it against"),
            Some((category, invariance)) => self.decided(ours, category && invariance, ""),
        }
    }

    /// At how many seeds a channel is what figure 1 calls it.
    fn named_at_seeds(&self, block: &str, channel: usize, called: &str) -> Finding {
        let rows: Vec<&SeedRow> =
            self.worth.seeds.iter().filter(|row| row.block == block && row.channel == channel).collect();
        if rows.is_empty() {
            return not_checked("", &format!("channel {channel} of block {block} was not studied in this run"));
        }
        let is = |row: &&&SeedRow| match called {
            "scale-invariant" => row.scale_invariant,
            _ => row.category.as_deref() == Some(called),
        };
        let count = rows.iter().filter(is).count();
        self.decided(format!("at {count} of {} seeds", rows.len()), count == rows.len(), "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::claims::evidence::tests::evidence;
    use report::Verdict;

    fn seed(channel: usize, seed: u64, category: &str, scale_invariant: bool) -> SeedRow {
        SeedRow {
            block: "3.1".to_owned(),
            channel,
            seed,
            mix_ratio: Some(1.0),
            category: Some(category.to_owned()),
            scale_invariant,
            ..SeedRow::default()
        }
    }

    fn churn(block: &str, changed: usize, seeds: Option<f64>) -> ChurnRow {
        ChurnRow {
            block: block.to_owned(),
            variant: "antialias".to_owned(),
            channels: 10,
            category_changed: changed,
            seeds_percent_category_changed: seeds,
            scale_invariance_changed: 1,
            seeds_percent_scale_invariance_changed: seeds.map(|_| 10.0),
            ..ChurnRow::default()
        }
    }

    #[test]
    fn seeds_are_counted_by_channel_and_a_named_one_holds_if_it_does_at_all() {
        let rows = [
            seed(178, 0, "mix", true),
            seed(178, 1, "mix", false),
            seed(215, 0, "mix", true),
            seed(215, 1, "mix", true),
            seed(9, 0, "skip", false),
            SeedRow { mix_ratio: None, ..seed(9, 1, "mix", false) },
            seed(8, 0, "skip", false),
            seed(8, 1, "mix", false),
        ];
        assert_eq!(categories(&rows).ours, "3 of 4 channels (75.0 %) are in one category at all seeds");
        assert_eq!(invariances(&rows).ours, "1 of 2 that are so at one seed at least (50.0 %)");
        let of = Evidence { worth: Worth { seeds: &rows, ..Worth::default() }, ..evidence(&[], &[], 2560) };
        let found = of.named_at_seeds("3.1", 178, "scale-invariant");
        assert_eq!((found.ours.as_str(), found.verdict), ("at 1 of 2 seeds", Verdict::DoesNotHold));
        assert_eq!(of.named_at_seeds("3.1", 215, "scale-invariant").verdict, Verdict::Holds);
        assert_eq!(of.named_at_seeds("1.1", 38, "overwrite").verdict, Verdict::NotChecked);
        assert!(several(&rows) && !several(&rows[..1]));
    }

    #[test]
    fn a_variant_is_held_against_another_seed_block_by_block() {
        let of = |rows: &[ChurnRow]| {
            let worth = Worth { churn: rows, ..Worth::default() };
            let found = Evidence { worth, ..evidence(&[], &[], 2560) }.variant("antialias");
            (found.ours, found.verdict)
        };
        let said =
            "category changed of 25.0 % of channels, scale invariance of 10.0 %; by another seed of 25.0 % and 10.0 %";
        assert_eq!(of(&[churn("1.1", 1, Some(20.0)), churn("2.1", 4, Some(30.0))]), (said.to_owned(), Verdict::Holds));
        assert_eq!(of(&[churn("1.1", 1, Some(20.0)), churn("2.1", 5, Some(30.0))]).1, Verdict::DoesNotHold);
        assert_eq!(of(&[churn("1.1", 1, None)]).1, Verdict::NotChecked);
        let more = ChurnRow { scale_invariance_changed: 2, ..churn("1.1", 1, Some(20.0)) };
        assert_eq!(of(&[more]).1, Verdict::DoesNotHold);
    }
}
