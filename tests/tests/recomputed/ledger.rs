//! What was compared, and how far it was off.

use crate::csv::Table;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What a cell must hold.
#[derive(Clone, Debug)]
pub(crate) enum Expected {
    /// This text; an undefined value is the empty one.
    Text(String),
    /// A number, and how far another order of the same arithmetic may be from it.
    Number(f64, f64),
    /// Nothing is known of it: it is outside a stated sample.
    Unread,
}

/// What the cells of a row must hold, by their columns.
pub(crate) type Row = Vec<(&'static str, Expected)>;

/// A text, a count or a flag.
pub(crate) fn text(value: impl ToString) -> Expected {
    Expected::Text(value.to_string())
}

/// A number to the last bit, or an empty cell.
pub(crate) fn exactly(value: Option<f64>) -> Expected {
    within(value.map(|v| (v, 0.0)))
}

/// A number and its bound, or an empty cell.
pub(crate) fn within(value: Option<(f64, f64)>) -> Expected {
    value.map_or(Expected::Text(String::new()), |(v, b)| Expected::Number(v, b))
}

#[derive(Default)]
struct Column {
    count: usize,
    numbers: usize,
    difference: f64,
    in_bounds: f64,
}

/// Comparisons by table and column.
#[derive(Default)]
pub(crate) struct Ledger {
    columns: BTreeMap<(String, String), Column>,
    order: Vec<(String, String)>,
    wrong: Vec<String>,
    unread: usize,
}

impl Ledger {
    /// Notes that something is not as it must be.
    pub(crate) fn wrong(&mut self, what: String) {
        self.wrong.push(what);
    }

    /// Compares texts, or anything else that has no bound.
    pub(crate) fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: &T, expected: &T) {
        let (table, column) = what.split_once(": ").unwrap_or(("", what));
        self.column(table, column).count += 1;
        if found != expected {
            self.wrong(format!("{what}: found {found:?}, expected {expected:?}"));
        }
    }

    /// Compares a number with a value and its bound. A bound that is not a number holds for nothing.
    pub(crate) fn number(&mut self, table: &str, column: &str, place: &str, found: f64, expected: (f64, f64)) {
        let (value, bound) = expected;
        let difference = if found == value { 0.0 } else { (found - value).abs() };
        let units = if difference == 0.0 { 0.0 } else { difference / bound };
        let at = self.column(table, column);
        at.count += 1;
        at.numbers += 1;
        at.difference = at.difference.max(difference);
        at.in_bounds = at.in_bounds.max(units);
        if difference.is_nan() || (difference > 0.0 && (bound.is_nan() || difference > bound)) {
            self.wrong(format!("{table}, {column}, {place}: found {found:e}, expected {value:e} within {bound:e}"));
        }
    }

    /// Compares every cell of a table: its columns, each of which must have been recomputed, its rows and their order.
    pub(crate) fn table(&mut self, name: &str, found: &Table, expected: &[Row]) {
        if let Some(first) = expected.first() {
            let columns: Vec<&str> = first.iter().map(|(column, _)| *column).collect();
            if found.header != columns {
                self.wrong(format!("{name}: columns {:?}, recomputed {columns:?}", found.header));
                return;
            }
        }
        if found.rows.len() != expected.len() {
            let (found, expected) = (found.rows.len(), expected.len());
            self.wrong(format!("{name}: {found} rows, expected {expected}"));
        }
        for (at, (cells, row)) in found.rows.iter().zip(expected).enumerate() {
            for (cell, (column, expected)) in cells.iter().zip(row) {
                let place = format!("row {} ({})", at + 1, cells[..2].join(" "));
                self.cell((name, column), &place, cell, expected);
            }
        }
    }

    fn cell(&mut self, (table, column): (&str, &str), place: &str, cell: &str, expected: &Expected) {
        match expected {
            Expected::Text(text) => {
                self.column(table, column).count += 1;
                if cell != text {
                    self.wrong(format!("{table}, {column}, {place}: found '{cell}', expected '{text}'"));
                }
            }
            Expected::Unread => self.unread += 1,
            Expected::Number(value, bound) => match cell.parse() {
                Ok(found) => self.number(table, column, place, found, (*value, *bound)),
                Err(_) => self.wrong(format!("{table}, {column}, {place}: found '{cell}', expected {value:e}")),
            },
        }
    }

    fn column(&mut self, table: &str, column: &str) -> &mut Column {
        let key = (table.to_owned(), column.to_owned());
        if !self.columns.contains_key(&key) {
            self.order.push(key.clone());
        }
        self.columns.entry(key).or_default()
    }

    /// A line of Markdown for each column: comparisons, and the largest difference, absolute and in its bound.
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::from(
            "| file | column | compared | largest difference | in units of its bound |\n| --- | --- | --: | --: | --: |\n",
        );
        for key in &self.order {
            let of = &self.columns[key];
            let (table, column) = key;
            let (difference, units) = match of.numbers {
                0 => ("same text".to_owned(), String::new()),
                _ => (format!("{:.2e}", of.difference), format!("{:.1e}", of.in_bounds)),
            };
            writeln!(text, "| {table} | {column} | {} | {difference} | {units} |", of.count).unwrap();
        }
        text
    }

    /// How many cells were outside a sample.
    pub(crate) fn unread(&self) -> usize {
        self.unread
    }

    /// Fails where anything was not as it must be.
    #[track_caller]
    pub(crate) fn close(&self) {
        // Of each column the first: the text up to the place.
        let mut of_column = std::collections::BTreeSet::new();
        let first = |line: &&String| of_column.insert(line.splitn(3, ", ").take(2).collect::<String>());
        let shown: Vec<&str> = self.wrong.iter().filter(first).map(String::as_str).collect();
        assert!(self.wrong.is_empty(), "{} wrong, of each column the first:\n{}", self.wrong.len(), shown.join("\n"));
    }
}
