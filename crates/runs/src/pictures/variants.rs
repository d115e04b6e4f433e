//! Variants of the published study, each of which changes one thing (METHOD.md, section 8).

use featviz::{Recipe, Variation};
use std::fmt;
use std::str::FromStr;

/// One change to the published study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variant {
    /// Pictures are optimised without jitter, scale and rotation.
    NoAugmentation,
    /// Channels are measured on pictures whose colors are not rounded to 8 bits.
    FloatPicture,
    /// What is maximised stands behind the ReLU.
    PostRelu,
    /// Block is read as Lucent 0.1.8 does, where its tensor is the Output's behind the ReLU already.
    AliasedBlock,
    /// Jitter moves pictures to either side.
    CenteredJitter,
    /// Pictures are shrunk with antialiasing, as newer torchvision does by default.
    Antialias,
}

/// Why a text is not a variant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{found}' is not a variant: expected one of {}", Variant::ALL.map(Variant::name).join(", "))]
pub struct ParseVariantError {
    /// The text.
    pub found: String,
}

impl Variant {
    /// All of them.
    pub const ALL: [Variant; 6] = [
        Variant::NoAugmentation,
        Variant::FloatPicture,
        Variant::PostRelu,
        Variant::AliasedBlock,
        Variant::CenteredJitter,
        Variant::Antialias,
    ];

    /// Its name, as commands and tables have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Variant::NoAugmentation => "no-augmentation",
            Variant::FloatPicture => "float-picture",
            Variant::PostRelu => "post-relu",
            Variant::AliasedBlock => "aliased-block",
            Variant::CenteredJitter => "centered-jitter",
            Variant::Antialias => "antialias",
        }
    }

    /// How its pictures are made otherwise; `None` where they are the published ones, read otherwise.
    pub(crate) fn variation(self) -> Option<Variation> {
        match self {
            Variant::NoAugmentation => Some(Variation::NoAugmentation),
            Variant::FloatPicture => Some(Variation::FloatPicture),
            Variant::PostRelu => Some(Variation::PostRelu),
            Variant::CenteredJitter => Some(Variation::CenteredJitter),
            Variant::AliasedBlock | Variant::Antialias => None,
        }
    }

    /// The recipe of its pictures, which is part of their address in the store.
    pub(crate) fn recipe(self, published: &Recipe) -> Recipe {
        Recipe { variation: self.variation(), ..published.clone() }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Variant {
    type Err = ParseVariantError;

    fn from_str(text: &str) -> Result<Variant, ParseVariantError> {
        let found = Variant::ALL.into_iter().find(|variant| variant.name() == text);
        found.ok_or_else(|| ParseVariantError { found: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_is_read_by_its_name_and_no_other() {
        for variant in Variant::ALL {
            assert_eq!(variant.to_string().parse(), Ok(variant));
        }
        let said = "antialiased".parse::<Variant>().unwrap_err().to_string();
        assert!(
            said.starts_with("'antialiased' is not a variant: expected one of no-augmentation, float-picture, "),
            "{said}"
        );
    }

    #[test]
    fn a_variant_that_makes_other_pictures_says_so_in_the_recipe_by_its_name() {
        let published = Recipe::new(64, 3);
        for variant in Variant::ALL {
            let written = serde_json::to_value(variant.recipe(&published)).unwrap();
            match variant.variation() {
                Some(_) => assert_eq!(written["variation"], variant.name()),
                None => assert_eq!(variant.recipe(&published), published),
            }
        }
    }
}
