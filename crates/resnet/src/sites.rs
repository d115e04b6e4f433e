//! Where a network is read: its sites, and which of them are the roles of a block.

use crate::architecture::Architecture;
use crate::block::{Block, Role};
use crate::layout::Shortcut;
use crate::part::Part;
use crate::site::{Site, SiteName, UnknownSite};

impl Architecture {
    /// Every site that a forward pass of the whole network goes through, in this order: those before a ReLU of the stem are
    /// left out, which are there to be optimised.
    pub fn all_sites(&self) -> Vec<Site> {
        let mut sites = vec![Site::StemRelu];
        sites.extend(self.stem.pooling.map(|_| Site::MaxPool));
        for layout in &self.layouts {
            let block = layout.block;
            sites.extend(self.shortcut(block));
            sites.extend([Site::Contribution(block, layout.last_norm), Site::Sum(block), Site::Output(block)]);
        }
        sites.push(Site::AveragePool);
        sites.extend(self.classes.map(|_| Site::Classes(self.words.classes)));
        sites
    }

    /// Those of them that its tensors suffice for.
    pub fn sites(&self) -> Vec<Site> {
        let has = |site: &Site| match site {
            Site::Classes(_) => self.has_classifier,
            Site::AveragePool => self.reaches_the_end(),
            other => other.block().is_none_or(|block| self.usable.contains(&block)),
        };
        self.all_sites().into_iter().filter(has).collect()
    }

    /// The site of a block's shortcut, where it has one of its own.
    pub(crate) fn shortcut(&self, block: Block) -> Option<Site> {
        let part = match self.layout(block)?.shortcut {
            Shortcut::Projection(_) => Some(self.words.projected),
            Shortcut::Padded { .. } | Shortcut::Identity => self.words.passed,
        };
        part.map(|part| Site::Shortcut(block, part))
    }

    /// What the first block reads: the stem after its ReLU, and pooled where it is.
    pub fn stem_output(&self) -> Site {
        if self.stem.pooling.is_some() { Site::MaxPool } else { Site::StemRelu }
    }

    /// What a block reads: the Output of the block before, or what the stem leaves.
    pub fn stream(&self, block: Block) -> Site {
        self.previous(block).map_or(self.stem_output(), Site::Output)
    }

    /// Where a role's value is read: what is added, and the sum before its ReLU.
    ///
    /// Input is what enters the sum: what the shortcut makes of the stream, or where it changes nothing, the previous block's
    /// output after its ReLU.
    ///
    /// # Example
    /// ```
    /// use resnet::{Block, Role};
    ///
    /// # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
    /// // `file` is fixtures/resnet18-16.npz.
    /// let architecture = resnet::Architecture::infer(&weights::TensorSet::load(file).unwrap())?;
    /// let read = |block| Role::ALL.map(|role| architecture.read_site(block, role).to_string());
    /// assert_eq!(read(Block::new(3, 1)), ["layer3.0", "layer3.1.bn2", "layer3.1.pre"]);
    /// // A block that changes the number of channels receives the projection.
    /// assert_eq!(read(Block::new(3, 0))[0], "layer3.0.downsample.1");
    /// # Ok::<(), resnet::NetworkError>(())
    /// ```
    pub fn read_site(&self, block: Block, role: Role) -> Site {
        let layout = self.layout(block);
        match role {
            Role::Block => Site::Contribution(block, layout.map_or(Part::LAST_NORMS[0], |layout| layout.last_norm)),
            Role::Output => Site::Sum(block),
            Role::Input => match layout.map(|layout| &layout.shortcut) {
                None | Some(Shortcut::Identity) => self.stream(block),
                Some(_) => self.shortcut(block).unwrap_or(self.stream(block)),
            },
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
    /// # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
    /// let architecture = resnet::Architecture::infer(&weights::TensorSet::load(file).unwrap())?;
    /// let block = Block::new(3, 1);
    /// assert_eq!(architecture.read_site(block, Role::Input).to_string(), "layer3.0");
    /// assert_eq!(architecture.optimised_site(block, Role::Input).to_string(), "layer3.0.pre");
    /// # Ok::<(), resnet::NetworkError>(())
    /// ```
    pub fn optimised_site(&self, block: Block, role: Role) -> Site {
        self.before_relu(self.read_site(block, role))
    }

    /// The same value before a ReLU, if the site is behind one: equal where it is positive, and with a gradient where it
    /// is not, so that a picture can be optimised from any start (METHOD.md, section 1).
    pub fn before_relu(&self, site: Site) -> Site {
        match site {
            Site::Output(block) => Site::Sum(block),
            Site::StemRelu => Site::StemSum,
            Site::MaxPool => Site::PooledSum,
            Site::Shortcut(block, _) if self.layout(block).is_some_and(|l| l.shortcut == Shortcut::Identity) => {
                self.before_relu(self.stream(block))
            }
            site => site,
        }
    }

    /// The site that is asked for by its name, or by a block and a role.
    ///
    /// # Errors
    /// If the network has none of this name, whatever tensors it lacks: with the sites of the block, or the most similar names.
    pub fn site(&self, asked: &SiteName) -> Result<Site, UnknownSite> {
        let text = asked.as_str();
        let mut sites = self.all_sites();
        sites.push(Site::StemSum);
        sites.extend(self.stem.pooling.map(|_| Site::PooledSum));
        if let Some(site) = sites.iter().find(|s| s.to_string() == text) {
            return Ok(*site);
        }
        let error = |advice| UnknownSite { found: text.to_owned(), advice };
        if let Some((block, rest)) = Block::leading(text).filter(|(block, _)| self.layout(*block).is_some()) {
            let role = Role::ALL.into_iter().find(|role| rest == format!(".{role}"));
            return match role {
                Some(role) => Ok(self.read_site(block, role)),
                None if rest.is_empty() => Ok(Site::Output(block)),
                None => Err(error(self.sites_of(block))),
            };
        }
        sites.sort_by_cached_key(|s| strsim::damerau_levenshtein(&s.to_string(), text));
        let nearest: Vec<String> = sites.iter().take(3).map(|s| format!("'{s}'")).collect();
        Err(error(format!("did you mean {}, {} or {}?", nearest[0], nearest[1], nearest[2])))
    }

    /// The sites of a block, each with what it is.
    fn sites_of(&self, block: Block) -> String {
        let read = Role::ALL.map(|role| format!("{} ({role})", self.read_site(block, role)));
        format!("block {block} has {}, {}, {} and {}", read[1], read[2], Site::Output(block), read[0])
    }
}
