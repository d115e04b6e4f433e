//! What is drawn: the stream of random words recomputed from its definition, and whether the draws are as even and as
//! normal as they should be.

use crate::comparison::{Comparison, Held, Step, Tally, Witness};
use bounds::gamma;
use featviz::{Draws, Recipe, StepDraws};

/// Steps whose draws are counted.
const STEPS: usize = 11_000;
/// The largest jitter of the recipe.
const JITTER: usize = 16;
const UNIT: &str = "layer3.1.pre:178:neuron";

/// All comparisons of draws.
pub(crate) fn comparisons() -> Vec<Comparison> {
    let draws = Draws::new(0, UNIT);
    let recipe = Recipe::new(64, 8);
    let steps: Vec<StepDraws> = (1..=STEPS).map(|step| draws.step(&recipe, JITTER, step)).collect();
    let mut spectrum = vec![0.0; 3 * 128 * 65 * 2];
    draws.spectrum(recipe.deviation, &mut spectrum);
    let mut comparisons = vec![again(&draws, &recipe, &steps), of_words(&steps), of_words_normal(&spectrum)];
    comparisons.extend(counted(&steps));
    comparisons.extend(normal(&spectrum));
    comparisons
}

/// The same steps from the last to the first, with a spectrum drawn before each hundredth.
fn again(draws: &Draws, recipe: &Recipe, steps: &[StepDraws]) -> Comparison {
    let other = Draws::new(0, UNIT);
    let mut scratch = [0.0; 64];
    let differ = (1..=steps.len()).rev().filter(|&step| {
        if step % 100 == 0 {
            draws.spectrum(0.5, &mut scratch);
        }
        other.step(recipe, JITTER, step) != steps[step - 1]
    });
    let what = "steps once more, the last first, whatever was drawn before";
    Step::Draws.against(Witness::Identity, what).equal(steps.len(), differ.count())
}

/// ChaCha with eight rounds (Bernstein 2008), a 64-bit counter and a 64-bit stream: its words, two of 32 bits for one
/// of 64.
struct Words {
    state: [u32; 16],
    block: [u32; 16],
    next: usize,
}

