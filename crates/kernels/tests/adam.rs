//! Adam against its definition in double precision, on every instruction set.

use kernels::Isa;
use kernels::adam::{Adam, Direction, Moments};
use testkit::{assert_same_bits, assert_within_bound, gamma, pseudo_random};

const LEARNING_RATE: f64 = 0.05;
const BETAS: (f64, f64) = (0.9, 0.999);
const EPSILON: f64 = 1e-8;

#[derive(Clone)]
struct State {
    p: Vec<f32>,
    m: Vec<f32>,
    v: Vec<f32>,
}

impl State {
    fn step(&mut self, isa: Isa, adam: &mut Adam, gradient: &[f32]) {
        adam.step(isa, &mut self.p, gradient, Moments { first: &mut self.m, second: &mut self.v });
    }
}

fn start(seed: u64, n: usize) -> State {
    State { p: pseudo_random(seed, n), m: vec![0.0; n], v: vec![0.0; n] }
}

/// Gradients of very different sizes, some of them zero.
fn gradient(seed: u64, n: usize) -> Vec<f32> {
    let factors = [1.0, 1e-3, 0.0, 1e4, 1e-12];
    pseudo_random(seed, n).iter().enumerate().map(|(i, g)| g * factors[i % 5]).collect()
}

#[test]
fn every_step_is_that_of_the_definition_within_its_bound() {
    let n = 103;
    for isa in Isa::supported() {
        let mut state = start(1, n);
        let mut adam = Adam::new(Direction::Ascent, LEARNING_RATE, BETAS, EPSILON);
        for step in 1..=40_i32 {
            let g = gradient(100 + step.unsigned_abs() as u64, n);
            // Each step is compared from the single-precision state before it.
            let before = state.clone();
            state.step(isa, &mut adam, &g);
            let (mut expected, mut bound) = (vec![Vec::new(); 3], vec![Vec::new(); 3]);
            for i in 0..n {
                let [p, g, m, v] = [before.p[i], g[i], before.m[i], before.v[i]].map(f64::from);
                let new_m = BETAS.0 * m + (1.0 - BETAS.0) * g;
                let new_v = BETAS.1 * v + (1.0 - BETAS.1) * g * g;
                let root = (new_v / (1.0 - BETAS.1.powi(step))).sqrt();
                let size = LEARNING_RATE / (1.0 - BETAS.0.powi(step));
                let change = if root == 0.0 { 0.0 } else { size * new_m / (root + EPSILON) };
                // m: g - m, its factor and the sum round; v: two factors, two products and the sum; tiny squares
                // underflow.
                let m_bound = gamma(3) * (m.abs() + (g.abs() + m.abs()) * 0.1);
                let v_bound = gamma(5) * new_v + TINY;
                // The change: m's error, half of v's relative error, and rounding of two scalars, the root, its
                // quotient, epsilon, the sum, the product and the quotient; then the sum with p.
                let relative = if new_v > 0.0 { 0.5 * v_bound / new_v + gamma(9) } else { 0.0 };
                let p_bound = if root == 0.0 {
                    0.0
                } else {
                    1.01 * (size * m_bound / (root + EPSILON) + change.abs() * relative.min(1.0))
                };
                for (kind, (value, error)) in
                    [(p + change, p_bound + gamma(1) * (p + change).abs()), (new_m, m_bound), (new_v, v_bound)]
                        .into_iter()
                        .enumerate()
                {
                    expected[kind].push(value);
                    bound[kind].push(error);
                }
            }
            for (kind, found) in [&state.p, &state.m, &state.v].into_iter().enumerate() {
                let what = format!("{} after step {step} on {isa}", ["parameters", "m", "v"][kind]);
                assert_within_bound(found, &expected[kind], &bound[kind], &what);
            }
        }
    }
}

/// Three units of the smallest number above zero: what products that underflow may lose.
const TINY: f64 = 3.0 * f32::MIN_POSITIVE as f64 * f32::EPSILON as f64;

#[test]
fn forty_steps_are_the_same_on_every_instruction_set() {
    for n in [1, 15, 16, 17, 100] {
        let run = |isa| {
            let mut state = start(3, n);
            let mut adam = Adam::new(Direction::Descent, LEARNING_RATE, BETAS, EPSILON);
            for step in 0..40 {
                state.step(isa, &mut adam, &gradient(step, n));
            }
            [state.p, state.m, state.v].concat()
        };
        let best = run(Isa::best());
        for isa in Isa::supported() {
            assert_same_bits(&run(isa), &best, isa.name());
        }
    }
}

#[test]
fn nan_stays_with_its_parameter() {
    for isa in Isa::supported() {
        let mut state = start(5, 20);
        let mut g = gradient(6, 20);
        g[7] = f32::NAN;
        state.step(isa, &mut Adam::new(Direction::Ascent, LEARNING_RATE, BETAS, EPSILON), &g);
        let lost: Vec<usize> = (0..20).filter(|&i| state.p[i].is_nan()).collect();
        assert_eq!(lost, [7], "{isa}");
    }
}
