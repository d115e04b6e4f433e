//! Differences of tables are named by what tells a row from the others, in every table.

mod folder;

use folder::{add_images, images_record, write_folder};
use report::registry::TABLES;
use report::{layout, table_differences};
use std::collections::BTreeSet;
use std::fs;

#[test]
fn a_changed_cell_of_any_table_is_named_by_as_many_cells_as_tell_its_row_from_the_others() {
    let folder = write_folder("weights", &["1.1", "2.0"], 2);
    add_images(folder.path(), &["1.1", "2.0"], images_record());
    let mut without_rows = Vec::new();
    for table in TABLES {
        let (name, cells) = (table.path, table.key.len());
        let again = fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        if again.is_empty() {
            without_rows.push(name);
            continue;
        }
        let lines: Vec<&str> = again.lines().collect();
        let names = |line: &str| line.split(',').take(cells).map(str::to_owned).collect::<Vec<_>>();
        let heading: Vec<&str> = lines[0].split(',').collect();
        assert_eq!(&heading[..cells], table.key, "{name}");
        // No two rows have the same.
        let keys: BTreeSet<Vec<String>> = lines.iter().map(|l| names(l)).collect();
        assert_eq!(keys.len(), lines.len(), "{name}");
        let last = lines[lines.len() - 1];
        let column = heading[heading.len() - 1];
        let was = again.trim_end().to_owned() + "9\n";
        let key: Vec<String> = heading.iter().zip(names(last)).map(|(h, c)| format!("{h} {c}")).collect();
        let cell = last.rsplit(',').next().unwrap();
        let shown = if cell.is_empty() { "empty" } else { cell };
        assert_eq!(
            table_differences(name, was.as_bytes(), again.as_bytes()),
            [format!("{name}: {}: {column} is {cell}9, derived again it is {shown}", key.join(", "))]
        );
    }
    // What this folder has no rows of.
    let of_worth = ["variants", "churn", "curves", "objectives", "steps", "convergence"];
    let of_ways = ["enlargement", "enlargement_groups", "paths", "path_layers"];
    let mut without = vec![layout::SEEDS.to_owned()];
    without.extend(of_worth.iter().chain(&of_ways).map(|name| format!("tables/{name}.csv")));
    assert_eq!(without_rows, without);
}

#[test]
fn as_many_differences_as_are_named_are_all_named() {
    let rows = |count: usize, value: &str| {
        let rows = (0..count).map(|row| format!("1.1,{row},{value}\n"));
        "block,channel,a\n".to_owned() + &rows.collect::<String>()
    };
    for (count, last) in [(20, "channel 19: a is 0, derived again it is 1"), (21, "and 1 differences more")] {
        let found = table_differences(layout::CHANNELS, rows(count, "0").as_bytes(), rows(count, "1").as_bytes());
        assert_eq!(found.len(), count);
        assert!(found.last().unwrap().ends_with(last), "{found:?}");
    }
}

#[test]
fn a_row_too_many_or_too_few_is_counted_and_the_others_are_compared() {
    let table = "block,channel,a\n1.1,0,5\n1.1,1,6\n";
    let more = format!("{table}1.1,2,7\n");
    assert_eq!(
        table_differences(layout::CHANNELS, more.as_bytes(), table.as_bytes()),
        ["tables/channels.csv: it has 3 rows, derived again it has 2"]
    );
    let less = table.replace("1.1,1,6\n", "").replace(",5", ",4");
    assert_eq!(
        table_differences(layout::CHANNELS, less.as_bytes(), table.as_bytes()),
        [
            "tables/channels.csv: it has 1 rows, derived again it has 2",
            "tables/channels.csv: block 1.1, channel 0: a is 4, derived again it is 5"
        ]
    );
}
