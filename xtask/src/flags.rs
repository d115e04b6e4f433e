//! Every flag of the command line.

use crate::bench_flags::{Bench, count, written_as};
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use runs::{
    AblateBy, Algorithm, Asked, Block, ChannelRange, Checkpoints, Isa, Objective, Preset, Seeds, Shard, SiteName,
    Variant,
};
use std::num::NonZero;
use std::path::PathBuf;
use std::str::FromStr;

/// Streamscope: what the residual stream of a ResNet does, recomputed from its weights.
///
/// Start with `reproduce`: it needs nothing, and uses a small network that comes with the project. With
/// --weights it takes your own.
#[derive(Debug, Parser)]
#[command(name = "streamscope", version, max_term_width = 100)]
pub(crate) struct Flags {
    #[command(subcommand)]
    pub(crate) task: Task,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Make the pictures, measure mix ratios and scale invariance, and write figures, tables and a report.
    Reproduce(Reproduce),
    /// Measure how many images the network names right without some channels of a block, against random ones.
    Ablate(Ablate),
    /// Write the activations of chosen sites for a folder of images, as a NumPy archive.
    Activations(Activations),
    /// Make the picture of one neuron or channel.
    Visualize(Visualize),
    /// Say what a file of weights holds: format, names, network, stages, sites, preprocessing, and what is missing or left
    /// over; exit code 2 if it cannot be studied.
    Inspect(Inspect),
    /// Time kernels, forward passes, feature visualization and scans.
    Bench(Bench),
    /// Check every numeric step against twins, PyTorch, SciPy and identities; exit code 1 if anything is beyond its
    /// bound.
    Audit(Audit),
    /// Derive one channel's mix ratio and scale measures from a finished run; exit code 1 if its tables or pictures
    /// were changed.
    Explain(Explain),
    /// Draw figures of a run to print: of any width, as SVG, PDF or PNG, each with a table of what it shows.
    Figures(Figures),
    /// Make the page of a run again, from what its folder holds; beside other runs with --against.
    Report(Report),
    /// Check a folder of reproduce: every digest, every table and figure derived again, and a sample of pictures made
    /// again.
    Verify(Verify),
    /// Write the scripts that spread a command over a Slurm cluster: an array of shards, and a job that finishes.
    Slurm(Slurm),
    /// Say how far a run is, in shards or in one piece, who works on it, and when it will be done.
    Status(Status),
    /// Take what stores hold that were filled elsewhere into the store of a folder; exit code 1 if two have one result with
    /// other bytes.
    Merge(Merge),
    /// Print the script that completes commands and flags in a shell.
    Completions(Completions),
    /// Print the program's page for `man`, or write those of all commands to a folder.
    Man(Man),
    /// Put one deliberate fault after the other into a copy of the source, and require that a test or the audit notices
    /// each.
    Faults(Faults),
    /// Put the kernels to the laws of their operations on random cases: how much of each bound is used; exit code 1 if a
    /// law is broken, with the smallest case that breaks it.
    Laws(Laws),
    /// Check formatting, lints, all tests and the documentation: what the project's CI runs.
    Test(Test),
}

/// The most steps of a picture: a hundred times what anybody took, and a trajectory of a megabyte.
const MOST_STEPS: usize = 250_000;

fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "expected a whole number of 0 or more".to_owned())
}

fn means(text: &str) -> Result<[f32; 3], String> {
    colors(text, |value| value.is_finite())
        .ok_or_else(|| "expected three numbers, such as 0.485,0.456,0.406".to_owned())
}

fn deviations(text: &str) -> Result<[f32; 3], String> {
    let expected = "expected three numbers above 0, such as 0.229,0.224,0.225";
    colors(text, |value| value.is_finite() && value > 0.0).ok_or_else(|| expected.to_owned())
}

fn colors(text: &str, fits: fn(f32) -> bool) -> Option<[f32; 3]> {
    let numbers: Option<Vec<f32>> = text.split(',').map(|part| part.trim().parse().ok().filter(|v| fits(*v))).collect();
    numbers?.try_into().ok()
}

