//! What names and shapes of tensors say of the network that they belong to.

use crate::architecture::{Architecture, Missing};
use crate::block::Block;
use crate::error::NetworkError;
use crate::layout::{BatchNormState, BlockLayout, ConvolutionLayout, Shortcut, Stem};
use crate::part::{Part, Words};
use crate::refuse;
use autodiff::Sliding;
use std::collections::BTreeMap;
use weights::{Tensor, TensorSet, WeightsError};

impl Architecture {
    /// Infers it from torchvision's names, or those of CIFAR's networks, and checks every tensor's shape.
    ///
    /// Tensors may be missing from any block; the blocks before the first incomplete one are usable.
    ///
    /// # Errors
    /// If it is of a kind that cannot be studied, the stem is incomplete, batch norm is separate in one place and folded in
    /// another, or a tensor has the wrong shape or is none of such a network's.
    ///
    /// ```
    /// # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
    /// // `file` is fixtures/resnet18-16.npz.
    /// let tensors = weights::TensorSet::load(file).unwrap();
    /// let architecture = resnet::Architecture::infer(&tensors)?;
    /// assert_eq!((architecture.widths(), architecture.classes()), (vec![16, 32, 64, 128], Some(20)));
    /// assert_eq!((architecture.name().as_str(), architecture.is_complete()), ("resnet18", true));
    /// # Ok::<(), resnet::NetworkError>(())
    /// ```
    pub fn infer(tensors: &TensorSet) -> Result<Architecture, NetworkError> {
        let shape = |name: &str| tensors.get(name).map(Tensor::shape);
        if let Some(refused) = refuse::refused(tensors.names(), &shape) {
            return Err(NetworkError::Kind(refused));
        }
        let batch_norm = batch_norm_state(tensors)?;
        let blocks = blocks(tensors)?;
        let seen = Seen::new(tensors)?;
        let layouts = seen.layouts(&blocks);
        let mut known = Vec::new();
        for (name, shape) in seen.stem.convolution.tensors(batch_norm) {
            tensors.require(&name, &shape)?;
            known.push(name);
        }
        let (mut usable, mut missing) = (Vec::new(), Vec::new());
        for layout in &layouts {
            let expected: Vec<_> = layout.convolutions().flat_map(|c| c.tensors(batch_norm)).collect();
            let absent = absent(tensors, &expected)?;
            known.extend(expected.into_iter().map(|(name, _)| name));
            if absent.is_empty() && missing.is_empty() {
                usable.push(layout.block);
            } else {
                missing.push(Missing { block: Some(layout.block), name: layout.block.to_string(), tensors: absent });
            }
        }
        let head = seen.words.classes;
        let names = ["weight", "bias"].map(|part| format!("{head}.{part}"));
        let classes = names.iter().find_map(|name| tensors.get(name)?.shape().first().copied());
        let width = layouts.last().map_or(0, BlockLayout::channels);
        let [weight, bias] = names.clone();
        let count = classes.unwrap_or(0);
        let absent = absent(tensors, &[(weight, vec![count, width]), (bias, vec![count])])?;
        known.extend(names);
        let has_classifier = absent.is_empty() && missing.is_empty();
        // A network without a single tensor of class scores has none to miss.
        let headless = classes.is_none();
        if !missing.is_empty() || !(absent.is_empty() || headless) {
            missing.push(Missing { block: None, name: head.to_string(), tensors: absent });
        }
        if let Some(tensor) = tensors.iter().find(|t| !known.iter().any(|k| k == t.name())) {
            return Err(unexpected(tensor).into());
        }
        let Seen { stem, words, .. } = seen;
        Ok(Architecture { stem, layouts, usable, words, classes, has_classifier, batch_norm, missing })
    }
}

