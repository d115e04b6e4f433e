//! `audit.json` and `audit.html`.

use crate::Report;
use crate::error::AuditError;
use crate::line::Line;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::path::{Path, PathBuf};

pub(crate) const STYLE: &str = "
body { font: 15px/1.5 system-ui, sans-serif; color: #222; margin: 0 auto; max-width: 1180px; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92em; }
th, td { padding: .2rem .6rem; text-align: left; border-bottom: 1px solid #e5e5e5; vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; } .failed { background: #fde4e1; font-weight: 600; }
img { width: 112px; height: 112px; } code { overflow-wrap: anywhere; }
";

/// Writes both below a folder; the page's path.
///
/// # Errors
/// If they cannot be written.
pub fn write(report: &Report, folder: &Path) -> Result<PathBuf, AuditError> {
    let page = folder.join("audit.html");
    let mut json = serde_json::to_string_pretty(report).unwrap_or_default();
    json.push('\n');
    for (path, text) in [
        (folder.join("audit.json"), json),
        (page.clone(), html(report)),
    ] {
        write_text(&path, &text)?;
    }
    Ok(page)
}

pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), AuditError> {
    report::write_atomically(path, text.as_bytes()).map_err(|source| AuditError::Write {
        path: path.to_owned(),
        source,
    })
}

fn html(report: &Report) -> String {
    let failed: Vec<&Line> = report.lines.iter().filter(|l| !l.passed).collect();
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
                    (report.lines.len()) " comparisons, " (failed.len()) " beyond their bound. Weights " code { (report.weights) }
                    ", digest " code { (report.weights_digest) } ". Instruction sets: " (report.instruction_sets.join(", "))
                    @if !report.skipped.is_empty() { "; skipped, for this processor lacks them: " (report.skipped.join(", ")) }
                    ". Digest of every site and a picture, the same on every machine: " strong { (report.digest) } "."
                }
                (table(&report.lines))
                @if !report.budgets.is_empty() { (budgets(report)) }
            }
        }
    };
    page.into_string()
}

fn table(lines: &[Line]) -> Markup {
    html! {
        table {
            thead { tr {
                th { "step" } th { "what" } th { "compared with" } th.n { "values" } th.n { "ULP" } th.n { "relative" }
                th { "bound" } th.n { "used" } th { "" }
            } }
            tbody { @for line in lines { tr.failed[!line.passed] {
                td { (line.step) } td { (line.what) } td { (line.witness) } td.n { (line.values) }
                td.n { (short(line.ulps)) } td.n { (short(line.relative)) } td { (line.bound) } td.n { (short(Some(line.used))) }
                td { @if line.passed { "pass" } @else { "FAIL" } }
            } } }
        }
    }
}

/// Two digits, or nothing.
pub(crate) fn short(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(0.0) => "0".to_owned(),
        Some(v) if v.abs() >= 0.01 && v.abs() < 1e4 => format!("{v:.2}"),
        Some(v) => format!("{v:.1e}"),
    }
}

fn budgets(report: &Report) -> Markup {
    html! {
        h2 { "Mix ratios, and how much of them can be rounding" }
        p {
            "The mix ratio in the table, the same in double precision on the same pictures, and the least and largest that the first-order bound of \
             single precision allows: each layer's gamma(k + 1) (sum |w x| + |b|), weighted with the gradient."
        }
        table {
            thead { tr { th { "block" } th.n { "channel" } th.n { "mix ratio" } th.n { "apart from double precision" } th.n { "least" } th.n { "largest" } th { "category" } } }
            tbody { @for b in &report.budgets { tr.failed[b.flips] {
                td { (b.block) } td.n { (b.channel) } td.n { (format!("{:.6}", b.mix_ratio)) } td.n { (short(Some(b.rounding()))) }
                td.n { (format!("{:.6}", b.least)) } td.n { (format!("{:.6}", b.largest)) }
                td { @if b.flips { "another in double precision" } @else if b.open { "within the bound of its end" } @else { "certain" } }
            } } }
        }
    }
}
