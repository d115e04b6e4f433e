//! What a file of weights holds.

use crate::error::RunError;
use crate::preprocessing::{self, Asked};
use crate::source::Tensors;
use resnet::{Architecture, Role, Shortcut, Stage};
use serde::Serialize;
use std::path::Path;
use weights::Checkpoint;

/// What a file or folder holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// Where it is.
    pub path: String,
    /// What it is, such as "an `.npz` archive".
    pub format: String,
    /// How many tensors it holds.
    pub tensors: usize,
    /// Whose names they have.
    pub names: Option<String>,
    /// What stands before each name, and is stripped.
    pub prefix: Option<String>,
    /// How they were found: each a sentence.
    pub notes: Vec<String>,
    /// Names of tensors that belong to no residual network.
    pub left_over: Vec<String>,
    /// The network, where they are one that is understood.
    pub network: Option<InspectedNetwork>,
    /// Why it cannot be studied, where it cannot.
    pub refused: Option<String>,
}

/// The network that a file holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InspectedNetwork {
    /// Its name, such as `resnet18`.
    pub architecture: String,
    /// What it is, as a phrase.
    pub description: String,
    /// The digest of its tensors.
    pub digest: String,
    /// `separate` or `folded`.
    pub batch_norm: String,
    /// How many classes it tells apart, if it has its last layer.
    pub classes: Option<usize>,
    /// Its stages.
    pub stages: Vec<InspectedStage>,
    /// Its blocks.
    pub blocks: Vec<InspectedBlock>,
    /// Its sites, in the order of computation.
    pub sites: Vec<InspectedSite>,
    /// How photographs become images that it reads.
    pub preprocessing: InspectedPreprocessing,
    /// Names of tensors that are missing.
    pub missing: Vec<String>,
    /// What cannot be computed for want of them, as a sentence.
    pub not_computed: Option<String>,
}

/// A stage of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InspectedStage {
    /// Its number, from 1.
    pub stage: usize,
    /// How many blocks it has.
    pub blocks: usize,
    /// Channels of the stream.
    pub channels: usize,
    /// Channels of the convolution before the last of a block.
    pub inner_channels: usize,
    /// Groups of that convolution.
    pub groups: usize,
    /// By how much it makes maps smaller.
    pub stride: usize,
}

/// A block of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InspectedBlock {
    /// Its name, such as `3.1`.
    pub block: String,
    /// How many convolutions its branch has.
    pub convolutions: usize,
    /// Whether all of its tensors and of those before it are there.
    pub usable: bool,
    /// Whether it is studied where no blocks are named.
    pub studied: bool,
    /// Its channels that have an Input.
    pub channels: usize,
    /// `identity`, `projection` or `padded with zero channels`.
    pub shortcut: String,
    /// Where its Input is read.
    pub input: String,
    /// Where its Block is read.
    pub contribution: String,
    /// Where its Output is read.
    pub output: String,
}

/// A site of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InspectedSite {
    /// Its name.
    pub site: String,
    /// Channels, rows and columns of its map.
    pub shape: [usize; 3],
    /// Rows and columns of pixels that a neuron of it sees, beyond the border too; nothing where that is all.
    pub receptive_field: Option<usize>,
    /// The jitter of pictures made for it, in pixels.
    pub jitter: usize,
    /// Whether its tensors are there.
    pub usable: bool,
}

/// How photographs become images.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InspectedPreprocessing {
    /// Rows and columns of the images.
    pub input_size: usize,
    /// What the shorter side of a photograph is resized to.
    pub resize: usize,
    /// What is subtracted from the colors.
    pub mean: [f32; 3],
    /// What they are divided by then.
    pub std: [f32; 3],
}

/// Looks at a file or folder.
///
/// # Errors
/// If it cannot be read as tensors at all. What is of a network that cannot be studied is described as far as it is
/// understood.
pub fn inspect(path: &Path) -> Result<Inspection, RunError> {
    let checkpoint = Checkpoint::open(path)?;
    let mut found = Inspection {
        path: path.display().to_string(),
        format: checkpoint.format().to_owned(),
        tensors: checkpoint.names().count(),
        names: None,
        prefix: None,
        notes: Vec::new(),
        left_over: Vec::new(),
        network: None,
        refused: None,
    };
    drop(checkpoint);
    let Tensors { naming, tensors, notes } = match Tensors::read(path) {
        Ok(tensors) => tensors,
        Err(error) => {
            found.refused = Some(error.to_string());
            return Ok(found);
        }
    };
    found.names = Some(naming.scheme().to_owned());
    found.prefix = Some(naming.prefix().to_owned()).filter(|prefix| !prefix.is_empty());
    found.left_over = naming.left().to_vec();
    found.notes = notes;
    let architecture = match Architecture::infer(&tensors) {
        Ok(architecture) => architecture,
        Err(error) => {
            found.refused = Some(RunError::of_network(path, error).to_string());
            return Ok(found);
        }
    };
    let read = preprocessing::of(path, Asked::default(), &architecture)?;
    found.notes.extend(read.notes);
    // What only the values, or what is not built yet, stand against.
    found.refused = resnet::Network::new(&tensors).err().map(|error| RunError::of_network(path, error).to_string());
    let digest = tensors.digest().to_string();
    found.network = Some(InspectedNetwork::of(&architecture, digest, read.preprocessing));
    Ok(found)
}

