//! Paper against ours: the table of claims in Markdown.

use crate::markdown::{heading, line};
use crate::schema::ClaimRow;

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

/// The table in Markdown, with one line a claim.
pub(crate) fn markdown(claims: &[ClaimRow]) -> String {
    let lines = claims.iter().map(|claim| line(&claim.cells()));
    heading(COLUMNS) + &lines.collect::<String>()
}
