//! The percentile bootstrap: how far a statistic of a sample may be from that of the population it was drawn from.

use super::NotDefined;

/// How many resamples are drawn for an interval (METHOD.md, section 8).
pub const RESAMPLES: usize = 10_000;
/// The part of the resamples that lies below an interval of 95%, and above it.
const BEYOND: f64 = 0.025;
/// The part of the resamples that may lack the statistic: a group of few values is empty in some of them.
const MAY_LACK: f64 = 0.05;

/// Where a statistic lies in 95% of resamples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

/// Resamples of a sample of n values: n places each, drawn with replacement.
///
/// All statistics of a sample take the same ones, so that two of them can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resamples {
    places: Vec<usize>,
    size: usize,
}

impl Interval {
    /// Where 95% of some values lie.
    ///
    /// # Errors
    /// If there are none, or one is not finite.
    ///
    /// ```
    /// let values: Vec<f64> = (0..=40).map(f64::from).collect();
    /// let interval = analysis::statistics::Interval::of(values)?;
    /// // A fortieth of them lies beyond either end.
    /// assert_eq!((interval.low, interval.high), (1.0, 39.0));
    /// # Ok::<(), analysis::statistics::NotDefined>(())
    /// ```
    pub fn of(mut values: Vec<f64>) -> Result<Interval, NotDefined> {
        if values.is_empty() {
            return Err(NotDefined::TooFew { needed: 1, found: 0 });
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err(NotDefined::NotFinite);
        }
        values.sort_unstable_by(f64::total_cmp);
        Ok(Interval { low: percentile(&values, BEYOND), high: percentile(&values, 1.0 - BEYOND) })
    }
}

impl Resamples {
    /// `count` resamples of `size` values; `draw` gives a number below the one that it is handed, all of them equally
    /// often.
    pub fn draw(size: usize, count: usize, mut draw: impl FnMut(usize) -> usize) -> Resamples {
        Resamples { places: (0..size * count).map(|_| draw(size)).collect(), size }
    }

    /// How many values each has.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The percentile interval of 95% of a statistic, which is given the places of the values of a resample, with
    /// repeats. Percentiles are interpolated linearly, as `numpy.percentile` does, so that the interval is that of
    /// `scipy.stats.bootstrap(method="percentile")` on the same resamples.
    ///
    /// Resamples in which the statistic is not defined, such as a comparison of groups one of which is empty, are left
    /// out.
    ///
    /// # Errors
    /// If there are fewer than two values, or the statistic is not defined in more than one of twenty resamples, or is
    /// not finite in one.
    ///
    /// ```
    /// use analysis::statistics::Resamples;
    /// // Four resamples of two values, whose means are 1, 2, 2 and 3: the 2.5th percentile is 7.5% of the way from 1 to 2.
    /// let mut places = [0, 0, 0, 1, 1, 0, 1, 1].into_iter();
    /// let resamples = Resamples::draw(2, 4, |_| places.next().unwrap_or(0));
    /// let values = [1.0, 3.0];
    /// let interval = resamples.interval(|at| Some((values[at[0]] + values[at[1]]) / 2.0))?;
    /// assert_eq!((interval.low, interval.high), (1.075, 2.925));
    /// # Ok::<(), analysis::statistics::NotDefined>(())
    /// ```
    pub fn interval(&self, mut statistic: impl FnMut(&[usize]) -> Option<f64>) -> Result<Interval, NotDefined> {
        if self.size < 2 {
            return Err(NotDefined::TooFew { needed: 2, found: self.size });
        }
        let resamples = self.places.chunks_exact(self.size);
        let count = resamples.len();
        let found: Vec<f64> = resamples.filter_map(&mut statistic).collect();
        let needed = (count as f64 * (1.0 - MAY_LACK)).ceil();
        if found.is_empty() || (found.len() as f64) < needed {
            return Err(NotDefined::TooFewResamples { resamples: count, found: found.len() });
        }
        Interval::of(found)
    }
}

/// The three quartiles of some values: the 25th, 50th and 75th percentiles, as `numpy.percentile` has them.
///
/// # Errors
/// If there are none, or one is not finite.
///
/// ```
/// assert_eq!(analysis::statistics::quartiles(vec![4.0, 1.0, 2.0, 8.0, 16.0])?, [2.0, 4.0, 8.0]);
/// # Ok::<(), analysis::statistics::NotDefined>(())
/// ```
pub fn quartiles(mut values: Vec<f64>) -> Result<[f64; 3], NotDefined> {
    if values.is_empty() {
        return Err(NotDefined::TooFew { needed: 1, found: 0 });
    }
    if values.iter().any(|value| !value.is_finite()) {
        return Err(NotDefined::NotFinite);
    }
    values.sort_unstable_by(f64::total_cmp);
    Ok([0.25, 0.5, 0.75].map(|part| percentile(&values, part)))
}

/// The value below which a part of sorted values lies: linear between the two nearest, as `numpy.percentile`.
fn percentile(sorted: &[f64], part: f64) -> f64 {
    let place = part * (sorted.len() - 1) as f64;
    let below = (0..sorted.len()).rev().find(|&at| at as f64 <= place).unwrap_or(0);
    let (from, to) = (sorted[below], sorted[(below + 1).min(sorted.len() - 1)]);
    let beyond = place - below as f64;
    // From the nearer end, as NumPy does: equal values give exactly that value either way.
    if beyond < 0.5 { from + (to - from) * beyond } else { to - (to - from) * (1.0 - beyond) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_linear_between_values_and_exact_at_them() {
        let values: Vec<f64> = (0..=40).map(f64::from).collect();
        // A fortieth of the way is the second value.
        assert_eq!([0.0, 0.025, 0.975, 1.0].map(|part| percentile(&values, part)), [0.0, 1.0, 39.0, 40.0]);
        assert_eq!(percentile(&[2.0, 4.0], 0.25), 2.5);
        assert_eq!(percentile(&[2.0, 4.0], 0.75), 3.5);
        assert_eq!(percentile(&[7.0], 0.3), 7.0);
    }

    #[test]
    fn a_statistic_may_lack_in_one_of_twenty_resamples_and_no_more() {
        let mut calls = 0;
        let mut lacking = |every: usize| {
            let resamples = Resamples::draw(2, 100, |n| n - 1);
            resamples.interval(|_| {
                calls += 1;
                (calls % every != 0).then_some(1.0)
            })
        };
        assert_eq!(lacking(20), Ok(Interval { low: 1.0, high: 1.0 }));
        assert_eq!(lacking(10), Err(NotDefined::TooFewResamples { resamples: 100, found: 90 }));
    }

    #[test]
    fn one_value_has_no_interval_and_what_is_not_finite_is_none() {
        let one = Resamples::draw(1, 10, |_| 0);
        assert_eq!(one.interval(|_| Some(1.0)), Err(NotDefined::TooFew { needed: 2, found: 1 }));
        let two = Resamples::draw(2, 10, |_| 0);
        assert_eq!(two.interval(|_| Some(f64::INFINITY)), Err(NotDefined::NotFinite));
        assert_eq!(two.size(), 2);
    }
}
