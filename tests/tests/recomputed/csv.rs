//! Comma-separated tables, read by a reader of our own.

use std::fs;
use std::path::Path;

/// A table: its header, and as many cells in every row.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Table {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut rows = records(&text);
        assert!(!rows.is_empty(), "{}: no header", path.display());
        let header = rows.remove(0);
        for row in &rows {
            assert_eq!(row.len(), header.len(), "{}: {row:?}", path.display());
        }
        // Tables call a block `layer3.1`; here it is 3.1, as in commands.
        if let Some(at) = header.iter().position(|name| name == "block") {
            for row in &mut rows {
                let name = row[at].strip_prefix("layer").unwrap_or_else(|| panic!("block: {}", row[at]));
                row[at] = name.to_owned();
            }
        }
        Table { header, rows }
    }

    /// The text of a cell.
    pub(crate) fn text(&self, row: usize, column: &str) -> &str {
        let at = self.header.iter().position(|name| name == column);
        &self.rows[row][at.unwrap_or_else(|| panic!("no column {column}"))]
    }

    /// The number of a cell; `None` where it is empty.
    pub(crate) fn number(&self, row: usize, column: &str) -> Option<f64> {
        let text = self.text(row, column);
        let parse = || text.parse().unwrap_or_else(|_| panic!("{column}: no number: {text}"));
        (!text.is_empty()).then(parse)
    }

    /// The rows in which a column has this text.
    pub(crate) fn rows_where(&self, column: &str, text: &str) -> Vec<usize> {
        let rows = 0..self.rows.len();
        rows.filter(|&row| self.text(row, column) == text).collect()
    }
}

/// Lines of cells; a quoted cell may hold commas, and quotes doubled.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                cell.push('"');
                characters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            '\r' if !quoted => {}
            other => cell.push(other),
        }
    }
    assert!(cell.is_empty() && record.is_empty(), "no last line feed");
    records
}
