//! Places where the network is read, by torchvision's names.

use crate::block::{Block, Role};
use std::fmt;
use std::str::FromStr;

/// A place where the network is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Site {
    /// `relu.pre`: the stem before its ReLU.
    StemSum,
    /// `relu`: the stem after its ReLU.
    StemRelu,
    /// `maxpool.pre`: what pooling makes of the stem before its ReLU. Where it is positive, it is `maxpool`: the largest
    /// of rectified values is the rectified largest one.
    PooledSum,
    /// `maxpool`: the stem after its ReLU and pooling.
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
#[error("unknown site '{found}': {advice}")]
pub struct UnknownSite {
    /// The name.
    pub found: String,
    /// The sites of the block that it names, or else the most similar names of sites.
    pub advice: String,
}

impl Site {
    /// Every site that a forward pass of the network goes through, in this order: those before a ReLU of the stem are
    /// left out, which are there to be optimised.
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
        matches!(self, Site::StemSum | Site::StemRelu | Site::PooledSum | Site::MaxPool)
    }

    /// The same value before a ReLU, if the site is behind one: equal where it is positive, and with a gradient where it
    /// is not, so that a picture can be optimised from any start (METHOD.md, section 1).
    ///
    /// ```
    /// let before = |name: &str| name.parse().map(|site: resnet::Site| site.before_relu().to_string());
    /// assert_eq!(before("layer3.1")?, "layer3.1.pre");
    /// assert_eq!(before("maxpool")?, "maxpool.pre");
    /// assert_eq!(before("layer3.1.bn2")?, "layer3.1.bn2");
    /// # Ok::<(), resnet::UnknownSite>(())
    /// ```
    #[must_use]
    pub fn before_relu(self) -> Site {
        match self {
            Site::Output(block) => Site::Sum(block),
            Site::StemRelu => Site::StemSum,
            Site::MaxPool => Site::PooledSum,
            site => site,
        }
    }

    /// The block it belongs to, if any.
    ///
    /// ```
    /// let site: resnet::Site = "layer2.1.bn2".parse()?;
    /// assert_eq!(site.block().map(|block| block.to_string()).as_deref(), Some("2.1"));
    /// let error = "layer2.1.bn3".parse::<resnet::Site>().unwrap_err();
    /// assert!(error.to_string().starts_with("unknown site 'layer2.1.bn3': block 2.1 has layer2.1.bn2 "));
    /// # Ok::<(), resnet::UnknownSite>(())
    /// ```
    pub fn block(self) -> Option<Block> {
        match self {
            Site::Projection(b) | Site::Contribution(b) | Site::Sum(b) | Site::Output(b) => Some(b),
            Site::StemSum | Site::StemRelu | Site::PooledSum | Site::MaxPool => None,
            Site::AveragePool | Site::Classes => None,
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
        self.read_site(role).before_relu()
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Site::StemSum => f.write_str("relu.pre"),
            Site::StemRelu => f.write_str("relu"),
            Site::PooledSum => f.write_str("maxpool.pre"),
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

/// Torchvision's name, or the block and a role: `3.1`, `layer3.1.block`.
impl FromStr for Site {
    type Err = UnknownSite;

    fn from_str(text: &str) -> Result<Site, UnknownSite> {
        let mut sites = Site::all();
        sites.extend([Site::StemSum, Site::PooledSum]);
        if let Some(site) = sites.iter().find(|s| s.to_string() == text) {
            return Ok(*site);
        }
        let error = |advice| UnknownSite { found: text.to_owned(), advice };
        if let Some((block, rest)) = block_of(text) {
            let role = Role::ALL.into_iter().find(|role| rest == format!(".{role}"));
            return match role {
                Some(role) => Ok(block.read_site(role)),
                None if rest.is_empty() => Ok(Site::Output(block)),
                None => Err(error(sites_of(block))),
            };
        }
        sites.sort_by_cached_key(|s| strsim::damerau_levenshtein(&s.to_string(), text));
        let nearest: Vec<String> = sites.iter().take(3).map(|s| format!("'{s}'")).collect();
        Err(error(format!("did you mean {}, {} or {}?", nearest[0], nearest[1], nearest[2])))
    }
}

/// The block that a text begins with, with or without `layer`, and what follows.
fn block_of(text: &str) -> Option<(Block, &str)> {
    let text = text.strip_prefix("layer").unwrap_or(text);
    let (name, rest) = text.split_at_checked(3)?;
    let block = name.parse().ok()?;
    (rest.is_empty() || rest.starts_with('.')).then_some((block, rest))
}

/// The sites of a block, each with what it is.
fn sites_of(block: Block) -> String {
    let read = Role::ALL.map(|role| format!("{} ({role})", block.read_site(role)));
    format!("block {block} has {}, {}, {} and {}", read[1], read[2], Site::Output(block), read[0])
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
    fn a_mistyped_site_gets_the_sites_of_its_block_or_the_nearest_names() {
        let said = |text: &str| text.parse::<Site>().unwrap_err().to_string();
        let of_block = "block 3.1 has layer3.1.bn2 (block), layer3.1.pre (output), layer3.1 and layer3.0 (input)";
        for wrong in ["layer3.1.bn3", "3.1.conv2", "3.1.inputs", "layer3.1."] {
            assert_eq!(said(wrong), format!("unknown site '{wrong}': {of_block}"));
        }
        let of_first =
            "block 3.0 has layer3.0.bn2 (block), layer3.0.pre (output), layer3.0 and layer3.0.downsample.1 (input)";
        assert_eq!(said("layer3.0.x"), format!("unknown site 'layer3.0.x': {of_first}"));
        for wrong in ["layer31.pre", "layer3.10.pre", "layer3.1pre"] {
            let said = said(wrong);
            assert!(said.starts_with(&format!("unknown site '{wrong}': did you mean '")), "{said}");
            assert!(said.contains("'layer3.1.pre'"), "{said}");
        }
        assert_eq!(said("max").matches('\'').count(), 8, "{}", said("max"));
    }

    #[test]
    fn a_block_and_a_role_name_the_site_where_the_role_is_read() {
        for block in Block::ALL {
            for prefix in ["", "layer"] {
                let site = |rest: &str| format!("{prefix}{block}{rest}").parse();
                assert_eq!(site(""), Ok(Site::Output(block)));
                for role in Role::ALL {
                    assert_eq!(site(&format!(".{role}")), Ok(block.read_site(role)));
                }
            }
        }
    }

    #[test]
    fn what_is_optimised_is_behind_no_relu_and_read_by_its_own_name() {
        for site in Site::all() {
            let before = site.before_relu();
            let name = site.to_string();
            let behind = name == "relu" || name == "maxpool" || Block::ALL.iter().any(|block| name == block.module());
            assert_eq!(before.to_string(), if behind { format!("{name}.pre") } else { name });
            assert_eq!(before.to_string().parse(), Ok(before));
            assert_eq!(
                (before.before_relu(), before.is_stem(), before.block()),
                (before, site.is_stem(), site.block())
            );
        }
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
