//! Every rule of the mix ratio and of scale invariance, with the numbers it was applied to and its outcome (METHOD.md,
//! section 3).

use super::document::{Section, number, ratio, signed};
use super::measured::Measured;
use crate::budget::ChannelBudget;
use crate::twin::interval::Interval;
use analysis::{CLAMP, Category, MIX_HIGH, MIX_LOW, OVERWRITTEN, SKIPPED};
use analysis::{clamped, is_overwrite_group, mix_ratio};

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// M, and what follows from it.
pub(super) fn mix(measured: &Measured, budget: Option<&ChannelBudget>) -> Section {
    let (o_i, o_b) = (measured.nine[0][2], measured.nine[1][2]);
    let found = mix_ratio(o_i, o_b);
    let (i, b) = (number(o_i), number(o_b));
    let mut section = Section::new("Mix ratio");
    section.row(["rule", "numbers", "outcome"]);
    let both = format!("O(I) = {i}, O(B) = {b}");
    section.row(["O(I) > 0 or O(B) > 0, else the visualization failed", &both, yes(found.is_ok())]);
    let Ok(m) = found else {
        section.say("M is not defined: the visualization failed, so no rule that follows applies.");
        return section;
    };
    let skipped = o_b <= 0.0;
    let overwritten = !skipped && o_i <= 0.0;
    let applies = |is: bool, what: &str| match is {
        true => format!("applies: {what}"),
        false => "does not apply".to_owned(),
    };
    let never = format!("M = {SKIPPED}, never from the Block");
    section.row([
        &format!("O(B) <= 0 gives the sentinel {SKIPPED}"),
        &format!("O(B) = {b}"),
        &applies(skipped, &never),
    ]);
    let never = format!("M = {OVERWRITTEN}, never from the Input");
    section.row([
        &format!("else O(I) <= 0 gives the sentinel {OVERWRITTEN}"),
        &format!("O(I) = {i}"),
        &applies(overwritten, &never),
    ]);
    let m_text = ratio(Some(m));
    section.row([
        "else M = O(I) / O(B)",
        &format!("{i} / {b}"),
        &applies(!skipped && !overwritten, &format!("M = {m_text}")),
    ]);
    section.row([
        &format!("histograms and correlations take M clamped to {CLAMP}"),
        &format!("M = {m_text}"),
        &match clamped(m) {
            c if c == m => "does not change it".to_owned(),
            c => format!("taken as {c}"),
        },
    ]);
    let category = Category::of(m);
    for (rule, of) in [
        (format!("M <= 1/1.5 = {MIX_LOW:.6}: the block overwrites"), Category::Overwrite),
        (format!("{MIX_LOW:.6} < M < {MIX_HIGH}: a mix"), Category::Mix),
        (format!("M >= {MIX_HIGH}: the input skips to the output"), Category::Skip),
    ] {
        section.row([&rule, &format!("M = {m_text}"), yes(category == of)]);
    }
    let group = match is_overwrite_group(m) {
        true => "overwrite group",
        false => "skip group",
    };
    section.row(["analysis of variance: M < 1 is its overwrite group, else skip", &format!("M = {m_text}"), group]);
    section.say(format!("So M = {m_text}: {category}."));
    if let Some(budget) = budget {
        section.say(format!(
            "The exact M is {}; within the first-order bounds of O(I) and O(B) it lies between {} and {}. Its category is {}.",
            ratio(budget.exact.map(Interval::middle)),
            number(budget.least),
            number(budget.largest),
            match (budget.category.flips(), budget.category.straddles(), budget.open) {
                (true, ..) => "ANOTHER of the exact values",
                (_, true, _) => "undecided",
                (.., true) => "the same of the exact values, and left open by those bounds alone",
                _ => "certain",
            }
        ));
    }
    section
}

