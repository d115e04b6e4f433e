//! What the files of an output folder hold. This crate owns it: whoever writes them fills these types.

use crate::atomic::write_atomically;
use crate::error::ReportError;
use crate::provenance::{BuildRecord, PictureRecord, made_from};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// One row of `tables/channels.csv`: a channel of a block (method section 3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelRow {
    /// The block, such as `1.1`.
    pub block: String,
    /// The channel.
    pub channel: usize,
    /// Output's center activation on the Output picture, and so on: the role read, then the picture.
    pub o_o: f64,
    /// Input on the Output picture.
    pub i_o: f64,
    /// Block on the Output picture.
    pub b_o: f64,
    /// Output on the Input picture.
    pub o_i: f64,
    /// Input on the Input picture.
    pub i_i: f64,
    /// Block on the Input picture.
    pub b_i: f64,
    /// Output on the Block picture.
    pub o_b: f64,
    /// Input on the Block picture.
    pub i_b: f64,
    /// Block on the Block picture.
    pub b_b: f64,
    /// O(I) / O(B), 10 or 0; empty where the visualization failed for good.
    pub mix_ratio: Option<f64>,
    /// `overwrite`, `mix` or `skip`; empty where the mix ratio is.
    pub category: Option<String>,
    /// dB; empty where its denominator is zero.
    pub block_delta: Option<f64>,
    /// dI; empty where its denominator is zero.
    pub input_delta: Option<f64>,
    /// dB + dI; empty where either is.
    pub scale_metric: Option<f64>,
    /// Whether it meets all criteria of scale invariance.
    pub scale_invariant: bool,
    /// Whether it meets those without the mix ratio.
    pub scale_invariant_no_mix: bool,
    /// |bn2.weight|; empty where batch norm is folded.
    pub bn2_weight_abs: Option<f64>,
    /// The mean of |conv2.weight| over the channel's weights, folded with batch norm where that is folded.
    pub conv2_weight_mean_abs: Option<f64>,
    /// Spearman correlation of Input and Block over images; empty where not computed or not defined.
    pub tuning_curve_rho: Option<f64>,
    /// As `o_o`, on photographs: the mean over the nine images that the Output answers to most, rectified before. This and all that
    /// follows of photographs is empty where there were no images.
    pub photo_o_o: Option<f64>,
    /// Input on the Output's top nine images.
    pub photo_i_o: Option<f64>,
    /// Block on the Output's top nine images.
    pub photo_b_o: Option<f64>,
    /// Output on the Input's top nine images, rectified.
    pub photo_o_i: Option<f64>,
    /// Input on the Input's top nine images.
    pub photo_i_i: Option<f64>,
    /// Block on the Input's top nine images.
    pub photo_b_i: Option<f64>,
    /// Output on the Block's top nine images, rectified.
    pub photo_o_b: Option<f64>,
    /// Input on the Block's top nine images.
    pub photo_i_b: Option<f64>,
    /// Block on the Block's top nine images.
    pub photo_b_b: Option<f64>,
    /// The mix ratio of these; empty where neither O(I) nor O(B) is positive.
    pub photo_mix_ratio: Option<f64>,
    /// dB on the top nine images, clipped at zero before the mean is taken.
    pub photo_block_delta: Option<f64>,
    /// dI on the top nine images, clipped at zero before the mean is taken.
    pub photo_input_delta: Option<f64>,
    /// Their sum.
    pub photo_scale_metric: Option<f64>,
    /// Whether the measures on photographs meet all criteria of scale invariance.
    pub photo_scale_invariant: Option<bool>,
    /// The Input's share of the sum, over all images whose Output is positive; the Block's is the rest, so it is above 1 where Block on the
    /// whole takes away.
    pub photo_input_share: Option<f64>,
    /// The Block's share.
    pub photo_block_share: Option<f64>,
    /// Percent of the images with a positive Input in which Block is negative.
    pub photo_inhibited_percent: Option<f64>,
    /// Percent of the images with a positive Input in which the Output is not positive.
    pub photo_silenced_percent: Option<f64>,
    /// How often its pictures were made again.
    pub retries: u64,
}