fn steps(text: &str) -> Result<NonZero<usize>, String> {
    let steps = text.parse().ok();
    let steps = steps.filter(|steps: &NonZero<usize>| steps.get() <= MOST_STEPS);
    steps.ok_or_else(|| format!("expected a whole number from 1 to {MOST_STEPS}"))
}

fn zoom(text: &str) -> Result<f64, String> {
    let factor = text.parse().ok().filter(|factor| (1.0..2.0).contains(factor));
    factor.ok_or_else(|| "expected a factor from 1 to below 2".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct Laws {
    /// The operations, by the names that an unknown one lists [default: all].
    #[arg(value_name = "OPERATION")]
    pub(crate) operations: Vec<String>,

    /// The laws to try, by the names that an unknown one lists [default: all of an operation].
    #[arg(long, value_name = "LAW,LAW", value_delimiter = ',')]
    pub(crate) law: Vec<String>,

    /// How many cases of each law; 4194304 of a function of one float32 are all there are.
    #[arg(long, value_name = "N", default_value = "100", value_parser = count, allow_negative_numbers = true)]
    pub(crate) cases: NonZero<usize>,

    /// Another seed means other cases.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<u64>, allow_negative_numbers = true)]
    pub(crate) seed: u64,

    /// The instruction sets to try, one after the other: avx512, avx2, portable [default: the fastest, whose bits are
    /// compared with those of the others].
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = PossibleValuesParser::new(Isa::all_names()))]
    pub(crate) isa: Vec<String>,

    /// Also write every law of every operation to this file: cases, the largest fraction of a bound, what broke it.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) json: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Instruction sets that this processor must have, so that none of them goes untested: avx512, avx2, portable.
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = PossibleValuesParser::new(Isa::all_names()))]
    pub(crate) isa: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) weights: Weights,

    #[command(flatten)]
    pub(crate) photographs: Photographs,

    /// Images, of which the first is looked at, and which the small run reads [default: those of the reference
    /// values].
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,

    /// A finished run of these weights, whose mix ratios are given error budgets, and whose page then says what was found
    /// [default: a small one is made].
    #[arg(long, value_name = "DIR")]
    pub(crate) run: Option<PathBuf>,

    /// How many channels of each block are given budgets, at most.
    #[arg(long, value_name = "N", default_value = "4", value_parser = count, allow_negative_numbers = true)]
    pub(crate) channels: NonZero<usize>,

    /// How many threads to use [default: one a core].
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub(crate) threads: Option<NonZero<usize>>,

    /// The folder to write audit.json and audit.html to.
    #[arg(long, value_name = "DIR", default_value = "out/audit")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The block, such as 3.1.
    pub(crate) block: Block,

    /// The channel, from 0.
    #[arg(value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) channel: usize,

    #[command(flatten)]
    pub(crate) weights: OfRun,

    /// The finished run [default: where reproduce leaves one of these weights, such as out/resnet18-16/quick-seed0].
    #[arg(long, value_name = "DIR")]
    pub(crate) run: Option<PathBuf>,
}

/// Where the network comes from.
#[derive(Debug, Args)]
pub(crate) struct Weights {
    /// A folder of .npy files, an .npz archive, a .safetensors file or a PyTorch checkpoint of a ResNet; `inspect` says
    /// what one holds [default: the embedded network].
    #[arg(long, value_name = "PATH")]
    pub(crate) weights: Option<PathBuf>,

    /// Rows and columns of the pictures and images the network reads [default: 224, 32 for a network for CIFAR, or 128
    /// for the embedded network].
    #[arg(long, value_name = "PIXELS", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) input_size: Option<usize>,

    /// What is subtracted from red, green and blue, which lie between 0 and 1 [default: what a configuration beside the
    /// weights says, else 0.485,0.456,0.406].
    #[arg(long, value_name = "R,G,B", value_parser = means, allow_hyphen_values = true)]
    pub(crate) mean: Option<[f32; 3]>,

    /// What red, green and blue are divided by then [default: what a configuration beside the weights says, else
    /// 0.229,0.224,0.225].
    #[arg(long, value_name = "R,G,B", value_parser = deviations, allow_hyphen_values = true)]
    pub(crate) std: Option<[f32; 3]>,
}

