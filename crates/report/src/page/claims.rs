//! Paper against ours: the table of claims, on the page and in Markdown.

use crate::layout;
use crate::markdown::{heading, line};
use crate::schema::{ClaimRow, Verdict};
use maud::{Markup, html};

const COLUMNS: [&str; 6] = ["claim", "source", "paper", "ours", "verdict", "why, or limits"];

impl ClaimRow {
    fn cells(&self) -> [String; 6] {
        [
            self.claim.clone(),
            self.source.clone(),
            self.paper.clone(),
            self.ours.clone(),
            self.verdict.to_string(),
            self.reason.clone(),
        ]
    }
}

/// How many claims hold, do not hold, and were not checked.
fn counts(claims: &[ClaimRow]) -> String {
    let count = |verdict| claims.iter().filter(|c| c.verdict == verdict).count();
    format!(
        "{} claims of the papers: {} hold, {} do not hold, {} were not checked.",
        claims.len(),
        count(Verdict::Holds),
        count(Verdict::DoesNotHold),
        count(Verdict::NotChecked)
    )
}

/// The section of the page; those that were not checked are folded away.
pub(crate) fn section(claims: &[ClaimRow]) -> Markup {
    let (open, checked): (Vec<_>, Vec<_>) = claims.iter().partition(|c| c.verdict == Verdict::NotChecked);
    html! {
        @if !claims.is_empty() {
            h2 { "Paper against ours" }
            p {
                (counts(claims))
                " An empty cell in the column “paper” means that no number of the paper’s was available. The same as "
                a href=(layout::CLAIMS) { "CSV" } " and as " a href=(layout::CLAIMS_MARKDOWN) { "Markdown" } "."
            }
            @if !checked.is_empty() { (table(&checked)) }
            @if !open.is_empty() {
                details { summary { (open.len()) " not checked" } (table(&open)) }
            }
        }
    }
}

fn table(claims: &[&ClaimRow]) -> Markup {
    html! {
        div.wide { table.words {
            thead { tr { @for title in COLUMNS { th { (title) } } } }
            tbody { @for claim in claims { tr id=(claim.id) { @for cell in claim.cells() { td { (cell) } } } } }
        } }
    }
}

/// The table in Markdown, with one line a claim.
pub(crate) fn markdown(claims: &[ClaimRow]) -> String {
    let lines = claims.iter().map(|claim| line(&claim.cells()));
    heading(COLUMNS) + &lines.collect::<String>()
}