/// One row of `tables/blocks.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockRow {
    /// The block, such as `1.1`.
    pub block: String,
    /// Channels of the block.
    pub channels: usize,
    /// Channels that were studied and whose mix ratio is defined.
    pub studied: usize,
    /// Studied channels whose visualization failed for good.
    pub failed: usize,
    /// How many are overwritten.
    pub overwrite: usize,
    /// How many are mixed.
    pub mix: usize,
    /// How many are skipped.
    pub skip: usize,
    /// How many have the mix ratio 0 because O(I) is not positive.
    pub never_from_input: usize,
    /// How many have the mix ratio 10 because O(B) is not positive.
    pub never_from_block: usize,
    /// Median mix ratio.
    pub median_mix_ratio: Option<f64>,
    /// Mean of the finite scale metrics.
    pub mean_scale_metric: Option<f64>,
    /// How many meet all criteria of scale invariance.
    pub scale_invariant: usize,
    /// The same in percent.
    pub percent_scale_invariant: Option<f64>,
    /// How many meet those without the mix ratio.
    pub scale_invariant_no_mix: usize,
    /// The same in percent.
    pub percent_scale_invariant_no_mix: Option<f64>,
}

/// One row of `tables/mix_histogram.csv`: a bin of figure 2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistogramRow {
    /// The block.
    pub block: String,
    /// Where the bin begins.
    pub from: f64,
    /// Where it ends; the last bin holds this too.
    pub to: f64,
    /// Channels in it.
    pub count: usize,
}

/// One row of `tables/exemplars.csv`: a channel that figure 1 shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExemplarRow {
    /// The block.
    pub block: String,
    /// The channel.
    pub channel: usize,
    /// The figure: 1, or 6 for the channels with the largest scale metric.
    pub figure: u8,
    /// What it is an example of.
    pub example_of: String,
    /// Its mix ratio.
    pub mix_ratio: Option<f64>,
    /// Its scale metric.
    pub scale_metric: Option<f64>,
}

/// One row of `tables/extremes.csv`: an image at either end of a role of a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtremeRow {
    /// The block.
    pub block: String,
    /// The channel.
    pub channel: usize,
    /// `input`, `block` or `output`; the Output is read before its ReLU.
    pub role: String,
    /// `top` or `bottom`.
    pub end: String,
    /// From 1, the image furthest out.
    pub rank: usize,
    /// The image, as in `activations/images.txt`.
    pub image: String,
    /// The center activation.
    pub activation: f64,
}

/// One row of `tables/scale_tuning.csv`: what a channel answers to a picture, or to nine photographs, at a size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScaleTuningRow {
    /// The block.
    pub block: String,
    /// The channel.
    pub channel: usize,
    /// `picture`, or `photographs`: then activations are means over nine, each clipped at zero before.
    pub stimulus: String,
    /// Whose picture or top photographs are seen: `input`, `block` or `output`.
    pub seen: String,
    /// How large it is seen: 1 as it is, 2 is its enlarged central half, 0.5 is shrunk to half and padded by reflection.
    pub scale: f64,
    /// Input's center activation.
    pub input_activation: f64,
    /// Block's.
    pub block_activation: f64,
    /// Output's, before its ReLU.
    pub output_activation: f64,
}

/// What came of checking a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Our result agrees.
    #[serde(rename = "holds")]
    Holds,
    /// Our result disagrees.
    #[serde(rename = "does not hold")]
    DoesNotHold,
    /// It cannot be decided; the reason says why.
    #[serde(rename = "not checked")]
    NotChecked,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Holds => "holds",
            Verdict::DoesNotHold => "does not hold",
            Verdict::NotChecked => "not checked",
        })
    }
}

