//! The null of the pairing: how many channels would be scale-invariant if the pictures of Input and Block did not belong
//! together (METHOD.md, section 8)?

use crate::scale::{ScaleMeasures, block_delta, input_delta};
use crate::statistics::{Interval, NotDefined, mean, permutation_p};

/// How many permutations make the null.
pub const PERMUTATIONS: usize = 1_000;

/// Sums of shares are kept to so many parts of one: of up to a thousand seeds, two that differ do so by far more, and two
/// that are equal but for the order of their terms by far less, so that ties are ties.
const PARTS: f64 = (1_u32 << 30) as f64;

/// What the Input picture of one channel and the Block picture of another give: the four answers that the scale measures
/// are made of, beside each channel's own two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairAnswers {
    /// B_d(I_c): the Block of channel d on the Input picture of channel c.
    pub b_i: f64,
    /// B_d(enlarge I_c).
    pub b_enlarged_i: f64,
    /// I_c(B_d): the Input of channel c on the Block picture of channel d.
    pub i_b: f64,
    /// I_c(shrink B_d).
    pub i_shrunk_b: f64,
    /// B_d(B_d), the denominator of dB.
    pub b_b: f64,
    /// I_c(I_c), the denominator of dI.
    pub i_i: f64,
}

impl PairAnswers {
    /// dB and dI of the pair.
    ///
    /// ```
    /// let pair = analysis::PairAnswers { b_i: -1.0, b_enlarged_i: 2.0, i_b: 1.0, i_shrunk_b: 3.0, b_b: 8.0, i_i: 4.0 };
    /// let measures = pair.measures();
    /// assert_eq!((measures.block_delta, measures.input_delta), (0.25, 0.5));
    /// ```
    #[must_use]
    pub fn measures(&self) -> ScaleMeasures {
        ScaleMeasures {
            block_delta: block_delta(self.b_enlarged_i, self.b_i, self.b_b),
            input_delta: input_delta(self.i_shrunk_b, self.i_b, self.i_i),
        }
    }
}

/// For every pair of an Input channel and a Block channel, the share of the seeds at which it meets a criterion:
/// `[channels, channels]`, a row for each Input.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    shares: Vec<f64>,
    channels: usize,
}

/// What chance gives, beside what was found.
#[derive(Clone, Debug, PartialEq)]
pub struct PairingNull {
    /// Percent of the channels that meet the criterion, each with its own pictures.
    pub observed: f64,
    /// The same with permuted pairs: one value a permutation, in the order in which they were drawn.
    pub permuted: Vec<f64>,
}

impl Pairs {
    /// `share(c, d)` for the Input of channel c and the Block of channel d.
    pub fn new(channels: usize, share: impl Fn(usize, usize) -> f64) -> Pairs {
        let shares = (0..channels * channels).map(|at| share(at / channels, at % channels)).collect();
        Pairs { shares, channels }
    }

    /// Percent of the channels that meet the criterion where the Block of channel `order[c]` stands for that of channel
    /// c; `None` where there are no channels.
    #[must_use]
    pub fn percent(&self, order: &[usize]) -> Option<f64> {
        let sum: f64 = order.iter().enumerate().map(|(c, &d)| self.shares[c * self.channels + d]).sum();
        let sum = (sum * PARTS).round() / PARTS;
        (self.channels > 0).then(|| 100.0 * sum / self.channels as f64)
    }