fn unexpected(tensor: &Tensor) -> WeightsError {
    WeightsError::Unexpected { file: tensor.file().to_owned(), tensor: tensor.name().to_owned() }
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
        let module = name.strip_suffix(".bias").unwrap_or_default();
        let last = module.rsplit('.').next().unwrap_or_default();
        let projection = Words::ALL.iter().any(|words| module.ends_with(&format!("{}.0", words.shortcut)));
        projection || last.strip_prefix("conv").is_some_and(|number| number.parse::<u8>().is_ok())
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

/// How many blocks each stage has: up to the last of which there is a tensor, and one where there is none.
fn blocks(tensors: &TensorSet) -> Result<Vec<usize>, WeightsError> {
    let mut counts: Vec<(usize, usize)> = vec![(1, 0)];
    for tensor in tensors.iter() {
        let Some((block, _)) = Block::leading(tensor.name()).filter(|_| tensor.name().starts_with("layer")) else {
            continue;
        };
        // A stranger's number: no network has more stages than tensors.
        if block.stage() > tensors.len() {
            return Err(unexpected(tensor));
        }
        counts.resize(counts.len().max(block.stage()), (1, 0));
        let (blocks, seen) = &mut counts[block.stage() - 1];
        (*blocks, *seen) = ((*blocks).max(block.index() + 1), *seen + 1);
    }
    // A stage without a single tensor may be missing; what stands behind two of them is no part of the network.
    if let Some(gap) = counts.windows(2).position(|pair| pair.iter().all(|(_, seen)| *seen == 0)) {
        let behind = |tensor: &&Tensor| {
            let block = Block::leading(tensor.name()).filter(|_| tensor.name().starts_with("layer"));
            block.is_some_and(|(block, _)| block.stage() > gap + 2)
        };
        if let Some(tensor) = tensors.iter().find(behind) {
            return Err(unexpected(tensor));
        }
    }
    let far = |&(blocks, seen): &(usize, usize)| blocks > seen.max(1);
    if let Some(stage) = counts.iter().position(far) {
        let prefix = format!("layer{}.{}.", stage + 1, counts[stage].0 - 1);
        if let Some(tensor) = tensors.iter().find(|t| t.name().starts_with(&prefix)) {
            return Err(unexpected(tensor));
        }
    }
    Ok(counts.into_iter().map(|(blocks, _)| blocks).collect())
}

/// What tensors show of all blocks at once.
struct Seen<'a> {
    tensors: &'a TensorSet,
    stem: Stem,
    words: Words,
    bottleneck: bool,
    /// Whether shortcuts have no tensors where the shape changes.
    padded: bool,
}

impl<'a> Seen<'a> {
    fn new(tensors: &'a TensorSet) -> Result<Seen<'a>, NetworkError> {
        let stem = tensors.find("conv1.weight")?;
        let dimension = |at: usize| stem.shape().get(at).copied().unwrap_or(0);
        let stem = Stem::of(dimension(2), dimension(0));
        let any = |part: &str| tensors.names().any(|name| name.starts_with("layer") && name.contains(part));
        let shortcut = |words: &Words| any(&format!(".{}.", words.shortcut));
        let head = |words: &Words| tensors.names().any(|name| name.starts_with(&format!("{}.", words.classes)));
        let words = Words::ALL.into_iter().find(|words| shortcut(words) || head(words));
        let none = !Words::ALL.iter().any(shortcut);
        // Where nothing shows it, small images are what tells CIFAR's networks apart.
        let by_stem = if stem.pooling.is_some() { Words::TORCHVISION } else { Words::CIFAR };
        let words = words.unwrap_or(by_stem);
        let padded = none && stem.pooling.is_none();
        Ok(Seen { tensors, stem, words, bottleneck: any(".conv3.") || any(".bn3."), padded })
    }

    /// What most of a stage's tensors of these parts show in a dimension, so that a single wrong one is the one that is named.
    fn vote(&self, stage: usize, parts: &[&str], dimension: usize) -> usize {
        let mut votes = BTreeMap::new();
        for tensor in self.tensors.iter() {
            let Some((block, rest)) = Block::leading(tensor.name()) else { continue };
            let is_of = |part: &&str| rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(part));
            if block.stage() == stage && parts.iter().any(is_of) {
                *votes.entry(tensor.shape().get(dimension).copied().unwrap_or(0)).or_insert(0) += 1;
            }
        }
        votes.into_iter().max_by_key(|(_, count)| *count).map_or(0, |(width, _)| width)
    }