/// One row of `tables/claims.csv`: a claim of the papers, and what this run says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimRow {
    /// A name for it, which never changes.
    pub id: String,
    /// The claim.
    pub claim: String,
    /// Where it is made.
    pub source: String,
    /// The paper's value; empty where it was not at hand.
    pub paper: String,
    /// Our value; empty where there is none.
    pub ours: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// Why it could not be checked, or what limits the verdict.
    pub reason: String,
}

/// One row of `tables/panels.csv`: the statistics of a panel of figure 3, 4 or 9. What is not defined is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PanelRow {
    /// The figure.
    pub figure: u8,
    /// The block.
    pub block: String,
    /// What is held against the mix ratio: `bn2_weight_abs`, `conv2_weight_mean_abs`, `block_on_input`,
    /// `tuning_curve_rho`, `photo_input_share` or `photo_inhibited_percent`.
    pub measure: String,
    /// Channels that have it.
    pub channels: usize,
    /// Channels for which it is not defined.
    pub left_out: usize,
    /// Spearman's correlation with the mix ratio, clamped to 5.
    pub spearman_rho: Option<f64>,
    /// Its two-sided p-value.
    pub spearman_p: Option<f64>,
    /// Channels with a mix ratio below 1.
    pub overwrite: usize,
    /// Their mean.
    pub overwrite_mean: Option<f64>,
    /// Its standard error.
    pub overwrite_standard_error: Option<f64>,
    /// Channels with a mix ratio of 1 or more.
    pub skip: usize,
    /// Their mean.
    pub skip_mean: Option<f64>,
    /// Its standard error.
    pub skip_standard_error: Option<f64>,
    /// F of a one-way analysis of variance between the two groups.
    pub anova_f: Option<f64>,
    /// Its p-value.
    pub anova_p: Option<f64>,
}

/// Something that was not computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotComputed {
    /// What.
    pub what: String,
    /// The tensors that are missing; empty where only something before it is incomplete.
    pub missing_tensors: Vec<String>,
}

/// The network that was studied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkRecord {
    /// Where its weights were read from, as it was given.
    pub weights: String,
    /// Digest of the tensors, whatever the file format.
    pub weights_digest: String,
    /// Channels of the four stages.
    pub widths: Vec<usize>,
    /// Rows and columns of the images it reads.
    pub input_size: usize,
    /// Classes it tells apart, if it has its last layer.
    pub classes: Option<usize>,
    /// `separate` or `folded`.
    pub batch_norm: String,
}

/// The images that tuning curves were measured on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImagesRecord {
    /// The folder, as it was given.
    pub folder: String,
    /// How many images were read.
    pub read: usize,
    /// Those that could not be read, each as one sentence.
    pub skipped: Vec<String>,
    /// Digest of the names of those that were read, in order.
    pub names_digest: String,
    /// Digest of the digests of all files in the folder, in order.
    pub digest: String,
}

/// `manifest.json`: what produced the files beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name and version of the program.
    pub program: String,
    /// Digest of the program's source, as far as results depend on it: its numerics version.
    pub numerics_version: u32,
    /// The program's source, compiler and processor; the last two change no bit.
    pub build: BuildRecord,
    /// The network.
    pub network: NetworkRecord,
    /// The images, where there were any.
    pub images: Option<ImagesRecord>,
    /// The named number of steps.
    pub preset: String,
    /// Every constant of the recipe.
    pub recipe: serde_json::Value,
    /// The seed of every draw.
    pub seed: u64,
    /// The blocks that were studied, each with its channels.
    pub blocks: BTreeMap<String, Vec<usize>>,
    /// The channels that were asked for; empty stands for all.
    pub channels: Vec<String>,
    /// What every picture in `features` is of, and its key in the store.
    pub pictures: BTreeMap<String, PictureRecord>,
    /// What could not be computed.
    pub not_computed: Vec<NotComputed>,
    /// Units that were made again from another seed, and those that failed for good.
    pub retried: Vec<String>,
    /// Channels whose visualization failed for good.
    pub failed: Vec<String>,
    /// The instruction set that was used; it changes no bit.
    pub instruction_set: String,
    /// How many threads were used; it changes no bit.
    pub threads: usize,
    /// Seconds spent, by phase, in the run that wrote this.
    pub seconds: BTreeMap<String, f64>,
    /// What every table, figure and other derived file was made from: files of this folder, or `pictures`, `images` and `weights`
    /// as they are described here.
    pub made_from: BTreeMap<String, Vec<String>>,
    /// BLAKE3 digest of every file below the folder, except the store and this one.
    pub files: BTreeMap<String, String>,
    /// BLAKE3 digest of this file with nothing between the quotes of this field.
    pub digest: String,
}