impl Words {
    fn new(seed: u64, unit: &str, stream: u64) -> Words {
        let mut hasher = blake3::Hasher::new_derive_key("streamscope 2026 draws");
        hasher.update(&seed.to_le_bytes());
        hasher.update(unit.as_bytes());
        let key = *hasher.finalize().as_bytes();
        let mut state = [0; 16];
        for (word, bytes) in state.iter_mut().zip(b"expand 32-byte k".as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        for (word, bytes) in state[4..].iter_mut().zip(key.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        let [low, high] = halves(stream);
        (state[14], state[15]) = (low, high);
        Words { state, block: [0; 16], next: 16 }
    }

    fn next(&mut self) -> u64 {
        if self.next == 16 {
            self.refill();
        }
        let (low, high) = (self.block[self.next], self.block[self.next + 1]);
        self.next += 2;
        u64::from(high) << 32 | u64::from(low)
    }

    fn refill(&mut self) {
        let mut s = self.state;
        for round in 0..8 {
            for i in 0..4 {
                // Columns, then diagonals.
                let slant = round % 2;
                let [a, b, c, d] = [0, 1, 2, 3].map(|row| 4 * row + (i + row * slant) % 4);
                for (x, y, z, turn) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
                    s[x] = s[x].wrapping_add(s[y]);
                    s[z] = (s[z] ^ s[x]).rotate_left(turn);
                }
            }
        }
        for (sum, start) in s.iter_mut().zip(self.state) {
            *sum = sum.wrapping_add(start);
        }
        (self.block, self.next) = (s, 0);
        let counter = u64::from(self.state[13]) << 32 | u64::from(self.state[12]);
        [self.state[12], self.state[13]] = halves(counter.wrapping_add(1));
    }

    /// Below n, by the remainder of a word; words of the incomplete last run are drawn again.
    fn below(&mut self, n: u64) -> usize {
        let remainder = loop {
            let word = self.next();
            if word < u64::MAX - u64::MAX % n {
                break word % n;
            }
        };
        usize::try_from(remainder).unwrap_or(usize::MAX)
    }
}

fn halves(word: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = word.to_le_bytes();
    [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
}

/// Scale, degrees, first shift down and right, second shift down and right, in this order, each from a word of the
/// step's stream.
fn of_words(steps: &[StepDraws]) -> Comparison {
    let differ = (1_u64..).zip(steps).filter(|&(step, drawn)| {
        let mut words = Words::new(0, UNIT, step);
        let mut below = |n| words.below(n);
        let (scale, degrees) = (below(5), below(11));
        let first = (below(16), below(16));
        let second = (below(8), below(8));
        let degrees = i32::try_from(degrees).unwrap_or(i32::MAX) - 5;
        *drawn != StepDraws { scale, degrees, first, second }
    });
    let what = "steps from the words of ChaCha8";
    Step::Draws.against(Witness::Identity, what).equal(steps.len(), differ.count())
}

/// Box and Muller: of two words u in (0, 1] and v in [0, 1), `0.01 sqrt(-2 ln u)` times cosine and sine of a turn v.
fn of_words_normal(spectrum: &[f32]) -> Comparison {
    let mut words = Words::new(0, UNIT, 0);
    let range = 2_f64.powi(53);
    let mut tally = Tally::default();
    for pair in spectrum.chunks(2) {
        let u = ((words.next() >> 11) + 1) as f64 / range;
        let v = (words.next() >> 11) as f64 / range;
        let radius = 0.01 * (-2.0 * u.ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * v).sin_cos();
        for (&found, part) in pair.iter().zip([cos, sin]) {
            // Rounded once; both sides' logarithm and angle are double precision's.
            let exact = radius * part;
            tally.add(found, exact, gamma(1) * exact.abs() + 16.0 * 2_f64.powi(-53) * radius);
        }
    }
    tally.comparison(
        Step::Draws.against(Witness::Twin, "start of the spectrum from the words of ChaCha8"),
        "2^-24 relative, 2^-49 of the radius",
    )
}

/// Pearson's statistic of counts that should be equal, and the value that it exceeds once in 10^10: with k degrees of
/// freedom `k + 2 sqrt(k t) + 2 t` for t = ln 10^10 (Laurent and Massart 2000, lemma 1).
fn chi_square(counts: &[usize]) -> (f64, f64) {
    let expected = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    let squares = counts.iter().map(|&c| (c as f64 - expected).powi(2) / expected);
    let (freedom, t) = (counts.len() as f64 - 1.0, 1e10_f64.ln());
    (squares.sum(), freedom + 2.0 * (freedom * t).sqrt() + 2.0 * t)
}

/// Each choice, and choices beside each other and in two steps after each other.
fn counted(steps: &[StepDraws]) -> Vec<Comparison> {
    let degrees = |s: &StepDraws| usize::try_from(s.degrees + 5).unwrap_or(usize::MAX);
    let line = |what: &str, cells: usize, cell: &mut dyn Iterator<Item = usize>| {
        let mut counts = vec![0; cells];
        let (mut values, mut beyond) = (0, false);
        for cell in cell {
            values += 1;
            match counts.get_mut(cell) {
                Some(count) => *count += 1,
                None => beyond = true,
            }
        }
        let (found, bound) = chi_square(&counts);
        let found = if beyond { f64::INFINITY } else { found };
        Step::Draws.against(Witness::Identity, format!("{what}: chi-square of {cells} counts")).held(
            values,
            Held { error: found, bound },
            "exceeded once in 10^10",
        )
    };
    let each = || steps.iter();
    let next = || steps.iter().zip(&steps[1..]);
    vec![
        line("scale", 5, &mut each().map(|s| s.scale)),
        line("degrees", 11, &mut each().map(degrees)),
        line("first shift", 256, &mut each().map(|s| s.first.0 * 16 + s.first.1)),
        line("second shift", 64, &mut each().map(|s| s.second.0 * 8 + s.second.1)),
        line("scale and degrees", 55, &mut each().map(|s| s.scale * 11 + degrees(s))),
        line("degrees of two steps", 121, &mut next().map(|(a, b)| degrees(a) * 11 + degrees(b))),
        line("shift of two steps", 256, &mut next().map(|(a, b)| a.first.1 * 16 + b.first.1)),
    ]
}

/// The first four moments of N(0, 1), and that numbers beside each other and two further do not go together.
fn normal(spectrum: &[f32]) -> Vec<Comparison> {
    let z: Vec<f64> = spectrum.iter().map(|&v| f64::from(v) / 0.01).collect();
    let n = z.len() as f64;
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / n;
    let mut comparisons = Vec::new();
    // A mean over n independent numbers is beyond 6.5 of its standard errors once in 10^10; the variances of the powers
    // of N(0, 1) are 1, 2, 15 and 96, of a product of two 1.
    let mut line = |what: &str, found: f64, expected: f64, variance: f64| {
        comparisons.push(Step::Draws.against(Witness::Identity, format!("start of the spectrum: {what}")).held(
            z.len(),
            Held { error: (found - expected).abs(), bound: 6.5 * (variance / n).sqrt() },
            "6.5 standard errors",
        ));
    };
    let moment = |p: i32| mean(&mut z.iter().map(|v| v.powi(p)));
    line("mean", moment(1), 0.0, 1.0);
    line("variance", moment(2), 1.0, 2.0);
    line("third moment", moment(3), 0.0, 15.0);
    line("fourth moment", moment(4), 3.0, 96.0);
    for lag in [1, 2] {
        let products = mean(&mut z.iter().zip(&z[lag..]).map(|(a, b)| a * b));
        line(&format!("product of numbers {lag} apart"), products, 0.0, 1.0);
    }
    comparisons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_published_test_vector() {
        // ChaCha8, 256-bit key of zeros, all-zero nonce (Strombergson, draft-strombergson-chacha-test-vectors, TC1).
        let mut words = Words::new(0, "", 0);
        words.state[4..12].fill(0);
        let first = [words.next(), words.next()].map(u64::to_le_bytes).concat();
        let expected = [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6, 0x7f, 0x5b, 0xb8, 0xe8, 0x1f, 0x09, 0xa5, 0xa1];
        assert_eq!(first, expected);
    }

    #[test]
    fn every_line_about_draws_passes() {
        let comparisons = comparisons();
        let failed: Vec<_> = comparisons.iter().filter(|line| !line.passed).collect();
        assert!(failed.is_empty() && comparisons.len() == 16, "{failed:?}");
    }

    #[test]
    fn uneven_counts_and_draws_that_are_not_normal_fail() {
        let (found, bound) = chi_square(&[1000, 1010, 990, 1000]);
        assert!(found < bound && (found - 0.2).abs() < 1e-12);
        let (found, bound) = chi_square(&[1000, 1200, 800, 1000]);
        assert!(found > bound);
        // One count of two: no less than the square of the 6.46 standard errors that are exceeded once in 10^10.
        assert!(chi_square(&[1, 1]).1 > 6.46_f64.powi(2));
        let mut steps = vec![StepDraws { scale: 0, degrees: 0, first: (0, 0), second: (0, 0) }; 100];
        assert!(counted(&steps).iter().all(|line| !line.passed));
        steps[3].degrees = 6;
        assert!(!counted(&steps)[1].passed);
        assert!(!of_words(&steps).passed);
        let flat: Vec<f32> = bounds::pseudo_random(1, 49_920).iter().map(|v| 0.017_32 * v).collect();
        let passed: Vec<bool> = normal(&flat).iter().map(|line| line.passed).collect();
        assert!(!passed[3] && passed[0], "{passed:?}");
        assert!(!of_words_normal(&flat).passed);
    }
}
