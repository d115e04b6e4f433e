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