/// Where the files are, below an output folder.
pub mod layout {
    use std::path::{Path, PathBuf};

    /// `tables/channels.csv`.
    pub const CHANNELS: &str = "tables/channels.csv";
    /// `tables/blocks.csv`.
    pub const BLOCKS: &str = "tables/blocks.csv";
    /// `tables/mix_histogram.csv`.
    pub const HISTOGRAM: &str = "tables/mix_histogram.csv";
    /// `tables/exemplars.csv`.
    pub const EXEMPLARS: &str = "tables/exemplars.csv";
    /// `tables/panels.csv`.
    pub const PANELS: &str = "tables/panels.csv";
    /// `tables/extremes.csv`; only where there were images.
    pub const EXTREMES: &str = "tables/extremes.csv";
    /// `tables/scale_tuning.csv`.
    pub const SCALE_TUNING: &str = "tables/scale_tuning.csv";
    /// `tables/claims.csv`.
    pub const CLAIMS: &str = "tables/claims.csv";
    /// `tables/claims.md`: the same in Markdown.
    pub const CLAIMS_MARKDOWN: &str = "tables/claims.md";
    /// The names of the images, a line each: the rows of the arrays beside it.
    pub const IMAGES: &str = "activations/images.txt";
    /// `manifest.json`.
    pub const MANIFEST: &str = "manifest.json";
    /// `index.html`.
    pub const INDEX: &str = "index.html";
    /// The content-addressed results.
    pub const STORE: &str = "store";

    /// The center activations of a site, `[images, channels]` float32.
    pub fn activations(site: &str) -> PathBuf {
        Path::new("activations").join(format!("{site}.npy"))
    }

    /// The nine photographs that a role of a channel answers to most, three by three.
    pub fn top_images(block: &str, role: &str, channel: usize) -> PathBuf {
        Path::new("features")
            .join(block)
            .join(role)
            .join(format!("{channel}.top.png"))
    }

    /// The same photographs with what Block takes from the Input and adds to it.
    pub fn inhibition(block: &str, role: &str, channel: usize) -> PathBuf {
        Path::new("features")
            .join(block)
            .join(role)
            .join(format!("{channel}.inhibition.png"))
    }

    /// The center-neuron picture of a role (`input`, `block` or `output`) of a channel.
    pub fn feature(block: &str, role: &str, channel: usize) -> PathBuf {
        Path::new("features")
            .join(block)
            .join(role)
            .join(format!("{channel}.png"))
    }

    /// The whole-channel picture of a role of a channel.
    pub fn channel_feature(block: &str, role: &str, channel: usize) -> PathBuf {
        Path::new("features")
            .join(block)
            .join(role)
            .join(format!("{channel}.channel.png"))
    }
}

