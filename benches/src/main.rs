//! What is fast and what is not, measured: `cargo xtask bench` starts this program.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "tables go to stdout, progress and errors to stderr")]

mod featviz;
#[path = "../../xtask/src/bench_flags.rs"]
mod flags;
mod forward;
mod kernels;
mod measure;
mod network;
mod record;
mod scan;

use ::kernels::Isa;
use clap::Parser;
use flags::{Bench, Subject};
use measure::{Ceilings, Row};
use record::Record;
use std::path::Path;
use std::process::ExitCode;

/// Times kernels, forward passes, feature visualization and scans.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Program {
    #[command(flatten)]
    flags: Bench,
}

fn main() -> ExitCode {
    match run(&Program::parse().flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", sentence(&error));
            ExitCode::from(2)
        }
    }
}

/// An error and its causes, without those that it has named itself.
fn sentence(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !said.contains(&cause) {
            let separator = if said.is_empty() { "" } else { ": " };
            said.push_str(separator);
            said.push_str(&cause);
        }
    }
    said
}

/// Files that are read after minutes should be there now.
fn check_paths(flags: &Bench) -> anyhow::Result<()> {
    for (flag, path) in [("--weights", &flags.weights), ("--images", &flags.images)] {
        if let Some(path) = path.as_deref().filter(|p| !p.exists()) {
            anyhow::bail!("{flag} {}: expected a file or folder, found none", path.display());
        }
    }
    for (flag, path) in [("--against", &flags.against), ("--page", &flags.page)] {
        if let Some(path) = path.as_deref().filter(|p| !p.is_file()) {
            anyhow::bail!("{flag} {}: expected a file, found none", path.display());
        }
    }
    if let (Some(path), false) = (&flags.roofline, chosen(flags, Subject::Kernels)) {
        anyhow::bail!(
            "--roofline {}: expected the kernels to be timed, found only {}",
            path.display(),
            flags.subjects.iter().map(|s| s.name()).collect::<Vec<_>>().join(", ")
        );
    }
    Ok(())
}

/// Whether something is to be timed.
fn chosen(flags: &Bench, subject: Subject) -> bool {
    flags.subjects.is_empty() || flags.subjects.contains(&subject)
}

fn run(flags: &Bench) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    check_paths(flags)?;
    let before = flags.against.as_deref().map(Record::read).transpose()?;
    let isa = Isa::from_environment()?;
    let ceilings = measure::ceilings(isa);
    println!(
        "{isa}: one core retires {:.0} GFLOP/s of fused multiply-adds and copies {:.1} GB/s",
        ceilings.operations / 1e9,
        ceilings.bytes / 1e9
    );
    println!("{}", heading(before.is_some()));
    let mut rows = Vec::new();
    let mut row = |row: Row| {
        println!("{}", line(&row, &ceilings, before.as_ref()));
        rows.push(row);
    };
    let threads = threads(flags);
    let chosen = |subject| chosen(flags, subject);
    if chosen(Subject::Kernels) {
        kernels::run(isa, &mut row)?;
    }
    if chosen(Subject::Forward) {
        forward::run(isa, &threads, &mut row)?;
    }
    if chosen(Subject::Featviz) {
        featviz::run(isa, &threads, flags.weights.as_deref(), &mut row)?;
    }
    if chosen(Subject::Scan) {
        let embedded = root.join("fixtures/images");
        let images = flags.images.as_deref().unwrap_or(&embedded);
        scan::run(isa, &threads, (flags.weights.as_deref(), images), root, &mut row)?;
    }
    let record = Record::new(isa, ceilings, rows, root);
    if let Some(path) = &flags.json {
        record.write(path)?;
    }
    if let Some(path) = &flags.page {
        record.write_tables(path)?;
    }
    if let Some(path) = &flags.roofline {
        record.draw_roofline(path)?;
    }
    Ok(())
}

/// The numbers of threads asked for, or one and as many as there are cores.
fn threads(flags: &Bench) -> Vec<usize> {
    if !flags.threads.is_empty() {
        return flags.threads.iter().map(|n| n.get()).collect();
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut threads = vec![1, cores];
    threads.dedup();
    threads
}

/// A line for people who wait.
fn progress(line: &str) {
    eprintln!("{line}");
}

fn heading(compared: bool) -> String {
    let heading =
        format!("{:<52} {:>7} {:>10} {:>19} {:>8} {:>8}", "", "threads", "ms", "quartiles", "GFLOP/s", "of peak");
    heading + if compared { "   before / now" } else { "" }
}

fn line(row: &Row, ceilings: &Ceilings, before: Option<&Record>) -> String {
    let number = |value: Option<f64>, unit: &str| value.map_or(String::new(), |v| format!("{v:.0}{unit}"));
    let quartiles = format!("{:.3}..{:.3}", row.quartiles[0], row.quartiles[1]);
    let of_peak = row.of_peak(ceilings).map(|f| 100.0 * f);
    let mut line = format!(
        "{:<52} {:>7} {:>10.3} {quartiles:>19} {:>8} {:>8}",
        format!("{}: {}", row.subject, row.name),
        row.threads,
        row.milliseconds,
        number(row.gigaflops(), ""),
        number(of_peak, " %"),
    );
    if let Some(before) = before {
        let ratio = before.like(row).map(|b| b.milliseconds / row.milliseconds);
        line += &ratio.map_or("              -".to_owned(), |r| format!("{r:>15.3}"));
    }
    if !row.note.is_empty() {
        line += &format!("   {}", row.note);
    }
    line
}
