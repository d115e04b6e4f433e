//! The pictures and the table of a finished run, and the budgets of its mix ratios.

use crate::budget::channel::{ChannelBudget, Exact};
use crate::budget::kept::Kept;
use crate::comparison::{Comparison, Step, Witness};
use crate::error::AuditError;
use crate::twin::bounded::{SINGLE, normalised};
use crate::twin::enclosure::{Enclosed, Roles};
use crate::twin::network::TwinNetwork;
use rayon::prelude::*;
use report::{ChannelRow, Manifest, layout, read_table};
use resnet::{Architecture, Block, Colors, Role};
use runs::{Event, Loaded, Observer};
use std::num::NonZero;
use std::path::{Path, PathBuf};

/// A finished run of the same weights.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
    /// Rows and columns of its pictures.
    size: usize,
    /// By what they are normalised.
    colors: Colors,
    /// The network's description.
    pub(crate) architecture: Architecture,
    /// What of the network determines a picture.
    pub(crate) identity: String,
    /// The rows of the table of channels, each of a channel that the network has.
    rows: Vec<(Block, ChannelRow)>,
}

/// A picture of a run.
pub(crate) struct Picture {
    /// Where it is, from the run's folder on.
    pub(crate) name: PathBuf,
    /// Its file.
    pub(crate) bytes: Vec<u8>,
    pub(crate) pixels: Vec<u8>,
}

impl Run {
    /// Refuses a run of other weights, of images of another size, or with a table of other channels.
    pub(crate) fn open(folder: &Path, loaded: &Loaded) -> Result<Run, AuditError> {
        let manifest = Manifest::read(folder)?;
        let network = &manifest.network;
        let size = loaded.size();
        if network.weights_digest != loaded.digest {
            let sentence = runs::other_weights(&manifest, folder, &loaded.source.path);
            return Err(AuditError::OtherWeights { sentence });
        }
        if network.input_size != size {
            return Err(AuditError::Absent {
                path: folder.join(layout::MANIFEST),
                expected: format!("a run at {size} pixels"),
                found: format!("one at {} pixels; --input-size says which", network.input_size),
            });
        }
        let Colors { mean, std } = loaded.preprocessing.colors;
        if let Some(of) = network.preprocessing.as_ref().filter(|of| (of.mean, of.std) != (mean, std)) {
            return Err(AuditError::Absent {
                path: folder.join(layout::MANIFEST),
                expected: format!("a run of images with mean {mean:?} and std {std:?}"),
                found: format!("one with {:?} and {:?}; --mean and --std say which", of.mean, of.std),
            });
        }
        let table = folder.join(layout::CHANNELS);
        let architecture = loaded.network.architecture();
        let known = |row: ChannelRow| {
            let block = row.block.parse().ok();
            match block.filter(|b| architecture.blocks().contains(b)) {
                Some(block) if row.channel < architecture.channels(block) => Ok((block, row)),
                _ => Err(AuditError::Absent {
                    path: table.clone(),
                    expected: "channels of the network".to_owned(),
                    found: format!("channel {} of block {}", row.channel, row.block),
                }),
            }
        };
        let rows: Vec<ChannelRow> = read_table(&table)?;
        Ok(Run {
            folder: folder.to_owned(),
            manifest,
            size,
            colors: loaded.preprocessing.colors,
            architecture: architecture.clone(),
            identity: loaded.identity(),
            rows: rows.into_iter().map(known).collect::<Result<_, _>>()?,
        })
    }

    /// The digest of its manifest.
    pub(crate) fn digest(&self) -> String {
        self.manifest.digest.clone()
    }

    /// The digest of the images that its tuning curves were measured on.
    pub(crate) fn images_digest(&self) -> Option<String> {
        self.manifest.images.as_ref().map(|images| images.digest.clone())
    }

