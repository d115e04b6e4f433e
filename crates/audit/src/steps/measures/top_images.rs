//! The images of the largest and the smallest activations.

use crate::comparison::{Comparison, Step, Witness};
use analysis::{largest, smallest};
use bounds::pseudo_random;

/// The nine largest and smallest by sorting all; equal ones in their order.
pub(super) fn comparison() -> Comparison {
    let values: Vec<f32> = pseudo_random(31, 400).into_iter().map(|v| (v * 8.0).round() / 8.0).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let top = order[..9].to_vec();
    order.sort_unstable();
    order.sort_by(|&a, &b| (values[a] + 0.0).total_cmp(&(values[b] + 0.0)));
    let differ = usize::from(largest(&values, 9) != top) + usize::from(smallest(&values, 9) != order[..9]);
    Step::TopImages.against(Witness::Identity, "nine largest and smallest of 400, with ties").equal(18, differ)
}
