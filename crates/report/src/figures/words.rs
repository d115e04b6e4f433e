//! What figures say of an exemplar.

use crate::schema::ExemplarRow;

/// The sentinel that stands for an O(I) that is not positive; the other, 10, for such an O(B).
const NEVER_FROM_INPUT: f64 = 0.0;

impl ExemplarRow {
    /// The channel, and what it is shown for.
    pub(super) fn heading(&self) -> String {
        format!("channel {}: {}", self.channel, self.example_of)
    }

    /// What is measured of it. A mix ratio that is none, but stands for an Output that never answers, is said to be so.
    pub(super) fn measures(&self) -> String {
        let metric = self.scale_metric.filter(|_| self.figure != 1).map(|m| format!("scale metric {m:.2}"));
        let ratio = self.mix_ratio.map(|m| match (self.sentinel, m) {
            (false, m) => format!("mix ratio {m:.2}"),
            (true, NEVER_FROM_INPUT) => format!("mix ratio {m}: O(I) is not positive"),
            (true, _) => format!("mix ratio {m}: O(B) is not positive"),
        });
        let parts: Vec<String> = metric.into_iter().chain(ratio).collect();
        parts.join(", ")
    }
}
