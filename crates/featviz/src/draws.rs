//! Random numbers by address.
//!
//! Draws come from ChaCha8, a counter-based generator (Bernstein, *ChaCha, a variant of Salsa20*). Its key is the
//! BLAKE3 digest of the seed and the unit's name; its stream is the purpose: 0 for the spectrum, n for the
//! augmentations of step n.

use crate::recipe::Recipe;
use kernels::elementary::{cos_sin_fraction, ln, single};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The draws of one unit.
#[derive(Clone, Debug)]
pub struct Draws {
    key: [u8; 32],
}

/// What is drawn for one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepDraws {
    /// Which of the recipe's scales.
    pub scale: usize,
    /// Rotation in whole degrees.
    pub degrees: i32,
    /// Shift down and right before scaling.
    pub first: (usize, usize),
    /// Shift down and right after rotating.
    pub second: (usize, usize),
}

impl Draws {
    /// The draws of a unit, named by its site, channel and objective, for a seed.
    pub fn new(seed: u64, unit: &str) -> Draws {
        let mut hasher = blake3::Hasher::new_derive_key("streamscope 2026 draws");
        hasher.update(&seed.to_le_bytes());
        hasher.update(unit.as_bytes());
        Draws { key: *hasher.finalize().as_bytes() }
    }

    fn stream(&self, purpose: u64) -> ChaCha8Rng {
        let mut generator = ChaCha8Rng::from_seed(self.key);
        generator.set_stream(purpose);
        generator
    }

    /// Fills `spectrum` with independent draws from N(0, deviation^2), by the method of Box and Muller in f64.
    pub fn spectrum(&self, deviation: f64, spectrum: &mut [f32]) {
        let mut generator = self.stream(0);
        for pair in spectrum.chunks_mut(2) {
            let uniform = uniform(generator.next_u64());
            let radius = deviation * (-2.0 * ln(uniform)).sqrt();
            let (cos, sin) = cos_sin_fraction((generator.next_u64() >> 11).cast_signed(), RANGE);
            for (value, part) in pair.iter_mut().zip([cos, sin]) {
                *value = single(radius * part);
            }
        }
    }

    /// What is drawn for a step, counted from 1, at a site of this jitter.
    ///
    /// # Example
    /// ```
    /// use featviz::{Draws, Recipe};
    ///
    /// let recipe = Recipe::new(224, 2560);
    /// let drawn = Draws::new(0, "layer3.1.pre:7:neuron").step(&recipe, 16, 1);
    /// // The same seed, unit and step give the same draws, and every one is within the recipe.
    /// assert_eq!(Draws::new(0, "layer3.1.pre:7:neuron").step(&recipe, 16, 1), drawn);
    /// assert!(drawn.scale < 5 && drawn.degrees.abs() <= 5 && drawn.first.0 < 16 && drawn.second.1 < 8);
    /// ```
    pub fn step(&self, recipe: &Recipe, jitter: usize, step: usize) -> StepDraws {
        let mut generator = self.stream(step as u64);
        let mut below = |n: usize| below(&mut generator, n);
        let scale = below(recipe.scales.len());
        let degrees = below(2 * recipe.degrees as usize + 1);
        let mut shift = |limit: usize| (below(limit), below(limit));
        StepDraws {
            scale,
            degrees: i32::try_from(degrees).unwrap_or(0) - recipe.degrees.cast_signed(),
            first: shift(jitter),
            second: shift(jitter / 2),
        }
    }
}

impl Draws {
    /// Whole numbers for a purpose of the caller's: each call takes one below the number that it is handed, all of them
    /// equally often.
    ///
    /// # Example
    /// ```
    /// use featviz::Draws;
    ///
    /// let draws = Draws::new(0, "resamples of 2.1");
    /// let (mut one, mut again) = (draws.numbers(7), draws.numbers(7));
    /// let drawn: Vec<usize> = (0..20).map(|_| one(6)).collect();
    /// assert!(drawn.iter().all(|&n| n < 6));
    /// assert!(drawn.iter().all(|&n| n == again(6)));
    /// ```
    pub fn numbers(&self, purpose: u64) -> impl FnMut(usize) -> usize + use<> {
        let mut generator = self.stream(purpose);
        move |n| below(&mut generator, n)
    }
}

