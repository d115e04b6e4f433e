//! `tables/README.md` against the headings of the tables.

use report::layout;
use std::fs;
use std::path::Path;

/// Asserts that every table of a folder has a section with a line for each of its columns, in order, each with a unit and
/// a definition; how many tables there are.
pub(crate) fn check(folder: &Path) -> usize {
    let text = fs::read_to_string(folder.join(layout::DICTIONARY)).unwrap();
    let sections: Vec<&str> = text.split("\n## ").skip(1).collect();
    // The last is that of the measures.
    let (measures, tables) = sections.split_last().unwrap();
    for section in tables {
        let name = section.lines().next().unwrap();
        let table = fs::read_to_string(folder.join("tables").join(name)).unwrap();
        let lines = section.lines().filter(|line| line.starts_with("| `"));
        let found: Vec<Vec<String>> = lines.map(cells).collect();
        assert!(found.iter().all(|cells| cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty())), "{section}");
        let columns: Vec<&str> = found.iter().map(|cells| cells[0].trim_matches('`')).collect();
        assert_eq!(columns, table.lines().next().unwrap().split(',').collect::<Vec<_>>(), "{name}");
        // It says by which of them rows are told apart.
        let words = section.split(" Told apart by ").nth(1).unwrap().split('.').next().unwrap();
        let key: Vec<&str> = words.split(", ").map(|word| word.trim_matches('`')).collect();
        assert_eq!(key, columns[..key.len()], "{name}");
    }
    let panels = fs::read_to_string(folder.join(layout::PANELS)).unwrap();
    let named: Vec<String> =
        measures.lines().filter(|line| line.starts_with("| `")).map(|l| cells(l)[0].clone()).collect();
    for row in panels.lines().skip(1) {
        let measure = format!("`{}`", row.split(',').nth(2).unwrap());
        assert!(named.contains(&measure), "{row}");
    }
    let there = fs::read_dir(folder.join("tables")).unwrap().flatten();
    assert_eq!(there.filter(|file| file.path().extension().is_some_and(|e| e == "csv")).count(), tables.len());
    tables.len()
}

/// The cells of a line, as a reader of Markdown sees them.
fn cells(line: &str) -> Vec<String> {
    let line = line.replace("\\|", "\0");
    let cells = line.trim().trim_matches('|').split('|').map(|cell| cell.trim().replace('\0', "|"));
    cells.collect()
}
