//! Tables as the page reads them: columns in JSON, each file a call of the page's own function, since a page that is
//! opened from the file system may not fetch.
//!
//! Every cell is as the CSV file has it: numbers keep their digits, so that what the page holds is what the table says.

use crate::error::ReportError;
use crate::files::read_file;
use crate::registry::Table;
use csv::StringRecord;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A table as it was read: cells are texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<StringRecord>,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Words,
    Numbers,
    Truths,
}

impl Cells {
    /// Reads a table; nothing where there is none.
    ///
    /// # Errors
    /// If it is there and no table.
    pub(super) fn read(path: &Path) -> Result<Option<Cells>, ReportError> {
        if !path.exists() {
            return Ok(None);
        }
        let bytes = read_file(path)?;
        let damaged = |e: csv::Error| ReportError::Damaged {
            path: path.to_owned(),
            expected: "a table of Streamscope",
            found: e.to_string(),
        };
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let columns = reader.headers().map_err(damaged)?.iter().map(str::to_owned).collect();
        let rows: Result<Vec<StringRecord>, csv::Error> = reader.records().collect();
        Ok(Some(Cells { columns, rows: rows.map_err(damaged)? }))
    }

    /// The cells of a column, blocks by the names that people call them.
    fn column(&self, at: usize) -> impl Iterator<Item = &str> {
        let is_block = self.columns[at] == "block" || self.columns[at].ends_with("_block");
        self.rows.iter().map(move |row| {
            let cell = row.get(at).unwrap_or_default();
            if is_block { cell.strip_prefix("layer").unwrap_or(cell) } else { cell }
        })
    }

    /// The different words of a column, in their order.
    pub(super) fn words(&self, column: &str) -> Vec<&str> {
        let at = self.columns.iter().position(|name| name == column);
        let mut seen = std::collections::BTreeSet::new();
        let cells = at.into_iter().flat_map(|at| self.column(at));
        cells.filter(|cell| seen.insert(*cell)).collect()
    }

    /// The rows of each block, the blocks in the order in which they come.
    pub(super) fn of_blocks(&self) -> Vec<(String, Cells)> {
        let Some(at) = self.columns.iter().position(|name| name == "block") else { return Vec::new() };
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut found: Vec<(String, Cells)> = Vec::new();
        for (row, block) in self.rows.iter().zip(self.column(at)) {
            let place = *places.entry(block.to_owned()).or_insert_with(|| {
                found.push((block.to_owned(), Cells { columns: self.columns.clone(), rows: Vec::new() }));
                found.len() - 1
            });
            found[place].1.rows.push(row.clone());
        }
        found
    }

    /// `{"rows": N, "columns": {name: ..}}`. Of numbers and truth values a column is a list, with null for an empty cell;
    /// what JSON has no number for stands as the text of the table. Of words it is the different ones and, for each row,
    /// which of them it is.
    pub(super) fn json(&self, table: &Table) -> String {
        let columns: Vec<String> = (0..self.columns.len())
            .map(|at| {
                let unit = table.columns.iter().find(|column| column.name == self.columns[at]).map_or("", |c| c.unit);
                format!("{}:{}", quoted(&self.columns[at]), self.values(at, unit))
            })
            .collect();
        format!("{{\"rows\":{},\"columns\":{{{}}}}}", self.rows.len(), columns.join(",\n"))
    }

    fn kind(&self, at: usize, unit: &str) -> Kind {
        let mut cells = self.column(at).filter(|cell| !cell.is_empty());
        match unit {
            "name" | "names" | "words" => Kind::Words,
            "true or false" => Kind::Truths,
            _ if cells.all(|cell| cell.parse::<f64>().is_ok()) => Kind::Numbers,
            _ => Kind::Words,
        }
    }

