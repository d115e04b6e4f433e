//! The constants of the method.

use crate::variation::Variation;
use resnet::{Block, Site};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// Everything that, beside the network, the unit and the seed, determines a visualization.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recipe {
    /// Steps of gradient ascent.
    pub steps: usize,
    /// Rows and columns of the picture.
    pub size: usize,
    /// Standard deviation that the spectrum starts with.
    pub deviation: f64,
    /// Learning rate of Adam.
    pub learning_rate: f64,
    /// Decay rates of Adam's averages.
    pub betas: (f64, f64),
    /// What Adam adds to the root of the second average.
    pub eps: f64,
    /// The scales to draw from, in thousandths.
    pub scales: Vec<u32>,
    /// Rotations are drawn from the whole degrees between minus and plus this.
    pub degrees: u32,
    /// What is not as published, where anything is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variation: Option<Variation>,
}

/// A named number of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// The published recipe.
    Paper,
    /// Enough to see what a neuron responds to.
    Quick,
    /// Enough to see that everything works.
    Smoke,
}

/// Why a text is not a preset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{found}' is not a preset: expected paper, quick or smoke")]
pub struct ParsePresetError {
    /// The text.
    pub found: String,
}

impl Preset {
    /// All presets, the longest first.
    pub const ALL: [Preset; 3] = [Preset::Paper, Preset::Quick, Preset::Smoke];

    /// Steps of gradient ascent.
    pub fn steps(self) -> usize {
        match self {
            Preset::Paper => 2560,
            Preset::Quick => 64,
            Preset::Smoke => 4,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Paper => "paper",
            Preset::Quick => "quick",
            Preset::Smoke => "smoke",
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = ParsePresetError;

    fn from_str(text: &str) -> Result<Preset, ParsePresetError> {
        let found = Preset::ALL.into_iter().find(|p| p.name() == text);
        found.ok_or_else(|| ParsePresetError { found: text.to_owned() })
    }
}

impl Recipe {
    /// The published recipe for pictures of `size` by `size` pixels, with a number of steps of its own.
    pub fn new(size: usize, steps: usize) -> Recipe {
        Recipe {
            steps,
            size,
            deviation: 0.01,
            learning_rate: 0.05,
            betas: (0.9, 0.999),
            eps: 1e-8,
            scales: vec![1000, 975, 1025, 950, 1050],
            degrees: 5,
            variation: None,
        }
    }

    /// Real numbers that parameterise a picture: three half spectra `[size, size / 2 + 1, 2]`.
    ///
    /// ```
    /// let recipe = featviz::Recipe::new(224, featviz::Preset::Paper.steps());
    /// assert_eq!((recipe.parameters(), recipe.steps), (3 * 224 * 113 * 2, 2560));
    /// ```
    pub fn parameters(&self) -> usize {
        3 * self.size * (self.size / 2 + 1) * 2
    }
}

/// The jitter that paper 1's batch script gives a site, in pixels; 0 is none.
///
/// # Example
/// ```
/// # fn main() -> Result<(), resnet::UnknownSite> {
/// let of = |site: &str| Ok(featviz::jitter_of(site.parse()?));
/// assert_eq!([of("layer1.1.pre")?, of("layer2.1.bn2")?, of("layer3.1.pre")?], [0, 4, 16]);
/// # Ok(())
/// # }
/// ```
pub fn jitter_of(site: Site) -> usize {
    let Some(block) = site.block() else {
        return if site.is_stem() { 0 } else { 16 };
    };
    let at = Block::ALL.iter().position(|&b| b == block).unwrap_or(0);
    match at {
        0..=2 => 0,
        3 | 4 => 4,
        _ => 16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_follows_the_batch_script() {
        for (site, expected) in [
            ("layer1.0.pre", 0),
            ("layer1.1.bn2", 0),
            ("layer2.0.downsample.1", 0),
            ("layer2.0.pre", 0),
            ("layer2.1.bn2", 4),
            ("layer3.0.downsample.1", 4),
            ("layer3.0", 4),
            ("layer3.1.bn2", 16),
            ("layer4.0.downsample.1", 16),
            ("layer4.1.pre", 16),
            ("maxpool", 0),
        ] {
            assert_eq!(jitter_of(site.parse().unwrap()), expected, "{site}");
        }
    }

    #[test]
    fn the_published_recipe_has_the_numbers_of_section_2_of_the_method() {
        assert_eq!(Preset::Paper.steps(), 2560);
        let recipe = Recipe::new(224, 2560);
        assert_eq!((recipe.steps, recipe.size), (2560, 224));
        // Drawn from N(0, 0.01^2).
        assert_eq!(recipe.deviation, 0.01);
        // Adam, learning rate 0.05, betas (0.9, 0.999), eps 1e-8.
        assert_eq!((recipe.learning_rate, recipe.eps), (0.05, 1e-8));
        assert_eq!([recipe.betas.0, recipe.betas.1], [0.9, 0.999]);
        // Scales from {1, .975, 1.025, .95, 1.05}, rotations from -5..5 degrees.
        let scales: Vec<f64> = recipe.scales.iter().map(|&s| f64::from(s) / 1e3).collect();
        assert_eq!(scales, [1.0, 0.975, 1.025, 0.95, 1.05]);
        assert_eq!(recipe.degrees, 5);
    }

    #[test]
    fn a_picture_of_224_pixels_has_151_872_parameters() {
        assert_eq!(Recipe::new(224, 1).parameters(), 151_872);
    }

    #[test]
    fn an_unknown_preset_names_the_three() {
        let message = "fast".parse::<Preset>().unwrap_err().to_string();
        assert_eq!(message, "'fast' is not a preset: expected paper, quick or smoke");
    }
}
