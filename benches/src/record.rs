//! What a run found, as a file: to compare revisions, to fill the performance page, to draw the roofline.

use crate::measure::{Ceilings, Row};
use anyhow::{Context, anyhow, bail};
use kernels::Isa;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// All numbers of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The revision of the source, if it is known.
    pub(crate) revision: Option<String>,
    /// The instruction set.
    pub(crate) isa: String,
    /// What one core can do.
    pub(crate) ceilings: Ceilings,
    /// What was timed.
    pub(crate) rows: Vec<Row>,
}

const END: &str = "<!-- end -->";

impl Record {
    pub(crate) fn new(isa: Isa, ceilings: Ceilings, rows: Vec<Row>, root: &Path) -> Record {
        let git = Command::new("git").args(["describe", "--always", "--dirty"]).current_dir(root).output();
        let revision = git.ok().filter(|o| o.status.success());
        let revision = revision.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
        Record { revision, isa: isa.to_string(), ceilings, rows }
    }

    pub(crate) fn read(path: &Path) -> anyhow::Result<Record> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let expected = || format!("{}: expected the numbers of an earlier run", path.display());
        serde_json::from_str(&text).with_context(expected)
    }

    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        write(path, &(serde_json::to_string_pretty(self)? + "\n"))
    }

    /// The row of the same thing.
    pub(crate) fn like(&self, row: &Row) -> Option<&Row> {
        let same = |r: &&Row| (&r.subject, &r.name, r.threads) == (&row.subject, &row.name, row.threads);
        self.rows.iter().find(same)
    }

    /// Replaces the tables of a page, each between a line `<!-- bench: SUBJECT -->` and the next `<!-- end -->`, for
    /// the subjects that were timed.
    pub(crate) fn write_tables(&self, path: &Path) -> anyhow::Result<()> {
        let page = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        write(path, &self.with_tables(&page, path)?)
    }

    fn with_tables(&self, page: &str, path: &Path) -> anyhow::Result<String> {
        let mut subjects: Vec<&str> = self.rows.iter().map(|r| r.subject.as_str()).collect();
        subjects.dedup();
        let mut page = page.to_owned();
        for subject in subjects {
            let marker = format!("<!-- bench: {subject} -->");
            let Some(start) = page.find(&marker).map(|at| at + marker.len()) else {
                bail!("{}: expected a line {marker}", path.display());
            };
            let Some(length) = page[start..].find(END) else {
                bail!("{}: expected {END} after {marker}", path.display());
            };
            page.replace_range(start..start + length, &format!("\n{}\n", self.table(subject)));
        }
        Ok(page)
    }

    /// A table in Markdown.
    fn table(&self, subject: &str) -> String {
        let mut table = format!(
            "\n{}, {} GFLOP/s of fused multiply-adds and {:.1} GB/s of copying on one core{}.\n\n",
            self.isa,
            (self.ceilings.operations / 1e9).round(),
            self.ceilings.bytes / 1e9,
            self.revision.as_ref().map_or(String::new(), |r| format!(", revision {r}")),
        );
        table += "| | threads | ms (quartiles) | GFLOP/s | of peak | |\n| --- | --: | --: | --: | --: | --- |\n";
        for row in self.rows.iter().filter(|r| r.subject == subject) {
            let number = |v: Option<f64>, unit: &str| v.map_or(String::new(), |v| format!("{v:.0}{unit}"));
            let _ = writeln!(
                table,
                "| {} | {} | {} ({} to {}) | {} | {} | {} |",
                row.name,
                row.threads,
                digits(row.milliseconds),
                digits(row.quartiles[0]),
                digits(row.quartiles[1]),
                number(row.gigaflops(), ""),
                number(row.of_peak(&self.ceilings).map(|f| 100.0 * f), " %"),
                row.note,
            );
        }
        table
    }

    /// Draws operations a second against operations a byte, for every row that has both, below the two ceilings.
    pub(crate) fn draw_roofline(&self, path: &Path) -> anyhow::Result<()> {
        let points: Vec<(f64, f64, bool)> = self
            .rows
            .iter()
            .filter(|r| r.subject == "kernels" && !r.name.starts_with("matrixmultiply"))
            .filter_map(|r| Some((r.operations? / r.bytes?, r.gigaflops()?, r.name.ends_with("gradient"))))
            .collect();
        if points.is_empty() {
            bail!("{}: a roofline needs the kernels to be timed", path.display());
        }
        report::embed_font();
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, (760, 480)).into_drawing_area();
            self.draw(&root, &points).map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?;
        }
        write(path, &svg)
    }

    fn draw<B: DrawingBackend>(
        &self,
        root: &DrawingArea<B, plotters::coord::Shift>,
        points: &[(f64, f64, bool)],
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        root.fill(&WHITE)?;
        let (peak, bandwidth) = (self.ceilings.operations / 1e9, self.ceilings.bytes / 1e9);
        let (left, right) = (1.0, 1000.0);
        let mut chart = ChartBuilder::on(root)
            .margin(16)
            .margin_right(40)
            .caption("ResNet18's layers on one core", (report::FONT, 18))
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d((left..right).log_scale(), (10.0..400.0).log_scale())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.15))
            .x_desc("operations a byte")
            .y_desc("GFLOP/s")
            .label_style((report::FONT, 14))
            .draw()?;
        let roof = [left, peak / bandwidth, right].map(|x: f64| (x, (x * bandwidth).min(peak)));
        chart
            .draw_series(LineSeries::new(roof, BLACK.stroke_width(2)))?
            .label("multiply-adds and copying, measured")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 16, y)], BLACK.stroke_width(2)));
        for (gradient, color, label) in [(false, &BLUE, "forward"), (true, &RED, "gradient")] {
            let of_kind = points.iter().filter(|p| p.2 == gradient);
            chart
                .draw_series(of_kind.map(|&(x, y, _)| Circle::new((x, y), 4, color.filled())))?
                .label(label)
                .legend(move |(x, y)| Circle::new((x + 8, y), 4, color.filled()));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .label_font((report::FONT, 14))
            .background_style(WHITE.filled())
            .border_style(BLACK)
            .draw()?;
        root.present()
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let wrong = |e| anyhow!("{}: cannot write: {e}{}", path.display(), report::way_on(&e));
    report::write_atomically(path, text.as_bytes()).map_err(wrong)
}

