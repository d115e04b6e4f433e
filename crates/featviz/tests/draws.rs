//! Draws, computed again from their documentation, and a few of them as they have always been: another order is another
//! picture, and asks for a new numerics version.

use featviz::{Draws, Recipe, StepDraws};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The generator of a unit and a purpose: ChaCha8, its key the digest of seed and name, its stream the purpose.
fn generator(seed: u64, unit: &str, purpose: u64) -> ChaCha8Rng {
    let mut bytes = seed.to_le_bytes().to_vec();
    bytes.extend(unit.bytes());
    let key = blake3::derive_key("streamscope 2026 draws", &bytes);
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_stream(purpose);
    generator
}

/// A draw from `0..n`: a word's remainder, and no word at all where there is no choice.
fn below(generator: &mut ChaCha8Rng, n: u64) -> usize {
    match n {
        0 | 1 => 0,
        _ => usize::try_from(generator.next_u64() % n).unwrap(),
    }
}

#[test]
fn a_steps_draws_are_scale_degrees_first_and_second_shift_from_the_stream_of_its_number() {
    let mut several = Recipe::new(224, 8);
    several.scales = vec![1000, 900, 1100];
    let mut single = Recipe::new(64, 8);
    (single.scales, single.degrees) = (vec![1000], 0);
    for (recipe, unit) in [(Recipe::new(224, 8), "layer1.1.pre:3:neuron"), (several, "a"), (single, "")] {
        for seed in [0, 1, u64::MAX] {
            for jitter in [0_usize, 1, 2, 3, 4, 16] {
                for step in [1_usize, 2, 77, 2560] {
                    let mut words = generator(seed, unit, step as u64);
                    let scale = below(&mut words, recipe.scales.len() as u64);
                    let degrees = below(&mut words, u64::from(2 * recipe.degrees + 1));
                    let mut shift = |limit: usize| (below(&mut words, limit as u64), below(&mut words, limit as u64));
                    let expected = StepDraws {
                        scale,
                        degrees: i32::try_from(degrees).unwrap() - recipe.degrees.cast_signed(),
                        first: shift(jitter),
                        second: shift(jitter / 2),
                    };
                    let found = Draws::new(seed, unit).step(&recipe, jitter, step);
                    assert_eq!(found, expected, "{unit} {seed} {jitter} {step}");
                }
            }
        }
    }
}

#[test]
fn a_spectrum_is_box_and_mullers_pairs_from_the_stream_of_number_zero() {
    // An odd length: the last pair gives its first half alone.
    let mut found = vec![0.0; 1001];
    Draws::new(7, "unit").spectrum(0.5, &mut found);
    let mut words = generator(7, "unit", 0);
    let mut fraction = |add: u64| ((words.next_u64() >> 11) + add) as f64 / 9_007_199_254_740_992.0;
    for pair in found.chunks(2) {
        let radius = 0.5 * (-2.0 * fraction(1).ln()).sqrt();
        let angle = fraction(0) * std::f64::consts::TAU;
        for (value, exact) in pair.iter().zip([radius * angle.cos(), radius * angle.sin()]) {
            // One rounding to single precision, and some of double precision, the largest of which is the angle's: eps
            // of a turn.
            let bound = exact.abs() * 2_f64.powi(-24) + radius * 2_f64.powi(-49);
            assert!((f64::from(*value) - exact).abs() <= bound, "{value} and {exact}");
        }
    }
}

#[test]
fn these_draws_stay_as_they_are() {
    let draws = Draws::new(0, "layer3.1.pre:178:neuron");
    let mut spectrum = [0.0; 6];
    draws.spectrum(0.01, &mut spectrum);
    let bits = spectrum.map(f32::to_bits);
    let steps = [1, 2, 2560].map(|step| {
        let drawn = draws.step(&Recipe::new(224, 2560), 16, step);
        (drawn.scale, drawn.degrees, drawn.first, drawn.second)
    });
    let expected = [0x36bb_67db, 0xb9de_8e08, 0x3b12_63aa, 0x3b47_4f9e, 0xbc03_59ec, 0xbb26_5a2e];
    assert_eq!(bits, expected, "{bits:#x?}");
    let expected = [(3, 3, (13, 3), (7, 6)), (2, 4, (6, 11), (1, 4)), (2, -2, (5, 7), (0, 7))];
    assert_eq!(steps, expected);
}
