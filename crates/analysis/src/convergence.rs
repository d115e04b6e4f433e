//! How far an objective has come after some of its steps (METHOD.md, section 8).

/// The objective after so many steps: the mean of its values before each of the last sixteenth of them, at least one. Every
/// value is seen through an augmentation of its own, so that a single one says little. `None` where there are not as many.
///
/// ```
/// let values: Vec<f32> = (1..=32_u8).map(f32::from).collect();
/// // Of 32 the last two, of 16 and fewer the last one.
/// assert_eq!(analysis::objective_after(&values, 32), Some(31.5));
/// assert_eq!(analysis::objective_after(&values, 16), Some(16.0));
/// assert_eq!(analysis::objective_after(&values, 33), None);
/// ```
#[must_use]
pub fn objective_after(trajectory: &[f32], steps: usize) -> Option<f64> {
    let window = (steps / 16).max(1);
    let last = trajectory.get(steps.checked_sub(window)?..steps)?;
    Some(last.iter().map(|&value| f64::from(value)).sum::<f64>() / window as f64)
}

/// What part of the final objective is reached after fewer steps; `None` where the final one is not above zero, or either is
/// not finite.
///
/// ```
/// assert_eq!(analysis::share_of_final(3.0, 4.0), Some(0.75));
/// assert_eq!(analysis::share_of_final(3.0, 0.0), None);
/// ```
#[must_use]
pub fn share_of_final(after: f64, last: f64) -> Option<f64> {
    (last > 0.0 && last.is_finite() && after.is_finite()).then(|| after / last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trajectory_without_steps_has_no_objective_and_one_step_is_its_own() {
        assert_eq!(objective_after(&[], 0), None);
        assert_eq!(objective_after(&[2.5], 1), Some(2.5));
        assert_eq!(objective_after(&[2.5], 0), None);
    }

    #[test]
    fn what_is_not_positive_or_not_finite_at_the_end_has_no_share() {
        for last in [-1.0, 0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(share_of_final(1.0, last), None);
        }
        assert_eq!(share_of_final(f64::NAN, 1.0), None);
        assert_eq!(share_of_final(-1.0, 2.0), Some(-0.5));
    }
}
