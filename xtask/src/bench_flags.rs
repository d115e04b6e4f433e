//! The flags of `bench`. The benchmarks, a program of their own, take the same: they compile this file, too.

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::num::NonZero;
use std::path::PathBuf;

/// What can be timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// Products, layers and their gradients, transforms, the optimiser: on one core, with the fraction of its
    /// multiply-add rate.
    Kernels,
    /// ResNet18 at 224 pixels: one image, a batch of 32, other sizes and widths.
    Forward,
    /// A step at every site, start-up, memory, and the whole paper projected.
    Featviz,
    /// Center activations of a folder of images, all sites in one pass and one by one.
    Scan,
}

impl Subject {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Subject::Kernels => "kernels",
            Subject::Forward => "forward",
            Subject::Featviz => "featviz",
            Subject::Scan => "scan",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// What to time [default: everything].
    pub(crate) subjects: Vec<Subject>,

    /// Weights for featviz and scan [default: pseudo-random ones, and the embedded network].
    #[arg(long, value_name = "PATH")]
    pub(crate) weights: Option<PathBuf>,

    /// Images for the scan [default: the embedded ones].
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,

    /// Numbers of threads to compare [default: 1 and all cores].
    #[arg(long, value_name = "N,N", value_delimiter = ',', value_parser = count, allow_negative_numbers = true)]
    pub(crate) threads: Vec<NonZero<usize>>,

    /// Write every number to this file.
    #[arg(long, value_name = "FILE.json", value_parser = written_as("json"))]
    pub(crate) json: Option<PathBuf>,

    /// Compare with the numbers of such a file, of another revision.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) against: Option<PathBuf>,

    /// Replace the tables in this page, each between lines `<!-- bench: NAME -->` and `<!-- end -->`.
    #[arg(long, value_name = "FILE.md", value_parser = written_as("md"))]
    pub(crate) page: Option<PathBuf>,

    /// Draw the roofline of the layers: needs the kernels.
    #[arg(long, value_name = "FILE.svg", value_parser = written_as("svg"))]
    pub(crate) roofline: Option<PathBuf>,
}

/// A file to write in a format: its name says nothing else of it, in any case of letters.
pub(crate) fn written_as(format: &'static str) -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(move |path: PathBuf| match path.extension() {
        Some(ending) if !ending.eq_ignore_ascii_case(format) => {
            let ending = ending.to_string_lossy();
            Err(format!(
                "expected a name that ends in .{format}, as which it is written, found one that ends in .{ending}"
            ))
        }
        _ => Ok(path),
    })
}

pub(crate) fn count(text: &str) -> Result<NonZero<usize>, String> {
    text.parse().map_err(|_| "expected a whole number of 1 or more".to_owned())
}
