//! What else the criteria of scale invariance might have been (METHOD.md, section 8): their curves are over these.

/// Tolerances of the mix ratio, from almost one to anything but a clear overwrite or skip; the papers' is 1.5.
pub const TOLERANCES: [f64; 10] = [1.05, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0, 2.5, 3.0];

/// By how much Input's picture is enlarged and Block's shrunk; the papers' is 2.
pub const SCALE_FACTORS: [f64; 6] = [1.25, 1.5, 2.0, 2.5, 3.0, 4.0];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Category, MIX_HIGH, mixes_within};

    #[test]
    fn both_grids_rise_and_hold_the_papers_own_choice() {
        for grid in [&TOLERANCES[..], &SCALE_FACTORS] {
            assert!(grid.is_sorted_by(|a, b| a < b) && grid[0] > 1.0, "{grid:?}");
        }
        assert!(TOLERANCES.contains(&MIX_HIGH) && SCALE_FACTORS.contains(&2.0));
    }

    #[test]
    fn within_the_papers_tolerance_is_a_mix_to_the_last_bit() {
        for center in [crate::MIX_LOW, MIX_HIGH, 1.0, 0.0, 10.0] {
            for ratio in [center.next_down(), center, center.next_up()] {
                assert_eq!(mixes_within(ratio, MIX_HIGH), Category::of(ratio) == Category::Mix, "{ratio:e}");
            }
        }
    }
}
