//! Figures to print, of a width that is named, drawn from the tables of a folder.
//!
//! Units are points (1/72 inch), so that type has the size that it says: [`TYPE`] or more at any width. What is too wide
//! goes on below ([`sheet`]). Categories have marks and bars have fills beside their colors, so that they can be told apart
//! in grey. Beside each figure lies a table of what it shows. Text becomes outlines ([`convert`]), so that a
//! figure looks the same everywhere.

mod axes;
mod charts;
mod convert;
mod grids;
mod lines;
mod sheet;

use crate::error::ReportError;
use crate::files::write_file;
use crate::results::Results;
use sheet::Sheet;
use std::path::{Path, PathBuf};

/// The size of the smallest type, in points.
pub const TYPE: f64 = 7.0;

/// The figures that can be printed.
pub const PRINTED: [u8; 12] = [1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14];

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintFormat {
    /// Vectors, text as outlines.
    Svg,
    /// Vectors, text as outlines.
    Pdf,
    /// 600 pixels an inch.
    Png,
}

impl PrintFormat {
    fn extension(self) -> &'static str {
        match self {
            PrintFormat::Svg => "svg",
            PrintFormat::Pdf => "pdf",
            PrintFormat::Png => "png",
        }
    }
}

/// Which figures, and how.
#[derive(Clone, Debug)]
pub struct Print {
    /// Their numbers.
    pub figures: Vec<u8>,
    /// The channels that figures 1, 6 and 10 show, by block; empty stands for the run's exemplars.
    pub channels: Vec<(String, usize)>,
    /// How wide, in points.
    pub width: f64,
    /// What kind of file.
    pub format: PrintFormat,
    /// Whether each says its number and title.
    pub titled: bool,
}

/// A figure that is laid out, and the table of what it shows.
struct Drawn {
    sheet: Sheet,
    csv: Vec<Vec<String>>,
}

/// Writes figures of a run below a folder: `fig<number>.<format>`, and `fig<number>.csv` with what each shows; their paths.
///
/// # Errors
/// If the folder holds no finished run, a figure has nothing to show, or a file cannot be written.
pub fn print(folder: &Path, print: &Print, to: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let results = Results::read(folder)?;
    let mut written = Vec::new();
    for &number in &print.figures {
        let path = to.join(format!("fig{number}.{}", print.format.extension()));
        let failed = |reason: &str| ReportError::Draw { path: path.clone(), reason: reason.to_owned() };
        let drawn = match number {
            1 | 6 => grids::draw(&results, number, print)?,
            2 => charts::mix_ratios(&results, print),
            5 => charts::scale_invariance(&results, print),
            10 => charts::scale_tuning(&results, print),
            11..=14 => lines::draw(&results, number, print),
            _ => charts::measures(&results, number, print),
        };
        let Drawn { mut sheet, csv } = drawn.ok_or_else(|| failed("the run has nothing that it would show"))?;
        if print.titled {
            sheet.title(number);
        }
        let bytes = convert::bytes(&sheet.svg(), print.format).map_err(|reason| failed(&reason))?;
        write_file(&path, &bytes)?;
        let table = to.join(format!("fig{number}.csv"));
        write_file(&table, &as_csv(&csv).map_err(|e| failed(&e.to_string()))?)?;
        written.extend([path, table]);
    }
    Ok(written)
}

fn as_csv(rows: &[Vec<String>]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))
}

/// A number as tables write it; empty where it is not defined.
fn cell(value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}
