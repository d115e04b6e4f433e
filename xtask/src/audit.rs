//! `cargo xtask audit`.

use crate::flags::Audit;
use crate::progress::{Progress, duration};
use crate::{FAILED, interrupt, print, say, threads};
use audit::{Comparison, Kind, Options, Reference, Report, short};
use runs::{ChannelRange, Isa, Preset, RunError, Silent, Source};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::time::Instant;

/// Steps of the pictures that are made where no run is given.
const STEPS: usize = 32;

/// Prints a line for each comparison, and writes the page; exit code 1 if one is beyond its bound.
pub(crate) fn run(root: &Path, flags: Audit) -> anyhow::Result<()> {
    let started = Instant::now();
    let fixtures = root.join("fixtures");
    let embedded = Reference { folder: fixtures.join("golden"), images: fixtures.join("images") };
    let golden = match &flags.weights.weights {
        None => Some(embedded.clone()),
        Some(path) if is_same(path, &fixtures.join("resnet18-16.npz")) => Some(embedded.clone()),
        Some(path) => reference_values(path),
    };
    let source = Source::new(root, flags.weights.weights.clone(), flags.weights.asked(flags.photographs.resize));
    let threads = threads(flags.threads);
    let isa = Isa::from_environment()?;
    interrupt::says(format!(
        "no audit was written to {}; error budgets that were finished are kept there, and the same command goes on with them",
        flags.out.display()
    ))?;
    let asked = flags.run.clone();
    let run = match flags.run {
        Some(run) => Some(run),
        None => {
            let images = flags.images.as_ref().or(golden.as_ref().map(|of| &of.images));
            let images = images.filter(|folder| folder.is_dir() || flags.images.is_some());
            let images = images.unwrap_or(&embedded.images);
            SmallRun { source: &source, images, out: &flags.out, channels: flags.channels, threads, isa }.make()?
        }
    };
    let options = Options {
        source,
        embedded,
        golden,
        images: flags.images,
        run,
        channels: flags.channels,
        out: flags.out.clone(),
        threads,
        isa,
    };
    let mut heading = Some(HEADING);
    let mut said = |comparison: &Comparison| {
        if let Some(heading) = heading.take() {
            print(heading);
        }
        print(&row(comparison));
    };
    let report = audit::audit(&options, &mut said, &Progress::new())?;
    let page = audit::write(&report, &flags.out)?;
    summary(&report);
    if let Some(run) = &asked {
        report.leave(run)?;
    }
    say(&format!("{} in {}", page.display(), duration(started.elapsed().as_secs_f64())));
    if !report.passed() {
        exit(FAILED.into());
    }
    Ok(())
}

/// The reference values for these weights in the data from outside, if it is them.
fn reference_values(weights: &Path) -> Option<Reference> {
    let data = bounds::data_dir()?;
    let theirs = data.join("data").join("backbone");
    is_same(weights, &theirs)
        .then(|| Reference { folder: data.join("golden"), images: data.join("data").join("images") })
}

fn is_same(path: &Path, other: &Path) -> bool {
    match (path.canonicalize(), other.canonicalize()) {
        (Ok(path), Ok(other)) => path == other,
        _ => false,
    }
}

/// A few channels of each block, a few steps each: enough to see what rounding does to mix ratios.
struct SmallRun<'a> {
    source: &'a Source,
    images: &'a Path,
    /// The folder of the audit.
    out: &'a Path,
    channels: NonZero<usize>,
    threads: NonZero<usize>,
    isa: Isa,
}