impl Weights {
    /// What is asked for, with what the shorter side of photographs is resized to.
    pub(crate) fn asked(&self, resize: Option<usize>) -> Asked {
        Asked { input_size: self.input_size, resize, mean: self.mean, std: self.std }
    }
}

/// How photographs become images.
#[derive(Debug, Args)]
pub(crate) struct Photographs {
    /// What the shorter side of a photograph is resized to, before its center is cut out [default: what a configuration
    /// beside the weights says, else 256 parts of 224 of the input size, or the input size for a network for CIFAR].
    #[arg(long, value_name = "PIXELS", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) resize: Option<usize>,
}

/// The network of a finished run.
#[derive(Debug, Args)]
pub(crate) struct OfRun {
    /// The weights of the run, if they are no longer where its manifest says.
    #[arg(long, value_name = "PATH")]
    pub(crate) weights: Option<PathBuf>,

    /// Rows and columns of the run's pictures, if they are not to be those of its manifest.
    #[arg(long, value_name = "PIXELS", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) input_size: Option<usize>,
}

/// How far a picture is optimised.
#[derive(Debug, Args)]
pub(crate) struct Ascent {
    /// How many steps to spend on each picture: paper (2560), quick (64) or smoke (4).
    #[arg(long, default_value = "quick")]
    pub(crate) preset: Preset,

    /// Steps for each picture, instead of the preset's.
    #[arg(long, value_name = "N", value_parser = steps, allow_negative_numbers = true)]
    pub(crate) steps: Option<NonZero<usize>>,
}

impl Ascent {
    pub(crate) fn steps(&self) -> usize {
        self.steps.map_or_else(|| self.preset.steps(), NonZero::get)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Reproduce {
    #[command(flatten)]
    pub(crate) weights: Weights,

    #[command(flatten)]
    pub(crate) photographs: Photographs,
    /// Study the network with the elements of every tensor permuted: what is found of it is chance, and none of training.
    #[arg(long)]
    pub(crate) shuffled: bool,

    /// A folder of images, to measure tuning curves on [default: the embedded images for the embedded network, else
    /// none].
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,

    /// The blocks to study, such as 1.1,3.1 [default: all that the weights allow but 1.0].
    #[arg(long, value_name = "BLOCKS", value_delimiter = ',')]
    pub(crate) blocks: Vec<Block>,

    /// The channels to study in each block, such as 0..16,178; 0..16 is 0 to 15 [default: all].
    #[arg(long, value_name = "CHANNELS", value_delimiter = ',')]
    pub(crate) channels: Vec<ChannelRange>,

    #[command(flatten)]
    pub(crate) ascent: Ascent,

    /// The seed of every random draw.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<u64>, allow_negative_numbers = true)]
    pub(crate) seed: u64,

    /// Make every picture from several seeds: 5 is 0 to 4, 3..8 is 3 to 7, 3,7 are these two. Figures show the first, and
    /// tables the spread over all.
    #[arg(long, value_name = "SEEDS", allow_negative_numbers = true, conflicts_with = "seed")]
    pub(crate) seeds: Option<Seeds>,

    /// Make the study once more with one thing changed, and hold it against the published one: no-augmentation,
    /// float-picture, post-relu, aliased-block, centered-jitter, antialias; several with commas.
    #[arg(long, value_name = "VARIANTS", value_delimiter = ',')]
    pub(crate) variant: Vec<Variant>,

    /// Look at 16 channels of each block after fewer and after more steps too, and say how far objectives have come there and
    /// how mix ratios and scale measures still move. Without numbers of steps: 64,128,256,512,1024,2560.
    #[arg(long, value_name = "STEPS", num_args = 0..=1, default_missing_value = "64,128,256,512,1024,2560", allow_negative_numbers = true)]
    pub(crate) convergence: Option<Checkpoints>,

    /// Make pictures of the whole channel of every channel, as many as of center neurons, and not of the exemplars of
    /// figures 1 and 6 alone.
    #[arg(long)]
    pub(crate) whole_channels: bool,

    /// Threads to use; results do not depend on it [default: all cores].
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub(crate) threads: Option<NonZero<usize>>,

    /// The folder to write to. A command that adds blocks, channels, seeds or variants to the run there extends it, and any
    /// other one is refused [default: out/WEIGHTS/PRESET-seedN, such as out/resnet18-16/quick-seed0].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Replace the run of another command in the folder: its files are deleted once the new ones are written, what its
    /// store keeps stays.
    #[arg(long, conflicts_with = "shard")]
    pub(crate) replace: bool,

    /// Make only part I of N of the pictures, read only that part of the images, and leave both in the store: the same
    /// command without --shard takes what is there, makes what is missing, and writes everything.
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<Shard>,
}

#[derive(Debug, Args)]
pub(crate) struct Slurm {
    /// How many tasks the array has, which is how many shards there are.
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true, global = true)]
    pub(crate) tasks: Option<NonZero<usize>>,