/// Into so many equal parts a range is divided by what a word chooses: as many as a double tells apart below one.
const RANGE: u64 = 1 << 53;

/// The part of (0, 1] that a word's upper 53 bits choose, by its upper end: the logarithm of any is finite.
fn uniform(word: u64) -> f64 {
    ((word >> 11) + 1) as f64 / RANGE as f64
}

/// An unbiased draw from `0..n`; 0 for n = 0. Words that would favour small numbers are drawn again.
fn below(generator: &mut ChaCha8Rng, n: usize) -> usize {
    if n <= 1 {
        return 0;
    }
    let n = n as u64;
    let fair = u64::MAX - u64::MAX % n;
    loop {
        let word = generator.next_u64();
        if word < fair {
            return usize::try_from(word % n).unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_depend_on_seed_unit_and_step_and_on_nothing_else() {
        let recipe = Recipe::new(224, 8);
        let of = |seed, unit: &str, step| {
            let draws = Draws::new(seed, unit);
            let mut spectrum = [0.0; 9];
            draws.spectrum(0.01, &mut spectrum);
            (spectrum, draws.step(&recipe, 16, step))
        };
        assert_eq!(of(1, "a", 5), of(1, "a", 5));
        assert_ne!(of(1, "a", 5).0, of(2, "a", 5).0);
        assert_ne!(of(1, "a", 5).0, of(1, "b", 5).0);
        let steps: std::collections::BTreeSet<_> = (1..40).map(|s| format!("{:?}", of(1, "a", s).1)).collect();
        assert!(steps.len() > 35, "steps repeat themselves: {}", steps.len());
    }

    #[test]
    fn a_word_chooses_a_part_of_the_range_from_above_zero_up_to_one() {
        let part = 2_f64.powi(-53);
        for (word, parts) in [(0, 1.0), (2047, 1.0), (2048, 2.0), (4095, 2.0), (1 << 63, 2_f64.powi(52) + 1.0)] {
            assert_eq!(uniform(word), parts * part, "{word}");
        }
        // The last part ends at one, the first above zero: neither has a logarithm that is no number.
        assert_eq!([uniform(u64::MAX), uniform(u64::MAX - 2047)], [1.0; 2]);
        assert_eq!(uniform(u64::MAX - 2048), 1.0 - part);
        assert!(ln(uniform(0)).is_finite() && ln(uniform(u64::MAX)) == 0.0);
    }

    #[test]
    fn the_spectrum_is_normal_with_the_recipes_deviation() {
        let mut spectrum = vec![0.0; 151_872];
        Draws::new(3, "unit").spectrum(0.01, &mut spectrum);
        let n = spectrum.len() as f64;
        let moment = |p: i32| spectrum.iter().map(|&x| (f64::from(x) / 0.01).powi(p)).sum::<f64>() / n;
        // Standard errors of the sample moments of a normal distribution: sqrt(1/n), sqrt(2/n), sqrt(15/n), sqrt(96/n).
        for (p, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0_f64)] {
            let error = (moment(p) - expected).abs();
            assert!(error < 4.5 * (variance / n).sqrt(), "moment {p} is off by {error}");
        }
    }

    #[test]
    fn every_choice_is_drawn_about_equally_often() {
        let (recipe, draws) = (Recipe::new(224, 8), Draws::new(0, "unit"));
        let n = 11_000;
        let (mut degrees, mut scales, mut shifts, mut second) = ([0; 11], [0; 5], [0; 16], [0; 8]);
        for step in 1..=n {
            let drawn = draws.step(&recipe, 16, step);
            degrees[usize::try_from(drawn.degrees + 5).unwrap()] += 1;
            scales[drawn.scale] += 1;
            shifts[drawn.first.0] += 1;
            second[drawn.second.1] += 1;
        }
        for counts in [&degrees[..], &scales[..], &shifts[..], &second[..]] {
            let expected = n as f64 / counts.len() as f64;
            // Five standard deviations of a binomial count.
            let slack = 5.0 * expected.sqrt();
            assert!(counts.iter().all(|&c| (f64::from(c) - expected).abs() < slack), "{counts:?}");
        }
    }

    #[test]
    fn without_jitter_nothing_shifts() {
        let drawn = Draws::new(0, "unit").step(&Recipe::new(224, 8), 0, 1);
        assert_eq!((drawn.first, drawn.second), ((0, 0), (0, 0)));
    }
}
