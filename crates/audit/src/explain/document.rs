//! A derivation as text and as a page.

use crate::error::AuditError;
use crate::outcome::{STYLE, write_text};
use maud::{DOCTYPE, PreEscaped, html};
use report::layout;
use resnet::{Block, Role};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A derivation.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    pub(super) title: String,
    pub(super) sections: Vec<Section>,
    /// The pictures of Input, Block and Output.
    pub(super) pictures: Vec<PathBuf>,
    pub(super) differences: Vec<String>,
}

#[cfg(test)]
impl Explanation {
    /// Sections alone.
    pub(super) fn of(sections: Vec<Section>) -> Explanation {
        Explanation { title: String::new(), sections, pictures: Vec::new(), differences: Vec::new() }
    }
}

/// Sentences, then a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Section {
    title: String,
    sentences: Vec<String>,
    /// Its first row are the headings.
    table: Vec<Vec<String>>,
}

impl Section {
    pub(super) fn new(title: &str) -> Section {
        Section { title: title.to_owned(), sentences: Vec::new(), table: Vec::new() }
    }

    pub(super) fn say(&mut self, sentence: impl Into<String>) {
        self.sentences.push(sentence.into());
    }

    pub(super) fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.table.push(cells.map(str::to_owned).to_vec());
    }
}

/// Whose picture, as a word that begins a sentence or a cell.
pub(super) fn whose(role: Role) -> &'static str {
    match role {
        Role::Input => "Input's",
        Role::Block => "Block's",
        Role::Output => "Output's",
    }
}

/// Four decimals.
pub(super) fn number(value: f64) -> String {
    rounded(value, 4, "")
}

/// Six decimals and a sign, or that there is none.
pub(super) fn signed(value: Option<f64>) -> String {
    let sign = if value.is_some_and(|v| v > 0.0) { "+" } else { "" };
    value.map_or_else(|| "not defined".to_owned(), |v| rounded(v, 6, sign))
}

/// Six decimals, or that there is none.
pub(super) fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "not defined".to_owned(), |v| rounded(v, 6, ""))
}

/// So many decimals. Zero of either sign is 0, and what is none keeps two digits, so that its sign can be believed.
fn rounded(value: f64, decimals: usize, sign: &str) -> String {
    let smallest = 0.5 * 10_f64.powi(-i32::try_from(decimals).unwrap_or(0));
    if value == 0.0 {
        "0".to_owned()
    } else if value.abs() < smallest {
        format!("{sign}{value:.1e}")
    } else {
        format!("{sign}{value:.decimals$}")
    }
}

impl Explanation {
    /// What the run's files say that its pictures and weights do not give, a sentence each that names the file first.
    /// None: everything was computed again and is the same.
    pub fn differences(&self) -> &[String] {
        &self.differences
    }

    /// As text for a terminal.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.title);
        for section in &self.sections {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{}\n", section.title);
            for sentence in &section.sentences {
                let _ = writeln!(text, "  {sentence}");
            }
            let columns = section.table.first().map_or(0, Vec::len);
            let width = |column: usize| {
                let cells = section.table.iter().map(|row| row[column].chars().count());
                cells.max().unwrap_or(0)
            };
            let widths: Vec<usize> = (0..columns).map(width).collect();
            for row in &section.table {
                let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
                let line = cells.collect::<Vec<_>>().join("  ");
                let _ = writeln!(text, "    {}", line.trim_end());
            }
        }
        text
    }

    /// Writes it as a page below the run's folder; its path.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, folder: &Path, block: Block, channel: usize) -> Result<PathBuf, AuditError> {
        let path = folder.join(layout::EXPLANATIONS).join(format!("{block}_{channel}.html"));
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head { meta charset="utf-8"; title { (self.title) } style { (PreEscaped(STYLE)) (PreEscaped(MORE_STYLE)) } }
                body {
                    h1 { (self.title) }
                    div.pictures {
                        @for (role, picture) in Role::ALL.into_iter().zip(&self.pictures) {
                            figure {
                                img src={ "../" (picture.display()) } alt=(picture.display());
                                figcaption { (whose(role)) " picture" }
                            }
                        }
                    }
                    @for section in &self.sections {
                        h2 { (section.title) }
                        @for sentence in &section.sentences {
                            p.failed[self.differences.contains(sentence)] { (sentence) }
                        }
                        @if let Some((headings, rows)) = section.table.split_first() {
                            table {
                                thead { tr { @for cell in headings { th { (cell) } } } }
                                tbody { @for row in rows { tr.failed[row.iter().any(|c| c == DIFFERS)] {
                                    @for cell in row { td { (cell) } }
                                } } }
                            }
                        }
                    }
                }
            }
        };
        write_text(&path, &page.into_string())?;
        Ok(path)
    }
}

/// What stands in a row whose numbers differ.
pub(super) const DIFFERS: &str = "DIFFERS";

const MORE_STYLE: &str = "
p { margin: .3rem 0; overflow-wrap: anywhere; } td { overflow-wrap: anywhere; } p + table { margin-top: .6rem; }
.pictures { display: flex; gap: 1.2rem; } figure { margin: .6rem 0 0; } figcaption { font-size: .85em; color: #666; }
.pictures img { width: 168px; height: 168px; image-rendering: auto; }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_no_sign_and_a_small_number_keeps_its_own() {
        assert_eq!([number(0.0), number(-0.0), signed(Some(-0.0))], ["0"; 3]);
        assert_eq!(number(-1.23456), "-1.2346");
        assert_eq!(number(-0.000_012), "-1.2e-5");
        assert_eq!(signed(Some(0.25)), "+0.250000");
        assert_eq!(signed(Some(-3e-9)), "-3.0e-9");
        assert_eq!(ratio(Some(0.97)), "0.970000");
        assert_eq!((signed(None), ratio(None)), ("not defined".to_owned(), "not defined".to_owned()));
    }
}
