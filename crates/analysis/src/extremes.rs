//! Top and bottom images: where a channel's activation is largest and smallest (METHOD.md, section 3).

use std::cmp::Ordering;

/// The indices of the `count` largest activations, largest first; all of them if there are fewer.
///
/// Equal activations stand in the order of their index, which is the order of the files; -0 equals 0, and NaN is left
/// out.
///
/// ```
/// assert_eq!(analysis::largest(&[1.0, 3.0, 3.0, f64::NAN], 2), [1, 2]);
/// ```
#[must_use]
pub fn largest<T: Copy + Into<f64>>(activations: &[T], count: usize) -> Vec<usize> {
    first(activations, count, |a, b| b.total_cmp(a))
}

/// The indices of the `count` smallest activations, smallest first, otherwise as [`largest`].
///
/// ```
/// // The first 1.0 stands before the second, and NaN nowhere.
/// assert_eq!(analysis::smallest(&[1.0, 3.0, 1.0, f64::NAN], 3), [0, 2, 1]);
/// ```
#[must_use]
pub fn smallest<T: Copy + Into<f64>>(activations: &[T], count: usize) -> Vec<usize> {
    first(activations, count, f64::total_cmp)
}

fn first<T: Copy + Into<f64>>(activations: &[T], count: usize, order: impl Fn(&f64, &f64) -> Ordering) -> Vec<usize> {
    // Adding zero turns -0 into 0, so that the total order ties them.
    let mut ranked: Vec<(f64, usize)> =
        activations.iter().enumerate().map(|(k, &a)| (a.into() + 0.0, k)).filter(|(a, _)| !a.is_nan()).collect();
    // With the index no two are equal, so an unstable selection has but one outcome.
    let before = |a: &(f64, usize), b: &(f64, usize)| order(&a.0, &b.0).then(a.1.cmp(&b.1));
    if count < ranked.len() {
        ranked.select_nth_unstable_by(count, before);
        ranked.truncate(count);
    }
    ranked.sort_unstable_by(before);
    ranked.into_iter().map(|(_, k)| k).collect()
}

/// The first of activations that come one after another, without all of them in memory: what [`largest`] or [`smallest`]
/// says of all that came.
///
/// ```
/// let mut top = analysis::Ranked::largest(2);
/// [1.0, 3.0, 3.0, f32::NAN].into_iter().for_each(|activation| top.take(activation));
/// assert_eq!(top.places(), [1, 2]);
/// ```
#[derive(Clone, Debug)]
pub struct Ranked {
    count: usize,
    order: fn(&f64, &f64) -> Ordering,
    /// How many came.
    taken: usize,
    /// The activations that lead, and when each came; the first first.
    leading: Vec<(f32, usize)>,
}

impl Ranked {
    /// Of which the `count` largest are kept.
    #[must_use]
    pub fn largest(count: usize) -> Self {
        Ranked { count, order: |a, b| b.total_cmp(a), taken: 0, leading: Vec::new() }
    }

    /// Of which the `count` smallest are kept.
    #[must_use]
    pub fn smallest(count: usize) -> Self {
        Ranked { order: f64::total_cmp, ..Self::largest(count) }
    }

    /// The next activation.
    pub fn take(&mut self, activation: f32) {
        let at = self.taken;
        self.taken += 1;
        if activation.is_nan() {
            return;
        }
        // As in `first`; of equal ones the one that came before stays before.
        let key = |activation: f32| f64::from(activation) + 0.0;
        let new = key(activation);
        let place = self.leading.partition_point(|&(there, _)| (self.order)(&key(there), &new).is_le());
        if place < self.count {
            self.leading.insert(place, (activation, at));
            self.leading.truncate(self.count);
        }
    }

    /// The places of those that lead among all that came, the first first.
    #[must_use]
    pub fn places(&self) -> Vec<usize> {
        self.leading.iter().map(|&(_, at)| at).collect()
    }

    /// Those that lead with their places, the first first.
    #[must_use]
    pub fn leading(&self) -> &[(f32, usize)] {
        &self.leading
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_leads_as_activations_come_is_what_leads_among_all(
            activations in prop::collection::vec(
                prop_oneof![
                    Just(f32::NAN), Just(-0.0_f32), Just(0.0), Just(f32::INFINITY), Just(f32::NEG_INFINITY),
                    (-3_i8..3).prop_map(f32::from), -1.0_f32..1.0,
                ],
                0..60,
            ),
            count in 0_usize..12,
        ) {
            let (mut top, mut bottom) = (Ranked::largest(count), Ranked::smallest(count));
            for &activation in &activations {
                top.take(activation);
                bottom.take(activation);
            }
            prop_assert_eq!(top.places(), largest(&activations, count));
            prop_assert_eq!(bottom.places(), smallest(&activations, count));
            for &(activation, at) in top.leading().iter().chain(bottom.leading()) {
                prop_assert_eq!(activation.to_bits(), activations[at].to_bits());
            }
        }
    }
}