    /// Processors of each task, and its threads.
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true, default_value = "1", global = true)]
    pub(crate) cpus_per_task: NonZero<usize>,

    /// The longest that a task may take, as Slurm writes it: 4:00:00, 2-00:00:00 [default: the partition's].
    #[arg(long, value_name = "TIME", value_parser = for_slurm, global = true)]
    pub(crate) time: Option<String>,

    /// The partition to run in [default: the cluster's].
    #[arg(long, value_name = "NAME", value_parser = for_slurm, global = true)]
    pub(crate) partition: Option<String>,

    /// Submit the jobs, and print their numbers.
    #[arg(long, global = true)]
    pub(crate) submit: bool,

    /// The command, with its flags.
    #[command(subcommand)]
    pub(crate) command: Spread,
}

/// A command that can be spread over machines.
#[derive(Debug, Subcommand)]
pub(crate) enum Spread {
    /// As `reproduce`.
    Reproduce(Reproduce),
    /// As `activations`.
    Activations(Activations),
    /// As `ablate`.
    Ablate(Ablate),
}

/// What stands in a line of its own that Slurm reads.
fn for_slurm(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_:.,".contains(c);
    let is_plain = !text.is_empty() && text.chars().all(plain);
    is_plain.then(|| text.to_owned()).ok_or_else(|| "expected letters, digits and - _ : . , alone".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The folder that reproduce, or its shards, fill.
    #[arg(value_name = "OUT")]
    pub(crate) out: PathBuf,

    /// Print it as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// Stores, or folders of runs with a store inside.
    #[arg(value_name = "STORE", required = true)]
    pub(crate) stores: Vec<PathBuf>,

    /// The folder into whose store everything goes.
    #[arg(long, value_name = "OUT")]
    pub(crate) into: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Ablate {
    #[command(flatten)]
    pub(crate) weights: Weights,

    /// A folder of images with a sub-folder for each of the network's classes, in alphabetical order [default: the embedded
    /// images for the embedded network].
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,

    /// A file that says which class is whose, instead: lines of an image and its class from 0, or the names of the
    /// sub-folders in the order of the classes.
    #[arg(long, value_name = "FILE")]
    pub(crate) labels: Option<PathBuf>,

    /// The block whose channels are ablated, before its ReLU.
    #[arg(long, value_name = "BLOCK")]
    pub(crate) block: Block,

    /// The channels to ablate, such as 3,5..9.
    #[arg(
        long,
        value_name = "CHANNELS",
        value_delimiter = ',',
        required_unless_present = "from",
        conflicts_with = "from"
    )]
    pub(crate) channels: Vec<ChannelRange>,

    /// A finished run, whose channels that meet paper 2's criterion are ablated.
    #[arg(long, value_name = "RUN")]
    pub(crate) from: Option<PathBuf>,

    /// How many random sets to hold them against: as many other channels, that hurt plain accuracy about as much.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) random_sets: usize,

    /// Enlargements of the images beside 1, each below 2.
    #[arg(long, value_name = "FACTORS", value_delimiter = ',', default_value = "1.1,1.2,1.3,1.4,1.5", value_parser = zoom, allow_negative_numbers = true)]
    pub(crate) zooms: Vec<f64>,

    /// What ablated channels hold: their mean over the images, or zero.
    #[arg(long, value_name = "WHAT", default_value = "mean")]
    pub(crate) by: AblateBy,

    /// Threads to use; results do not depend on it [default: all cores].
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub(crate) threads: Option<NonZero<usize>>,

    /// The folder to write ablation.csv, ablation.json and the figure to.
    #[arg(long, value_name = "DIR", default_value = "out/ablation")]
    pub(crate) out: PathBuf,

    /// Measure only part I of N of the images, and keep what was found in the folder: the same command without --shard takes
    /// what is there, measures what is missing, and writes everything.
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<Shard>,
}