    /// Every block, given how many each stage has.
    fn layouts(&self, blocks: &[usize]) -> Vec<BlockLayout> {
        let mut layouts = Vec::new();
        let mut enters = self.stem.convolution.outputs;
        for (at, &count) in blocks.iter().enumerate() {
            let stage = at + 1;
            let shortcut = format!("{}.", self.words.shortcut);
            let outer = if self.bottleneck { ["conv3.", "bn3.", &shortcut] } else { ["conv", "bn", &shortcut] };
            // A stage without a tensor is as wide as what the next one reads.
            let next = self.tensors.get(&format!("layer{}.0.conv1.weight", stage + 1));
            let next = next.and_then(|tensor| tensor.shape().get(1).copied()).unwrap_or(0);
            let width = Some(self.vote(stage, &outer, 0)).filter(|&width| width > 0).unwrap_or(next);
            let inner = match self.bottleneck {
                true => self.vote(stage, &["conv1.", "bn1.", "conv2.", "bn2."], 0),
                false => width,
            };
            let each = if self.bottleneck { self.vote(stage, &["conv2.weight"], 1) } else { inner };
            let groups = if each > 0 && inner.is_multiple_of(each) { inner / each } else { 1 };
            for index in 0..count {
                let stride = if stage > 1 && index == 0 { 2 } else { 1 };
                let size = Size { enters, inner, width, groups: groups.max(1), stride };
                layouts.push(self.layout(block(stage, index), &size));
                enters = width;
            }
        }
        layouts
    }

    fn layout(&self, block: Block, size: &Size) -> BlockLayout {
        let &Size { enters, inner, width, groups, stride } = size;
        let module = block.module();
        let layout = |[name, norm]: [&str; 2], [inputs, outputs]: [usize; 2], sliding| {
            let [name, norm] = [name, norm].map(|part| format!("{module}.{part}"));
            ConvolutionLayout { name, norm, outputs, inputs, groups: 1, sliding }
        };
        let square = |stride| Sliding::square(3, stride, 1);
        let point = |stride| Sliding::square(1, stride, 0);
        let branch = match self.bottleneck {
            false => vec![
                layout(["conv1", "bn1"], [enters, width], square(stride)),
                layout(["conv2", "bn2"], [width, width], square(1)),
            ],
            true => vec![
                layout(["conv1", "bn1"], [enters, inner], point(1)),
                ConvolutionLayout { groups, ..layout(["conv2", "bn2"], [inner, inner], square(stride)) },
                layout(["conv3", "bn3"], [inner, width], point(1)),
            ],
        };
        let [name, norm] = [0, 1].map(|part| format!("{}.{part}", self.words.shortcut));
        // A first block may project although nothing changes.
        let weight = format!("{module}.{name}.weight");
        let projects = block.index() == 0 && self.tensors.get(&weight).is_some();
        let shortcut = if stride == 1 && enters == width && !projects {
            Shortcut::Identity
        } else if self.padded {
            Shortcut::Padded { stride, before: width.saturating_sub(enters) / 2 }
        } else {
            Shortcut::Projection(layout([&name, &norm], [enters, width], point(stride)))
        };
        let last_norm = Part::LAST_NORMS[usize::from(self.bottleneck)];
        BlockLayout { block, branch, shortcut, last_norm }
    }
}

/// Channels and stride of a block.
struct Size {
    enters: usize,
    inner: usize,
    width: usize,
    groups: usize,
    stride: usize,
}

/// A block of numbers that a name had, or fewer.
fn block(stage: usize, index: usize) -> Block {
    let number = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    Block::new(number(stage), number(index))
}
