//! Tables in Markdown.

/// A line of a table.
pub(crate) fn line<T: AsRef<str>>(cells: &[T]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell.as_ref())).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// The heading of a table, and the line below it.
pub(crate) fn heading<const N: usize>(columns: [&str; N]) -> String {
    line(&columns) + &line(&columns.map(|_| "---"))
}

/// A cell that neither ends its column nor its line.
fn escaped(cell: &str) -> String {
    cell.replace('\\', "\\\\").replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_in_markdown_stays_in_its_row_and_column() {
        assert_eq!(escaped("|bn2.weight|\nof \\a"), "\\|bn2.weight\\| of \\\\a");
    }
}