#[derive(Debug, Args)]
pub(crate) struct Activations {
    #[command(flatten)]
    pub(crate) weights: Weights,

    #[command(flatten)]
    pub(crate) photographs: Photographs,

    /// Images, or folders of images.
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    pub(crate) images: Vec<PathBuf>,

    /// Sites by the network's names, such as layer1.1,layer3.1.bn2: relu, maxpool, layerL.B.bn2 (Block; bn3 of a
    /// bottleneck), layerL.B.pre (the sum before its ReLU), layerL.B, layerL.0.downsample.1, avgpool, fc; or by a block
    /// and a role, such as 3.1.input; `inspect` lists them.
    #[arg(long, value_name = "SITES", value_delimiter = ',', required = true)]
    pub(crate) sites: Vec<SiteName>,

    /// Write whole maps [images, channels, height, width] instead of center neurons [images, channels].
    #[arg(long)]
    pub(crate) full: bool,

    /// How to compute convolutions: direct, or winograd, which takes fewer multiplications and rounds two to three
    /// times as coarsely.
    #[arg(long, value_name = "ALGORITHM", default_value = "direct")]
    pub(crate) convolutions: Algorithm,

    /// Threads to use; results do not depend on it [default: all cores].
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub(crate) threads: Option<NonZero<usize>>,

    /// The archive to write.
    #[arg(long, value_name = "FILE.npz", value_parser = written_as("npz"))]
    pub(crate) out: PathBuf,

    /// Read only part I of N of the images, and keep what was read beside the archive: the same command without --shard
    /// takes what is there, reads what is missing, and writes the archive.
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<Shard>,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The folder that reproduce wrote.
    #[arg(value_name = "OUT")]
    pub(crate) out: PathBuf,

    /// How many pictures to make again from the weights, drawn by the manifest's digest.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = whole::<usize>, allow_negative_numbers = true, conflicts_with_all = ["all", "digests_only"])]
    pub(crate) sample: usize,

    /// Make every picture again, and read every image again.
    #[arg(long, conflicts_with = "digests_only")]
    pub(crate) all: bool,

    /// Hold files and stored pictures against the manifest, and compute nothing again: needs no weights and no images.
    #[arg(long)]
    pub(crate) digests_only: bool,

    /// The weights, if they are no longer where the manifest says.
    #[arg(long, value_name = "PATH")]
    pub(crate) weights: Option<PathBuf>,

    /// The folder of images, if it is no longer where the manifest says.
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,

    /// Threads to use; results do not depend on it [default: all cores].
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub(crate) threads: Option<NonZero<usize>>,
}

#[derive(Debug, Args)]
pub(crate) struct Figures {
    /// The folder that reproduce wrote.
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,

    /// The figures, by number: 1 to 6 and 9 to 14; 6 stands for the paper's 6 to 8.
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_value = "2", value_parser = printed)]
    pub(crate) figures: Vec<u8>,

    /// The channels that figures 1, 6 and 10 show, such as 3.1:178,215 [default: the run's exemplars].
    #[arg(long, value_name = "BLOCK:CHANNELS", num_args = 1.., value_parser = channels_of)]
    pub(crate) channels: Vec<ChannelsOf>,

    /// svg and pdf hold vectors, png has 600 pixels an inch.
    #[arg(long, default_value = "pdf", value_parser = PossibleValuesParser::new(["svg", "pdf", "png"]), hide_possible_values = true)]
    pub(crate) format: String,

    /// How wide each figure is: so many in, cm, mm or pt. Type has 7 points at any width.
    #[arg(long, value_name = "LENGTH", default_value = "3.3in", value_parser = length)]
    pub(crate) width: f64,

    /// Write the figure's number and title above it.
    #[arg(long)]
    pub(crate) titles: bool,

    /// The folder to write to [default: RUN/print].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// Channels of a block, as `--channels` of `figures` names them.