    /// Whether the table that is audited is the one that the run wrote.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn table_is_the_manifests(&self) -> Result<Comparison, AuditError> {
        let path = self.folder.join(layout::CHANNELS);
        let bytes = std::fs::read(&path).map_err(|source| report::ReportError::Read { path, source })?;
        let now = blake3::hash(&bytes).to_hex();
        let same = self.manifest.files.get(layout::CHANNELS).map(String::as_str) == Some(&now);
        let what = format!("{} has the digest that the manifest lists", layout::CHANNELS);
        let differ = usize::from(!same);
        Ok(Step::ErrorBudget.against(Witness::Identity, what).equal(1, differ))
    }

    /// What the table says of a channel.
    pub(crate) fn row(&self, block: Block, channel: usize) -> Result<&ChannelRow, AuditError> {
        let mut rows = self.rows.iter();
        let found = rows.find(|(of, row)| *of == block && row.channel == channel);
        let (_, row) = found.ok_or_else(|| AuditError::Absent {
            path: self.folder.join(layout::CHANNELS),
            expected: format!("channel {channel} of block {block}"),
            found: "no row of it".to_owned(),
        })?;
        Ok(row)
    }

    /// A role's picture of a channel.
    pub(crate) fn picture(&self, row: &ChannelRow, role: Role) -> Result<Picture, AuditError> {
        let name = layout::feature(&row.block, role.name(), row.channel);
        let path = self.folder.join(&name);
        let bytes = std::fs::read(&path).map_err(|source| report::ReportError::Read { path: path.clone(), source })?;
        let picture = images::decode_bytes(&bytes, &path)?;
        let (width, height) = (picture.width(), picture.height());
        if (width, height) != (self.size, self.size) {
            return Err(AuditError::Absent {
                path,
                expected: format!("a picture of {0}x{0} pixels", self.size),
                found: format!("one of {width}x{height}"),
            });
        }
        Ok(Picture { name, bytes, pixels: picture.into_pixels() })
    }

    /// The rows of up to `channels` channels of each block, evenly over the block, whose pictures are all there.
    ///
    /// # Errors
    /// If one of their pictures cannot be read: better now than after all others.
    pub(crate) fn choose(
        &self,
        blocks: &[Block],
        channels: NonZero<usize>,
    ) -> Result<Vec<&(Block, ChannelRow)>, AuditError> {
        let mut chosen = Vec::new();
        for block in blocks {
            let defined = |(of, row): &&(Block, ChannelRow)| of == block && row.mix_ratio.is_some();
            let of_block: Vec<_> = self.rows.iter().filter(defined).collect();
            let step = of_block.len().div_ceil(channels.get()).max(1);
            chosen.extend(of_block.into_iter().step_by(step));
        }
        let readable = |(_, row): &&(Block, ChannelRow)| {
            self.picture(row, Role::Input)?;
            self.picture(row, Role::Block).map(drop)
        };
        chosen.par_iter().try_for_each(readable)?;
        Ok(chosen)
    }

    /// The budgets of some rows; those that an interrupted audit finished are taken from what it kept, and the others kept.
    pub(crate) fn budgets(
        &self,
        twin: &TwinNetwork,
        chosen: &[&(Block, ChannelRow)],
        (kept, observer): (&Kept, &dyn Observer),
    ) -> Result<Vec<ChannelBudget>, AuditError> {
        let keys: Vec<blake3::Hash> = chosen.iter().map(|(_, row)| self.key(row)).collect::<Result<_, _>>()?;
        let before: Vec<Option<ChannelBudget>> = keys.iter().map(|key| kept.get(key)).collect();
        let done = before.iter().flatten().count();
        observer.event(Event::Phase { name: "error budgets".into(), total: chosen.len(), done });
        let budget = |((&&(block, ref row), key), before): ((&&(Block, ChannelRow), &blake3::Hash), Option<_>)| {
            if let Some(before) = before {
                return Ok(before);
            }
            let budget = self.budget(twin, block, row)?;
            kept.keep(key, &budget)?;
            observer.event(Event::Advanced);
            Ok(budget)
        };
        let all = chosen.par_iter().zip(&keys).zip(before);
        let budgets: Vec<_> = all.map(budget).collect::<Result<_, AuditError>>()?;
        observer.event(Event::PhaseEnded);
        Ok(budgets)
    }

    /// The digest of all that determines a budget: the program, the weights, the row and its pictures.
    fn key(&self, row: &ChannelRow) -> Result<blake3::Hash, AuditError> {
        let mut hasher = blake3::Hasher::new();
        let network = &self.manifest.network;
        let source = runs::build_record().source_digest;
        let row_as_text = serde_json::to_string(row).unwrap_or_default();
        for part in [&source, &self.identity, &network.input_size.to_string(), &row_as_text] {
            hasher.update(part.as_bytes()).update(b"\n");
        }
        for role in [Role::Input, Role::Block] {
            hasher.update(blake3::hash(&self.picture(row, role)?.bytes).as_bytes());
        }
        Ok(hasher.finalize())
    }

    /// The budget of a channel with a mix ratio.
    pub(crate) fn budget(
        &self,
        twin: &TwinNetwork,
        block: Block,
        row: &ChannelRow,
    ) -> Result<ChannelBudget, AuditError> {
        let (size, channel) = (self.size, row.channel);
        let input = self.picture(row, Role::Input)?.pixels;
        let added = self.picture(row, Role::Block)?.pixels;
        let first_order = |pixels: &[u8]| {
            let image = normalised(pixels, size, (self.colors, SINGLE));
            twin.first_order(&image, block).activation(Role::Output, channel)
        };
        let roles = |image: &Enclosed| -> Result<Roles, AuditError> {
            twin.enclose(image, block, channel).ok_or_else(|| AuditError::Absent {
                path: self.folder.clone(),
                expected: format!("a run of a network with block {block}"),
                found: "none".to_owned(),
            })
        };
        let (image, of_block) =
            (Enclosed::normalised(&input, size, self.colors), Enclosed::normalised(&added, size, self.colors));
        let exact = Exact {
            on_input: roles(&image)?,
            on_block: roles(&of_block)?,
            b_enlarged_i: roles(&image.enlarged())?.block,
            i_shrunk_b: roles(&of_block.shrunk())?.input,
        };
        let bounds = (first_order(&input), first_order(&added));
        Ok(ChannelBudget::new(block, row, bounds, &exact))
    }
}