    /// The null of permutations that `order` gives, `count` of them.
    ///
    /// # Errors
    /// If there are fewer than two channels: one has nobody to change with.
    ///
    /// ```
    /// use analysis::Pairs;
    /// // Only a channel's own Block answers.
    /// let pairs = Pairs::new(3, |c, d| if c == d { 1.0 } else { 0.0 });
    /// let mut orders = [[1, 2, 0], [0, 2, 1], [0, 1, 2]].into_iter();
    /// let null = pairs.null(3, || orders.next().unwrap_or_default().to_vec())?;
    /// assert_eq!((null.observed, null.permuted.len()), (100.0, 3));
    /// // One permutation of three is as large: (1 + 1) / 4.
    /// assert_eq!(null.p(), 0.5);
    /// # Ok::<(), analysis::statistics::NotDefined>(())
    /// ```
    pub fn null(&self, count: usize, mut order: impl FnMut() -> Vec<usize>) -> Result<PairingNull, NotDefined> {
        let own: Vec<usize> = (0..self.channels).collect();
        let observed = self.percent(&own).filter(|_| self.channels > 1);
        let observed = observed.ok_or(NotDefined::TooFew { needed: 2, found: self.channels })?;
        let permuted = (0..count).filter_map(|_| self.percent(&order())).collect();
        Ok(PairingNull { observed, permuted })
    }
}

impl PairingNull {
    /// How surprising what was found is: `(1 + how many permutations give as much) / (1 + permutations)`.
    #[must_use]
    pub fn p(&self) -> f64 {
        permutation_p(self.observed, &self.permuted)
    }

    /// Percent of the channels that chance gives, a mean over the permutations.
    ///
    /// # Errors
    /// If there are no permutations.
    pub fn mean(&self) -> Result<f64, NotDefined> {
        mean(&self.permuted)
    }

    /// Where 95% of the permutations lie.
    ///
    /// # Errors
    /// If there are no permutations.
    pub fn band(&self) -> Result<Interval, NotDefined> {
        Interval::of(self.permuted.clone())
    }

    /// The largest percent that at most 5% of the permutations exceed.
    ///
    /// ```
    /// let permuted = (1..=20).map(f64::from).collect();
    /// assert_eq!(analysis::PairingNull { observed: 3.0, permuted }.upper(), Some(19.0));
    /// ```
    #[must_use]
    pub fn upper(&self) -> Option<f64> {
        let mut sorted = self.permuted.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let beyond = sorted.len() / 20;
        sorted.get(sorted.len().checked_sub(beyond + 1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::permutation;

    #[test]
    fn all_permutations_of_a_small_case_give_the_p_that_a_count_gives() {
        // Criteria of four channels by hand: rows are Inputs.
        let met = [[1, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 1]];
        let pairs = Pairs::new(4, |c, d| f64::from(met[c][d]));
        let mut code = 0;
        let all = || {
            let mut rest = code;
            code += 1;
            permutation(4, |n| {
                let drawn = rest % n;
                rest /= n;
                drawn
            })
        };
        let null = pairs.null(24, all).unwrap();
        // Brute force over all orders: how many have at least the diagonal's three.
        let mut at_least = 0;
        for a in 0..4 {
            for b in (0..4).filter(|b| *b != a) {
                for c in (0..4).filter(|c| ![a, b].contains(c)) {
                    let d = 6 - a - b - c;
                    at_least += usize::from(met[0][a] + met[1][b] + met[2][c] + met[3][d] >= 3);
                }
            }
        }
        assert_eq!(null.observed, 75.0);
        assert!(at_least > 1 && at_least < 24);
        assert_eq!(null.p(), (1 + at_least) as f64 / 25.0);
    }

    #[test]
    fn sums_of_the_same_shares_in_another_order_are_tied() {
        let shares = [0.1, 0.2, 0.3];
        let diagonal = Pairs::new(3, |c, _| shares[c]);
        let backwards = Pairs::new(3, |c, _| shares[2 - c]);
        assert_ne!(shares.iter().sum::<f64>(), shares.iter().rev().sum::<f64>());
        assert_eq!(diagonal.percent(&[0, 1, 2]), backwards.percent(&[0, 1, 2]));
    }

    #[test]
    fn one_channel_has_no_null() {
        assert!(Pairs::new(1, |_, _| 1.0).null(3, Vec::new).is_err());
        assert!(Pairs::new(0, |_, _| 1.0).null(3, Vec::new).is_err());
        assert_eq!(PairingNull { observed: 0.0, permuted: Vec::new() }.upper(), None);
    }
}