pub(crate) type ChannelsOf = (String, Vec<usize>);

/// A figure that can be printed.
fn printed(text: &str) -> Result<u8, String> {
    let number = text.parse().ok().filter(|number| runs::PRINTED.contains(number));
    number.ok_or_else(|| {
        let all = runs::PRINTED.map(|number| number.to_string()).join(", ");
        format!("expected one of {all}")
    })
}

/// A block, a colon and channels between commas.
fn channels_of(text: &str) -> Result<ChannelsOf, String> {
    let expected = || "expected a block and channels, such as 3.1:178,215".to_owned();
    let (block, channels) = text.split_once(':').ok_or_else(expected)?;
    let block = block.strip_prefix("layer").unwrap_or(block);
    let channels: Result<Vec<usize>, _> = channels.split(',').map(str::parse).collect();
    let channels = channels.map_err(|_| expected())?;
    if block.is_empty() || block.contains(['/', '\\']) { Err(expected()) } else { Ok((block.to_owned(), channels)) }
}

/// A length with its unit, in points.
fn length(text: &str) -> Result<f64, String> {
    let units = [("in", 72.0), ("cm", 72.0 / 2.54), ("mm", 72.0 / 25.4), ("pt", 1.0)];
    let points = units.iter().find_map(|(unit, points)| {
        let number: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        Some(number * points)
    });
    let points = points.filter(|points| (72.0..=2880.0).contains(points));
    points.ok_or_else(|| "expected a length from 1in to 40in, such as 3.3in, 84mm or 240pt".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The folder that reproduce wrote, or began to.
    #[arg(value_name = "OUT")]
    pub(crate) out: PathBuf,

    /// Other runs to hold this one against: seeds, variants, networks or recipes. The page of them all is written to
    /// OUT/compare.
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub(crate) against: Vec<PathBuf>,

    /// Serve the folder to this machine alone, and open the page in a browser, until Ctrl-C.
    #[arg(long)]
    pub(crate) serve: bool,

    /// Also write the page as one file, with all that it reads inside: for runs whose page has less than 64 MB.
    #[arg(long, value_name = "FILE.html", value_parser = written_as("html"))]
    pub(crate) single_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Visualize {
    #[command(flatten)]
    pub(crate) weights: Weights,

    /// The site by its name, such as layer3.1.pre, or by its block and role, such as 3.1.input; `inspect` lists them. A
    /// neuron behind a ReLU is optimised before it.
    #[arg(long)]
    pub(crate) site: SiteName,

    /// The channel, from 0.
    #[arg(long, value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) channel: usize,

    /// What to maximise: the center neuron, or the mean of the whole channel.
    #[arg(long, default_value = "neuron")]
    pub(crate) objective: Objective,

    #[command(flatten)]
    pub(crate) ascent: Ascent,

    /// The seed of every random draw.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<u64>, allow_negative_numbers = true)]
    pub(crate) seed: u64,

    /// The picture to write.
    #[arg(long, value_name = "FILE.png", value_parser = written_as("png"))]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The file or folder.
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// Print it as JSON, for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell: bash, elvish, fish, powershell or zsh.
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder to write a page for each command to.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Faults {
    /// The faults to try, by name [default: all of tests/faults/faults.toml].
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,

    /// Only list them: name, file and what has to notice.
    #[arg(long)]
    pub(crate) list: bool,

    /// Also write the table of what caught each to this file.
    #[arg(long, value_name = "FILE.md", value_parser = written_as("md"))]
    pub(crate) markdown: Option<PathBuf>,
}