impl SmallRun<'_> {
    /// Makes it; nothing where the network has no block.
    fn make(self) -> anyhow::Result<Option<PathBuf>> {
        say("making pictures of a few channels: --run names a finished run instead");
        let folder = self.out.join("run");
        let options = runs::Options {
            source: self.source.clone(),
            images: Some(self.images.to_owned()),
            blocks: Vec::new(),
            channels: vec![ChannelRange::first(self.channels.get())],
            preset: Preset::Smoke,
            steps: STEPS,
            seeds: runs::Seeds::one(0),
            variants: Vec::new(),
            convergence: None,
            whole_channels: false,
            threads: self.threads,
            isa: self.isa,
            out: folder.clone(),
            replace: true,
        };
        match runs::reproduce(&options, &Silent) {
            Ok(_) => Ok(Some(folder)),
            // What there is of the network is audited all the same.
            Err(RunError::NoBlock { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

const HEADING: &str = "step                what                                                     compared with         values        ULP       relative  of bound";
/// Columns of what a line is about; more words go on below.
const WHAT: usize = 56;

/// The words in lines of at most so many columns.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A line of the table. Why something was skipped stands where its bound would.
fn row(comparison: &Comparison) -> String {
    let what = match comparison.kind {
        Kind::Skipped => format!("{}: {}", comparison.what, comparison.bound),
        Kind::Checked | Kind::Information => comparison.what.to_string(),
    };
    let mut parts = wrapped(&what, WHAT).into_iter();
    let mut text = format!(
        "{:<18}  {:<WHAT$} {:<19} {:>8}  {:>9}  {:>13}  {:>8}  {}",
        comparison.step,
        parts.next().unwrap_or_default(),
        comparison.witness.to_string(),
        comparison.values,
        short(comparison.ulps),
        comparison.error_in_words(),
        short(comparison.used),
        comparison.verdict()
    );
    for part in parts {
        text.push_str(&format!("\n{:<18}  {part}", ""));
    }
    text
}

fn summary(report: &Report) {
    for law in report.broken() {
        print(law.failure.as_deref().unwrap_or_default());
    }
    let cases: u64 = report.laws.iter().map(|law| law.cases).sum();
    print(&format!("{} laws of the kernels on {cases} cases, {} broken", report.laws.len(), report.broken().count()));
    let failed = report.comparisons.iter().filter(|l| l.failed()).count();
    let values: usize = report.comparisons.iter().map(|l| l.values).sum();
    let skipped = match report.skipped() {
        0 => String::new(),
        n => format!(", {n} skipped"),
    };
    print(&format!(
        "{} comparisons of {values} values, {failed} beyond their bound{skipped}; digest {}",
        report.comparisons.len(),
        report.digest
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A comparison of each kind, with an error in words and none.
    fn comparison(what: &str, kind: Kind, passed: bool) -> Comparison {
        Comparison {
            step: audit::Step::Layer,
            what: what.into(),
            witness: audit::Witness::Twin,
            kind,
            values: 42,
            ulps: Some(1.5),
            relative: Some(2e-7),
            l2: None,
            error: None,
            bound: "the bound's words".to_owned(),
            used: Some(0.25),
            passed,
        }
    }

    #[test]
    fn a_row_has_its_columns_below_their_headings_and_ends_with_its_verdict() {
        let shown = row(&comparison("1.0.conv1", Kind::Checked, true));
        let at = |heading: &str| HEADING.find(heading).unwrap();
        assert_eq!(&shown[at("what")..at("what") + 9], "1.0.conv1");
        assert_eq!(&shown[at("compared")..at("compared") + 8], "f64 twin");
        // Numbers end below the end of their heading.
        for (heading, cell) in [("values", "42"), ("ULP", "1.50"), ("relative", "2.0e-7"), ("of bound", "0.25")] {
            let end = at(heading) + heading.len();
            assert!(shown[..end].ends_with(&format!(" {cell}")), "{heading}: {shown}");
        }
        assert!(shown.starts_with("layer ") && shown.ends_with("  pass"), "{shown}");
        assert!(!shown.contains("the bound's words"));
        let failed = row(&comparison("1.0.conv1", Kind::Checked, false));
        assert!(failed.ends_with("  FAIL"));
        assert!(row(&comparison("w", Kind::Information, false)).ends_with("  info"));
    }

    #[test]
    fn why_something_was_skipped_stands_behind_what() {
        let shown = row(&comparison("gradients", Kind::Skipped, false));
        assert!(shown.contains("  gradients: the bound's words "), "{shown}");
        assert!(shown.ends_with("  skipped"));
    }

    #[test]
    fn what_does_not_fit_goes_on_below_its_column() {
        let what = "word ".repeat(40);
        let shown = row(&comparison(what.trim(), Kind::Checked, true));
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].ends_with("pass"));
        let column = HEADING.find("what").unwrap();
        for below in &lines[1..] {
            assert_eq!(below[..column].trim(), "");
            assert!(below[column..].starts_with("word"), "{below}");
        }
        assert_eq!(shown.matches("word").count(), 40);
    }

    #[test]
    fn a_path_is_the_same_however_it_is_written_and_nothing_is_the_same_as_what_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::create_dir(&a).unwrap();
        std::fs::create_dir(&b).unwrap();
        assert!(is_same(&a, &b.join("../a")) && !is_same(&a, &b));
        let absent = folder.path().join("c");
        assert!(!is_same(&absent, &absent) && !is_same(&a, &absent));
    }

    #[test]
    fn long_words_go_on_below_and_none_is_lost() {
        let text = "one two three four five six seven";
        let lines = wrapped(text, 9);
        assert!(lines.iter().all(|line| line.chars().count() <= 9), "{lines:?}");
        assert_eq!(lines.join(" "), text);
        assert_eq!(wrapped("", 9), [""]);
        // A line may be full to its last column, and a word longer than it stands alone.
        assert_eq!(wrapped("one two", 7), ["one two"]);
        assert_eq!(wrapped("one two", 6), ["one", "two"]);
        assert_eq!(wrapped("a longer b", 4), ["a", "longer", "b"]);
    }
}
