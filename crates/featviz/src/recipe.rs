//! The constants of the method.

use resnet::{Architecture, Site};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// Rows and columns of the papers' images.
const PAPERS_SIZE: usize = 224;

/// One change to how pictures are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variation {
    /// Every step sees the picture as it is: no jitter, scale or rotation.
    NoAugmentation,
    /// Jitter moves by as much to either side: the picture is moved up and left by half of the limit before it.
    CenteredJitter,
    /// What is maximised stands behind the ReLU, where there is one right behind the site.
    PostRelu,
    /// Beside the 8-bit picture its colors are kept as they are.
    FloatPicture,
}

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

/// The jitter of a site in pixels, for images of `size`; 0 is none.
///
/// Paper 1's batch script gives ResNet18 none up to block 2.0, 4 at 2.1 and 3.0, and 16 from 3.1 on. That is a rule on how far a
/// center neuron sees, in parts of the image's side: none up to 3/8 of it, 1/56 of the side up to 4/5, and 1/14 beyond
/// (METHOD.md, section 7). At 224 pixels, where block 2.0 of ResNet18 sees 67, 2.1 sees 99, 3.0 sees 147 and 3.1 sees 211, those are the
/// script's numbers; ResNet18 is given them at any size, as the script does not know another.
///
/// # Example
/// ```
/// # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
/// // `file` is fixtures/resnet18-16.npz.
/// let network = resnet::Architecture::infer(&weights::TensorSet::load(file).unwrap()).unwrap();
/// let of = |site: &str| Ok::<_, resnet::UnknownSite>(featviz::jitter_of(&network, site.parse()?, 224));
/// assert_eq!([of("layer1.1.pre")?, of("layer2.1.bn2")?, of("layer3.1.pre")?], [0, 4, 16]);
/// # Ok::<(), resnet::UnknownSite>(())
/// ```
pub fn jitter_of(architecture: &Architecture, site: Site, size: usize) -> usize {
    let size = if architecture.is_resnet18() { PAPERS_SIZE } else { size };
    match architecture.field(site) {
        Some(field) if field.size * 8 <= size * 3 => 0,
        Some(field) if field.size * 5 <= size * 4 => (size + 28) / 56,
        _ => (size + 7) / 14,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weights::{Tensor, TensorSet};

    /// A network of three-channel tensors, by its names.
    fn architecture(stem: usize, blocks: &[usize]) -> Architecture {
        let mut tensors = Vec::new();
        let mut add = |name: String, shape: &[usize]| {
            let count = shape.iter().product();
            tensors.push(Tensor::new("made", &name, shape.to_vec(), vec![0.5; count]).unwrap());
        };
        add("conv1.weight".into(), &[3, 3, stem, stem]);
        add("conv1.bias".into(), &[3]);
        for (at, &count) in blocks.iter().enumerate() {
            for module in (0..count).map(|index| format!("layer{}.{index}", at + 1)) {
                for part in ["conv1", "conv2"] {
                    add(format!("{module}.{part}.weight"), &[3, 3, 3, 3]);
                    add(format!("{module}.{part}.bias"), &[3]);
                }
            }
            if at > 0 && stem == 7 {
                add(format!("layer{}.0.downsample.0.weight", at + 1), &[3, 3, 1, 1]);
                add(format!("layer{}.0.downsample.0.bias", at + 1), &[3]);
            }
        }
        Architecture::infer(&TensorSet::new("made", tensors).unwrap()).unwrap()
    }

    #[test]
    fn jitter_follows_the_batch_script() {
        let resnet18 = architecture(7, &[2, 2, 2, 2]);
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
            ("avgpool", 16),
            ("maxpool", 0),
        ] {
            for size in [224, 128, 448] {
                assert_eq!(jitter_of(&resnet18, site.parse().unwrap(), size), expected, "{site}");
            }
        }
    }

    #[test]
    fn of_another_network_it_is_a_part_of_the_side_that_grows_with_how_far_a_neuron_sees() {
        let of = |network: &Architecture, site: &str, size| jitter_of(network, site.parse().unwrap(), size);
        // Blocks of resnet34 see 16 pixels more each in the first stage: 27, 43, 59; then 83, 115, 147, 179, and 227.
        let resnet34 = architecture(7, &[3, 4, 6, 3]);
        let seen = ["layer1.2", "layer2.0", "layer2.1", "layer2.3", "layer3.0"];
        assert_eq!(seen.map(|site| of(&resnet34, site, 224)), [0, 0, 4, 4, 16]);
        assert_eq!(seen.map(|site| of(&resnet34, site, 448)), [0, 0, 0, 8, 8]);
        // Blocks of resnet20 see 7, 11 and 15 of 32 pixels, then 21, 29 and 37.
        let resnet20 = architecture(3, &[3, 3, 3]);
        let seen = ["relu", "layer1.1", "layer1.2", "layer2.0", "layer2.1", "layer3.2", "avgpool"];
        assert_eq!(seen.map(|site| of(&resnet20, site, 32)), [0, 0, 1, 1, 2, 2, 2]);
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