    fn values(&self, at: usize, unit: &str) -> String {
        let list = |of: fn(&str) -> String| {
            let cells: Vec<String> =
                self.column(at).map(|cell| if cell.is_empty() { "null".to_owned() } else { of(cell) }).collect();
            format!("[{}]", cells.join(","))
        };
        match self.kind(at, unit) {
            Kind::Numbers => list(|cell| {
                let is_json = serde_json::from_str::<f64>(cell).is_ok();
                if is_json { cell.to_owned() } else { quoted(cell) }
            }),
            Kind::Truths => list(|cell| (cell == "true").to_string()),
            Kind::Words => {
                let (mut words, mut places) = (Vec::new(), BTreeMap::new());
                let mut rows = Vec::with_capacity(self.rows.len());
                for cell in self.column(at) {
                    let place = *places.entry(cell).or_insert_with(|| {
                        words.push(quoted(cell));
                        words.len() - 1
                    });
                    rows.push(place.to_string());
                }
                format!("{{\"words\":[{}],\"at\":[{}]}}", words.join(","), rows.join(","))
            }
        }
    }
}

/// Whether a table is read a block at a time: it has many rows for each channel, or one for each photograph.
pub(super) fn is_of_blocks(table: &Table) -> bool {
    let many = table.key.len() > 2 && table.key.starts_with(&["block", "channel"]);
    many || table.key.starts_with(&["block", "image"])
}

/// What a table is called in the page: the name of its file.
pub(super) fn name(table: &Table) -> &'static str {
    let file = table.path.rsplit('/').next().unwrap_or(table.path);
    file.strip_suffix(".csv").unwrap_or(file)
}

/// A call of the page's function that takes data, with JSON that no reader of HTML takes for a tag.
pub(super) fn call(arguments: &[&str], json: &str) -> String {
    let mut text = "streamscope.take(".to_owned();
    for argument in arguments {
        text.push_str(&quoted(argument));
        text.push_str(", ");
    }
    text + &json.replace('<', "\\u003c") + ");\n"
}

/// As [`call`], of a value.
pub(super) fn call_with(arguments: &[&str], value: &Value) -> String {
    call(arguments, &value.to_string())
}

fn quoted(text: &str) -> String {
    json!(text).to_string().replace('<', "\\u003c")
}

/// Whether a block's name may be that of a file.
pub(super) fn is_file_name(block: &str) -> bool {
    let plain = block.chars().all(|c| !c.is_control() && !matches!(c, '/' | '\\' | ':'));
    plain && !block.is_empty() && !block.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::tables::{CHANNELS, EXTREMES};

    fn cells(text: &str) -> Cells {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, text).unwrap();
        Cells::read(&path).unwrap().unwrap()
    }

    #[test]
    fn numbers_keep_their_digits_and_what_is_no_number_of_json_stands_as_text() {
        let cells = cells(
            "block,channel,o_o,category,scale_invariant\nlayer1.1,3,2.5367190837860107,mix,true\nlayer1.1,4,,,false\nlayer2.0,0,NaN,mix,false\n",
        );
        assert_eq!(
            cells.json(&CHANNELS),
            "{\"rows\":3,\"columns\":{\"block\":{\"words\":[\"1.1\",\"2.0\"],\"at\":[0,0,1]},\n\"channel\":[3,4,0],\n\
             \"o_o\":[2.5367190837860107,null,\"NaN\"],\n\"category\":{\"words\":[\"mix\",\"\"],\"at\":[0,1,0]},\n\"scale_invariant\":[true,false,false]}}"
        );
        let of_blocks = cells.of_blocks();
        assert_eq!(
            of_blocks.iter().map(|(name, cells)| (&**name, cells.rows.len())).collect::<Vec<_>>(),
            [("1.1", 2), ("2.0", 1)]
        );
    }

    #[test]
    fn a_name_that_looks_like_a_tag_or_a_number_stays_a_name() {
        let cells = cells("image,rank\n<script>alert(1)</script>,1\n12,2\n");
        let json = cells.json(&EXTREMES);
        assert!(!json.contains('<'), "{json}");
        let read: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["columns"]["image"]["words"], json!(["<script>alert(1)</script>", "12"]));
        assert!(!call(&["a<b"], "\"<\"").contains('<'));
    }

    #[test]
    fn names_of_blocks_that_lead_elsewhere_are_no_names_of_files() {
        for name in ["1.1", "features.denseblock1", "a-b_c", "1&1"] {
            assert!(is_file_name(name), "{name}");
        }
        for name in ["", "..", ".hidden", "a/b", "a\\b", "c:b", "a\nb"] {
            assert!(!is_file_name(name), "{name}");
        }
    }
}
