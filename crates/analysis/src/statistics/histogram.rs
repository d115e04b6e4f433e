//! Counts of values in bins of equal width.

use super::NotDefined;
use std::ops::RangeInclusive;

/// Counts in bins of equal width: each holds its lower edge, the last its upper edge too, as `numpy.histogram`.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    edges: Vec<f64>,
    counts: Vec<usize>,
    outside: usize,
}

impl Histogram {
    /// Counts `values` in `bins` bins of equal width over `range`.
    ///
    /// # Errors
    /// If there are no bins, or the range is not finite, or it has no width.
    ///
    /// ```
    /// use analysis::statistics::Histogram;
    /// let histogram = Histogram::new(&[0.0, 0.5, 1.0, 7.0], 0.0..=1.0, 2)?;
    /// assert_eq!(histogram.counts(), [1, 2]);
    /// assert_eq!(histogram.outside(), 1);
    /// # Ok::<(), analysis::statistics::NotDefined>(())
    /// ```
    pub fn new(values: &[f64], range: RangeInclusive<f64>, bins: usize) -> Result<Histogram, NotDefined> {
        let (low, high) = range.into_inner();
        if bins == 0 || !low.is_finite() || !high.is_finite() || low >= high || !(high - low).is_finite() {
            return Err(NotDefined::NoBins);
        }
        let edge = |k: usize| {
            if k == bins { high } else { low + (high - low) * (k as f64 / bins as f64) }
        };
        let edges: Vec<f64> = (0..=bins).map(edge).collect();
        Ok(Histogram::within(edges, values))
    }

    /// Counts `values` between edges that ascend, of which there are at least two.
    pub(crate) fn within(edges: Vec<f64>, values: &[f64]) -> Histogram {
        let bins = edges.len() - 1;
        let (low, high) = (edges[0], edges[bins]);
        let mut counts = vec![0; bins];
        let mut outside = 0;
        for &value in values {
            if low <= value && value <= high {
                // As many bins begin at or below the value as edges lie there, but for the last edge, which begins
                // none.
                counts[edges.partition_point(|&e| e <= value).min(bins) - 1] += 1;
            } else {
                outside += 1;
            }
        }
        Histogram { edges, counts, outside }
    }

    /// The edges of the bins, ascending: one more than there are bins.
    #[must_use]
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// How many values each bin holds.
    #[must_use]
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// How many values are in no bin: below, above, or NaN.
    #[must_use]
    pub fn outside(&self) -> usize {
        self.outside
    }
}
