//! `tables/README.md`: what every table and every column of it holds, from the registry.

use crate::column::Column;
use crate::markdown::{heading, line};
use crate::registry::tables::Has;
use crate::registry::{Compared, MEASURES, TABLES, Table};

const PREAMBLE: &str = "\
# What the tables hold

Each table is a CSV file: a heading, then a row a line. Numbers are written so that reading them gives the same bits.
An empty cell is what is not defined or was not computed. `NaN`, `inf` and `-inf` are activations beyond what single precision
holds: `not_finite` in channels.csv names the columns that have any.

A block adds what enters it, its **Input** (I), and what it makes of that, its own **Block** (B); the sum is its
**Output** (O). O(I) is the Output's center activation on the picture optimised for the Input, and so on: `o_i` in the
columns. The mix ratio is O(I) / O(B). dB is how much more Block answers to the Input picture enlarged twice, relative to
B(B); dI how much more Input answers to the Block picture shrunk to half, relative to I(I). Activations are those of the
network and have no unit.

";

/// The data dictionary of a run that has this.
pub(crate) fn dictionary(has: Has) -> String {
    let mut text = PREAMBLE.to_owned();
    for table in TABLES.iter().filter(|table| table.is_of(has)) {
        text.push_str(&of_table(table));
    }
    text + &of_measures()
}

fn of_table(table: &Table) -> String {
    let file = table.path.rsplit('/').next().unwrap_or(table.path);
    let key: Vec<String> = table.key.iter().map(|column| format!("`{column}`")).collect();
    let mut text = format!(
        "## {file}\n\n{} Told apart by {}. Made from {}.\n\n",
        table.about.trim(),
        key.join(", "),
        table.made_from.join(", ")
    );
    text.push_str(&heading(["column", "unit", "what it holds"]));
    for Column { name, unit, definition } in table.columns {
        text.push_str(&line(&[&format!("`{name}`"), *unit, definition.trim()]));
    }
    text.push('\n');
    text
}

/// What figures hold against mix ratios, with statistics in a table.
fn of_measures() -> String {
    let mut text = "## Measures against mix ratios\n\n".to_owned();
    text.push_str(&heading(["measure", "figure", "column of channels.csv", "unit", "compared by", "what it is"]));
    for measure in &MEASURES {
        let (unit, definition) = measure.described().map_or(("", ""), |column| (column.unit, column.definition.trim()));
        let compared = match measure.compared {
            Compared::Correlation => "Spearman's correlation",
            Compared::Groups => "the means of the channels below 1 and from 1 on",
        };
        let (figure, name, column) =
            (measure.figure.to_string(), format!("`{}`", measure.name), format!("`{}`", measure.column));
        text.push_str(&line(&[&*name, &figure, &column, unit, compared, definition]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_every_table_has_its_line_and_the_table_of_images_is_there_with_images_alone() {
        let text = dictionary(Has { images: true, variants: true, convergence: true });
        for table in &TABLES {
            let section = text.split("\n## ").find(|section| table.path.ends_with(section.lines().next().unwrap()));
            let section = section.unwrap_or_else(|| panic!("{}", table.path));
            let lines: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
            assert_eq!(lines.len(), table.columns.len(), "{}", table.path);
            for (line, column) in lines.iter().zip(table.columns) {
                assert!(line.starts_with(&format!("| `{}` | {} | ", column.name, column.unit)), "{line}");
            }
        }
        assert!(
            text.contains("extremes.csv")
                && !dictionary(Has { images: false, variants: false, convergence: false }).contains("extremes.csv")
        );
        for measure in &MEASURES {
            assert!(text.contains(&format!("| `{}` | {} |", measure.name, measure.figure)), "{}", measure.name);
        }
    }
}
