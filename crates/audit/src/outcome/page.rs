//! `audit.json` and `audit.html`.

use crate::budget::Kept;
use crate::comparison::{short, table};
use crate::error::AuditError;
use crate::outcome::Report;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::path::{Path, PathBuf};

#[cfg(test)]
mod tests;

pub(crate) const STYLE: &str = "
body { font: 15px/1.5 system-ui, sans-serif; color: #222; margin: 0 auto; max-width: 1180px; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92em; }
th, td { padding: .2rem .6rem; text-align: left; border-bottom: 1px solid #e5e5e5; vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; } .failed { background: #fde4e1; font-weight: 600; }
img { width: 112px; height: 112px; } code { overflow-wrap: anywhere; }
";

/// Writes both below a folder, and deletes what was kept there of an audit on its way; the page's path.
///
/// # Errors
/// If they cannot be written.
pub fn write(report: &Report, folder: &Path) -> Result<PathBuf, AuditError> {
    let page = folder.join("audit.html");
    let mut report = report.clone();
    report.signature.clear();
    report.signature = blake3::hash(json(&report).as_bytes()).to_hex().to_string();
    for (path, text) in [(folder.join("audit.json"), json(&report)), (page.clone(), html(&report))] {
        write_text(&path, &text)?;
    }
    Kept::below(folder).forget()?;
    Ok(page)
}

fn json(report: &Report) -> String {
    let mut json = serde_json::to_string_pretty(report).unwrap_or_default();
    json.push('\n');
    json
}

pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), AuditError> {
    report::write_atomically(path, text.as_bytes())
        .map_err(|source| AuditError::Write { path: path.to_owned(), source })
}

fn html(report: &Report) -> String {
    let failed = report.comparisons.iter().filter(|l| l.failed()).count();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { "Streamscope: audit" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Audit" }
                p {
                    (report.comparisons.len()) " comparisons, " (failed) " beyond their bound, " (report.skipped()) " skipped. "
                    "Digest of every site and a picture, the same on every machine: " strong { (report.digest) } "."
                }
                (provenance(report))
                (table(&report.comparisons))
                @if !report.budgets.is_empty() { (budgets(report)) }
                @if !report.laws.is_empty() { (laws(report)) }
            }
        }
    };
    page.into_string()
}

fn provenance(report: &Report) -> Markup {
    let of = &report.provenance;
    let absent = || "none".to_owned();
    let rows = [
        ("program", format!("{}, numerics {}", of.program, of.numerics_version)),
        ("source", of.build.source_digest.clone()),
        ("compiler", of.build.compiler.clone()),
        ("instruction sets", format!("{}; used: {}", of.build.cpu_features.join(", "), of.instruction_set)),
        ("threads", of.threads.to_string()),
        ("weights", format!("{}, digest {}", of.weights, of.weights_digest)),
        ("image that was walked", format!("{}, digest {}", of.image, of.image_digest)),
        ("images of the run", of.images_digest.clone().unwrap_or_else(absent)),
        ("manifest of the run", of.run_digest.clone().unwrap_or_else(absent)),
        ("signature of audit.json", report.signature.clone()),
    ];
    html! {
        table { tbody { @for (name, value) in rows { tr { th { (name) } td { code { (value) } } } } } }
    }
}

fn budgets(report: &Report) -> Markup {
    html! {
        h2 { "Mix ratios, and how much of them can be rounding" }
        p {
            "The mix ratio in the table; how far it is from the exact one, which is known to lie in an interval of the width beside it; and the \
             least and largest that the first-order bound of single precision allows: each layer's gamma(k + 1) (sum |w x| + |b|), weighted with \
             the gradient. A category is certain if all of the exact interval has it, whatever the first-order bound says."
        }
        table {
            thead { tr {
                th { "block" } th.n { "channel" } th.n { "mix ratio" } th.n { "apart from exact" } th.n { "width" } th.n { "least" }
                th.n { "largest" } th { "category" } th { "scale-invariant" } th { "" }
            } }
            tbody { @for b in &report.budgets { tr.failed[b.flips() || b.straddles() || b.used > 1.0] {
                td { (b.block) } td.n { (b.channel) } td.n { (format!("{:.6}", b.mix_ratio)) } td.n { (short(Some(b.rounding()))) }
                td.n { (short(b.exact.map(|e| e.largest - e.least))) } td.n { (format!("{:.6}", b.least)) }
                td.n { (format!("{:.6}", b.largest)) } td { (b.category.table) } td { (b.scale_invariant.table) }
                td {
                    @if b.flips() { "changed by rounding" } @else if b.straddles() { "undecided" } @else { "certain" }
                    @if b.open { ", open to the first-order bound" }
                }
            } } }
        }
    }
}

/// Every law of every operation, and below the table the smallest case of each that was broken.
fn laws(report: &Report) -> Markup {
    let cases: u64 = report.laws.iter().map(|law| law.cases).sum();
    html! {
        h2 { "Laws" }
        p {
            (report.laws.len()) " laws of the kernels on " (cases) " cases, " (report.broken().count()) " broken. The cases are drawn, not the \
             network's; the largest fraction of a bound is zero where bits are compared or nothing rounds."
        }
        table {
            thead { tr { th { "operation" } th { "law" } th { "what it says" } th.n { "cases" } th.n { "of bound" } th { "result" } } }
            tbody { @for law in &report.laws { tr.failed[law.failure.is_some()] {
                td { (law.operation) } td { (law.law) } td { (law.about) } td.n { (law.cases) } td.n { (format!("{:.2}", law.worst)) }
                td { @if law.failure.is_some() { "broken" } @else { "held" } }
            } } }
        }
        @for law in report.broken() { pre { (law.failure.as_deref().unwrap_or_default()) } }
    }
}
