//! Places where the network is read, by torchvision's names.

use crate::block::{Block, Role};
use std::fmt;
use std::str::FromStr;

/// A place where the network is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Site {
    /// `relu`: the stem after its ReLU.
    StemRelu,
    /// `maxpool`: the stem after pooling.
    MaxPool,
    /// `layerL.0.downsample.1`: the projected input of the block.
    Projection(Block),
    /// `layerL.B.bn2`: the block's own contribution before the sum.
    Contribution(Block),
    /// `layerL.B.pre`: the sum before its ReLU.
    Sum(Block),
    /// `layerL.B`: the block's output, after its ReLU.
    Output(Block),
    /// `avgpool`: the global average.
    AveragePool,
    /// `fc`: the class scores.
    Classes,
}

/// A name that is no site's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown site '{found}': did you mean {nearest}?")]
pub struct UnknownSite {
    /// The name.
    pub found: String,
    /// The most similar names of sites.
    pub nearest: String,
}

impl Site {
    /// Every site in the order of computation.
    pub fn all() -> Vec<Site> {
        let mut sites = vec![Site::StemRelu, Site::MaxPool];
        for block in Block::ALL {
            if block.has_projection() {
                sites.push(Site::Projection(block));
            }
            sites.extend([Site::Contribution(block), Site::Sum(block), Site::Output(block)]);
        }
        sites.extend([Site::AveragePool, Site::Classes]);
        sites
    }

    /// Whether it lies before the first block.
    pub fn is_stem(self) -> bool {
        matches!(self, Site::StemRelu | Site::MaxPool)
    }

    /// The block it belongs to, if any.
    ///
    /// ```
    /// let site: resnet::Site = "layer2.1.bn2".parse()?;
    /// assert_eq!(site.block().map(|block| block.to_string()).as_deref(), Some("2.1"));
    /// let error = "layer2.1.bn3".parse::<resnet::Site>().unwrap_err();
    /// assert!(error.to_string().starts_with("unknown site 'layer2.1.bn3': did you mean "));
    /// # Ok::<(), resnet::UnknownSite>(())
    /// ```
    pub fn block(self) -> Option<Block> {
        match self {
            Site::Projection(b) | Site::Contribution(b) | Site::Sum(b) | Site::Output(b) => Some(b),
            Site::StemRelu | Site::MaxPool | Site::AveragePool | Site::Classes => None,
        }
    }
}

impl Block {
    /// Where a role's value is read: what is added, and the sum before its ReLU.
    ///
    /// Input is what enters the sum: the projection where there is one, else the previous block's output after its
    /// ReLU.
    ///
    /// # Example
    /// ```
    /// use resnet::{Block, Role};
    ///
    /// # fn main() -> Result<(), resnet::ParseBlockError> {
    /// let block: Block = "3.1".parse()?;
    /// assert_eq!(Role::ALL.map(|role| block.read_site(role).to_string()), ["layer3.0", "layer3.1.bn2", "layer3.1.pre"]);
    /// // A block that changes the number of channels receives the projection.
    /// let block: Block = "3.0".parse()?;
    /// assert_eq!(block.read_site(Role::Input).to_string(), "layer3.0.downsample.1");
    /// # Ok(())
    /// # }
    /// ```
    pub fn read_site(self, role: Role) -> Site {
        match (role, self.previous()) {
            (Role::Block, _) => Site::Contribution(self),
            (Role::Output, _) => Site::Sum(self),
            (Role::Input, _) if self.has_projection() => Site::Projection(self),
            (Role::Input, Some(previous)) => Site::Output(previous),
            (Role::Input, None) => Site::MaxPool,
        }
    }

    /// Where a role's picture is optimised: the same value before any ReLU, so that the gradient never starts at zero.
    /// Only what enters block 1.0, which is none of the paper's, has no such site: it is the stem's pooled ReLU
    /// itself.
    ///
    /// It is the same for a center neuron, where it is positive. The mean of a whole channel is not: before the ReLU,
    /// negative places lower it.
    ///
    /// # Example
    /// ```
    /// use resnet::{Block, Role};
    ///
    /// # fn main() -> Result<(), resnet::ParseBlockError> {
    /// let block: Block = "3.1".parse()?;
    /// assert_eq!(block.read_site(Role::Input).to_string(), "layer3.0");
    /// assert_eq!(block.optimised_site(Role::Input).to_string(), "layer3.0.pre");
    /// # Ok(())
    /// # }
    /// ```
    pub fn optimised_site(self, role: Role) -> Site {
        match self.read_site(role) {
            Site::Output(block) => Site::Sum(block),
            site => site,
        }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Site::StemRelu => f.write_str("relu"),
            Site::MaxPool => f.write_str("maxpool"),
            Site::Projection(block) => write!(f, "{}.downsample.1", block.module()),
            Site::Contribution(block) => write!(f, "{}.bn2", block.module()),
            Site::Sum(block) => write!(f, "{}.pre", block.module()),
            Site::Output(block) => f.write_str(&block.module()),
            Site::AveragePool => f.write_str("avgpool"),
            Site::Classes => f.write_str("fc"),
        }
    }
}

impl FromStr for Site {
    type Err = UnknownSite;

    fn from_str(text: &str) -> Result<Site, UnknownSite> {
        let mut sites = Site::all();
        if let Some(site) = sites.iter().find(|s| s.to_string() == text) {
            return Ok(*site);
        }
        sites.sort_by_cached_key(|s| strsim::damerau_levenshtein(&s.to_string(), text));
        let nearest: Vec<String> = sites.iter().take(3).map(|s| format!("'{s}'")).collect();
        Err(UnknownSite {
            found: text.to_owned(),
            nearest: format!("{}, {} or {}", nearest[0], nearest[1], nearest[2]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_is_found_by_its_name() {
        for site in Site::all() {
            assert_eq!(site.to_string().parse(), Ok(site));
        }
    }

    #[test]
    fn a_mistyped_site_gets_the_nearest_names() {
        let message = "layer3.1.bn3".parse::<Site>().unwrap_err().to_string();
        assert!(message.contains("'layer3.1.bn2'"), "{message}");
        let message = "layer31.pre".parse::<Site>().unwrap_err().to_string();
        assert!(message.contains("'layer3.1.pre'"), "{message}");
    }

    #[test]
    fn the_first_stage_has_no_projection() {
        assert!("layer1.0.downsample.1".parse::<Site>().is_err());
    }

    #[test]
    fn the_input_of_a_first_block_is_its_projection_and_of_a_second_the_previous_output() {
        let block: Block = "3.0".parse().unwrap();
        assert_eq!(block.read_site(Role::Input).to_string(), "layer3.0.downsample.1");
        assert_eq!(block.optimised_site(Role::Input).to_string(), "layer3.0.downsample.1");
        let block: Block = "3.1".parse().unwrap();
        assert_eq!(block.read_site(Role::Input).to_string(), "layer3.0");
        assert_eq!(block.optimised_site(Role::Input).to_string(), "layer3.0.pre");
    }
}
