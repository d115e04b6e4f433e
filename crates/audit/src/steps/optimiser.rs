//! Adam, step by step.

use crate::comparison::{Comparison, Step, Tally, Witness};
use autodiff::Isa;
use bounds::{gamma, pseudo_random};
use kernels::adam::{self, Adam, Direction};
use reference::Moments;

/// Forty steps, each from the single-precision state before it.
pub(crate) fn comparisons(isa: Isa) -> Vec<Comparison> {
    const N: usize = 103;
    let (rate, betas, epsilon) = (0.05, (0.9, 0.999), 1e-8);
    let tiny = 3.0 * f64::from(f32::MIN_POSITIVE) * f64::from(f32::EPSILON);
    let mut p = pseudo_random(1, N);
    let (mut m, mut v) = (vec![0.0; N], vec![0.0; N]);
    let mut adam = Adam::new(Direction::Ascent, rate, betas, epsilon);
    let twin = reference::Adam { learning_rate: rate, betas, epsilon };
    let mut tally = Tally::default();
    for step in 1..=40_i32 {
        let g: Vec<f32> = pseudo_random(100 + u64::from(step.unsigned_abs()), N);
        let wide = |values: &[f32]| -> Vec<f64> { values.iter().copied().map(f64::from).collect() };
        let (before, mut exact) = (wide(&p), wide(&p));
        let mut moments = Moments { first: wide(&m), second: wide(&v), steps: step - 1 };
        let down: Vec<f64> = g.iter().map(|&g| -f64::from(g)).collect();
        // Descent along the negative gradient; its first moment is the negative one.
        moments.first.iter_mut().for_each(|m| *m = -*m);
        let first = moments.first.clone();
        reference::adam_step(twin, &mut exact, &down, &mut moments);
        adam.step(isa, &mut p, &g, adam::Moments { first: &mut m, second: &mut v });
        for i in 0..N {
            let (new_m, new_v) = (-moments.first[i], moments.second[i]);
            let m_bound = gamma(3) * (first[i].abs() + (down[i].abs() + first[i].abs()) * 0.1);
            let v_bound = gamma(5) * new_v + tiny;
            let root = (new_v / (1.0 - betas.1.powi(step))).sqrt();
            let size = rate / (1.0 - betas.0.powi(step));
            let change = exact[i] - before[i];
            let relative = if new_v > 0.0 { 0.5 * v_bound / new_v + gamma(9) } else { 0.0 };
            let moved = 1.01 * (size * m_bound / (root + epsilon) + change.abs() * relative.min(1.0));
            tally.add(p[i], exact[i], moved + gamma(1) * exact[i].abs());
            tally.add(m[i], new_m, m_bound);
            tally.add(v[i], new_v, v_bound);
        }
    }
    vec![
        tally.comparison(
            Step::Adam
                .against(Witness::Twin, "40 steps of 103 parameters and their moments, each from the state before it"),
            "m: gamma(3), v: gamma(5), change: m's, half v's, gamma(9)",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adam_is_its_twin_on_every_instruction_set() {
        for isa in Isa::supported() {
            assert!(comparisons(isa).iter().all(|line| line.passed && line.values == 12_360));
        }
    }
}