/// Three significant digits.
fn digits(milliseconds: f64) -> String {
    match milliseconds {
        m if m >= 100.0 => format!("{m:.0}"),
        m if m >= 10.0 => format!("{m:.1}"),
        m if m >= 1.0 => format!("{m:.2}"),
        m => format!("{m:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Samples;

    fn record() -> Record {
        let row = Row::new("forward", "one image", 2, &Samples::new(vec![0.010, 0.007, 0.008, 0.009, 0.011]));
        Record {
            revision: Some("abc".to_owned()),
            isa: "portable".to_owned(),
            ceilings: Ceilings { operations: 2e11, bytes: 2e10 },
            rows: vec![row.of(1.8e9, 1e8)],
        }
    }

    #[test]
    fn a_file_holds_every_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.json");
        record().write(&path).unwrap();
        assert_eq!(Record::read(&path).unwrap(), record());
    }

    #[test]
    fn a_row_is_found_by_subject_name_and_threads() {
        let (record, mut row) = (record(), record().rows[0].clone());
        assert_eq!(record.like(&row), Some(&row));
        row.threads = 1;
        assert_eq!(record.like(&row), None);
    }

    #[test]
    fn a_table_takes_the_place_of_the_old_one_and_of_nothing_else() {
        let page = "before\n<!-- bench: forward -->\nold\n<!-- end -->\nafter\n";
        let new = record().with_tables(page, Path::new("page.md")).unwrap();
        assert!(new.starts_with("before\n<!-- bench: forward -->\n"), "{new}");
        assert!(new.contains("| one image | 2 | 9.00 (8.00 to 10.0) | 200 | 50 % |"), "{new}");
        assert!(new.ends_with("<!-- end -->\nafter\n") && !new.contains("old"), "{new}");
        let message = record().with_tables("nothing", Path::new("page.md")).unwrap_err().to_string();
        assert!(message.contains("page.md") && message.contains("bench: forward"), "{message}");
    }
}
