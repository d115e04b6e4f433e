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
        let what = scan::Scanned { weights: flags.weights.as_deref(), images, root };
        scan::run(isa, &threads, &what, &mut row)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use measure::Samples;

    const CEILINGS: Ceilings = Ceilings { operations: 1e11, bytes: 1e10 };

    fn row(subject: &str, name: &str, threads: usize, milliseconds: f64) -> Row {
        Row::new(subject, name, threads, &Samples::new(vec![milliseconds / 1e3]))
    }

    /// An earlier run of these rows.
    fn earlier(rows: Vec<Row>) -> Record {
        Record { revision: None, isa: "portable".to_owned(), ceilings: CEILINGS, rows }
    }

    /// What a row's line says beyond what it says where there is nothing to compare with.
    fn compared(now: &Row, before: &Record) -> String {
        let alone = line(now, &CEILINGS, None);
        let beside = line(now, &CEILINGS, Some(before));
        beside.strip_prefix(&alone).unwrap_or_else(|| panic!("{alone}\n{beside}")).to_owned()
    }

    #[test]
    fn a_row_is_compared_with_the_same_one_by_how_many_times_as_fast_it_is() {
        let rows = [("scan", "a", 1, 3.0), ("scan", "a", 2, 8.0), ("scan", "b", 1, 1.0), ("forward", "a", 1, 10.0)];
        let before = earlier(rows.map(|(subject, name, threads, ms)| row(subject, name, threads, ms)).to_vec());
        for (subject, name, threads, ms, ratio) in [
            // Faster, slower, the same.
            ("scan", "a", 1, 1.5, "2.000"),
            ("scan", "a", 2, 32.0, "0.250"),
            ("scan", "b", 1, 1.0, "1.000"),
            ("forward", "a", 1, 9.0, "1.111"),
            // Subject, name and threads are all of it.
            ("forward", "b", 1, 1.0, "-"),
            ("forward", "a", 2, 1.0, "-"),
            ("kernels", "a", 1, 1.0, "-"),
            ("scan", "", 1, 1.0, "-"),
        ] {
            let found = compared(&row(subject, name, threads, ms), &before);
            assert_eq!(found.trim_start(), ratio, "{subject} {name} {threads}");
            // It stands below its heading.
            assert_eq!(found.len(), heading(true).len() - heading(false).len(), "{found:?}");
        }
        let nothing = earlier(Vec::new());
        assert_eq!(compared(&row("scan", "a", 1, 1.0), &nothing).trim_start(), "-");
    }

    #[test]
    fn a_line_has_each_number_below_its_heading_and_its_note_last() {
        let samples = Samples::new(vec![0.001, 0.002, 0.003, 0.004, 0.005]);
        let timed = Row::new("kernels", "a product", 2, &samples).of(3e8, 1e6);
        let said = line(&timed, &CEILINGS, None);
        let words: Vec<&str> = said.split_whitespace().collect();
        assert_eq!(words, ["kernels:", "a", "product", "2", "3.000", "2.000..4.000", "100", "50", "%"]);
        assert_eq!(said.len(), heading(false).len());
        for (word, above) in
            [("2 ", "threads "), ("3.000 ", "ms "), ("2.000..4.000 ", "quartiles "), ("100 ", "GFLOP/s ")]
        {
            let end = |text: &str, word: &str| text.find(word).map(|at| at + word.len());
            assert_eq!(end(&said, word), end(&heading(false), above), "{said}");
        }
        let before = earlier(vec![row("kernels", "a product", 2, 6.0)]);
        let noted = line(&timed.clone().noting("4 MiB"), &CEILINGS, Some(&before));
        assert!(noted.ends_with("   2.000   4 MiB"), "{noted}");
        assert!(line(&timed.noting("4 MiB"), &CEILINGS, None).ends_with(" %   4 MiB"));
        // Where no operations are counted, there is no rate.
        let plain: Vec<String> =
            line(&row("scan", "x", 1, 7.0), &CEILINGS, None).split_whitespace().map(str::to_owned).collect();
        assert_eq!(plain, ["scan:", "x", "1", "7.000", "7.000..7.000"]);
    }
}
