//! Changes to the published recipe that give other pictures, each of one thing (METHOD.md, section 8).

use crate::recipe::{Recipe, Variation, jitter_of};
use resnet::{Architecture, Site};

impl Recipe {
    /// The scales that are drawn from, in thousandths.
    pub(crate) fn drawn_scales(&self) -> Vec<u32> {
        if self.variation == Some(Variation::NoAugmentation) { vec![1000] } else { self.scales.clone() }
    }

    /// Rotations reach this many degrees.
    pub(crate) fn drawn_degrees(&self) -> u32 {
        if self.variation == Some(Variation::NoAugmentation) { 0 } else { self.degrees }
    }

    /// The jitter at a site, in pixels.
    pub(crate) fn jitter_at(&self, architecture: &Architecture, site: Site) -> usize {
        if self.variation == Some(Variation::NoAugmentation) { 0 } else { jitter_of(architecture, site, self.size) }
    }

    /// Where what is maximised is read of a site.
    pub(crate) fn read_at(&self, site: Site) -> Site {
        if self.variation != Some(Variation::PostRelu) {
            return site;
        }
        let name = site.to_string();
        let behind = name.strip_suffix(".pre").and_then(|behind| behind.parse().ok());
        behind.unwrap_or(site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varied(variation: Variation) -> Recipe {
        Recipe { variation: Some(variation), ..Recipe::new(224, 8) }
    }

    #[test]
    fn each_variation_changes_one_thing_and_the_recipe_says_which() {
        let site: Site = "layer3.1.pre".parse().unwrap();
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
        let network = Architecture::infer(&weights::TensorSet::load(file).unwrap()).unwrap();
        let of = |recipe: &Recipe| {
            let read = recipe.read_at(site).to_string();
            (recipe.drawn_scales().len(), recipe.drawn_degrees(), recipe.jitter_at(&network, site), read)
        };
        let published = (5, 5, 16, "layer3.1.pre".to_owned());
        assert_eq!(of(&Recipe::new(224, 8)), published);
        assert_eq!(of(&varied(Variation::NoAugmentation)), (1, 0, 0, "layer3.1.pre".to_owned()));
        assert_eq!(of(&varied(Variation::PostRelu)), (5, 5, 16, "layer3.1".to_owned()));
        for same in [Variation::CenteredJitter, Variation::FloatPicture] {
            assert_eq!(of(&varied(same)), published);
        }
    }

    #[test]
    fn only_where_a_relu_is_right_behind_a_site_it_is_read_behind_it() {
        let recipe = varied(Variation::PostRelu);
        for site in ["layer3.1.bn2", "layer2.0.downsample.1", "maxpool"] {
            let site: Site = site.parse().unwrap();
            assert_eq!(recipe.read_at(site), site);
        }
    }
}