/// dB, dI and their sum.
pub(super) fn scale(measured: &Measured) -> Section {
    let [[i_i, b_i, _], [i_b, b_b, _], _] = measured.nine;
    let measures = measured.measures().ok().map(|m| m.scale);
    let finite = |v: f64| v.is_finite().then_some(v);
    let mut section = Section::new("Scale measures");
    section.say(
        "Enlarged is the central half resized to the full size, shrunk is resized to half and padded by reflection. Numerators are clipped at \
         zero, denominators are not.",
    );
    section.row(["activation", "value", "clipped at zero"]);
    for (name, value) in
        [("B(enlarge I)", measured.enlarged), ("B(I)", b_i), ("I(shrink B)", measured.shrunk), ("I(B)", i_b)]
    {
        section.row([name, &number(value), &number(value.max(0.0))]);
    }
    let mut say = |name: &str, formula: &str, parts: [f64; 3], value: Option<f64>| {
        let [scaled, plain, own] = parts.map(number);
        section.say(format!("{name} = {formula} = (max({scaled}, 0) - max({plain}, 0)) / {own} = {}.", signed(value)));
    };
    say(
        "dB",
        "(max(B(enlarge I), 0) - max(B(I), 0)) / B(B)",
        [measured.enlarged, b_i, b_b],
        measures.and_then(|s| finite(s.block_delta)),
    );
    say(
        "dI",
        "(max(I(shrink B), 0) - max(I(B), 0)) / I(I)",
        [measured.shrunk, i_b, i_i],
        measures.and_then(|s| finite(s.input_delta)),
    );
    let metric = measures.and_then(|s| finite(s.scale_metric()));
    section.say(format!("Scale metric SM = dB + dI = {}.", signed(metric)));
    section
}