impl InspectedNetwork {
    fn of(architecture: &Architecture, digest: String, read: resnet::Preprocessing) -> InspectedNetwork {
        let usable = architecture.sites();
        let site = |site: resnet::Site| {
            let shape = architecture.shape(site, read.size)?;
            Some(InspectedSite {
                site: site.to_string(),
                shape: [shape.channels, shape.height, shape.width],
                receptive_field: architecture.field(site).map(|field| field.size),
                jitter: featviz::jitter_of(architecture, site, read.size),
                usable: usable.contains(&site),
            })
        };
        InspectedNetwork {
            architecture: architecture.name(),
            description: architecture.description(),
            digest,
            batch_norm: architecture.batch_norm().name().to_owned(),
            classes: architecture.classes(),
            stages: architecture.stages().iter().map(InspectedStage::of).collect(),
            blocks: architecture.all_blocks().map(|block| InspectedBlock::of(architecture, block)).collect(),
            sites: architecture.all_sites().into_iter().filter_map(site).collect(),
            preprocessing: InspectedPreprocessing {
                input_size: read.size,
                resize: read.resize,
                mean: read.colors.mean,
                std: read.colors.std,
            },
            missing: architecture.missing().iter().flat_map(|missing| missing.tensors.clone()).collect(),
            not_computed: architecture.missing_sentence(),
        }
    }
}

impl InspectedStage {
    fn of(stage: &Stage) -> InspectedStage {
        let &Stage { number, blocks, width, inner, groups, stride } = stage;
        InspectedStage { stage: number, blocks, channels: width, inner_channels: inner, groups, stride }
    }
}

impl InspectedBlock {
    fn of(architecture: &Architecture, layout: &resnet::BlockLayout) -> InspectedBlock {
        let block = layout.block;
        let [input, contribution, output] = Role::ALL.map(|role| architecture.read_site(block, role).to_string());
        let shortcut = match layout.shortcut {
            Shortcut::Identity => "identity",
            Shortcut::Projection(_) => "projection",
            Shortcut::Padded { .. } => "padded with zero channels",
        };
        InspectedBlock {
            block: block.to_string(),
            convolutions: layout.branch.len(),
            usable: architecture.blocks().contains(&block),
            studied: architecture.studied().contains(&block),
            channels: architecture.studied_channels(block).len(),
            shortcut: shortcut.to_owned(),
            input,
            contribution,
            output,
        }
    }
}

impl Inspection {
    /// It for people, line by line.
    pub fn text(&self) -> String {
        let mut lines = vec![format!("{}: {} of {} tensors", self.path, self.format, self.tensors)];
        if let Some(names) = &self.names {
            let prefix =
                self.prefix.as_ref().map_or_else(String::new, |prefix| format!(", behind the prefix `{prefix}`"));
            lines.push(format!("names         {names}{prefix}"));
        }
        if let Some(network) = &self.network {
            lines.extend(network.lines());
        }
        let left = match self.left_over.as_slice() {
            [] => "nothing".to_owned(),
            names => names.join(", "),
        };
        lines.push(format!("left over     {left}"));
        lines.extend(self.notes.iter().map(|note| format!("note          {note}")));
        lines.join("\n")
    }
}

impl InspectedNetwork {
    fn lines(&self) -> Vec<String> {
        let InspectedPreprocessing { input_size, resize, mean, std } = &self.preprocessing;
        let classes = self.classes.map_or_else(|| "no last layer".to_owned(), |classes| classes.to_string());
        let mut lines = vec![
            format!("network       {}", self.description),
            format!("batch norm    {}", self.batch_norm),
            format!("classes       {classes}"),
            format!(
                "images        {input_size} x {input_size}, cut from a shorter side of {resize}; mean {mean:?}, std {std:?}"
            ),
            format!("digest        {}", self.digest),
            format!("missing       {}", self.not_computed.as_deref().unwrap_or("nothing")),
            String::new(),
            "stage  blocks  channels  inner  groups  stride".to_owned(),
        ];
        for s in &self.stages {
            lines.push(format!(
                "{:>5}  {:>6}  {:>8}  {:>5}  {:>6}  {:>6}",
                s.stage, s.blocks, s.channels, s.inner_channels, s.groups, s.stride
            ));
        }
        lines.extend([String::new(), "block  convolutions  channels  studied  shortcut".to_owned()]);
        for b in &self.blocks {
            let studied = match (b.usable, b.studied) {
                (false, _) => "lacks tensors",
                (true, true) => "yes",
                (true, false) => "if named",
            };
            lines.push(format!(
                "{:<5}  {:>12}  {:>8}  {studied:<8} {}",
                b.block, b.convolutions, b.channels, b.shortcut
            ));
        }
        lines.extend([String::new(), "site                      channels  rows  columns  sees  jitter".to_owned()]);
        for s in &self.sites {
            let [channels, rows, columns] = s.shape;
            let sees = s.receptive_field.map_or_else(|| "all".to_owned(), |field| field.to_string());
            let lacks = if s.usable { "" } else { "  lacks tensors" };
            lines.push(format!(
                "{:<24}  {channels:>8}  {rows:>4}  {columns:>7}  {sees:>4}  {:>6}{lacks}",
                s.site, s.jitter
            ));
        }
        lines.push(String::new());
        lines
    }
}
