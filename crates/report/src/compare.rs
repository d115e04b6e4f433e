//! Where two tables differ.

use crate::registry::tables::table;
use csv::StringRecord;

/// So many differences of a table are named; of the others, how many there are.
const NAMED: usize = 20;

/// Where a table of this name differs from the same, derived again: each cell by the names of its row and column.
///
/// `tables/channels.csv: block 1.1, channel 3: mix_ratio is 0.98, derived again it is 1.02`
pub fn table_differences(name: &str, was: &[u8], again: &[u8]) -> Vec<String> {
    let (was, again) = (records(was), records(again));
    let ((Some(heading), rows), (Some(expected), derived)) = (split(&was), split(&again)) else {
        return vec![format!("{name}: it has no line in common with what is derived again")];
    };
    if heading != expected {
        return vec![format!(
            "{name}: its columns are {}, derived again they are {}",
            listed(heading),
            listed(expected)
        )];
    }
    let mut found = Vec::new();
    if rows.len() != derived.len() {
        let (was, again) = (rows.len(), derived.len());
        found.push(format!("{name}: it has {was} rows, derived again it has {again}"));
    }
    for (row, again) in rows.iter().zip(derived) {
        // The names of a row are those of what is derived: who changed a table may have changed names.
        let of = key(name, heading, again);
        for (at, column) in heading.iter().enumerate() {
            let (was, again) = (cell(row, at), cell(again, at));
            if was != again {
                found.push(format!("{name}: {of}: {column} is {was}, derived again it is {again}"));
            }
        }
        if row.len() > heading.len() {
            found.push(format!("{name}: {of}: it has {} cells for {} columns", row.len(), heading.len()));
        }
    }
    if found.is_empty() {
        found.push(format!("{name}: it has the same cells in other bytes"));
    }
    let more = found.len().saturating_sub(NAMED);
    if more > 0 {
        found.truncate(NAMED);
        found.push(format!("{name}: and {more} differences more"));
    }
    found
}

/// All lines, the heading included, up to the first that is none.
fn records(bytes: &[u8]) -> Vec<StringRecord> {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).from_reader(bytes);
    reader.into_byte_records().map_while(|record| Some(StringRecord::from_byte_record_lossy(record.ok()?))).collect()
}

fn split(records: &[StringRecord]) -> (Option<&StringRecord>, &[StringRecord]) {
    (records.first(), records.get(1..).unwrap_or_default())
}

fn listed(record: &StringRecord) -> String {
    record.iter().collect::<Vec<_>>().join(", ")
}

fn cell(row: &StringRecord, at: usize) -> &str {
    match row.get(at) {
        Some("") | None => "empty",
        Some(cell) => cell,
    }
}

/// The names of a row: its first cells, as many as tell it from the others.
fn key(name: &str, heading: &StringRecord, row: &StringRecord) -> String {
    let cells = table(name).map_or(row.len(), |table| table.key.len());
    let names = heading.iter().zip(row).take(cells);
    let names: Vec<String> = names.map(|(column, cell)| format!("{column} {cell}")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout;

    const TABLE: &str = "block,channel,mix_ratio,category\n1.1,2,0.5,overwrite\n1.1,3,1.02,mix\n";

    fn differences(was: &str) -> Vec<String> {
        table_differences(layout::CHANNELS, was.as_bytes(), TABLE.as_bytes())
    }

    #[test]
    fn a_changed_cell_is_named_by_row_and_column() {
        assert_eq!(
            differences(&TABLE.replace("1.02", "0.98")),
            ["tables/channels.csv: block 1.1, channel 3: mix_ratio is 0.98, derived again it is 1.02"]
        );
        assert_eq!(
            differences(&TABLE.replace("overwrite", "")),
            ["tables/channels.csv: block 1.1, channel 2: category is empty, derived again it is overwrite"]
        );
    }

    #[test]
    fn every_other_change_is_said_too() {
        let cases = [
            (TABLE.replace("mix_ratio", "ratio"), "its columns are block, channel, ratio, category"),
            (TABLE.replace("1.1,3,1.02,mix\n", ""), "it has 1 rows, derived again it has 2"),
            (TABLE.replace("1.1,3", "\"1.1\",3"), "the same cells in other bytes"),
            (TABLE.replace("mix\n", "mix,9\n"), "it has 5 cells for 4 columns"),
            (String::new(), "no line in common"),
        ];
        for (was, expected) in cases {
            let found = differences(&was);
            assert!(found.iter().any(|d| d.contains(expected)), "{expected}: {found:?}");
        }
    }

    #[test]
    fn any_changed_byte_is_a_difference() {
        for at in 0..TABLE.len() {
            for flip in [1, 0x20, 0x80] {
                let mut was = TABLE.as_bytes().to_vec();
                was[at] ^= flip;
                let found = table_differences(layout::CHANNELS, &was, TABLE.as_bytes());
                assert!(!found.is_empty() && found[0].starts_with(layout::CHANNELS), "{at}");
            }
        }
    }

    #[test]
    fn of_many_differences_the_first_are_named_and_the_others_counted() {
        let rows = |value: &str| -> String { (0..50).map(|row| format!("1.1,{row},{value}\n")).collect() };
        let (was, again) = (format!("block,channel,a\n{}", rows("0")), format!("block,channel,a\n{}", rows("1")));
        let found = table_differences(layout::CHANNELS, was.as_bytes(), again.as_bytes());
        assert_eq!(found.len(), NAMED + 1);
        assert_eq!(found[NAMED], "tables/channels.csv: and 30 differences more");
    }
}
