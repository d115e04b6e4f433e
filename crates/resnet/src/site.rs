//! Places where a network is read, by its own names.

use crate::block::Block;
use crate::part::{Part, Words};
use std::fmt;
use std::str::FromStr;

/// A place where a network is read. Which ones there are, and which of them are the roles of a block, says its
/// [`crate::Architecture`].
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
    /// `layerL.0.downsample.1` or `layerL.0.shortcut.1`: the projected input of the block; `layerL.B.shortcut`: what enters
    /// the block's sum where its shortcut has no tensors, but a name.
    Shortcut(Block, Part),
    /// `layerL.B.bn2` of a basic block, `layerL.B.bn3` of a bottleneck: the block's own contribution before the sum.
    Contribution(Block, Part),
    /// `layerL.B.pre`: the sum before its ReLU.
    Sum(Block),
    /// `layerL.B`: the block's output, after its ReLU.
    Output(Block),
    /// `avgpool`: the global average.
    AveragePool,
    /// `fc` or `linear`: the class scores.
    Classes(Part),
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

/// A site as it is asked for: by its name, or by a block and a role, such as `3.1` or `layer3.1.block`. Which site that is, the
/// network says: [`crate::Architecture::site`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SiteName(String);

impl Site {
    /// Whether it lies before the first block.
    pub fn is_stem(self) -> bool {
        matches!(self, Site::StemSum | Site::StemRelu | Site::PooledSum | Site::MaxPool)
    }

    /// The block it belongs to, if any.
    ///
    /// ```
    /// let site: resnet::Site = "layer2.1.bn2".parse()?;
    /// assert_eq!(site.block().map(|block| block.to_string()).as_deref(), Some("2.1"));
    /// # Ok::<(), resnet::UnknownSite>(())
    /// ```
    pub fn block(self) -> Option<Block> {
        match self {
            Site::Shortcut(b, _) | Site::Contribution(b, _) | Site::Sum(b) | Site::Output(b) => Some(b),
            Site::StemSum | Site::StemRelu | Site::PooledSum | Site::MaxPool => None,
            Site::AveragePool | Site::Classes(_) => None,
        }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Site::StemSum => f.write_str("relu.pre"),
            Site::StemRelu => f.write_str("relu"),
            Site::PooledSum => f.write_str("maxpool.pre"),
            Site::MaxPool => f.write_str("maxpool"),
            Site::Shortcut(block, part) | Site::Contribution(block, part) => write!(f, "{}.{part}", block.module()),
            Site::Sum(block) => write!(f, "{}.pre", block.module()),
            Site::Output(block) => f.write_str(&block.module()),
            Site::AveragePool => f.write_str("avgpool"),
            Site::Classes(part) => f.write_str(part.name()),
        }
    }
}

/// The full name of a site that some network has.
impl FromStr for Site {
    type Err = UnknownSite;

    fn from_str(text: &str) -> Result<Site, UnknownSite> {
        let advice = "no network that can be studied has a site of this name".to_owned();
        named(text).ok_or_else(|| UnknownSite { found: text.to_owned(), advice })
    }
}

fn named(text: &str) -> Option<Site> {
    let outside = [Site::StemSum, Site::StemRelu, Site::PooledSum, Site::MaxPool, Site::AveragePool];
    let classes = Words::ALL.map(|words| Site::Classes(words.classes));
    if let Some(site) = outside.into_iter().chain(classes).find(|site| site.to_string() == text) {
        return Some(site);
    }
    let (block, rest) = Block::leading(text).filter(|_| text.starts_with("layer"))?;
    let shortcuts = Words::ALL.into_iter().flat_map(|words| [Some(words.projected), words.passed]).flatten();
    let shortcuts = shortcuts.map(|part| Site::Shortcut(block, part));
    let contributions = Part::LAST_NORMS.into_iter().map(|part| Site::Contribution(block, part));
    let mut all = [Site::Output(block), Site::Sum(block)].into_iter().chain(contributions).chain(shortcuts);
    all.find(|site| site.to_string().strip_prefix(&block.module()) == Some(rest))
}

impl SiteName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Site> for SiteName {
    fn from(site: Site) -> SiteName {
        SiteName(site.to_string())
    }
}

/// Any text; which site it names, the network says.
impl FromStr for SiteName {
    type Err = UnknownSite;

    fn from_str(text: &str) -> Result<SiteName, UnknownSite> {
        if text.is_empty() {
            return Err(UnknownSite { found: String::new(), advice: "expected a name".to_owned() });
        }
        Ok(SiteName(text.to_owned()))
    }
}

impl fmt::Display for SiteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_is_a_sites_and_says_nothing_of_a_network() {
        for name in [
            "relu.pre",
            "relu",
            "maxpool.pre",
            "maxpool",
            "layer1.0.downsample.1",
            "layer2.0.shortcut.1",
            "layer3.17.shortcut",
            "layer3.1.bn2",
            "layer4.35.bn3",
            "layer12.1.pre",
            "layer3.1",
            "avgpool",
            "fc",
            "linear",
        ] {
            let site: Site = name.parse().unwrap();
            assert_eq!(site.to_string(), name);
            assert_eq!(
                site.block().map(Block::module).is_some_and(|module| name.starts_with(&module)),
                name.contains('.') && !site.is_stem() || name == "layer3.1"
            );
        }
        for wrong in
            ["", "3.1", "layer3.1.block", "layer3.1.bn1", "layer3.1.", "layer3.1pre", "layer0.1", "head", "fc.pre"]
        {
            let said = wrong.parse::<Site>().unwrap_err().to_string();
            assert!(said.starts_with(&format!("unknown site '{wrong}': ")), "{said}");
        }
    }
}
