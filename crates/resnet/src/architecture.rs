//! What a set of tensors makes of ResNet18: widths, classes, the state of batch norm, and what is missing.

use crate::block::Block;
use crate::error::NetworkError;
use crate::layout::{self, BatchNormState};
use std::collections::BTreeMap;
use weights::{TensorSet, WeightsError};

/// What cannot be computed for want of tensors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The block, or `None` for the fully connected layer.
    pub block: Option<Block>,
    /// Names of its missing tensors; empty where only an earlier block is incomplete.
    pub tensors: Vec<String>,
}

/// The network that a set of tensors describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Architecture {
    widths: [usize; 4],
    classes: Option<usize>,
    batch_norm: BatchNormState,
    blocks: Vec<Block>,
    missing: Vec<Missing>,
}

impl Architecture {
    /// Infers it from torchvision's names and checks every tensor's shape.
    ///
    /// Tensors may be missing from any block; the blocks before the first incomplete one are usable.
    ///
    /// # Errors
    /// If the stem is incomplete, batch norm is separate in one place and folded in another, or a tensor has the wrong
    /// shape or is none of ResNet18's.
    ///
    /// ```
    /// # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
    /// // `file` is fixtures/resnet18-16.npz.
    /// let tensors = weights::TensorSet::load(file).unwrap();
    /// let architecture = resnet::Architecture::infer(&tensors)?;
    /// assert_eq!((architecture.widths(), architecture.classes()), ([16, 32, 64, 128], Some(20)));
    /// assert!(architecture.is_complete());
    /// # Ok::<(), resnet::NetworkError>(())
    /// ```
    pub fn infer(tensors: &TensorSet) -> Result<Architecture, NetworkError> {
        let batch_norm = batch_norm_state(tensors)?;
        let widths = widths(tensors)?;
        let stem = layout::stem(widths[0]);
        let mut known = Vec::new();
        for (name, shape) in stem.tensors(batch_norm) {
            tensors.require(&name, &shape)?;
            known.push(name);
        }
        let (mut blocks, mut missing) = (Vec::new(), Vec::new());
        for block in Block::ALL {
            let layout = layout::block(block, widths);
            let expected: Vec<_> = layout.convolutions().flat_map(|c| c.tensors(batch_norm)).collect();
            let absent = absent(tensors, &expected)?;
            known.extend(expected.into_iter().map(|(name, _)| name));
            if absent.is_empty() && missing.is_empty() {
                blocks.push(block);
            } else {
                missing.push(Missing { block: Some(block), tensors: absent });
            }
        }
        let classes = tensors.get("fc.weight").or(tensors.get("fc.bias")).and_then(|t| t.shape().first().copied());
        let expected = [("fc.weight", vec![classes.unwrap_or(0), widths[3]]), ("fc.bias", vec![classes.unwrap_or(0)])]
            .map(|(name, shape)| (name.to_owned(), shape));
        let absent = absent(tensors, &expected)?;
        known.extend(expected.map(|(name, _)| name));
        if !absent.is_empty() || !missing.is_empty() {
            missing.push(Missing { block: None, tensors: absent });
        }
        if let Some(tensor) = tensors.iter().find(|t| !known.iter().any(|k| k == t.name())) {
            return Err(
                WeightsError::Unexpected { file: tensor.file().to_owned(), tensor: tensor.name().to_owned() }.into()
            );
        }
        Ok(Architecture { widths, classes, batch_norm, blocks, missing })
    }

    /// Channels of the four stages; zero for a stage of which there is no tensor.
    pub fn widths(&self) -> [usize; 4] {
        self.widths
    }

    /// Channels of a block's Input, Block and Output.
    pub fn channels(&self, block: Block) -> usize {
        self.widths[block.stage() - 1]
    }

    /// How many classes the fully connected layer tells apart; `None` where it is missing.
    pub fn classes(&self) -> Option<usize> {
        self.classes
    }

    /// Whether batch norm is separate or folded.
    pub fn batch_norm(&self) -> BatchNormState {
        self.batch_norm
    }

    /// The usable blocks: all before the first that lacks a tensor.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// What is not usable, in order.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// Whether all eight blocks and the fully connected layer are usable.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// One sentence about what cannot be computed and which tensors are missing, if anything is.
    pub fn missing_sentence(&self) -> Option<String> {
        let name = |m: &Missing| m.block.map_or_else(|| "fc".to_owned(), |b| b.to_string());
        let names: Vec<String> = self.missing.iter().map(name).collect();
        let tensors: Vec<String> = self.missing.iter().flat_map(|m| m.tensors.clone()).collect();
        let (last, rest) = names.split_last()?;
        let names = if rest.is_empty() { last.clone() } else { format!("{} and {last}", rest.join(", ")) };
        Some(format!("{names} cannot be computed: missing {}", tensors.join(", ")))
    }
}

/// The names among `expected` that are absent; those present must have the expected shape.
fn absent(tensors: &TensorSet, expected: &[(String, Vec<usize>)]) -> Result<Vec<String>, WeightsError> {
    let mut absent = Vec::new();
    for (name, shape) in expected {
        match tensors.get(name) {
            Some(_) => drop(tensors.require(name, shape)?),
            None => absent.push(name.clone()),
        }
    }
    Ok(absent)
}

/// Folded where a convolution has a bias, separate where a batch norm has a running mean; both at once is an error.
fn batch_norm_state(tensors: &TensorSet) -> Result<BatchNormState, NetworkError> {
    let is_convolution_bias = |name: &str| {
        name.ends_with("downsample.0.bias") || name.ends_with("conv1.bias") || name.ends_with("conv2.bias")
    };
    let find = |is: &dyn Fn(&str) -> bool| tensors.iter().map(|t| t.name()).find(|name| is(name));
    let bias = find(&is_convolution_bias);
    let mean = find(&|name| name.ends_with("running_mean"));
    match (bias, mean) {
        (Some(bias), Some(mean)) => {
            Err(NetworkError::MixedBatchNorm { separate: mean.to_owned(), folded: bias.to_owned() })
        }
        (Some(_), None) => Ok(BatchNormState::Folded),
        _ => Ok(BatchNormState::Separate),
    }
}

/// Channels of the four stages: what most tensors of a stage show, so that a single wrong one is the one that is named.
fn widths(tensors: &TensorSet) -> Result<[usize; 4], NetworkError> {
    let first = |shape: &[usize]| shape.first().copied().unwrap_or(0);
    let stem = tensors.find("conv1.weight")?;
    let mut widths = [first(stem.shape()), 0, 0, 0];
    for stage in 2..=4 {
        // In each of these the first dimension is the number of output channels.
        let prefix = format!("layer{stage}.");
        let mut votes = BTreeMap::new();
        for tensor in tensors.iter().filter(|t| t.name().starts_with(&prefix)) {
            *votes.entry(first(tensor.shape())).or_insert(0) += 1;
        }
        widths[stage - 1] = votes.into_iter().max_by_key(|(_, count)| *count).map_or(0, |(width, _)| width);
    }
    Ok(widths)
}
