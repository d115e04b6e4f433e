//! Every flag of the command line.

use crate::bench_flags::{Bench, count, written_as};
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use runs::{AblateBy, Algorithm, Block, ChannelRange, Isa, Objective, Preset, Seeds, Site, Variant};
use std::num::NonZero;
use std::path::PathBuf;
use std::str::FromStr;

/// Streamscope: what the residual stream of a ResNet18 does, recomputed from its weights.
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
    /// Time kernels, forward passes, feature visualization and scans.
    Bench(Bench),
    /// Check every numeric step against twins, PyTorch, SciPy and identities; exit code 1 if anything is beyond its
    /// bound.
    Audit(Audit),
    /// Derive one channel's mix ratio and scale measures from a finished run; exit code 1 if its tables or pictures
    /// were changed.
    Explain(Explain),
    /// Check a folder of reproduce: every digest, every table and figure derived again, and a sample of pictures made
    /// again.
    Verify(Verify),
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

    /// Images, of which the first is looked at, and which the small run reads [default: those of the reference
    /// values].
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,

    /// A finished run of these weights, whose mix ratios are given error budgets [default: a small one is made].
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
    /// A folder of .npy files, an .npz archive, a .safetensors file or a PyTorch checkpoint, with torchvision's names
    /// [default: the embedded network].
    #[arg(long, value_name = "PATH")]
    pub(crate) weights: Option<PathBuf>,

    /// Rows and columns of the pictures and images the network reads [default: 224, or 128 for the embedded network].
    #[arg(long, value_name = "PIXELS", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) input_size: Option<usize>,
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

    /// Study the network with the elements of every tensor permuted: what is found of it is chance, and none of training.
    #[arg(long)]
    pub(crate) shuffled: bool,

    /// A folder of images, to measure tuning curves on [default: the embedded images for the embedded network, else
    /// none].
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,

    /// The blocks to study, such as 1.1,3.1 [default: all that the weights allow, 1.1 to 4.1].
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

    /// Threads to use; results do not depend on it [default: all cores].
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub(crate) threads: Option<NonZero<usize>>,

    /// The folder to write to. A command that adds blocks, channels, seeds or variants to the run there extends it, and any
    /// other one is refused [default: out/WEIGHTS/PRESET-seedN, such as out/resnet18-16/quick-seed0].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Replace the run of another command in the folder: its files are deleted once the new ones are written, what its
    /// store keeps stays.
    #[arg(long)]
    pub(crate) replace: bool,
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
}

#[derive(Debug, Args)]
pub(crate) struct Activations {
    #[command(flatten)]
    pub(crate) weights: Weights,

    /// Images, or folders of images.
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    pub(crate) images: Vec<PathBuf>,

    /// Sites by torchvision's names, such as layer1.1,layer3.1.bn2: relu, maxpool, layerL.B.bn2 (Block), layerL.B.pre
    /// (the sum before its ReLU), layerL.B, layerL.0.downsample.1, avgpool, fc.
    #[arg(long, value_name = "SITES", value_delimiter = ',', required = true)]
    pub(crate) sites: Vec<Site>,

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
pub(crate) struct Visualize {
    #[command(flatten)]
    pub(crate) weights: Weights,

    /// The site by torchvision's name, such as layer3.1.pre, or by its block and role, such as 3.1.input; `activations
    /// --help` lists them. A neuron behind a ReLU is optimised before it.
    #[arg(long)]
    pub(crate) site: Site,

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
