//! The comparisons of budgets.

use crate::budget::channel::ChannelBudget;
use crate::comparison::{Absolute, Comparison, Held, Step, Witness};

/// The comparisons of budgets: what the table says lies within the first-order bounds, and nothing that follows from it has
/// changed or is undecided.
pub(crate) fn comparisons(budgets: &[ChannelBudget]) -> Vec<Comparison> {
    let count = |of: &dyn Fn(&ChannelBudget) -> bool| budgets.iter().filter(|b| of(b)).count();
    let n = budgets.len();
    if n == 0 {
        let why = "the table of the run has no channel";
        return vec![Step::ErrorBudget.against(Witness::Enclosure, "mix ratios").skipped(why)];
    }
    let used = budgets.iter().map(|b| b.used).fold(0.0, f64::max);
    let rounding = budgets.iter().map(ChannelBudget::rounding).fold(0.0, f64::max);
    let open = count(&|b| b.open);
    let equal = |what: String, differ| Step::ErrorBudget.against(Witness::Enclosure, what).equal(n, differ);
    let mut ratios = Step::ErrorBudget.against(Witness::Enclosure, format!(
            "O(I), O(B) and mix ratio of {n} channels of the table; for information, the first-order bound alone leaves the category of \
             {open} of them open"
        )).held(3 * n, Held { error: used, bound: 1.0 }, "sum of |d activation / d z| gamma(k + 1) (sum |w x| + |b|), to first order");
    ratios.error = Some(Absolute { value: rounding, unit: "of M" });
    vec![
        ratios,
        equal(format!("categories that rounding changed, of {n} channels"), count(&|b| b.category.flips())),
        equal(
            format!("categories that the exact value's interval does not decide, of {n} channels"),
            count(&|b| b.category.straddles()),
        ),
        equal(
            format!(
                "scale invariance (dB > 0, dI > 0, with and without the mix) that rounding changed, of {n} channels"
            ),
            count(&|b| b.scale_invariant.flips() || b.scale_invariant_no_mix.flips()),
        ),
        equal(
            format!("scale invariance that the exact values' intervals do not decide, of {n} channels"),
            count(&|b| b.scale_invariant.straddles() || b.scale_invariant_no_mix.straddles()),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::channel::Verdict;
    use crate::twin::interval::Interval;

    /// A budget in which everything is as it should be.
    fn sound() -> ChannelBudget {
        let certain = || Verdict { table: true, exact: Some(true) };
        ChannelBudget {
            block: "1.1".to_owned(),
            channel: 3,
            mix_ratio: 1.0,
            exact: Some(Interval { least: 1.0, largest: 1.0 }),
            least: 0.75,
            largest: 1.25,
            used: 0.5,
            open: false,
            category: Verdict { table: "mix".to_owned(), exact: Some("mix".to_owned()) },
            scale_invariant_no_mix: certain(),
            scale_invariant: certain(),
        }
    }

    /// What the lines say: the first words of each, and how many differ, or what of the bound is used.
    const LINES: [&str; 5] = [
        "O(I), O(B) and mix ratio of ",
        "categories that rounding changed, of ",
        "categories that the exact value's interval does not decide, of ",
        "scale invariance (dB > 0, dI > 0, with and without the mix) that rounding changed, of ",
        "scale invariance that the exact values' intervals do not decide, of ",
    ];

    #[test]
    fn each_line_fails_for_what_it_names_and_for_nothing_else() {
        type Change = fn(&mut ChannelBudget);
        let changes: [(&str, Change, Option<usize>); 9] = [
            ("nothing", |_| (), None),
            ("beyond the first-order bound", |b| b.used = 1.0_f64.next_up(), Some(0)),
            ("open to the first-order bound, which is for information", |b| b.open = true, None),
            ("another category", |b| b.category.exact = Some("skip".to_owned()), Some(1)),
            ("no certain category", |b| b.category.exact = None, Some(2)),
            ("other with the mix", |b| b.scale_invariant.exact = Some(false), Some(3)),
            ("other without the mix", |b| b.scale_invariant_no_mix.exact = Some(false), Some(3)),
            ("undecided with the mix", |b| b.scale_invariant.exact = None, Some(4)),
            ("undecided without the mix", |b| b.scale_invariant_no_mix.exact = None, Some(4)),
        ];
        for (what, change, fails) in changes {
            // Among others, at either end.
            for place in [0, 2] {
                let mut budgets = vec![sound(); 3];
                change(&mut budgets[place]);
                let lines = comparisons(&budgets);
                assert_eq!(lines.len(), LINES.len());
                for (at, (line, words)) in lines.iter().zip(LINES).enumerate() {
                    let said = line.what.to_string();
                    assert!(said.starts_with(&format!("{words}3 channels")), "{said}");
                    assert_eq!(line.failed(), fails == Some(at), "{what}: {said}");
                    if at > 0 {
                        let differ = if fails == Some(at) { "1 differ" } else { "0 differ" };
                        assert_eq!((line.error_in_words().as_str(), line.values), (differ, 3), "{what}: {said}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_first_line_has_the_largest_of_all_channels_and_how_many_are_open() {
        let with = |used: f64, ratio: f64, open| ChannelBudget { used, mix_ratio: ratio, open, ..sound() };
        let lines = comparisons(&[with(0.25, 1.125, true), with(0.75, 1.0, false), with(0.5, 0.5, true)]);
        let first = &lines[0];
        assert_eq!((first.used, first.values, first.passed), (Some(0.75), 9, true));
        assert_eq!(first.error_in_words(), "0.50 of M");
        assert!(first.what.to_string().ends_with("leaves the category of 2 of them open"), "{}", first.what);
    }

    #[test]
    fn a_table_without_channels_is_skipped() {
        let lines = comparisons(&[]);
        assert_eq!((lines.len(), lines[0].verdict()), (1, "skipped"));
    }
}
