//! The table of comparisons in `audit.html`.

use crate::comparison::{Comparison, short};
use maud::{Markup, html};

/// The comparisons, a row each.
pub(crate) fn table(comparisons: &[Comparison]) -> Markup {
    html! {
        h2 { "Comparisons" }
        p {
            "ULP and relative are the largest error, of the exact value or of the root mean square of all exact values, whichever is larger; L2 is "
            "the norm of all errors by that of all values. What has another unit says so."
        }
        table {
            thead { tr {
                th { "step" } th { "what" } th { "compared with" } th.n { "values" } th.n { "ULP" } th.n { "relative" } th.n { "L2" }
                th.n { "error" } th { "bound" } th.n { "used" } th { "" }
            } }
            tbody { @for line in comparisons { tr.failed[line.failed()] {
                td { (line.step) } td { (line.what) } td { (line.witness) } td.n { (line.values) }
                td.n { (short(line.ulps)) } td.n { (short(line.relative)) } td.n { (short(line.l2)) }
                td.n { @if let Some(error) = line.error { (short(Some(error.value))) " " (error.unit) } }
                td { (line.bound) } td.n { (short(line.used)) } td { (line.verdict()) }
            } } }
        }
    }
}