/// The criteria of scale invariance, all strict.
pub(super) fn invariance(measured: &Measured) -> Section {
    let measures = measured.measures().ok();
    let (m, scale) = (measures.map(|m| m.mix_ratio), measures.map(|m| m.scale));
    let (block, input) = (scale.map(|s| s.block_delta), scale.map(|s| s.input_delta));
    let mut section = Section::new("Scale invariance");
    section.row(["criterion, strict", "number", "met"]);
    let low = format!("M > 1/1.5 = {MIX_LOW:.6}, M not clamped");
    let high = format!("M < {MIX_HIGH}, M not clamped");
    let category = measures.map(|m| m.category);
    for (rule, value, met) in [
        ("dB > 0", signed(block), block.is_some_and(|d| d > 0.0)),
        ("dI > 0", signed(input), input.is_some_and(|d| d > 0.0)),
        (&*low, ratio(m), category.is_some_and(|c| c != Category::Overwrite)),
        (&*high, ratio(m), category.is_some_and(|c| c != Category::Skip)),
    ] {
        section.row([rule, &value, yes(met)]);
    }
    let is = |f: fn(&analysis::ChannelMeasures) -> bool| match measures.as_ref().is_some_and(f) {
        true => "is",
        false => "is not",
    };
    section.say(format!(
        "All four: the channel {} scale-invariant (paper 1). Without those on M: it {}. Without dI > 0: it {} (paper 2).",
        is(analysis::ChannelMeasures::scale_invariant),
        is(analysis::ChannelMeasures::scale_invariant_no_mix),
        is(analysis::ChannelMeasures::scale_invariant_by_block)
    ));
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of sections about activations `[picture][role]`, B(enlarge I) and I(shrink B).
    fn text(nine: [[f64; 3]; 3], enlarged: f64, shrunk: f64) -> String {
        let measured = Measured::example(nine, (enlarged, shrunk));
        let sections = [mix(&measured, None), scale(&measured), invariance(&measured)];
        super::super::document::Explanation::of(sections.into()).text()
    }

    /// What stands behind a rule, numbers and outcome, with single spaces.
    #[track_caller]
    fn outcome(text: &str, rule: &str) -> String {
        let line = text.lines().find(|l| l.trim().starts_with(rule));
        let rest = line.unwrap_or_else(|| panic!("{rule}: {text}")).trim();
        let words: Vec<&str> = rest[rule.len()..].split_whitespace().collect();
        words.join(" ")
    }

    fn with_outputs(o_i: f64, o_b: f64) -> String {
        text([[1.0, 0.5, o_i], [0.5, 2.0, o_b], [1.0, 1.0, 2.0]], 1.0, 1.0)
    }

    #[test]
    fn each_sentinel_applies_where_it_should_and_nowhere_else() {
        const SKIP: &str = "O(B) <= 0 gives the sentinel 10";
        const OVERWRITE: &str = "else O(I) <= 0 gives the sentinel 0";
        const QUOTIENT: &str = "else M = O(I) / O(B)";
        let skipped = with_outputs(3.0, -1.0);
        let applies = "O(B) = -1.0000 applies: M = 10, never from the Block";
        assert_eq!(outcome(&skipped, SKIP), applies);
        assert!(outcome(&skipped, OVERWRITE).ends_with("does not apply"));
        assert!(outcome(&skipped, QUOTIENT).ends_with("does not apply"));
        let clamp = "histograms and correlations take M clamped to 5";
        assert!(outcome(&skipped, clamp).ends_with("taken as 5"));
        let overwritten = with_outputs(-0.0, 4.0);
        let applies = "O(I) = 0 applies: M = 0, never from the Input";
        assert_eq!(outcome(&overwritten, OVERWRITE), applies);
        assert!(outcome(&overwritten, SKIP).ends_with("does not apply"));
        let plain = with_outputs(3.0, 4.0);
        assert!(outcome(&plain, QUOTIENT).ends_with("applies: M = 0.750000"));
        assert!(outcome(&plain, clamp).ends_with("does not change it"));
        let failed = with_outputs(-3.0, 0.0);
        assert!(failed.contains("M is not defined") && !failed.contains("sentinel"));
    }

    #[test]
    fn the_band_of_mixes_and_the_criteria_are_strict() {
        let mix_rule = "0.666667 < M < 1.5: a mix";
        let (at, below) = (with_outputs(1.5, 1.0), with_outputs(1.4999, 1.0));
        assert!(outcome(&at, mix_rule).ends_with("no"));
        assert!(outcome(&below, mix_rule).ends_with("yes"));
        assert!(outcome(&at, "M < 1.5, M not clamped").ends_with("no"));
        assert!(outcome(&below, "M < 1.5, M not clamped").ends_with("yes"));
        // dB = (1 - 0.5) / 2 and dI = (1 - 0.5) / 1.
        assert_eq!(outcome(&below, "dB > 0"), "+0.250000 yes");
        assert_eq!(outcome(&below, "dI > 0"), "+0.500000 yes");
        assert!(below.contains("the channel is scale-invariant (paper 1)"), "{below}");
        assert!(at.contains("is not scale-invariant (paper 1). Without those on M: it is."));
        // Each is decided by itself: B(enlarge I) above B(I) and I(shrink B) below I(B), and the reverse.
        let nine = [[1.0, 0.5, 1.0], [0.5, 2.0, 1.0], [1.0; 3]];
        let (block, input) = (text(nine, 1.0, 0.25), text(nine, 0.25, 1.0));
        assert_eq!([outcome(&block, "dB > 0"), outcome(&block, "dI > 0")], ["+0.250000 yes", "-0.250000 no"]);
        assert_eq!([outcome(&input, "dB > 0"), outcome(&input, "dI > 0")], ["-0.125000 no", "+0.500000 yes"]);
        // Nothing gained: zero is not positive, and has no sign.
        let silent = text([[1.0, -1.0, 1.0], [0.5, -2.0, 1.0], [1.0; 3]], -3.0, 0.5);
        assert_eq!(outcome(&silent, "dB > 0"), "0 no");
        assert_eq!(outcome(&silent, "dI > 0"), "0 no");
    }
}
