//! What the percentages and medians of blocks are worth: over seeds, over channels, and beside what chance gives.

use crate::numbers::{number, probability};
use crate::schema::BlockRow;
use crate::variant_rows::ChurnRow;
use maud::{Markup, html};

const TITLES: [&str; 17] = [
    "block",
    "seeds",
    "scale-invariant %, mean over seeds",
    "95% from",
    "to",
    "by chance %",
    "p",
    "q",
    "without mix criterion %",
    "95% from",
    "to",
    "by chance %",
    "p",
    "q",
    "median mix ratio",
    "95% from",
    "to",
];

/// The section; nothing where there is no block.
pub(super) fn section(blocks: &[BlockRow]) -> Markup {
    html! {
        @if !blocks.is_empty() {
            h3 { "What these are worth" }
            p {
                "Intervals hold the number in 95% of resamples of the channels, the seeds of each averaged first. By chance: the Block of another \
                 channel of the block stands beside each Input; p says how surprising the percent is then, and q the same for as many tests as there are blocks."
            }
            div.wide { table {
                thead { tr { @for title in TITLES { th { (title) } } } }
                tbody { @for b in blocks { tr {
                    td { (b.block) } td { (b.seeds) }
                    td { (number(b.percent_scale_invariant_over_seeds, 1)) }
                    td { (number(b.percent_scale_invariant_low, 1)) } td { (number(b.percent_scale_invariant_high, 1)) }
                    td { (number(b.pairing_percent, 1)) } td { (bare(b.pairing_p)) } td { (bare(b.pairing_q)) }
                    td { (number(b.percent_scale_invariant_no_mix_over_seeds, 1)) }
                    td { (number(b.percent_scale_invariant_no_mix_low, 1)) } td { (number(b.percent_scale_invariant_no_mix_high, 1)) }
                    td { (number(b.pairing_no_mix_percent, 1)) } td { (bare(b.pairing_no_mix_p)) } td { (bare(b.pairing_no_mix_q)) }
                    td { (number(b.median_mix_ratio_over_seeds, 2)) }
                    td { (number(b.median_mix_ratio_low, 2)) } td { (number(b.median_mix_ratio_high, 2)) }
                } } }
            } }
        }
    }
}

const CHANGES: [&str; 9] = [
    "block",
    "variant",
    "channels",
    "other category %",
    "by another seed %",
    "other scale invariance %",
    "by another seed %",
    "scale-invariant %",
    "median mix ratio",
];

/// What variants of the study change; nothing where there are none.
pub(super) fn variants(rows: &[ChurnRow]) -> Markup {
    html! {
        @if !rows.is_empty() {
            h3 { "What changes of the recipe change" }
            p {
                "Each variant changes one thing. A change that puts fewer channels elsewhere than another seed does says nothing of the channels."
            }
            div.wide { table {
                thead { tr { @for title in CHANGES { th { (title) } } } }
                tbody { @for row in rows { tr {
                    td { (row.block) } td { (row.variant) } td { (row.channels) }
                    td { (number(row.percent_category_changed, 1)) } td { (number(row.seeds_percent_category_changed, 1)) }
                    td { (number(row.percent_scale_invariance_changed, 1)) } td { (number(row.seeds_percent_scale_invariance_changed, 1)) }
                    td { (number(row.percent_scale_invariant, 1)) } td { (number(row.median_mix_ratio, 2)) }
                } } }
            } }
        }
    }
}

/// A probability in a column of probabilities.
fn bare(p: Option<f64>) -> String {
    p.map_or_else(|| "not defined".to_owned(), |p| probability(p).replacen("p = ", "", 1))
}