/// Writes rows as CSV; numbers are written so that reading them gives the same bits.
///
/// # Errors
/// If the file cannot be written.
pub fn write_table<T: Serialize>(path: &Path, rows: &[T]) -> Result<(), ReportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let draw = |reason: String| ReportError::Draw {
        path: path.to_owned(),
        reason,
    };
    for row in rows {
        writer.serialize(row).map_err(|e| draw(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|e| draw(e.to_string()))?;
    write_file(path, &bytes)
}

/// Reads rows from CSV.
///
/// # Errors
/// If the file cannot be read or is no such table.
pub fn read_table<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, ReportError> {
    let bytes = read_file(path)?;
    let rows: Result<Vec<T>, csv::Error> = csv::Reader::from_reader(bytes.as_slice())
        .deserialize()
        .collect();
    rows.map_err(|e| ReportError::Damaged {
        path: path.to_owned(),
        expected: "a table of Streamscope",
        found: e.to_string(),
    })
}

impl Manifest {
    /// Writes `manifest.json` in a folder, with the digests of every file below it but the store's, what each was made from, and
    /// its own digest.
    ///
    /// # Errors
    /// If a file cannot be read or the manifest not be written.
    pub fn write(&mut self, folder: &Path) -> Result<(), ReportError> {
        self.files = digests(folder)?;
        let with_images = self.images.is_some();
        let chain = |name: &String| {
            let sources = made_from(name, with_images)?;
            Some((
                name.clone(),
                sources.into_iter().map(str::to_owned).collect(),
            ))
        };
        self.made_from = self.files.keys().filter_map(chain).collect();
        self.seal();
        write_file(&folder.join(layout::MANIFEST), self.text().as_bytes())
    }

    /// Sets the manifest's own digest.
    pub fn seal(&mut self) {
        self.digest.clear();
        self.digest = blake3::hash(self.text().as_bytes()).to_hex().to_string();
    }

    /// The file's text.
    #[expect(
        clippy::expect_used,
        reason = "a manifest is strings and finite numbers, which JSON can always hold"
    )]
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a manifest as JSON");
        text.push('\n');
        text
    }

    /// Whether the file in a folder is, byte for byte, what [`Manifest::write`] would have written of this.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn is_sealed(&self, folder: &Path) -> Result<bool, ReportError> {
        let mut again = self.clone();
        again.seal();
        Ok(read_file(&folder.join(layout::MANIFEST))? == again.text().as_bytes())
    }

    /// Reads `manifest.json` from a folder.
    ///
    /// # Errors
    /// If it cannot be read or is no manifest.
    pub fn read(folder: &Path) -> Result<Manifest, ReportError> {
        let path = folder.join(layout::MANIFEST);
        serde_json::from_slice(&read_file(&path)?).map_err(|e| ReportError::Damaged {
            path,
            expected: "a manifest of Streamscope",
            found: e.to_string(),
        })
    }

    /// The files below a folder that are missing, or differ from what the manifest says of them.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn altered(&self, folder: &Path) -> Result<Vec<String>, ReportError> {
        let now = digests(folder)?;
        Ok(self
            .files
            .iter()
            .filter(|(name, digest)| now.get(*name) != Some(*digest))
            .map(|(n, _)| n.clone())
            .collect())
    }
}

/// The BLAKE3 digest of every file below a folder; the store, the manifest and hidden files left out.
///
/// # Errors
/// If a file cannot be read.
pub fn digests(folder: &Path) -> Result<BTreeMap<String, String>, ReportError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let here = folder.join(&below);
        let read = |source| ReportError::Read {
            path: here.clone(),
            source,
        };
        for entry in fs::read_dir(&here).map_err(read)? {
            let entry = entry.map_err(read)?;
            let name = below.join(entry.file_name());
            let is_folder = entry.file_type().map_err(read)?.is_dir();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if is_folder && name != Path::new(layout::STORE) {
                folders.push(name);
            } else if !is_folder && !hidden && name != Path::new(layout::MANIFEST) {
                let digest = blake3::hash(&read_file(&folder.join(&name))?)
                    .to_hex()
                    .to_string();
                let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
                found.insert(parts.join("/"), digest);
            }
        }
    }
    Ok(found)
}

pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    write_atomically(path, bytes).map_err(|source| ReportError::Write {
        path: path.to_owned(),
        source,
    })
}

pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, ReportError> {
    fs::read(path).map_err(|source| ReportError::Read {
        path: path.to_owned(),
        source,
    })
}
